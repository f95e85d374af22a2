"""A stream: rules step after step, each with its memory. A non-finite step reaches no rule but `none`.

Shapes: T steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcore.clip_trials.measures import Gradients, same, whole_norm
from gradcore.clipping import CLIP_RULES
from gradcore.specs import NO_CLIPPING, Choice

Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]
RECENT = 50  # steps of the recent clip rate, for rules without a history of their own


@dataclass(frozen=True)
class StreamResult:
    """What one rule did over the steps."""

    choice: Choice
    threshold: Doubles  # (T,) NaN where the rule has no single one, and at skipped steps
    norm_after: Doubles  # (T,) NaN at skipped steps
    clipped: Flags  # (T,)
    skipped: Flags  # (T,)

    @property
    def title(self) -> str:
        """The rule's title."""
        return CLIP_RULES[self.choice.name].title

    @property
    def parameters(self) -> dict[str, Any]:
        """The rule's parameters, those that were not given at their defaults."""
        return CLIP_RULES[self.choice.name].values(self.choice)

    @property
    def clip_rate(self) -> float:
        """The share of all steps that were clipped; a skipped step was not."""
        return float(np.mean(self.clipped))

    @property
    def recent(self) -> int:
        """How many of the last steps the recent clip rate looks at."""
        return int(self.parameters.get("history", RECENT))

    @property
    def recent_clip_rate(self) -> float:
        """The share of the last `recent` steps that were clipped."""
        return float(np.mean(self.clipped[-self.recent :]))

    @property
    def final_threshold(self) -> float | None:
        """The threshold of the last step that was not skipped, as it was applied; None where it had no single one.

        AdaGC has one in its warm-up only: what it was then is not what judges its last steps.
        """
        found = self.threshold[~self.skipped]
        return float(found[-1]) if found.size and not np.isnan(found[-1]) else None


@dataclass(frozen=True)
class StreamTrial:
    """The norms of a stream before clipping, and what each rule made of them."""

    norms: Doubles  # (T,)
    results: tuple[StreamResult, ...]

    @property
    def mean_norm(self) -> float | None:
        """The mean norm before clipping over all finite steps, None without any."""
        finite = self.norms[np.isfinite(self.norms)]
        return float(np.mean(finite)) if finite.size else None


def run_stream(steps: Sequence[Gradients], rules: Sequence[Choice], weights: Gradients | None = None) -> StreamTrial:
    """Apply each rule to every step in order.

    Args:
        steps: the gradients of each step; the same tensors in every step, None where one has no gradient.
        rules: the rules with their parameters, checked.
        weights: the variables, for rules that need them; they stay as they are.

    Example:
        >>> steps = [[np.array([3.0])], [np.array([np.nan])]]
        >>> result = run_stream(steps, [Choice.of("clip_by_global_norm", max_norm=1.0)]).results[0]
        >>> result.norm_after, result.skipped
        (array([ 1., nan]), array([False,  True]))
    """
    norms = np.array([whole_norm(step) for step in steps])
    return StreamTrial(norms, tuple(_result(steps, norms, choice, weights) for choice in rules))


def _result(steps: Sequence[Gradients], norms: Doubles, choice: Choice, weights: Gradients | None) -> StreamResult:
    rule = CLIP_RULES[choice.name]
    memory = rule.init(choice, shapes(steps), len(steps))
    skipped = ~np.isfinite(norms) & (choice.name != NO_CLIPPING.name)
    threshold, after = np.full(len(steps), np.nan), np.full(len(steps), np.nan)
    clipped = np.zeros(len(steps), dtype=bool)
    for number in np.flatnonzero(~skipped).tolist():
        found = rule.apply(choice, steps[number], memory, weights)
        memory = found.memory
        threshold[number] = found.threshold
        clipped[number] = not same(steps[number], found.gradients)
        after[number] = whole_norm(found.gradients) if clipped[number] else norms[number]
    return StreamResult(choice, threshold, after, clipped, skipped)


def shapes(steps: Sequence[Gradients]) -> list[tuple[int, ...] | None]:
    """Return the shape of each tensor, None where no step has a gradient for it.

    Example:
        >>> shapes([[None, None], [np.zeros(2), None]])
        [(2,), None]
    """
    found: list[tuple[int, ...] | None] = [None] * len(steps[0])
    for step in steps:
        found = [one if gradient is None else gradient.shape for one, gradient in zip(found, step, strict=True)]
        if None not in found:
            break
    return found
