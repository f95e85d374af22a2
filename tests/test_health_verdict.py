"""The verdict: the order of the decision, what it hides, what it must not depend on, and records that are broken."""

from dataclasses import replace
from typing import get_type_hints

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gradcore.health import HEALTHY, PENDING, RULES, VERDICTS, diagnose
from gradcore.records import CheckTrace
from gradcore.specs import Thresholds
from tests.check_traces import first_steps, make_check, make_setup

USUAL = Thresholds()
NAN = float("nan")
NOISE = np.random.default_rng(0).normal(size=200)
SICK = {  # what makes each verdict hold, gravest first
    "non_finite": {"gradient_norm": NAN},
    "diverged": {"loss": np.r_[1.0, np.full(199, 5e3) + NOISE[1:]], "error": 1.0},
    "symmetric": {"equal_columns": True},
    "dead": {"dead_units": 0.9},
    "converged": {"error": np.r_[np.full(199, 1.0), 0.01]},
    "vanishing": {"signal": [1e-5, 1.0, 1.0]},
    "exploding": {"signal": [1e-2, 1e5, 1.0]},
    "correlation_collapse": {"cosine": 0.99, "error": 1.0},
    "noise_floor": {"error": 1.0, "signal_square": 0.0, "loss": 2 + 0.1 * NOISE},
    "disconnected": {},
}
CUT = make_setup(cut=["dense_1/bias"])


def verdict(trace, **thresholds):
    return diagnose(trace, Thresholds(**thresholds)).verdict


def test_the_order_of_the_decision_is_the_contracts():
    assert (*SICK, "healthy", "pending") == VERDICTS


@pytest.mark.parametrize("name", SICK)
def test_each_verdict_alone(name):
    setup = CUT if name == "disconnected" else make_setup()
    assert verdict(make_check(setup, steps=200, **SICK[name])) == name


@pytest.mark.parametrize("name", SICK)
def test_the_gravest_that_holds_is_the_verdict(name):
    order = list(SICK)
    graver = {key: value for sick in reversed(order[order.index(name) :]) for key, value in SICK[sick].items()}
    if name == "vanishing":
        graver["signal"] = [1e-5, 1e5, 1.0]
    if name == "diverged":  # a loss cannot blow up and stay where it is
        graver["loss"] = SICK["diverged"]["loss"]
    assert verdict(make_check(CUT, steps=200, **graver)) == name


def test_a_sound_network_is_healthy():
    found = diagnose(make_check(), USUAL)
    assert (found.verdict, found.findings, found.structural_zeros) == (HEALTHY, (), ())


def test_a_check_without_steps_is_pending_and_never_healthy():
    assert diagnose(make_check(steps=0), USUAL).verdict == PENDING


def test_a_check_whose_signal_was_not_measured_yet_is_pending():
    assert diagnose(make_check(sampled=[]), USUAL).verdict == PENDING
    assert diagnose(make_check(sampled=[], error=0.01), USUAL).verdict == "converged"
    assert diagnose(make_check(sampled=[], loss=[NAN] * 4), USUAL).verdict == "non_finite"


def test_a_warning_leaves_the_verdict():
    found = diagnose(make_check(signal=[7e-3, 1, 1]), USUAL)
    assert (found.verdict, [one.severity for one in found.findings]) == (HEALTHY, ["warning"])


def test_another_threshold_gives_another_verdict():
    trace = make_check(signal=[7e-3, 1, 1])
    assert verdict(trace, vanishing=1e-2) == "vanishing"
    assert verdict(trace, vanishing_warn=6e-3) == HEALTHY


def test_a_fitted_network_has_no_vanishing_gradient():
    found = diagnose(make_check(signal=[1e-9, 1, 1], error=0.01, cosine=0.99), USUAL)
    assert [one.rule for one in found.findings] == ["converged"]


def test_findings_that_follow_from_the_verdict_are_left_out():
    found = diagnose(make_check(equal_columns=True, dead_units=1, signal=0, cosine=1), USUAL)
    assert [one.rule for one in found.findings] == ["symmetric"]


def test_a_signal_that_explodes_explains_why_the_loss_diverged():
    found = diagnose(make_check(loss=[1, 1e4, NAN, NAN], signal=[1e4, 100, 1]), USUAL)
    assert (found.verdict, [one.rule for one in found.findings]) == ("diverged", ["diverged", "exploding"])


