"""Statistics of gradients, written once for NumPy (pages, tests) and `keras.ops` (the compiled step)."""

from collections.abc import Sequence
from typing import Any

import numpy as np

Array = Any  # an array of the namespace `xp`


def squared_norm(array: Array, xp: Any = np) -> Array:
    """Return the squared L2 norm in float64, exact for float32 entries from 1e-38 to 3e38.

    Squares of float32 overflow above 1.8e19 and vanish below 1e-23 in float32; in float64 none does.

    Example:
        >>> float(squared_norm(np.array([2.0**80], dtype=np.float32))) == 2.0**160
        True
    """
    return xp.sum(xp.square(double(array, xp)))


def norm(array: Array, xp: Any = np) -> Array:
    """Return the L2 norm of one tensor in float64.

    Example:
        >>> float(norm(np.array([[3.0, 4.0]])))
        5.0
    """
    return xp.sqrt(squared_norm(array, xp))


def global_norm(grads: Sequence[Array | None], xp: Any = np) -> Array:
    """Return the L2 norm over all gradients together, in float64; `None` (no gradient) does not count.

    Example:
        >>> float(global_norm([np.array([3.0]), None, np.array([4.0])]))
        5.0
    """
    norms = [norm(grad, xp) for grad in grads if grad is not None]
    return norm_of_norms(xp.stack(norms), xp) if norms else np.float64(0.0)


def norm_of_norms(norms: Array, xp: Any = np) -> Array:
    """Return the norm of all tensors together from their norms (K,); a number () is that norm already.

    Where squares of float64 would overflow or vanish, it is m sqrt(sum (norm / m)^2) with the largest norm, m.

    Example:
        >>> float(norm_of_norms(np.array([3.0, 4.0]))), float(norm_of_norms(np.array([1e200])))
        (5.0, 1e+200)
    """
    if len(norms.shape) == 0:
        return norms
    if norms.shape[0] == 0:
        return np.float64(0.0)
    largest = xp.max(norms)
    extreme = xp.logical_or(xp.logical_and(largest > 0, largest < 1e-140), largest > 1e150)
    divisor = xp.where(xp.logical_and(extreme, largest < np.inf), largest, 1.0)
    return divisor * xp.sqrt(xp.sum(xp.square(norms / divisor)))


def double(array: Array, xp: Any = np) -> Array:
    """Return the array in float64."""
    return array.astype(np.float64) if xp is np else xp.cast(array, "float64")
