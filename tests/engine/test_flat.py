"""Where the health check calls an activation flat, held to the slope that TensorFlow computes of it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gradcore.engine.check_measures import FLAT, flat_shares

Z = np.linspace(-12, 12, 24001, dtype=np.float32)  # (N,), 1e-3 apart


def slope(activation):
    z = tf.constant(Z)
    with tf.GradientTape() as tape:
        tape.watch(z)
        outputs = keras.activations.get(activation)(z)
    return np.abs(tape.gradient(outputs, z).numpy())


@pytest.mark.parametrize("activation", ["elu", "selu", "gelu", "silu", "softplus"])
def test_a_smooth_activation_is_flat_from_where_on_its_slope_stays_below_an_eighth_of_the_steepest(activation):
    steep = slope(activation) >= slope(activation).max() / 7.98  # limits are rounded to 1e-3
    assert not FLAT[activation](tf.constant(Z)).numpy()[steep].any()
    assert FLAT[activation](tf.constant(Z)).numpy()[: np.flatnonzero(steep)[0] - 5].all()


def test_relu_is_flat_where_its_slope_is_zero():
    assert np.array_equal(FLAT["relu"](tf.constant(Z)).numpy(), slope("relu") == 0)


def test_a_unit_is_dead_that_is_flat_on_every_row_and_leaky_relu_never_is():
    z = tf.constant([[[-3.0, -3.0, 1.0], [-3.0, 3.0, 1.0]]])  # one layer, two rows, three units
    dead, active = flat_shares(z, "elu")
    assert (dead.numpy().tolist(), active.numpy().tolist()) == ([pytest.approx(1 / 3)], [pytest.approx(0.5)])
    dead, active = flat_shares(z, "leaky_relu")
    assert (dead.numpy().tolist(), active.numpy().tolist()) == ([0.0], [1.0])
