"""Gradient descent on a landscape, step by step, with or without clipping.

Whether a descent has arrived must not depend on where it was cut: one that ends below the target is followed further.
Shapes: N steps made, P parameters.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gradcore.checks import finite_number, known_name, whole_number
from gradcore.cliffs.landscapes import LANDSCAPES, Landscape, Slopes, checked_start
from gradcore.clipping import CLIP_RULES, ClipRule, Memory, ScalingRule, scalars
from gradcore.clipping.fixed import unit_factors
from gradcore.specs import NO_CLIPPING, Choice

Doubles = NDArray[np.float64]
Point = tuple[float, ...]
Clip = Callable[[Slopes, Point], Slopes]
FOLLOWED = 1000  # the step to which a descent below its target is followed, at least


@dataclass(frozen=True)
class Descent:
    """One path downhill; its last row may be non-finite, and then no step follows."""

    rule: str  # of CLIP_RULES
    points: Doubles  # (N + 1, P)
    loss: Doubles  # (N + 1,)
    norms: Doubles  # (N + 1,) gradient norm before clipping
    clipped: NDArray[np.bool_]  # (N,) which gradients the rule changed
    target: float
    leaves_at: int | None = None  # the step after the last at which the loss is no longer below the target

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
        """The first step from which on the loss stays below the target, also beyond the last step, or None."""
        if self.leaves_at is not None:
            return None
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

    A descent that ends below its target is followed to step 1000, or as long again, to see whether it stays there.

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
    most = max(2 * steps, FOLLOWED)
    walk = _walk(land, checked_start(land, start), learning_rate, most, clip)
    with np.errstate(all="ignore"):  # of what is about to overflow
        made = list(islice(walk, steps + 1))
        ends_below = len(made) > steps and made[-1].loss < land.target
        beyond = enumerate(walk, steps + 1) if ends_below else ()
        leaves_at = next((step for step, one in beyond if not one.loss < land.target), None)
    return Descent(
        rule=clip.name,
        points=np.array([one.point for one in made]),
        loss=np.array([one.loss for one in made]),
        norms=np.array([math.hypot(*one.slopes) for one in made]),
        clipped=np.array([one.clipped for one in made[1:]], dtype=np.bool_),
        target=land.target,
        leaves_at=leaves_at,
    )


class _Stop(NamedTuple):
    """A point of a walk with its loss and gradient, and whether the gradient that led to it was clipped."""

    point: Point
    loss: float
    slopes: Slopes
    clipped: bool


def _walk(land: Landscape, point: Point, learning_rate: float, most: int, clip: Choice) -> Iterator[_Stop]:
    """Yield the start and what each step leads to, `most` at most; the first non-finite one is the last."""
    clipped = _clipping(clip, len(point), most)
    stop = _Stop(point, *land.loss(point), clipped=False)
    yield stop
    for _ in range(most):
        if not all(map(math.isfinite, (stop.loss, *stop.slopes))):
            return
        used = clipped(stop.slopes, point)
        point = tuple(at - learning_rate * slope for at, slope in zip(point, used, strict=True))
        stop = _Stop(point, *land.loss(point), clipped=used != stop.slopes)
        yield stop


def _clipping(clip: Choice, parameters: int, most: int) -> Clip:
    """Return a function that clips one gradient after the other, given the weights too; it holds the rule's memory."""
    rule = CLIP_RULES[clip.name]
    if isinstance(rule, ScalingRule):
        return _by_norm(rule, clip, rule.init(clip, [(parameters,)], most, scalars))
    if rule.needs == "weights":
        return _by_weights(rule, clip)
    return lambda slopes, point: tuple(np.asarray(rule.apply(clip, [np.array(slopes)]).gradients[0]).tolist())


def _by_norm(rule: ScalingRule, clip: Choice, memory: Memory) -> Clip:
    """Return the same for a rule that needs no more than the norm: the parameters are one tensor."""
    decide = rule.deciding(clip, scalars)

    def clipped(slopes: Slopes, point: Point) -> Slopes:
        nonlocal memory
        found = decide(_norm(slopes), memory)
        memory, factor = found.memory, float(found.factors)
        return tuple(slope * factor for slope in slopes)

    return clipped


def _by_weights(rule: ClipRule, clip: Choice) -> Clip:
    """Return the same for the rule that looks at the weights of each unit: the parameters are one."""
    values = rule.values(clip)

    def clipped(slopes: Slopes, point: Point) -> Slopes:
        factor = float(unit_factors(_norm(slopes), _norm(point), scalars, **values))
        return tuple(slope * factor for slope in slopes)

    return clipped


def _norm(values: Sequence[float]) -> np.float64:
    return np.float64(math.sqrt(sum(value * value for value in values)))
