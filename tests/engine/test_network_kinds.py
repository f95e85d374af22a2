"""Every kind of network: counted as Keras counts, trained stacked as Keras trains one, saved and loaded."""

import itertools
import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcore.engine.losses import LOSSES
from gradcore.engine.network import build_network, initial_values
from gradcore.engine.seeds import batches
from gradcore.engine.training import Trainer
from gradcore.engine.updates import build_optimizer
from gradcore.errors import TrainingError
from gradcore.network_plan import CELLS, NORMALIZATIONS
from gradcore.networks import ACTIVATIONS, RESIDUALS, count_parameters, loss_of
from gradcore.specs import NO_CLIPPING, Choice, NetworkSpec
from gradcore.tasks import task_of
from tests.reference import train_plainly

ROBUST = NetworkSpec(
    (128, 128, 128, 128, 64),
    normalization="batch",
    residual="notebook",
    dropout=(0.1, 0.1, 0.1, 0.1, 0.2),
    head="probabilities",
)
KINDS = [
    NetworkSpec((12, 12, 8), "tanh", normalization=norm, normalization_place=place, residual=residual)
    for norm, place, residual in [
        ("batch", "before", None), ("batch", "after", "plain"), ("layer", "before", "scaled"),
        ("rms", "before", "preactivation"), ("batch", "before", "notebook"), (None, "before", "plain"),
    ]
]  # fmt: skip


def test_the_notebooks_robust_network_has_its_parameters_variables_and_layers():
    model = build_network(ROBUST, "noise_classification", 0)
    assert model.count_params() == 124_746
    assert sum(int(np.prod(v.shape)) for v in model.trainable_variables) == 122_826
    assert len(model.trainable_variables) == 34
    assert count_parameters(ROBUST, task_of("noise_classification")) == 124_746
    kinds = [type(layer).__name__ for layer in model.layers]
    assert (kinds.count("Dense"), kinds.count("BatchNormalization"), kinds.count("Add")) == (9, 8, 3)
    rates = [layer.rate for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert rates == [0.1] * 7 + [0.2]


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.sampled_from([None, *NORMALIZATIONS]),
    st.sampled_from(["before", "after"]),
    st.sampled_from([None, *RESIDUALS]),
    st.sampled_from([0.0, 0.3]),
    st.sampled_from(ACTIVATIONS),
)
@settings(max_examples=40, deadline=None)
def test_parameters_are_counted_as_keras_counts_them(hidden, norm, place, residual, dropout, activation):
    network = NetworkSpec(tuple(hidden), activation, Choice("glorot_uniform"), None, normalization=norm,
                          normalization_place=place, residual=residual, dropout=dropout)  # fmt: skip
    assert build_network(network, "wine", 0).count_params() == count_parameters(network, task_of("wine"))


@pytest.mark.parametrize(("cell", "pooling"), [*itertools.product([None, *CELLS], [None, "attention"])])
def test_networks_of_sequences_are_counted_too_and_give_one_output(cell, pooling):
    network = NetworkSpec((6, 4), "tanh", cell=cell, pooling=pooling)
    model = build_network(network, "adding_problem", 0)
    assert model.count_params() == count_parameters(network, task_of("adding_problem"))
    assert model.output_shape == (None, 1)


@pytest.mark.parametrize("network", KINDS, ids=lambda n: f"{n.normalization} {n.residual}")
def test_stacked_seeds_train_as_keras_trains_one_of_them(network):
    task = task_of("wine")
    rows = task.rows(0)
    order = np.stack([batches(seed, len(rows.x_train), 32, 12) for seed in range(2)], axis=1)
    trainer = Trainer(build_network(network, "wine", 0), loss_of(network, task), Choice("SGD"), NO_CLIPPING, 2)
    trainer.reset([initial_values(network, "wine", seed) for seed in range(2)], 0.05)
    chunk = trainer.run(tf.constant(rows.x_train), tf.constant(rows.y_train), order)
    for seed in range(2):
        model, loss = build_network(network, "wine", seed), LOSSES[loss_of(network, task)]
        plain = train_plainly(
            model, build_optimizer(Choice("SGD"), 0.05), loss, rows.x_train, rows.y_train, order[:, seed]
        )
        np.testing.assert_allclose(chunk.loss[:, seed], plain["loss"], rtol=1e-4)


