"""Controls of the real run; every scalar lives in the address under its key."""

from collections.abc import Mapping

import streamlit as st

from gradcore.presets import exploding_rnn
from gradcore.records import RunInfo
from gradcore.settings import Limits
from gradcore.specs import RaceSpec
from gradcore.tasks import TASKS
from ui.address import parameters, say_not_number
from ui.controls import BIND
from ui.terms import explained

PART, RUN = "Real run", "run"
ADOPTED = "real_adopted"
KEYS: Mapping[str, str] = {  # argument of `exploding_rnn` -> key in the address
    "radius": "rho",
    "learning_rate": "real_rate",
    "max_norm": "real_norm",
    "seeds": "real_seeds",
    "steps": "real_steps",
    "length": "length",
}
RADIUS_HELP = explained(
    "What the recurrent kernel multiplies a state by at each time step, at the start of training. Above 1 a gradient "
    "may grow at each step back in time, below 1 it fades.",
    "spectral_radius",
)
NORM_HELP = explained(
    "The largest global norm that a step may have; longer gradients are scaled down to it.", "clip_by_global_norm"
)
SEEDS_HELP = explained(
    "Each seed trains once without and once with clipping, from the same weights and batches.", "seed", "blow_up"
)
LENGTH_HELP = explained("Time steps of a sequence: how far back the gradient must reach.", "recurrent")


def pair_controls(limits: Limits) -> RaceSpec:
    """Draw the controls and return the pair of trainings that they ask for."""
    given = parameters()
    ranges = _ranges(limits)
    default = exploding_rnn()
    radius = st.slider("Spectral radius", *ranges["rho"], 1.5, 0.05, key="rho", bind=BIND, help=RADIUS_HELP)
    rate = st.number_input("Learning rate", *ranges["real_rate"], 0.1, 0.05, "%g", key="real_rate", bind=BIND)
    norm = st.number_input(
        "Threshold", *ranges["real_norm"], 1.0, 0.5, "%g", key="real_norm", bind=BIND, help=NORM_HELP
    )
    left, right = st.columns(2)
    steps = left.number_input("Steps", *ranges["real_steps"], default.steps, key="real_steps", bind=BIND)
    seeds = right.number_input(
        "Seeds", *ranges["real_seeds"], default.seeds, key="real_seeds", bind=BIND, help=SEEDS_HELP
    )
    length = st.number_input("Sequence length", *ranges["length"], 20, key="length", bind=BIND, help=LENGTH_HELP)
    for key, (least, most) in ranges.items():
        say_not_number(given, key, least, most)
    return exploding_rnn(radius, rate, norm, int(seeds), int(steps), int(length))


def settings_of(spec: RaceSpec) -> dict[str, float] | None:
    """Return the arguments of `exploding_rnn` that make a spec, None where none do.

    Example:
        >>> settings_of(exploding_rnn(radius=1.2))["radius"]
        1.2
    """
    found = {
        "radius": spec.network.recurrent_initializer.get("gain", 1.0),
        "learning_rate": spec.entrants[0].learning_rate,
        "max_norm": spec.entrants[-1].clip.get("max_norm"),
        "length": spec.task.get("length"),
    }
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in found.values()):
        return None
    numbers = {name: float(value) for name, value in found.items() if isinstance(value, int | float)}
    numbers["length"] = int(numbers["length"])
    made = exploding_rnn(**numbers, seeds=spec.seeds, steps=spec.steps)  # type: ignore[arg-type]
    return {**numbers, "seeds": spec.seeds, "steps": spec.steps} if made == spec else None


def adopt(run: RunInfo | None, limits: Limits) -> None:
    """Set the controls to a run that was opened by its address; once, and not those that the address names too."""
    done = st.session_state.get(ADOPTED) == run.id and KEYS["radius"] in st.session_state if run else False
    if run is None or st.query_params.get(RUN) != run.id or done:
        return
    settings = settings_of(RaceSpec.from_json(run.spec)) or {}
    values = {KEYS[name]: value for name, value in settings.items()}
    ranges = _ranges(limits)
    if all(ranges[key][0] <= value <= ranges[key][1] for key, value in values.items()):
        st.session_state.update({key: value for key, value in values.items() if key not in st.query_params})
        st.session_state[ADOPTED] = run.id


def _ranges(limits: Limits) -> dict[str, tuple[float, float]]:
    """Return the least and the greatest value of every control."""
    longest = TASKS["adding_problem"].arguments[0]
    return {
        "rho": (0.5, 2.5),
        "real_rate": (1e-4, 10.0),
        "real_norm": (1e-3, 1e6),
        "real_steps": (1, limits.steps),
        "real_seeds": (1, limits.seeds),
        "length": (longest.least, longest.most),
    }
