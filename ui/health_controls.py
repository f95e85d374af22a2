"""The controls of a health check: task, network, optimizer, steps, thresholds; all of them live in the address."""

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from gradcore.arguments_text import arguments_from_text, arguments_text
from gradcore.clipping import CLIP_RULES
from gradcore.costs import memory_bytes
from gradcore.network_plan import plan
from gradcore.networks import count_parameters
from gradcore.optimizers import OPTIMIZERS, learning_rate_of
from gradcore.records import RunInfo
from gradcore.schedules import SCHEDULES
from gradcore.settings import Limits
from gradcore.specs import Choice, EntrantSpec, HealthSpec, NetworkSpec
from gradcore.tasks import TASKS, Task, task_of
from gradcore.titles import listed
from ui.address import (
    EVERYWHERE,
    Parameters,
    parameters,
    say_not_number,
    say_not_whole,
    say_unknown,
    say_unknown_keys,
    say_without_control,
)
from ui.clip_rules import one_rule, rule_keys, rule_state
from ui.controls import BATCH_SIZES, FULL_BATCH, LAST_SEED, SCHEDULE_HELP
from ui.health_network import (
    CHOICES,
    initializer_keys,
    network_controls,
    network_state,
    rare_controls,
    say_dropped_of_network,
)
from ui.health_thresholds import say_dropped_thresholds, threshold_controls, threshold_state
from ui.task_controls import PREFIX, task_control, task_state
from ui.terms import explained, term

BIND: Final = "query-params"
DEFAULT = HealthSpec(network=NetworkSpec((64, 64, 64)))
TRAINED = tuple(name for name, task in TASKS.items() if task.has_network and task.teacher is None)
EVERY = DEFAULT.every
FIRST_RATES: Mapping[str, float] = {"SGD": 0.1}  # where it is not Keras' own
LAYER, STEP = "layer", "step"  # of the address: what is looked at
PAGE_KEYS = ("run", "with", "preset", LAYER, STEP)
MARKED = "health_adopted"  # of the session: the run that the controls were set to
SETTINGS_HELP = "The optimizer's own arguments, such as momentum=0.9, nesterov=true."
CLIP_HELP = explained(
    "What is done to the gradient before the optimizer's step; measured is the gradient before it.",
    "clipping",
    "gradient_norm",
)
EVERY_HELP = explained(
    "Each step has its loss and its norms. Signal, dead units, noise and histograms cost more: they are measured at "
    "each of the first ten steps, then every so many.",
    "costly_measures",
    "backprop_ratio",
    "dead",
    "noise_scale",
)
SCALE_HELP = explained(
    "The loss is multiplied by it, and so is every gradient: what is sick must not depend on it.", "backprop_ratio"
)
STOP_HELP = explained(
    "End the check where its steps first promise more than there is to lose: gradient norm times update, against the "
    "loss at the start. That announced 95 in a hundred of the divergences that were measured, and one in a hundred "
    "healthy trainings falsely; at the best learning rate it is one in eight.",
    "early_warning",
)
MISSING_HELP = explained("Share of the training inputs that are not a number.", "non_finite")


def check_controls(limits: Limits) -> HealthSpec:
    """Draw the controls and return the check that they ask for; RefusedError where it breaks a rule of its own."""
    given = parameters()
    _say_what_was_dropped(given, limits)
    chosen = task_control(DEFAULT.task.name, given, TRAINED)
    task = task_of(chosen)
    network = network_controls(task)
    optimizer = _optimizer()
    left, right = st.columns(2)
    steps = left.number_input("Steps", 1, limits.steps, DEFAULT.steps, key="steps", bind=BIND)
    batch = right.selectbox(
        "Batch size", BATCH_SIZES, BATCH_SIZES.index("64"), key="batch_size", bind=BIND, help=term("batch_size")
    )
    with st.expander("Advanced"):
        seed = st.number_input("Seed", 0, LAST_SEED, DEFAULT.seed, key="seed", bind=BIND)
        network = rare_controls(task, network)
        rare = _rare()
    rows = None if batch == FULL_BATCH else int(batch)
    thresholds = threshold_controls()
    say_without_control(given, control_state(DEFAULT), "for this task and network")
    asked = HealthSpec(
        task=chosen,
        network=network,
        optimizer=optimizer,
        steps=int(steps),
        batch_size=rows,
        seed=int(seed),
        thresholds=thresholds,
        **rare,
    )
    st.caption(size_text(asked.network, task, rows))
    return asked


def size_text(network: NetworkSpec, task: Task, rows: int | None) -> str:
    """Return how large a network is, before it is built."""
    megabytes = memory_bytes(network, task, rows or task.train_rows) / 1e6
    size = f"{count_parameters(network, task):,} parameters, about {max(megabytes, 1):.0f} MB while it trains."
    names = [step.name for step in plan(network, task)]
    made = [name.removeprefix("projection_") for name in names if name.startswith("projection_")]
    if not made:
        return size
    return f"{size} The shortcut of layer {listed(made, 4)} is projected, because the width changes there."


