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
RAISED, LARGE_ENOUGH = 2.0**64, 1e-10  # times which the entries of a small norm are squared, and which norm is none


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
        """Return rows (S, P) as one part (S, size) for each variable, in the row's order."""
        return list(tf.split(rows, [int(np.prod(shape)) for shape in self.shapes], axis=1))

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
    plain = _plain_norms(parts)
    return tf.cond(_is_safe(plain), lambda: tf.cast(plain, tf.float64), lambda: _exact_norms(parts))


def row_norms(layout: Layout, parts: Sequence[Tensor], row: Tensor) -> Tensor:
    """Return the norms of a row, (S, V), as `part_norms` does, for every step of a loop.

    What is seldom computed is one call to a graph of its own, since even operations that are not taken cost time; and
    norms that are zero or small, as those of a layer that stands still, stay in float32.

    Args:
        layout: of the row.
        parts: V parts (S, size).
        row: the same in one piece, (S, P).
    """

    @_apart
    def exact(whole: Tensor) -> Tensor:
        return _exact_norms(layout.split(whole))

    @_apart
    def small(norms: Tensor, whole: Tensor) -> Tensor:
        raised = tf.cast(_plain_norms(layout.split(whole * RAISED)), tf.float64) / RAISED
        return tf.where(norms > LARGE_ENOUGH, tf.cast(norms, tf.float64), raised)

    @_apart
    def beyond(norms: Tensor, whole: Tensor) -> Tensor:
        fits = tf.reduce_all(norms < TOO_LARGE)
        return tf.cond(fits, lambda: small(norms, whole), lambda: exact(whole))

    plain = _plain_norms(parts)
    return tf.cond(_is_safe(plain), lambda: tf.cast(plain, tf.float64), lambda: beyond(plain, row))


def _apart(function: Any) -> Any:
    """Return a function as a graph that is called, and not laid out in the graph of its caller."""
    return tf.function(function, autograph=False, experimental_attributes={"_noinline": True})


def _plain_norms(parts: Sequence[Tensor]) -> Tensor:
    return tf.stack([tf.math.reduce_euclidean_norm(part, axis=1) for part in parts], axis=1)


def _is_safe(norms: Tensor) -> Tensor:
    return tf.reduce_all((norms > TOO_SMALL) & (norms < TOO_LARGE))


def _exact_norms(parts: Sequence[Tensor]) -> Tensor:
    sums = [tf.reduce_sum(tf.square(tf.cast(part, tf.float64)), axis=1) for part in parts]
    return tf.sqrt(tf.stack(sums, axis=1))
