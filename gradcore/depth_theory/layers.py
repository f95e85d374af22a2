"""What each kind of layer does to a value on its way forward, and to its gradient on the way back, in wide networks.

Weights count as drawn anew for the way back (gradient independence). E: Keras' epsilon, B rows, n units.
"""

import math
from collections.abc import Callable
from dataclasses import replace

from gradcore.depth_theory.laws import Flow, Law, activation_moments, flow

Back = Callable[[Flow], Flow]  # the gradient of what comes out -> that of what went in
HOMOGENEOUS = ("relu", "leaky_relu", "linear")  # phi(a z) = a phi(z): these pass delta . x on as it is
BATCH_EPSILON, LAYER_EPSILON, RMS_EPSILON = 1e-3, 1e-3, 1e-6  # Keras' defaults


def dense(law: Law, inputs: int, units: int, kernel_variance: float) -> tuple[Law, Back]:
    """Return the law of what a layer of centred independent weights gives, and its way back.

    Args:
        law: of what goes in.
        inputs: fan-in.
        units: fan-out.
        kernel_variance: Var(W).

    Example:
        >>> out, back = dense(Law(1.0, 0.5), inputs=4, units=8, kernel_variance=0.25)
        >>> out.square, out.product, back(flow(1.0, 0.0, out)).square
        (1.0, 0.5, 2.0)
    """
    forward, backward = inputs * kernel_variance, units * kernel_variance
    out = Law(forward * law.square, forward * law.product, gaussian=True, units=units)

    def back(above: Flow) -> Flow:
        radial = backward * above.radial  # as delta . z = (W^T delta) . x
        square = backward * above.square
        return flow(square + (radial - square) / inputs, backward * above.product, law, radial)

    return out, back


def activation(law: Law, name: str) -> tuple[Law, Back]:
    """Return the law of an activation of Gaussian values, and its way back.

    Example:
        >>> out, back = activation(Law(2.0, 0.0, gaussian=True), "relu")
        >>> round(out.square, 9), round(back(flow(1.0, 0.0, out)).square, 9)
        (1.0, 0.5)
    """
    if name == "linear":
        return law, lambda above: above
    found = activation_moments(name, law.square, law.cosine if law.square else 0.0)
    out = Law(found.square, found.product, found.mean, False, found.kurtosis, found.tail, law.units)

    def back(above: Flow) -> Flow:
        across = above.across_the_value(law.units)
        square = found.slope_square * across + found.own * (above.radial - across) / law.units
        radial = above.radial * found.square / law.square if name in HOMOGENEOUS and law.square else square
        return Flow(
            square,
            found.slope_product * above.product,
            found.along * above.square,
            found.across * above.product,
            radial,
        )

    return out, back


def batch_norm(law: Law, rows: int) -> tuple[Law, Back]:
    """Return the law of what batch normalisation gives while it trains, and its way back.

    Each unit loses its mean over the rows, and is divided by its deviation. On the way back what is left of the
    gradient is that across the mean and the value itself: of B directions B - 2.

    Args:
        law: of what goes in.
        rows: B, at least 4.

    Example:
        >>> out, back = batch_norm(Law(5.0, 0.0, gaussian=True), rows=1000)
        >>> round(out.square, 3), round(back(flow(1.0, 0.0, out)).square, 3)
        (1.0, 0.2)
    """
    spread = max(0.0, law.square - law.product)  # E of the variance over the rows, B - 1 of B directions of it
    variance = spread * (rows - 1) / rows
    typical = _typical(law, spread, rows, centred=True)
    inverse, kept = 1 / (typical + BATCH_EPSILON), variance / (variance + BATCH_EPSILON)
    out = replace(law, square=kept, product=-kept / (rows - 1), mean=0.0, tail=law.kurtosis)

    def back(above: Flow) -> Flow:
        centred = (1 - 1 / rows) * (above.square - above.product)
        own = (2 * kept - kept**2) * (above.along + (rows - 1) * above.across) / rows
        square = inverse * (centred - own)
        return flow(square, -square / (rows - 1), law)

    return out, back


