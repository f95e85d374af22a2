"""What several races over several tasks come to: how soon each of their entrants reaches the target of each task.

The races are ordinary stored runs of the same entrants, seeds and steps; together they make one performance profile.

Shapes: E entrants, P tasks, S seeds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gradcore.errors import RefusedError
from gradcore.profile import Profile, profile_of
from gradcore.ranking import steps_to_target
from gradcore.records import Doubles, RaceTrace, RunInfo, RunStatus
from gradcore.specs import Choice, RaceSpec
from gradcore.tasks import known_task
from gradcore.titles import task_text

MEASURES = ("steps", "seconds")
ALIKE = ("entrants", "seeds", "first_seed", "steps", "learning_rates", "shared_weights")  # in all races of a profile


@dataclass(frozen=True)
class Problem:
    """One task of a profile."""

    run_id: str
    task: Choice
    target: float  # training loss

    @property
    def title(self) -> str:
        """The task as a reader names it."""
        return task_text(self.task)


@dataclass(frozen=True)
class TaskTimes:
    """How soon each entrant reaches the target of each task."""

    labels: tuple[str, ...]  # E
    optimizers: tuple[str, ...]  # E, Keras' names
    problems: tuple[Problem, ...]  # P
    budget: int  # steps of every race
    steps: Doubles  # (E, P, S) to the target, at least 1; Inf where it is missed
    step_seconds: Doubles  # (E, P) measured once, all seeds side by side

    @property
    def seeds(self) -> int:
        """S, of every race."""
        return int(self.steps.shape[2])

    def of(self, measure: str) -> Doubles:
        """Return the times by "steps" or "seconds", (E, P, S)."""
        return self.steps if measure == "steps" else self.steps * self.step_seconds[:, :, None]


def task_times(races: Sequence[tuple[str, RaceSpec, RaceTrace]]) -> TaskTimes:
    """Return the times to target of finished races, each with its run's id.

    A target that a seed's first loss meets counts as reached in one step, so that ratios have a meaning. RefusedError
    where the races do not make one profile: another entrant, seed or step, a task twice, or one without a target.
    """
    specs = [spec for _, spec, _ in races]
    refuse_unlike(specs)
    problems = tuple(Problem(run_id, spec.task, target_of(spec.task)) for run_id, spec, _ in races)
    found = [_one(trace, problem.target) for (_, _, trace), problem in zip(races, problems, strict=True)]
    return TaskTimes(
        labels=specs[0].labels,
        optimizers=tuple(entrant.optimizer.name for entrant in specs[0].entrants),
        problems=problems,
        budget=specs[0].steps,
        steps=np.stack([steps for steps, _ in found], axis=1),
        step_seconds=np.stack([seconds for _, seconds in found], axis=1),
    )


def times_of_runs(
    runs: Sequence[RunInfo], trace_of: Callable[[str], RaceTrace]
) -> tuple[TaskTimes, tuple[RunInfo, ...]]:
    """Return what the finished ones of several stored races came to, and the others, which are left out.

    Args:
        runs: races, in the order of their tasks.
        trace_of: what is recorded of a run, by its id.
    """
    finished = [run for run in runs if run.status == RunStatus.FINISHED]
    found = task_times([(run.id, RaceSpec.from_json(run.spec), trace_of(run.id)) for run in finished])
    return found, tuple(run for run in runs if run.status != RunStatus.FINISHED)


def profile_by(times: TaskTimes, measure: str = "steps") -> Profile:
    """Return the profile by "steps" or "seconds".

    Entrants are told apart by steps only: the seconds of a step are measured once for all seeds, so that no test over
    the seeds sees how uncertain they are.
    """
    return profile_of(times.labels, times.of(measure), tested=measure == "steps")


def target_of(task: Choice) -> float:
    """Return the training loss that counts as solved; RefusedError where a task has none.

    Example:
        >>> target_of(Choice("digits"))
        0.1
        >>> target_of(Choice("retired"))
        Traceback (most recent call last):
        gradcore.errors.RefusedError: a task of a profile must have a target. Received: retired, which has none
    """
    entry = known_task(task)
    if entry is None or entry.target is None:
        raise RefusedError(f"a task of a profile must have a target. Received: {task_text(task)}, which has none")
    return entry.target


def refuse_unlike(specs: Sequence[RaceSpec]) -> None:
    """Refuse races that make no profile together: none at all, different settings, or the same task twice."""
    if not specs:
        raise RefusedError("a profile must have at least one finished race. Received: none")
    for spec in specs[1:]:
        for name in ALIKE:
            if getattr(spec, name) != getattr(specs[0], name):
                raise RefusedError(
                    f"the races of a profile must have the same {name}. Received: "
                    f"{task_text(spec.task)} with others than {task_text(specs[0].task)}"
                )
    tasks = [spec.task for spec in specs]
    for number, task in enumerate(tasks):
        if task in tasks[:number]:
            raise RefusedError(f"the races of a profile must have different tasks. Received: {task_text(task)} twice")


def _one(trace: RaceTrace, target: float) -> tuple[Doubles, Doubles]:
    """Return the steps to target (E, S) and the seconds of a step (E,) of one race."""
    reached = [steps_to_target(entrant.loss, target) for entrant in trace.entrants]
    steps = np.array([[np.inf if step is None else max(step, 1) for step in seeds] for seeds in reached], dtype=float)
    seconds = [one.outcome.seconds / one.trained_steps if one.outcome else np.nan for one in trace.entrants]
    return steps, np.array(seconds)
