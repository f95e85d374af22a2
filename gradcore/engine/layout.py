"""Layout: how the weights of a Keras model lie in one flat row, layer after layer, input side first.

All seeds of an entrant are the rows of one `[S, P]` matrix. An element-wise optimizer then updates every weight of
every seed in one call. V variables are V parts of the row.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from gradcore.records import Doubles, Floats

Tensor = Any  # a TensorFlow tensor
TOO_SMALL, TOO_LARGE = 1e-15, 1e18  # norms between which float32 squares neither vanish nor overflow


@dataclass(frozen=True)
class Layout:
    """Names, shapes and order of a model's trainable variables."""

    layers: tuple[str, ...]  # L names, input side first
    owners: tuple[int, ...]  # of the V variables in the row's order: the number of its layer, ascending
    paths: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    order: tuple[int, ...]  # order[i] = Keras' number of the variable at place i of the row

    @classmethod
    def of(cls, model: keras.Model) -> Self:
        """Return the layout of a built model."""
        variables = list(model.trainable_variables)
        names = [_owner(variable.path) for variable in variables]
        layers = tuple(dict.fromkeys(names))
        order = sorted(range(len(variables)), key=lambda number: layers.index(names[number]))
        return cls(
            layers,
            tuple(layers.index(names[number]) for number in order),
            tuple(variables[number].path for number in order),
            tuple(tuple(variables[number].shape) for number in order),
            tuple(order),
        )

    @property
    def size(self) -> int:
        """P, the number of trainable weights of one replica."""
        return sum(int(np.prod(shape)) for shape in self.shapes)

    def row(self, values: Sequence[Floats]) -> Floats:
        """Return one replica's values, in Keras' order, as a row (P,)."""
        return np.concatenate([np.ravel(values[number]) for number in self.order])

    def split(self, rows: Tensor) -> list[Tensor]:
        """Return rows (S, P), or one (P,), as one part (S, size) or (size,) for each variable, in the row's order."""
        return list(tf.split(rows, [int(np.prod(shape)) for shape in self.shapes], axis=-1))

    def variables(self, parts: Sequence[Tensor]) -> list[Tensor]:
        """Return one replica's parts (size,) as the model's tensors, in Keras' order."""
        tensors: list[Tensor] = [None] * len(parts)
        for number, part, shape in zip(self.order, parts, self.shapes, strict=True):
            tensors[number] = tf.reshape(part, shape)
        return tensors

    def parts(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """Return one replica's tensors, in Keras' order, as parts (size,) in the row's order."""
        return [tf.reshape(tensors[number], [-1]) for number in self.order]

    def by_layer(self, norms: Doubles) -> Doubles:
        """Return the L2 norm of each layer (..., L) from those of its variables (..., V)."""
        starts = np.searchsorted(self.owners, range(len(self.layers)))
        with np.errstate(all="ignore"):  # non-finite norms stay what they are
            return np.sqrt(np.add.reduceat(np.square(norms), starts, axis=-1))


def _owner(path: str) -> str:
    """Return the layer of a variable's path; a recurrent layer's cell is no layer of its own."""
    scope = path.rpartition("/")[0] or path
    return re.sub(r"/\w+_cell$", "", scope)


def part_norms(parts: Sequence[Tensor]) -> Tensor:
    """Return the L2 norm of each part (S, size), as (S, V) in float64; no float32 entry overflows or vanishes.

    The squares of float32 are safe while a norm lies between 1e-15 and 1e18; only beyond is float64 paid for.
    """
    plain = plain_norms(parts)
    return tf.cond(is_safe(plain), lambda: tf.cast(plain, tf.float64), lambda: exact_norms(parts))


def plain_norms(parts: Sequence[Tensor]) -> Tensor:
    """Return the L2 norm of each part (S, size), as (S, V), as it comes out in float32."""
    return tf.stack([tf.math.reduce_euclidean_norm(part, axis=1) for part in parts], axis=1)


def is_safe(norms: Tensor) -> Tensor:
    """Return whether float32 squares have neither vanished nor overflowed in any of these norms."""
    return tf.reduce_all((norms > TOO_SMALL) & (norms < TOO_LARGE))


def exact_norms(parts: Sequence[Tensor]) -> Tensor:
    """Return the L2 norm of each part (S, size), as (S, V), squared in float64."""
    sums = [tf.reduce_sum(tf.square(tf.cast(part, tf.float64)), axis=1) for part in parts]
    return tf.sqrt(tf.stack(sums, axis=1))
