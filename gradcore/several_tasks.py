"""A race over several tasks: one ordinary race for each, with the same entrants, seeds and steps."""

from collections.abc import Sequence
from dataclasses import replace

from gradcore import checks
from gradcore.admission import admit, estimate_seconds
from gradcore.checks import refuse
from gradcore.errors import RefusedError
from gradcore.settings import Limits
from gradcore.specs import NO_NETWORK, Choice, RaceSpec
from gradcore.task_times import refuse_unlike, target_of
from gradcore.tasks import TASKS
from gradcore.titles import duration

RACEABLE = tuple(name for name, task in TASKS.items() if task.target is not None)  # the others cannot be solved
DEFAULT_TASKS = ("digits", "breast_cancer", "wine", "diabetes", "quadratic", "deep_linear")  # solvable in 200 steps


def races(spec: RaceSpec, names: Sequence[str]) -> tuple[RaceSpec, ...]:
    """Return one race for each task, otherwise as the spec has it.

    Every task trains the spec's network but for one that has no network, and one with a linear teacher, which takes
    the widths only. A task that the spec itself names keeps its arguments.

    Example:
        >>> spec = RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}]})
        >>> [race.network.hidden for race in races(spec, ["wine", "quadratic"])]
        [(128, 64), ()]
    """
    if not names:
        refuse("tasks", "name at least one task", list(names))
    for name in names:
        checks.known_name("task", name, TASKS)
    return tuple(_race(spec, spec.task if name == spec.task.name else Choice(name)) for name in names)


def admit_races(spec: RaceSpec, names: Sequence[str], limits: Limits) -> tuple[RaceSpec, ...]:
    """Return the admitted races; RefusedError where one breaks a rule, or where all together take too long."""
    admitted = tuple(admit(race, limits) for race in races(spec, names))
    for race in admitted:
        target_of(race.task)
    refuse_unlike(admitted)
    seconds = estimate_races(admitted, workers=1)
    if seconds > 60 * limits.minutes:
        allowed = f"the races of a profile must take at most {limits.minutes:g} minutes together on one worker"
        raise RefusedError(f"{allowed}. Received: an estimated {duration(seconds)} for {len(admitted)} tasks")
    return admitted


def estimate_races(admitted: Sequence[RaceSpec], workers: int) -> float:
    """Return about how many seconds admitted races take one after the other on warm workers."""
    return sum(estimate_seconds(race, workers) for race in admitted)


def _race(spec: RaceSpec, task: Choice) -> RaceSpec:
    entry = TASKS[task.name]  # its arguments are not admitted yet
    if not entry.has_network:
        return replace(spec, task=task, network=NO_NETWORK, batch_size=None)
    if entry.teacher is not None:
        return replace(spec, task=task, network=replace(entry.network, hidden=spec.network.hidden))
    return replace(spec, task=task)
