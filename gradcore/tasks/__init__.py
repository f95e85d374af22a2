"""Tasks: data sets, the head and loss that each fixes, its chance level and its target; TASKS is the catalogue.

Synthetic tasks draw their rows by seed; real ones have one fixed split for every seed.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from gradcore.specs import Choice
from gradcore.tasks.adding import ADDING
from gradcore.tasks.digits import DIGITS, digits
from gradcore.tasks.noise import NOISE, noise_regression
from gradcore.tasks.task import Rows, Task, TaskArgument

__all__ = ["TASKS", "Rows", "Task", "TaskArgument", "digits", "noise_regression", "task_of"]

TASKS: Mapping[str, Task] = MappingProxyType({entry.name: entry for entry in (DIGITS, NOISE, ADDING)})


@lru_cache(maxsize=64)
def task_of(chosen: Choice | str) -> Task:
    """Return the task of an admitted choice, its arguments in place; of a name alone, with its defaults.

    Example:
        >>> task_of("adding_problem").shape, task_of(Choice.of("adding_problem", length=50)).shape
        ((20, 2), (50, 2))
    """
    name, arguments = (chosen, {}) if isinstance(chosen, str) else (chosen.name, dict(chosen.arguments))
    entry = TASKS[name]
    return entry.variant(**arguments) if entry.variant is not None and arguments else entry
