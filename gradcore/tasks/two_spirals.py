"""Two spirals that wind around each other: no straight line tells them apart."""

import numpy as np

from gradcore.records import Floats
from gradcore.tasks.task import Rows, Task

TRAIN_ROWS, VALIDATION_ROWS = 400, 400
TURNS, NOISE = 1.5, 0.02  # noise: standard deviation, where the spirals end at radius 1
DRAWN = 1  # last word of the seed: rows share no random number with the batches, which have [seed, offset]


def two_spirals(seed: int) -> Rows:
    """Return 400 training and 400 validation points (x, y), half of them on each spiral.

    A point of spiral 0 lies at radius r = sqrt(u) and angle 2 pi 1.5 r, u uniform on [0, 1); spiral 1 is its mirror
    image through the origin; normal noise of 0.02 is added. Drawn by `numpy.random.default_rng([seed, 0, 1])`: for
    the training rows, then for the validation rows, the u of both spirals and the noise.

    Example:
        >>> two_spirals(0).x_train.shape
        (400, 2)

    Reference: Lang & Witbrock 1988, Learning to tell two spirals apart.
    """
    draw = np.random.default_rng([seed, 0, DRAWN])
    return Rows(*_points(draw, TRAIN_ROWS), *_points(draw, VALIDATION_ROWS))


def _points(draw: np.random.Generator, rows: int) -> tuple[Floats, Floats]:
    """Return points (rows, 2) and their class (rows,), the classes in turn."""
    spiral = np.arange(rows) % 2
    radius = np.sqrt(draw.random(rows))
    angle = 2 * np.pi * TURNS * radius + np.pi * spiral
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1) + NOISE * draw.normal(size=(rows, 2))
    return points.astype(np.float32), spiral.astype(np.float32)


TWO_SPIRALS = Task(
    name="two_spirals",
    title="Two spirals",
    summary="Tell two spirals apart that wind around each other 1.5 times: 400 points in the plane, 2 classes.",
    rows=two_spirals,
    shape=(2,),
    outputs=2,
    train_rows=TRAIN_ROWS,
    validation_rows=VALIDATION_ROWS,
    head_activation="linear",
    loss="sparse_categorical_crossentropy",
    metric="accuracy",
    chance_loss=float(np.log(2)),
    linear_anchor=0.604,
    target=0.1,
    per_seed=True,
)
