"""What the product's own check measures at its first step, on real rows, beside the theory of depth."""

import numpy as np
import pytest

from gradcore.depth_theory import Prediction, input_moments, predicted_signal
from gradcore.engine.checkup import watched
from gradcore.records import CheckChunk, CheckSetup
from gradcore.specs import Choice, EntrantSpec, HealthSpec, NetworkSpec
from gradcore.tasks import task_of

SEEDS = 12
ROWS = 64


def first_step(network: NetworkSpec) -> tuple[np.ndarray, np.ndarray, np.ndarray, Prediction]:
    """Return a_l from the means over the seeds, the mean variance and cosine of each layer (D,), and the prediction."""
    spec = HealthSpec(Choice("digits"), network, EntrantSpec(Choice("SGD"), 1e-9), steps=1, batch_size=ROWS)
    records = []
    watched(spec, range(SEEDS), lambda new, _: records.extend(new), judged=False)
    setup, chunk = records[0], records[1]
    assert isinstance(setup, CheckSetup)
    assert isinstance(chunk, CheckChunk)
    squares = np.mean(chunk.signal[0].astype(np.float64) ** 2, axis=0)  # (D,)
    task = task_of("digits")
    moments = input_moments(task.rows(0).x_train)
    found = predicted_signal(network, task.row_size, task.outputs, ROWS, moments[0], input_cosine=moments[1])
    assert isinstance(found, Prediction)
    assert len(squares) == len(found.layers)
    return np.sqrt(squares / squares[-1]), chunk.variance[0].mean(axis=0), chunk.cosine[0].mean(axis=0), found


@pytest.mark.parametrize(
    ("network", "near"),
    [
        (NetworkSpec((64,) * 8, "relu", Choice("he_normal")), 0.12),
        (NetworkSpec((64,) * 8, "relu", Choice("glorot_uniform")), 0.12),
        (NetworkSpec((64,) * 6, "sigmoid", Choice("glorot_uniform")), 0.12),
        (NetworkSpec((64,) * 6, "tanh", Choice.of("scaled_normal", gain=1.6)), 0.12),
        (NetworkSpec((64,) * 8, "relu", Choice("he_normal"), normalization="batch"), 0.18),  # 2 % a layer of its square
        (NetworkSpec((64,) * 9, "relu", Choice("he_normal"), residual="plain"), 0.25),
        (NetworkSpec((64,) * 4, "tanh", Choice("lsuv")), 0.2),  # rows of digits differ in length, LSUV sees their mean
    ],
    ids=lambda given: f"{given.activation} {given.kernel_initializer.name}" if isinstance(given, NetworkSpec) else "",
)
def test_the_first_step_of_a_check_is_as_theory_says(network, near):
    ratio, variance, cosine, found = first_step(network)
    np.testing.assert_allclose(ratio, found.backprop_ratio, rtol=near)
    np.testing.assert_allclose(cosine, found.cosine, atol=0.08)
    np.testing.assert_allclose(variance[:3], found.variance[:3], rtol=0.15)
