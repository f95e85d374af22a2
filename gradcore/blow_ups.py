"""Which runs of a pair blow up, the same training with and without clipping, and what clipping does meanwhile.

A run blows up when it diverges as in the ranking (`gradcore.ranking.divergences`): its loss is not finite or above
1,000 times its first one, or its validation loss is not finite.

Shapes: T steps recorded so far, S seeds.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gradcore.proportions import mcnemar, wilson
from gradcore.ranking import divergences, median
from gradcore.records import Doubles, EntrantTrace, RaceTrace
from gradcore.specs import NO_CLIPPING, RaceSpec

ROUNDING = 1e-6  # of a norm that is recorded in float32


@dataclass(frozen=True)
class Side:
    """One of the two, over its seeds."""

    label: str
    blown_up_at: tuple[int | None, ...]  # (S,) the step, None where it did not
    validation_loss: float | None  # median, None until it has ended

    @property
    def seeds(self) -> int:
        """S, the number of runs."""
        return len(self.blown_up_at)

    @property
    def blow_ups(self) -> int:
        """Runs that have blown up."""
        return sum(step is not None for step in self.blown_up_at)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the share that blows up."""
        return wilson(self.blow_ups, self.seeds)


@dataclass(frozen=True)
class Pair:
    """The same seeds without and with clipping."""

    without: Side
    clipped: Side
    only_without: int  # seeds that blew up without clipping alone
    only_clipped: int  # with clipping alone

    @property
    def p_value(self) -> float:
        """McNemar's exact test of the two shares."""
        return mcnemar(self.only_without, self.only_clipped)


def is_pair(spec: RaceSpec) -> bool:
    """Return whether a race is one training without and one with clipping, otherwise the same, each to its end.

    Example:
        >>> is_pair(RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}, {"optimizer": "SGD", "clipnorm": 1}]}))
        True
    """
    if len(spec.entrants) != 2 or not spec.shared_weights or spec.stop_at_warning:
        return False
    without, clipped = spec.entrants
    same = replace(clipped, clip=NO_CLIPPING, label=without.label) == without
    return same and clipped.clip != NO_CLIPPING


def read_pair(trace: RaceTrace) -> Pair:
    """Return what a pair (`is_pair`) has come to so far."""
    without, clipped = (_side(entrant) for entrant in trace.entrants)
    blown = [[step is not None for step in side.blown_up_at] for side in (without, clipped)]
    both = list(zip(*blown, strict=True))
    return Pair(without, clipped, both.count((True, False)), both.count((False, True)))


def shares(side: Side, steps: int) -> Doubles:
    """Return the share of runs that have blown up by each of the first steps, (T,).

    Example:
        >>> shares(Side("SGD", (1, None), None), steps=3)
        array([0. , 0.5, 0.5])
    """
    fallen = np.array([step for step in side.blown_up_at if step is not None], dtype=int)
    found: Doubles = np.searchsorted(np.sort(fallen), np.arange(steps), side="right") / side.seeds
    return found


def clipped_steps(entrant: EntrantTrace) -> NDArray[np.bool_]:
    """Return at which steps clipping changed the gradient, (T, S); steps that are not finite are skipped.

    Runs from before the decisions were recorded tell it by their norms.
    """
    if entrant.clip is not None:
        return entrant.clip.clipped
    before, after = entrant.gradient_norm.astype(np.float64), entrant.clipped_norm.astype(np.float64)
    with np.errstate(invalid="ignore"):
        found: NDArray[np.bool_] = np.isfinite(before) & (after < before * (1 - ROUNDING))
    return found


def clip_rate(entrant: EntrantTrace) -> float:
    """Return the share of all finite steps of all seeds that clipping changed, NaN without any."""
    finite = int(np.isfinite(entrant.gradient_norm).sum())
    return float(clipped_steps(entrant).sum() / finite) if finite else float("nan")


def _side(entrant: EntrantTrace) -> Side:
    outcome = entrant.outcome
    loss = median(outcome.validation_loss) if outcome else None
    return Side(entrant.label, tuple(divergences(entrant)), loss)
