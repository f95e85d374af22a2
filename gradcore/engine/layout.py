"""Layout: how the weights of a Keras model lie in one flat row, layer after layer, input side first.

All seeds of an entrant are the rows of one `[S, P]` matrix. An element-wise optimizer then updates every weight of
every seed in one call, and the norms of all layers come from one pass over the matrix.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from gradcore.records import Floats

Tensor = Any  # a TensorFlow tensor


@dataclass(frozen=True)
class Layout:
    """Names, shapes and order of a model's trainable variables."""

    layers: tuple[str, ...]  # L names, input side first
    layer_sizes: tuple[int, ...]  # weights of each layer; they add up to P
    paths: tuple[str, ...]  # of the V variables, in the order of the row
    shapes: tuple[tuple[int, ...], ...]
    order: tuple[int, ...]  # order[i] = Keras' number of the variable at place i of the row

    @classmethod
    def of(cls, model: keras.Model) -> Self:
        """Return the layout of a built model."""
        variables = list(model.trainable_variables)
        owners = [variable.path.rpartition("/")[0] or variable.path for variable in variables]
        layers = tuple(dict.fromkeys(owners))
        order = sorted(range(len(variables)), key=lambda number: layers.index(owners[number]))
        sizes = [
            sum(int(np.prod(v.shape)) for v, o in zip(variables, owners, strict=True) if o == name) for name in layers
        ]
        return cls(
            layers,
            tuple(sizes),
            tuple(variables[number].path for number in order),
            tuple(tuple(variables[number].shape) for number in order),
            tuple(order),
        )

    @property
    def size(self) -> int:
        """P, the number of trainable weights of one replica."""
        return sum(self.layer_sizes)

    def row(self, values: Sequence[Floats]) -> Floats:
        """Return one replica's values, in Keras' order, as a row (P,)."""
        return np.concatenate([np.ravel(values[number]) for number in self.order])

    def variables(self, row: Tensor) -> list[Tensor]:
        """Return the tensors of one row, in Keras' order."""
        parts = tf.split(row, [int(np.prod(shape)) for shape in self.shapes])
        tensors: list[Tensor] = [None] * len(parts)
        for number, part, shape in zip(self.order, parts, self.shapes, strict=True):
            tensors[number] = tf.reshape(part, shape)
        return tensors

    def flatten(self, tensors: Sequence[Tensor]) -> Tensor:
        """Return tensors in Keras' order as a row (P,)."""
        return tf.concat([tf.reshape(tensors[number], [-1]) for number in self.order], axis=0)

    def layer_norms(self, rows: Tensor) -> Tensor:
        """Return the L2 norm of each layer, (S, L) in float64: no float32 entry overflows or vanishes in it."""
        squares = tf.square(tf.cast(rows, tf.float64))
        sums = [tf.reduce_sum(part, axis=1) for part in tf.split(squares, self.layer_sizes, axis=1)]
        return tf.sqrt(tf.stack(sums, axis=1))