def layer_norm(law: Law, units: int, *, centred: bool) -> tuple[Law, Back]:
    """Return the law of what layer normalisation gives, or RMS normalisation, which keeps the mean; and its way back.

    Args:
        law: of what goes in.
        units: n, at least 4.
        centred: whether each row loses its mean.

    Example:
        >>> out, back = layer_norm(Law(5.0, 2.0, gaussian=True), units=1000, centred=False)
        >>> round(out.square, 3), round(out.product, 3), round(back(flow(1.0, 0.0, out)).square, 3)
        (1.0, 0.4, 0.2)

    References: Ba, Kiros & Hinton 2016, https://arxiv.org/abs/1607.06450; Zhang & Sennrich 2019,
    https://arxiv.org/abs/1910.07467
    """
    lost = law.mean * law.mean if centred else 0.0
    epsilon, free = (LAYER_EPSILON, units - 1) if centred else (RMS_EPSILON, units)
    variance = max(0.0, law.square - lost)
    typical = _typical(law, variance, units, centred=centred)
    forward, inverse = 1 / (variance + epsilon), 1 / (typical + epsilon)
    kept = variance * forward
    out = replace(
        law,
        square=kept,
        product=(law.product - lost) * forward,
        mean=0.0 if centred else law.mean * math.sqrt(forward),
        tail=law.kurtosis if centred else law.tail,
    )
    own = (2 * kept - kept**2) / units

    def back(above: Flow) -> Flow:
        square = inverse * (above.square * free / units - own * above.along)
        product = inverse * (above.product * free / units - own * above.across)
        return flow(square, product, law)

    return out, back


def _typical(law: Law, variance: float, count: int, *, centred: bool) -> float:
    """Return 1 / E (1 / the variance of so many draws), the mean of the draws taken off where they are centred."""
    free = count - 1 if centred else count
    if law.gaussian:
        return variance * (free - 2) / count
    if centred:
        return variance * free / count / (1 + (law.kurtosis - (count - 3) / free) / count)
    return variance / (1 + (law.tail - 1) / count)


def dropout(law: Law, rate: float) -> tuple[Law, Back]:
    """Return the law of what dropout gives while it trains, and its way back.

    Example:
        >>> dropout(Law(1.0, 0.5), 0.5)[0].square
        2.0

    Reference: Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
    """
    kept = 1 - rate
    out = replace(law, square=law.square / kept, gaussian=law.gaussian and not rate, tail=law.tail / kept)
    return out, lambda above: flow(above.square / kept, above.product, law, above.radial / kept)


def rescaling(law: Law, scale: float) -> tuple[Law, Back]:
    """Return the law of a value times a number, and its way back.

    Example:
        >>> rescaling(Law(1.0, 0.5), 2.0)[0].square
        4.0
    """
    square = scale * scale

    def back(above: Flow) -> Flow:
        return Flow(*(square * part for part in (above.square, above.product, above.along, above.across, above.radial)))

    return law.scaled(scale), back


def add(first: Law, second: Law) -> tuple[Law, tuple[Back, Back]]:
    """Return the law of the sum of two values that are independent but for their means, and the ways back.

    Example:
        >>> add(Law(1.0, 0.5, 0.5), Law(1.0, 0.5, 0.5))[0].square
        2.5
    """
    both = first.mean * second.mean
    out = Law(
        first.square + second.square + 2 * both,
        first.product + second.product + 2 * both,
        first.mean + second.mean,
        first.gaussian and second.gaussian,
        units=first.units,
    )
    return out, (_back_to(first, out, both), _back_to(second, out, both))


def _back_to(part: Law, whole: Law, both: float) -> Back:
    """Return the way back to one part of a sum; `both` is E x y of the two."""
    alike = (part.square + both) / part.square * (part.square + both) / whole.square if part.square else 0.0  # cos^2

    def back(above: Flow) -> Flow:
        radial = alike * above.radial + (1 - alike) * above.across_the_value(part.units)
        return flow(above.square, above.product, part, radial)

    return back
