"""The shape of a rule: norm after against norm before, of one direction at many lengths.

Shapes: P lengths.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradcore.clip_trials.measures import Array, Gradients, layer_norms, whole_norm
from gradcore.clipping import CLIP_RULES, ClipRule, Memory, ScalingRule, scalars
from gradcore.clipping.fixed import axes_of_a_unit
from gradcore.specs import Choice

Doubles = NDArray[np.float64]
DECADES = 6
POINTS = 8 * DECADES + 1
MOST_AT_ONCE = 500_000  # entries of all lengths that are held together


@dataclass(frozen=True)
class Shape:
    """What each rule makes of a gradient of each length, on a first step."""

    before: Doubles  # (P,)
    after: tuple[Doubles, ...]  # for each rule (P,)


def shape(gradients: Gradients, rules: Sequence[Choice], weights: Gradients | None = None) -> Shape:
    """Return the norm after each rule for this direction at lengths over six decades.

    The decades are 0.001 to 1,000, or those around the gradient's own norm where it lies outside of them.

    Example:
        >>> found = shape([np.array([3.0, 4.0])], [Choice.of("clip_by_global_norm", max_norm=1.0)])
        >>> [round(float(found.after[0][point]), 3) for point in (0, 24, 48)]
        [0.001, 1.0, 1.0]
    """
    one = direction(gradients)
    middle = _middle(whole_norm(gradients))
    before = np.logspace(middle - DECADES / 2, middle + DECADES / 2, POINTS)
    return Shape(before, tuple(_line(one, before, choice, weights) for choice in rules))


def direction(gradients: Gradients) -> list[Array | None]:
    """Return the gradient at length 1, in float64; every entry alike where it is zero or not finite.

    Example:
        >>> direction([np.array([3.0, 4.0]), None])
        [array([0.6, 0.8]), None]
    """
    norm = whole_norm(gradients)
    if 0 < norm < math.inf:
        return [_scaled(part, 1 / norm) for part in gradients]
    count = sum(np.size(part) for part in gradients if part is not None)
    return [None if part is None else np.full(np.shape(part), 1 / math.sqrt(count)) for part in gradients]


def _middle(norm: float) -> int:
    if not 0 < norm < math.inf or abs(math.log10(norm)) <= DECADES / 2:
        return 0
    return round(math.log10(norm))


def _scaled(part: Array | None, factor: float) -> Array | None:
    return None if part is None else np.asarray(part, np.float64) * factor


def _line(one: Gradients, before: Doubles, choice: Choice, weights: Gradients | None) -> Doubles:
    rule = CLIP_RULES[choice.name]
    memory = rule.init(choice, [None if part is None else part.shape for part in one], 1)
    if not isinstance(rule, ScalingRule):
        most = max(1, MOST_AT_ONCE // max(1, sum(part.size for part in one if part is not None)))
        pieces = np.array_split(before, math.ceil(len(before) / most))
        return np.concatenate([_by_entries(rule, choice, one, lengths, memory, weights) for lengths in pieces])
    with np.errstate(all="ignore"):
        return (
            _by_whole_norm(rule, choice, before)
            if rule.needs == "norm"
            else _by_norms(rule, choice, before, memory, np.array([norm or 0.0 for norm in layer_norms(one)]))
        )


def _by_whole_norm(rule: ScalingRule, choice: Choice, before: Doubles) -> Doubles:
    decide, memory = rule.deciding(choice, scalars), rule.init(choice, [()], 1, scalars)
    return np.array([float(decide(length, memory).factors) for length in before]) * before


def _by_norms(rule: ScalingRule, choice: Choice, before: Doubles, memory: Memory, norms: Doubles) -> Doubles:
    decide = rule.deciding(choice)
    scaled = (decide(norms * length, memory).factors * norms * length for length in before)
    return np.array([math.sqrt(after @ after) for after in scaled])


def _by_entries(
    rule: ClipRule, choice: Choice, one: Gradients, lengths: Doubles, memory: Memory, weights: Gradients | None
) -> Doubles:
    """Return the norms after a rule that looks at entries, which takes all lengths as one more axis: (P, ...)."""
    steps = [None if part is None else np.multiply.outer(lengths, part) for part in one]
    axes = known = None
    if rule.needs == "weights" and weights is not None:
        axes = [() if part is None else tuple(axis + 1 for axis in axes_of_a_unit(part)) for part in one]
        known = [None if part is None else np.broadcast_to(part, (len(lengths), *part.shape)) for part in weights]
    clipped = rule.apply(choice, steps, memory, known, axes=axes).gradients
    squares = [np.square(part).reshape(len(lengths), -1).sum(axis=1) for part in clipped if part is not None]
    return np.sqrt(np.sum(squares, axis=0)) if squares else np.zeros(len(lengths))
