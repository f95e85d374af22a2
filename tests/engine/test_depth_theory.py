"""Real networks at initialisation against the theory of depth, within the tolerances of science 4.

t01 sees 1.8 % per layer, t03 and t04 2 %, t05 6 % of the total, t12 1.1 %; all of the mean square of dLoss/dz.
"""

import math

import numpy as np
import pytest

from gradcore.depth_theory import Prediction, predicted_signal
from gradcore.depth_theory.rectifiers import cosines
from gradcore.depth_theory.silent_units import dead_network_share
from gradcore.networks import ACTIVATIONS
from gradcore.specs import Choice, NetworkSpec
from gradcore.tasks import task_of
from tests.back_signals import Measured, measure

NORMAL = "noise_classification"  # its rows are N(0, 1), as those measured here
GAIN = {scale: Choice.of("scaled_normal", gain=math.sqrt(scale)) for scale in (1.0, 2.5, 4.0)}


def both(network: NetworkSpec, seeds: int, rows: int, *, drawn: bool = False) -> tuple[Measured, Prediction]:
    task = task_of(NORMAL)
    measured = measure(network, NORMAL, seeds, rows, drawn=drawn)
    found = predicted_signal(network, task.row_size, task.outputs, rows, delta_cosine=0.0 if drawn else None)
    assert isinstance(found, Prediction)
    assert measured.layers == found.layers
    return measured, found


def deviations(network: NetworkSpec, seeds: int, rows: int, *, drawn: bool = False) -> tuple[float, float]:
    """Return by how much the mean square of dLoss/dz differs from theory: per layer, and largest of all layers."""
    measured, found = both(network, seeds, rows, drawn=drawn)
    apart = (measured.backprop_ratio / found.backprop_ratio) ** 2
    per_layer = abs((apart[0] / apart[-2]) ** (1 / (len(apart) - 2)) - 1)
    return per_layer, np.abs(apart - 1).max()


@pytest.mark.parametrize("initializer", ["he_normal", "he_uniform", "glorot_uniform", "lecun_normal"])
def test_relu_from_he_and_glorot_kernels(initializer):  # t01
    per_layer, largest = deviations(NetworkSpec((128,) * 10, "relu", Choice(initializer)), 12, 64)
    assert per_layer < 0.018
    assert largest < 0.15


def test_glorot_between_alternating_widths():  # t01
    network = NetworkSpec((256, 64, 256, 64, 256, 64), "relu", Choice("glorot_uniform"))
    per_layer, largest = deviations(network, 20, 64, drawn=True)
    assert per_layer < 0.018
    assert largest < 0.15


@pytest.mark.parametrize("weights", GAIN)
def test_tanh_at_three_weight_variances(weights):  # t03
    per_layer, largest = deviations(NetworkSpec((256,) * 10, "tanh", GAIN[weights]), 8, 64)
    assert per_layer < 0.02
    assert largest < 0.1


def test_sigmoid():  # t03
    per_layer, largest = deviations(NetworkSpec((256,) * 6, "sigmoid", GAIN[1.0]), 8, 64)
    assert per_layer < 0.02
    assert largest < 0.1


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_of_the_catalogue(activation):
    per_layer, largest = deviations(NetworkSpec((256,) * 6, activation, Choice("lecun_normal")), 8, 64, drawn=True)
    assert per_layer < 0.02
    assert largest < 0.12


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("initializer", ["he_normal", "glorot_uniform"])
def test_batch_norm_with_relu(place, initializer):  # t04
    network = NetworkSpec((256,) * 8, "relu", Choice(initializer), normalization="batch", normalization_place=place)
    per_layer, largest = deviations(network, 5, 128)
    assert per_layer < 0.02
    assert largest < 0.1


@pytest.mark.parametrize("rows", [6, 10])
def test_batch_norm_of_linear_layers(rows):  # t04
    network = NetworkSpec((256,) * 6, "linear", Choice("he_normal"), normalization="batch")
    factor = (rows - 2) / (rows - 3)
    measured, found = both(network, 25, rows, drawn=True)
    assert measured.factor(1, 5) == pytest.approx(factor, rel=0.04)
    assert (found.backprop_ratio[1] / found.backprop_ratio[5]) ** (2 / 4) == pytest.approx(factor, rel=0.01)


@pytest.mark.parametrize("norm", ["layer", "rms"])
def test_layer_and_rms_norm(norm):
    network = NetworkSpec((128,) * 8, "relu", Choice("he_normal"), normalization=norm)
    per_layer, _ = deviations(network, 8, 64, drawn=True)
    assert per_layer < 0.03


@pytest.mark.parametrize("residual", ["plain", "scaled"])
def test_shortcuts_without_normalisation(residual):  # t05
    network = NetworkSpec((512,) * 7, "relu", Choice("he_normal"), residual=residual)
    measured, found = both(network, 6, 64, drawn=True)
    assert (measured.backprop_ratio[0] / found.backprop_ratio[0]) ** 2 == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("residual", ["plain", "scaled"])
