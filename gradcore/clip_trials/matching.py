"""Matched strength: each rule's threshold changed so that all leave the same norm; only then can they be compared."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from gradcore.clip_trials.measures import Gradients, whole_norm
from gradcore.clipping import CLIP_RULES
from gradcore.specs import Choice

# The parameter that sets how strong a rule is on a first step. `none` has none, and AutoClip's percentile of a single
# norm is that norm, whatever the percentile.
STRENGTH: Mapping[str, str] = MappingProxyType(
    {
        "clip_by_value": "max_value",
        "clip_by_norm": "max_norm",
        "clip_by_global_norm": "max_norm",
        "ten_percent": "fraction",
        "adaptive_percentile": "warmup_clip",
        "adaptive_grad_clip": "clipping",
        "zclip": "max_norm",
        "adagc": "absolute",
        "normalized": "norm",
    }
)
SMALLEST, LARGEST = 1e-30, 1e30  # between which the parameter is looked for
LOOKS = 60  # at most, for the parameter; a dozen are usual
EXACT = 1e-6  # relative; the entries are float32
NEAR = 1e-3  # relative; a rule that leaves another norm than this is not matched


@dataclass(frozen=True)
class Matched:
    """A rule at the strength that leaves a wanted norm, or at the one it was given where none does."""

    choice: Choice
    reached: bool


def matched(
    gradients: Gradients, rules: Sequence[Choice], norm: float, weights: Gradients | None = None
) -> tuple[Matched, ...]:
    """Return each rule with its strength changed so that the norm after it is `norm`.

    Example:
        >>> import numpy as np
        >>> by_value = Choice.of("clip_by_value", max_value=1.0)
        >>> found = matched([np.array([3.0, 4.0])], [by_value], norm=2.0)[0]
        >>> found.reached, round(found.choice.get("max_value"), 4)
        (True, 1.4142)
    """
    return tuple(_matched(gradients, choice, norm, weights) for choice in rules)


def _matched(gradients: Gradients, choice: Choice, norm: float, weights: Gradients | None) -> Matched:
    parameter = STRENGTH.get(choice.name)
    if parameter is None:
        return Matched(choice, _near(_norm_after(gradients, choice, weights), norm))
    most = min(LARGEST, CLIP_RULES[choice.name].parameters[parameter].most or LARGEST)

    def after(value: float) -> float:  # never falls as the parameter grows
        return _norm_after(gradients, _with(choice, parameter, value), weights)

    least = after(SMALLEST)
    if after(most) < norm * (1 - NEAR) or least > norm * (1 + NEAR):
        return Matched(choice, reached=False)
    found = _with(choice, parameter, _strength(after, least, norm, most))
    reached = _near(_norm_after(gradients, found, weights), norm)
    return Matched(found if reached else choice, reached)


def _strength(after: Callable[[float], float], least: float, norm: float, most: float) -> float:
    """Return the parameter after which this norm is left: in proportion, as with most rules, or looked for."""
    straight = SMALLEST * (norm / least) if least > 0 else math.inf
    if not SMALLEST < straight < most:
        return _between(after, norm, SMALLEST, most)
    found = after(straight)
    if abs(found - norm) <= EXACT * norm:
        return straight
    if found > norm:
        return _between(after, norm, SMALLEST, straight)
    low, high, factor = straight, straight, 2.0
    while high < most and after(high) < norm:  # a little above in most cases, else soon far above
        low, high, factor = high, min(high * factor, most), factor * factor
    return _between(after, norm, low, high)


def _between(after: Callable[[float], float], norm: float, low: float, high: float) -> float:
    """Return the parameter between two at which the norm is left, by false position and halving in turn, in logarithms.

    False position alone is slow where the norm hardly grows over many decades, halving alone always is.
    """
    ends = [(math.log(one), _gap(after(one), norm)) for one in (low, high)]
    for look in range(LOOKS):
        (left, below), (right, above) = ends
        share = below / (below - above) if look % 2 == 0 and -math.inf < below < above else 0.5
        middle = left + share * (right - left)
        gap = _gap(after(math.exp(middle)), norm)
        if abs(gap) <= EXACT:
            return math.exp(middle)
        ends = [(middle, gap), ends[1]] if gap < 0 else [ends[0], (middle, gap)]
    return math.exp(ends[1][0])


def _gap(found: float, norm: float) -> float:
    """Return by how much a norm is too large, as the logarithm of their ratio."""
    return math.log(found / norm) if found > 0 else -math.inf


def _with(choice: Choice, parameter: str, value: float) -> Choice:
    return Choice.of(choice.name, **{**dict(choice.arguments), parameter: value})


def _norm_after(gradients: Gradients, choice: Choice, weights: Gradients | None) -> float:
    rule = CLIP_RULES[choice.name]
    memory = rule.init(choice, [None if gradient is None else gradient.shape for gradient in gradients], 1)
    return whole_norm(rule.apply(choice, gradients, memory, weights).gradients)


def _near(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= NEAR * wanted
