"""The notebook's recommended combinations for four scenarios, and by what we choose ours for the same one."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Scenario:
    """One situation, what the notebook recommends in it, and what counts there."""

    id: str
    title: str
    stack: tuple[str, ...]  # the notebook's
    counts: str  # one sentence: by what ours is chosen


_ALL = (
    Scenario(
        "beginner",
        "Beginner project",
        ("relu", "he_init", "adam"),
        "The fewest solutions that reach nine tenths of the best effect.",
    ),
    Scenario(
        "production",
        "Production system",
        ("relu", "batch_norm", "residual", "clipping"),
        "The most decades of learning rates at which every seed learns, on the disease where there are fewest.",
    ),
    Scenario(
        "research",
        "Research experiment",
        ("relu", "he_init", "batch_norm", "residual", "adam", "clipping", "lsuv", "attention"),
        "The largest effect, whatever it costs; in a tie the fewest parts.",
    ),
    Scenario(
        "resource_constrained",
        "Resource constrained",
        ("relu", "he_init", "sgd"),
        "The largest effect with a step at most a quarter longer and no state; in a tie the fewest parts.",
    ),
)
SCENARIOS: Mapping[str, Scenario] = MappingProxyType({one.id: one for one in _ALL})
MODERN_STACK = ("relu", "he_init", "batch_norm", "residual", "adam", "clipping", "attention")  # the notebook's
CANDIDATES = (  # stacks that are tried on every feed-forward disease, beside the notebook's
    ("relu", "residual_scaled"),
    ("relu", "he_init", "residual_scaled"),
    ("relu", "residual_scaled", "adam"),
    ("relu", "he_init", "layer_norm", "residual"),
    ("relu", "he_init", "batch_norm", "residual"),
    ("relu", "he_init", "batch_norm", "residual", "warmup"),
)
STEP_BUDGET = 1.25  # times the untreated network's step
NEAR_BEST = 0.9  # of the best effect
