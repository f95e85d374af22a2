"""What is measured on the gradients of one step, before and after a rule: norms, direction, what is not finite."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gradcore.gradient_stats import global_norm, norm

Array = NDArray[np.floating]
Gradients = Sequence[Array | None]


def whole_norm(gradients: Gradients) -> float:
    """Return the global norm in float64; 0 without any gradient."""
    with np.errstate(invalid="ignore"):
        return float(global_norm(gradients))


def layer_norms(gradients: Gradients) -> tuple[float | None, ...]:
    """Return the norm of each tensor, None where there is no gradient.

    Example:
        >>> layer_norms([np.array([3.0, 4.0]), None])
        (5.0, None)
    """
    return tuple(None if gradient is None else float(norm(gradient)) for gradient in gradients)


def non_finite(gradients: Gradients) -> int:
    """Return how many entries are NaN or infinite.

    Example:
        >>> non_finite([np.array([1.0, np.nan]), None, np.array([np.inf])])
        2
    """
    return sum(int(np.count_nonzero(~np.isfinite(gradient))) for gradient in gradients if gradient is not None)


def cosine(before: Gradients, after: Gradients) -> float | None:
    """Return the cosine of the angle between two gradients, None where one of them is zero or not finite.

    Example:
        >>> cosine([np.array([1.0, 1.0])], [np.array([1.0, 0.0])])
        0.7071067811865475
    """
    one, other = flat(before), flat(after)
    largest = [float(np.max(np.abs(vector), initial=0.0)) for vector in (one, other)]
    if not all(0 < size < math.inf for size in largest):
        return None
    one, other = one / largest[0], other / largest[1]
    return max(-1.0, min(1.0, float(one @ other) / math.sqrt((one @ one) * (other @ other))))


def flat(gradients: Gradients) -> NDArray[np.float64]:
    """Return all entries in order as one vector, float64.

    Example:
        >>> flat([np.array([[1.0], [2.0]]), None, np.array(3.0)])
        array([1., 2., 3.])
    """
    parts = [np.ravel(gradient).astype(np.float64) for gradient in gradients if gradient is not None]
    return np.concatenate(parts) if parts else np.zeros(0)


def same(before: Gradients, after: Gradients) -> bool:
    """Whether two gradients are equal entry by entry; NaN equals NaN."""
    pairs = zip(before, after, strict=True)
    return all(one is None or other is None or np.array_equal(one, other, equal_nan=True) for one, other in pairs)
