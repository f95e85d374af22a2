import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf

from gradcore.engine.layout import Layout
from gradcore.engine.network import build_network, initial_values
from gradcore.engine.updates import SeedBySeedUpdate, StackedUpdate, build_update
from gradcore.errors import TrainingError
from gradcore.optimizers import OPTIMIZERS
from gradcore.specs import KERAS_CLIP_ARGUMENTS, Choice, NetworkSpec

NETWORK = NetworkSpec(hidden=(6, 5))
LAYOUT = Layout.of(build_network(NETWORK, "noise_regression", 0))
ROWS = np.stack([LAYOUT.row(initial_values(NETWORK, "noise_regression", seed)[0]) for seed in range(2)])
WRAPPERS = {"LossScaleOptimizer", "MultiOptimizer", "Optimizer"}


def weights_after(kind: type, optimizer: Choice, steps: int = 6) -> np.ndarray:
    update = kind(optimizer, LAYOUT, 2)
    update.reset(ROWS)
    update.set_rates(tf.fill([len(ROWS)], 0.01))
    draw = np.random.default_rng(0)
    for step in range(steps):
        size = np.array([[1.0], [30.0]])  # seeds of different gradient size: a norm over both would show
        update.apply(tf.constant(draw.normal(size=ROWS.shape) * size * 0.5**step, tf.float32), None)
    return np.asarray(update.read())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_catalogue_says_truly_whether_an_optimizer_may_be_stacked(name):
    one_by_one = weights_after(SeedBySeedUpdate, Choice(name))
    stacked = weights_after(StackedUpdate, Choice(name))
    moved = np.abs(one_by_one - ROWS).max()
    difference = np.abs(one_by_one - stacked).max() / moved
    assert (difference < 1e-4) == OPTIMIZERS[name].elementwise
    assert isinstance(build_update(Choice(name), LAYOUT, 2), StackedUpdate) == OPTIMIZERS[name].elementwise


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_rows_with_learning_rates_of_their_own_step_as_if_each_were_alone(name):
    gradients = tf.constant(np.random.default_rng(3).normal(size=ROWS.shape), tf.float32)

    def moved(rates: list[float], rows: list[int]) -> np.ndarray:
        update = build_update(Choice(name), LAYOUT, len(rows), own_rates=len(set(rates)) > 1)
        update.reset(ROWS[rows])
        update.set_rates(tf.constant(rates))
        for _ in range(3):
            update.apply(tf.gather(gradients, rows), None)
        return np.asarray(update.read()) - ROWS[rows]

    together = moved([0.01, 0.3], [0, 1])
    alone = np.concatenate([moved([0.01], [0]), moved([0.3], [1])])
    assert np.abs(together - alone).max() <= 1e-5 * np.abs(alone).max()


def test_the_catalogue_holds_every_keras_optimizer_with_its_arguments():
    found = {
        name: entry
        for name, entry in vars(keras.optimizers).items()
        if inspect.isclass(entry) and issubclass(entry, keras.optimizers.Optimizer) and name not in WRAPPERS
    }
    assert set(found) == set(OPTIMIZERS)
    ours_elsewhere = {
        "self",
        "kwargs",
        "learning_rate",
        "name",
        "loss_scale_factor",
        "exclude_layers",
        *KERAS_CLIP_ARGUMENTS,
    }
    for name, entry in found.items():
        parameters = inspect.signature(entry.__init__).parameters
        assert parameters["learning_rate"].default == OPTIMIZERS[name].learning_rate
        expected = {key: value.default for key, value in parameters.items() if key not in ours_elsewhere}
        assert dict(OPTIMIZERS[name].arguments) == expected


def test_what_keras_refuses_becomes_one_sentence():
    with pytest.raises(TrainingError, match=r"the optimizer SGD was refused by Keras: .*momentum"):
        build_update(Choice.of("SGD", momentum=2.0), LAYOUT, 2)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_reset_forgets_everything(name):
    update = build_update(Choice(name), LAYOUT, 2)
    gradients = tf.constant(np.random.default_rng(1).normal(size=ROWS.shape), tf.float32)
    found = []
    for _ in range(2):
        update.reset(ROWS)
        update.set_rates(tf.fill([len(ROWS)], 0.01))
        update.apply(gradients, None)
        update.apply(gradients, None)
        found.append(np.asarray(update.read()))
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], ROWS)


@pytest.mark.parametrize("name", ["Adam", "Lamb"])
def test_a_seed_that_is_not_allowed_to_step_keeps_its_weights_and_its_memory(name):
    draw = np.random.default_rng(2)
    good, bad = (tf.constant(draw.normal(size=ROWS.shape), tf.float32) for _ in range(2))
    found = []
    for second in (good, bad):
        update = build_update(Choice(name), LAYOUT, 2)
        update.reset(ROWS)
        update.set_rates(tf.fill([len(ROWS)], 0.01))
        update.apply(good, None)
        update.apply(second, tf.constant([True, False]))
        update.apply(good, None)
        found.append(np.asarray(update.read()))
    assert np.array_equal(found[0][1], found[1][1])
    assert not np.array_equal(found[0][0], found[1][0])
