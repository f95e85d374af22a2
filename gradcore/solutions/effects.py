"""What a stack of solutions does on a disease: the share E of what the disease costs that it gives back.

E = (sick - treated) / (sick - best), losses of the same seeds, best = the least mean loss that any stack of the same
measurement reaches on that disease: 1 = cured, 0 = no effect, below 0 = harmful. The loss is the training loss of the
last tenth of the steps: what a gradient problem keeps from falling. (A validation loss after so few steps measures
how far the moving averages of batch normalisation are behind.)
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcore.paired_tests import difference_interval, share_interval
from gradcore.records import Doubles, TrialCell

Interval = tuple[float, float]


@dataclass(frozen=True)
class Effect:
    """E with its 95 % interval (Fieller's, paired over the seeds); None where the seeds do not bound it."""

    value: float
    interval: Interval | None
    by_seed: Doubles  # (S,) (sick - treated) of each seed over the mean of (sick - best)

    @property
    def told_apart(self) -> bool:
        """Whether the interval leaves out 0: it helps, or it harms."""
        return self.interval is not None and not self.interval[0] <= 0 <= self.interval[1]


def effect_of(sick: TrialCell, treated: TrialCell, best: TrialCell) -> Effect:
    """Return the effect of one stack on one disease; all three were scored on the same seeds."""
    gained, possible = sick.losses - treated.losses, sick.losses - best.losses
    whole = float(possible.mean())
    if whole <= 0:  # nothing does better than no treatment
        return Effect(0.0, None, np.zeros(len(gained)))
    return Effect(float(gained.mean()) / whole, share_interval(gained, possible), gained / whole)


def mean_effect(effects: Sequence[Effect]) -> Effect | None:
    """Return the mean over diseases, None of none; its interval is over the seeds, with the diseases as they are."""
    if not effects:
        return None
    by_seed = np.mean([effect.by_seed for effect in effects], axis=0)
    return Effect(float(by_seed.mean()), difference_interval(by_seed), by_seed)


def gain(first: Effect, second: Effect) -> Effect:
    """Return by how much the first effect is larger than the second, paired over the seeds."""
    by_seed = first.by_seed - second.by_seed
    return Effect(float(by_seed.mean()), difference_interval(by_seed), by_seed)


def strongest(alone: Sequence[TrialCell]) -> tuple[str, ...]:
    """Return the solutions that were tried alone on one disease, the least mean loss first; not those that failed."""
    tried = [cell for cell in alone if cell.stack and not cell.reason]
    return tuple(cell.stack for cell in sorted(tried, key=lambda cell: float(cell.losses.mean())))


def best_of(cells: Sequence[TrialCell]) -> TrialCell:
    """Return the cell with the least mean loss of those on one disease."""
    return min((cell for cell in cells if not cell.reason), key=lambda cell: float(cell.losses.mean()))
