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
HALVINGS = 40  # of 60 decades: to 1e-10
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

    if after(most) < norm * (1 - NEAR):
        return Matched(choice, reached=False)
    found = _with(choice, parameter, _strength(after, norm, most))
    reached = _near(_norm_after(gradients, found, weights), norm)
    return Matched(found if reached else choice, reached)


def _strength(after: Callable[[float], float], norm: float, most: float) -> float:
    """Return the parameter after which this norm is left: in proportion, as with most rules, or by halving."""
    least = after(SMALLEST)
    straight = SMALLEST * (norm / least) if least > 0 else math.inf
    if straight <= most and abs(after(straight) - norm) <= EXACT * norm:
        return straight
    low, high = SMALLEST, most
    for _ in range(HALVINGS):  # in its logarithm
        middle = (low * high) ** 0.5
        low, high = (middle, high) if after(middle) < norm else (low, middle)
    return high


def _with(choice: Choice, parameter: str, value: float) -> Choice:
    return Choice.of(choice.name, **{**dict(choice.arguments), parameter: value})


def _norm_after(gradients: Gradients, choice: Choice, weights: Gradients | None) -> float:
    rule = CLIP_RULES[choice.name]
    memory = rule.init(choice, [None if gradient is None else gradient.shape for gradient in gradients], 1)
    return whole_norm(rule.apply(choice, gradients, memory, weights).gradients)


def _near(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= NEAR * wanted
