"""Losses and validation metrics by the names that tasks use."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import keras
import numpy as np

from gradcore.records import Doubles

Array = Any


def mse(targets: Array, outputs: Array) -> Array:
    """Return the mean squared error over rows and outputs."""
    return keras.ops.mean(keras.losses.mean_squared_error(targets, outputs))


def half_squared_error(targets: Array, outputs: Array) -> Array:
    """Return half the squared length of the error (N, O), the mean over the rows."""
    return keras.ops.mean(keras.ops.sum(keras.ops.square(targets - outputs), axis=-1)) / 2


def sparse_categorical_crossentropy(targets: Array, outputs: Array) -> Array:
    """Return the mean cross-entropy of class numbers against logits."""
    return keras.ops.mean(keras.losses.sparse_categorical_crossentropy(targets, outputs, from_logits=True))


def cross_entropy_of_probabilities(targets: Array, outputs: Array) -> Array:
    """Return the mean cross-entropy of class numbers against a softmax; Keras finds the logits where it made them."""
    return keras.ops.mean(keras.losses.sparse_categorical_crossentropy(targets, outputs, from_logits=False))


def accuracy(targets: Array, outputs: Array) -> float:
    """Return the share of rows (M,) whose largest output (M, O) is at the target's place."""
    return float(np.mean(np.argmax(outputs, axis=-1) == targets))


def mae(targets: Array, outputs: Array) -> float:
    """Return the mean absolute error."""
    return float(np.mean(np.abs(targets - outputs)))


def r2(targets: Array, outputs: Array) -> float:
    """Return 1 - the residual's share of the targets' variance."""
    return float(1 - np.mean((targets - outputs) ** 2) / np.var(targets))


def distances(points: Array, optimum: Array) -> Doubles:
    """Return how far each seed's point (S, P) is from the optimum, (P,) or a number for all, (S,)."""
    found: Doubles = np.linalg.norm(np.asarray(points, np.float64) - optimum, axis=1)
    return found


LOSSES: Mapping[str, Callable[[Array, Array], Array]] = MappingProxyType(
    {
        "mse": mse,
        "half_squared_error": half_squared_error,
        "sparse_categorical_crossentropy": sparse_categorical_crossentropy,
        "sparse_categorical_crossentropy of probabilities": cross_entropy_of_probabilities,
    }
)
METRICS: Mapping[str, Callable[[Array, Array], float]] = MappingProxyType({"accuracy": accuracy, "mae": mae, "r2": r2})


def judge(
    loss: str, metric: str, targets: list[Array], outputs: Array, weights: Array, optimum: Array = 0.0
) -> tuple[Doubles, Doubles]:
    """Return each seed's validation loss and metric, (S,) and (S,).

    Args:
        loss: a name in `LOSSES`.
        metric: a name in `METRICS`, or "distance" for that of the weights from the optimum.
        targets: each seed's, (M, O) or (M,).
        outputs: (S, M, O).
        weights: (S, P).
        optimum: (P,), or a number for all.
    """
    losses = [float(LOSSES[loss](target, output)) for target, output in zip(targets, outputs, strict=True)]
    if metric == "distance":
        return np.array(losses), distances(weights, optimum)
    with np.errstate(all="ignore"):
        scores = [METRICS[metric](target, output) for target, output in zip(targets, outputs, strict=True)]
    finite = [score if np.all(np.isfinite(o)) else np.nan for score, o in zip(scores, outputs, strict=True)]
    return np.array(losses), np.array(finite)
