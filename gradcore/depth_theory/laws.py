"""What theory knows of a value inside a network: how large it is, and how alike it is for two rows of a batch.

A value is one number for each unit and row. Over the units of a wide layer its law is the same for every row; a layer
of weights makes it Gaussian with mean 0.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache

from gradcore.depth_theory.activations import activation_of
from gradcore.depth_theory.gaussian import mean, mean_product


@dataclass(frozen=True)
class Law:
    """Moments of a value over the units: of one row, and of two different rows."""

    square: float  # E x^2
    product: float  # E x x' of two rows
    mean: float = 0.0
    gaussian: bool = False  # with mean 0
    kurtosis: float = 3.0  # E (x - mean)^4 / variance^2
    tail: float = 3.0  # E x^4 / (E x^2)^2
    units: float = math.inf  # n

    @property
    def cosine(self) -> float:
        """Of two rows; NaN where all is 0."""
        return self.product / self.square if self.square else math.nan

    def scaled(self, factor: float) -> "Law":
        """Return the law of the value times a number."""
        square = factor * factor
        return replace(self, square=square * self.square, product=square * self.product, mean=factor * self.mean)


@dataclass(frozen=True)
class Flow:
    """Moments over the units of a gradient with respect to a value x: of one row, and of two different rows."""

    square: float  # E delta^2
    product: float  # E delta delta'
    along: float  # E (x delta)^2 / E x^2
    across: float  # E x delta x' delta' / E x^2
    radial: float  # E (delta . x / |x|)^2 over all n units; E delta^2 where it knows no direction

    def across_the_value(self, units: float) -> float:
        """Return E delta^2 in any direction but that of the value, of n."""
        return self.square + (self.square - self.radial) / (units - 1) if units > 1 else self.square


def flow(square: float, product: float, law: Law, radial: float | None = None) -> Flow:
    """Return a gradient that does not depend on the value of a unit, but may on the direction of all of them.

    Example:
        >>> flow(2.0, 1.0, Law(4.0, 1.0))
        Flow(square=2.0, product=1.0, along=2.0, across=0.25, radial=2.0)
    """
    across = product * law.cosine if law.square else 0.0
    return Flow(square, product, square, across, square if radial is None else radial)


def merged(flows: Sequence[Flow], law: Law, radial: float) -> Flow:
    """Return the gradient of a value that several layers read: independent but along the value itself.

    Args:
        flows: what each of them sends back.
        law: of the value.
        radial: of the sum, where that is known; else that of all parts.

    Example:
        >>> one = flow(1.0, 0.0, Law(1.0, 0.0, units=10))
        >>> merged([one, one], Law(1.0, 0.0, units=10), radial=4.0).square
        2.2
    """
    parts = sum(one.radial for one in flows)
    return Flow(
        sum(one.square for one in flows) + (radial - parts) / law.units,
        sum(one.product for one in flows),
        sum(one.along for one in flows),
        sum(one.across for one in flows),
        radial,
    )


@dataclass(frozen=True)
class ActivationMoments:
    """Gaussian means of an activation phi and its slope, u and v being the values of two rows, q their variance."""

    mean: float  # E phi
    square: float  # E phi^2
    product: float  # E phi(u) phi(v)
    kurtosis: float  # E (phi - E phi)^4 / Var(phi)^2
    tail: float  # E phi^4 / (E phi^2)^2
    slope_square: float  # E phi'^2
    slope_product: float  # E phi'(u) phi'(v)
    along: float  # E (u phi'(u))^2 / q
    across: float  # E u phi'(u) v phi'(v) / q
    own: float  # E (phi phi')^2 / E phi^2


@lru_cache(maxsize=4096)
def activation_moments(name: str, square: float, cosine: float) -> ActivationMoments:
    """Return the means of an activation of Gaussian values.

    Args:
        name: of the catalogue.
        square: q, the variance of both values; where it is not finite, nothing is known.
        cosine: their correlation.

    Example:
        >>> found = activation_moments("relu", 2.0, 0.0)
        >>> round(found.square, 9), round(found.slope_square, 9), round(found.product * math.pi, 9)
        (1.0, 0.5, 1.0)
    """
    if not math.isfinite(square):
        return ActivationMoments(*[math.nan] * len(fields(ActivationMoments)))
    phi, root = activation_of(name), math.sqrt(square)
    middle, spread = mean(phi.value, square), mean(lambda z: phi.value(z) ** 2, square)
    variance = max(0.0, spread - middle * middle)
    return ActivationMoments(
        mean=middle,
        square=spread,
        product=mean_product(phi.value, square, cosine),
        kurtosis=_ratio(mean(lambda z: (phi.value(z) - middle) ** 4, square), variance),
        tail=_ratio(mean(lambda z: phi.value(z) ** 4, square), spread),
        slope_square=mean(lambda z: phi.slope(z) ** 2, square),
        slope_product=mean_product(phi.slope, square, cosine),
        along=mean(lambda z: (z * phi.slope(root * z)) ** 2, 1.0),
        across=mean_product(lambda z: z * phi.slope(root * z), 1.0, cosine),
        own=mean(lambda z: (phi.value(z) * phi.slope(z)) ** 2, square) / spread if spread > 0 else 0.0,
    )


def _ratio(fourth: float, second: float) -> float:
    """Return a fourth moment in parts of the second's square; that of a Gaussian where all is 0."""
    return fourth / second / second if second > 0 else 3.0
