"""The notebook's health check trains on noise: random features, random classes."""

import math

import numpy as np

from gradcore.tasks.task import Rows, Task

ROWS, FEATURES, CLASSES = 100, 100, 10


def noise_classification(seed: int) -> Rows:
    """Return 100 training and 100 validation rows of 100 normal features, with one of 10 classes each, at random.

    Drawn by `numpy.random.RandomState(seed)` in the order x_train, y_train, x_validation, y_validation.

    Example:
        >>> noise_classification(0).x_train.shape
        (100, 100)
    """
    draw = np.random.RandomState(seed)
    x_train, y_train = draw.randn(ROWS, FEATURES), draw.randint(0, CLASSES, ROWS)
    x_validation, y_validation = draw.randn(ROWS, FEATURES), draw.randint(0, CLASSES, ROWS)
    return Rows(*(part.astype(np.float32) for part in (x_train, y_train, x_validation, y_validation)))


NOISE_CLASSES = Task(
    name="noise_classification",
    title="Noise in classes (the notebook's)",
    summary="Name random classes of random rows: they can be learned by heart, and nothing carries over to others.",
    rows=noise_classification,
    shape=(FEATURES,),
    outputs=CLASSES,
    train_rows=ROWS,
    validation_rows=ROWS,
    head_activation="linear",
    loss="sparse_categorical_crossentropy",
    metric="accuracy",
    chance_loss=math.log(CLASSES),
    linear_anchor=None,  # of rows that it has not seen, the best model is the constant
    target=0.1,
    per_seed=True,
)
