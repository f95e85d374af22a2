"""A quadratic of any condition number, along the axes or rotated: what an optimizer does is known in closed form.

There is no network: one vector x is trained. The loss 1/2 sum of lambda_i (q_i x)^2 is written as half the squared
error of D rows sqrt(D lambda_i) q_i, whose targets are 0, so that the engine trains it like any other task.
"""

from functools import partial

import numpy as np

from gradcore.records import Doubles, Floats
from gradcore.specs import NO_NETWORK
from gradcore.tasks.argument import TaskArgument
from gradcore.tasks.task import Rows, Task

START, ROTATION = 1, 2  # last word of the seeds
CONDITION = TaskArgument("condition", 100.0, "largest eigenvalue; the smallest is 1", least=1, most=1e8)
DIMENSION = TaskArgument("dimension", 10, "numbers that are trained", least=1, most=200)
ROTATED = TaskArgument("rotated", False, "whether the axes of the quadratic are turned away from the coordinates")


def quadratic(
    condition: float = float(CONDITION.default), dimension: int = int(DIMENSION.default), rotated: bool = False
) -> Task:
    """Return the quadratic of a condition number.

    Its metric is the distance to the optimum, the L2 norm of x. Its chance level is what the start has on average,
    half the sum of the eigenvalues. A linear model says nothing here.

    Example:
        >>> round(quadratic(condition=100, dimension=3).chance_loss, 3)
        55.5
    """
    return Task(
        name="quadratic",
        title="Quadratic",
        summary="Descend ½ Σ λ x² from a random point: the eigenvalues λ go from 1 to the condition number.",
        rows=partial(quadratic_rows, condition=condition, dimension=dimension, rotated=rotated),
        shape=(dimension,),
        outputs=1,
        train_rows=dimension,
        validation_rows=dimension,
        head_activation="linear",
        loss="half_squared_error",
        metric="distance",
        chance_loss=float(eigenvalues(condition, dimension).sum() / 2),
        linear_anchor=None,
        target=1e-3,
        loss_floor=None,
        per_seed=True,
        network=NO_NETWORK,
        start=partial(quadratic_start, dimension=dimension, rotated=rotated),
        arguments=(CONDITION, DIMENSION, ROTATED),
        variant=quadratic,
    )


def eigenvalues(condition: float, dimension: int) -> Doubles:
    """Return D eigenvalues from 1 to the condition number, evenly spaced on a logarithmic scale.

    Example:
        >>> eigenvalues(100, 3)
        array([  1.,  10., 100.])
    """
    return np.geomspace(1.0, condition, dimension)


def quadratic_rows(seed: int, condition: float, dimension: int, rotated: bool) -> Rows:
    """Return D rows sqrt(D lambda_i) q_i with targets 0, to train and again to validate: both losses are the same.

    Example:
        >>> quadratic_rows(0, condition=4, dimension=1, rotated=False).x_train
        array([[1.]], dtype=float32)
    """
    scale = np.sqrt(dimension * eigenvalues(condition, dimension))
    x = (scale[:, None] * _axes(seed, dimension, rotated)).astype(np.float32)  # (D, D)
    y = np.zeros((dimension, 1), np.float32)
    return Rows(x, y, x, y)


def quadratic_start(seed: int, entrant: int | None, dimension: int, rotated: bool) -> Floats:
    """Return where a seed starts, (D,): the same point of the same quadratic whether it is rotated or not.

    Example:
        >>> quadratic_start(0, None, dimension=3, rotated=False).shape
        (3,)
    """
    along = start_along_axes(seed, entrant, dimension)
    found: Floats = (_axes(seed, dimension, rotated).T @ along).astype(np.float32)
    return found


def start_along_axes(seed: int, entrant: int | None, dimension: int) -> Doubles:
    """Return where a seed starts along the axes q_i, (D,): N(0, 1), by `numpy.random.default_rng([seed, 0, 1])`.

    `entrant` only where each entrant starts from a point of its own (in place of the 0, counted from 1).

    Example:
        >>> start_along_axes(0, None, dimension=2).round(3)
        array([0.719, 0.203])
    """
    return np.random.default_rng([seed, 0 if entrant is None else entrant + 1, START]).normal(size=dimension)


def _axes(seed: int, dimension: int, rotated: bool) -> Doubles:
    """Return the axes q_i as the rows of (D, D): Q of the QR decomposition of a normal matrix, where rotated."""
    if not rotated:
        return np.eye(dimension)
    drawn = np.random.default_rng([seed, 0, ROTATION]).normal(size=(dimension, dimension))
    return np.asarray(np.linalg.qr(drawn)[0].T)


QUADRATIC = quadratic()
