"""Gradient norms as the advisor takes them: of a stored run, all its seeds side by side, or of a file.

Shapes: T steps, S seeds; N = T x S less the steps that are not finite.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gradcore.checks import refuse
from gradcore.errors import RefusedError
from gradcore.records import Doubles


@dataclass(frozen=True)
class NormStream:
    """Gradient norms before clipping; what is not finite is counted, and left out of every statistic.

    Example:
        >>> stream = NormStream.of([1.0, float("nan"), 3.0])
        >>> stream.counted, stream.non_finite, stream.ordered
        (2, 1, array([1., 3.]))
    """

    norms: Doubles  # (T, S)
    ordered: Doubles = field(repr=False)  # (N,) the finite ones, the least first

    @classmethod
    def of(cls, norms: ArrayLike, first_step: int = 0) -> "NormStream":
        """Return the stream from `first_step` on; refuses negative norms, and a stream without a finite one.

        Args:
            norms: (T,) or (T, S).
            first_step: earlier steps are left out, such as a fast fall at the start.
        """
        found = np.asarray(norms, dtype=np.float64)
        found = found[:, None] if found.ndim == 1 else found
        _check(found, first_step)
        kept = np.ascontiguousarray(found[first_step:])
        ordered = np.sort(kept[np.isfinite(kept)])
        if not ordered.size:
            raise RefusedError("the stream must hold a finite norm. Received: none of its steps is finite")
        return cls(kept, ordered)

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
        """Steps of all seeds that are not: every rule but `none` skips them."""
        return int(self.norms.size - self.ordered.size)

    @property
    def finite(self) -> NDArray[np.bool_]:
        """Which steps are finite, (T, S)."""
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
        most = int(np.floor(rate * self.counted * (1 + 1e-12)))  # steps that may be clipped; 0.3 x 10 is 3
        return float(self.ordered[self.counted - 1 - most])


def _check(norms: Doubles, first_step: int) -> None:
    if norms.ndim != 2 or not norms.size:
        refuse("norms", "hold at least one step", list(norms.shape))
    negative = np.argwhere(norms < 0)
    if negative.size:
        step, seed = negative[0].tolist()
        raise RefusedError(f"a norm must not be negative. Received: {norms[step, seed]:g} at step {step}")
    if not 0 <= first_step < len(norms):
        refuse("first_step", f"be a step of the stream, 0 to {len(norms) - 1}", first_step)
