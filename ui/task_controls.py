"""Controls of a race's task: which one, its arguments, and what its losses are to be held against."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from gradcore.errors import RefusedError
from gradcore.specs import Choice
from gradcore.tasks import TASKS, TaskArgument, task_of
from gradcore.titles import levels_text
from ui.address import DEFAULT, Parameters
from ui.words import escaped

BIND: Final = "query-params"
PREFIX = "task_"  # begins the name of an argument's control


def task_control(first: str, given: Parameters, offered: Sequence[str] = tuple(TASKS)) -> Choice:
    """Draw the choice of a task and its arguments, with what the task is; return what they hold."""
    name = st.selectbox("Task", offered, offered.index(first), key="task", bind=BIND)
    st.caption(TASKS[name].summary)
    values = {argument.name: _argument(argument, given) for argument in TASKS[name].arguments}
    chosen = Choice.of(name, **values)
    st.caption(levels_text(task_of(chosen)))
    return chosen


def task_state(task: Choice) -> dict[str, object]:
    """Return the state of the controls for a task; its arguments have the kinds of an admitted one."""
    return {"task": task.name, **{PREFIX + name: value for name, value in task.arguments}}


def _argument(argument: TaskArgument, given: Parameters) -> int | float:
    key, label = PREFIX + argument.name, argument.name.capitalize()
    meaning = f"{argument.meaning[0].upper()}{argument.meaning[1:]}."
    if isinstance(argument.default, bool):
        return st.toggle(label, argument.default, key=key, bind=BIND, help=meaning)
    _say_dropped(key, argument, given)
    if isinstance(argument.default, int):
        least, most = int(argument.least), int(argument.most)
        return st.number_input(label, least, most, argument.default, key=key, bind=BIND, help=meaning)
    least_number, most_number = float(argument.least), float(argument.most)
    return st.number_input(
        label, least_number, most_number, argument.default, step=argument.default / 10, format="%.6g",
        key=key, bind=BIND, help=meaning,
    )  # fmt: skip


def _say_dropped(key: str, argument: TaskArgument, given: Parameters) -> None:
    """Name a value of the address that its control could not take."""
    whole = isinstance(argument.default, int)
    for text in given.get(key, []):
        try:
            argument.checked(int(text) if whole else float(text))
        except (ValueError, OverflowError) as error:
            kind = "whole number" if whole else "number"
            why = str(error) if isinstance(error, RefusedError) else f"`{argument.name}` must be a {kind}"
            st.warning(escaped(f"{key}: {why}. {DEFAULT}"))
