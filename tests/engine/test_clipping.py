"""Every clip rule in the compiled step: the same numbers as its NumPy form, for each seed by itself, and recorded."""

import keras
import numpy as np
import pytest

from gradcore.clipping import CLIP_RULES
from gradcore.engine.clipping import Clipper, _products, unit_norms
from gradcore.engine.layout import Layout
from gradcore.engine.network import build_network, initial_values
from gradcore.engine.seeds import batches
from gradcore.engine.training import Trainer
from gradcore.engine.units import unit_axes
from gradcore.gradient_stats import global_norm
from gradcore.specs import Choice, NetworkSpec
from gradcore.tasks import noise_regression

NETWORK = NetworkSpec(hidden=(12, 8), activation="tanh")
TASK = Choice("noise_regression")
ROWS = noise_regression(0)
X, Y = ROWS.x_train, ROWS.y_train
STEPS = 25
CHOICES = [  # settings under which each rule has something to do in 25 steps
    Choice.of("clip_by_value", max_value=0.01),
    Choice.of("clip_by_norm", max_norm=0.05),
    Choice.of("clip_by_global_norm", max_norm=0.1),
    Choice.of("ten_percent", min_norm=0.01),
    Choice.of("adaptive_percentile", percentile=50, history=6, warmup=3, min_clip=0.01),
    Choice.of("autoclip", percentile=50),
    Choice.of("autoclip", percentile=50, include_current=False),
    Choice("adaptive_grad_clip"),
    Choice.of("zclip", warmup=3, z_threshold=0.5),
    Choice.of("zclip", warmup=3, max_norm=0.1),
    Choice.of("adagc", warmup=3, absolute=0.1, relative=0.9),
    Choice("normalized"),
]
PAIRS = [(clip, "SGD") for clip in CHOICES]  # all seeds in one variable
PAIRS += [(clip, "Lamb") for clip in CHOICES if clip.name == "autoclip"]  # each seed in variables of its own
every_rule = pytest.mark.parametrize("clip", CHOICES, ids=str)


def order(seeds, steps=STEPS):
    return np.stack([batches(seed, len(X), 16, steps) for seed in seeds], axis=1)


def trainer_of(clip, seeds, optimizer="SGD", steps=STEPS):
    trainer = Trainer(build_network(NETWORK, TASK, 0), "mse", Choice(optimizer), clip, len(seeds))
    trainer.reset([initial_values(NETWORK, TASK, seed) for seed in seeds], 0.1, steps)
    return trainer


def trained(clip, seeds, optimizer="SGD", rows=X):
    import tensorflow as tf

    return trainer_of(clip, seeds, optimizer).run(tf.constant(rows), tf.constant(Y), order(seeds))


def plainly(clip, seed):
    """Train one seed by hand: TensorFlow's gradient, the rule in NumPy, w -= 0.1 g."""
    import tensorflow as tf

    model, rule = build_network(NETWORK, TASK, seed), CLIP_RULES[clip.name]
    memory = rule.init(clip, [tuple(variable.shape) for variable in model.trainable_variables], STEPS)
    found = []
    for rows in order([seed])[:, 0]:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(X[rows]) - Y[rows]))
        grads = [grad.numpy() for grad in tape.gradient(loss, model.trainable_variables)]
        weights = [variable.numpy() for variable in model.trainable_variables]
        step = rule.apply(clip, grads, memory, weights)
        memory = step.memory
        for variable, grad in zip(model.trainable_variables, step.gradients, strict=True):
            variable.assign_sub(0.1 * grad)
        changed = any(not np.array_equal(a, b) for a, b in zip(grads, step.gradients, strict=True))
        found.append(
            (float(loss), global_norm(grads), global_norm(step.gradients), step.threshold, step.scale, changed)
        )
    return [np.array(column) for column in zip(*found, strict=True)]


