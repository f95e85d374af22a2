"""Theory of depth in closed form: the literal numbers of He, Schoenholz, Yang, Saxe, Mishkin and Lu."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcore.depth_theory import linear_maps, lsuv, mean_field, normalized, rectifiers, recurrence, shortcuts
from gradcore.depth_theory.activations import FUNCTIONS, activation_of
from gradcore.depth_theory.gaussian import mean, mean_product, normal_cdf
from gradcore.depth_theory.heads import softmax_head
from gradcore.depth_theory.kernels import kernel_variance
from gradcore.depth_theory.silent_units import (
    dead_layer_share,
    dead_network_share,
    dead_unit_share,
    saturated_share,
)
from gradcore.errors import RefusedError
from gradcore.networks import ACTIVATIONS, INITIALIZERS
from gradcore.specs import Choice

CLOSE = 1e-3  # relative, of every literal number
COSINES, VARIANCES = st.floats(-1, 1), st.floats(1e-3, 50)


# ---- rectifiers (t01, t18)


def test_he_keeps_the_signal_of_relu_and_glorot_halves_it():
    assert rectifiers.total_factor(64, kernel_variance(Choice("he_normal"), 64, 64)) == pytest.approx(1)
    assert rectifiers.total_factor(64, kernel_variance(Choice("he_uniform"), 64, 64)) == pytest.approx(1)
    assert rectifiers.total_factor(64, kernel_variance(Choice("glorot_uniform"), 64, 64)) == pytest.approx(0.5)
    assert rectifiers.total_factor(64, kernel_variance(Choice("lecun_normal"), 64, 64)) == pytest.approx(0.5)


def test_between_64_and_256_units_he_keeps_the_total_and_quarters_each_element():
    variance = kernel_variance(Choice("he_normal"), 256, 64)
    assert rectifiers.total_factor(256, variance) == pytest.approx(1)
    assert rectifiers.element_factor(64, variance) == pytest.approx(0.25)


def test_glorot_between_alternating_widths_has_the_product_of_its_fans():
    widths = [256, 64, 256, 64, 256]
    others = [64, 256, 64, 256, 64]
    factors = [
        rectifiers.total_factor(n, kernel_variance(Choice("glorot_normal"), n, m))
        for n, m in zip(widths, others, strict=True)
    ]
    assert math.prod(factors) == pytest.approx(0.02048, rel=CLOSE)


def test_leaky_relu_and_linear_layers_keep_more():
    assert rectifiers.total_factor(64, 2 / 64, leak=0.2) == pytest.approx(1.04)
    assert rectifiers.total_factor(64, 1 / 64, leak=1.0) == pytest.approx(1)


def test_relu_makes_inputs_alike_as_the_map_says_and_not_as_its_asymptote():
    cosines = rectifiers.cosines(36)
    assert cosines[0] == pytest.approx(1 / math.pi)
    assert (cosines[11], cosines[35]) == (pytest.approx(0.897, rel=CLOSE), pytest.approx(0.979, rel=CLOSE))
    assert 1 - 9 * math.pi**2 / (2 * 36**2) == pytest.approx(0.966, rel=CLOSE)


@given(COSINES)
def test_quadrature_has_the_closed_form_of_relu_in_spite_of_its_kink(cosine):
    relu = activation_of("relu")
    assert 2 * mean_product(relu.value, 1.0, cosine) == pytest.approx(rectifiers.next_cosine(cosine), abs=1e-9)
    both_active = (math.pi - math.acos(cosine)) / (2 * math.pi)
    assert mean_product(relu.slope, 3.0, cosine) == pytest.approx(both_active, abs=1e-9)


# ---- mean field (t03)


@pytest.mark.parametrize(
    ("activation", "weights", "biases", "factor"),
    [
        ("tanh", 1.0, 0.05, 0.7590),
        ("tanh", 2.5, 0.05, 1.1335),
        ("tanh", 4.0, 0.05, 1.342),
        ("sigmoid", 1.0, 0.0, 0.05572),
    ],
)
def test_the_mean_field_factor_of_gradients(activation, weights, biases, factor):
    variance = mean_field.fixed_variance(activation, weights, biases)
    assert mean_field.gradient_factor(activation, weights, variance) == pytest.approx(factor, rel=CLOSE)


def test_the_norm_of_a_sigmoid_stack_falls_by_0_236_per_layer_not_by_a_quarter():
    variance = mean_field.fixed_variance("sigmoid", 1.0)
    assert math.sqrt(mean_field.gradient_factor("sigmoid", 1.0, variance)) == pytest.approx(0.236, rel=CLOSE)


def test_tanh_is_critical_at_a_weight_variance_of_1_761():
    critical = mean_field.critical_weight_variance("tanh", 0.05)
    assert critical == pytest.approx(1.761, rel=CLOSE)
    variance = mean_field.fixed_variance("tanh", critical, 0.05)
    assert mean_field.gradient_factor("tanh", critical, variance) == pytest.approx(1, abs=1e-6)


def test_relu_without_biases_is_critical_at_2_and_grows_without_bound_above():
    assert mean_field.critical_weight_variance("relu") == pytest.approx(2, rel=1e-6)
    assert mean_field.fixed_variance("relu", 2.1) == math.inf


def test_below_the_critical_line_inputs_become_alike_at_the_rate_of_gradients_and_above_they_do_not():
    assert mean_field.fixed_cosine("tanh", 1.0, 0.05) == pytest.approx(1)
    assert mean_field.cosine_factor("tanh", 1.0, 0.05) == pytest.approx(0.7590, rel=CLOSE)
    assert mean_field.fixed_cosine("tanh", 4.0, 0.05) < 0.2
    assert mean_field.cosine_factor("tanh", 4.0, 0.05) < 1


def test_depth_scales_are_minus_one_over_the_logarithm():
    assert mean_field.depth_scale(math.exp(-0.25)) == pytest.approx(4)
    assert mean_field.depth_scale(1.0) == math.inf


@given(st.sampled_from(ACTIVATIONS), VARIANCES)
def test_the_correlation_of_equal_inputs_stays_1(activation, variance):
    assert mean_field.next_cosine(activation, 1.5, 0.1, variance, 1.0) == pytest.approx(1, abs=1e-6)


@given(st.sampled_from(ACTIVATIONS), VARIANCES)
def test_independent_values_have_the_product_of_their_means(activation, variance):
    value = activation_of(activation).value
    assert mean_product(value, variance, 0.0) == pytest.approx(mean(value, variance) ** 2, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_of_the_catalogue_has_its_slope(name):
    activation, z = activation_of(name), np.linspace(-5, 5, 100)
    measured = (activation.value(z + 1e-6) - activation.value(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(activation.slope(z), measured, atol=1e-8)
    assert set(FUNCTIONS) == set(ACTIVATIONS)


# ---- normalisation (t04), shortcuts (t05), linear maps (t06), LSUV (t07), recurrence (t11)


def test_batch_norm_grows_gradients_by_pi_over_pi_minus_1_with_relu_and_by_its_batch_without():
    assert normalized.relu_factor() == pytest.approx(1.46694, rel=1e-5)
    assert math.sqrt(normalized.relu_factor()) == pytest.approx(1.2112, rel=1e-4)
    assert [normalized.linear_factor(rows) for rows in (4, 6, 10)] == pytest.approx([2, 1.333, 1.143], rel=CLOSE)


def test_plain_shortcuts_double_scaled_ones_stay_below_e_and_normalised_ones_grow_as_a_power():
    assert shortcuts.plain_factor(20) == pytest.approx(2**20)
    assert shortcuts.plain_factor(1, scale=math.sqrt(0.05)) == pytest.approx(1.05)
    assert shortcuts.scaled_factor(20) < shortcuts.scaled_factor(1000) < math.e
    assert shortcuts.normalized_factor(32) == pytest.approx(81.9, rel=CLOSE)
    power = math.log(shortcuts.normalized_factor(4000) / shortcuts.normalized_factor(2000)) / math.log(2)
    assert power == pytest.approx(1.467, rel=CLOSE)


def test_products_of_orthogonal_maps_stretch_by_their_gains_and_gaussian_ones_unevenly():
    assert linear_maps.orthogonal_singular_value(20, 1.1) == pytest.approx(1.1**20)
    assert linear_maps.orthogonal_singular_value(50) == 1
    assert (linear_maps.gaussian_square(10), linear_maps.gaussian_fourth_power(10)) == (1, 11)


def test_gaussian_maps_really_have_a_mean_fourth_power_of_11_after_10_layers():
    draw, width = np.random.default_rng(0), 150
    products = [np.linalg.multi_dot(draw.normal(size=(10, width, width)) / math.sqrt(width)) for _ in range(12)]
    values = np.linalg.svd(products, compute_uv=False)
    assert np.mean(values**2) == pytest.approx(1, rel=0.05)
    assert np.mean(values**4) == pytest.approx(11, rel=0.1)


@pytest.mark.parametrize(
    ("activation", "scale"), [("linear", 1), ("relu", 1.41421), ("tanh", 1.5925), ("sigmoid", 1.846)]
)
def test_lsuv_scales_by_one_over_the_root_of_what_the_activation_leaves(activation, scale):
    assert lsuv.lsuv_scale(activation) == pytest.approx(scale, rel=CLOSE)


def test_gradients_through_time():
    assert recurrence.linear_recurrence(1.1, 60) == pytest.approx(304.482, rel=1e-5)
    assert recurrence.forget_gate(1.0, 30) == pytest.approx(8.290e-5, rel=CLOSE)


# ---- silent units (t12)


@pytest.mark.parametrize(("width", "layers", "share"), [(2, 5, 0.7627), (3, 10, 0.737), (5, 20, 0.470)])
def test_narrow_deep_relu_networks_are_born_dead(width, layers, share):
    assert dead_network_share(width, layers) == pytest.approx(share, rel=CLOSE)
    assert dead_layer_share(width) == 2.0**-width


def test_tanh_saturates_as_the_normal_distribution_says():
    variance = mean_field.fixed_variance("tanh", 4.0, 0.05)
    assert saturated_share("tanh", variance, 0.95) == pytest.approx(0.2164, rel=CLOSE)
    assert saturated_share("tanh", 4.0) == pytest.approx(2 * (1 - normal_cdf(math.atanh(0.99) / 2)))
    assert saturated_share("sigmoid", 4.0) == pytest.approx(2 * (1 - normal_cdf(math.log(99) / 2)))
    assert saturated_share("tanh", 0.0) == 0


@given(st.floats(0, 0.999), st.integers(1, 200))
def test_units_die_more_often_for_alike_rows_and_less_for_many(cosine, rows):
    share = dead_unit_share(cosine, rows)
    assert 2.0**-rows - 1e-9 <= share <= 0.5 + 1e-9
    assert dead_unit_share(cosine, rows + 1) <= share + 1e-9


def test_two_rows_are_both_below_0_as_often_as_the_angle_between_them_says():
    share = 0.5 - math.acos(0.6) / (2 * math.pi)
    assert dead_unit_share(0.6, 2) == pytest.approx(share, rel=1e-4)


# ---- kernels and heads


@pytest.mark.parametrize(
    ("chosen", "variance"),
    [
        (Choice("he_uniform"), 2 / 200), (Choice("he_normal"), 2 / 200), (Choice("glorot_uniform"), 2 / 300),
        (Choice("glorot_normal"), 2 / 300), (Choice("lecun_uniform"), 1 / 200), (Choice("lecun_normal"), 1 / 200),
        (Choice.of("orthogonal", gain=2.0), 4 / 200), (Choice.of("scaled_normal", gain=3.0), 9 / 200),
        (Choice("random_normal"), 0.0025), (Choice.of("random_uniform", minval=-0.3, maxval=0.3), 0.03),
        (Choice.of("truncated_normal", stddev=1.0), 0.774), (Choice.of("VarianceScaling", scale=3.0), 3 / 200),
        (Choice.of("VarianceScaling", mode="fan_out"), 1 / 100),
        (Choice.of("VarianceScaling", mode="fan_avg"), 1 / 150), (Choice("zeros"), 0.0), (Choice("lsuv"), 1 / 200),
    ],
)  # fmt: skip
def test_the_variance_of_every_kernel(chosen, variance):
    assert kernel_variance(chosen, 200, 100) == pytest.approx(variance, rel=CLOSE)


@pytest.mark.parametrize(
    "chosen",
    [Choice("ones"), Choice.of("aligned", strength=0.1), Choice.of("random_normal", mean=0.1),
     Choice.of("random_uniform", minval=0.0), Choice.of("truncated_normal", mean=-1.0), Choice("retired")],
)  # fmt: skip
def test_kernels_off_centre_have_no_variance_here(chosen):
    assert kernel_variance(chosen, 200, 100) is None


def test_every_initialiser_of_the_catalogue_is_known_or_off_centre():
    none = {name for name in INITIALIZERS if kernel_variance(Choice(name), 3, 3) is None}
    assert none == {"ones", "aligned"}


@given(st.integers(2, 20), st.floats(0, 30), st.floats(-1, 1))
def test_gradients_at_a_softmax_are_alike_only_where_its_logits_are(classes, variance, cosine):
    found = softmax_head(classes, variance, cosine)
    assert 0 <= found.cosine <= 0.6
    assert found.cosine == 0 or cosine > 0
    assert 0.9 <= found.radial <= classes + 1e-9


# ---- refusals


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: activation_of("swish2"), "unknown activation 'swish2'"),
        (lambda: mean_field.fixed_variance("tanh", -1.0), r"`weight_variance` must be >= 0\. Received"),
        (lambda: mean_field.fixed_variance("tanh", math.nan), r"`weight_variance` must be >= 0\. Received"),
        (lambda: mean_field.depth_scale(0.0), r"`factor` must be > 0\. Received: factor=0\.0"),
        (lambda: rectifiers.total_factor(0, 1.0), "`inputs` must be at least 1"),
        (lambda: rectifiers.element_factor(3, math.nan), "`kernel_variance` must be >= 0"),
        (lambda: rectifiers.next_cosine(1.1), "`cosine` must be from -1 to 1"),
        (lambda: normalized.linear_factor(3), "`batch_size` must be at least 4"),
        (lambda: shortcuts.normalized_factor(3, 0.0), "`start` must be > 0"),
        (lambda: shortcuts.plain_factor(-1), "`blocks` must be a whole number >= 0"),
        (lambda: recurrence.linear_recurrence(1.0, -1), "`steps` must be a whole number >= 0"),
        (lambda: dead_layer_share(0), "`width` must be a whole number >= 1"),
        (lambda: dead_unit_share(math.nan, 3), "`cosine` must be at most 1"),
        (lambda: saturated_share("tanh", 1.0, 1.0), "`threshold` must be above 0 and below 1"),
        (lambda: saturated_share("sigmoid", -1.0), "`variance` must be >= 0"),
    ],
)
def test_bad_numbers_are_refused_in_a_sentence(call, sentence):
    with pytest.raises(RefusedError, match=sentence):
        call()
