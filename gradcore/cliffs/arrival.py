"""How many steps descent on x^4 takes, counted without keeping its path: 100,000 are common without clipping."""

import math
from dataclasses import dataclass

from gradcore.checks import finite_number, whole_number
from gradcore.cliffs.landscapes import LANDSCAPES, checked_start

GONE = 1e50  # where a descent counts as diverged: its next values overflow
MOST_STEPS = 200_000


@dataclass(frozen=True)
class Arrival:
    """How a descent on x^4 ended: at the target, out of range, or neither within the steps that it was given."""

    steps: int | None  # to f < 1e-6
    diverged_at: int | None


def steps_on_quartic(
    start: float, learning_rate: float, max_norm: float | None = None, most: int = MOST_STEPS
) -> Arrival:
    """Return how many steps of descent on x^4 lead below 1e-6; in one dimension the global norm is the slope's size.

    Example:
        >>> steps_on_quartic(20.0, 0.99 * fixed_step_limit(20.0))
        Arrival(steps=101003, diverged_at=None)
        >>> steps_on_quartic(20.0, 0.5, max_norm=1.0)
        Arrival(steps=283, diverged_at=None)

    Reference: Zhang, He, Sra & Jadbabaie 2020. https://arxiv.org/abs/1905.11881
    """
    finite_number("learning_rate", learning_rate, above=0)
    if max_norm is not None:
        finite_number("max_norm", max_norm, above=0)
    whole_number("most", most, 1)
    (x,) = checked_start(LANDSCAPES["quartic"], [start])
    bound, nearest = math.inf if max_norm is None else max_norm, LANDSCAPES["quartic"].target ** 0.25
    x, before, step = abs(x), math.nan, 0  # the landscape is the same on both sides, so the path may be mirrored
    while nearest <= x <= GONE and step < most and (4 * x * x * x > bound or 4 * learning_rate * x * x > 1):
        following = abs(x - learning_rate * min(bound, 4 * x * x * x))
        if following in (x, before):
            return Arrival(None, None)  # it swings between the same points for ever
        before, x, step = x, following, step + 1
    if x > GONE:
        return Arrival(None, step)
    four = 4 * learning_rate  # exact: the same numbers as learning_rate * (4 x^3)
    for reached in range(step, most + 1):  # the rest is straight: a short loop, for 100,000 steps are common
        if x < nearest:
            return Arrival(reached, None)
        x -= four * (x * x * x)
    return Arrival(None, None)


def fixed_step_limit(start: float) -> float:
    """Return the learning rate above which unclipped descent on x^4 diverges from this start: 1 / (2 start^2).

    Example:
        >>> fixed_step_limit(20.0)
        0.00125
    """
    return 1 / (2 * start * start) if start else math.inf
