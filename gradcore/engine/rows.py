"""The rows of a step: shared by all seeds, or one set for each."""

import keras
import tensorflow as tf

from gradcore.engine.layout import Tensor


def batch_rows(model: keras.Model, x: Tensor, y: Tensor, batch: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Return the batch as (one for each seed, shared by all seeds); one of the two is empty.

    Args:
        model: that reads them.
        x, y: rows, (N, ...), or (S, N, ...) where each seed has its own.
        batch: row numbers (S, B), or (S, 0) for the full batch.
    """
    full = batch.shape[-1] == 0
    if one_for_each_seed(model, x):
        return [x, y] if full else [tf.gather(rows, batch, batch_dims=1) for rows in (x, y)], []
    return ([], [x, y]) if full else ([tf.gather(rows, batch) for rows in (x, y)], [])


def one_for_each_seed(model: keras.Model, x: Tensor) -> bool:
    """Return whether rows have a leading axis of seeds."""
    return bool(x.shape.rank > len(model.input_shape))
