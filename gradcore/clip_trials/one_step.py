"""One step: several rules applied to the same gradients, each by its own formula, and what each did."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcore.clip_trials.measures import Gradients, cosine, layer_norms, non_finite, same, whole_norm
from gradcore.clipping import CLIP_RULES
from gradcore.specs import NO_CLIPPING, Choice


@dataclass(frozen=True)
class Applied:
    """What one rule did to the gradients of one step."""

    choice: Choice
    gradients: Gradients
    threshold: float | None  # None where the rule has no single one
    scale: float | None  # the factor common to all tensors, None where there is none
    clipped: bool  # whether an entry has changed
    would_skip: bool  # whether training would skip this step: it is not finite
    norm_after: float
    layer_norms_after: tuple[float | None, ...]
    cosine: float | None  # between before and after; None where one is zero or not finite
    non_finite_after: int

    @property
    def title(self) -> str:
        """The rule's title."""
        return CLIP_RULES[self.choice.name].title

    @property
    def parameters(self) -> dict[str, Any]:
        """The rule's parameters, those that were not given at their defaults."""
        return CLIP_RULES[self.choice.name].values(self.choice)

    @property
    def angle(self) -> float | None:
        """By how many degrees the direction turned."""
        return None if self.cosine is None else float(np.degrees(np.arccos(self.cosine)))


@dataclass(frozen=True)
class OneStep:
    """Gradients before, and what each rule made of them."""

    gradients: Gradients
    norm_before: float
    layer_norms_before: tuple[float | None, ...]
    non_finite_before: int
    results: tuple[Applied, ...]


def one_step(gradients: Gradients, rules: Sequence[Choice], weights: Gradients | None = None) -> OneStep:
    """Apply each rule to the same gradients; its memory, where it has one, is empty.

    Non-finite gradients go through the formula, so that it can be seen what it makes of them; in training a rule
    never sees such a step (`would_skip`).

    Args:
        gradients: one for each variable, None where it has none.
        rules: the rules with their parameters, checked.
        weights: the variables, for rules that need them.

    Example:
        >>> step = one_step([np.array([3.0, 4.0])], [Choice.of("clip_by_global_norm", max_norm=1.0)])
        >>> step.norm_before, step.results[0].norm_after, step.results[0].clipped
        (5.0, 1.0, True)
    """
    return OneStep(
        gradients=gradients,
        norm_before=whole_norm(gradients),
        layer_norms_before=layer_norms(gradients),
        non_finite_before=non_finite(gradients),
        results=tuple(_applied(gradients, choice, weights) for choice in rules),
    )


def _applied(gradients: Gradients, choice: Choice, weights: Gradients | None) -> Applied:
    rule = CLIP_RULES[choice.name]
    memory = rule.init(choice, [None if gradient is None else gradient.shape for gradient in gradients], 1)
    found = rule.apply(choice, gradients, memory, weights)
    return Applied(
        choice=choice,
        gradients=found.gradients,
        threshold=number(found.threshold),
        scale=number(found.scale),
        clipped=not same(gradients, found.gradients),
        would_skip=choice.name != NO_CLIPPING.name and non_finite(gradients) > 0,
        norm_after=whole_norm(found.gradients),
        layer_norms_after=layer_norms(found.gradients),
        cosine=cosine(gradients, found.gradients),
        non_finite_after=non_finite(found.gradients),
    )


def number(value: Any) -> float | None:
    """Return a float, None for NaN.

    Example:
        >>> number(np.float64(0.5)), number(np.nan)
        (0.5, None)
    """
    return None if np.isnan(value) else float(value)
