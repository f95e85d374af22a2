"""The notebook's own check: its table to the number, its verdict, and sentences that say why ours differs."""

from dataclasses import replace

import numpy as np
import pytest

from gradcore.health import diagnose
from gradcore.notebook_health import EXCELLENT, GOOD, POOR, notebook_differences, notebook_health, notebook_verdict
from gradcore.specs import Thresholds
from tests.check_traces import first_steps, make_check, make_setup

NAN = float("nan")
NORMS = [2.0, 1e-8, 5e-5, 20.0, 1.0, 0.5]  # of 6 variables, at every step
ZERO = make_setup(zeros={"dense_1/bias": "The batch normalisation norm_1 subtracts the mean."})


def differences(trace):
    return notebook_differences(trace, diagnose(trace, Thresholds()))


def test_the_row_of_a_step_is_the_notebooks():
    found = notebook_health(make_check(steps=1, loss=[2.5], gradient_norm=NORMS))["steps"][0]
    assert found == {
        "step": 1,
        "loss": 2.5,
        "min": pytest.approx(1e-8),
        "max": 20.0,
        "mean": pytest.approx(23.50005001 / 6),
        "std": pytest.approx(7.2248, rel=1e-4),
        "vanished": 1,
        "weak": 2,
        "exploding": 1,
        "total": 6,
    }


def test_counts_add_up_over_the_steps_and_weak_includes_vanished():
    found = notebook_health(make_check(steps=10, gradient_norm=NORMS))
    assert (found["vanished"], found["weak"], found["exploding"]) == (10, 20, 10)
    assert found["range_ratio"] == pytest.approx(20 / (1e-8 + 1e-10), rel=1e-5)
    assert found["verdict"] == POOR


@pytest.mark.parametrize(
    ("vanished", "exploding", "words"),
    [(0, 0, EXCELLENT), (2, 1, GOOD), (0, 1, GOOD), (3, 0, POOR), (0, 2, POOR)],
)
def test_the_words_follow_from_the_two_counts(vanished, exploding, words):
    assert notebook_verdict(vanished, exploding) == words


def test_its_reference_in_plain_python():
    norms = np.abs(np.random.default_rng(0).normal(size=(7, 1, 6))).astype(np.float32) ** 9
    norms[2, 0, 1], norms[3, 0, 4] = NAN, np.inf
    found = notebook_health(make_check(steps=7, gradient_norm=norms))
    ratios = []
    for row, step in zip(found["steps"], norms[:, 0], strict=True):
        kept = [value for value in step if np.isfinite(value)]
        assert row["vanished"] == sum(1 for value in kept if value < 1e-6)
        assert row["weak"] == sum(1 for value in kept if value < 1e-4)
        assert row["exploding"] == sum(1 for value in kept if value > 10)
        assert (row["mean"], row["std"]) == (np.mean(kept), np.std(kept))
        assert row["total"] == len(kept)
        ratios.append(max(kept) / (min(kept) + 1e-10))
    assert found["range_ratio"] == pytest.approx(np.mean(ratios), rel=1e-6)


def test_a_network_of_nan_is_excellent_to_the_notebook_and_not_to_us():
    trace = make_check(loss=[NAN] * 4, gradient_norm=NAN)
    found = notebook_health(trace)
    assert (found["verdict"], found["steps"]) == (EXCELLENT, [])
    assert np.isnan(found["range_ratio"])
    assert diagnose(trace, Thresholds()).verdict == "non_finite"
    assert differences(trace) == [
        "It leaves out every norm that is not finite, here all of them; counting nothing, it finds no problem."
    ]


def test_before_the_first_step_there_is_nothing_to_tell():
    trace = make_check(steps=0)
    assert notebook_health(trace)["steps"] == []
    assert differences(trace) == []


def test_a_variable_without_a_gradient_is_skipped_as_there():
    setup = make_setup(cut=["dense_1/kernel"])
    assert notebook_health(make_check(setup, gradient_norm=NORMS))["steps"][0]["total"] == 5


def test_structural_zeros_are_the_first_reason():
    trace = make_check(ZERO, steps=10, gradient_norm=[1, 2e-8, 1, 1, 4, 1], cancellation=[2e-8, 0.1, 0.1])
    found = differences(trace)
    assert found[0] == (
        "10 of its 10 vanished counts come from 1 variable whose gradient is zero by construction; without them its "
        "range ratio is 4, not 1.99e8."
    )
    assert found[1] == f'Its counts add up over the steps: of the first one alone it would say "{GOOD}".'
    assert found[2] == (
        "Its thresholds are absolute: of 6 variables at the first step, 1 would have vanished with the loss times "
        "1e-6, and 5 would explode with it times 1000."
    )


def test_a_signal_that_vanishes_behind_even_weight_gradients_is_explained():
    found = differences(make_check(signal=[1e-6, 1e-3, 1], gradient_norm=0.1, update_norm=0.0))
    assert found[0] == (
        "It looks at gradients of weights, which differ by a factor of 1 from kernel to kernel; the signal that comes "
        "back to dense_1 is 1e-6 times the head's."
    )


def test_a_fitted_network_looks_vanished_to_it():
    trace = make_check(error=0.01, gradient_norm=1e-7)
    assert notebook_health(trace)["verdict"] == POOR
    assert differences(trace)[0].startswith("It does not look at the error")


def test_the_same_network_gets_other_words_after_more_steps_and_in_other_units():
    trace = make_check(steps=10, gradient_norm=[1, 2e-8, 1, 1, 4, 1])
    words = [notebook_health(first_steps(trace, steps))["verdict"] for steps in (1, 2, 3)]
    assert words == [GOOD, GOOD, POOR]
    scaled = replace(trace, gradient_norm=trace.gradient_norm * np.float32(1e-7))
    assert notebook_health(first_steps(scaled, 1))["verdict"] == POOR
