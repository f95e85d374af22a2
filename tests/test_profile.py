"""Performance profiles: hand-computed numbers, the laws that a profile obeys, ties, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gradcore.errors import RefusedError
from gradcore.profile import LEAST_SEEDS, R_MAX, intervals, leaders_without, profile_of, ratios, scores, share_within

INF = float("inf")
NAMES = ("a", "b", "c", "d")


def one_seed(*rows):
    """Times of entrants (rows) on tasks, from one seed: (E, P, 1)."""
    return np.array(rows, dtype=float)[:, :, None]


def score_of(found):
    return {place.label: place.score for place in found.standings}


# ---- numbers by hand


def test_the_score_is_the_area_under_the_profile_computed_by_hand():
    # a: best on the first task, twice the best on the second, misses the third: (3 + 2 + 0) / 3 / 3
    # b: 2.5 times, best, and best on the third: (1.5 + 3 + 3) / 3 / 3
    found = profile_of(["a", "b"], one_seed([10, 40, INF], [25, 20, 7]))
    assert found.ratios.tolist() == [[1, 2, INF], [2.5, 1, 1]]
    assert score_of(found) == {"a": pytest.approx(5 / 9), "b": pytest.approx(7.5 / 9)}
    assert [(place.label, place.best_on, place.reached_on) for place in found.standings] == [("b", 2, 3), ("a", 1, 2)]


def test_the_profile_rises_where_a_ratio_is_and_includes_it():
    share = share_within(np.array([[1.0, 2.0, INF], [2.5, 1.0, 1.0]]), np.array([1.0, 1.99, 2.0, 2.5, 4.0]))
    assert share[0].tolist() == pytest.approx([1 / 3, 1 / 3, 2 / 3, 2 / 3, 2 / 3])
    assert share[1].tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3, 1, 1])


def test_the_exact_score_equals_the_integral_on_a_fine_grid():
    found = ratios(np.array([[3.0, 5.0, INF, 8.0], [4.0, 4.0, INF, 30.0], [9.0, INF, INF, 2.0]]))
    tau = np.linspace(1, R_MAX, 300_001)
    fine = np.trapezoid(share_within(found, tau), tau, axis=1) / (R_MAX - 1)
    assert scores(found) == pytest.approx(fine, abs=1e-5)


def test_four_times_the_best_counts_for_nothing_in_the_score_but_as_reached():
    found = profile_of(["a", "b"], one_seed([1], [4]))
    assert [(place.label, place.score, place.reached_on) for place in found.standings] == [("a", 1, 1), ("b", 0, 1)]


def test_another_r_max_gives_another_score():
    assert scores(np.array([[1.0, 3.0]]), r_max=5).tolist() == [0.75]


def test_a_task_that_nobody_solves_counts_as_missed_by_all():
    found = profile_of(["a", "b"], one_seed([10, INF], [20, INF]))
    assert found.missed_by_all.tolist() == [False, True]
    assert score_of(found) == {"a": 0.5, "b": pytest.approx(1 / 3)}  # not 1 and 2/3


def test_the_median_over_seeds_counts_and_half_missed_is_missed():
    times = np.array([[[10.0, 10, INF]], [[20.0, 20, 1]], [[1.0, INF, INF]]])
    assert profile_of(["a", "b", "c"], times).times.tolist() == [[10], [20], [INF]]
    two = np.array([[[10.0, INF]], [[20.0, 30]]])
    assert profile_of(["a", "b"], two).times.tolist() == [[INF], [25]]


def test_the_scores_of_single_seeds_are_those_of_profiles_of_one_seed():
    times = np.array([[[10.0, 10]], [[20.0, 5]]])  # b is twice as slow, then twice as fast
    found = {place.label: place for place in profile_of(["a", "b"], times).standings}
    assert found["a"].by_seed.tolist() == pytest.approx([1, 2 / 3])
    assert found["b"].by_seed.tolist() == pytest.approx([2 / 3, 1])


# ---- intervals


def test_the_interval_of_seeds_that_agree_is_the_score_itself():
    found = profile_of(["a", "b"], np.repeat(one_seed([10, 40], [20, INF]), 5, axis=2))
    assert [place.interval for place in found.standings] == [
        pytest.approx((1, 1)), pytest.approx((1 / 3, 1 / 3)),
    ]  # fmt: skip


def test_the_interval_spans_what_other_medians_of_the_same_seeds_would_give():
    slower = np.array([[[10.0] * 5], [[11.0, 16, 20, 28, 39]]])  # each value is the median of some draw
    low, high = intervals(slower)[1]
    assert (low, high) == (pytest.approx(0.1 / 3), pytest.approx(2.9 / 3))
    assert intervals(slower).tolist() == intervals(slower).tolist()  # the draws are fixed


def test_fewer_than_five_seeds_give_no_interval():
    assert profile_of(["a"], np.ones((1, 1, LEAST_SEEDS - 1))).standings[0].interval is None
    assert profile_of(["a"], np.ones((1, 1, LEAST_SEEDS))).standings[0].interval == (1, 1)


def test_the_interval_holds_the_score_of_very_many_seeds_in_nine_of_ten_draws():
    draw = np.random.default_rng(3)
    held = 0
    for _ in range(60):
        level = np.exp(draw.uniform(2.5, 4.5, 6))[None, :] * np.exp(0.3 * draw.normal(size=(4, 6)))
        many = level[:, :, None] * np.exp(0.15 * draw.normal(size=(4, 6, 811)))
        truth = scores(ratios(np.median(many[:, :, 10:], axis=2)))
        low, high = intervals(many[:, :, :10]).T
        held += int(((truth >= low) & (truth <= high)).sum())
    assert held >= 0.9 * 60 * 4


# ---- who leads


def test_who_would_lead_without_each_task():
    found = profile_of(["a", "b"], one_seed([1, 9, 9], [3, 6, 6]))
    assert leaders_without(found) == (("b",), ("a",), ("a",))
    assert leaders_without(profile_of(["a", "b"], one_seed([1, INF], [3, INF]))) == (("a", "b"), ("a",))
    assert leaders_without(profile_of(["a", "b"], one_seed([1], [3]))) == ((),)


# ---- ties


def seeds_of(*rows):
    """One task, an entrant in each row, a seed in each column: (E, 1, S)."""
    return np.array(rows, dtype=float)[:, None, :]


def test_equal_entrants_are_tied_and_share_a_rank():
    found = profile_of(["a", "b"], seeds_of([10, 12, 14, 16, 18], [10, 12, 14, 16, 18]))
    assert [(place.rank, place.tied_with) for place in found.standings] == [(1, ("b",)), (1, ("a",))]


def test_an_entrant_that_is_slower_on_every_seed_is_told_apart():
    found = profile_of(["a", "b"], seeds_of([10, 12, 14, 16, 18], [25, 24, 30, 33, 45]))
    assert [(place.label, place.rank, place.tied_with) for place in found.standings] == [("a", 1, ()), ("b", 2, ())]


def test_a_lead_on_three_of_five_seeds_is_a_tie():
    found = profile_of(["a", "b"], seeds_of([10, 10, 10, 20, 20], [20, 20, 20, 10, 10]))
    assert [(place.label, place.rank) for place in found.standings] == [("a", 1), ("b", 1)]


def test_fewer_than_five_seeds_tell_nobody_apart_however_far():
    times = seeds_of([10] * (LEAST_SEEDS - 1), [INF] * (LEAST_SEEDS - 1))
    assert [place.rank for place in profile_of(["a", "b"], times).standings] == [1, 1]


def test_times_that_no_test_may_compare_give_no_rank():
    found = profile_of(["a", "b"], seeds_of([1, 1, 1, 1, 1], [2, 2, 2, 2, 2]), tested=False)
    assert [(place.rank, place.tied_with) for place in found.standings] == [(None, ()), (None, ())]


@pytest.mark.parametrize(("seeds", "spread", "missed"), [(5, 0.15, 0.0), (5, 0.4, 0.4), (10, 0.05, 0.5)])
def test_entrants_that_do_not_differ_are_told_apart_in_at_most_seven_of_a_hundred_draws(seeds, spread, missed):
    draw = np.random.default_rng(seeds)
    wrong = 0
    for _ in range(700):
        level = np.exp(draw.uniform(2.5, 5.3, 6))[None, :, None]
        times = np.maximum(np.round(level * np.exp(spread * draw.normal(size=(4, 6, seeds)))), 1)
        times = np.where(draw.random(times.shape) < missed * draw.random((1, 6, 1)) * 2, INF, times)
        wrong += any(place.rank != 1 for place in profile_of(NAMES, times).standings)
    assert wrong <= 0.07 * 700


# ---- laws

TIMES = arrays.arrays(
    float,
    arrays.array_shapes(min_dims=3, max_dims=3, max_side=4),
    elements=st.one_of(st.integers(1, 500).map(float), st.just(INF)),
)


@given(TIMES)
def test_scores_lie_between_zero_and_one(times):
    found = profile_of(NAMES[: len(times)], times)
    assert all(0 <= place.score <= 1 for place in found.standings)
    assert all(((place.by_seed >= 0) & (place.by_seed <= 1)).all() for place in found.standings)


@given(TIMES)
def test_the_share_never_falls_with_tau(times):
    share = share_within(profile_of(NAMES[: len(times)], times).ratios, np.linspace(1, R_MAX, 31))
    assert (np.diff(share, axis=1) >= 0).all()


@given(TIMES, st.randoms(use_true_random=False))
def test_the_order_of_the_tasks_does_not_matter(times, random):
    order = random.sample(range(times.shape[1]), times.shape[1])
    names = NAMES[: len(times)]
    assert score_of(profile_of(names, times[:, order])) == pytest.approx(score_of(profile_of(names, times)))


@given(TIMES, st.sampled_from([0.001, 0.5, 60.0, 3600.0]))
def test_the_unit_of_time_does_not_matter(times, unit):
    names = NAMES[: len(times)]
    assert score_of(profile_of(names, times * unit)) == pytest.approx(score_of(profile_of(names, times)))


@given(TIMES, st.floats(1, 5), st.integers(0, 3))
def test_a_slower_copy_of_an_entrant_changes_no_other_score(times, factor, place):
    names = NAMES[: len(times)]
    slower = times[[place % len(times)]] * factor
    with_it = score_of(profile_of([*names, "slower"], np.concatenate([times, slower])))
    assert {name: with_it[name] for name in names} == pytest.approx(score_of(profile_of(names, times)))


def test_an_entrant_that_is_best_somewhere_changes_the_others():
    alone = score_of(profile_of(["a", "b"], one_seed([10], [20])))
    joined = score_of(profile_of(["a", "b", "c"], one_seed([10], [20], [5])))
    assert (alone["a"], joined["a"]) == (1, pytest.approx(2 / 3))


@given(TIMES)
def test_who_is_best_on_every_solved_task_has_a_score_of_their_share(times):
    best = times.min(axis=0, keepdims=True)
    found = score_of(profile_of([*NAMES[: len(times)], "best"], np.concatenate([times, best])))
    solved = np.isfinite(np.median(best, axis=2)).mean()
    assert found["best"] == pytest.approx(solved)


# ---- refusals


def test_times_that_are_none_are_refused():
    with pytest.raises(
        RefusedError, match=r"`times` must be > 0, infinite where a target is missed. Received: times=0"
    ):
        profile_of(["a"], one_seed([0]))
    with pytest.raises(RefusedError, match="times=nan"):
        profile_of(["a"], one_seed([np.nan]))


@pytest.mark.parametrize("shape", [(2, 3), (1, 2, 3), (2, 0, 3)])
def test_times_of_another_shape_are_refused(shape):
    with pytest.raises(RefusedError, match=r"`times` must have the shape \(2 entrants, tasks, seeds\)"):
        profile_of(["a", "b"], np.ones(shape))


@pytest.mark.parametrize("r_max", [1.0, 0.0, -4.0])
def test_an_r_max_that_leaves_no_range_is_refused(r_max):
    with pytest.raises(RefusedError, match="`r_max` must be > 1"):
        scores(np.ones((1, 1)), r_max)
