"""What a gate that counts runs of clip events says about their rate: less, the longer and the more uneven the runs are.

Correlated clip events come in runs. The gate looks at the effective events (sum of lengths)^2 / (sum of squared
lengths), which is about how many runs there are; the rate is the sum of their lengths. So a stream that passes the gate
by luck has too many runs, but not as much too high a rate. Runs of geometric length, such as those of a state that is
left with the same chance at every step, have the autocorrelation time tau = 2 m - 1 for a mean length m; the moments of
a Poisson number of them give the correlation of both logarithms by the delta method: 1 for single events, 1/2 for long
runs.
"""

import numpy as np

from gradcore.advisor.quantiles import normal_below, simpson
from gradcore.records import Doubles

NODES = 129  # of Simpson's rule
ALONE = 0.9999  # correlation from which both are one


def gate_correlation(time: Doubles) -> Doubles:
    """Return the correlation of a clip rate with the effective events, for each autocorrelation time tau, at least 1.

    Example:
        >>> gate_correlation(np.array([1.0, 2.0, 5.0, 100.0])).round(3).tolist()
        [1.0, 0.625, 0.52, 0.5]
    """
    mean = (time + 1) / 2
    second = 2 * mean**2 - mean
    third = 6 * mean**3 - 6 * mean**2 + mean
    fourth = 24 * mean**4 - 36 * mean**3 + 14 * mean**2 - mean
    events, both, squares = second / mean**2, third / (mean * second), fourth / second**2  # (co)variances of logarithms
    return np.asarray((2 * events - both) / np.sqrt(events * (4 * events - 4 * both + squares)))


def both_above(first: Doubles, second: Doubles, correlation: Doubles) -> Doubles:
    """Return the chance that both of two standard normal numbers with a correlation, 0 to 1, are above these limits.

    Example:
        >>> both_above(np.zeros(3), np.zeros(3), np.array([0.0, 0.5, 1.0])).round(4).tolist()
        [0.25, 0.3333, 0.5]

    Reference: Plackett 1954, A reduction formula for normal multivariate integrals. Biometrika 41, 351.
    """
    where, weights = simpson(NODES)
    whole = np.arcsin(np.minimum(correlation, ALONE))
    angle = whole[..., None] * where  # of which the sine is a correlation on the way from 0
    a, b = first[..., None], second[..., None]
    density = np.exp(-(a**2 + b**2 - 2 * a * b * np.sin(angle)) / (2 * np.cos(angle) ** 2))
    apart = normal_below(-first) * normal_below(-second) + whole * (density @ weights) / (2 * np.pi)
    return np.where(correlation > ALONE, normal_below(-np.maximum(first, second)), apart)
