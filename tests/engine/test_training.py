import keras
import numpy as np
import pytest

from gradcore.engine.losses import mse
from gradcore.engine.network import build_network, initial_values
from gradcore.engine.seeds import batches
from gradcore.engine.training import Trainer
from gradcore.engine.updates import build_optimizer
from gradcore.optimizers import OPTIMIZERS
from gradcore.specs import NO_CLIPPING, Choice, NetworkSpec
from gradcore.tasks import noise_regression
from tests.reference import train_plainly

NETWORK = NetworkSpec(hidden=(12, 8), activation="tanh")
TASK = "noise_regression"
ROWS = noise_regression(0)
X, Y = ROWS.x_train, ROWS.y_train


def order(seeds: range, steps: int = 20, batch_size: int = 16) -> np.ndarray:
    return np.stack([batches(seed, len(X), batch_size, steps) for seed in seeds], axis=1)


def trained(optimizer: Choice, seeds: range, rate: float = 0.01, clip: Choice = NO_CLIPPING, steps: int = 20):
    import tensorflow as tf

    trainer = Trainer(build_network(NETWORK, TASK, 0), "mse", optimizer, clip, len(seeds))
    trainer.reset([initial_values(NETWORK, TASK, seed) for seed in seeds], rate)
    return trainer.run(tf.constant(X), tf.constant(Y), order(seeds, steps)), trainer


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_optimizer_trains_as_keras_does_one_seed_at_a_time(name):
    chunk, _ = trained(Choice(name), range(2), steps=50)
    for place in range(2):
        model = build_network(NETWORK, TASK, seed=place)
        plain = train_plainly(model, build_optimizer(Choice(name), 0.01), mse, X, Y, order(range(2), 50)[:, place])
        # Lion and Muon amplify a last digit: the sign of a gradient near zero, the orthogonal part of a matrix
        tolerance = {"Lion": 2e-3, "Muon": 2e-3}.get(name, 1e-4)
        np.testing.assert_allclose(chunk.loss[:, place], plain["loss"], rtol=tolerance)
        np.testing.assert_allclose(chunk.layer_norms[0, place], plain["layer_norms"][0], rtol=1e-5)
        np.testing.assert_allclose(chunk.update_ratio[0, place], plain["update_ratio"][0], rtol=1e-4)
        np.testing.assert_allclose(chunk.update_norm[0, place], plain["update_norm"][0], rtol=1e-4)


class BatchLosses(keras.callbacks.Callback):
    """The loss of each batch, from the running means that `fit` reports."""

    def __init__(self) -> None:
        super().__init__()
        self.means: list[float] = []

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.means.append(float((logs or {})["loss"]))

    def losses(self) -> np.ndarray:
        return np.diff(np.array(self.means) * np.arange(1, len(self.means) + 1), prepend=0.0)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_optimizer_has_the_curve_of_keras_own_fit(name):
    chunk, _ = trained(Choice(name), range(1), steps=50)
    rows = order(range(1), 50)[:, 0].ravel()
    model, seen = build_network(NETWORK, TASK, seed=0), BatchLosses()
    model.compile(build_optimizer(Choice(name), 0.01), "mse")
    model.optimizer.build(model.trainable_variables)  # left to `fit`, ScheduleFreeAdamW averages from 0 (Keras 3.15)
    model.fit(X[rows], Y[rows], batch_size=16, epochs=1, shuffle=False, verbose=0, callbacks=[seen])
    tolerance = {"Lion": 2e-3, "Muon": 2e-3}.get(name, 1e-4)  # they amplify a last digit, as above
    np.testing.assert_allclose(chunk.loss[:, 0], seen.losses(), rtol=tolerance)


def test_a_seed_gives_the_same_curve_alone_and_in_a_stack():
    stacked, _ = trained(Choice("Adam"), range(5))
    alone, _ = trained(Choice("Adam"), range(3, 4))
    np.testing.assert_allclose(stacked.loss[:, 3], alone.loss[:, 0], rtol=1e-5)
    np.testing.assert_allclose(stacked.layer_norms[:, 3], alone.layer_norms[:, 0], rtol=1e-4)


def test_the_same_start_gives_the_same_bits_again_even_in_a_used_trainer():
    import tensorflow as tf

    first, trainer = trained(Choice("Adam"), range(3))
    trainer.reset([initial_values(NETWORK, TASK, seed) for seed in range(3)], 0.01)
    again = trainer.run(tf.constant(X), tf.constant(Y), order(range(3)))
    fresh, _ = trained(Choice("Adam"), range(3))
    for field in ("loss", "layer_norms", "update_ratio"):
        assert np.array_equal(getattr(first, field), getattr(again, field))
        assert np.array_equal(getattr(first, field), getattr(fresh, field))


def test_the_length_of_the_chunks_does_not_change_the_numbers():
    import tensorflow as tf

    whole, trainer = trained(Choice("RMSprop"), range(2))
    trainer.reset([initial_values(NETWORK, TASK, seed) for seed in range(2)], 0.01)
    rows = order(range(2))
    parts = [trainer.run(tf.constant(X), tf.constant(Y), rows[a:b]) for a, b in ((0, 1), (1, 13), (13, 20))]
    assert np.array_equal(np.concatenate([part.loss for part in parts]), whole.loss)


def test_averaged_weights_are_put_in_place_before_validation():
    average = Choice.of("SGD", use_ema=True, ema_momentum=0.5)
    _, trainer = trained(average, range(1), rate=0.5, steps=2)
    last = trainer.weights()
    trainer.finalize()
    assert not np.allclose(trainer.weights(), last)


