"""Controls of a stream: its phases, seed, tails, a burst of NaN; presets that show what is worth seeing."""

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from gradcore.specs import NOTEBOOK_PHASES, TAILS, Phase, StreamSpec
from gradcore.specs.stream import MOST_SEED
from gradcore.titles import counted
from ui.address import parameters, say_not_number, say_not_whole, say_unknown
from ui.clip_rules import say_other_keys
from ui.terms import explained
from ui.words import escaped

BIND: Final = "query-params"
MOST_STEPS = 200  # of one phase
LARGEST_SCALE = 1e6
LAST, MOST_LOST = 4 * MOST_STEPS, 100  # where a burst of NaN may begin, and its steps
OWN = "Your own settings"
TAIL_HELP = explained("  \n".join(f"{name}: {meaning}" for name, meaning in TAILS.items()), "tails", "stream")
NAN_HELP = explained("From this step on the gradient is not a number; empty: never.", "non_finite", "skipped")
PARTS_OF_A_SCALE = ("_scale", "_from", "_to", "_exponential")
RULE = "stream_adaptive_percentile_"
# Each preset: the controls that it sets; the others go to their defaults.
PRESETS: Mapping[str, Mapping[str, Any]] = {
    "The notebook's stream": {},
    "A lasting explosion": {
        "normal_steps": 40, "normal_scale": 1.0, "rise_steps": 0, "explosion_steps": 80, "explosion_scale": 100.0,
        "explosion_exponential": 0.0, "recovery_steps": 40, "recovery_from": 1.0, "recovery_to": 1.0,
        f"{RULE}percentile": 95.0, f"{RULE}history": 100, f"{RULE}max_clip": 1e6,
    },
    "A spike": {
        "normal_steps": 12, "normal_scale": 1.0, "rise_steps": 0, "explosion_steps": 1, "explosion_scale": 1000.0,
        "explosion_exponential": 0.0, "recovery_steps": 30, "recovery_from": 1.0, "recovery_to": 1.0,
        f"{RULE}percentile": 95.0, f"{RULE}history": 100, f"{RULE}max_clip": 1e6,
    },
    "One NaN": {
        "normal_steps": 30, "normal_scale": 1.0, "rise_steps": 0, "explosion_steps": 60, "explosion_scale": 1.5,
        "explosion_exponential": 0.0, "recovery_steps": 30, "recovery_from": 1.0, "recovery_to": 1.0,
        "nan_at": 20,
    },
}  # fmt: skip


def stream_controls(notices: DeltaGenerator) -> StreamSpec:
    """Draw seed, tails and the burst of NaN, then the phases; return the stream, or raise RefusedError."""
    with notices:
        _say_dropped()
    seed = st.number_input("Seed", 0, MOST_SEED, 42, key="stream_seed", bind=BIND, help="42 is the notebook's.")
    tail = st.selectbox("Tails", list(TAILS), key="stream_tail", bind=BIND, help=TAIL_HELP)
    left, right = st.columns(2)
    nan_at = left.number_input(
        "NaN at step", 0, LAST, None, key="stream_nan_at", bind=BIND, placeholder="never", help=NAN_HELP
    )
    count = right.number_input("for steps", 1, MOST_LOST, 1, key="stream_nan_steps", bind=BIND)
    with st.expander("Phases"):
        phases = tuple(_phase(phase) for phase in NOTEBOOK_PHASES)
    steps = sum(phase.steps for phase in phases)
    lost = range(int(nan_at), int(nan_at) + int(count)) if nan_at is not None else range(0)
    if nan_at is not None and int(nan_at) >= steps:
        st.caption(escaped(f"The stream has {counted(steps, 'step')}; the NaN would come after its end."))
    return StreamSpec(int(seed), phases, tail, tuple(step for step in lost if step < steps))


def _say_dropped() -> None:
    """Name what the address asks for and no control of the stream can take."""
    given = parameters()
    say_not_whole(given, "stream_seed", 0, MOST_SEED)
    say_unknown(given, "stream_tail", TAILS)
    say_not_whole(given, "stream_nan_at", 0, LAST)
    say_not_whole(given, "stream_nan_steps", 1, MOST_LOST)
    own = [key.removeprefix("stream_") for key in _defaults() if not key.startswith(RULE)]
    for name in own:
        if name.endswith(PARTS_OF_A_SCALE):
            say_not_number(given, f"stream_{name}", 0, LARGEST_SCALE)
    for phase in NOTEBOOK_PHASES:
        say_not_whole(given, f"stream_{phase.name}_steps", 0, MOST_STEPS)
    say_other_keys("stream_", {"stream": (*own, "weight")})


def preset_control() -> None:
    """Draw the choice of presets, at the one that the controls now stand at."""
    st.session_state["stream_preset"] = next((name for name in PRESETS if _stands_at(name)), OWN)
    st.selectbox("Preset", [*PRESETS, OWN], key="stream_preset", on_change=_apply, width=360)


def _phase(phase: Phase) -> Phase:
    """Draw one phase: its steps, and its scale or the scales that it goes from and to."""
    st.markdown(f"**{phase.name.capitalize()}**")
    steps = st.number_input("Steps", 0, MOST_STEPS, phase.steps, key=f"stream_{phase.name}_steps", bind=BIND)
    if phase.first != phase.last:
        left, right = st.columns(2)
        with left:
            first = _scale("From scale", f"stream_{phase.name}_from", phase.first)
        with right:
            last = _scale("to scale", f"stream_{phase.name}_to", phase.last)
        return Phase(phase.name, int(steps), first, last)
    scale = _scale("Scale", f"stream_{phase.name}_scale", phase.first)
    exponential = 0.0
    if phase.exponential:
        exponential = _scale("Random part of it, mean", f"stream_{phase.name}_exponential", phase.exponential)
    return Phase(phase.name, int(steps), scale, scale, exponential)


def _scale(label: str, key: str, value: float) -> float:
    return float(st.number_input(label, 0.0, LARGEST_SCALE, value, step=0.5, format="%.6g", key=key, bind=BIND))


def _defaults() -> dict[str, Any]:
    """Return what every control of this part stands at first."""
    found: dict[str, Any] = {
        "stream_seed": 42, "stream_tail": "normal", "stream_nan_at": None, "stream_nan_steps": 1,
        f"{RULE}percentile": 90.0, f"{RULE}history": 50, f"{RULE}max_clip": 10.0, f"{RULE}min_clip": 0.1,
    }  # fmt: skip
    for phase in NOTEBOOK_PHASES:
        ramp = {"from": phase.first, "to": phase.last} if phase.first != phase.last else {"scale": phase.first}
        random = {"exponential": phase.exponential} if phase.exponential else {}
        found |= {
            f"stream_{phase.name}_{key}": value for key, value in {"steps": phase.steps, **ramp, **random}.items()
        }
    return found


def _wanted(name: str) -> dict[str, Any]:
    own = {key if key.startswith(RULE) else f"stream_{key}": value for key, value in PRESETS[name].items()}
    return {**_defaults(), **own}


def _stands_at(name: str) -> bool:
    """Whether the controls stand at a preset; one that was not drawn yet stands at its default."""
    state, defaults = st.session_state, _defaults()
    return all(state.get(key, defaults[key]) == value for key, value in _wanted(name).items())


def _apply() -> None:
    if (name := st.session_state["stream_preset"]) in PRESETS:
        st.session_state.update(_wanted(name))
