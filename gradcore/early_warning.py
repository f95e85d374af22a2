"""Early warning: the step at which the norm of the gradient first says that a training is about to diverge.

Only the past is looked at, so a training can be told to stop there. How early it comes, and how often in vain:
`bench/early_warning.py`, on whose first tasks the constants below were chosen.

Shapes: T steps.
"""

import numpy as np
from numpy.typing import NDArray

from gradcore.checks import refuse
from gradcore.records import Doubles

WINDOW = 5  # steps over which slope and spread are taken
SURE_RISE = 1.2  # nats over the window, less one standard error: the norm more than triples
START = 10  # first steps, whose median is the usual level
ABOVE = 1.0  # nats above the usual level: e times


def first_warning(norms: NDArray[np.floating], *, since: int = 0) -> int | None:
    """Return the first step whose gradient norm warns of a divergence, 0-based, None where none does.

    With y = ln |g|, the least-squares slope b of the last 5 steps and its standard error s (from the spread of y around
    the line), step t >= 10 warns where 4 (b - s) > 1.2 and y_t > 1 + the median of y over the first 10 steps. A norm
    that is not finite warns at once; without any gradient in the first steps there is no level to rise from. A slope
    beyond noise alone would not do: healthy training has passing rises, where curvature reaches its limit and falls
    again (Cohen et al. 2021, https://arxiv.org/abs/2103.00065), but below the level of its start.

    Args:
        norms: of the whole gradient at each step, before clipping, (T,).
        since: a step before which none is known to warn; those are not looked at again.

    Example:
        >>> first_warning(np.array([1.0] * 12 + [1.5, 3.0, 6.0, 12.0, 24.0]))
        14
    """
    if norms.ndim != 1:
        refuse("norms", "be one number for each step", norms.shape)
    broken = since + np.flatnonzero(~np.isfinite(norms[since:]))
    found = np.flatnonzero(_rising(norms[: broken[0]] if len(broken) else norms, since))
    first = [*(found[:1] + since), *broken[:1]]
    return int(first[0]) if first else None


def _rising(norms: NDArray[np.floating], since: int) -> NDArray[np.bool_]:
    """Return which of T finite norms warn, from step `since` on, (T - since,)."""
    first = max(since, START)
    if len(norms) <= first or not np.median(norms[:START]) > 0:
        return np.zeros(max(len(norms) - since, 0), bool)
    level = np.median(_logs(norms[:START]))
    y = _logs(norms[first - WINDOW + 1 :])
    windows = np.lib.stride_tricks.sliding_window_view(y, WINDOW)  # (T - first, 5)
    warns = (_sure_rise(windows) > SURE_RISE) & (y[WINDOW - 1 :] - level > ABOVE)
    return np.concatenate([np.zeros(first - since, bool), warns])


def _logs(norms: NDArray[np.floating]) -> Doubles:
    found: Doubles = np.log(np.maximum(norms.astype(np.float64), np.finfo(np.float64).tiny))
    return found


def _sure_rise(windows: Doubles) -> Doubles:
    """Return how far y surely rises over each window (N, 5): slope less its standard error, times 4."""
    x = np.arange(WINDOW) - (WINDOW - 1) / 2
    square = np.square(x).sum()
    slope = windows @ x / square
    left = windows - windows.mean(axis=1, keepdims=True) - slope[:, None] * x
    error = np.sqrt(np.square(left).sum(axis=1) / (WINDOW - 2) / square)
    rise: Doubles = (slope - error) * (WINDOW - 1)
    return rise
