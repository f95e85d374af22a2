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
    return xp.sum(xp.square(_double(array, xp)))


def global_norm(grads: Sequence[Array | None], xp: Any = np) -> Array:
    """Return the L2 norm over all gradients together, in float64; `None` (no gradient) does not count.

    Example:
        >>> float(global_norm([np.array([3.0]), None, np.array([4.0])]))
        5.0
    """
    squares = [squared_norm(grad, xp) for grad in grads if grad is not None]
    return xp.sqrt(sum(squares)) if squares else np.float64(0.0)


def _double(array: Array, xp: Any) -> Array:
    return array.astype(np.float64) if xp is np else xp.cast(array, "float64")
