"""The measures of the health check on traces written by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gradcore.health import (
    backprop_ratio,
    early_ratio,
    kernel_names,
    last_error,
    layer_update_ratio,
    noise_scale,
    on_path,
    signal_to_noise,
    slope,
    update_ratio,
)
from gradcore.health.measures import median
from tests.check_traces import make_check, make_setup

NAN, INF = float("nan"), float("inf")
DEEP = (*(f"dense_{number}" for number in range(1, 7)), "output")


def test_the_ratio_is_that_to_the_head():
    assert backprop_ratio(make_check(signal=[0.02, 0.1, 0.2]))[0, 0] == pytest.approx([0.1, 0.5, 1.0])


def test_nothing_that_comes_back_is_zero_and_not_undefined():
    assert backprop_ratio(make_check(signal=0.0))[0, 0].tolist() == [0.0, 0.0, 0.0]
    assert backprop_ratio(make_check(signal=[1, 0, 0]))[0, 0].tolist() == [INF, 0.0, 0.0]


def test_a_broken_signal_stays_broken():
    assert np.isnan(backprop_ratio(make_check(signal=[NAN, 1, 1]))[0, 0]).tolist() == [True, False, False]


def test_recurrent_layers_compare_time_steps_and_others_layers():
    setup = make_setup(("rnn_1", "rnn_2", "output"), recurrent=[0, 1])
    trace = make_check(setup, signal=[9, 9, 3], time_signal=[[0.1, 0.2], [0.3, 0.1]])
    assert backprop_ratio(trace)[0, 0] == pytest.approx([0.5, 3.0, 1.0])


def test_what_is_not_on_the_path_has_no_early_ratio():
    setup = make_setup(("rnn_1", "attention_score", "branch", "output"), cut=["branch/kernel", "branch/bias"])
    assert on_path(make_check(setup)).tolist() == [True, False, False, True]
    assert np.isnan(early_ratio(make_check(setup))).tolist() == [False, True, True, False]


def test_steps_after_the_loss_blew_up_do_not_count():
    signal = np.ones((4, 1, 3))
    signal[2:, 0, 0] = 1e6
    assert early_ratio(make_check(signal=signal, loss=[1, 1, 2000, 5])).tolist() == [1.0, 1.0, 1.0]
    assert np.isnan(early_ratio(make_check(signal=signal, loss=[NAN, 1, 1, 1]))).all()


def test_a_layer_of_which_only_the_bias_is_cut_off_stays_on_the_path():
    assert on_path(make_check(make_setup(cut=["dense_1/bias"]))).all()


def test_the_slope_of_glorots_initialiser_before_relu_is_a_root_of_two_a_layer():
    trace = make_check(make_setup(DEEP), signal=2.0 ** (-0.5 * np.arange(7)[::-1]))
    assert slope(trace, early_ratio(trace)) == pytest.approx(0.1505, abs=1e-4)  # decades, towards the head


def test_there_is_no_slope_below_three_layers():
    trace = make_check(make_setup(("dense_1", "output")))
    assert np.isnan(slope(trace, early_ratio(trace)))


def test_updates_are_compared_with_weights():
    trace = make_check(update_norm=[3, 4, 1, 1, 1, 0], weight_norm=[30, 40, 10, 0, 0, 0])
    assert update_ratio(trace)[0, 0, :4] == pytest.approx([0.1, 0.1, 0.1, INF])
    assert np.isnan(update_ratio(trace)[0, 0, 5])
    assert layer_update_ratio(trace)[0, 0, :2] == pytest.approx([0.1, 2**0.5 / 10])


def test_the_noise_scale_is_a_ratio_of_averages():
    trace = make_check(signal_square=[3, -1, 1, 1], noise_trace=[10, 14, 12, 12])
    assert noise_scale(trace) == 12.0  # not the mean of 3.3, -14, 12 and 12
    assert signal_to_noise(trace) == pytest.approx(64 / 12)
    assert noise_scale(trace, since=2) == 12.0


def test_a_gradient_that_is_all_noise_has_no_finite_noise_scale():
    assert noise_scale(make_check(signal_square=-0.1)) == INF
    assert signal_to_noise(make_check(signal_square=-0.1)) == pytest.approx(-1.0)


def test_without_an_estimate_there_is_neither():
    for trace in (make_check(sampled=[]), make_check(noise_trace=NAN), make_check(noise_trace=0)):
        assert np.isnan(noise_scale(trace))
        assert np.isnan(signal_to_noise(trace))


def test_the_error_is_that_of_the_last_step():
    assert last_error(make_check(error=[1, 0.5, 0.25, 0.125])) == 0.125
    assert np.isnan(last_error(make_check(steps=0)))


def test_layers_with_a_kernel_have_their_names():
    assert kernel_names(make_check()) == ["dense_1", "dense_2", "output"]


@given(
    arrays(
        np.float64,
        st.tuples(st.integers(1, 6), st.integers(1, 3)),
        elements=st.floats(allow_nan=False, allow_infinity=False, width=32),
    )
)
def test_the_median_is_numpys_where_everything_is_finite(values):
    np.testing.assert_allclose(median(values), np.median(values, axis=0))


def test_the_median_leaves_out_what_is_not_a_number():
    assert median(np.array([NAN, 1.0, 3.0])) == 2.0
    assert np.isnan(median(np.array([NAN, NAN])))
    assert median(np.zeros((0, 2))).shape == (2,)
    assert median(np.array([1.0, INF, INF])) == INF
