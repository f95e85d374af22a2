"""Ranking of a race: hand-computed places, scipy as reference, error rates on synthetic draws."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gradcore.paired_tests import holm, paired_p_values
from gradcore.ranking import diverged_at, divergences, median, rank, steps_to_target
from gradcore.records import EntrantTrace, Outcome, RaceTrace, Ranked

CHANCE = math.log(10)
FLOOR = 1e-4


def entrant(label, validation_loss, loss=None, index=0):
    """One entrant with the given final validation losses (S,); its training loss falls from 2 to 1."""
    seeds = len(validation_loss)
    loss = np.full((3, seeds), [[2.0], [1.5], [1.0]]) if loss is None else np.asarray(loss)
    loss = loss.astype(np.float32)
    layers = np.zeros((*loss.shape, 0), np.float32)
    final = np.asarray(validation_loss, dtype=np.float64)
    outcome = Outcome(index, final, np.zeros(seeds), seconds=1.0)
    return EntrantTrace(label, "SGD", 0.01, loss, loss, loss, layers, layers, layers, outcome)


def race(*entrants):
    seeds = entrants[0].loss.shape[1]
    return RaceTrace("digits", 3, seeds, "accuracy", (), 10, tuple(entrants))


def places(ranked):
    return {place.label: place.rank for place in ranked}


def test_a_step_is_diverged_when_non_finite_or_above_a_thousand_times_the_first_loss():
    loss = np.array([[2.0, 2.0, 2.0, 2.0], [1.0, np.inf, 2000.0, 2000.1], [np.nan, 1.0, 1.0, 1.0]])
    assert diverged_at(loss) == [2, 1, None, 1]


def test_a_first_loss_that_is_not_finite_is_diverged_at_step_zero():
    assert diverged_at(np.array([[np.nan, np.inf], [1.0, 1.0]])) == [0, 0]


def test_a_loss_that_starts_at_exactly_zero_is_not_diverged_by_growing():
    assert diverged_at(np.array([[0.0], [0.5]])) == [None]


def test_nothing_recorded_is_not_diverged():
    assert diverged_at(np.zeros((0, 2))) == [None, None]


def test_a_float32_loss_near_its_largest_value_does_not_overflow_the_rule():
    assert diverged_at(np.array([[1e38], [2e38]], dtype=np.float32)) == [None]


def test_a_non_finite_validation_loss_counts_as_diverged_at_the_last_step():
    assert divergences(entrant("a", [0.5, math.nan, math.inf])) == [None, 2, 2]


def test_steps_to_target_are_the_first_at_or_below_it():
    loss = np.array([[1.0, 1.0, 0.1], [0.5, 0.9, 0.9], [0.4, math.nan, 0.1]])
    assert steps_to_target(loss, 0.5) == [1, None, 0]
    assert steps_to_target(loss, None) == [None, None, None]


def test_the_median_survives_a_minority_of_nan():
    assert median(np.array([3.0, np.nan, 1.0])) == 3.0
    assert median(np.array([1.0, 2.0])) == 1.5
    assert median(np.array([1.0, np.nan])) == math.inf


def test_holm_gives_the_adjusted_values_of_a_worked_example():
    adjusted = holm(np.array([0.01, 0.02, 0.03, 0.04]))  # 4 x 0.01, then 3 x 0.02; later ones never below
    assert adjusted == pytest.approx([0.04, 0.06, 0.06, 0.06])
    assert holm(np.array([0.9, 0.8])) == pytest.approx([1.0, 1.0])


def test_paired_p_values_are_those_of_scipy():
    draw = np.random.default_rng(0)
    first, second = draw.normal(size=(20, 6)), draw.normal(0.5, 1, size=(20, 6))
    expected = stats.ttest_rel(first, second, axis=1).pvalue
    assert paired_p_values(first - second) == pytest.approx(expected, rel=1e-10)


def test_identical_entrants_have_p_one_and_constant_differences_p_zero():
    rows = np.array([[0.0] * 4, [1e-13, 0, 0, 0], [0.3] * 4, [0.1 + 0.2 - 0.3 + 5, 5, 5, 5]])
    assert paired_p_values(rows) == pytest.approx([1.0, 1.0, 0.0, 0.0])


def test_the_interval_is_the_paired_t_interval_of_the_ratio_to_the_best():
    good, poor = [0.10, 0.12, 0.08, 0.11, 0.09], [0.30, 0.33, 0.29, 0.31, 0.27]
    ranked = rank(race(entrant("poor", poor), entrant("good", good)), CHANCE, FLOOR)
    difference = np.log(poor) - np.log(good)
    expected = np.exp(stats.t.interval(0.95, 4, difference.mean(), stats.sem(difference)))
    assert [place.label for place in ranked] == ["good", "poor"]
    assert ranked[0] == Ranked("good", 1, 0.10, (1.0, 1.0), ())
    assert ranked[1].rank == 2
    assert ranked[1].median == 0.30
    assert ranked[1].interval == pytest.approx(tuple(expected))


def test_an_entrant_ten_times_worse_is_separated_from_two_that_tie():
    draw = np.random.default_rng(1)
    base = 0.1 * np.exp(0.3 * draw.normal(size=5))
    near = base * np.exp(0.05 * draw.normal(size=5))
    worse = base * 10 * np.exp(0.2 * draw.normal(size=5))
    ranked = rank(race(entrant("worse", worse), entrant("base", base), entrant("near", near)), CHANCE, FLOOR)
    assert places(ranked) == {"base": 1, "near": 1, "worse": 3}
    assert {place.label: place.tied_with for place in ranked} == {"base": ("near",), "near": ("base",), "worse": ()}


def test_identical_entrants_tie_on_rank_one():
    ranked = rank(race(entrant("a", [0.1, 0.2, 0.3]), entrant("b", [0.1, 0.2, 0.3])), CHANCE, FLOOR)
    assert places(ranked) == {"a": 1, "b": 1}
    assert ranked[0].tied_with == ("b",)
    assert ranked[1].interval == (1.0, 1.0)


def test_losses_below_the_floor_do_not_separate():
    a, b = entrant("a", [1e-5] * 3), entrant("b", [9e-5] * 3)
    assert places(rank(race(a, b), CHANCE, floor=1e-4)) == {"a": 1, "b": 1}
    assert places(rank(race(a, b), CHANCE, floor=None)) == {"a": 1, "b": 2}


def test_an_exact_zero_loss_is_ranked_without_a_floor():
    ranked = rank(race(entrant("zero", [0.0, 0.0]), entrant("some", [0.5, 0.4])), CHANCE, None)
    assert ranked[0].label == "zero"
    assert all(math.isfinite(end) for place in ranked for end in place.interval)


def test_one_seed_separates_nothing_and_has_no_interval():
    ranked = rank(race(entrant("a", [0.1]), entrant("b", [9.0])), CHANCE, FLOOR)
    assert ranked == (Ranked("a", 1, 0.1, None, ("b",)), Ranked("b", 1, 9.0, None, ("a",)))


def test_a_diverged_seed_counts_as_chance():
    exploded = np.array([[2.0] * 5, [1.0] * 4 + [1e9], [1.0] * 4 + [math.nan]])
    partly = entrant("partly", [0.11, 0.1, 0.12, 0.1, math.nan], exploded)
    good = entrant("good", [0.10, 0.11, 0.11, 0.1, 0.1])
    ranked = rank(race(partly, good), CHANCE, FLOOR)
    difference = np.log([0.11, 0.1, 0.12, 0.1, CHANCE]) - np.log([0.10, 0.11, 0.11, 0.1, 0.1])
    expected = np.exp(stats.t.interval(0.95, 4, difference.mean(), stats.sem(difference)))
    found = {place.label: place for place in ranked}
    assert found["partly"].interval == pytest.approx(tuple(expected))
    assert found["partly"].median == 0.11
    assert places(ranked) == {"good": 1, "partly": 1}  # one diverged seed of five proves nothing


def test_entrants_that_diverged_on_every_seed_come_last_and_the_later_the_better():
    early = np.array([[2.0, 2.0], [math.nan, math.nan], [1.0, 1.0]])
    late = np.array([[2.0, 2.0], [1.0, 1.0], [math.inf, 1e9]])
    lost = [math.nan, math.nan]
    ranked = rank(
        race(
            entrant("early", lost, early),
            entrant("late", lost, late),
            entrant("as early", lost, early),
            entrant("poor", [50.0, 60.0]),
            entrant("good", [0.1, 0.2]),
        ),
        CHANCE,
        FLOOR,
    )
    assert [place.label for place in ranked[-3:]] == ["late", "early", "as early"]
    assert [place.rank for place in ranked[-3:]] == [3, 4, 4]
    assert ranked[-3] == Ranked("late", 3, math.inf, None, ())
    assert ranked[-1].tied_with == ("early",)


def test_a_race_in_which_everything_diverged_still_ranks():
    explodes = np.array([[2.0], [math.inf], [math.nan]])
    ranked = rank(race(entrant("only", [math.nan], explodes)), CHANCE, FLOOR)
    assert ranked == (Ranked("only", 1, math.inf, None, ()),)


def test_an_entrant_without_outcome_is_left_out():
    running = replace(entrant("running", [0.1, 0.1]), outcome=None)
    ranked = rank(race(running, entrant("done", [0.2, 0.3])), CHANCE, FLOOR)
    assert [place.label for place in ranked] == ["done"]
    assert rank(race(running), CHANCE, FLOOR) == ()


@given(order=st.permutations(range(5)), seed=st.integers(0, 10_000))
def test_ranks_do_not_depend_on_the_order_of_the_entrants(order, seed):
    draw = np.random.default_rng(seed)
    losses = np.exp(draw.normal(size=(5, 6)) + 2 * draw.normal(size=(5, 1)))
    losses[0, draw.integers(6)] = math.nan
    entrants = [entrant(f"e{index}", losses[index]) for index in range(5)]
    straight = rank(race(*entrants), CHANCE, FLOOR)
    shuffled = rank(race(*(entrants[index] for index in order)), CHANCE, FLOOR)
    assert [(p.label, p.rank, p.median, p.interval, set(p.tied_with)) for p in straight] == [
        (p.label, p.rank, p.median, p.interval, set(p.tied_with)) for p in shuffled
    ]


def test_identical_entrants_are_separated_in_at_most_seven_percent_of_draws():
    draw = np.random.default_rng(2026)
    separated = 0
    for _ in range(2000):
        shared = draw.normal(size=5)  # what a seed does to everybody
        losses = 0.1 * np.exp(shared + 0.3 * draw.normal(size=(6, 5)))
        ranked = rank(race(*(entrant(f"e{index}", row) for index, row in enumerate(losses))), CHANCE, FLOOR)
        separated += any(place.rank > 1 for place in ranked)
    assert separated <= 140
