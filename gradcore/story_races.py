"""Races that tell a story: each shows one thing, and says it in sentences (`gradcore/stories.py`)."""

from collections.abc import Mapping
from types import MappingProxyType

from gradcore.specs import NO_NETWORK, Choice, EntrantSpec, NetworkSpec, RaceSpec

VALLEY = 100.0  # condition number for which the best settings of SGD are given below
BEST_RATE = 2 / (1 + VALLEY)  # of gradient descent: Polyak 1964
MOMENTUM_RATE, MOMENTUM = 0.0331, 0.7  # just above the best weight, 0.669: every mode swings, and falls alike
STEEP, LIMIT = 10.0, 0.2  # largest eigenvalue, and the learning rate beyond which gradient descent diverges: 2 / 10


def _quadratic(condition: float, dimension: int, steps: int, *entrants: EntrantSpec) -> RaceSpec:
    task = Choice.of("quadratic", condition=condition, dimension=dimension, rotated=False)
    return RaceSpec(entrants, task, NO_NETWORK, seeds=5, steps=steps, batch_size=None)


def _digits(steps: int, seeds: int, *entrants: EntrantSpec) -> RaceSpec:
    network = NetworkSpec((128, 64), "relu", Choice("he_uniform"))
    return RaceSpec(entrants, Choice("digits"), network, seeds=seeds, steps=steps, batch_size=64)


def _sgd(rate: float) -> EntrantSpec:
    return EntrantSpec(Choice("SGD"), rate, label=f"SGD {rate:g}")


STORY_RACES: Mapping[str, RaceSpec] = MappingProxyType(
    {
        "why_momentum": _quadratic(
            VALLEY,
            2,
            300,
            EntrantSpec(Choice("SGD"), round(BEST_RATE, 4), label="SGD"),
            EntrantSpec(Choice.of("SGD", momentum=MOMENTUM), MOMENTUM_RATE, label="SGD + Momentum"),
        ),
        "badly_scaled": _quadratic(
            1e4,
            10,
            500,
            EntrantSpec(Choice("SGD"), 1.9e-4, label="SGD"),
            EntrantSpec(Choice.of("SGD", momentum=0.9), 1.9e-4, label="SGD + Momentum"),
            EntrantSpec(Choice("Adam"), 0.1, label="Adam"),
        ),
        "first_step": _digits(
            100,
            5,
            EntrantSpec(Choice("Adam"), 0.001, label="Adam"),
            EntrantSpec(Choice("RMSprop"), 0.001, label="RMSprop"),
            EntrantSpec(Choice("RMSprop"), 0.000316, label="RMSprop 0.000316"),
        ),
        "weight_decay": _digits(
            200,
            10,
            EntrantSpec(Choice("Adam"), 0.001, label="Adam"),
            EntrantSpec(Choice.of("AdamW", weight_decay=0.01), 0.001, label="AdamW 0.01"),
            EntrantSpec(Choice.of("AdamW", weight_decay=1.0), 0.001, label="AdamW 1"),
            EntrantSpec(Choice.of("AdamW", weight_decay=10.0), 0.001, label="AdamW 10"),
        ),
        "rate_too_high": _quadratic(STEEP, 2, 100, *(_sgd(rate) for rate in (0.02, 0.18, 0.199, 0.205))),
    }
)
