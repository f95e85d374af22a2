"""Means of functions of one Gaussian number, or of two correlated ones, by quadrature that no kink at 0 disturbs.

Gauss-Hermite nodes straddle a kink and converge slowly there. Here each half line, and in polar coordinates each sector
between the kinks, is integrated by Gauss-Legendre, with nodes crowding towards the kinks, where functions of large
arguments change.
"""

import math
from functools import lru_cache

import numpy as np

from gradcore.depth_theory.activations import Function
from gradcore.records import Doubles

FARTHEST = 9.0  # standard deviations that are integrated over; e^(-81/2) lie beyond
NODES, ARC_NODES, RADII = 200, 32, 48  # of a half line, a sector, and a radius


def normal_cdf(z: float) -> float:
    """Return the share of a standard normal below z.

    Example:
        >>> round(normal_cdf(1.96), 4)
        0.975
    """
    return math.erfc(-z / math.sqrt(2)) / 2


def mean(function: Function, square: float) -> float:
    """Return E f(sqrt(q) Z), Z standard normal.

    Args:
        function: of an array, smooth but for a kink or step at 0.
        square: q, the variance, >= 0.

    Example:
        >>> round(mean(lambda z: z**4, 2.0), 9)
        12.0
    """
    z, weights = _line()
    with np.errstate(all="ignore"):  # what overflows is infinite
        return float(weights @ function(math.sqrt(square) * z))


def mean_product(function: Function, square: float, cosine: float) -> float:
    """Return E f(u) f(v) of two Gaussian numbers of the same variance.

    Args:
        function: of an array, smooth but for a kink or step at 0.
        square: q, the variance of both, >= 0.
        cosine: c, their correlation, from -1 to 1.

    Example:
        >>> round(mean_product(lambda z: np.maximum(z, 0), 1.0, 0.0) * 2 * math.pi, 9)
        1.0
    """
    u, v, weights = _plane(cosine)
    with np.errstate(all="ignore"):
        root = math.sqrt(square)
        return float((weights * function(root * u) * function(root * v)).sum())


@lru_cache(maxsize=8)
def _legendre(count: int) -> tuple[Doubles, Doubles]:
    """Return nodes and weights on the line from 0 to 1."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return (nodes + 1) / 2, weights / 2


@lru_cache(maxsize=1)
def _line() -> tuple[Doubles, Doubles]:
    """Return standard normal nodes, those of both half lines, and weights that sum to 1."""
    t, weights = _legendre(NODES)
    z, weights = FARTHEST * t**3, weights * FARTHEST * 3 * t**2
    density = weights * np.exp(-(z**2) / 2)
    both = np.concatenate([density, density])
    return np.concatenate([-z, z]), both / both.sum()


@lru_cache(maxsize=256)
def _plane(cosine: float) -> tuple[Doubles, Doubles, Doubles]:
    """Return nodes (u, v) of two standard normals of this correlation, and weights that sum to 1."""
    apart = math.acos(min(1.0, max(-1.0, cosine)))
    kinks = np.sort(np.mod([math.pi / 2, 3 * math.pi / 2, apart + math.pi / 2, apart + 3 * math.pi / 2], 2 * math.pi))
    widths = np.diff([*kinks, kinks[0] + 2 * math.pi])
    t, arc_weights = _legendre(ARC_NODES)
    crowded, steepness = t**2 * (3 - 2 * t), 6 * t * (1 - t)
    angle = (kinks[:, None] + widths[:, None] * crowded)[..., None]  # (4, A, 1)
    of_angle = (widths[:, None] * arc_weights * steepness)[..., None]
    radius, radius_weights = _legendre(RADII)
    radius, of_radius = FARTHEST * radius, radius_weights * radius * np.exp(-((FARTHEST * radius) ** 2) / 2)
    weights = of_angle * of_radius
    return radius * np.cos(angle), radius * np.cos(angle - apart), weights / weights.sum()
