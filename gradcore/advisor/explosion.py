"""What seeds that blew up still say: their ordinary norms, from before each one's own growth.

The growth of a seed begins at the first step whose norm is above every one before it and above GROWN times their
median. From there on the norms belong to the explosion: a threshold among them comes too late to stop it.

Shapes: T steps, S seeds, M ordinary norms.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gradcore.records import Doubles

GROWN = 10.0  # times the median of the seed's steps before
FEW = 20  # ordinary steps of the middle seed, below which no rate can be read from them: one in 20 is 5 %


@dataclass(frozen=True)
class Explosion:
    """The seeds that blew up, as they were before."""

    begins: tuple[int, ...]  # of each of them, the step at which its growth begins
    ordinary: Doubles = field(repr=False)  # (M,) their finite norms above 0 before that, the least first

    @property
    def early(self) -> bool:
        """Whether the growth begins within the first steps, too few of them to read a rate from."""
        return bool(np.median(self.begins) < FEW)

    def threshold_for(self, rate: float) -> float | None:
        """Return the highest threshold to try: the smallest ordinary norm that at most this share of them exceeds.

        Where the growth begins early it is the smallest of them all, None where there is none.

        Example:
            >>> steady = np.concatenate([np.arange(1.0, 41.0), [900.0, 8e4]])[:, None]
            >>> exploded(steady, [42]).threshold_for(0.25), exploded(steady[30:], [12]).threshold_for(0.25)
            (30.0, 31.0)
        """
        if not self.ordinary.size:
            return None
        return float(self.ordinary[0]) if self.early else exceeded_by(self.ordinary, rate)


def exploded(norms: Doubles, ends: Sequence[int | None], first_step: int = 0) -> Explosion | None:
    """Return what the seeds that blew up say, None where none did.

    Args:
        norms: of every step, (T, S).
        ends: the step at which each seed has blown up, None where it has not; () = no seed has.
        first_step: ordinary norms count from here; all of a seed's do where its growth begins before.
    """
    lost = [norms[:end, seed] for seed, end in enumerate(ends) if end is not None]
    if not lost:
        return None
    begins = [growth_begins(seed) for seed in lost]
    kept = [seed[first_step if first_step < begin else 0 : begin] for seed, begin in zip(lost, begins, strict=True)]
    ordinary = np.sort(np.concatenate(kept))
    return Explosion(tuple(begins), ordinary[np.isfinite(ordinary) & (ordinary > 0)])


def growth_begins(norms: Doubles) -> int:
    """Return the step at which a seed's norms (T,) begin to grow, T where they do not.

    Example:
        >>> growth_begins(np.array([5.0, 14.0, 133.0, 7e4])), growth_begins(np.array([90.0, 1.0, 1.0, 50.0]))
        (2, 4)
    """
    known = np.where(np.isnan(norms), -np.inf, norms)
    largest = np.maximum.accumulate(known)
    for step in np.flatnonzero(known[1:] > largest[:-1]) + 1:
        before = norms[:step][np.isfinite(norms[:step])]
        if before.size and norms[step] > GROWN * np.median(before):
            return int(step)
    return len(norms)


def exceeded_by(ordered: Doubles, rate: float) -> float:
    """Return the smallest of some norms, given in ascending order, that at most this share of them exceeds.

    Example:
        >>> exceeded_by(np.array([1.0, 2.0, 3.0, 4.0]), 0.25)
        3.0
    """
    most = int(np.floor(rate * len(ordered) * (1 + 1e-12)))  # of them may be above it; 0.3 x 10 is 3
    return float(ordered[len(ordered) - 1 - most])
