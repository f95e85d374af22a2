"""A stream drawn again from many seeds: how far its clip rate and threshold depend on luck.

Shapes: S seeds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gradcore.clip_trials.quick import quick_stream
from gradcore.clip_trials.reading import notebook_beside
from gradcore.clip_trials.stream import StreamResult
from gradcore.clipping import CLIP_RULES, Gradients
from gradcore.specs import Choice, StreamSpec
from gradcore.streams import stream_steps

Doubles = NDArray[np.float64]
SEEDS = 200


@dataclass(frozen=True)
class RuleSpread:
    """One rule over all seeds."""

    choice: Choice
    clip_rate: Doubles  # (S,)
    final_threshold: Doubles  # (S,) NaN where the rule has none

    @property
    def title(self) -> str:
        """The rule's title."""
        return CLIP_RULES[self.choice.name].title


@dataclass(frozen=True)
class Spread:
    """A stream and its rules over seeds 0 to S - 1."""

    seeds: int
    mean_norm: Doubles  # (S,)
    rules: tuple[RuleSpread, ...]
    notebook_rate: Doubles  # (S,) clip rate of the notebook's class
    notebook_threshold: Doubles  # (S,) the threshold that it prints at the end


def spread(spec: StreamSpec, rules: Sequence[Choice], seeds: int = SEEDS, weights: Gradients | None = None) -> Spread:
    """Draw the stream from every seed and apply the rules to each, with the same weights where they look at some.

    Example:
        >>> found = spread(StreamSpec(), [Choice.of("clip_by_global_norm", max_norm=5.0)], seeds=3)
        >>> found.rules[0].clip_rate
        array([0.35, 0.25, 0.25])
    """
    trials = [quick_stream(stream_steps(replace(spec, seed=seed)), rules, weights) for seed in range(seeds)]
    printed = [notebook_beside(trial) for trial in trials]
    return Spread(
        seeds=seeds,
        mean_norm=np.array([trial.mean_norm or np.nan for trial in trials]),
        rules=tuple(
            _rule_spread(choice, [trial.results[place] for trial in trials]) for place, choice in enumerate(rules)
        ),
        notebook_rate=np.array([run.rate for run in printed]),
        notebook_threshold=np.array([run.current_threshold for run in printed]),
    )


def _rule_spread(choice: Choice, results: Sequence[StreamResult]) -> RuleSpread:
    rates = np.array([one.clip_rate for one in results])
    thresholds = [one.final_threshold for one in results]
    return RuleSpread(choice, rates, np.array([np.nan if one is None else one for one in thresholds]))