@every_rule
def test_each_rule_trains_as_its_numpy_form_does_by_hand_and_is_recorded(clip):
    chunk = trained(clip, range(2))
    for seed in range(2):
        loss, before, after, threshold, scale, changed = plainly(clip, seed)
        np.testing.assert_allclose(chunk.loss[:, seed], loss, rtol=1e-4)
        np.testing.assert_allclose(chunk.gradient_norm[:, seed], before, rtol=1e-3)
        np.testing.assert_allclose(chunk.clipped_norm[:, seed], after, rtol=1e-3)
        np.testing.assert_allclose(chunk.clip_threshold[:, seed], threshold, rtol=1e-3)
        np.testing.assert_allclose(chunk.clip_scale[:, seed], scale, rtol=1e-3)
        assert chunk.clipped[:, seed].tolist() == changed.tolist()
        assert changed.sum() >= 3
        assert not chunk.skipped.any()


@every_rule
def test_a_seed_gives_the_same_curve_alone_and_in_a_stack_under_every_rule(clip):
    stacked, alone = trained(clip, range(3), "Adam"), trained(clip, range(2, 3), "Adam")
    for field in ("loss", "gradient_norm", "clipped_norm", "clip_threshold", "clip_scale", "clipped"):
        np.testing.assert_allclose(getattr(stacked, field)[:, 2], getattr(alone, field)[:, 0], rtol=1e-4)


@every_rule
def test_a_used_trainer_starts_with_an_empty_memory(clip):
    import tensorflow as tf

    trainer = trainer_of(clip, range(2))
    first = trainer.run(tf.constant(X), tf.constant(Y), order(range(2)))
    trainer.reset([initial_values(NETWORK, TASK, seed) for seed in range(2)], 0.1, STEPS)
    parts = [trainer.run(tf.constant(X), tf.constant(Y), order(range(2))[a:b]) for a, b in ((0, 1), (1, STEPS))]
    for field in ("loss", "clip_threshold", "clipped"):
        again = np.concatenate([getattr(part, field) for part in parts])
        np.testing.assert_array_equal(again, getattr(first, field))


@pytest.mark.parametrize(("clip", "optimizer"), PAIRS, ids=str)
def test_a_non_finite_step_touches_neither_weights_nor_memory_and_is_counted(clip, optimizer):
    import tensorflow as tf

    poisoned, rows = X.copy(), order(range(2))
    poisoned[0] = np.inf
    rows[rows == 0] = 1  # nobody meets the poisoned row, but seed 1 at step 7
    without = trainer_of(clip, range(2), optimizer)
    plain = without.run(tf.constant(poisoned), tf.constant(Y), np.delete(rows, 7, axis=0))
    rows[7, 1, 0] = 0
    trainer = trainer_of(clip, range(2), optimizer)
    chunk = trainer.run(tf.constant(poisoned), tf.constant(Y), rows)
    assert np.argwhere(chunk.skipped).tolist() == [[7, 1]]
    assert not chunk.clipped[7, 1]
    assert (chunk.update_ratio[7, 1] == 0).all()
    for field in ("loss", "clip_threshold", "clip_scale", "clipped"):  # as if the step had not been
        np.testing.assert_array_equal(np.delete(getattr(chunk, field)[:, 1], 7), getattr(plain, field)[:, 1])


def test_without_a_rule_nothing_is_recorded_of_clipping():
    chunk = trained(Choice("none"), range(1))
    assert (chunk.clip_threshold, chunk.clip_scale, chunk.clipped, chunk.skipped) == (None, None, None, None)


def test_batch_statistics_keep_out_of_a_skipped_step():
    import tensorflow as tf

    model = keras.Sequential(
        [keras.layers.Input((20,)), keras.layers.BatchNormalization(name="norm"), keras.layers.Dense(1, name="head")]
    )
    trainer = Trainer(model, "mse", Choice("SGD"), Choice.of("clip_by_norm", max_norm=1.0), 1)
    values = [[v.numpy() for v in found] for found in (model.trainable_variables, model.non_trainable_variables)]
    trainer.reset([tuple(values)], 0.01)
    poisoned = X.copy()
    poisoned[0] = np.inf
    chunk = trainer.run(tf.constant(poisoned), tf.constant(Y), np.array([[[0, 1]], [[1, 2]]], np.int32))
    assert chunk.skipped[:, 0].tolist() == [True, False]
    assert np.isfinite(trainer.predict(tf.constant(X[:3]))).all()


