"""Early warning: the step at which a training first takes steps too long for the loss that it has to lose.

Only the past is looked at, so a training can be told to stop there. How early it comes, and how often in vain:
`bench/early_warning.py`, on whose first tasks the rule was chosen.

Shapes: T steps.
"""

import numpy as np
from numpy.typing import NDArray

from gradcore.checks import refuse
from gradcore.records import Doubles

WINDOW = 5  # steps over which the promises are averaged
START = 10  # step before which there is no warning: a start may overshoot and settle
ALL_OF_IT = 1.0  # promised by a step: the whole loss at the start


def first_warning(
    norms: NDArray[np.floating], updates: NDArray[np.floating], start: float, *, since: int = 0
) -> int | None:
    """Return the first step that warns of a divergence, 0-based, None where none does.

    A step that changes the weights by u changes the loss by at most |g| |u|, as far as the gradient g tells: that is
    what it promises. A loss that is never negative has no more to lose than it had at the start, L_0. Step t >= 10
    warns where the mean promise of the last 5 steps exceeds L_0: the steps are too long for their gradients to mean
    anything. A gradient norm that is not finite warns at once; without a positive L_0 nothing else does.

    Args:
        norms: of the whole gradient at each step, before clipping, (T,).
        updates: norms of what the optimizer then did to all weights, (T,).
        start: L_0, the loss of the first step.
        since: a step before which none is known to warn; those are not looked at again.

    Example:
        >>> first_warning(np.array([1.0] * 12 + [1.5, 3.0, 6.0, 12.0]), np.full(16, 0.5), start=2.0)
        15
    """
    if norms.ndim != 1 or norms.shape != updates.shape:
        refuse("updates", "be one number for each of the norms, which are one for each step", updates.shape)
    broken = since + np.flatnonzero(~np.isfinite(norms[since:]))
    first = max(since, START)
    seen = slice(first - WINDOW + 1, None)
    found = first + np.flatnonzero(mean_promises(norms[seen], updates[seen], start)[WINDOW - 1 :] > ALL_OF_IT)
    warns = [*found[:1], *broken[:1]]
    return int(min(warns)) if warns else None


def mean_promises(norms: NDArray[np.floating], updates: NDArray[np.floating], start: float) -> Doubles:
    """Return the mean of |g| |u| / L_0 over the last 5 steps at each step, (T,): NaN before the fifth.

    Example:
        >>> mean_promises(np.array([2.0, 2, 2, 2, 2, 12]), np.full(6, 0.5), start=4.0)[4:].tolist()
        [0.25, 0.5]
    """
    found = np.full(norms.shape, np.nan)
    if len(norms) < WINDOW or not 0 < start < np.inf:
        return found
    with np.errstate(all="ignore"):  # what is not finite stays so
        promises = norms.astype(np.float64) * updates / start
        ends = len(promises) - WINDOW + 1
        found[WINDOW - 1 :] = sum(promises[place : place + ends] for place in range(WINDOW)) / WINDOW
    return found
