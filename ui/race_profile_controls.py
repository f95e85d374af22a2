"""Controls of a race over several tasks: which tasks, and what every race has in common; all live in the address."""

from collections.abc import Sequence

import streamlit as st

from gradcore.errors import GradcoreError, RefusedError
from gradcore.presets import DEFAULT
from gradcore.records import RunInfo
from gradcore.several_tasks import DEFAULT_TASKS, RACEABLE, admit_races
from gradcore.specs import RaceSpec
from gradcore.task_times import refuse_unlike, target_of
from gradcore.tasks import task_of
from gradcore.titles import counted, listed
from ui import controls, services
from ui.address import parameters, say_unknown
from ui.words import as_sentence, escaped

RUNS, TASK_NAMES = "runs", "tasks"
ADOPTED = "adopted_runs"
MOST_RUNS = 24  # in one address
EXAMPLE_INSTEAD = "An example is shown instead."
OTHERS_STAY = "The profile is of the other runs."
NETWORK_NOTE = (
    "One race for each task, all with the settings below. Noise is left out: it cannot be solved. The deep linear "
    "network takes the widths only, the quadratic no network."
)


def shown_runs() -> list[RunInfo]:
    """Return the runs in the address that make a profile together; say what it got wrong."""
    asked = list(dict.fromkeys(st.query_params.get(RUNS, "").split(",")))
    if asked == [""]:
        return []
    found, unknown = _look_up(asked[:MOST_RUNS])
    unknown += asked[MOST_RUNS:]
    if unknown:
        _say_unknown(unknown, then=OTHERS_STAY if found else EXAMPLE_INSTEAD)
    try:
        specs = [RaceSpec.from_json(run.spec) for run in found]
        for spec in specs:
            target_of(spec.task)
        if specs:
            refuse_unlike(specs)
    except RefusedError as error:
        st.warning(escaped(as_sentence(error, EXAMPLE_INSTEAD)), icon=":material/link_off:")
        return []
    return found


def asked_races() -> tuple[tuple[RaceSpec, ...], str]:
    """Draw the controls; return the races that they ask for, or none and why they are refused."""
    limits = services.settings().limits
    say_unknown(parameters(), TASK_NAMES, RACEABLE, several=True)
    chosen = st.pills(
        "Tasks",
        list(RACEABLE),
        selection_mode="multi",
        default=list(DEFAULT_TASKS),
        key=TASK_NAMES,
        bind=controls.BIND,
        wrap=True,
    )
    st.caption(NETWORK_NOTE)
    try:
        spec = controls.race_controls(limits, task=DEFAULT.task)
        return admit_races(spec, [name for name in RACEABLE if name in chosen], limits), ""
    except RefusedError as error:
        return (), as_sentence(error)


def adopt(shown: Sequence[RunInfo]) -> None:
    """Set the controls to races that were opened by their address; once, and not those that the address names too."""
    opened = ",".join(run.id for run in shown)
    if not shown or (st.session_state.get(ADOPTED) == opened and "steps" in st.session_state):
        return
    specs = [RaceSpec.from_json(run.spec) for run in shown]
    plain = [spec for spec in specs if (task := task_of(spec.task)).has_network and task.teacher is None]
    controls.show_spec((plain or specs)[0], but=st.query_params)
    if TASK_NAMES not in st.query_params:
        st.session_state[TASK_NAMES] = [name for name in RACEABLE if name in {spec.task.name for spec in specs}]
    st.session_state[ADOPTED] = opened


def _look_up(run_ids: Sequence[str]) -> tuple[list[RunInfo], list[str]]:
    """Return the races that are stored, and the ids of which there is none."""
    found, unknown = [], []
    for run_id in run_ids:
        try:
            run = services.lab().info(run_id)
        except GradcoreError:
            unknown.append(run_id)
            continue
        if run.kind == RaceSpec.kind:
            found.append(run)
        else:
            unknown.append(run_id)
    return found, unknown


def _say_unknown(unknown: Sequence[str], then: str) -> None:
    names = listed([run_id[:MOST_RUNS] or "an empty id" for run_id in unknown], most=4)
    verb = "is" if len(unknown) == 1 else "are"
    what = counted(len(unknown), "run")
    st.warning(escaped(f"{what} of the address {verb} not stored here: {names}. {then}"), icon=":material/link_off:")
