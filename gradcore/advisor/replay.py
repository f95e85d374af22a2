"""How fixed, percentile and z-score rules would have acted on recorded norms, by the code that trains.

The norms are those of the path that was recorded: a rule that had acted would have changed it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradcore.clipping import CLIP_RULES, ScalingRule
from gradcore.records import Doubles
from gradcore.specs import Choice

REPLAYED = 500  # last steps: a rule is applied step by step
KINDS = {
    "clip_by_global_norm": "a fixed norm",
    "adaptive_percentile": "a percentile",
    "autoclip": "a percentile",
    "zclip": "a z-score",
}  # of `compared_rules`
UNCLAMPED = {"min_clip": 1e-30, "max_clip": 1e30}  # with the notebook's clamps the answer depends on the loss' scale


@dataclass(frozen=True)
class Replay:
    """What one rule would have done."""

    choice: Choice
    clipped: NDArray[np.bool_]  # (T,)
    threshold: Doubles  # (T,) NaN where the rule has none, and at skipped steps
    skipped: int  # steps that are not finite

    @property
    def title(self) -> str:
        """The rule's title."""
        return CLIP_RULES[self.choice.name].title

    @property
    def kind(self) -> str:
        """What its threshold comes from."""
        return KINDS[self.choice.name]

    @property
    def rate(self) -> float:
        """Share of the finite steps that are clipped."""
        return float(self.clipped.sum() / max(len(self.clipped) - self.skipped, 1))

    @property
    def last_threshold(self) -> float | None:
        """The threshold of the last step that has one."""
        known = self.threshold[~np.isnan(self.threshold)]
        return float(known[-1]) if known.size else None


def compared_rules(threshold: float, wanted: float) -> tuple[Choice, ...]:
    """Return a fixed rule, two percentile rules and a z-score rule that aim at the same clip rate.

    Example:
        >>> [rule.name for rule in compared_rules(2.0, 0.05)]
        ['clip_by_global_norm', 'adaptive_percentile', 'autoclip', 'zclip']
    """
    percentile = 100 * (1 - wanted)
    fixed = (Choice.of("clip_by_global_norm", max_norm=threshold),) if threshold > 0 else ()
    warm_up = {"warmup_clip": threshold} if threshold > 0 else {}
    return (
        *fixed,
        Choice.of("adaptive_percentile", percentile=percentile, **warm_up, **UNCLAMPED),
        Choice.of("autoclip", percentile=percentile),
        Choice.of("zclip", max_norm=None),
    )


def replay(norms: Doubles, rules: Sequence[Choice], last: int = REPLAYED) -> tuple[Replay, ...]:
    """Return what each rule would have done over the last steps of one seed.

    Args:
        norms: of one seed, (T,).
        rules: rules that need the global norm alone.
        last: how many of the last steps.

    Example:
        >>> replay(np.array([1.0, 9.0, np.nan]), [Choice.of("clip_by_global_norm", max_norm=2.0)])[0].rate
        0.5
    """
    return tuple(_replayed(norms[-last:], choice) for choice in rules)


def _replayed(norms: Doubles, choice: Choice) -> Replay:
    rule = CLIP_RULES[choice.name]
    assert isinstance(rule, ScalingRule)  # `compared_rules` and every rule that needs the norm alone
    memory = rule.init(choice, [(1,)], len(norms))
    clipped, thresholds = np.zeros(len(norms), dtype=bool), np.full(len(norms), np.nan)
    finite = np.flatnonzero(np.isfinite(norms))
    for step in finite.tolist():
        found = rule.factors(choice, norms[step : step + 1], memory)
        memory = found.memory
        clipped[step], thresholds[step] = found.scale < 1, found.threshold
    return Replay(choice, clipped, thresholds, len(norms) - len(finite))
