"""The interval of a clip rate: Wilson's on effective steps, corrected on the side of the gate that shows it or not.

Here n is the number of effective steps, less what its own uncertainty takes away: for a window of M lags its relative
variance is about 2 (2M + 1) / N (Sokal 1997, Monte Carlo methods in statistical mechanics, section 3), the clusters of
clip events add theirs, and Student's quantile says by how much that widens. An interval is given only where at least
LEAST_EVENTS effective clip events, and as many effective steps without one, are seen in at least LEAST_STEPS steps.

Away from the gate the end is Wilson's (1927): it inverts the test |p-hat - p| <= z sqrt(p (1 - p) / n), stays in [0, 1]
and fits rare events. On the gate's side it is conditional (inference after selection: Zhong & Prentice 2008,
Biostatistics 9, 621): a rate is plausible where so high a share is not too rare among the streams that pass the gate.
The gate looks at the effective events, with which the share goes together only in part (`gradcore.advisor.selection`).
That is asked far out in the tail, where a count is skewed and the normal distribution too thin; the signed root of the
likelihood ratio is close to normal there too (Pierce & Schafer 1986, Journal of the American Statistical Association
81, 977). And where the gate hides the streams that would miss on the other side, their share of the 5 % is spent here.
`bench/advisor_coverage.py` holds all this to 92 to 98 %; docs/advisor_method.md tells what else was tried.

Shapes: C thresholds.
"""

import numpy as np

from gradcore.advisor.effective import Effective
from gradcore.advisor.quantiles import NORMAL, normal_below, student_quantile
from gradcore.advisor.selection import both_above, gate_correlation
from gradcore.records import Doubles

LEAST_EVENTS = 20.0
LEAST_STEPS = 500  # a shorter stream does not show a slow drift, and its interval would be too narrow
BETWEEN = 0.5  # events: what passes from 20 on begins, as a share without steps, half way from 19 on
TAIL = 0.025  # of each end
QUANTILE = NORMAL.inv_cdf(1 - TAIL)
CLUSTERS = 0.25  # weight of the events' own clusters in the variance of the effective steps
HALVINGS = 20  # of where an end lies: to a millionth of the rate


def intervals(rates: Doubles, counted: int, found: Effective) -> tuple[Doubles, Doubles]:
    """Return the lower and the upper ends of 95 % intervals, (C,) each; NaN where none can be given.

    Args:
        rates: observed clip rates, (C,).
        counted: the number of finite steps N.
        found: the effective steps of each threshold.

    Example:
        >>> iid = Effective(np.array([1.0]), np.array([1.0]), np.array([1000.0]))
        >>> [end.round(3).tolist() for end in intervals(np.array([0.1]), 1000, iid)]
        [[0.082], [0.12]]
    """
    rarer = np.minimum(rates, 1 - rates)  # clip events, or steps without one
    given = (rarer * found.steps >= LEAST_EVENTS) & (counted >= LEAST_STEPS)
    low, high = np.full((2, len(rates)), np.nan)
    if given.any():
        share, steps = rarer[given], found.steps[given]
        worth = steps / _wider(share, counted, found.time[given], found.window[given], steps) ** 2
        near = _selected_end(share, worth, (LEAST_EVENTS - BETWEEN) / steps, gate_correlation(found.time[given]))
        far = 1 - _wilson_end(1 - share, worth)
        clipped = rates[given] == share  # the events are the rarer ones
        low[given] = np.where(clipped, near, 1 - far)
        high[given] = np.where(clipped, far, 1 - near)
    return low, high


def missing(rate: float, steps: float, counted: int) -> str:
    """Return what there are too few of for an interval: "steps" in all, or effective ones "above" or "below".

    Args:
        rate: the clip rate.
        steps: effective steps.
        counted: finite steps.

    Example:
        >>> missing(0.1, 100, 499), missing(0.1, 100, 1000), missing(0.9, 100, 1000)
        ('steps', 'above', 'below')
    """
    if counted < LEAST_STEPS:
        return "steps"
    return "above" if rate * steps < LEAST_EVENTS else "below"


def _wider(share: Doubles, counted: int, time: Doubles, window: Doubles, steps: Doubles) -> Doubles:
    """Return how much wider Student's quantile is than the normal one, for a variance estimated over this window."""
    freedom = 1 / ((2 * window + 1) / counted + CLUSTERS * (1 - 1 / time) / (share * steps))
    return student_quantile(freedom, 1 - TAIL) / QUANTILE


def _wilson_end(share: Doubles, steps: Doubles) -> Doubles:
    """Return the lower end of Wilson's interval."""
    square = QUANTILE**2 / steps
    half = np.sqrt(square * share * (1 - share) + square**2 / 4)
    return np.asarray((share + square / 2 - half) / (1 + square))


def _selected_end(share: Doubles, steps: Doubles, gate: Doubles, correlation: Doubles) -> Doubles:
    """Return the least true share for which so high a one is not too rare, given that it passed the gate."""
    low, high = np.zeros_like(share), share.copy()
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        shown = _distance(gate, middle, steps)
        passing = normal_below(-shown)
        elsewhere = np.maximum(TAIL - (1 - passing), 0)  # misses on the other side, of which the gate hides the first
        as_high = both_above(_distance(share, middle, steps), shown, correlation)
        plausible = as_high >= 2 * TAIL * passing - elsewhere
        high = np.where(plausible, middle, high)
        low = np.where(plausible, low, middle)
    return high


def _distance(share: Doubles, true: Doubles, steps: Doubles) -> Doubles:
    """Return how far a share is from the true one in standard deviations: the signed root of the likelihood ratio."""
    ratio = share * np.log(share / true) + (1 - share) * np.log((1 - share) / (1 - true))
    return np.asarray(np.sign(share - true) * np.sqrt(2 * steps * np.maximum(ratio, 0)))