def test_the_worst_finding_is_the_one_of_the_verdict():
    found = diagnose(make_check(signal=[1e-9, 1e-5, 1], cosine=0.99), USUAL)
    assert found.worst.rule == "vanishing"
    assert diagnose(make_check(signal=[7e-3, 1, 1]), USUAL).worst.severity == "warning"
    assert diagnose(make_check(), USUAL).worst is None


def test_structural_zeros_are_listed_and_change_nothing():
    found = diagnose(make_check(cancellation=[1e-8, 0.1, NAN]), USUAL)
    assert (found.verdict, found.structural_zeros) == (HEALTHY, ("dense_1/bias",))


def test_the_first_loss_is_judged_where_the_classes_are_known():
    trace = make_check(loss=[4, 3, 3, 3])
    assert [one.rule for one in diagnose(trace, USUAL, classes=10).findings] == ["loss_at_start"]
    assert diagnose(trace, USUAL).findings == ()


UNIT = ("gradient_norm", "clipped_norm", "signal", "time_signal")  # grow with the loss, on the same recorded weights
UNIT_SQUARED = ("signal_square", "noise_trace")


@pytest.mark.parametrize("factor", [1e-6, 1e6])
@pytest.mark.parametrize("name", SICK)
def test_the_verdict_does_not_depend_on_the_unit_of_the_loss(name, factor):
    trace = make_check(CUT if name == "disconnected" else None, steps=200, **SICK[name])
    scaled = {key: getattr(trace, key) * np.float32(factor) for key in (*UNIT, "loss")}
    scaled |= {key: getattr(trace, key) * np.float32(factor**2) for key in UNIT_SQUARED}
    assert verdict(replace(trace, **scaled)) == name


@pytest.mark.parametrize("name", ["symmetric", "dead", "vanishing", "exploding", "correlation_collapse"])
def test_the_verdict_does_not_depend_on_how_long_one_looks(name):
    trace = make_check(steps=200, **SICK[name])
    assert {verdict(first_steps(trace, steps)) for steps in (1, 5, 10, 40, 200)} == {name}


def test_the_order_of_the_seeds_does_not_matter():
    signal = np.exp(np.random.default_rng(1).normal(size=(4, 5, 3)) * 4)
    found = diagnose(make_check(seeds=5, signal=signal), USUAL)
    assert diagnose(make_check(seeds=5, signal=signal[:, [3, 1, 4, 0, 2]]), USUAL) == found


FLOATS = [name for name, kind in get_type_hints(CheckTrace).items() if "float32" in str(kind)]


def broken(trace, value):
    return replace(trace, **{name: np.full_like(getattr(trace, name), value) for name in FLOATS})


@pytest.mark.parametrize("value", [NAN, np.inf, -np.inf])
@pytest.mark.parametrize("steps", [1, 200])
def test_nothing_but_broken_numbers_is_non_finite(value, steps):
    assert diagnose(broken(make_check(steps=steps), value), USUAL).verdict == "non_finite"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_record_gets_a_verdict_and_one_with_a_broken_loss_is_never_healthy(data):
    steps = data.draw(st.sampled_from([1, 3, 205]))
    recurrent = data.draw(st.sampled_from([(), (0,)]))
    trace = make_check(make_setup(recurrent=recurrent), steps=steps, seeds=2)
    anything = st.floats(width=32) | st.sampled_from([0.0, NAN, np.inf, 1e-38, 3e38])
    names = data.draw(st.sets(st.sampled_from(FLOATS), min_size=1, max_size=4))
    changed = {
        name: data.draw(arrays(np.float32, getattr(trace, name).shape, elements=anything, fill=anything))
        for name in names
    }
    found = diagnose(replace(trace, **changed), USUAL, classes=10)
    assert found.verdict in VERDICTS
    if "loss" in changed and not np.isfinite(changed["loss"]).all():
        assert found.verdict in ("non_finite", "diverged")
    assert {one.rule for one in found.findings} <= set(RULES)


@pytest.mark.parametrize("layers", [("output",), ("dense_1", "output")])
def test_small_networks_get_a_verdict(layers):
    assert diagnose(make_check(make_setup(layers)), USUAL).verdict == HEALTHY
