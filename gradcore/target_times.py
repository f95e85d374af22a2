"""How long each entrant takes to its task's target: in steps, and in the seconds that they took here.

A seed that never gets there counts as infinitely long, so that a median exists where half of the seeds and one more
arrive. Steps are updates: the loss of step t is measured after t of them. S seeds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcore.ranking import median, steps_to_target
from gradcore.records import Doubles, EntrantTrace, RaceTrace
from gradcore.titles import counted


@dataclass(frozen=True)
class TargetTime:
    """One entrant's way to the target, seed by seed."""

    label: str
    steps: Doubles  # (S,) updates until the training loss is at most the target, Inf where it never is
    seconds_per_step: float  # of all seeds side by side; NaN where it was not measured

    @property
    def seconds(self) -> Doubles:
        """Seconds of training, all seeds side by side, until each seed was there, (S,)."""
        with np.errstate(invalid="ignore"):
            return np.where(np.isfinite(self.steps), self.steps * self.seconds_per_step, np.inf)

    @property
    def reached(self) -> int:
        """Seeds that arrive."""
        return int(np.isfinite(self.steps).sum())


def target_times(trace: RaceTrace, target: float | None) -> tuple[TargetTime, ...]:
    """Return the way to the target of every entrant that has its outcome, the fewest steps (median) first.

    Nothing without a target: there is nothing to learn.
    """
    if target is None:
        return ()
    return in_order([_time(entrant, target) for entrant in trace.entrants if entrant.outcome is not None])


def in_order(found: Sequence[TargetTime]) -> tuple[TargetTime, ...]:
    """Return the ways to the target, the fewest steps (median) first."""
    return tuple(sorted(found, key=lambda one: median(one.steps)))


def step_numbers(steps: Sequence[int | None]) -> Doubles:
    """Return steps to a target as numbers, what is not reached as infinity.

    Example:
        >>> step_numbers([3, None]).tolist()
        [3.0, inf]
    """
    return np.array([np.inf if step is None else step for step in steps], np.float64)


def _time(entrant: EntrantTrace, target: float) -> TargetTime:
    assert entrant.outcome is not None  # target_times left the others out
    per_step = entrant.outcome.seconds / entrant.trained_steps if entrant.steps else np.nan
    return TargetTime(entrant.label, step_numbers(steps_to_target(entrant.loss, target)), per_step)


def seconds_to_target(entrant: EntrantTrace, target: float | None) -> list[float | None]:
    """Return for each seed the seconds to the target; None = not reached, no target, or not measured.

    Example:
        >>> from gradcore.records import Outcome
        >>> loss = np.array([[1.0, 1.0], [0.4, 0.8]], np.float32)
        >>> outcome = Outcome(0, np.ones(2), np.ones(2), seconds=0.5)
        >>> seconds_to_target(EntrantTrace("SGD", "SGD", 0.1, *[loss] * 6, outcome), 0.5)
        [0.25, None]
    """
    if target is None or entrant.outcome is None:
        return [None] * entrant.loss.shape[1]
    return [float(value) if np.isfinite(value) else None for value in _time(entrant, target).seconds]


def target_sentence(found: Sequence[TargetTime], target: float | None, steps: int) -> str:
    """Return who reaches the target with most of its seeds, "" without a target or before anybody has ended."""
    if target is None or not found:
        return ""
    if not any(one.reached for one in found):
        return f"No entrant reaches the target, a training loss of {target:g}, within {counted(steps, 'step')}."
    late = [one.label for one in found if not np.isfinite(median(one.steps))]
    if len(late) == len(found):
        return f"No entrant reaches the target, a training loss of {target:g}, on more than half of its seeds."
    least = median(found[0].steps)
    best = [one.label for one in found if median(one.steps) == least]
    who = " and ".join(best) if len(best) <= 2 else f"{len(best)} entrants"
    ending = f"; {len(late)} of {len(found)} do not on more than half of their seeds" if late else ""
    verb = "gets" if len(best) == 1 else "get"
    return f"{who} {verb} to a training loss of {target:g} in the fewest steps (median {least:.0f}){ending}."
