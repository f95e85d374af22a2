"""Gradient descent on a landscape, step by step, with or without clipping.

Shapes: N steps made, P parameters.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcore.checks import finite_number, known_name, whole_number
from gradcore.cliffs.landscapes import LANDSCAPES, Landscape, Slopes, checked_start
from gradcore.clipping import clip_by_global_norm

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Descent:
    """One path downhill; its last row may be non-finite, and then no step follows."""

    rule: str  # of CLIP_RULES: none or clip_by_global_norm
    points: Doubles  # (N + 1, P)
    loss: Doubles  # (N + 1,)
    norms: Doubles  # (N + 1,) gradient norm before clipping
    clipped: NDArray[np.bool_]  # (N,) which steps were shortened
    target: float

    @property
    def steps(self) -> int:
        """Steps made."""
        return len(self.loss) - 1

    @property
    def lost_at(self) -> int | None:
        """The step after which loss or gradient is not finite, or None."""
        return None if math.isfinite(self.loss[-1]) and math.isfinite(self.norms[-1]) else self.steps

    @property
    def settled_at(self) -> int | None:
        """The first step from which on the loss stays below the target, or None."""
        above = np.flatnonzero(~(self.loss < self.target))
        first = int(above[-1]) + 1 if above.size else 0
        return first if first <= self.steps else None

    @property
    def longest(self) -> tuple[int, float]:
        """The longest step and its length, over the steps between finite points; (0, 0) without any."""
        finite = self.points[np.isfinite(self.points).all(axis=1)]
        lengths = np.array([math.hypot(*change) for change in np.diff(finite, axis=0)])
        return (int(lengths.argmax()) + 1, float(lengths.max())) if lengths.size else (0, 0.0)


def descend(
    landscape: str, start: Sequence[float], learning_rate: float, steps: int, max_norm: float | None = None
) -> Descent:
    """Follow the gradient for `steps` steps of `learning_rate`, clipped by its global norm where `max_norm` is given.

    Example:
        >>> descend("quartic", [20.0], learning_rate=0.5, steps=300, max_norm=1.0).settled_at
        283
        >>> descend("quartic", [20.0], learning_rate=0.5, steps=300).lost_at  # without clipping
        4
    """
    known_name("landscape", landscape, LANDSCAPES)
    land = LANDSCAPES[landscape]
    check_descent(learning_rate, max_norm, steps)
    points, found, clipped = _walk(land, checked_start(land, start), learning_rate, steps, max_norm)
    return Descent(
        rule="none" if max_norm is None else "clip_by_global_norm",
        points=np.array(points),
        loss=np.array([loss for loss, _ in found]),
        norms=np.array([math.hypot(*slopes) for _, slopes in found]),
        clipped=np.array(clipped, dtype=np.bool_),
        target=land.target,
    )


def check_descent(learning_rate: float, max_norm: float | None, steps: int) -> None:
    """Refuse a learning rate or threshold that is not above 0, and fewer than one step."""
    finite_number("learning_rate", learning_rate, above=0)
    if max_norm is not None:
        finite_number("max_norm", max_norm, above=0)
    whole_number("steps", steps, 1)


def _walk(
    land: Landscape, point: tuple[float, ...], learning_rate: float, steps: int, max_norm: float | None
) -> tuple[list[tuple[float, ...]], list[tuple[float, Slopes]], list[bool]]:
    """Return points, loss and gradient at each, and which steps were clipped; the first non-finite one is the last."""
    points, found = [point], [land.loss(point)]
    clipped: list[bool] = []
    while len(clipped) < steps and _finite(found[-1]):
        slopes = found[-1][1]
        used = slopes if max_norm is None else _limited(slopes, max_norm)
        point = tuple(at - learning_rate * slope for at, slope in zip(point, used, strict=True))
        clipped.append(used != slopes)
        points.append(point)
        found.append(land.loss(point))
    return points, found, clipped


def _limited(slopes: Slopes, max_norm: float) -> Slopes:
    (limited,) = clip_by_global_norm([np.array(slopes)], max_norm)
    return tuple(np.asarray(limited).tolist())


def _finite(found: tuple[Any, Slopes]) -> bool:
    return all(map(math.isfinite, (found[0], *found[1])))
