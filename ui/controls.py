"""Widget groups that return specs; every scalar lives in the address under its key."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

import streamlit as st

from gradcore.clipping import CLIP_RULES
from gradcore.entrant_rows import entrants_of
from gradcore.networks import ACTIVATIONS, ALIGNED, INITIALIZERS
from gradcore.presets import DEFAULT
from gradcore.records import RunInfo
from gradcore.schedules import SCHEDULES
from gradcore.settings import Limits
from gradcore.specs import NO_NETWORK, Choice, NetworkSpec, RaceSpec
from gradcore.tasks import TASKS, Task, task_of
from gradcore.titles import widths_text
from ui.address import EVERYWHERE, Parameters, parameters, say_not_whole, say_unknown, say_unknown_keys
from ui.clip_rules import one_rule, rule_keys, rule_state
from ui.entrants import PACKED, SHORT, entrant_rows, for_all, show_entrants
from ui.race_paths import SEED
from ui.task_controls import PREFIX, task_control, task_state
from ui.terms import explained, term

SHAPES = ("funnel", "even")
LEARNING_RATES = ("given", "tuned")
FULL_BATCH = "full"
LAST_SEED = 1_000_000
WIDEST, DEEPEST = 1024, 50  # of what the controls offer; a spec may ask for more
BATCH_SIZES = ("16", "32", "64", "128", "256", FULL_BATCH)
INITIALIZER_NAMES = tuple(name for name in INITIALIZERS if name not in ("VarianceScaling", "ones", ALIGNED))
SHAPE_HELP = explained("A funnel halves the width from layer to layer, down to 4.", "layer", "unit")
NAMES: Mapping[str, tuple[str, ...]] = {
    "task": tuple(TASKS),
    "shape": SHAPES,
    "activation": ACTIVATIONS,
    "kernel_initializer": INITIALIZER_NAMES,
    "batch_size": BATCH_SIZES,
    "clip": tuple(CLIP_RULES),
    "learning_rates": LEARNING_RATES,
    "schedule": tuple(SCHEDULES),
    "shared_weights": ("true", "false"),
    "stop_at_warning": ("true", "false"),
}
PAGE_KEYS = (
    "with",
    SEED,
    "run",
    "view",
    "runs",
    "tasks",
    "time",
)  # of the race page's address, beside the controls' own
BIND: Final = "query-params"  # every scalar lives in the address
CLIP_HELP = explained(
    "What is done to every optimizer's gradient before its step; a non-finite one is then skipped and counted.",
    "clipping",
    "skipped",
)
RATES_HELP = explained(
    "Tuned: every optimizer is first trained at seven rates around its own, half a decade apart, on three other seeds, "
    "and further where the best lies on the edge. It then races at its best one.",
    "learning_rate",
    "tuned",
)
SCHEDULE_HELP = explained("What becomes of every learning rate over the steps.", "schedule", "learning_rate")
WIDTH_HELP = explained("Units of the first hidden layer.", "unit")
DEPTH_HELP = explained("Number of hidden layers.", "layer")
SHARED_HELP = explained(
    "Off, each optimizer starts from weights of its own, as in the notebook: luck then counts as skill.",
    "shared_weights",
)
STOP_HELP = explained(
    "End each seed where its steps first promise more than there is to lose: gradient norm times update, against the "
    "loss at the start. It is not judged then, and counts as a guess in the ranking; the other seeds train on. That "
    "announced 95 in a hundred of the divergences that were measured, and one in a hundred healthy trainings falsely; "
    "at the best learning rate it is one in eight.",
    "early_warning",
)
SEEDS_HELP = explained(
    "Every optimizer trains once from each seed; intervals and ties come from them.", "seed", "interval", "tie"
)


def race_controls(limits: Limits, task: Choice | None = None) -> RaceSpec:
    """Draw the controls of a race and return what they ask for; RefusedError where an entrant's row is bad.

    `task` is the one that is raced, where it is not chosen here.
    """
    given = parameters()
    chosen = task_control(DEFAULT.task.name, given) if task is None else task
    entry = task_of(chosen)
    rows = entrant_rows(given)
    network = _network(entry)
    left, right = st.columns(2)
    steps = left.number_input("Steps", 1, limits.steps, DEFAULT.steps, key="steps", bind=BIND)
    seeds = right.number_input("Seeds", 1, limits.seeds, DEFAULT.seeds, key="seeds", bind=BIND, help=SEEDS_HELP)
    batch_size = _batch_size(entry)
    rates, schedule = _learning_rates()
    clip = one_rule("clip", "Clipping", CLIP_HELP)
    first_seed, shared, stop = _advanced()
    _say_what_was_dropped(given, limits)
    return RaceSpec(
        entrants=entrants_of(tuple(rows.values()), clip, schedule),
        task=chosen,
        network=network,
        seeds=int(seeds),
        first_seed=first_seed,
        steps=int(steps),
        batch_size=batch_size,
        learning_rates=rates,
        shared_weights=shared,
        stop_at_warning=stop,
    )


def _learning_rates() -> tuple[str, Choice]:
    """Draw how learning rates are chosen, and what becomes of them over the steps."""
    rates = st.segmented_control(
        "Learning rates", LEARNING_RATES, default="given", key="learning_rates", bind=BIND, required=True,
        help=RATES_HELP,
    )  # fmt: skip
    schedule = st.selectbox("Schedule", list(SCHEDULES), key="schedule", bind=BIND, help=SCHEDULE_HELP)
    st.caption(SCHEDULES[schedule].summary)
    return rates, Choice(schedule)


def _advanced() -> tuple[int, bool, bool]:
    """Draw what is seldom changed: the first seed, whether all start from the same weights, and stop at a warning."""
    with st.expander("Advanced"):
        first_seed = st.number_input("First seed", 0, LAST_SEED, DEFAULT.first_seed, key="first_seed", bind=BIND)
        shared = st.toggle(
            "Same initial weights for all", DEFAULT.shared_weights, key="shared_weights", bind=BIND, help=SHARED_HELP
        )
        stop = st.toggle("Stop at an early warning", key="stop_at_warning", bind=BIND, help=STOP_HELP)
    return int(first_seed), shared, stop


def show_spec(spec: RaceSpec, but: Collection[str] = ()) -> None:
    """Set the controls to a stored race, as far as they can express it, `but` some; call before they are drawn."""
    st.session_state.update({key: value for key, value in _values(spec).items() if key not in but})
    if not {PACKED, SHORT} & set(but):
        show_entrants(spec)


def adopt(run: RunInfo | None) -> bool:
    """Set the controls to a run that was opened by its address; once, so that they can be changed then.

    Those that the address names beside the run stay as it names them: a reload keeps what was changed.

    Returns:
        whether they were all set now.
    """
    done = st.session_state.get("adopted") == run.id and "steps" in st.session_state if run else False
    if run is None or st.query_params.get("run") != run.id or done:  # controls left with their page are new again
        return False
    show_spec(RaceSpec.from_json(run.spec), but=st.query_params)
    st.session_state["adopted"] = run.id
    return set(st.query_params) <= {"run", "with", SEED, *EVERYWHERE}


def widths(shape: str, width: int, depth: int) -> tuple[int, ...]:
    """Return the widths of the hidden layers; a funnel halves from layer to layer, down to 4.

    Example:
        >>> widths("funnel", 128, 4), widths("even", 64, 2)
        ((128, 64, 32, 16), (64, 64))
    """
    if shape == "even":
        return (width,) * depth
    return tuple(max(width >> layer, min(width, 4)) for layer in range(depth))


def shape_of(hidden: tuple[int, ...]) -> str:
    """Return which shape has these widths, an empty text where none has."""
    return next((shape for shape in SHAPES if hidden and widths(shape, hidden[0], len(hidden)) == hidden), "")


def _network(task: Task) -> NetworkSpec:
    if not task.has_network:
        st.caption("No network: each optimizer moves one point, by the gradient of the whole loss.")
        return NO_NETWORK
    default = DEFAULT.network
    shape = st.segmented_control(  # in the order of the health check's page
        "Hidden layers", sorted(SHAPES), default="funnel", key="shape", bind=BIND, required=True, help=SHAPE_HELP
    )
    left, right = st.columns(2)
    width = left.number_input("Width", 1, WIDEST, default.hidden[0], key="width", bind=BIND, help=WIDTH_HELP)
    depth = right.number_input("Depth", 1, DEEPEST, len(default.hidden), key="depth", bind=BIND, help=DEPTH_HELP)
    hidden = widths(shape, int(width), int(depth))
    st.caption(widths_text(hidden))
    if task.teacher is not None:
        st.caption("The layers are linear, and start with a little of each of the task's modes.")
        return replace(task.network, hidden=hidden)
    activation = st.selectbox(
        "Activation", ACTIVATIONS, key="activation", bind=BIND, help=term("activation")
    )  # relu first
    initializer = st.selectbox(
        "Initialiser", INITIALIZER_NAMES, key="kernel_initializer", bind=BIND, help=term("initialiser")
    )  # He first
    return NetworkSpec(hidden, activation, Choice(initializer))


def _batch_size(task: Task) -> int | None:
    """Draw the batch size, where the task has rows to take a part of; None is the full batch."""
    if not task.has_network:
        return None
    first = BATCH_SIZES.index(str(DEFAULT.batch_size))
    chosen = st.selectbox("Batch size", BATCH_SIZES, first, key="batch_size", bind=BIND, help=term("batch_size"))
    return None if chosen == FULL_BATCH else int(chosen)


def _say_what_was_dropped(given: Parameters, limits: Limits) -> None:
    """Name each parameter of the address that no control could take, and what must hold."""
    most = {"steps": limits.steps, "seeds": limits.seeds, "width": WIDEST, "depth": DEEPEST}
    for key, largest in most.items():
        say_not_whole(given, key, 1, largest)
    say_not_whole(given, "first_seed", 0, LAST_SEED)
    for key, known in NAMES.items():
        say_unknown(given, key, known)
    say_unknown_keys(given, {*_values(DEFAULT), *rule_keys("clip"), *PAGE_KEYS, PACKED, SHORT}, families=(PREFIX,))


def _values(spec: RaceSpec) -> dict[str, object]:
    """Return the state of every control for a spec; no clipping where its entrants differ in it."""
    network = spec.network
    if network.kernel_initializer.name not in INITIALIZER_NAMES:
        network = replace(DEFAULT.network, hidden=network.hidden or DEFAULT.network.hidden)
    hidden = network.hidden or (1,)
    clip, schedule = for_all(spec)
    return {
        **task_state(spec.task),
        "shape": shape_of(hidden) or "even",
        "width": hidden[0],
        "depth": len(hidden),
        "activation": network.activation,
        "kernel_initializer": network.kernel_initializer.name,
        "steps": spec.steps,
        "seeds": spec.seeds,
        "batch_size": FULL_BATCH if spec.batch_size is None else str(spec.batch_size),
        "schedule": schedule.name,
        **rule_state("clip", clip),
        "learning_rates": spec.learning_rates,
        "first_seed": spec.first_seed,
        "shared_weights": spec.shared_weights,
        "stop_at_warning": spec.stop_at_warning,
    }