def test_a_memory_that_grows_with_the_steps_is_not_overrun():
    import tensorflow as tf

    trainer = trainer_of(Choice("autoclip"), range(1), steps=256)
    x, y = tf.constant(X), tf.constant(Y)
    trainer.run(x, y, order(range(1), 256))
    with pytest.raises(ValueError, match="must be reset with steps >= what it runs"):
        trainer.run(x, y, order(range(1), 1))
    trainer.reset([initial_values(NETWORK, TASK, 0)], 0.1, 300)
    assert trainer.run(x, y, order(range(1), 300)).clipped.any()


@pytest.mark.parametrize(("size", "factor"), [(1e30, 1e-35), (1e-30, 0.25), (1.0, 1e-3), (1e-5, 1e32)])
def test_products_are_right_where_the_factor_does_not_fit_into_float32(size, factor):
    import tensorflow as tf

    (found,) = _products([tf.constant([[size, -2 * size]], tf.float32)], [tf.constant([[factor]], tf.float64)])
    np.testing.assert_allclose(found, [[size * factor, -2 * size * factor]], rtol=1e-6)


@pytest.mark.parametrize(("size", "exact"), [(1e-30, True), (1e-10, False), (1.0, False), (1e25, False)])
def test_norms_of_units_are_right_where_squares_do_not_fit_into_float32(size, exact):
    import tensorflow as tf

    tensor = tf.constant(np.array([[[3, 0], [4, 1]]]) * size, tf.float32)
    (found,) = unit_norms([tensor], [(1,)], exact)
    np.testing.assert_allclose(found, [[[5 * size, size]]], rtol=1e-6)


def test_gradients_beyond_the_squares_of_float32_are_clipped_unit_by_unit():
    import tensorflow as tf

    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(2, use_bias=False, name="only")])
    clipper = Clipper(Choice("adaptive_grad_clip"), model, Layout.of(model), 1)
    clipper.reset(1)
    gradient, weights = tf.constant([[3e25, 3.0, 4e25, 4.0]]), tf.constant([[1.0, 0.0, 0.0, 0.0]])
    found = clipper.apply([gradient], tf.constant([[5e25]], tf.float64), [weights])
    np.testing.assert_allclose(found.rows, [[0.006, 6e-6, 0.008, 8e-6]], rtol=1e-6)
    np.testing.assert_allclose(found.norms, [[np.hypot(0.01, 1e-5)]], rtol=1e-6)
    assert bool(found.acted[0])


def test_the_layer_says_which_axes_feed_a_unit():
    inputs = keras.layers.Input((6, 8))
    x = keras.layers.Conv1D(4, 3, name="conv")(inputs)  # (3, 8, 4)
    x = keras.layers.MultiHeadAttention(2, 3, name="heads")(x, x)  # q, k, v (4, 2, 3), output (2, 3, 4)
    x = keras.layers.DepthwiseConv1D(2, name="depthwise")(x)  # (2, 4, 1)
    x = keras.layers.Conv1DTranspose(5, 2, name="transposed")(x)  # (2, 5, 4)
    x = keras.layers.GRU(3, name="gru")(x)  # (5, 9), (3, 9), bias (2, 9)
    model = keras.Model(inputs, keras.layers.Dense(1, name="head")(x))
    found = {v.path: axes for v, axes in zip(model.trainable_variables, unit_axes(model), strict=True)}
    assert found["conv/kernel"] == (0, 1)
    assert found["conv/bias"] == (0,)
    assert found["heads/query/kernel"] == (0,)
    assert found["heads/query/bias"] == (0, 1)
    assert found["heads/attention_output/kernel"] == (0, 1)
    assert found["depthwise/kernel"] == (0,)
    assert found["transposed/kernel"] == (0, 2)
    assert found["gru/gru_cell/kernel"] == (0,)
    assert found["gru/gru_cell/bias"] == (0, 1)
    assert found["head/kernel"] == (0,)
