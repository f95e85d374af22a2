"""Naive versions of what the engine does: one seed, one variable after the other, one step at a time."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def train_plainly(
    model: Any, optimizer: Any, loss: Any, x: np.ndarray, y: np.ndarray, batches: np.ndarray
) -> dict[str, np.ndarray]:
    """Train a Keras model eagerly on rows `batches` (T, B); return losses, norms and update ratios.

    Of shape (T,), those of a layer (T, L).
    """
    import tensorflow as tf

    owners = [variable.path.rpartition("/")[0] for variable in model.trainable_variables]
    layers = list(dict.fromkeys(owners))
    found: dict[str, list[Any]] = {"loss": [], "layer_norms": [], "update_ratio": [], "update_norm": []}
    for rows in batches:
        with tf.GradientTape() as tape:
            value = loss(y[rows], model(x[rows], training=True))
        grads = tape.gradient(value, model.trainable_variables)
        before = [variable.numpy().copy() for variable in model.trainable_variables]
        optimizer.apply(grads, model.trainable_variables)
        moved = [variable.numpy().copy() - old for variable, old in zip(model.trainable_variables, before, strict=True)]
        found["loss"].append(float(value))
        found["layer_norms"].append(_by_layer(layers, owners, [grad.numpy() for grad in grads]))
        with np.errstate(all="ignore"):
            ratio = _by_layer(layers, owners, moved) / _by_layer(layers, owners, before)
        found["update_ratio"].append(ratio)
        found["update_norm"].append(np.linalg.norm(_by_layer(layers, owners, moved)))
    return {name: np.array(values) for name, values in found.items()}


def _by_layer(layers: Sequence[str], owners: Sequence[str], arrays: Sequence[np.ndarray]) -> np.ndarray:
    flat = [np.concatenate([a.ravel() for a, o in zip(arrays, owners, strict=True) if o == name]) for name in layers]
    return np.array([np.linalg.norm(part.astype(np.float64)) for part in flat])
