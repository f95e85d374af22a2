"""Gradient norms as the advisor takes them: of a stored run, all its seeds side by side, or of a file.

Shapes: T steps, S seeds; N = T x S less the steps that do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradcore.advisor.explosion import Explosion, exceeded_by, exploded
from gradcore.checks import refuse
from gradcore.errors import RefusedError
from gradcore.ranking import diverged_at
from gradcore.records import Doubles, EntrantTrace

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class NormStream:
    """Gradient norms before clipping; what is not finite is counted, and left out of every statistic.

    So are the steps from which a seed has blown up: a lost run's norms say nothing about how to save it.

    Example:
        >>> stream = NormStream.of([1.0, float("nan"), 3.0])
        >>> stream.counted, stream.non_finite, stream.ordered
        (2, 1, array([1., 3.]))
    """

    norms: Doubles  # (T, S), NaN once a seed has blown up
    lost: Flags  # (T, S) steps from which a seed has blown up
    ordered: Doubles = field(repr=False)  # (N,) the finite norms, the least first
    earlier: Doubles = field(repr=False)  # the finite norms of the steps that are left out at the start
    explosion: Explosion | None = None  # what the seeds that blew up say, None where none did

    @classmethod
    def of(cls, norms: ArrayLike, first_step: int = 0, ends: Sequence[int | None] = ()) -> "NormStream":
        """Return the stream from `first_step` on; refuses negative norms, and a stream without a finite one.

        Args:
            norms: (T,) or (T, S).
            first_step: earlier steps are left out, such as a fast fall at the start.
            ends: for each seed the step at which it has blown up, None where it has not; () = no seed has.
        """
        found = np.asarray(norms, dtype=np.float64)
        found = found[:, None] if found.ndim == 1 else found
        _check(found, first_step)
        lost = _lost(found.shape, ends)[first_step:]
        kept = np.where(lost, np.nan, found[first_step:])
        ordered = np.sort(kept[np.isfinite(kept)])
        if not ordered.size:
            none = "none before it blew up" if lost.any() else "none"
            raise RefusedError(f"the stream must hold a finite norm. Received: {none}")
        earlier = found[:first_step]
        return cls(kept, lost, ordered, earlier[np.isfinite(earlier)], exploded(found, ends, first_step))

    @classmethod
    def recorded(cls, entrant: EntrantTrace, first_step: int = 0) -> "NormStream":
        """Return the stream of one entrant of a stored run, each seed until it blew up."""
        return cls.of(entrant.gradient_norm, first_step, diverged_at(entrant.loss))

    @property
    def steps(self) -> int:
        """Steps of one seed."""
        return int(self.norms.shape[0])

    @property
    def seeds(self) -> int:
        """Seeds side by side."""
        return int(self.norms.shape[1])

    @property
    def counted(self) -> int:
        """Steps of all seeds that are finite."""
        return int(self.ordered.size)

    @property
    def non_finite(self) -> int:
        """Steps of all seeds that are not, before a blow-up: every rule but `none` skips them."""
        return int(self.norms.size - self.ordered.size - self.lost.sum())

    @property
    def blown_up(self) -> int:
        """Seeds that have blown up."""
        return int(self.lost.any(axis=0).sum())

    @property
    def one_seed(self) -> Doubles:
        """The norms of the first seed that has a step that counts, until it blew up, (T,)."""
        seed = int(self.finite.any(axis=0).argmax())
        kept: Doubles = self.norms[~self.lost[:, seed], seed]
        return kept

    @property
    def finite(self) -> Flags:
        """Which steps count, (T, S)."""
        return np.isfinite(self.norms)

    def rates(self, thresholds: ArrayLike) -> Doubles:
        """Return the share of finite steps whose norm is above each threshold.

        Example:
            >>> NormStream.of([1.0, 2.0, 3.0, 4.0]).rates([0.5, 2.0, 4.0])
            array([1. , 0.5, 0. ])
        """
        above = self.counted - np.searchsorted(self.ordered, np.asarray(thresholds, np.float64), side="right")
        return np.asarray(above / self.counted)

    def threshold_for(self, rate: float) -> float:
        """Return the smallest recorded norm that is exceeded by at most this share of the steps.

        Example:
            >>> NormStream.of([1.0, 2.0, 3.0, 4.0]).threshold_for(0.25)
            3.0
        """
        if not 0 < rate < 1:
            refuse("rate", "be above 0 and below 1", rate)
        return exceeded_by(self.ordered, rate)


def _lost(shape: tuple[int, ...], ends: Sequence[int | None]) -> Flags:
    steps, seeds = shape
    stops = np.array([steps if end is None else end for end in ends] or [steps] * seeds)
    return np.asarray(np.arange(steps)[:, None] >= stops)


def _check(norms: Doubles, first_step: int) -> None:
    if norms.ndim != 2 or not norms.size:
        refuse("norms", "hold at least one step", list(norms.shape))
    negative = np.argwhere(norms < 0)
    if negative.size:
        step, seed = negative[0].tolist()
        raise RefusedError(f"a norm must not be negative. Received: {norms[step, seed]:g} at step {step}")
    if not 0 <= first_step < len(norms):
        refuse("first_step", f"be a step of the stream, 0 to {len(norms) - 1}", first_step)
