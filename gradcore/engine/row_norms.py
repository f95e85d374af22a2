"""Norms of every variable of rows of weights or gradients, at every step of a loop, in as few operations as can be.

In a small network an operation costs as much as what it computes. So rows are cut into blocks of one length, whose
norms one operation finds, and another adds up the blocks of each variable. What float32 cannot square is seldom met,
and computed apart.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from gradcore.engine.layout import TOO_LARGE, Layout, Tensor, exact_norms, is_safe, plain_norms

RAISED, LARGE_ENOUGH = 2.0**64, 1e-10  # times which the entries of a small norm are squared, and which norm is none
SHORTEST, ALONE = 16, 2  # length of a block at least, and how many variables at the end may be in none


def row_norms(layout: Layout, rows: Sequence[Tensor]) -> Tensor:
    """Return the L2 norms of the V parts of each of R rows, as (S, R V) in float64, one row's after the other's.

    What is seldom computed is one call to a graph of its own, since even operations that are not taken cost time; and
    norms that are zero or small, as those of a layer that stands still, stay in float32.

    Args:
        layout: of the rows.
        rows: each (S, P), with S known.
    """

    @_apart
    def exact(*whole: Tensor) -> Tensor:
        return tf.concat([exact_norms(layout.split(row)) for row in whole], axis=1)

    @_apart
    def small(norms: Tensor, *whole: Tensor) -> Tensor:
        raised = tf.cast(_in_float32(layout, [row * RAISED for row in whole]), tf.float64) / RAISED
        return tf.where(norms > LARGE_ENOUGH, tf.cast(norms, tf.float64), raised)

    @_apart
    def beyond(norms: Tensor, *whole: Tensor) -> Tensor:
        fits = tf.reduce_all(norms < TOO_LARGE)
        return tf.cond(fits, lambda: small(norms, *whole), lambda: exact(*whole))

    plain = _in_float32(layout, rows)
    return tf.cond(is_safe(plain), lambda: tf.cast(plain, tf.float64), lambda: beyond(plain, *rows))


def blocks_of(sizes: Sequence[int]) -> tuple[int, int]:
    """Return the length of a block, and how many of the variables (V sizes) are cut into such; (0, 0) for none.

    Example:
        >>> blocks_of([4096, 64, 640, 10])
        (64, 3)
    """
    for alone in range(min(ALONE + 1, len(sizes))):
        length = math.gcd(*sizes[: len(sizes) - alone])
        if length >= SHORTEST:
            return length, len(sizes) - alone
    return 0, 0


def _in_float32(layout: Layout, rows: Sequence[Tensor]) -> Tensor:
    """Return the norms (S, R V), as they come out in float32."""
    sizes = [int(np.prod(shape)) for shape in layout.shapes]
    length, cut = blocks_of(sizes)
    if not cut:
        return tf.concat([plain_norms(layout.split(row)) for row in rows], axis=1)
    seeds, ends = int(rows[0].shape[0]), np.cumsum(sizes)
    replicas = len(rows) * seeds
    blocks = [tf.reshape(_columns(row, 0, ends[cut - 1]), [-1, length]) for row in rows]
    lengths = tf.concat([tf.math.reduce_euclidean_norm(block, axis=1) for block in blocks], axis=0)
    own = np.repeat(range(cut), [size // length for size in sizes[:cut]])
    owners = tf.constant(np.concatenate([own + cut * n for n in range(replicas)]), tf.int32)
    norms = [tf.reshape(tf.sqrt(tf.math.segment_sum(tf.square(lengths), owners)), [replicas, cut])]
    for n in range(cut, len(sizes)):
        part = tf.concat([_columns(row, ends[n - 1], ends[n]) for row in rows], axis=0)
        norms.append(tf.math.reduce_euclidean_norm(part, axis=1, keepdims=True))
    found = tf.concat(norms, axis=1)  # (R S, V)
    if seeds > 1:
        found = tf.transpose(tf.reshape(found, [len(rows), seeds, len(sizes)]), [1, 0, 2])
    return tf.reshape(found, [seeds, len(rows) * len(sizes)])


def _columns(row: Tensor, start: int, end: int) -> Tensor:
    """Return columns of a row (S, P); of a single replica without copying them, as a flat slice."""
    if row.shape[0] > 1:
        return row[:, start:end]
    return tf.reshape(tf.slice(tf.reshape(row, [-1]), [start], [end - start]), [1, -1])


def _apart(function: Any) -> Any:
    """Return a function as a graph that is called, and not laid out in the graph of its caller."""
    return tf.function(function, autograph=False, experimental_attributes={"_noinline": True})
