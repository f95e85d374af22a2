"""Handwritten digits, the data set that ships with scikit-learn."""

from functools import lru_cache

import numpy as np

from gradcore.tasks.bundled import bundled_rows
from gradcore.tasks.task import Rows, Task


@lru_cache(maxsize=1)
def digits() -> Rows:
    """Return scikit-learn's 1,797 handwritten digits: 1,347 rows to train, 450 to validate, standardised on the former.

    Reference: Alpaydin & Kaynak 1998, https://doi.org/10.24432/C50P49
    """
    from sklearn.datasets import load_digits

    return bundled_rows(load_digits, validation_rows=450)


DIGITS = Task(
    name="digits",
    title="Digits",
    summary="Read handwritten digits: 1,797 images of 8 x 8 pixels, 10 classes.",
    rows=lambda seed: digits(),
    shape=(64,),
    outputs=10,
    train_rows=1347,
    validation_rows=450,
    head_activation="linear",
    loss="sparse_categorical_crossentropy",
    metric="accuracy",
    chance_loss=float(np.log(10)),
    linear_anchor=0.1140,
    target=0.1,
)
