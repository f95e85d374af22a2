"""Quantiles of the normal distribution and of Student's, for a few values at a time.

SciPy has them too, and takes half a second to load, which is as long as all else that `gradcore clip --from-run` does.

Shapes: any.
"""

import math
from functools import cache
from statistics import NormalDist

import numpy as np

from gradcore.records import Doubles

NORMAL = NormalDist()
FARTHEST, KNOTS = 8.0, 16_001  # standard deviations and points of the table for normal scores: to 1e-6
NODES = 257  # of Simpson's rule over two standard deviations of a smooth density: to 1e-10
STEPS = 6  # of Newton's method, which doubles the digits at each


def normal_below(values: Doubles) -> Doubles:
    """Return the share of a normal distribution that lies below each value.

    Example:
        >>> normal_below(np.array([-1.96, 0.0, 1.96])).round(4)
        array([0.025, 0.5  , 0.975])
    """
    flat = [0.5 * math.erfc(value) for value in (np.ravel(values) / -math.sqrt(2)).tolist()]
    return np.array(flat).reshape(np.shape(values))


def normal_scores(shares: Doubles) -> Doubles:
    """Return the normal quantile of each share, from a table that is fine enough for float32.

    Example:
        >>> normal_scores(np.array([0.025, 0.5, 0.975])).round(4)
        array([-1.96,  0.  ,  1.96])
    """
    return np.asarray(np.interp(shares, *_knots()))


@cache
def _knots() -> tuple[Doubles, Doubles]:
    values = np.linspace(-FARTHEST, FARTHEST, KNOTS)
    return normal_below(values), values


def simpson(nodes: int) -> tuple[Doubles, Doubles]:
    """Return the nodes of Simpson's rule between 0 and 1, an odd number, and their weights.

    Example:
        >>> where, weights = simpson(3)
        >>> round(float(where**3 @ weights), 12)
        0.25
    """
    weights = np.tile([2.0, 4.0], nodes // 2 + 1)[:nodes]
    weights[[0, -1]] = 1.0
    return np.linspace(0, 1, nodes), weights / (3 * (nodes - 1))


def student_quantile(freedom: Doubles, share: float) -> Doubles:
    """Return Student's quantile of one share, above a half, for each number of degrees of freedom, above 1.

    With t = sqrt(f) tan(a) the share between 0 and t is the integral of cos(a)^(f - 1), over its whole: Newton's method
    finds where it is wanted, from the normal quantile on.

    Example:
        >>> student_quantile(np.array([2.0, 10.0, 1e6]), 0.975).round(4)
        array([4.3027, 2.2281, 1.96  ])
    """
    where, weights = simpson(NODES)
    density = np.exp([math.lgamma((one + 1) / 2) - math.lgamma(one / 2) for one in freedom]) / math.sqrt(math.pi)
    angle = np.arctan(NORMAL.inv_cdf(share) / np.sqrt(freedom))
    for _ in range(STEPS):
        covered = angle * (np.cos(angle[:, None] * where) ** (freedom[:, None] - 1) @ weights)
        angle = angle + (share - 0.5 - density * covered) / (density * np.cos(angle) ** (freedom - 1))
    return np.asarray(np.sqrt(freedom) * np.tan(angle))
