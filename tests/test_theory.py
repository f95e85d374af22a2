"""Predictions in closed form: literal numbers of Polyak 1964 and Saxe 2014, and who gets none."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcore.admission import admit
from gradcore.assembly import Assembly
from gradcore.records import RaceTrace
from gradcore.settings import Limits
from gradcore.specs import RaceSpec
from gradcore.theory import deep_linear, quadratic, theories
from gradcore.theory.found import HalfTime, Rate, Theory
from gradcore.theory.reading import how_compared, percent, theory_sentence
from tests.traces import make_entrant, make_trace

HUNDRED = np.array([1.0, 100.0])
SGD = {"optimizer": "SGD", "learning_rate": 0.01}
ALIGNED = {"hidden": [16], "activation": "linear", "kernel_initializer": {"name": "aligned", "strength": 0.001}}
QUADRATIC = {"task": {"name": "quadratic", "condition": 100.0, "dimension": 2}, "network": {}}


def race(*entrants: dict, **changes: object) -> RaceSpec:
    asked = {**QUADRATIC, "batch_size": None, "seeds": 2, "steps": 40, "entrants": list(entrants), **changes}
    return admit(RaceSpec.from_json(asked), Limits())


def starts(seeds: int = 2) -> np.ndarray:
    return np.stack([np.random.default_rng([seed, 0, 1]).normal(size=2) for seed in range(seeds)])


def measured(spec: RaceSpec, losses: np.ndarray) -> RaceTrace:
    """A race in which every entrant had these losses (T, S)."""
    entrants = [
        make_entrant(losses, label=label, learning_rate=asked.learning_rate)
        for label, asked in zip(spec.labels, spec.entrants, strict=True)
    ]
    return make_trace(entrants, task=spec.task.name)


def exact(spec: RaceSpec, rate: float = 0.01, momentum: float = 0.0) -> np.ndarray:
    return quadratic.losses(np.full(spec.steps, rate), momentum, HUNDRED, starts(spec.seeds))


# ---- the quadratic


def test_gradient_descent_shrinks_the_error_by_k_minus_1_over_k_plus_1_at_best():
    assert quadratic.rate_of(2 / 11, 0.0, np.array([1.0, 10.0])) == pytest.approx(0.818182, abs=1e-6)
    assert quadratic.rate_of(2 / 101, 0.0, HUNDRED) == pytest.approx(0.980198, abs=1e-6)
    assert quadratic.best_rate(np.array([1.0, 10.0]), 0.0) == pytest.approx(0.818182, abs=1e-6)


def test_the_heavy_ball_shrinks_it_by_the_same_of_the_root_of_k():
    assert quadratic.rate_of((2 / 11) ** 2, (9 / 11) ** 2, HUNDRED) == pytest.approx(0.8182, abs=1e-4)
    assert quadratic.best_rate(HUNDRED, 0.5) == pytest.approx(9 / 11)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_the_error_grows_from_the_limit_on(momentum):
    limit = quadratic.limit(HUNDRED, momentum)
    assert limit == pytest.approx(0.02 * (1 + momentum))
    below, above = (quadratic.rate_of(limit * side, momentum, HUNDRED) for side in (0.99, 1.01))
    assert below < 1 < above


EIGENVALUES = st.lists(st.floats(0.1, 100.0), min_size=1, max_size=4)


@given(st.floats(1e-3, 1.0), st.floats(0.0, 0.99), EIGENVALUES, st.integers(1, 30))
def test_each_mode_is_a_power_of_its_two_by_two_matrix(rate, momentum, values, steps):
    found = quadratic.modes(np.full(steps, rate), momentum, np.array(values))
    for place, value in enumerate(values):
        step = np.array([[1 - rate * value, momentum], [-rate * value, momentum]])
        power = np.linalg.matrix_power(step, steps - 1)
        assert found[-1, place] == pytest.approx(power[0, 0], rel=1e-6, abs=1e-6 * max(1.0, np.abs(power).max()))


def test_a_schedule_multiplies_the_factors_of_its_steps():
    found = quadratic.modes(np.array([0.5, 0.1, 9.0]), 0.0, np.array([1.0, 2.0]))
    np.testing.assert_allclose(found, [[1, 1], [0.5, 0], [0.45, 0]], atol=1e-12)


def test_what_diverges_is_infinite_and_never_not_a_number():
    found = quadratic.losses(np.full(3000, 0.1), 0.9, HUNDRED, starts())
    assert np.isinf(found[-1]).all()
    assert not np.isnan(found).any()


def test_a_race_as_predicted_deviates_by_nothing_and_has_the_asymptotic_rate():
    spec = race(SGD, steps=200)
    (found,) = theories(spec, measured(spec, exact(spec)))
    assert (found.label, found.compared, found.of_start) == ("SGD", 200, False)
    assert found.deviation < 1e-5  # float32 of the losses and of the learning rate
    assert found.rate.predicted == pytest.approx(0.99)
    assert found.rate.measured == pytest.approx(0.99, rel=1e-6)
    np.testing.assert_allclose(found.loss, np.median(exact(spec), axis=1), rtol=1e-5)


def test_the_largest_deviation_of_all_steps_and_seeds_is_found():
    spec = race(SGD)
    losses = exact(spec)
    losses[17, 1] *= 1.03
    (found,) = theories(spec, measured(spec, losses))
    assert found.deviation == pytest.approx(0.03, rel=1e-3)


def test_a_loss_that_is_not_finite_where_theory_has_a_number_is_an_infinite_deviation():
    spec = race(SGD)
    losses = exact(spec)
    losses[5, 0] = np.nan
    (found,) = theories(spec, measured(spec, losses))
    assert found.deviation == np.inf


def test_a_swinging_loss_is_held_against_its_crests():
    one = np.array([[1.0]])
    rates, values = np.full(60, 1.0), np.array([1.0])
    swing = quadratic.losses(rates, 0.9, values, one)  # its second loss is exactly 0
    assert swing[1, 0] == 0
    swing[1, 0] = 4e-5
    found = quadratic.compare("SGD", swing.astype(np.float32), rates, 0.9, values, one)
    assert found.compared == 60
    assert found.deviation == pytest.approx(1e-4, rel=0.02)  # of the third loss, 0.405


def test_the_comparison_ends_where_a_last_digit_of_float32_would_be_seen():
    heavy = {"optimizer": "SGD", "learning_rate": (2 / 11) ** 2, "momentum": (9 / 11) ** 2}
    spec = race(heavy, steps=400)
    (found,) = theories(spec, measured(spec, exact(spec, (2 / 11) ** 2, (9 / 11) ** 2)))
    assert 50 < found.compared < 100  # a double root answers to the square root of an error
    assert found.rate.double_root


def test_a_rate_needs_twenty_steps_and_a_learning_rate_that_stays():
    spec = race(SGD, {**SGD, "schedule": "cosine"}, steps=19)
    constant, falling = theories(spec, measured(spec, exact(spec)))
    assert constant.rate.measured is None
    assert falling.rate is None


def test_a_stopped_race_is_compared_over_what_it_recorded_at_its_whole_schedule():
    spec = race({**SGD, "schedule": "cosine"}, steps=100)
    rates = 0.005 * (1 + np.cos(np.pi * np.arange(100) / 100))
    losses = quadratic.losses(rates, 0.0, HUNDRED, starts())[:30]
    (found,) = theories(spec, measured(spec, losses))
    assert found.loss.shape == (30,)
    assert found.deviation < 1e-5


def test_nothing_recorded_yet_is_no_theory():
    spec = race(SGD)
    assert theories(spec, Assembly(spec).trace()) == ()


@pytest.mark.parametrize(
    "entrant",
    [
        {"optimizer": "Adam"},
        {**SGD, "momentum": 0.9, "nesterov": True},
        {**SGD, "weight_decay": 0.01},
        {**SGD, "use_ema": True},
        {**SGD, "gradient_accumulation_steps": 2},
        {**SGD, "clip": {"rule": "clip_by_global_norm", "max_norm": 1.0}},
    ],
)
def test_other_entrants_have_no_closed_form(entrant):
    spec = race(entrant)
    assert theories(spec, measured(spec, exact(spec))) == ()


def test_a_task_that_is_no_longer_known_or_has_no_theory_has_none():
    spec = race(SGD)
    trace = measured(spec, exact(spec))
    assert theories(RaceSpec.from_json({**spec.to_json(), "task": "retired"}), trace) == ()
    digits = admit(RaceSpec.from_json({"entrants": [SGD], "seeds": 2, "steps": 40, "batch_size": None}), Limits())
    assert theories(digits, trace) == ()


# ---- the deep linear network


def deep(*entrants: dict, **changes: object) -> RaceSpec:
    return race(*entrants, **{"task": "deep_linear", "network": ALIGNED, "steps": 400, **changes})


def flow(spec: RaceSpec, rate: float = 0.01) -> np.ndarray:
    found = deep_linear.losses(rate * np.arange(spec.steps), np.array([3.0, 2.0, 1.0]), 0.001)
    return np.repeat(found[:, None], spec.seeds, axis=1)


def test_a_mode_is_half_learned_when_saxe_says():
    assert [deep_linear.half_time(s, 0.001) for s in (3, 2, 1)] == pytest.approx([1.334, 1.900, 3.453], abs=5e-4)
    at = np.array([deep_linear.half_time(s, 0.001) for s in (3.0, 2.0, 1.0)])
    np.testing.assert_allclose(np.diag(deep_linear.strengths(at, np.array([3.0, 2.0, 1.0]), 0.001)), [1.5, 1.0, 0.5])


def test_half_times_are_read_from_the_loss_between_two_steps():
    spec = deep(SGD)
    (found,) = theories(spec, measured(spec, flow(spec)))
    assert [half.measured for half in found.half_times] == pytest.approx([1.334, 1.900, 3.453], abs=5e-4)
    assert found.deviation < 1e-6
    late = np.concatenate([np.repeat(flow(spec)[:1], 10, axis=0), flow(spec)[:-10]])  # every loss ten steps later
    (found,) = theories(spec, measured(spec, late))
    assert [half.measured - half.predicted for half in found.half_times] == pytest.approx([0.1, 0.1, 0.1], abs=1e-3)
    assert found.half_times[0].deviation == pytest.approx(0.1 / 1.334, rel=0.01)


def test_a_mode_that_the_race_did_not_reach_is_not_measured():
    spec = deep(SGD, steps=160)
    (found,) = theories(spec, measured(spec, flow(spec)))
    assert [half.measured is None for half in found.half_times] == [False, True, True]
    assert found.half_times[1].deviation is None


def test_time_runs_with_the_learning_rate_of_a_schedule():
    spec = deep({**SGD, "learning_rate": 0.02, "schedule": "cosine"})
    times = np.concatenate([[0.0], np.cumsum(0.01 * (1 + np.cos(np.pi * np.arange(400) / 400)))])[:400]
    losses = deep_linear.losses(times, np.array([3.0, 2.0, 1.0]), 0.001)
    (found,) = theories(spec, measured(spec, np.repeat(losses[:, None], 2, axis=1)))
    assert found.deviation < 1e-6


@pytest.mark.parametrize(
    "changes",
    [
        {"network": {**ALIGNED, "hidden": [16, 16]}},
        {"network": {**ALIGNED, "hidden": []}},
        {"network": {**ALIGNED, "kernel_initializer": "glorot_uniform"}},
        {"batch_size": 64},
    ],
)
def test_other_networks_and_parts_of_the_rows_have_no_closed_form(changes):
    spec = deep(SGD, **changes)
    assert theories(spec, measured(spec, flow(spec))) == ()


def test_momentum_on_a_deep_network_has_none_and_its_whole_rows_are_the_full_batch():
    spec = deep({**SGD, "momentum": 0.9})
    assert theories(spec, measured(spec, flow(spec))) == ()
    whole = deep(SGD, batch_size=200)
    assert len(theories(whole, measured(whole, flow(whole)))) == 1


# ---- in words

ONE = Theory("SGD", np.ones(100), 3.4e-6, 100, of_start=False)
RATE = Rate(0.9, 0.9, double_root=True, limit=0.02, best=0.8, momentum=0.0)


def test_the_sentence_names_each_entrant_with_its_deviation():
    other = replace(ONE, label="SGD + Momentum", deviation=0.012, compared=66)
    assert theory_sentence([ONE, other], 1) == (
        "Largest deviation from theory: 0.00034 % (SGD), 1.2 % (SGD + Momentum), over the first 66 to 100 of 100 steps "
        "and 1 seed."
    )
    assert theory_sentence([ONE], 5).endswith("(SGD), over 100 steps and 5 seeds.")
    flowing = replace(ONE, of_start=True, half_times=(HalfTime(3.0, 1.3, 1.3),))
    assert theory_sentence([flowing], 5).startswith("Largest deviation from theory, in parts of the first loss: ")


def test_nothing_compared_is_no_sentence():
    assert theory_sentence([replace(ONE, deviation=None, compared=0)], 5) == ""


def test_a_double_root_says_what_was_fitted():
    assert "t² factor^(2t)" in how_compared([replace(ONE, rate=RATE)])
    assert "t² factor^(2t)" not in how_compared([ONE])


def test_a_part_that_is_not_finite_is_said_so():
    assert percent(np.inf) == "not finite"
