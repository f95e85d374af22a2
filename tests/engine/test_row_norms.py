"""Norms of a row's parts in float32: what would vanish or overflow when it is squared does not."""

import numpy as np
import pytest
import tensorflow as tf

from gradcore.engine.layout import Layout
from gradcore.engine.row_norms import blocks_of, row_norms

LAYOUT = Layout(("a", "b"), (0, 1, 1), ("a/kernel", "b/kernel", "b/bias"), ((2, 2), (3,), (1,)), (0, 1, 2))


@pytest.mark.parametrize(
    "sizes",
    [(1.0, 1.0, 1.0), (1.0, 0.0, 1e-30), (1e-12, 1e-20, 1e-37), (1e25, 1.0, 1e-20), (0.0, 0.0, 0.0)],
    ids=["usual", "zero and small", "all small", "large and small", "nothing but zeros"],
)
def test_norms_of_any_size_are_those_of_float64(sizes):
    parts = [np.random.default_rng(n).normal(size=(2, length)) for n, length in enumerate((4, 3, 1))]
    row = np.concatenate([size * part for size, part in zip(sizes, parts, strict=True)], axis=1).astype(np.float32)

    @tf.function(autograph=False)
    def measured(whole):
        return row_norms(LAYOUT, [whole])

    found = measured(tf.constant(row)).numpy()
    split = np.split(row.astype(np.float64), [4, 7], axis=1)
    assert found.dtype == np.float64
    assert found == pytest.approx(np.stack([np.linalg.norm(part, axis=1) for part in split], axis=1), rel=1e-6, abs=0)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_stays_so(value):
    row = np.full((1, 8), 0.5, np.float32)
    row[0, 5] = value
    found = row_norms(LAYOUT, [tf.constant(row)]).numpy()[0]
    assert np.isfinite(found).tolist() == [True, False, True]


CUT = Layout(("a", "b"), (0, 0, 1, 1), ("a/k", "a/b", "b/k", "b/b"), ((8, 16), (16,), (16, 5), (5,)), (0, 1, 2, 3))


@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize("size", [1.0, 1e-20, 1e25], ids=["usual", "small", "large"])
def test_rows_that_are_cut_into_blocks_have_the_norms_of_float64_in_the_order_of_the_rows(seeds, size):
    rows = [np.random.default_rng(n).normal(size=(seeds, 229)).astype(np.float32) for n in range(3)]
    rows[1][:, 128:] *= np.float32(size)

    @tf.function(autograph=False)
    def measured(*whole):
        return row_norms(CUT, whole)

    found = measured(*[tf.constant(row) for row in rows]).numpy()
    parts = [part for row in rows for part in np.split(row.astype(np.float64), [128, 144, 224], axis=1)]
    assert found == pytest.approx(np.stack([np.linalg.norm(part, axis=1) for part in parts], axis=1), rel=1e-6, abs=0)


def test_variables_of_odd_sizes_in_the_middle_are_not_cut():
    assert blocks_of([128, 5, 16, 16, 16]) == (0, 0)
    assert blocks_of([24 * 64, 24, 240, 10]) == (24, 3)
