"""The prediction for a whole network: each closed form is found again in it, and what has no theory gets none."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcore.depth_theory import (
    NoTheory,
    Prediction,
    input_moments,
    lsuv,
    mean_field,
    predicted_signal,
    rectifiers,
    shortcuts,
)
from gradcore.depth_theory.laws import Law
from gradcore.depth_theory.sampled import SampledWalk
from gradcore.depth_theory.silent_units import dead_unit_share, saturated_share
from gradcore.depth_theory.walk import walk
from gradcore.errors import RefusedError
from gradcore.network_plan import plan
from gradcore.networks import ACTIVATIONS, INITIALIZERS
from gradcore.specs import NO_NETWORK, Choice, NetworkSpec
from gradcore.tasks import task_of

LARGE = Choice.of("scaled_normal", gain=40.0)  # beside it Keras' epsilons are nothing


def predict(network: NetworkSpec, batch_size: int = 128, **changes: float) -> Prediction:
    """As if dLoss/dz of the head were drawn at random: nothing of the loss comes in."""
    found = predicted_signal(network, 64, 10, batch_size, **{"delta_cosine": 0.0, **changes})
    assert isinstance(found, Prediction), found
    return found


def factors(found: Prediction) -> np.ndarray:
    """By what the mean square changes from each hidden layer to the one below it, input side first."""
    return (found.backprop_ratio[:-2] / found.backprop_ratio[1:-1]) ** 2


@pytest.mark.parametrize(
    ("initializer", "activation", "factor"),
    [
        ("he_normal", "relu", 1.0), ("he_uniform", "relu", 1.0), ("glorot_uniform", "relu", 0.5),
        ("lecun_normal", "relu", 0.5), ("he_normal", "leaky_relu", 1.04), ("orthogonal", "linear", 1.0),
    ],
)  # fmt: skip
def test_rectifiers_change_the_signal_by_their_gain_in_every_layer(initializer, activation, factor):
    found = predict(NetworkSpec((64,) * 8, activation, Choice(initializer)))
    np.testing.assert_allclose(factors(found), factor, rtol=1e-3)
    np.testing.assert_allclose(found.variance[1:-1] / found.variance[:-2], factor, rtol=1e-3)


def test_between_widths_each_element_changes_by_the_units_above_it():
    found = predict(NetworkSpec((256, 64, 256), "relu", Choice("he_normal")))
    np.testing.assert_allclose(factors(found), [0.25, 4.0], rtol=1e-3)


@pytest.mark.parametrize(("activation", "weights"), [("tanh", 2.5), ("tanh", 4.0), ("sigmoid", 1.0), ("gelu", 1.0)])
def test_deep_stacks_settle_at_the_mean_field(activation, weights):
    found = predict(NetworkSpec((512,) * 60, activation, Choice.of("scaled_normal", gain=math.sqrt(weights))))
    variance = mean_field.fixed_variance(activation, weights)
    assert found.variance[58] == pytest.approx(variance, rel=1e-3, abs=1e-9)
    expected = mean_field.gradient_factor(activation, weights, variance)
    assert factors(found)[57] == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("initializer", [LARGE, Choice.of("scaled_normal", gain=10.0)])
def test_batch_norm_grows_the_signal_of_relu_by_pi_over_pi_minus_1_at_any_scale(place, initializer):
    network = NetworkSpec((512,) * 8, "relu", initializer, normalization="batch", normalization_place=place)
    np.testing.assert_allclose(factors(predict(network, 100_000))[1:], math.pi / (math.pi - 1), rtol=2e-3)


@pytest.mark.parametrize(("rows", "factor"), [(4, 2.0), (6, 1.333), (10, 1.143)])
def test_batch_norm_of_linear_layers_grows_it_by_its_batch(rows, factor):
    network = NetworkSpec((512,) * 4, "linear", LARGE, normalization="batch")
    np.testing.assert_allclose(factors(predict(network, rows))[1:], factor, rtol=1e-3)


def test_shortcuts_double_it_in_wide_networks_and_scaled_ones_keep_it_below_e():
    wide = 10**7
    plain = predict(NetworkSpec((wide,) * 9, "relu", Choice("he_normal"), residual="plain"))
    assert plain.backprop_ratio[0] ** 2 / plain.backprop_ratio[-2] ** 2 == pytest.approx(2.0**8, rel=1e-3)
    scaled = predict(NetworkSpec((wide,) * 9, "relu", Choice("he_normal"), residual="scaled"))
    total = scaled.backprop_ratio[0] ** 2 / scaled.backprop_ratio[-2] ** 2
    assert total == pytest.approx(8 * shortcuts.scaled_factor(8), rel=1e-3)  # the stem has no 1 / sqrt(L)


def test_narrow_networks_with_shortcuts_amplify_more_along_what_goes_through_them():
    narrow, wide = (
        predict(NetworkSpec((width,) * 17, "relu", Choice("he_normal"), residual="plain")) for width in (64, 10**7)
    )
    growth = [found.backprop_ratio[0] / found.backprop_ratio[-2] for found in (narrow, wide)]
    assert growth[1] == pytest.approx(2**8, rel=1e-3)
    assert 2.5 * 2**8 < growth[0] < 10 * 2**8


def test_batch_norm_makes_shortcuts_grow_the_signal_as_a_power():
    network = NetworkSpec((10**6,) * 33, "relu", LARGE, normalization="batch", residual="plain")
    found = predict(network, 100_000)
    last = found.backprop_ratio[1] / found.backprop_ratio[-2]  # of branches: their scale is 1 / sqrt(u)
    share = 1 - 1 / math.pi
    growth = shortcuts.normalized_factor(31, start=2 * share)  # what follows the second block
    start, end = share, share + 31 * share  # u of what the first and the last branch read
    assert last**2 == pytest.approx(growth * end / start, rel=5e-3)


@pytest.mark.parametrize("activation", ["linear", "relu", "tanh", "sigmoid"])
def test_lsuv_gives_every_hidden_layer_variance_1_and_the_signal_its_scale(activation):
    found = predict(NetworkSpec((256,) * 5, activation, Choice("lsuv")))
    np.testing.assert_allclose(found.variance[:-1], 1, rtol=1e-9)
    expected = mean_field.gradient_factor(activation, lsuv.lsuv_scale(activation) ** 2, 1.0)
    np.testing.assert_allclose(factors(found)[1:], expected, rtol=1e-2)


def test_he_relu_makes_rows_alike_by_the_map():
    found = predict(NetworkSpec((64,) * 37, "relu", Choice("he_normal")))
    np.testing.assert_allclose(found.cosine[1:37], rectifiers.cosines(36), rtol=1e-6)
    assert (found.cosine[12], found.cosine[36]) == (pytest.approx(0.897, rel=1e-3), pytest.approx(0.979, rel=1e-3))


def test_batch_norm_keeps_rows_at_one_over_pi():
    network = NetworkSpec((64,) * 20, "relu", LARGE, normalization="batch")
    np.testing.assert_allclose(predict(network, 100_000).cosine[1:-1], 1 / math.pi, rtol=1e-3)


def test_saturated_and_dead_shares_are_those_of_what_activations_are_given():
    tanh = predict(NetworkSpec((64,) * 3, "tanh", Choice.of("scaled_normal", gain=2.0)))
    assert tanh.saturated[0] == pytest.approx(saturated_share("tanh", 4.0))
    assert np.isnan(tanh.saturated[-1])
    assert np.isnan(tanh.dead).all()
    relu = predict(NetworkSpec((64,) * 3, "relu", Choice("he_normal")), probe_rows=8)
    assert relu.dead[1] == pytest.approx(dead_unit_share(1 / math.pi, 8), rel=1e-6)
    assert np.isnan(relu.saturated).all()
    normed = predict(NetworkSpec((64,) * 3, "tanh", LARGE, normalization="batch"))
    assert normed.saturated[1] == pytest.approx(saturated_share("tanh", 1.0), rel=1e-3)


def test_layers_are_named_as_they_are_built_and_projections_are_left_out():
    network = NetworkSpec((32, 16, 16), "relu", Choice("he_normal"), residual="plain")
    built = [step.name for step in plan(network, task_of("digits")) if step.layer == "Dense"]
    assert built == ["dense_1", "dense_2", "projection_2", "dense_3", "output"]
    assert predict(network).layers == ("dense_1", "dense_2", "dense_3", "output")


def test_kernels_of_zeros_pass_nothing():
    found = predict(NetworkSpec((8, 8), "relu", Choice("zeros")))
    assert found.backprop_ratio.tolist() == [0, 0, 1]
    assert found.variance.tolist() == [0, 0, 0]
    assert np.isnan(found.cosine).all()
    assert "no signal reaches the first layer" in found.theory


def test_what_overflows_is_infinite_and_shown():
    found = predict(NetworkSpec((64,) * 800, "relu", Choice.of("scaled_normal", gain=3.0)))
    assert not np.isfinite(found.variance[-1])
    assert not np.isfinite(found.backprop_ratio[0])
    assert found.backprop_ratio[-1] == 1
    assert "the signal grows beyond what numbers hold" in found.theory


def test_dropout_adds_to_the_signal_where_it_is_on():
    network = NetworkSpec((64,) * 5, "relu", Choice("he_normal"), dropout=0.2)
    np.testing.assert_allclose(factors(predict(network)), 1.25, rtol=2e-2)
    np.testing.assert_allclose(factors(predict(network, dropout=False)), 1, rtol=1e-3)


def test_the_head_alone_is_a_network_too():
    found = predict(NetworkSpec((), "relu"))
    assert (found.layers, found.backprop_ratio.tolist()) == (("output",), [1.0])
    assert found.variance[0] == pytest.approx(64 * 2 / 74)


@pytest.mark.parametrize(
    "network",
    [
        NetworkSpec((256,) * 6, "relu", Choice("he_normal"), normalization="batch"),
        NetworkSpec((256,) * 6, "tanh", Choice("he_normal"), normalization="layer", normalization_place="after"),
        NetworkSpec((256,) * 6, "gelu", Choice("lsuv"), dropout=0.2),
        NetworkSpec((10**6,) * 6, "relu", Choice("he_normal"), residual="plain"),
        NetworkSpec((10**6,) * 6, "sigmoid", Choice("lecun_normal"), normalization="rms", residual="scaled"),
    ],
)
def test_drawn_units_say_what_quadrature_says(network):
    steps, given = plan(network, task_of("digits")), Law(1.0, 0.0, units=64)
    exact = walk(steps, network.kernel_initializer, given, 200)
    scales = exact.kernels if network.kernel_initializer.name == "lsuv" else {}
    drawn = SampledWalk(steps, network.kernel_initializer, given, 200, True, scales)
    gradients = drawn.gradients()
    for name, flow in exact.gradients().items():
        assert gradients[name].square == pytest.approx(flow.square, rel=0.08)
        assert drawn.signals[name].square == pytest.approx(exact.signals[name].square, rel=0.08)
        assert drawn.signals[name].cosine == pytest.approx(exact.signals[name].cosine, abs=0.02)


def test_shortcuts_that_are_never_activated_are_clean_to_the_head():
    network = NetworkSpec((10**6,) * 9, "relu", Choice("he_normal"), residual="preactivation")
    found = predict(network)
    assert 2**7 < (found.backprop_ratio[1] / found.backprop_ratio[-2]) ** 2 < 2 * 2**7  # sums are above 0 more often
    assert found.backprop_ratio[-2] ** 2 == pytest.approx(10 * 2 / (10**6 + 10), rel=0.03)
    assert np.isnan(found.dead[1:]).all()


def test_the_notebooks_robust_network_has_a_theory():
    network = NetworkSpec(
        (128, 128, 128, 128, 64), "relu", Choice("he_uniform"), normalization="batch", residual="notebook",
        dropout=(0.1, 0.1, 0.1, 0.1, 0.2), head="probabilities",
    )  # fmt: skip
    found = predicted_signal(network, 100, 10, 100)
    names = ["dense_1", *(f"dense_{block}{part}" for block in (2, 3, 4) for part in "ab"), "dense_5", "output"]
    assert isinstance(found, Prediction)
    assert list(found.layers) == names
    assert 0.25 < found.backprop_ratio.min() < found.backprop_ratio.max() < 1.1
    again = predicted_signal(network, 100, 10, 100)
    assert np.array_equal(found.backprop_ratio, again.backprop_ratio)


@given(st.integers(2, 20), st.integers(1, 10), st.floats(-3, 3))
def test_the_moments_of_inputs_are_those_of_all_pairs(count, features, shift):
    rows = np.random.default_rng(count).normal(shift, size=(count, features)).astype(np.float32)
    square, cosine = input_moments(rows)
    pairs = [float(rows[one] @ rows[two]) for one in range(count) for two in range(count) if one != two]
    assert square == pytest.approx(np.mean(rows**2), rel=1e-4)
    assert cosine * square * features == pytest.approx(np.mean(pairs), rel=1e-3, abs=1e-4)


def test_the_moments_of_odd_inputs():
    assert input_moments(np.zeros((3, 4), np.float32)) == (0, 0)
    assert input_moments(np.ones((1, 2, 2), np.float32)) == (1, 0)
    assert np.isnan(input_moments(np.array([[1.0, np.nan]], np.float32))).all()


@pytest.mark.parametrize("changes", [{"input_second_moment": math.nan}, {"input_second_moment": math.inf},
                                     {"input_cosine": math.nan}, {"delta_cosine": math.nan}])  # fmt: skip
def test_batches_that_are_not_finite_have_no_theory(changes):
    found = predicted_signal(NetworkSpec((8,)), 64, 10, 32, **changes)
    assert found == NoTheory("The batch has numbers that are not finite.")


def test_a_theory_is_named_in_a_sentence():
    sentence = predict(NetworkSpec((64,) * 4, "relu", Choice("he_normal"), normalization="batch")).theory
    assert sentence.startswith("ReLU with batch normalisation: the mean square of the signal changes by × 1.")
    assert sentence.endswith("per layer towards the input (Yang et al. 2019).")
    sentence = predict(NetworkSpec((64,), "tanh", Choice("lsuv"), residual="scaled")).theory
    assert sentence == (
        "tanh with shortcuts around branches scaled by 1/√L and LSUV: one hidden layer (Hayou et al. 2021)."
    )


@pytest.mark.parametrize(
    ("network", "rows", "reason"),
    [
        (NO_NETWORK, 32, "The task trains no network."),
        (NetworkSpec((8,), cell="lstm"), 32, "Recurrent layers are beyond this theory."),
        (NetworkSpec((8,), pooling="attention"), 32, "Attention is beyond this theory."),
        (NetworkSpec((8,), "retired"), 32, "The activation retired is not in the catalogue."),
        (NetworkSpec((8,), "relu", Choice("ones")), 32, "Kernels from ones are not independent with mean 0"),
        (NetworkSpec((8,), normalization="batch"), 3, "Batch normalisation of fewer than 4 rows"),
        (NetworkSpec((8,) * 101, residual="notebook"), 32, "Sums that are activated are followed through 100 layers"),
        (NetworkSpec((8, 3), normalization="layer"), 32, "Normalisation of fewer than 4 units"),
    ],
)
def test_networks_without_a_theory_get_a_reason(network, rows, reason):
    found = predicted_signal(network, 64, 10, rows)
    assert isinstance(found, NoTheory)
    assert found.reason.startswith(reason)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"inputs": 0}, "`inputs` must be a whole number >= 1"),
        ({"batch_size": 0}, "`batch_size` must be a whole number >= 1"),
        ({"input_second_moment": -1.0}, "`input_second_moment` must be >= 0"),
        ({"input_cosine": 2.0}, "`input_cosine` must be from -1 to 1"),
        ({"delta_cosine": -1.1}, "`delta_cosine` must be from -1 to 1"),
    ],
)
def test_numbers_that_no_batch_has_are_refused(changes, sentence):
    with pytest.raises(RefusedError, match=sentence):
        predicted_signal(NetworkSpec((8,)), **{"inputs": 64, "outputs": 10, "batch_size": 32, **changes})


@given(
    st.lists(st.integers(1, 70), max_size=6),
    st.sampled_from(ACTIVATIONS),
    st.sampled_from([*INITIALIZERS]),
    st.sampled_from([None, "batch", "layer", "rms"]),
    st.sampled_from(["before", "after"]),
    st.sampled_from([None, "plain", "scaled", "preactivation", "notebook"]),
    st.sampled_from([0.0, 0.3]),
    st.integers(1, 64),
)
@settings(max_examples=150, deadline=None)
def test_every_network_gets_a_prediction_for_each_of_its_layers_or_a_reason(
    hidden, activation, initializer, norm, place, residual, dropout, rows
):
    network = NetworkSpec(tuple(hidden), activation, Choice(initializer), normalization=norm,
                          normalization_place=place, residual=residual, dropout=dropout)  # fmt: skip
    found = predicted_signal(network, 64, 10, rows)
    if isinstance(found, NoTheory):
        assert found.reason.endswith(".")
        return
    built = [step.name for step in plan(network, task_of("digits")) if step.layer == "Dense"]
    assert found.layers == tuple(name for name in built if not name.startswith("projection"))
    assert all(len(one) == len(found.layers) for one in (found.backprop_ratio, found.variance, found.cosine))
    assert (found.backprop_ratio >= 0).all()
    assert found.backprop_ratio[-1] == 1


@given(st.floats(5, 500), st.sampled_from(["relu", "tanh", "gelu"]))
@settings(max_examples=20, deadline=None)
def test_normalised_layers_do_not_see_the_scale_of_their_weights(gain, activation):
    networks = [
        NetworkSpec((64,) * 5, activation, Choice.of("scaled_normal", gain=scale), normalization="batch")
        for scale in (gain, 50.0)
    ]
    one, other = (factors(predict(network)) for network in networks)
    np.testing.assert_allclose(one[1:], other[1:], rtol=0.01)