def test_shortcuts_around_normalised_branches(residual):  # t05
    network = NetworkSpec((256,) * 9, "relu", Choice("he_normal"), normalization="batch", residual=residual)
    measured, found = both(network, 5, 256)
    apart = (measured.backprop_ratio / found.backprop_ratio) ** 2
    assert apart[0] / apart[-2] == pytest.approx(1, abs=0.06)
    assert np.abs(apart - 1).max() < 0.15


@pytest.mark.parametrize("activation", ["linear", "relu", "tanh", "sigmoid"])
def test_lsuv(activation):  # t07
    network = NetworkSpec((256,) * 4, activation, Choice("lsuv"))
    measured, found = both(network, 3, 100)
    np.testing.assert_allclose(measured.variance.mean(axis=0)[:-1], found.variance[:-1], rtol=0.05)
    apart = (measured.backprop_ratio / found.backprop_ratio) ** 2
    assert abs((apart[0] / apart[-2]) ** (1 / 3) - 1) < 0.02


def test_orthogonal_linear_layers_keep_the_signal_exactly():  # t06
    network = NetworkSpec((100,) * 10, "linear", Choice.of("orthogonal", gain=1.1))
    measured, _ = both(network, 1, 32)
    assert measured.factor(0, 9) == pytest.approx(1.1**2, rel=1e-5)


def test_narrow_relu_networks_are_dead_at_a_row_as_often_as_theory_says():  # t12
    measured = measure(NetworkSpec((3,) * 5, "relu", Choice("he_normal")), NORMAL, 50, 64)
    dead = np.any([(measured.felt[f"dense_{number}"] <= 0).all(axis=2) for number in range(1, 6)], axis=0)
    shares = dead.mean(axis=1)  # of each seed; rows of one network are not independent
    assert shares.mean() == pytest.approx(dead_network_share(3, 5), abs=3.5 * shares.std() / math.sqrt(50))


@pytest.mark.parametrize("weights", [2.5, 4.0])
def test_tanh_saturates_as_theory_says(weights):  # t12
    measured, found = both(NetworkSpec((256,) * 5, "tanh", GAIN[weights]), 5, 64)
    shares = [np.mean(np.abs(np.tanh(measured.felt[f"dense_{number}"])) > 0.99) for number in range(1, 6)]
    np.testing.assert_allclose(shares, found.saturated[:-1], atol=0.011)


def test_units_that_are_dead_on_the_whole_batch():  # t12
    measured = measure(NetworkSpec((256,) * 20, "relu", Choice("he_normal")), NORMAL, 5, 64)
    found = predicted_signal(NetworkSpec((256,) * 20, "relu", Choice("he_normal")), 100, 10, 64, probe_rows=64)
    shares = [np.mean((measured.felt[f"dense_{number}"] <= 0).all(axis=1)) for number in range(1, 21)]
    np.testing.assert_allclose(shares, found.dead[:-1], atol=0.05)


def test_relu_makes_rows_alike_as_the_map_says():  # t18
    measured, found = both(NetworkSpec((256,) * 37, "relu", Choice("he_normal")), 4, 64)
    mean = measured.cosine.mean(axis=0)
    assert (mean[12], mean[36]) == (pytest.approx(0.897, abs=0.03), pytest.approx(0.979, abs=0.01))
    np.testing.assert_allclose(found.cosine[1:37], cosines(36), rtol=1e-6)


def test_batch_norm_keeps_rows_apart():  # t18
    network = NetworkSpec((256,) * 10, "relu", Choice("he_normal"), normalization="batch")
    measured, found = both(network, 4, 128)
    np.testing.assert_allclose(measured.cosine.mean(axis=0)[1:-1], found.cosine[1:-1], atol=0.05)


def test_dropout_and_projections():
    network = NetworkSpec((256, 128, 256), "relu", Choice("he_normal"), residual="plain", dropout=0.3)
    _, largest = deviations(network, 12, 128, drawn=True)
    assert largest < 0.12


@pytest.mark.parametrize(
    "network",
    [
        NetworkSpec((256,) * 8, "relu", Choice("he_normal"), normalization="batch", residual="preactivation"),
        NetworkSpec((256,) * 8, "tanh", Choice("glorot_normal"), normalization="layer", residual="preactivation"),
        NetworkSpec((256,) * 5, "relu", Choice("he_normal"), normalization="batch", residual="notebook"),
        NetworkSpec((256,) * 5, "tanh", Choice("glorot_normal"), residual="notebook"),
    ],
    ids=lambda network: f"{network.residual} {network.activation}",
)
def test_shortcuts_that_activate_sums(network):
    per_layer, largest = deviations(network, 6, 100, drawn=True)
    assert per_layer < 0.03
    assert largest < 0.15


def test_the_notebooks_robust_network():
    network = NetworkSpec(
        (128, 128, 128, 128, 64), normalization="batch", residual="notebook",
        dropout=(0.1, 0.1, 0.1, 0.1, 0.2), head="probabilities",
    )  # fmt: skip
    measured, found = both(network, 12, 100)
    np.testing.assert_allclose(measured.backprop_ratio, found.backprop_ratio, rtol=0.12)
    np.testing.assert_allclose(measured.variance.mean(axis=0), found.variance, rtol=0.1)
    np.testing.assert_allclose(measured.cosine.mean(axis=0), found.cosine, atol=0.05)
