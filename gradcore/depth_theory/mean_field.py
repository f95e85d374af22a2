"""Mean field: what happens to variances, correlations and gradients in deep wide networks of any activation.

`weight_variance` is inputs x Var(W) of a kernel, `bias_variance` that of its biases; q is the variance of the
pre-activations, c the correlation between those of two different inputs.

References: Poole et al. 2016, https://arxiv.org/abs/1606.05340; Schoenholz et al. 2017,
https://arxiv.org/abs/1611.01232
"""

import math

from gradcore.checks import refuse
from gradcore.depth_theory.activations import activation_of
from gradcore.depth_theory.gaussian import mean, mean_product

MOST_ROUNDS, TOLERANCE = 2000, 1e-13  # layers that a map is followed through on its way to its fixed point
UNBOUNDED = 1e30  # a variance that has grown so far grows for ever


def next_variance(activation: str, weight_variance: float, bias_variance: float, variance: float) -> float:
    """Return q of the next layer, weight_variance E phi(sqrt(q) Z)^2 + bias_variance.

    Example:
        >>> round(next_variance("relu", 2.0, 0.0, 3.0), 9)
        3.0
    """
    value = activation_of(activation).value
    return weight_variance * mean(lambda z: value(z) ** 2, variance) + bias_variance


def fixed_variance(activation: str, weight_variance: float, bias_variance: float = 0.0) -> float:
    """Return q*, to which the variance goes over the layers from 1; Inf where it grows for ever.

    Args:
        activation: a name of the catalogue.
        weight_variance: >= 0.
        bias_variance: >= 0.

    Raises:
        RefusedError: where a variance is negative or no number.

    Example:
        >>> round(fixed_variance("tanh", 4.0, 0.05), 3)
        2.195
    """
    for name, given in (("weight_variance", weight_variance), ("bias_variance", bias_variance)):
        if not given >= 0:
            refuse(name, "be >= 0", given)
    variance = 1.0
    for _ in range(MOST_ROUNDS):
        before, variance = variance, next_variance(activation, weight_variance, bias_variance, variance)
        if not variance < UNBOUNDED or abs(variance - before) <= TOLERANCE * before:
            break
    return variance if variance < UNBOUNDED else math.inf


def gradient_factor(activation: str, weight_variance: float, variance: float) -> float:
    """Return chi_1 = weight_variance E phi'(sqrt(q) Z)^2, the factor of E ||delta||^2 per layer down.

    Example:
        >>> round(gradient_factor("sigmoid", 1.0, fixed_variance("sigmoid", 1.0)), 4)
        0.0557
    """
    slope = activation_of(activation).slope
    return weight_variance * mean(lambda z: slope(z) ** 2, variance)


def next_cosine(activation: str, weight_variance: float, bias_variance: float, variance: float, cosine: float) -> float:
    """Return the correlation in the next layer, where both inputs have variance q.

    Example:
        >>> round(next_cosine("relu", 2.0, 0.0, 1.0, 0.0) * math.pi, 9)
        1.0
    """
    value = activation_of(activation).value
    product = weight_variance * mean_product(value, variance, cosine) + bias_variance
    return product / next_variance(activation, weight_variance, bias_variance, variance)


def fixed_cosine(activation: str, weight_variance: float, bias_variance: float = 0.0) -> float:
    """Return c*, to which the correlation of two inputs goes over the layers from 0; 1 where all inputs become alike.

    Example:
        >>> round(fixed_cosine("tanh", 1.0, 0.05), 6), round(fixed_cosine("tanh", 4.0, 0.05), 3)
        (1.0, 0.165)
    """
    variance, cosine = fixed_variance(activation, weight_variance, bias_variance), 0.0
    for _ in range(MOST_ROUNDS):
        before, cosine = cosine, next_cosine(activation, weight_variance, bias_variance, variance, cosine)
        if not abs(cosine - before) > TOLERANCE:
            break
    return cosine


def cosine_factor(activation: str, weight_variance: float, bias_variance: float = 0.0) -> float:
    """Return chi_c*, the factor per layer of how far the correlation is from its fixed point.

    Example:
        >>> round(cosine_factor("tanh", 1.0, 0.05), 3)  # where c* is 1 it is that of gradients
        0.759
    """
    slope = activation_of(activation).slope
    variance = fixed_variance(activation, weight_variance, bias_variance)
    cosine = fixed_cosine(activation, weight_variance, bias_variance)
    return weight_variance * mean_product(slope, variance, cosine)


def depth_scale(factor: float) -> float:
    """Return xi = -1 / ln(factor), the layers over which something shrinks by e; below 0 it grows, at 1 it is Inf.

    Raises:
        RefusedError: where the factor is not above 0.

    Example:
        >>> round(depth_scale(0.759), 3), round(depth_scale(1.1335), 2), depth_scale(1.0)
        (3.626, -7.98, inf)
    """
    if not factor > 0:
        refuse("factor", "be > 0", factor)
    return math.inf if factor == 1 else -1 / math.log(factor)


def critical_weight_variance(activation: str, bias_variance: float = 0.0) -> float:
    """Return the weight variance at which gradients neither shrink nor grow, chi_1 = 1 at q*.

    Example:
        >>> round(critical_weight_variance("tanh", 0.05), 3)
        1.761
    """

    def factor(weight_variance: float) -> float:
        variance = fixed_variance(activation, weight_variance, bias_variance)
        return gradient_factor(activation, weight_variance, variance) if variance < math.inf else math.inf

    low, high = 0.0, 1.0
    while factor(high) < 1:
        low, high = high, 2 * high
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if factor(middle) < 1 else (low, middle)
    return high
