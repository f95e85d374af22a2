"""Catalogue of the learning-rate schedules: factors of an entrant's learning rate, one for each step.

Shapes: T steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from gradcore import checks
from gradcore.checks import refuse
from gradcore.records import Doubles
from gradcore.specs import CONSTANT_RATE, Choice


@dataclass(frozen=True)
class Schedule:
    """One schedule: how far along the training each step is, (T,) from 0, becomes a factor, (T,)."""

    name: str
    summary: str
    reference: str
    shape: Callable[..., Doubles]
    parameters: Mapping[str, float] = field(default_factory=dict)  # name -> default, each from 0 to 1

    def checked(self, chosen: Choice) -> Choice:
        """Return the choice with every parameter, or refuse it in one sentence."""
        given = dict(chosen.arguments)
        checks.known_keys(f"the schedule {self.name}", given, self.parameters)
        values = {name: checks.finite_number(name, given.get(name, start)) for name, start in self.parameters.items()}
        for name, value in values.items():
            if not 0 <= value <= 1:
                refuse(name, "be from 0 to 1", value)
        return Choice.of(self.name, **values)


def factors(chosen: Choice, steps: int) -> Doubles:
    """Return what the learning rate is multiplied by at each of T steps, (T,).

    Example:
        >>> factors(Choice("cosine"), 4).round(3).tolist(), factors(Choice("constant"), 2).tolist()
        ([1.0, 0.854, 0.5, 0.146], [1.0, 1.0])
    """
    schedule = SCHEDULES[chosen.name]
    return schedule.shape(np.arange(steps) / steps, **{**schedule.parameters, **dict(chosen.arguments)})


def _constant(done: Doubles) -> Doubles:
    return np.ones_like(done)


def _cosine(done: Doubles, final: float) -> Doubles:
    falling: Doubles = final + (1 - final) * 0.5 * (1 + np.cos(np.pi * done))
    return falling


def _exponential(done: Doubles, final: float) -> Doubles:
    falling: Doubles = np.power(final, done)
    return falling


def _step(done: Doubles, factor: float, first: float, second: float) -> Doubles:
    drops = (done >= first).astype(np.float64) + (done >= second)
    falling: Doubles = np.power(factor, drops)
    return falling


def _warmup_cosine(done: Doubles, warmup: float, final: float) -> Doubles:
    rising = done / warmup if warmup > 0 else np.ones_like(done)
    after = (done - warmup) / (1 - warmup) if warmup < 1 else np.zeros_like(done)
    return np.where(done < warmup, rising, _cosine(np.maximum(after, 0.0), final))


_ENTRIES = (
    Schedule(
        CONSTANT_RATE.name, "The learning rate stays as it is.", "Robbins & Monro 1951 ask for a falling one", _constant
    ),
    Schedule(
        "cosine",
        "Falls along half a cosine, to `final` of where it began.",
        "Loshchilov & Hutter 2017, https://arxiv.org/abs/1608.03983",
        _cosine,
        {"final": 0.0},
    ),
    Schedule(
        "exponential",
        "Falls by the same factor at every step, to `final` of where it began.",
        "Keras' ExponentialDecay, https://keras.io/api/optimizers/learning_rate_schedules",
        _exponential,
        {"final": 0.01},
    ),
    Schedule(
        "step",
        "Is multiplied by `factor` when `first` and when `second` of the steps are done.",
        "He et al. 2016, section 3.4, https://arxiv.org/abs/1512.03385",
        _step,
        {"factor": 0.1, "first": 0.5, "second": 0.75},
    ),
    Schedule(
        "warmup_cosine",
        "Rises from 0 over the first `warmup` of the steps, then falls along half a cosine.",
        "Goyal et al. 2017, https://arxiv.org/abs/1706.02677, with Loshchilov & Hutter's cosine",
        _warmup_cosine,
        {"warmup": 0.1, "final": 0.0},
    ),
)
SCHEDULES: Mapping[str, Schedule] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
