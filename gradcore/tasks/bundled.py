"""Data sets that ship with scikit-learn: one fixed split for every seed, standardised on its training rows."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gradcore.records import Floats
from gradcore.tasks.task import Rows


def bundled_rows(load: Callable[[], Any], validation_rows: int, classes: bool = True) -> Rows:
    """Return a data set as `train_test_split(..., random_state=0)` divides it, stratified where it has classes.

    Args:
        load: one of scikit-learn's loaders.
        validation_rows: M, the rest trains.
        classes: whether the targets are class numbers, kept as (N,); else they are standardised too, as (N, 1).

    Example:
        >>> from sklearn.datasets import load_wine
        >>> bundled_rows(load_wine, 45).x_train.shape
        (133, 13)
    """
    from sklearn.model_selection import train_test_split

    found = load()
    x_train, x_validation, y_train, y_validation = train_test_split(
        found.data, found.target, test_size=validation_rows, random_state=0, stratify=found.target if classes else None
    )
    x = _standardised(x_train, x_validation)
    y = (y_train, y_validation) if classes else _standardised(y_train[:, None], y_validation[:, None])
    return Rows(x[0], y[0].astype(np.float32), x[1], y[1].astype(np.float32))


def _standardised(train: Any, validation: Any) -> tuple[Floats, Floats]:
    """Return columns with the training rows' mean 0 and standard deviation 1; one that never varies stays 0."""
    mean, spread = train.mean(axis=0), train.std(axis=0)
    spread[spread == 0] = 1.0
    first, second = (((part - mean) / spread).astype(np.float32) for part in (train, validation))
    return first, second
