import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcore.early_warning import first_warning
from gradcore.errors import RefusedError
from gradcore.health import HEALTHY, RULES, diagnose
from gradcore.specs import HealthSpec, Thresholds
from tests.check_traces import make_check

USUAL = Thresholds()
LEVEL = [1.0] * 12


def warned(*norms: float) -> int | None:
    return first_warning(np.array([*LEVEL, *norms]))


def test_a_norm_that_doubles_each_step_warns_at_the_third_doubling():
    assert warned(2, 4, 8, 16, 32) == 14


def test_a_norm_that_stays_or_falls_never_warns():
    assert warned(*[1.0] * 50) is None
    assert warned(*np.geomspace(1, 1e-6, 50)) is None


def test_a_rise_that_stays_below_the_level_of_the_start_is_no_warning():
    assert warned(*np.geomspace(1, 1e-3, 30), *np.geomspace(1e-3, 2.0, 10)) is None


def test_a_single_high_step_is_no_warning():
    assert warned(1, 1, 20, 1, 1, 1, 1) is None


def test_noise_around_a_level_is_no_warning():
    noise = np.exp(0.3 * np.random.default_rng(0).normal(size=1000))
    assert first_warning(noise) is None


def test_a_norm_that_is_not_finite_warns_at_once():
    assert warned(1, np.inf, 1) == 13
    assert first_warning(np.array([np.nan, 1.0])) == 0


def test_no_step_before_the_tenth_warns():
    assert first_warning(2.0 ** np.arange(10)) is None


def test_without_a_gradient_at_the_start_there_is_no_level_to_rise_from():
    assert first_warning(np.array([0.0] * 12 + [1, 10, 100, 1000])) is None


def test_norms_of_several_seeds_are_refused():
    with pytest.raises(RefusedError, match=r"`norms` must be one number for each step"):
        first_warning(np.ones((3, 2)))


@given(st.floats(1e-6, 1e6), st.integers(0, 99))
def test_the_unit_of_the_loss_changes_nothing(unit: float, seed: int):
    draw = np.random.default_rng(seed)
    norms = np.exp(np.cumsum(draw.normal(size=60) * 0.5))
    assert first_warning(norms * unit) == first_warning(norms)


@given(st.integers(0, 99), st.integers(12, 60))
def test_what_comes_later_changes_no_warning(seed: int, steps: int):
    norms = np.exp(np.cumsum(np.random.default_rng(seed).normal(size=60) * 0.5))
    whole = first_warning(norms)
    assert first_warning(norms[:steps]) == (whole if whole is not None and whole < steps else None)


def rising(**given: object):
    norms = np.array([*LEVEL, 2, 4, 8, 16])
    return make_check(steps=16, gradient_norm=np.repeat(norms[:, None, None], 6, axis=2), **given)


def test_the_finding_names_the_step_and_how_far_the_norm_rose_and_leaves_the_verdict_as_it_is():
    found = diagnose(rising(), USUAL)
    assert found.verdict == HEALTHY
    warning = next(one for one in found.findings if one.rule == "early_warning")
    assert (warning.severity, warning.step, warning.value) == ("info", 14, 8.0)
    assert warning.evidence == (
        "At step 14 the norm of the gradient is 20, 8 times that of the first 10 steps, and rises beyond its noise: "
        "a divergence may follow."
    )


def test_a_loss_that_was_lost_before_is_no_early_warning():
    assert RULES["early_warning"].find(rising(loss=[1.0] * 13 + [1e4] * 3), USUAL) == []
    assert len(RULES["early_warning"].find(rising(loss=[1.0] * 15 + [1e4]), USUAL)) == 1


def test_to_stop_at_a_warning_is_written_only_where_it_is_asked_for():
    assert "stop_at_warning" not in HealthSpec().to_json()
    asked = HealthSpec.from_json({"stop_at_warning": True})
    assert asked.to_json()["stop_at_warning"] is True
    assert HealthSpec.from_json(asked.to_json()) == asked
    with pytest.raises(RefusedError, match=r"`stop_at_warning` must be true or false\. Received: stop_at_warning=1"):
        HealthSpec.from_json({"stop_at_warning": 1})
