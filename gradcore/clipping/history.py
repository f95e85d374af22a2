"""A history of norms in arrays of fixed shape, kept in ascending order, for percentiles without sorting.

Free places hold infinity, at the end. Everything costs one pass over the array, in NumPy as in the compiled step, and
gives a new one. Arrays of NumPy may come with numbers, `xp` = `gradcore.clipping.scalars`.
"""

from typing import Any

import numpy as np

from gradcore.gradient_stats import Array


def inserted(ordered: Array, value: Array, xp: Any = np) -> Array:
    """Return the history (C,) with one value more; one free place must be left.

    Example:
        >>> inserted(np.array([1.0, 3.0, np.inf]), 2.0)
        array([1., 2., 3.])
    """
    if isinstance(ordered, np.ndarray):
        place = int(np.searchsorted(ordered, value))
        grown = ordered.copy()
        grown[place + 1 :] = ordered[place:-1]
        grown[place : place + 1] = value
        return grown
    place = _smaller(ordered, value, xp)
    at = np.arange(ordered.shape[0])
    moved = xp.concatenate([ordered[:1], ordered[:-1]])
    return xp.where(at < place, ordered, xp.where(at == place, value, moved))


def removed(ordered: Array, value: Array, xp: Any = np) -> Array:
    """Return the history (C,) without a value that it holds; infinity takes away a free place and gives it back.

    Example:
        >>> removed(np.array([1.0, 2.0, 3.0]), 2.0)
        array([ 1.,  3., inf])
    """
    if isinstance(ordered, np.ndarray):
        place = int(np.searchsorted(ordered, value))
        left = ordered.copy()
        left[place:-1] = ordered[place + 1 :]
        left[place:][-1:] = np.inf  # nothing where it holds no such value
        return left
    place = _smaller(ordered, value, xp)
    free = xp.full((1,), np.inf, dtype="float64")
    return xp.where(np.arange(ordered.shape[0]) < place, ordered, xp.concatenate([ordered[1:], free]))


def replaced(window: Array, place: Array, value: Array, xp: Any = np) -> Array:
    """Return the window (C,) with another value at one place.

    Example:
        >>> replaced(np.array([1.0, 2.0]), 1, 5.0)
        array([1., 5.])
    """
    if isinstance(window, np.ndarray):
        changed = window.copy()
        changed[int(place)] = value
        return changed
    return xp.where(np.arange(window.shape[0]) == place, value, window)


def at(window: Array, place: Array, xp: Any = np) -> Array:
    """Return the value at one place."""
    return window[int(place)] if isinstance(window, np.ndarray) else xp.take(window, xp.cast(place, "int32"))


def percentile_of(ordered: Array, count: Array, percent: float, xp: Any = np) -> Array:
    """Return a percentile of the first `count` values, linear between neighbours, as `numpy.percentile`; NaN of none.

    Example:
        >>> float(percentile_of(np.array([1.0, 2.0, 4.0, np.inf]), 3, 75))
        3.0
    """
    last = xp.maximum(count - 1.0, 0.0)
    place = last * (percent / 100)
    low = xp.floor(place)
    share = place - low
    a, b = (at(ordered, index, xp) for index in (low, xp.minimum(low + 1.0, last)))
    return xp.where(share < 0.5, a + (b - a) * share, b - (b - a) * (1.0 - share))


def _smaller(ordered: Array, value: Array, xp: Any) -> Array:
    """Return how many values are smaller: the place of the first that is not."""
    return xp.sum(xp.cast(ordered < value, "int32"))
