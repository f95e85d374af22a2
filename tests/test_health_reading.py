"""What a check says in sentences: the verdict with its evidence, how the training goes, what follows."""

from dataclasses import replace

import pytest

from gradcore.health import VERDICTS, diagnose
from gradcore.health_reading import WORDS, check_sentences
from gradcore.prescriptions import prescribe
from gradcore.records import Outcome
from gradcore.specs import HealthSpec, Thresholds
from gradcore.ward import WARD
from tests.check_traces import make_check

NAN = float("nan")


def told(trace, spec=None):
    diagnosis = diagnose(trace, Thresholds())
    return check_sentences(trace, diagnosis, prescribe(spec or HealthSpec(), diagnosis))


def test_every_verdict_has_words():
    assert set(WORDS) == set(VERDICTS)


def test_a_healthy_network():
    assert told(make_check()) == (
        "This network is healthy: no rule finds anything that needs a cure.",
        "The loss falls, from 2 to 1 over 4 steps, and the network is 40 % as far from its targets as a guess.",
    )


def test_a_sick_network_names_the_layer_and_the_treatment():
    trace = make_check(signal=[1e-6, 1e-3, 1], loss=[2.3, 2.3, 2.3, 2.29], error=1.0)
    found = told(trace, WARD["glorot_relu_30"].spec)
    assert found[0].startswith("The gradient vanishes on its way back: a = 1e-6 at dense_1, below 0.005")
    assert found[1] == (
        "The loss hardly moves, from 2.3 to 2.29 over 4 steps, and the network is no better than a guess."
    )
    assert found[2] == "First treatment: Shortcuts with scaled branches; 6 other treatments may be tried."


def test_a_warning_is_told_although_the_verdict_is_healthy():
    assert told(make_check(signal=[7e-3, 1, 1]))[0].startswith("This network is healthy, but watch dense_1: a = 0.007")


def test_a_fitted_network_needs_nothing():
    trace = make_check(error=0.01, cancellation=[1e-8, 0.1, 0.1])
    assert told(trace) == (
        "This network has learned its task: at step 3 the network is 1 % as far from its targets as a guess, so the "
        "task is fitted.",
    )


def test_structural_zeros_are_said_to_be_no_problem():
    assert told(make_check(cancellation=[1e-8, 1e-8, 0.1]))[-1] == (
        "2 variables have gradients that are zero by construction, which is no problem."
    )


def test_a_loss_that_rises():
    assert told(make_check(loss=[1, 2, 3, 4]))[1].startswith("The loss rises, from 1 to 4 over 4 steps")


def test_a_check_under_way_says_how_far_it_is():
    trace = replace(make_check(), steps=50)
    assert told(trace)[0].startswith("After 4 of 50 steps: this network is healthy")


def test_a_check_that_its_early_warning_ended_says_where():
    outcome = Outcome(0, 1.0, 1.0, 0.5)
    trace = replace(make_check(loss=[1, 2, 3, 4]), steps=50, outcome=outcome)
    assert trace.stopped_at == 3
    assert told(trace)[1] == "The early warning stopped it at step 3; 50 steps were asked for."
    assert replace(trace, steps=4).stopped_at is None
    assert replace(trace, outcome=None).stopped_at is None


def test_before_the_first_step_and_before_the_first_sample_there_is_no_verdict():
    assert told(make_check(steps=0)) == ("There is no verdict yet: no step is recorded.",)
    assert told(make_check(sampled=[]))[0] == (
        "There is no verdict yet: the signal that comes back was not measured so far."
    )


@pytest.mark.parametrize("loss", [[NAN] * 4, [1, NAN, NAN, NAN], [1, 1e9, 1e9, 1e9]])
def test_a_broken_loss_is_told_by_its_evidence_alone(loss):
    found = told(make_check(loss=loss))
    assert len(found) == 2
    assert found[1].startswith("First treatment: ")
