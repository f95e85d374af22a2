"""The shape of a rule: norm after against norm before, of one direction at many lengths.

Shapes: P lengths.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradcore.clip_trials.measures import Array, Gradients, layer_norms, whole_norm
from gradcore.clipping import CLIP_RULES, ScalingRule
from gradcore.specs import Choice

Doubles = NDArray[np.float64]
DECADES = 6
POINTS = 8 * DECADES + 1


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
    if isinstance(rule, ScalingRule):  # the norms of the tensors are enough
        norms = np.array([norm or 0.0 for norm in layer_norms(one)])
        scaled = (rule.factors(choice, norms * length, memory).factors * norms * length for length in before)
        return np.array([math.sqrt(after @ after) for after in scaled])
    steps = ([_scaled(part, length) for part in one] for length in before)
    return np.array([whole_norm(rule.apply(choice, step, memory, weights).gradients) for step in steps])
