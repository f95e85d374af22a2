"""Handwritten digits, the data set that ships with scikit-learn."""

from functools import lru_cache

import numpy as np

from gradcore.tasks.task import Rows, Task


@lru_cache(maxsize=1)
def digits() -> Rows:
    """Return scikit-learn's 1,797 handwritten digits: 1,347 rows to train, 450 to validate, standardised on the former.

    Reference: Alpaydin & Kaynak 1998, https://doi.org/10.24432/C50P49
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    found = load_digits()
    x_train, x_validation, y_train, y_validation = train_test_split(
        found.data, found.target, test_size=450, random_state=0, stratify=found.target
    )
    mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
    spread[spread == 0] = 1.0  # three pixels are white in every image
    scaled = [((part - mean) / spread).astype(np.float32) for part in (x_train, x_validation)]
    return Rows(scaled[0], y_train.astype(np.float32), scaled[1], y_validation.astype(np.float32))


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
    target=0.1,
)