def any_model() -> keras.Model:
    inputs = keras.layers.Input((20,))
    x = keras.layers.Dense(16, activation="relu", name="first")(inputs)
    x = keras.layers.BatchNormalization(name="norm")(x)
    y = keras.layers.Dense(16, name="second", use_bias=False)(x)
    x = keras.layers.LayerNormalization(name="layer_norm")(keras.layers.Add()([x, y]))
    return keras.Model(inputs, keras.layers.Dense(1, name="head")(x))


def test_any_keras_model_trains_with_its_own_statistics_for_each_seed():
    import tensorflow as tf

    keras.utils.set_random_seed(7)
    models = [any_model() for _ in range(3)]
    initial = [
        ([v.numpy() for v in m.trainable_variables], [v.numpy() for v in m.non_trainable_variables]) for m in models
    ]
    trainer = Trainer(any_model(), "mse", Choice("Adam"), NO_CLIPPING, 3)
    trainer.reset(initial, 0.01)
    chunk = trainer.run(tf.constant(X), tf.constant(Y), order(range(3)))
    assert trainer.layout.layers == ("first", "norm", "second", "layer_norm", "head")
    predicted = trainer.predict(tf.constant(X[:9]))
    for place, model in enumerate(models):
        plain = train_plainly(model, build_optimizer(Choice("Adam"), 0.01), mse, X, Y, order(range(3))[:, place])
        np.testing.assert_allclose(chunk.loss[:, place], plain["loss"], rtol=1e-3)
        np.testing.assert_allclose(chunk.layer_norms[0, place], plain["layer_norms"][0], rtol=1e-4)
        np.testing.assert_allclose(predicted[place], model(X[:9], training=False), rtol=1e-2, atol=1e-3)


def test_a_model_with_dropout_trains_and_draws_new_masks_at_each_step():
    import tensorflow as tf

    model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dropout(0.5, seed=3), keras.layers.Dense(1)])
    trainer = Trainer(model, "mse", Choice("SGD"), NO_CLIPPING, 2)
    start = (
        [np.ones((20, 1), np.float32), np.zeros(1, np.float32)],
        [v.numpy() for v in model.non_trainable_variables],
    )
    trainer.reset([start, start], 1e-12)
    chunk = trainer.run(tf.constant(X), tf.constant(Y), np.zeros((4, 2, 0), np.int32))
    assert np.array_equal(chunk.loss[:, 0], chunk.loss[:, 1])
    assert len(np.unique(chunk.loss[:, 0])) == 4


def test_the_full_batch_is_every_row():
    import tensorflow as tf

    trainer = Trainer(build_network(NETWORK, TASK, 0), "mse", Choice("SGD"), NO_CLIPPING, 1)
    trainer.reset([initial_values(NETWORK, TASK, 0)], 0.01)
    chunk = trainer.run(tf.constant(X), tf.constant(Y), np.zeros((1, 1, 0), np.int32))
    outputs = np.asarray(build_network(NETWORK, TASK, 0)(X))
    np.testing.assert_allclose(chunk.loss[0, 0], np.mean((outputs - Y) ** 2), rtol=1e-5)


def test_clipping_limits_the_norm_that_the_optimizer_sees():
    chunk, _ = trained(Choice("SGD"), range(2), clip=Choice.of("clip_by_global_norm", max_norm=0.01))
    assert chunk.gradient_norm.min() > 0.01
    np.testing.assert_allclose(chunk.clipped_norm, 0.01, rtol=1e-5)
    np.testing.assert_allclose(
        chunk.clipped_layer_norms / chunk.layer_norms, 0.01 / chunk.gradient_norm[..., None] * np.ones(3), rtol=1e-4
    )


def test_a_non_finite_step_is_skipped_under_a_clip_rule_and_poisons_a_run_without_one():
    import tensorflow as tf

    poisoned = X.copy()
    poisoned[5] = np.inf
    rows = np.array([[[1, 2], [1, 2]], [[5, 6], [3, 4]], [[7, 8], [7, 8]]], np.int32)  # seed 0 meets row 5 at step 1
    for clip, alive in ((Choice.of("clip_by_global_norm", max_norm=1.0), True), (NO_CLIPPING, False)):
        for optimizer in ("Adam", "Lamb"):
            trainer = Trainer(build_network(NETWORK, TASK, 0), "mse", Choice(optimizer), clip, 2)
            trainer.reset([initial_values(NETWORK, TASK, seed) for seed in range(2)], 0.01)
            chunk = trainer.run(tf.constant(poisoned), tf.constant(Y), rows)
            assert not np.isfinite(chunk.gradient_norm[1, 0])
            assert np.isfinite(chunk.loss[2]).tolist() == [alive, True]
            assert (chunk.update_ratio[1, 0] == 0).all() == alive


@pytest.mark.parametrize("size", [1e-25, 1e25])
def test_norms_of_gradients_beyond_the_squares_of_float32_are_right(size):
    import tensorflow as tf

    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1, use_bias=False, name="only")])
    trainer = Trainer(model, "mse", Choice("SGD"), NO_CLIPPING, 1)
    trainer.reset([([np.zeros((2, 1), np.float32)], [])], 1e-30)
    x = np.array([[3.0, 4.0]], np.float32)
    chunk = trainer.run(tf.constant(x), tf.constant([[-size / 2]], tf.float32), np.zeros((1, 1, 0), np.int32))
    np.testing.assert_allclose(chunk.gradient_norm[0, 0], 5 * size, rtol=1e-6)  # d/dw (w x + size / 2)^2 = size x
