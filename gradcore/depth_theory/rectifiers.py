"""Rectifiers without biases (ReLU, leaky ReLU) and linear layers: exact at any width, for symmetric weights.

`leak` is the slope below 0: 0 of ReLU, 0.2 of Keras' leaky ReLU, 1 of a linear layer.

Reference: He et al. 2015, section 2.2, https://arxiv.org/abs/1502.01852
"""

import math

from gradcore.checks import refuse


def gain(leak: float = 0.0) -> float:
    """Return E phi'^2 = (1 + leak^2) / 2, what a rectifier leaves of a variance, forward and backward.

    Example:
        >>> gain(), round(gain(0.2), 9), gain(1.0)
        (0.5, 0.52, 1.0)
    """
    return (1 + leak**2) / 2


def total_factor(inputs: int, kernel_variance: float, leak: float = 0.0) -> float:
    """Return the factor of E ||delta||^2 one layer down, inputs x Var(W) x gain; the forward variance has the same.

    Args:
        inputs: fan-in of the kernel, which is the width of the layer below, >= 1.
        kernel_variance: Var(W), >= 0.
        leak: slope below 0.

    Raises:
        RefusedError: where there are no inputs, or the variance is negative or no number.

    Example:
        >>> total_factor(64, 2 / 64), total_factor(64, 1 / 64)  # He, and Glorot on a square kernel
        (1.0, 0.5)
    """
    return _checked("inputs", inputs, kernel_variance) * gain(leak)


def element_factor(units: int, kernel_variance: float, leak: float = 0.0) -> float:
    """Return the factor of E delta^2 per element one layer down, units x Var(W) x gain; arguments as of `total_factor`.

    Args:
        units: fan-out of the kernel, the width of the layer above, >= 1.
        kernel_variance: Var(W), >= 0.
        leak: slope below 0.

    Example:
        >>> element_factor(64, 2 / 256)  # He, from 64 units down to 256
        0.25
    """
    return _checked("units", units, kernel_variance) * gain(leak)


def next_cosine(cosine: float) -> float:
    """Return the cosine of two inputs after a ReLU layer, (sqrt(1 - c^2) + (pi - arccos c) c) / pi.

    Raises:
        RefusedError: where it is not from -1 to 1.

    Example:
        >>> round(next_cosine(0.0), 4), next_cosine(1.0)
        (0.3183, 1.0)

    Reference: Cho & Saul 2009, https://papers.nips.cc/paper/3628-kernel-methods-for-deep-learning
    """
    if not -1 <= cosine <= 1:
        refuse("cosine", "be from -1 to 1", cosine)
    return (math.sqrt(1 - cosine**2) + (math.pi - math.acos(cosine)) * cosine) / math.pi


def cosines(layers: int, cosine: float = 0.0) -> tuple[float, ...]:
    """Return the cosine after each of so many ReLU layers, layer by layer by the map; no asymptote is used.

    Example:
        >>> [round(c, 3) for c in cosines(36)[11::24]]
        [0.897, 0.979]
    """
    found = []
    for _ in range(layers):
        cosine = min(1.0, next_cosine(cosine))
        found.append(cosine)
    return tuple(found)


def _checked(name: str, count: int, variance: float) -> float:
    if not count >= 1:
        refuse(name, "be at least 1", count)
    if not variance >= 0:
        refuse("kernel_variance", "be >= 0", variance)
    return count * variance
