"""The deep linear network in the engine, against the solution of Saxe, McClelland & Ganguli 2014."""

import numpy as np
import pytest
import tensorflow as tf

from gradcore.admission import admit
from gradcore.assembly import Assembly
from gradcore.engine.network import build_network, initial_values
from gradcore.engine.training import Trainer
from gradcore.settings import Limits
from gradcore.specs import NO_CLIPPING, Choice, NetworkSpec, RaceSpec
from gradcore.tasks import task_of
from gradcore.theory import theories
from tests.races import records

TASK = task_of("deep_linear")
RATE = 1e-3


def network(*hidden: int) -> NetworkSpec:
    return NetworkSpec(hidden, "linear", Choice.of("aligned", strength=0.001))


def effective(weights: list[np.ndarray], seed: int) -> np.ndarray:
    """Return the network's map in the teacher's directions, (K, K): diagonal while the modes stay apart."""
    teacher, product = TASK.teacher(seed), np.eye(10)
    for kernel in weights[::2]:
        product = product @ kernel
    return teacher.features.T @ product @ teacher.outputs


@pytest.mark.parametrize("hidden", [(), (16,), (8, 3, 12)])
def test_an_aligned_start_is_the_teachers_map_with_every_singular_value_at_the_strength(hidden):
    weights, _ = initial_values(network(*hidden), "deep_linear", 3)
    np.testing.assert_allclose(effective(weights, 3), 0.001 * np.eye(3), atol=1e-9)
    norms = [np.linalg.svd(kernel, compute_uv=False)[:3] for kernel in weights[::2]]
    np.testing.assert_allclose(norms, 0.001 ** (1 / (len(hidden) + 1)), rtol=1e-5)


def test_every_mode_is_half_learned_when_saxe_says_and_the_loss_is_the_sum_of_the_modes():
    """Half times ln(s / u0 - 1) / (2 s) = 1.334, 1.900 and 3.453 for s = 3, 2, 1 and u0 = 0.001."""
    seed, values = 1, np.array([3.0, 2.0, 1.0])
    trainer = Trainer(build_network(network(16), "deep_linear", 0), TASK.loss, Choice("SGD"), NO_CLIPPING, 1)
    trainer.reset([initial_values(network(16), "deep_linear", seed)], RATE)
    rows = TASK.rows(seed)
    x, y = tf.constant(rows.x_train), tf.constant(rows.y_train)
    times, modes, losses = [], [], []
    for chunk in range(460):
        record = trainer.run(x, y, np.zeros((10, 1, 0), np.int32))
        weights = trainer.layout.variables([part[0] for part in trainer.layout.split(trainer.weights())])
        times.append(RATE * 10 * (chunk + 1))
        modes.append(np.diag(effective([weight.numpy() for weight in weights], seed)))
        losses.append(record.loss[:, 0])
    found = np.array(modes)
    half = [np.interp(s / 2, found[:, place], times) for place, s in enumerate(values)]
    np.testing.assert_allclose(half, [1.334, 1.900, 3.453], rtol=0.01)
    t = np.array(times)[:, None]
    exact = values * np.exp(2 * values * t) / (np.exp(2 * values * t) - 1 + values / 0.001)
    assert np.abs(found - exact).max() < 0.03
    time = RATE * np.arange(4600)[:, None]
    exact = values * np.exp(2 * values * time) / (np.exp(2 * values * time) - 1 + values / 0.001)
    np.testing.assert_allclose(np.concatenate(losses), 0.5 * ((values - exact) ** 2).sum(axis=1), atol=0.02)


def test_the_half_times_are_read_from_the_loss_alone_within_one_per_cent():
    asked = {"task": "deep_linear", "batch_size": None, "seeds": 2, "steps": 4600}
    entrants = [{"optimizer": "SGD", "learning_rate": RATE}, {"optimizer": "Adam"}]
    spec = admit(RaceSpec.from_json({**asked, "entrants": entrants}), Limits())
    assembly = Assembly(spec)
    assembly.add(records(spec))
    (found,) = theories(spec, assembly.trace())  # of Adam theory says nothing
    assert [half.mode for half in found.half_times] == [3, 2, 1]
    assert [half.predicted for half in found.half_times] == pytest.approx([1.334, 1.900, 3.453], abs=5e-4)
    assert [half.measured for half in found.half_times] == pytest.approx([1.334, 1.900, 3.453], rel=0.01)
    assert found.deviation < 0.003  # of the first loss: the gradient flow is the limit of small learning rates


def test_a_network_that_starts_elsewhere_learns_the_teacher_too():
    plain = NetworkSpec((16,), "linear", Choice("glorot_uniform"))
    trainer = Trainer(build_network(plain, "deep_linear", 0), TASK.loss, Choice("SGD"), NO_CLIPPING, 1)
    trainer.reset([initial_values(plain, "deep_linear", 0)], 0.1)
    rows = TASK.rows(0)
    chunk = trainer.run(tf.constant(rows.x_train), tf.constant(rows.y_train), np.zeros((200, 1, 0), np.int32))
    assert chunk.loss[0, 0] > 3
    assert chunk.loss[-1, 0] < 1e-3
