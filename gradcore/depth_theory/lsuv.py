"""By how much layer-sequential unit variance scales an orthonormal kernel: until what it gives has variance 1.

Reference: Mishkin & Matas 2016, https://arxiv.org/abs/1511.06422
"""

import math

from gradcore.depth_theory.activations import activation_of
from gradcore.depth_theory.gaussian import mean


def lsuv_scale(activation: str) -> float:
    """Return 1 / sqrt(E phi(Z)^2), the gain of every layer but the first.

    Args:
        activation: a name of the catalogue.

    Raises:
        RefusedError: where the name is unknown.

    Example:
        >>> [round(lsuv_scale(name), 4) for name in ("linear", "relu", "tanh", "sigmoid")]
        [1.0, 1.4142, 1.5925, 1.8462]
    """
    value = activation_of(activation).value
    return 1 / math.sqrt(mean(lambda z: value(z) ** 2, 1.0))
