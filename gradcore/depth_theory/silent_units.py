"""Units that pass no gradient: ReLU units below 0, and tanh or sigmoid units that are saturated.

References: Lu et al. 2019, https://arxiv.org/abs/1903.06733; Glorot & Bengio 2010,
https://proceedings.mlr.press/v9/glorot10a.html
"""

import math

import numpy as np

from gradcore import checks
from gradcore.checks import refuse
from gradcore.depth_theory.gaussian import mean, normal_cdf

ACTIVE_SHARE = 0.5  # of ReLU units at one input
SATURATED = 0.99  # |tanh| above it; sigmoid outside of 0.01 to 0.99


def dead_layer_share(width: int) -> float:
    """Return 2^-N, the probability that no unit of a ReLU layer answers to one input.

    Raises:
        RefusedError: where the width is not a whole number from 1 on.

    Example:
        >>> dead_layer_share(3)
        0.125
    """
    return 0.5 ** checks.whole_number("width", width, 1)


def dead_network_share(width: int, layers: int) -> float:
    """Return 1 - (1 - 2^-N)^L, the probability that some layer of a ReLU network is dead at one input.

    Example:
        >>> round(dead_network_share(3, 10), 4)
        0.7369
    """
    return 1 - math.prod([1 - dead_layer_share(width)] * checks.whole_number("layers", layers, 0))


def dead_unit_share(cosine: float, rows: int) -> float:
    """Return the share of ReLU units that are below 0 on all rows of a batch.

    Its pre-activations are taken as Gaussian, every two rows having the same correlation.

    Args:
        cosine: that correlation, at most 1; below 0 it counts as 0.
        rows: N, >= 1.

    Raises:
        RefusedError: where the cosine is above 1 or no number.

    Example:
        >>> dead_unit_share(0.0, 3), dead_unit_share(1.0, 256), round(dead_unit_share(0.9, 256), 3)
        (0.125, 0.5, 0.175)
    """
    if not cosine <= 1:
        refuse("cosine", "be at most 1", cosine)
    if cosine == 1:
        return 0.5
    lean = math.sqrt(max(cosine, 0.0) / (1 - max(cosine, 0.0)))
    below = np.vectorize(normal_cdf, otypes=[np.float64])
    return mean(lambda common: below(lean * common) ** checks.whole_number("rows", rows, 1), 1.0)


def saturated_share(activation: str, variance: float, threshold: float = SATURATED) -> float | None:
    """Return the share of values with |tanh| > tau, or a sigmoid outside of 1 - tau to tau; None of the others.

    Args:
        activation: a name of the catalogue.
        variance: q of the pre-activations, >= 0.
        threshold: tau, between 0 and 1; above 1/2 for a sigmoid.

    Raises:
        RefusedError: where the variance is negative, or the threshold outside.

    Example:
        >>> round(saturated_share("tanh", 2.195, 0.95), 3), saturated_share("relu", 1.0) is None
        (0.216, True)
    """
    limits = {"tanh": (0.0, math.atanh), "sigmoid": (0.5, lambda tau: math.log(tau / (1 - tau)))}
    if activation not in limits:
        return None
    least, inverse = limits[activation]
    if not least < threshold < 1:
        refuse("threshold", f"be above {least:g} and below 1", threshold)
    if not variance >= 0:
        refuse("variance", "be >= 0", variance)
    return 2 * normal_cdf(-inverse(threshold) / math.sqrt(variance)) if variance > 0 else 0.0
