"""Rosenbrock's valley, (1 - x)^2 + 100 (y - x^2)^2: bent, narrow and flat along its floor, with its optimum at (1, 1).

There is no network: the point (x, y) is trained. The loss is half the squared error of two rows, which are linear not
in the point but in its lift (x, y, x^2): 2 x against 2, and 20 (y - x^2) against 0.
"""

from functools import lru_cache, partial
from typing import Any

import numpy as np

from gradcore.records import Floats
from gradcore.specs import NO_NETWORK
from gradcore.tasks.argument import TaskArgument
from gradcore.tasks.task import Rows, Task

START = (-1.2, 1.0)  # as Rosenbrock has it
OPTIMUM = (1.0, 1.0)
DRAWN = 1  # last word of the seeds
SPREAD = TaskArgument("spread", 0.1, "how far the seeds' starts lie around (-1.2, 1), as standard deviation", most=1.0)


def rosenbrock(spread: float = float(SPREAD.default)) -> Task:
    """Return the valley, with starts of a standard deviation around (-1.2, 1).

    Its metric is the distance to the optimum. Its chance level is what the start has on average.

    Example:
        >>> round(rosenbrock(spread=0).chance_loss, 3), round(rosenbrock().chance_loss, 3)
        (24.2, 31.88)

    Reference: Rosenbrock 1960, An automatic method for finding the greatest or least value of a function.
    """
    return Task(
        name="rosenbrock",
        title="Rosenbrock's valley",
        summary="Descend (1 − x₁)² + 100 (x₂ − x₁²)² from near (−1.2, 1): into a bent valley soon, along it for long.",
        rows=rosenbrock_rows,
        shape=(3,),
        outputs=1,
        train_rows=2,
        validation_rows=2,
        head_activation="linear",
        loss="half_squared_error",
        metric="distance",
        chance_loss=_mean_at_start(spread),
        linear_anchor=None,
        target=1e-3,
        loss_floor=None,
        network=NO_NETWORK,
        start=partial(rosenbrock_start, spread=spread),
        lift=lifted,
        numbers=2,
        optimum=OPTIMUM,
        arguments=(SPREAD,),
        variant=rosenbrock,
    )


def lifted(point: Any, xp: Any) -> Any:
    """Return (x, y, x^2) of points (..., 2), as (..., 3).

    Example:
        >>> lifted(np.array([3.0, 1.0]), np)
        array([3., 1., 9.])
    """
    x, y = point[..., 0], point[..., 1]
    return xp.stack([x, y, x * x], axis=-1)


def rosenbrock_rows(seed: int) -> Rows:
    """Return the two rows, to train and again to validate, the same for every seed.

    Example:
        >>> rosenbrock_rows(0).x_train.tolist()
        [[2.0, 0.0, 0.0], [0.0, 20.0, -20.0]]
    """
    return _rows()


@lru_cache(maxsize=1)
def _rows() -> Rows:
    x = np.array([[2.0, 0.0, 0.0], [0.0, 20.0, -20.0]], np.float32)
    y = np.array([[2.0], [0.0]], np.float32)
    return Rows(x, y, x, y)


def rosenbrock_start(seed: int, entrant: int | None, spread: float) -> Floats:
    """Return where a seed starts, (2,): (-1.2, 1) and `spread` times N(0, 1), by `default_rng([seed, 0, 1])`.

    `entrant` only where each entrant starts from a point of its own (in place of the 0, counted from 1).

    Example:
        >>> rosenbrock_start(0, None, spread=0).tolist()
        [-1.2000000476837158, 1.0]
    """
    drawn = np.random.default_rng([seed, 0 if entrant is None else entrant + 1, DRAWN]).normal(size=2)
    found: Floats = (np.array(START) + spread * drawn).astype(np.float32)
    return found


def _mean_at_start(spread: float) -> float:
    """Return the mean of the loss over the starts, from the moments of the normal distribution."""
    (x, y), variance = START, spread**2
    second, fourth = x**2 + variance, x**4 + 6 * x**2 * variance + 3 * variance**2
    across = y**2 + variance - 2 * y * second + fourth  # of (y - x^2)^2
    return (1 - x) ** 2 + variance + 100 * across


ROSENBROCK = rosenbrock()
