from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcore.early_warning import first_warning, mean_promises
from gradcore.errors import RefusedError
from gradcore.health import HEALTHY, RULES, diagnose
from gradcore.specs import HealthSpec, Thresholds
from tests.check_traces import make_check

USUAL = Thresholds()
LEVEL = [0.5] * 12


def warned(*norms: float, update: float = 1.0, start: float = 1.0) -> int | None:
    known = np.array([*LEVEL, *norms])
    return first_warning(known, np.full(len(known), update), start)


def test_steps_warn_once_five_of_them_promise_more_than_the_loss_at_the_start_on_average():
    assert warned(2, 2, 2) == 13  # (3 x 0.5 + 2 x 2) / 5 = 1.1
    assert warned(2, 2, 2, start=1.2) == 14
    assert warned(2, 2, 2, update=0.8) == 14


def test_the_mean_promise_is_that_of_the_last_five_steps():
    found = mean_promises(np.array([1.0, 1, 1, 1, 1, 6]), np.array([2.0, 2, 2, 2, 2, 4]), 4.0)
    np.testing.assert_array_equal(found, [np.nan] * 4 + [0.5, 1.6])


def test_what_promises_no_more_than_the_whole_loss_never_warns():
    assert warned(*[1.0] * 50) is None
    assert warned(*np.geomspace(1, 1e-6, 50)) is None


def test_a_single_step_must_promise_three_times_the_loss_to_warn_alone():
    assert warned(2.9, 0.5, 0.5, 0.5, 0.5) is None
    assert warned(3.1, 0.5, 0.5, 0.5, 0.5) == 12


def test_a_norm_that_is_not_finite_warns_at_once():
    assert warned(1, np.inf, 1) == 13
    assert first_warning(np.array([np.nan, 1.0]), np.ones(2), 1.0) == 0
    assert first_warning(np.array([1.0, np.inf]), np.ones(2), np.nan) == 1


def test_no_step_before_the_tenth_warns():
    high = np.full(11, 100.0)
    assert first_warning(high[:10], high[:10], 1.0) is None
    assert first_warning(high, high, 1.0) == 10


@pytest.mark.parametrize("start", [0.0, -1.0, np.nan, np.inf])
def test_without_a_positive_loss_at_the_start_there_is_nothing_to_promise_against(start: float):
    assert warned(*[100.0] * 20, start=start) is None


def test_updates_that_were_not_recorded_warn_of_nothing():
    assert warned(*[100.0] * 20, update=np.nan) is None


def test_norms_of_several_seeds_and_updates_of_other_steps_are_refused():
    for norms, updates in ((np.ones((3, 2)), np.ones((3, 2))), (np.ones(3), np.ones(2))):
        with pytest.raises(RefusedError, match=r"`updates` must be one number for each of the norms"):
            first_warning(norms, updates, 1.0)


def walk(seed: int, steps: int = 60) -> tuple[np.ndarray, np.ndarray]:
    norms, updates = np.exp(np.cumsum(np.random.default_rng(seed).normal(size=(2, steps)) * 0.4, axis=1))
    return norms, updates / 3


def plain_warning(norms: np.ndarray, updates: np.ndarray, start: float) -> int | None:
    for step in range(10, len(norms)):
        if sum(norms[at] * updates[at] / start for at in range(step - 4, step + 1)) / 5 > 1:
            return step
    return None


@given(st.integers(0, 999), st.floats(0.5, 20))
def test_the_step_is_that_of_a_plain_loop(seed: int, start: float):
    assert first_warning(*walk(seed), start) == plain_warning(*walk(seed), start)


@given(st.integers(-20, 20), st.integers(0, 99))
def test_the_unit_of_the_loss_changes_nothing(power: int, seed: int):
    norms, updates = walk(seed)
    assert first_warning(norms * 2.0**power, updates, 2.0**power) == first_warning(norms, updates, 1.0)


@given(st.integers(0, 99), st.integers(5, 60))
def test_what_comes_later_changes_no_warning(seed: int, steps: int):
    norms, updates = walk(seed)
    whole = first_warning(norms, updates, 1.0)
    found = first_warning(norms[:steps], updates[:steps], 1.0)
    assert found == (whole if whole is not None and whole < steps else None)


def rising(**given: object):
    """A check whose six variables each have these norms, and updates of 0.1: together they promise 6 x 0.1 x norm."""
    norms = np.array([*[1.0] * 12, 2, 4, 8, 16])
    return make_check(steps=16, gradient_norm=np.repeat(norms[:, None, None], 6, axis=2), update_norm=0.1, **given)


def test_the_finding_names_the_step_and_what_it_promised_and_leaves_the_verdict_as_it_is():
    found = diagnose(rising(), USUAL)
    assert found.verdict == HEALTHY
    warning = next(one for one in found.findings if one.rule == "early_warning")
    assert (warning.severity, warning.step, warning.threshold) == ("info", 15, 1.0)
    assert warning.value == pytest.approx(1.86)  # 0.3 x (1 + 2 + 4 + 8 + 16) / 5: the loss at the start is 2
    assert warning.evidence == (
        "On average, each of steps 11 to 15 promised 1.9 times the loss at the start (gradient norm times update "
        "norm), which no step can bring; ln |gradient| changed by +0.69 a step, with a spread of 0.00: a divergence "
        "may follow."
    )


def test_a_loss_that_is_asked_for_in_other_units_gives_the_same_finding():
    told = RULES["early_warning"].find(rising(), USUAL)
    scaled = replace(rising(), gradient_norm=rising().gradient_norm * np.float32(1024), loss_scale=1024.0)
    assert RULES["early_warning"].find(scaled, USUAL) == told


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
