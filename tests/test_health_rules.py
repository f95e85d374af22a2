"""Each rule of the health check on traces written by hand: the layer, step, value and sentence that it finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradcore.health import CRITICAL, INFO, RULES, WARNING
from gradcore.health.advice import loss_at_start
from gradcore.health.flatness import wakes
from gradcore.health.training import signal_growth
from gradcore.specs import Thresholds
from tests.check_traces import make_check, make_setup

USUAL = Thresholds()
NAN, INF = float("nan"), float("inf")
DEEP = ("dense_1", "dense_2", "dense_3", "dense_4", "output")


def find(rule, trace, **thresholds):
    return RULES[rule].find(trace, Thresholds(**thresholds))


def the_finding(rule, trace, **thresholds):
    (found,) = find(rule, trace, **thresholds)
    return found


def test_a_sound_network_gives_no_rule_anything_to_find():
    trace = make_check(steps=120)
    assert {name: rule.find(trace, USUAL) for name, rule in RULES.items()} == {name: [] for name in RULES}


def test_nan_in_the_first_loss_is_not_finite_and_names_the_first_layer_forwards():
    forward = [True, False, False]
    found = the_finding("non_finite", make_check(loss=[NAN] * 4, forward_finite=forward))
    assert (found.layer, found.step, found.severity) == ("dense_2", 0, CRITICAL)
    assert np.isnan(found.value)
    assert found.evidence == (
        "At the first step the loss is NaN; forwards dense_2 is the first layer with values that are not finite."
    )
    assert found.advice.startswith("Its values overflow")


def test_nan_in_the_first_layer_points_at_the_inputs():
    found = the_finding("non_finite", make_check(loss=[NAN] * 4, forward_finite=False))
    assert (found.layer, found.advice.split(",")[0]) == ("dense_1", "Look for NaN or Inf in the inputs first")


def test_a_gradient_that_is_not_finite_names_the_layer_nearest_to_the_head():
    norms = np.full(6, 0.1)
    norms[[0, 2]] = INF  # the kernels of dense_1 and dense_2
    found = the_finding("non_finite", make_check(gradient_norm=norms))
    assert (found.layer, found.value) == ("dense_2", 2.0)
    assert "backwards dense_2 is the first layer whose gradient is not finite" in found.evidence


def test_a_signal_that_is_not_finite_is_found_although_norms_and_loss_are():
    assert the_finding("non_finite", make_check(signal=[NAN, 0.5, 0.5])).layer == "dense_1"


def test_a_missing_gradient_of_a_variable_that_is_cut_off_is_not_called_non_finite():
    setup = make_setup(cut=["dense_1/kernel", "dense_1/bias"])
    trace = make_check(setup, gradient_norm=[NAN, NAN, 1, 1, 1, 1], signal=[NAN, 1, 1])
    assert find("non_finite", trace) == find("diverged", trace) == []


@pytest.mark.parametrize(
    ("loss", "step", "value"),
    [
        ([1, 2, 1001, NAN], 2, 1001.0),
        ([1, 2, 1000, 1000], None, None),
        ([1, INF, 1, 1], 1, INF),
        ([0, 5, 5, 5], None, None),
    ],
)
def test_diverged_is_the_first_later_step_above_a_thousand_times_the_first_loss(loss, step, value):
    found = find("diverged", make_check(loss=loss, error=1.0))
    assert [(one.step, one.value) for one in found] == ([] if step is None else [(step, value)])


def test_a_divergence_that_is_over_is_information_where_the_network_trains():
    loss, error = [1, 5000, 2, 0.5], [0.9, 1.4, 1.0, 0.4]
    found = the_finding("diverged", make_check(loss=loss, error=error))
    assert (found.severity, found.step) == (INFO, 1)
    assert found.evidence == (
        "The loss is 5000 at step 1, 5000 times that of the first step; it trains nevertheless, with 40 % of the error "
        "of a guess."
    )
    assert the_finding("diverged", make_check(loss=loss, error=1.0)).severity == CRITICAL
    assert the_finding("diverged", make_check(loss=[1, 2, 2, 5000], error=error)).severity == CRITICAL


def test_one_diverged_seed_of_two_is_found():
    loss = np.array([[1.0, 1.0], [1.0, NAN], [1.0, NAN], [1.0, NAN]])
    assert the_finding("diverged", make_check(seeds=2, loss=loss)).step == 1


def test_a_later_gradient_that_is_not_finite_counts_as_diverged_and_names_its_layer():
    norms = np.full((4, 1, 6), 0.1)
    norms[3, 0, 2] = NAN
    found = the_finding("diverged", make_check(gradient_norm=norms))
    assert (found.layer, found.step) == ("dense_2", 3)


def test_symmetric_needs_every_hidden_layer_and_leaves_out_the_head():
    assert the_finding("symmetric", make_check(equal_columns=[True, True, False])).evidence == (
        "At step 3 all units of each of the 2 hidden layers have the same incoming weights, so each layer is worth one "
        "unit."
    )
    assert find("symmetric", make_check(equal_columns=[True, False, True])) == []


def test_units_that_are_alike_at_the_first_step_only_are_information():
    equal = np.zeros((4, 1, 3), bool)
    equal[0] = True
    assert the_finding("symmetric", make_check(equal_columns=equal)).severity == INFO


@pytest.mark.parametrize("rule", ["symmetric", "dead", "correlation_collapse"])
def test_a_network_without_hidden_layers_has_none_to_be_sick(rule):
    setup = make_setup(("output",))
    assert find(rule, make_check(setup, equal_columns=True, dead_units=1, active=0, cosine=1)) == []


def test_dead_names_the_layer_with_most_dead_units_at_the_last_sample():
    units = np.zeros((4, 1, 3))
    units[-1, 0] = [0.6, 0.78125, 1.0]  # the head is no hidden layer
    found = the_finding("dead", make_check(dead_units=units))
    assert (found.layer, found.step, found.threshold) == ("dense_2", 3, 0.5)
    assert found.evidence == (
        "78.1 % of the units of dense_2 are flat on every probe row at step 3; 2 of 2 hidden layers are like that."
    )


def test_saturated_is_a_small_share_of_activations_that_are_not_flat():
    found = the_finding("dead", make_check(make_setup(activation="tanh"), active=[0.125, 0.3, 1.0]))
    assert (found.layer, found.value, found.threshold) == ("dense_1", 0.125, 0.25)
    assert found.evidence.startswith("Only 12.5 % of the activations of dense_1 (tanh) are not flat at step 3")


def test_a_layer_whose_values_are_not_finite_is_not_called_dead():
    units, finite = np.zeros((4, 1, 3)), np.ones((4, 1, 3), bool)
    units[-1, 0] = [0.6, 0.78125, 1.0]
    finite[-1, 0, 1] = False
    assert the_finding("dead", make_check(dead_units=units, forward_finite=finite)).layer == "dense_1"


def test_units_that_revive_are_not_dead():
    units = np.zeros((4, 1, 3))
    units[0] = 1.0
    assert find("dead", make_check(dead_units=units)) == []


def dying(first, last, **changed):
    units = np.zeros((4, 1, 3))
    units[0, 0, 0], units[-1, 0, 0] = first, last
    return make_check(dead_units=units, **changed)


def test_units_that_die_in_training_are_dead():
    assert the_finding("dead", dying(0.0, 0.9)).value == pytest.approx(0.9)


def test_units_that_die_because_the_signal_vanished_or_exploded_are_not_called_dead():
    assert find("dead", dying(0.0, 0.9, signal=[1e-6, 1e-3, 1])) == []
    assert find("dead", dying(0.0, 0.9, signal=[1e6, 1e3, 1])) == []
    assert the_finding("dead", dying(0.9, 0.9, signal=[1e-6, 1e-3, 1])).layer == "dense_1"


SIGNS = {
    "dead": {"dead_units": 0.9},
    "vanishing": {"signal": [1e-6, 1e-3, 1.0]},
    "exploding": {"signal": [25.0, 5.0, 1.0]},
    "correlation_collapse": {"cosine": 0.99},
}


@pytest.mark.parametrize("rule", SIGNS)
def test_what_does_not_keep_a_network_from_training_is_information(rule):
    found = the_finding(rule, make_check(error=0.5, loss=2.0, **SIGNS[rule]))
    assert found.severity == INFO
    assert found.evidence.endswith("; it trains nevertheless, with 50 % of the error of a guess.")
    assert the_finding(rule, make_check(error=0.5, loss=2.0, **SIGNS[rule]), learns=0.4).severity == CRITICAL
    assert the_finding(rule, make_check(error=0.8, loss=2.0, **SIGNS[rule])).severity == CRITICAL


def test_an_error_that_falls_does_not_excuse_a_signal_that_runs_away_to_the_end():
    for last, severity in ((31.0, CRITICAL), (29.0, INFO)):
        signal = np.ones((30, 1, 3))
        signal[:, 0, 0] = [100.0] * 20 + [last] * 10
        assert the_finding("exploding", make_check(steps=30, error=0.5, signal=signal)).severity == severity


def moving(share, **changed):
    """Return a check that does not train, each hidden layer of which moves by such a share of its weights a step."""
    gradient = np.array([1.0, 0.0, 1.0, 0.0, 4.0, 0.0]) * share  # weights of 1 and a head that moves as far as its own
    norms = {"gradient_norm": gradient, "weight_norm": [1, 0, 1, 0, 1, 0], "update_norm": [0, 0, 0, 0, 4 * share, 0]}
    return make_check(steps=30, error=1.0, **{**norms, **changed})


@pytest.mark.parametrize("rule", ["dead", "vanishing"])
def test_a_network_whose_every_layer_moves_stands_on_a_plateau_and_is_not_sick(rule):
    found = the_finding(rule, moving(4.5e-4, **SIGNS[rule]))
    assert found.severity == INFO
    assert found.evidence.endswith(
        "; no hidden layer stands still, the least moves by a share of 4.5e-4 a step and its signal is 1 times that at "
        "first."
    )
    assert the_finding(rule, moving(2.5e-4, **SIGNS[rule])).severity == CRITICAL
    assert the_finding(rule, moving(2.5e-4, **SIGNS[rule]), moves=2e-4).severity == INFO


@pytest.mark.parametrize(("share", "growth", "severity"), [
    (2e-4, 1.4, CRITICAL), (2e-4, 1.6, INFO), (4e-4, 0.7, CRITICAL), (4e-4, 0.8, INFO), (1e-5, 31.0, INFO),
])  # fmt: skip
def test_motion_is_looked_ahead_by_the_growth_of_the_signal(share, growth, severity):
    signal = np.ones((30, 1, 3))
    signal[:, 0, 0] = [1e-4] * 20 + [growth * 1e-4] * 10
    assert the_finding("vanishing", moving(share, signal=signal)).severity == severity


@pytest.mark.parametrize(
    ("early", "late", "growth"), [(0.0, 0.0, 0.0), (0.0, 0.5, 1.0), (0.5, 0.0, 0.0), (0.5, 1.0, 2.0)]
)
def test_growth_from_nothing_has_no_measure_and_what_is_gone_does_not_grow(early, late, growth):
    signal = np.full((30, 1, 3), 4.0)
    signal[:, 0, 0] = [early] * 20 + [late] * 10
    assert signal_growth(make_check(steps=30, signal=signal)) == growth


def test_an_optimizer_that_moves_every_layer_alike_does_not_hide_that_one_gets_no_signal():
    gradient = [1e-7, 0, 1e-3, 0, 0.1, 0]
    adam = {"gradient_norm": gradient, "weight_norm": [1, 0, 1, 0, 1, 0], "update_norm": [3e-3, 0, 3e-3, 0, 3e-3, 0]}
    assert the_finding("vanishing", make_check(signal=[1e-6, 1e-3, 1.0], **adam)).severity == CRITICAL


def test_motion_does_not_excuse_saturated_units_since_a_signal_comes_back_through_them():
    tanh = make_setup(activation="tanh")
    assert the_finding("dead", moving(1e-2, setup=tanh, active=0.1)).severity == CRITICAL


def flat_layer(activation, early, late):
    """Return a check whose layers move, the first of them flat but for so many elements of 6,144 on probe rows."""
    active = np.full((30, 1, 3), 0.5)
    active[:, 0, 0] = np.array([*early, *[9] * 10, *late]) / 6144
    return moving(1e-2, setup=make_setup(activation=activation), active=active)


SMOOTH = ("elu", "selu", "gelu", "silu", "softplus")


@pytest.mark.parametrize("activation", SMOOTH)
def test_motion_excuses_a_flat_layer_of_a_smooth_activation_only_where_it_wakes(activation):
    assert the_finding("dead", flat_layer(activation, [9] * 10, [10] * 10)).severity == INFO
    for early, late in (([9] * 10, [9] * 10), ([9] * 9 + [10], [10] * 10), ([9] * 10, [20] * 9 + [9])):
        assert the_finding("dead", flat_layer(activation, early, late)).severity == CRITICAL


def test_motion_excuses_a_flat_layer_of_relu_through_whose_flat_part_no_noise_comes():
    assert the_finding("dead", flat_layer("relu", [10] * 10, [9] * 10)).severity == INFO


@pytest.mark.parametrize(("sampled", "active", "awake"), [
    ([0], [0.1], False), ([0, 20], [0.1, 0.2], True), ([0, 20], [0.2, 0.2], False),
    ([0, 5, 15, 25], [0.1, 0.2, 0.9, 0.3], True), ([0, 5, 15, 25], [0.1, 0.4, 0.9, 0.3], False),
    ([12, 29], [0.1, 0.2], True), ([0, 29], [0.1, np.nan], False),
])  # fmt: skip
def test_a_layer_wakes_of_which_late_samples_all_show_more_than_early_ones(sampled, active, awake):
    shares = np.full((len(sampled), 1, 3), 0.5)
    shares[:, 0, 1] = active
    assert wakes(make_check(steps=30, sampled=sampled, active=shares), 1) is awake


@given(hnp.arrays(np.float32, 30, elements=st.floats(0, 1, width=32)))
def test_no_layer_wakes_both_forwards_and_backwards_in_time(active):
    shares = np.full((30, 1, 3), 0.5)
    shares[:, 0, 0] = active
    assert not (wakes(make_check(steps=30, active=shares), 0) and wakes(make_check(steps=30, active=shares[::-1]), 0))


def test_rows_that_look_alike_are_part_of_a_weak_signal_on_a_plateau():
    assert the_finding("correlation_collapse", moving(1e-3, cosine=0.99)).severity == CRITICAL
    assert the_finding("correlation_collapse", moving(1e-3, cosine=0.99, signal=[5e-3, 0.1, 1])).severity == INFO


def test_whether_a_network_trains_is_read_from_the_last_tenth_of_the_steps():
    error = np.full(30, 1.0)
    error[-1] = 0.2  # one easy batch of three
    assert the_finding("vanishing", make_check(steps=30, error=error, **SIGNS["vanishing"])).severity == CRITICAL
    error[-2] = 0.3
    assert the_finding("vanishing", make_check(steps=30, error=error, **SIGNS["vanishing"])).severity == INFO


def test_where_rows_are_alike_a_sound_layer_has_half_of_its_units_off():
    assert find("dead", dying(0.7, 0.7, cosine=[0.98, 0.3, 0.3])) == []
    assert the_finding("dead", dying(0.8, 0.8, cosine=[0.98, 0.3, 0.3])).threshold == 0.75
    assert the_finding("dead", dying(0.8, 0.8, cosine=[0.98, 0.3, 0.3]), dead_alike=0.7).threshold == 0.7
    assert the_finding("dead", dying(0.7, 0.7, setup=make_setup(activation="elu"), cosine=0.98)).threshold == 0.5
    tanh = make_setup(activation="tanh")
    assert find("dead", make_check(tanh, active=0.2, cosine=0.98)) == []
    assert the_finding("dead", make_check(tanh, active=0.1, cosine=0.98)).threshold == 0.125


def test_a_relu_may_be_sparse_where_tanh_would_be_saturated():
    assert find("dead", make_check(active=0.1)) == []
    assert the_finding("dead", make_check(active=0.05)).threshold == 0.0625


def test_converged_looks_at_the_error_of_the_last_step():
    found = the_finding("converged", make_check(error=[1.0, 0.5, 0.1, 0.03125]))
    assert (found.severity, found.value, found.step) == (INFO, 0.03125, 3)
    assert find("converged", make_check(error=[0.01, 0.01, 0.01, 0.06])) == []


def test_vanishing_names_the_layer_with_the_least_signal():
    found = the_finding("vanishing", make_check(signal=[1e-6, 1e-3, 1.0]))
    assert (found.layer, found.step, found.threshold, found.severity) == ("dense_1", 0, 5e-3, CRITICAL)
    assert found.value == pytest.approx(1e-6)
    assert found.evidence == (
        "a = 1e-6 at dense_1, below 0.005; on its way back the signal shrinks by a factor of 1000 a layer; 2 of 3 "
        "layers are like that."
    )


def test_the_warn_band_gives_a_warning():
    assert the_finding("vanishing", make_check(signal=[7e-3, 0.5, 1])).severity == WARNING
    assert the_finding("exploding", make_check(signal=[12, 10, 1])).severity == WARNING
    assert find("vanishing", make_check(signal=[0.02, 0.5, 1])) == find("exploding", make_check(signal=[9, 5, 1])) == []


def test_exploding_names_the_layer_with_the_most_signal():
    found = the_finding("exploding", make_check(signal=[1e4, 100.0, 1.0]))
    assert (found.layer, found.value, found.threshold) == ("dense_1", 1e4, 15.0)
    assert "grows by a factor of 100 a layer" in found.evidence


def test_the_signal_is_the_median_of_the_first_ten_steps():
    signal = np.ones((30, 1, 3))
    signal[:, 0, 0] = [1e-6] * 4 + [1.0] * 6 + [1e-6] * 20
    assert find("vanishing", make_check(steps=30, signal=signal)) == []
    signal[:6, 0, 0] = 1e-6
    assert the_finding("vanishing", make_check(steps=30, signal=signal)).value == pytest.approx(1e-6)


def test_the_signal_is_the_median_over_the_seeds():
    signal = np.ones((4, 3, 3))
    signal[:, 0, 0] = 1e-6
    assert find("vanishing", make_check(seeds=3, signal=signal)) == []
    signal[:, 1, 0] = 1e-5
    assert the_finding("vanishing", make_check(seeds=3, signal=signal)).value == pytest.approx(1e-5)


def test_a_recurrent_layer_is_judged_by_its_first_time_step_over_its_last():
    setup = make_setup(("rnn_1", "output"), activation="tanh", recurrent=[0])
    found = the_finding("vanishing", make_check(setup, signal=[1, 1], time_signal=[1e-6, 0.5]))
    assert (found.layer, found.value) == ("rnn_1", pytest.approx(2e-6))
    assert "attention" in found.advice
    assert the_finding("exploding", make_check(setup, time_signal=[4e3, 0.5])).value == 8e3


def test_through_time_300_times_less_signal_is_enough_and_it_may_come_back_later():
    setup = make_setup(("rnn_1", "output"), activation="tanh", recurrent=[0])
    weak = make_check(setup, time_signal=[2e-5, 1])
    assert (the_finding("vanishing", weak).severity, the_finding("vanishing", weak).threshold) == (
        WARNING,
        pytest.approx(1e-2 / 300),
    )
    assert the_finding("vanishing", weak, through_time=1).severity == CRITICAL
    assert find("vanishing", make_check(setup, time_signal=[1e-4, 1])) == []
    comes_back = np.ones((30, 1, 1, 2))
    comes_back[:15, 0, 0, 0] = 1e-8
    assert find("vanishing", make_check(setup, steps=30, time_signal=comes_back)) == []


def test_through_time_twice_as_much_signal_may_come_back_before_it_explodes():
    setup = make_setup(("rnn_1", "output"), activation="tanh", recurrent=[0])
    some, much = (the_finding("exploding", make_check(setup, time_signal=[value, 1])) for value in (20, 31))
    assert ((some.severity, some.threshold), (much.severity, much.threshold)) == ((WARNING, 15.0), (CRITICAL, 30.0))
    assert the_finding("exploding", make_check(setup, time_signal=[31, 1]), runaway=40).severity == WARNING
    assert the_finding("exploding", make_check(setup, time_signal=[99, 1]), exploding=90).threshold == 90.0
    assert the_finding("exploding", make_check(setup, error=0.5, time_signal=[99, 1])).severity == INFO


def test_no_signal_at_all_has_vanished():
    assert the_finding("vanishing", make_check(signal=0.0)).value == 0.0


def test_the_score_of_attention_is_beside_the_path():
    setup = make_setup(("rnn_1", "attention_score", "output"), recurrent=[0])
    assert find("vanishing", make_check(setup, signal=[1, 1e-6, 1])) == []


def test_a_layer_that_is_cut_off_is_listed_and_nothing_else():
    setup = make_setup(("dense_1", "branch", "output"), cut=["branch/kernel", "branch/bias"])
    trace = make_check(setup, signal=[1, 0, 1], dead_units=[0, 1, 0])
    assert find("vanishing", trace) == find("dead", trace) == []
    found = the_finding("disconnected", trace)
    assert (found.layer, found.value, found.step) == ("branch", 2.0, None)
    assert found.evidence == (
        "No gradient ever reaches branch/kernel and branch/bias: the loss is not differentiated by it."
    )


def test_correlation_collapse_looks_at_the_last_sample_of_hidden_dense_layers():
    found = the_finding("correlation_collapse", make_check(cosine=[0.5, 0.98, 1.0], error=1.0))
    assert (found.layer, found.step, found.threshold) == ("dense_2", 3, 0.95)
    setup = make_setup(("rnn_1", "output"), recurrent=[0])
    assert find("correlation_collapse", make_check(setup, cosine=[0.99, 0.99])) == []


def test_rows_that_look_alike_while_the_loss_still_falls_are_information():
    stands = make_check(steps=40, cosine=0.98, error=1.0)
    assert the_finding("correlation_collapse", stands).severity == CRITICAL
    falls = make_check(steps=40, cosine=0.98, error=1.0, loss=np.linspace(2.3, 2.2, 40))
    assert the_finding("correlation_collapse", falls).severity == INFO


def stuck(**changed):
    noise = np.random.default_rng(0).normal(size=200)
    given = {"loss": 2.3 + 0.1 * noise, "error": 1.0, "signal_square": 0.01, "noise_trace": 6.4}
    return make_check(steps=200, **{**given, **changed})


def test_noise_floor_is_a_loss_that_stays_high_while_the_gradient_is_noise():
    found = the_finding("noise_floor", stuck())
    assert (found.step, found.threshold) == (100, 1.0)
    assert found.value == pytest.approx(0.1)  # 0.01 / (6.4 / 64)


@pytest.mark.parametrize(
    "changed",
    [{"error": 0.9}, {"signal_square": 0.2}, {"loss": np.linspace(2.3, 2.0, 200)}, {"noise_trace": 0.0}],
    ids=["something is learned", "the gradient is signal", "the loss falls", "no noise was measured"],
)
def test_it_is_no_noise_floor_where(changed):
    assert find("noise_floor", stuck(**changed)) == []


def test_noise_is_averaged_before_it_is_divided():
    square = np.full((200, 1), -0.05)
    square[::2] = 0.07  # single estimates may lie below zero; their mean is 0.01
    assert the_finding("noise_floor", stuck(signal_square=square)).value == pytest.approx(0.1, rel=1e-5)


def test_a_sum_that_cancels_to_rounding_is_a_structural_zero_with_its_reason():
    setup = make_setup(zeros={"dense_2/bias": "The batch normalisation norm_2 subtracts the mean."})
    found = the_finding("structural_zero", make_check(setup, cancellation=[0.1, 3e-8, NAN]))
    assert (found.layer, found.severity, found.value) == ("dense_2", INFO, pytest.approx(3e-8))
    assert found.threshold == pytest.approx(64 * 2**-23)
    assert found.evidence == (
        "The gradient of dense_2/bias cancels to 3e-8, which is rounding: the batch normalisation norm_2 subtracts the "
        "mean."
    )


def test_a_sum_that_cancels_for_no_known_reason_says_so():
    assert the_finding("structural_zero", make_check(cancellation=[1e-8, 1, 1])).evidence.endswith(
        "which is rounding: the sum cancels to rounding."
    )


def test_a_bias_that_should_be_zero_and_is_not_is_none():
    setup = make_setup(zeros={"dense_2/bias": "The batch normalisation norm_2 subtracts the mean."})
    assert find("structural_zero", make_check(setup)) == []


@pytest.mark.parametrize("changed", [{"error": 0.01}, {"signal": 0.0}], ids=["fitted", "no signal"])
def test_cancellation_says_nothing_where(changed):
    assert find("structural_zero", make_check(cancellation=1e-8, **changed)) == []


def test_one_sample_that_does_not_cancel_clears_a_bias():
    kappa = np.full((4, 1, 3), 1e-8)
    kappa[2] = 0.1
    assert find("structural_zero", make_check(cancellation=kappa)) == []


def test_an_offset_that_must_be_zero_is_found_by_its_share_of_the_gradient():
    setup = make_setup(zeros={"dense_1/kernel": "Made up."})
    assert find("structural_zero", make_check(setup)) == []
    found = the_finding("structural_zero", make_check(setup, gradient_norm=[1e-9, 0.5, 1, 1, 1, 1]))
    assert (found.layer, found.formula) == ("dense_1", "|gradient of the variable| / |whole gradient|")


def test_updates_below_the_band_call_for_a_higher_rate():
    found = the_finding("update_ratio", make_check(steps=40, update_norm=5e-4))
    assert (found.severity, found.step, found.threshold) == (INFO, 30, 3e-4)
    assert found.value == pytest.approx(1e-4)
    assert find("update_ratio", make_check(steps=10, update_norm=5e-4)) == []


def test_updates_above_the_band_are_only_said_late():
    assert find("update_ratio", make_check(steps=50, update_norm=0.5)) == []
    assert the_finding("update_ratio", make_check(steps=100, update_norm=0.5)).threshold == 1e-2


def test_a_first_loss_far_above_a_guess_is_told():
    (found,) = loss_at_start(make_check(loss=[3.19, 3, 3, 2.24]), USUAL, classes=10)
    assert found.value == pytest.approx(3.19 - 2.302585, rel=1e-5)
    assert found.evidence == (
        "The first loss is 3.19, where equal chances for 10 classes have 2.3: the logits start with a variance of "
        "about 1.8."
    )
    assert loss_at_start(make_check(loss=[2.5, 2, 2, 2]), USUAL, classes=10) == []
    assert loss_at_start(make_check(loss=[9, 2, 2, 2]), USUAL) == []


def test_every_finding_has_a_formula_an_advice_and_its_evidence_in_one_sentence():
    traces = [
        make_check(loss=[NAN] * 4), make_check(loss=[1, 1e9, 1, 1]), make_check(equal_columns=True),
        make_check(dead_units=1.0), make_check(error=0.01), make_check(signal=[1e-9, 1e-4, 1]),
        make_check(signal=[1e9, 1e4, 1]), make_check(cosine=0.99), stuck(), make_check(cancellation=1e-8),
        make_check(make_setup(cut=["dense_1/bias"])), make_check(steps=40, update_norm=1e-5),
        make_check(steps=14, gradient_norm=np.geomspace(1, 1e6, 14)[:, None, None].repeat(6, axis=2)),
    ]  # fmt: skip
    found = [one for trace in traces for rule in RULES.values() for one in rule.find(trace, USUAL)]
    assert {one.rule for one in found} == set(RULES) - {"loss_at_start"}
    for one in found:
        assert one.formula
        for text in (one.evidence, one.advice):
            assert text.endswith(".")
            assert ". " not in text
