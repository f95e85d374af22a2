"""Layer-sequential unit variance: kernels are scaled, input side first, until every pre-activation has variance 1.

Shapes: B rows of a batch.
"""

from typing import Any

import keras
import numpy as np

from gradcore.errors import TrainingError
from gradcore.records import Floats

TOLERANCE, MOST_ROUNDS = 0.01, 10  # of the variance around 1; corrections of one layer


def scale_to_unit_variance(model: keras.Model, rows: Floats, names: tuple[str, ...]) -> None:
    """Scale the kernels of these layers in place so that what each gives before its activation has variance 1.

    Args:
        model: whose kernels are orthonormal already; dropout is off, BatchNormalization as in inference.
        rows: a batch, (B, ...).
        names: of dense layers, input side first.

    Raises:
        TrainingError: where a layer does not get there, because nothing or nothing finite reaches it.

    Reference: Mishkin & Matas 2016, https://arxiv.org/abs/1511.06422
    """
    for name in names:
        layer = model.get_layer(name)
        reaches = np.asarray(keras.Model(model.inputs[0], layer.input)(rows, training=False), np.float64)  # (B, ..., F)
        for _ in range(MOST_ROUNDS):
            variance = _variance(layer, reaches)
            if abs(variance - 1) <= TOLERANCE:
                break
            if not 0 < variance < np.inf:
                raise TrainingError(_stuck(name, variance))
            layer.kernel.assign(layer.kernel / np.float32(np.sqrt(variance)))
        else:
            raise TrainingError(_stuck(name, variance))


def _variance(layer: Any, reaches: Any) -> float:
    with np.errstate(all="ignore"):
        return float(np.var(reaches @ np.asarray(layer.kernel, np.float64) + np.asarray(layer.bias, np.float64)))


def _stuck(name: str, variance: float) -> str:
    return f"LSUV must bring the variance of {name} to 1. Received: {variance:.3g} after {MOST_ROUNDS} rounds at most"
