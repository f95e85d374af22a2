"""The interval of a clip rate: Wilson's score interval on effective steps, corrected for being shown only sometimes.

Wilson (1927) inverts the test |p-hat - p| <= z sqrt(p (1 - p) / n), so its ends stay in [0, 1] and fit rare events.
Here n is the number of effective steps, and z is Student's quantile, because that number is itself an estimate: for a
window of M lags its relative variance is about 2 (2M + 1) / N (Sokal 1997, Monte Carlo methods in statistical
mechanics, section 3), and the clusters of clip events add theirs. An interval is given only where at least LEAST_EVENTS
effective clip events, and as many effective steps without one, are seen in at least LEAST_STEPS steps. Streams that
pass this gate by luck show too high a rate, so the end on that side is that of the distribution of the streams that
pass (conditional inference after selection: Zhong & Prentice 2008, Biostatistics 9, 621).
`bench/advisor_coverage.py` holds all this to 92 to 98 %; docs/advisor_method.md tells what else was tried.

Shapes: C thresholds.
"""

import numpy as np

from gradcore.advisor.effective import Effective
from gradcore.advisor.quantiles import NORMAL, normal_below, student_quantile
from gradcore.records import Doubles

LEAST_EVENTS = 20.0
LEAST_STEPS = 500  # a shorter stream does not show a slow drift, and its interval would be too narrow
GATE = 18.5  # what the correction takes the gate to be: the gate is on an estimate
TAIL = 0.025  # of each end
MORE_TAIL = 0.02  # added where the gate hides most streams: misses on the other side are hidden with them
CLUSTERS = 0.25  # weight of the events' own clusters in the variance of the effective steps
HALVINGS = 40


def intervals(rates: Doubles, counted: int, found: Effective) -> tuple[Doubles, Doubles]:
    """Return the lower and the upper ends of 95 % intervals, (C,) each; NaN where none can be given.

    Args:
        rates: observed clip rates, (C,).
        counted: the number of finite steps N.
        found: the effective steps of each threshold.

    Example:
        >>> iid = Effective(np.array([1.0]), np.array([1.0]), np.array([1000.0]))
        >>> [end.round(3).tolist() for end in intervals(np.array([0.1]), 1000, iid)]
        [[0.083], [0.12]]
    """
    given = (np.minimum(rates, 1 - rates) * found.steps >= LEAST_EVENTS) & (counted >= LEAST_STEPS)
    low, high = np.full((2, len(rates)), np.nan)
    if given.any():
        rate, steps = rates[given], found.steps[given]
        wider = _wider(rate, counted, found.time[given], found.window[given], steps)
        low[given] = _lower_end(rate, steps, wider)
        high[given] = 1 - _lower_end(1 - rate, steps, wider)
    return low, high


def _wider(rate: Doubles, counted: int, time: Doubles, window: Doubles, steps: Doubles) -> Doubles:
    """Return how much wider Student's quantile is than the normal one, for a variance estimated over this window."""
    events = np.minimum(rate, 1 - rate) * steps
    freedom = 1 / ((2 * window + 1) / counted + CLUSTERS * (1 - 1 / time) / events)
    return student_quantile(freedom, 1 - TAIL) / NORMAL.inv_cdf(1 - TAIL)


def _lower_end(rate: Doubles, steps: Doubles, wider: Doubles) -> Doubles:
    """Return the least true rate for which so high a rate is not too rare, given that it passed the gate."""
    gate = np.minimum(GATE / steps, rate)
    low, high = np.zeros_like(rate), rate.copy()
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        error = wider * np.sqrt(middle * (1 - middle) / steps)
        shown = normal_below((middle - gate) / error)
        plausible = normal_below((middle - rate) / error) >= (TAIL + MORE_TAIL * (1 - shown)) * shown
        high = np.where(plausible, middle, high)
        low = np.where(plausible, low, middle)
    return high
