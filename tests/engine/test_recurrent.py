"""Recurrent networks in the engine, against a forward pass in NumPy and Keras' own eager loop."""

from itertools import pairwise

import keras
import numpy as np
import pytest

from gradcore.engine.losses import mse
from gradcore.engine.network import build_network, initial_values
from gradcore.engine.race import run_race
from gradcore.engine.seeds import batches, weight_seed
from gradcore.engine.training import Trainer
from gradcore.engine.updates import build_optimizer
from gradcore.networks import count_parameters
from gradcore.records import Setup, TraceChunk
from gradcore.specs import NO_CLIPPING, Choice, NetworkSpec, RaceSpec
from gradcore.tasks import task_of
from tests.reference import train_plainly

TASK = Choice.of("adding_problem", length=6)
NETWORK = NetworkSpec(
    (5, 4), "tanh", Choice("glorot_uniform"), "simple_rnn", recurrent_initializer=Choice.of("orthogonal", gain=1.5)
)
ROWS = [task_of(TASK).rows(seed) for seed in range(3)]


def order(seeds: range, steps: int = 20, batch_size: int = 16) -> np.ndarray:
    return np.stack([batches(seed, 2000, batch_size, steps) for seed in seeds], axis=1)


def trained(seeds: range, clip: Choice = NO_CLIPPING, chunks: tuple[int, ...] = (20,)) -> tuple[dict, Trainer]:
    import tensorflow as tf

    x, y = (tf.constant(np.stack([getattr(ROWS[seed], name) for seed in seeds])) for name in ("x_train", "y_train"))
    trainer = Trainer(build_network(NETWORK, TASK, 0), "mse", Choice("SGD"), clip, len(seeds))
    trainer.reset([initial_values(NETWORK, TASK, seed) for seed in seeds], 0.1)
    ends = np.cumsum((0, *chunks))
    found = [trainer.run(x, y, order(seeds)[a:b]) for a, b in pairwise(ends)]
    names = ("loss", "gradient_norm", "layer_norms", "update_ratio")
    return {name: np.concatenate([getattr(chunk, name) for chunk in found]) for name in names}, trainer


def forward(weights: list[np.ndarray], x: np.ndarray) -> np.ndarray:
    """h_t = tanh(x_t W + h_{t-1} U + b) for each layer, then h_T V + c."""
    *recurrent, head, offset = weights
    for kernel, between, bias in zip(recurrent[::3], recurrent[1::3], recurrent[2::3], strict=True):
        state, states = np.zeros((len(x), kernel.shape[1])), []
        for step in range(x.shape[1]):
            state = np.tanh(x[:, step] @ kernel + state @ between + bias)
            states.append(state)
        x = np.stack(states, axis=1)
    return x[:, -1] @ head + offset