def test_dropout_is_the_same_for_all_seeds_and_new_at_every_step():
    network = NetworkSpec((16,), dropout=0.5)
    trainer = Trainer(
        build_network(network, "wine", 0), "sparse_categorical_crossentropy", Choice("SGD"), NO_CLIPPING, 2
    )
    same = initial_values(network, "wine", 0)
    trainer.reset([same, same], 1e-6)
    rows = task_of("wine").rows(0)
    order = np.zeros((6, 2, 32), np.int32) + np.arange(32, dtype=np.int32)
    loss = trainer.run(tf.constant(rows.x_train), tf.constant(rows.y_train), order).loss
    assert np.array_equal(loss[:, 0], loss[:, 1])  # the masks are shared
    assert len(set(loss[:, 0].tolist())) == 6


def test_probabilities_are_trained_as_their_logits_are():
    task = task_of("digits")
    rows = task.rows(0)
    for_each = []
    for head in ("logits", "probabilities"):
        network = NetworkSpec((16,), head=head)
        trainer = Trainer(build_network(network, "digits", 0), loss_of(network, task), Choice("SGD"), NO_CLIPPING, 1)
        trainer.reset([initial_values(network, "digits", 0)], 0.1)
        order = batches(0, len(rows.x_train), 64, 20)[:, None]
        for_each.append(trainer.run(tf.constant(rows.x_train), tf.constant(rows.y_train), order).loss)
    np.testing.assert_allclose(for_each[0], for_each[1], rtol=1e-4)


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras' saving, with NumPy 2
@pytest.mark.parametrize("network", [*KINDS, ROBUST], ids=lambda n: f"{n.normalization} {n.residual}")
def test_a_network_is_saved_and_loaded_as_it_was(network, tmp_path):
    task = "noise_classification" if network is ROBUST else "wine"
    model = build_network(network, task, 3)
    model.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    x = task_of(task).rows(0).x_train[:5]
    assert np.array_equal(model(x), again(x))


def test_lsuv_gives_every_layer_a_pre_activation_of_variance_one():
    network = NetworkSpec((256, 256, 256), "relu", Choice("lsuv"))
    model, x = build_network(network, "digits", 0), task_of("digits").rows(0).x_train[:256]
    for name in ("dense_1", "dense_2", "dense_3"):
        layer = model.get_layer(name)
        reaches = np.asarray(keras.Model(model.inputs[0], layer.input)(x))
        assert np.var(reaches @ np.asarray(layer.kernel)) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(("activation", "factor"), [("relu", math.sqrt(2)), ("tanh", 1.5925), ("linear", 1.0)])
def test_lsuv_scales_a_wide_layer_by_the_factor_of_its_activation(activation, factor):
    # science t07: 1 / sqrt(E phi(z)^2), here against orthonormal rows, whose entries have variance 1 / width
    kernel = initial_values(NetworkSpec((512, 512, 512), activation, Choice("lsuv")), "digits", 0)[0][4]
    assert np.sqrt(512) * kernel.std() == pytest.approx(factor, rel=0.06)


def test_lsuv_that_nothing_reaches_is_refused_in_a_sentence():
    from gradcore.engine.lsuv import scale_to_unit_variance

    model = build_network(NetworkSpec((8,), "relu", Choice("orthogonal")), "wine", 0)
    with pytest.raises(TrainingError, match=r"LSUV must bring the variance of dense_1 to 1\. Received: 0 after"):
        scale_to_unit_variance(model, np.zeros((4, 13), np.float32), ("dense_1",))


def test_a_scaled_normal_kernel_has_the_deviation_gain_over_the_root_of_its_inputs():
    kernel = initial_values(NetworkSpec((400,), "relu", Choice.of("scaled_normal", gain=3.0)), "digits", 0)[0][0]
    assert kernel.std() == pytest.approx(3 / 8, rel=0.02)  # 64 inputs
