"""The notebook's regression on noise."""

import numpy as np

from gradcore.tasks.task import Rows, Task


def noise_regression(seed: int) -> Rows:
    """Return the notebook's race data: normal features, uniform labels that do not depend on them.

    1,000 training and 200 validation rows of 20 features, drawn by `numpy.random.RandomState(seed)` in the order
    x_train, y_train, x_validation, y_validation. Nothing can be learned: the best loss is 1/12.

    Example:
        >>> noise_regression(0).x_train.shape
        (1000, 20)
    """
    draw = np.random.RandomState(seed)
    x_train, y_train = draw.randn(1000, 20), draw.uniform(size=(1000, 1))
    x_validation, y_validation = draw.randn(200, 20), draw.uniform(size=(200, 1))
    return Rows(*(part.astype(np.float32) for part in (x_train, y_train, x_validation, y_validation)))


NOISE = Task(
    name="noise_regression",
    title="Noise (the notebook's)",
    summary="Predict random labels from random features: nothing can be learned, a constant answer expects 1/12.",
    rows=noise_regression,
    shape=(20,),
    outputs=1,
    train_rows=1000,
    validation_rows=200,
    head_activation="sigmoid",
    loss="mse",
    metric="mae",
    chance_loss=1 / 12,
    linear_anchor=1 / 12,  # the best linear model is the constant 1/2
    target=None,
    per_seed=True,
)
