"""Tasks: data sets, the head and loss that each fixes, its chance level and its target.

Synthetic tasks draw their rows by seed; real ones have one fixed split for every seed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from gradcore.records import Floats


@dataclass(frozen=True)
class Rows:
    """Training and validation rows of one seed; N, M rows of F features."""

    x_train: Floats  # (N, F)
    y_train: Floats  # (N, 1) targets, or (N,) class numbers
    x_validation: Floats  # (M, F)
    y_validation: Floats  # (M, 1) or (M,)


@dataclass(frozen=True)
class Task:
    """What is to be learned, and how it is judged."""

    name: str
    title: str
    summary: str
    rows: Callable[[int], Rows]  # by seed
    features: int
    outputs: int
    train_rows: int
    head_activation: str  # of the output layer
    loss: str  # "mse" or "sparse_categorical_crossentropy" (from logits)
    metric: str  # "accuracy", "r2" or "mae"
    chance_loss: float  # validation loss of the best constant answer
    target: float | None  # training loss that counts as solved; None = nothing to learn
    loss_floor: float | None = 1e-4  # below it only over-confidence is measured
    per_seed: bool = False  # whether each seed draws rows of its own


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


_ENTRIES = (
    Task(
        name="digits",
        title="Digits",
        summary="Read handwritten digits: 1,797 images of 8 x 8 pixels, 10 classes.",
        rows=lambda seed: digits(),
        features=64,
        outputs=10,
        train_rows=1347,
        head_activation="linear",
        loss="sparse_categorical_crossentropy",
        metric="accuracy",
        chance_loss=float(np.log(10)),
        target=0.1,
    ),
    Task(
        name="noise_regression",
        title="Noise (the notebook's)",
        summary="Predict random labels from random features: there is nothing to learn, the best loss is 1/12.",
        rows=noise_regression,
        features=20,
        outputs=1,
        train_rows=1000,
        head_activation="sigmoid",
        loss="mse",
        metric="mae",
        chance_loss=1 / 12,
        target=None,
        per_seed=True,
    ),
)
TASKS: Mapping[str, Task] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
