"""What the notebook's code printed, restated line by line, beside what is true.

Kept to show the difference; nothing else uses it. Both of its cells ask `tf.clip_by_global_norm` for the norm after
clipping and print what it returns, which is the norm before.
"""

import math
from bisect import insort
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradcore.clip_trials.measures import Gradients
from gradcore.clip_trials.one_step import one_step
from gradcore.specs import Choice

RULES = (
    Choice.of("clip_by_global_norm", max_norm=5.0),
    Choice.of("clip_by_value", max_value=10.0),
    Choice("ten_percent"),
)
PERCENTILE, HISTORY, MIN_CLIP, MAX_CLIP = 90.0, 50, 0.1, 10.0  # of its simulation
WARM_UP, WARM_UP_THRESHOLD = 10, 1.0
RETURNED_BEFORE = "TensorFlow returned the norm before clipping"


@dataclass(frozen=True)
class Printed:
    """One line of the notebook's output."""

    line: str
    printed: float
    true: float
    why: str  # empty where what was printed is true

    @property
    def right(self) -> bool:
        """Whether the printed number is the true one, to the four decimals that are printed."""
        return f"{self.printed:.4f}" == f"{self.true:.4f}"


def printed_lines(gradients: Gradients) -> tuple[Printed, ...]:
    """Return what the notebook printed for the gradients of one step, and what is true.

    Example:
        >>> [(line.printed, line.true) for line in printed_lines([np.array([30.0, 40.0])])]
        [(50.0, 50.0), (50.0, 5.0), (14.142135623730951, 14.142135623730951), (50.0, 5.0)]
    """
    step = one_step(gradients, RULES)
    whole, value, share = step.results
    before = step.norm_before
    found = (
        Printed("Original total norm", before, before, ""),
        Printed("After global norm clipping (5.0)", before, whole.norm_after, RETURNED_BEFORE),
        Printed("After value clipping (±10.0)", value.norm_after, value.norm_after, ""),
        Printed(f"After adaptive clipping ({share.threshold or 0:.2f})", before, share.norm_after, RETURNED_BEFORE),
    )
    return tuple(Printed(one.line, one.printed, one.true, "" if one.right else one.why) for one in found)


@dataclass(frozen=True)
class NotebookRun:
    """What the notebook's `AdaptiveGradientClipper` did and said over a stream of T steps."""

    norms: NDArray[np.float64]  # (T,)
    threshold: NDArray[np.float64]  # (T,)
    clipped: NDArray[np.bool_]  # (T,)
    average_norm: float  # of its history; NaN once a NaN is in it
    current_threshold: float  # as it prints it: the bare percentile, which no step used
    recent_rate: float
    blind: NDArray[np.bool_]  # (T,) a NaN is in its history, so that its threshold is `max_clip`

    @property
    def clips(self) -> int:
        """The number of clipped steps."""
        return int(self.clipped.sum())

    @property
    def rate(self) -> float:
        """The share of clipped steps."""
        return float(self.clipped.mean())

    def message(self, step: int) -> str:
        """Return the line that it printed for a step, without its emoji."""
        norm, threshold = self.norms[step], self.threshold[step]
        if self.clipped[step]:
            return f"Clipped! {norm:.3f} → {norm:.3f} (threshold: {threshold:.3f})"
        return f"No clipping needed: {norm:.3f} (threshold: {threshold:.3f})"


def notebook_run(
    norms: Sequence[float] | NDArray[np.float64],
    percentile: float = PERCENTILE,
    history: int = HISTORY,
    min_clip: float = MIN_CLIP,
    max_clip: float = MAX_CLIP,
) -> NotebookRun:
    """Return what the notebook's class does with these norms (T,), its flaws included.

    A NaN norm is never above a threshold, so it passes; then it stays in the history, and the percentile of a history
    with a NaN is NaN, which `min` and `max` turn into `max_clip`.

    Example:
        >>> run = notebook_run([1.0] * 9 + [float("nan")] + [50.0, 1.0])
        >>> run.threshold[8:].tolist(), run.clipped[8:].tolist()
        ([1.0, 10.0, 10.0, 10.0], [False, False, True, False])
    """
    kept: deque[float] = deque(maxlen=history)
    events: deque[bool] = deque(maxlen=history)
    ordered: list[float] = []  # the same, in ascending order, without NaN
    thresholds, clipped, blind = [], [], []
    for norm in map(float, norms):
        if len(kept) == history and not math.isnan(kept[0]):
            ordered.remove(kept[0])
        kept.append(norm)
        if not math.isnan(norm):
            insort(ordered, norm)
        current = _percentile(ordered, percentile) if len(ordered) == len(kept) else math.nan
        threshold = max(min_clip, min(max_clip, current)) if len(kept) >= WARM_UP else WARM_UP_THRESHOLD
        thresholds.append(threshold)
        clipped.append(norm > threshold)
        events.append(clipped[-1])
        blind.append(len(kept) >= WARM_UP and len(ordered) < len(kept))
    current = current if len(kept) >= WARM_UP else WARM_UP_THRESHOLD
    with np.errstate(invalid="ignore"):
        average = float(np.mean(kept))
    return NotebookRun(
        np.asarray(norms, dtype=np.float64), np.array(thresholds), np.array(clipped), average, current,
        float(np.mean(events)), np.array(blind),
    )  # fmt: skip


def _percentile(ordered: Sequence[float], percentile: float) -> float:
    """Return a percentile of ordered values, linear between neighbours, as `numpy.percentile`.

    Example:
        >>> _percentile([1.0, 2.0, 4.0], 75.0)
        3.0
    """
    place = (len(ordered) - 1) * percentile / 100
    low = int(place)
    below, above = ordered[low], ordered[min(low + 1, len(ordered) - 1)]
    return below + (above - below) * (place - low) if place > low else below