def show_spec(spec: HealthSpec, but: Mapping[str, Any] | None = None) -> None:
    """Set the controls to a check, as far as they can express it, `but` some; call before they are drawn."""
    st.session_state.update({key: value for key, value in control_state(spec).items() if key not in (but or {})})


def adopt(run: RunInfo | None) -> bool:
    """Set the controls to a run that was opened by its address, once; return whether they were all set now.

    Those that the address names beside the run stay as it names them.
    """
    if run is None or st.query_params.get("run") != run.id:
        return False
    if st.session_state.get(MARKED) == run.id and "steps" in st.session_state:
        return False
    show_spec(HealthSpec.from_json(run.spec), but=st.query_params)
    st.session_state[MARKED] = run.id
    return set(st.query_params) <= {*PAGE_KEYS, *EVERYWHERE}


def control_state(spec: HealthSpec) -> dict[str, object]:
    """Return the state of every control for a check."""
    entrant = spec.optimizer
    return {
        **task_state(spec.task),
        **network_state(spec.network),
        "optimizer": entrant.optimizer.name,
        "settings": arguments_text(entrant.optimizer.arguments),
        "learning_rate": float(learning_rate_of(entrant)),
        "schedule": entrant.schedule.name,
        **rule_state("clip", entrant.clip),
        "steps": spec.steps,
        "batch_size": FULL_BATCH if spec.batch_size is None else str(spec.batch_size),
        "seed": spec.seed,
        "every": spec.every,
        "loss_scale": float(spec.loss_scale),
        "missing_share": float(spec.missing_share),
        "stop_at_warning": spec.stop_at_warning,
        **threshold_state(spec.thresholds),
    }


def _optimizer() -> EntrantSpec:
    left, right = st.columns(2)
    name = left.selectbox("Optimizer", list(OPTIMIZERS), key="optimizer", bind=BIND, on_change=_usual_rate)
    rate = right.number_input(
        "Learning rate", 1e-12, 1e6, FIRST_RATES["SGD"], step=0.01, format="%.6g", key="learning_rate", bind=BIND
    )
    schedule = st.selectbox("Schedule", list(SCHEDULES), key="schedule", bind=BIND, help=SCHEDULE_HELP)
    clip = one_rule("clip", "Clipping", CLIP_HELP)
    with st.expander("Optimizer settings"):
        text = st.text_input("Settings", key="settings", bind=BIND, help=SETTINGS_HELP, placeholder="momentum=0.9")
    return EntrantSpec(Choice.of(name, **arguments_from_text(text)), float(rate), clip, schedule=Choice(schedule))


def _usual_rate() -> None:
    """Another optimizer starts from its own usual learning rate, and without the arguments of the one before."""
    name = st.session_state["optimizer"]
    st.session_state["learning_rate"] = FIRST_RATES.get(name, OPTIMIZERS[name].learning_rate)
    st.session_state["settings"] = ""


def _rare() -> dict[str, Any]:
    """Draw what is seldom changed of the check itself."""
    every = st.number_input("Costly measures every", 1, 1000, EVERY, key="every", bind=BIND, help=EVERY_HELP)
    scale = st.number_input("Loss times", 1e-12, 1e12, 1.0, format="%.6g", key="loss_scale", bind=BIND, help=SCALE_HELP)
    missing = st.number_input(
        "Missing inputs", 0.0, 0.99, 0.0, 0.001, "%.6g", key="missing_share", bind=BIND, help=MISSING_HELP
    )
    stop = st.toggle("Stop at an early warning", key="stop_at_warning", bind=BIND, help=STOP_HELP)
    numbers = {"every": int(every), "loss_scale": float(scale), "missing_share": float(missing)}
    return {**numbers, "stop_at_warning": stop}


def _say_what_was_dropped(given: Parameters, limits: Limits) -> None:
    """Name each parameter of the address that no control could take, and what must hold."""
    say_unknown(given, "task", TRAINED)
    say_dropped_of_network(given)
    say_unknown(given, "optimizer", OPTIMIZERS)
    say_not_number(given, "learning_rate", 1e-12, 1e6)
    say_unknown(given, "schedule", SCHEDULES)
    say_unknown(given, "clip", CLIP_RULES)
    say_not_whole(given, "steps", 1, limits.steps)
    say_unknown(given, "batch_size", BATCH_SIZES)
    say_not_whole(given, "seed", 0, LAST_SEED)
    say_not_whole(given, "every", 1, 1000)
    say_not_number(given, "loss_scale", 1e-12, 1e12)
    say_not_number(given, "missing_share", 0.0, 0.99)
    say_unknown(given, "stop_at_warning", ("true", "false"))
    say_dropped_thresholds(given)
    known = {*control_state(DEFAULT), *rule_keys("clip"), *CHOICES, *initializer_keys(), *PAGE_KEYS}
    say_unknown_keys(given, known, families=(PREFIX,))
