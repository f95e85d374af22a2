"""Gradient descent on a landscape, step by step, with or without clipping.

Shapes: N steps made, P parameters.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradcore.checks import finite_number, known_name, whole_number
from gradcore.cliffs.landscapes import LANDSCAPES, Landscape, Slopes, checked_start
from gradcore.clipping import CLIP_RULES
from gradcore.specs import NO_CLIPPING, Choice

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Descent:
    """One path downhill; its last row may be non-finite, and then no step follows."""

    rule: str  # of CLIP_RULES
    points: Doubles  # (N + 1, P)
    loss: Doubles  # (N + 1,)
    norms: Doubles  # (N + 1,) gradient norm before clipping
    clipped: NDArray[np.bool_]  # (N,) which gradients the rule changed
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
    landscape: str, start: Sequence[float], learning_rate: float, steps: int, clip: Choice = NO_CLIPPING
) -> Descent:
    """Follow the gradient for `steps` steps of `learning_rate`, each gradient clipped by a rule of the catalogue.

    Example:
        >>> clip = Choice.of("clip_by_global_norm", max_norm=1.0)
        >>> descend("quartic", [20.0], learning_rate=0.5, steps=300, clip=clip).settled_at
        283
        >>> descend("quartic", [20.0], learning_rate=0.5, steps=300).lost_at
        4
    """
    known_name("landscape", landscape, LANDSCAPES)
    known_name("clip rule", clip.name, CLIP_RULES)
    finite_number("learning_rate", learning_rate, above=0)
    whole_number("steps", steps, 1)
    land, clip = LANDSCAPES[landscape], CLIP_RULES[clip.name].checked(clip)
    points, found, clipped = _walk(land, checked_start(land, start), learning_rate, steps, clip)
    return Descent(
        rule=clip.name,
        points=np.array(points),
        loss=np.array([loss for loss, _ in found]),
        norms=np.array([math.hypot(*slopes) for _, slopes in found]),
        clipped=np.array(clipped, dtype=np.bool_),
        target=land.target,
    )


def _walk(
    land: Landscape, point: tuple[float, ...], learning_rate: float, steps: int, clip: Choice
) -> tuple[list[tuple[float, ...]], list[tuple[float, Slopes]], list[bool]]:
    """Return points, loss and gradient at each, and which steps were clipped; the first non-finite one is the last."""
    rule, points, found = CLIP_RULES[clip.name], [point], [land.loss(point)]
    memory = rule.init(clip, [(len(point),)], steps)
    clipped: list[bool] = []
    while len(clipped) < steps and all(map(math.isfinite, (found[-1][0], *found[-1][1]))):
        slopes = found[-1][1]
        with np.errstate(all="ignore"):  # squares of what is about to overflow
            applied = rule.apply(clip, [np.array(slopes)], memory, [np.array(point)])
        used, memory = tuple(np.asarray(applied.gradients[0]).tolist()), applied.memory
        point = tuple(at - learning_rate * slope for at, slope in zip(point, used, strict=True))
        clipped.append(used != slopes)
        points.append(point)
        found.append(land.loss(point))
    return points, found, clipped
