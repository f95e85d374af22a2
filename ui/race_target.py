"""How long each entrant of a race took to its task's target, in steps and in seconds."""

import streamlit as st

from gradcore.figures import theme, time_to_target
from gradcore.records import RaceTrace
from gradcore.specs import RaceSpec
from gradcore.target_times import target_sentence, target_times
from gradcore.tasks import known_task
from ui.plot import plot
from ui.words import escaped


def target_row(run_id: str, cursor: int, spec: RaceSpec, trace: RaceTrace) -> None:
    """Draw steps and seconds to the target side by side; one sentence where nobody gets there, nothing without one."""
    task = known_task(spec.task)
    if task is None or task.target is None:
        return
    found = target_times(trace, task.target)
    if not any(one.reached for one in found):
        st.caption(escaped(target_sentence(found, task.target, trace.steps)))
        return
    names = (("target_steps", "Steps to the target loss"), ("target_seconds", "Seconds to the target loss"))
    for column, (text, height), (key, label) in zip(
        st.columns(2), _drawn(run_id, cursor, trace, task.target), names, strict=True
    ):
        with column:
            plot(text, key=key, label=f"{label} for each optimizer", height=height, about=run_id)


@st.cache_data(max_entries=64, show_spinner=False)
def _drawn(run_id: str, cursor: int, _trace: RaceTrace, target: float) -> list[tuple[str, int]]:
    made = time_to_target.steps_to_target(_trace, target), time_to_target.seconds_to_target(_trace, target)
    return [(theme.to_json(figure), int(figure.layout.height)) for figure in made]
