"""NumPy's functions that clip rules use, for single numbers: many times faster than arrays of one entry.

Given as `xp` to a scaling rule, with the norm of a gradient that counts as one tensor. The numbers are `numpy.float64`:
they divide by zero and overflow as arrays do, and every result has the same bits.
"""

import math
from typing import Any

import numpy as np

sqrt, square = np.sqrt, np.square


def where(condition: bool, one: Any, other: Any) -> Any:
    """Return one of two numbers."""
    return one if condition else other


def minimum(one: Any, other: Any) -> Any:
    """Return the smaller number, NaN where one is NaN.

    Example:
        >>> minimum(2.0, 1.0), minimum(1.0, math.nan), minimum(math.nan, 1.0)
        (1.0, nan, nan)
    """
    return one if one <= other or one != one else other


def maximum(one: Any, other: Any) -> Any:
    """Return the larger number, NaN where one is NaN."""
    return one if one >= other or one != one else other


def isfinite(number: Any) -> bool:
    """Whether a number is neither infinite nor NaN."""
    return math.isfinite(number)


def logical_and(one: bool, other: bool) -> bool:
    """Whether both hold."""
    return one and other


def logical_not(one: bool) -> bool:
    """Whether it does not hold."""
    return not one


def mod(number: Any, divisor: float) -> Any:
    """Return what is left of a division."""
    return number % divisor


def floor(number: Any) -> Any:
    """Return the next whole number below."""
    return number // 1


def broadcast_to(number: Any, shape: tuple[int, ...]) -> Any:
    """Return the number: here it stands for the only tensor."""
    return number
