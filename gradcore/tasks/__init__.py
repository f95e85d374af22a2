"""Tasks: data sets, the head and loss that each fixes, its chance level, linear anchor and target; TASKS has them all.

Synthetic tasks draw their rows by seed; real ones have one fixed split for every seed.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from gradcore.specs import Choice
from gradcore.tasks.adding import ADDING
from gradcore.tasks.argument import TaskArgument
from gradcore.tasks.breast_cancer import BREAST_CANCER
from gradcore.tasks.deep_linear import DEEP_LINEAR
from gradcore.tasks.diabetes import DIABETES
from gradcore.tasks.digits import DIGITS, digits
from gradcore.tasks.noise import NOISE, noise_regression
from gradcore.tasks.noise_classes import NOISE_CLASSES
from gradcore.tasks.quadratic import QUADRATIC
from gradcore.tasks.rosenbrock import ROSENBROCK
from gradcore.tasks.task import Rows, Task, Teacher
from gradcore.tasks.two_spirals import TWO_SPIRALS
from gradcore.tasks.wine import WINE

__all__ = [
    "TASKS",
    "Rows",
    "Task",
    "TaskArgument",
    "Teacher",
    "digits",
    "known_task",
    "noise_regression",
    "task_of",
]

_REAL = (DIGITS, BREAST_CANCER, WINE, DIABETES)
_ALL = (*_REAL, TWO_SPIRALS, NOISE, NOISE_CLASSES, ADDING, QUADRATIC, ROSENBROCK, DEEP_LINEAR)
TASKS: Mapping[str, Task] = MappingProxyType({entry.name: entry for entry in _ALL})


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


def known_task(chosen: Choice) -> Task | None:
    """Return the task of a stored choice, None where no catalogue has it any more.

    Example:
        >>> known_task(Choice("retired")) is None
        True
    """
    return task_of(chosen) if chosen.name in TASKS else None