def test_the_first_loss_and_its_gradient_are_those_of_a_plain_numpy_network():
    weights, _ = initial_values(NETWORK, TASK, 1)
    exact = [weight.astype(np.float64) for weight in weights]
    rows = order(range(1, 2))[0, 0]
    x, y = ROWS[1].x_train[rows], ROWS[1].y_train[rows]
    found, trainer = trained(range(1, 2))
    np.testing.assert_allclose(found["loss"][0, 0], np.mean((forward(exact, x) - y) ** 2), rtol=1e-5)
    squares = dict.fromkeys(trainer.layout.layers, 0.0)
    for place, weight in enumerate(exact):  # central differences of every weight
        for index in np.ndindex(weight.shape):
            kept, losses = weight[index], []
            for side in (1e-6, -1e-6):
                weight[index] = kept + side
                losses.append(np.mean((forward(exact, x) - y) ** 2))
            weight[index] = kept
            squares[trainer.layout.layers[min(place // 3, 2)]] += ((losses[0] - losses[1]) / 2e-6) ** 2
    np.testing.assert_allclose(found["layer_norms"][0, 0], np.sqrt(list(squares.values())), rtol=1e-4)


@pytest.mark.parametrize("clip", [NO_CLIPPING, Choice.of("clip_by_global_norm", max_norm=0.5)])
def test_a_recurrent_network_trains_as_keras_does_one_seed_at_a_time(clip):
    found, _ = trained(range(3), clip)
    for seed in range(3):
        model = build_network(NETWORK, TASK, seed)
        optimizer = build_optimizer(Choice("SGD"), 0.1)
        optimizer.global_clipnorm = clip.get("max_norm")
        plain = train_plainly(model, optimizer, mse, ROWS[seed].x_train, ROWS[seed].y_train, order(range(3))[:, seed])
        np.testing.assert_allclose(found["loss"][:, seed], plain["loss"], rtol=1e-3)
        np.testing.assert_allclose(found["update_ratio"][0, seed], plain["update_ratio"][0], rtol=1e-3)


def test_a_seed_gives_the_same_curve_alone_and_in_a_stack_and_the_same_bits_again():
    stacked, _ = trained(range(3))
    alone, _ = trained(range(2, 3))
    again, _ = trained(range(3), chunks=(1, 12, 7))
    np.testing.assert_allclose(stacked["loss"][:, 2], alone["loss"][:, 0], rtol=1e-4)
    for name, values in stacked.items():
        assert np.array_equal(values, again[name])


def test_layers_are_named_and_counted_as_layers_not_as_cells():
    model = build_network(NETWORK, TASK, 0)
    assert [layer.name for layer in model.layers] == ["rnn_1", "rnn_2", "output"]
    assert trained(range(1))[1].layout.layers == ("network/rnn_1", "network/rnn_2", "network/output")
    weights, _ = initial_values(NETWORK, TASK, 0)
    assert count_parameters(NETWORK, task_of(TASK)) == sum(weight.size for weight in weights) == 85


def test_a_script_outside_can_repeat_both_kernels_of_a_recurrent_layer():
    weights, _ = initial_values(NETWORK, TASK, 3)
    between = int(np.random.SeedSequence([3, 0, 2]).generate_state(1)[0])
    assert between == weight_seed(3, 0, recurrent=True)
    assert np.array_equal(weights[0], keras.initializers.GlorotUniform(seed=weight_seed(3, 0))((2, 5)))
    assert np.array_equal(weights[1], keras.initializers.Orthogonal(gain=1.5, seed=between)((5, 5)))


def test_the_gain_of_an_orthogonal_start_is_the_spectral_radius():
    between = initial_values(NETWORK, TASK, 0)[0][1]
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(between)), 1.5, rtol=1e-5)


def test_a_dense_network_reads_a_sequence_as_one_row():
    import tensorflow as tf

    network = NetworkSpec(hidden=(4,), activation="linear")
    model = build_network(network, TASK, 0)
    weights, _ = initial_values(network, TASK, 0)
    x = ROWS[0].x_train[:7]
    np.testing.assert_allclose(model(tf.constant(x)), x.reshape(7, 12) @ weights[0] @ weights[2], rtol=1e-5)
    assert count_parameters(network, task_of(TASK)) == (12 + 1) * 4 + 5 == model.count_params()


def test_entrants_with_weights_of_their_own_have_recurrent_kernels_of_their_own():
    shared, own, other = (initial_values(NETWORK, TASK, 0, entrant)[0] for entrant in (None, 0, 1))
    assert not np.array_equal(shared[1], own[1])
    assert not np.array_equal(own[1], other[1])


def test_a_race_of_a_recurrent_network_blows_up_without_clipping_and_not_with_it():
    sgd = {"optimizer": "SGD", "learning_rate": 0.3}
    network = NetworkSpec((20,), "tanh", Choice("glorot_uniform"), "simple_rnn", Choice.of("orthogonal", gain=1.5))
    spec = RaceSpec.from_json(
        {
            "task": "adding_problem",
            "network": network.to_json(),
            "entrants": [sgd, {**sgd, "global_clipnorm": 1.0}],
            "seeds": 3,
            "steps": 30,
        }
    )
    found: list = []
    run_race(spec, [0, 1], lambda new, progress: found.extend(new))
    assert next(record for record in found if isinstance(record, Setup)) == Setup(
        ("network/rnn_1", "network/output"), 481
    )
    loose, clipped = (
        np.concatenate([chunk.loss for chunk in found if isinstance(chunk, TraceChunk) and chunk.entrant == entrant])
        for entrant in (0, 1)
    )
    assert np.array_equal(loose[0], clipped[0])
    assert not np.isfinite(loose[-1]).any()
    assert clipped.max() < 20
