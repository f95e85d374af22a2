"""A tensor that a user wrote down: nested lists of numbers, checked once, frozen and hashable."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gradcore.checks import NON_FINITE, refuse

LARGEST = float(np.finfo(np.float32).max)
MOST_ENTRIES = 1_000_000  # of one tensor
DEEPEST = 8  # axes


@dataclass(frozen=True)
class Tensor:
    """A shape and its entries in order; NaN and infinite entries are data.

    Example:
        >>> Tensor.from_json("gradients[0]", [[1, 2, "NaN"]])
        Tensor(shape=(1, 3), entries=(1.0, 2.0, nan))
    """

    shape: tuple[int, ...]
    entries: tuple[float, ...]

    @classmethod
    def from_json(cls, name: str, value: Any) -> Self:
        """Read nested lists of numbers; `name` says where they stand."""
        shape = _shape(name, value)
        if math.prod(shape) > MOST_ENTRIES:
            refuse(name, f"have at most {MOST_ENTRIES} entries", math.prod(shape))
        return cls(shape, tuple(_entries(name, value, shape)))

    @classmethod
    def of(cls, array: NDArray[np.floating]) -> Self:
        """Return an array as a tensor.

        Example:
            >>> Tensor.of(np.array([0.5, -2.0], dtype=np.float32))
            Tensor(shape=(2,), entries=(0.5, -2.0))
        """
        return cls(array.shape, tuple(array.ravel().tolist()))

    def to_json(self) -> Any:
        """Return nested lists; `strict_json` writes what is not finite as text."""
        return np.array(self.entries, dtype=np.float64).reshape(self.shape).tolist()

    def array(self) -> NDArray[np.float32]:
        """Return the tensor as float32, which is what training has."""
        return np.array(self.entries, dtype=np.float32).reshape(self.shape)


def _shape(name: str, value: Any) -> tuple[int, ...]:
    """Return the lengths along the first entry of each axis."""
    shape: list[int] = []
    while isinstance(value, list):
        if not value:
            refuse(name, "hold at least one number in each row", value)
        shape.append(len(value))
        if len(shape) > DEEPEST:
            refuse(name, f"have at most {DEEPEST} axes", f"{len(shape)} or more")
        value = value[0]
    return tuple(shape)


def _entries(name: str, value: Any, shape: tuple[int, ...]) -> Iterator[float]:
    if not shape:
        yield _entry(name, value)
    elif not isinstance(value, list) or len(value) != shape[0]:
        refuse(name, f"have {shape[0]} entries, as the rows before it", value)
    else:
        for place, item in enumerate(value):
            yield from _entries(f"{name}[{place}]", item, shape[1:])


def _entry(name: str, value: Any) -> float:
    number = NON_FINITE.get(value, value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        refuse(name, "be a number", value)
    if abs(number) > LARGEST and (isinstance(number, int) or math.isfinite(number)):
        refuse(name, f"be at most {LARGEST:.4g} in size (the largest float32)", value)
    return float(number)
