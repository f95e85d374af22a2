"""The threshold advisor: rates, thresholds, effective steps, verdicts, rules replayed, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gradcore.advisor import (
    NormStream,
    advice_document,
    advice_sentences,
    advise,
    compared_rules,
    replay,
    verdict,
)
from gradcore.advisor.advice import rates
from gradcore.advisor.effective import Effective, effective
from gradcore.advisor.interval import intervals
from gradcore.advisor.selection import both_above, gate_correlation
from gradcore.clip_trials import run_stream
from gradcore.errors import RefusedError
from gradcore.specs import Choice
from tests.traces import make_entrant

NORMS = st.lists(st.floats(0, 1e6), min_size=1, max_size=80)


def drifting(steps: int, correlation: float, seed: int = 0) -> np.ndarray:
    draw = np.random.default_rng(seed).normal(size=steps)
    for step in range(1, steps):
        draw[step] += correlation * draw[step - 1]
    return np.exp(draw)


def test_the_rate_is_the_share_of_norms_above_the_threshold():
    stream = NormStream.of([1.0, 2.0, 3.0, 4.0])
    assert stream.rates([0.0, 1.0, 2.5, 4.0]).tolist() == [1.0, 0.75, 0.5, 0.0]


def test_the_threshold_for_a_wanted_rate_clips_that_share_and_no_more():
    stream = NormStream.of(np.arange(1.0, 101.0))
    assert stream.threshold_for(0.05) == 95.0
    assert stream.threshold_for(0.3) == 70.0
    assert stream.threshold_for(0.001) == 100.0
    assert NormStream.of([2.0] * 10).threshold_for(0.5) == 2.0  # ties: no threshold clips half of them


@given(NORMS, st.floats(0.01, 0.99))
def test_no_suggested_threshold_clips_more_than_was_wanted(norms, wanted):
    found = advise(NormStream.of(norms), wanted).suggestion
    assert found.rate <= wanted + 1e-12
    assert found.rate == np.mean(np.array(norms) > found.threshold)


@given(NORMS)
def test_rates_fall_with_the_threshold_and_intervals_hold_their_rate(norms):
    curve = advise(NormStream.of(norms)).curve
    assert (np.diff(curve.threshold) > 0).all()
    assert (np.diff(curve.rate) <= 0).all()
    known = ~np.isnan(curve.low)
    assert (curve.low[known] <= curve.rate[known]).all()
    assert (curve.rate[known] <= curve.high[known]).all()


@given(st.floats(1e-6, 1e6))
def test_another_scale_of_the_loss_moves_the_threshold_alone(scale):
    norms = drifting(600, 0.5)
    one, other = advise(NormStream.of(norms), 0.2).suggestion, advise(NormStream.of(norms * scale), 0.2).suggestion
    assert other.threshold == pytest.approx(one.threshold * scale)
    assert other.interval == pytest.approx(one.interval)


def test_independent_steps_are_worth_themselves():
    found = effective(NormStream.of(drifting(4000, 0.0)), [1.0])
    assert 3600 < found.steps[0] <= 4000


def test_the_effective_steps_of_an_ar1_process_are_those_of_theory():
    # above the median: rho_k = 2/pi asin(.9^k); tau = 1 + 2 sum rho_k = 13.28
    theory = 1 + 2 * sum(2 / math.pi * math.asin(0.9**lag) for lag in range(1, 400))
    times = [effective(NormStream.of(drifting(10_000, 0.9, seed)), [1.0]).time[0] for seed in range(12)]
    assert theory == pytest.approx(13.28, abs=0.01)
    assert np.mean(times) == pytest.approx(theory, rel=0.12)


def test_every_step_twice_is_worth_half_the_steps():
    norms = np.repeat(drifting(3000, 0.0), 2)
    assert effective(NormStream.of(norms), [1.0]).time[0] == pytest.approx(2.0, abs=0.25)


def test_seeds_that_stay_each_at_a_level_of_its_own_are_worth_few_steps():
    levels = np.repeat([[1.0, 2.0, 1.0, 2.0]], 200, axis=0)  # each seed stays where it is: 4 values, not 800
    assert effective(NormStream.of(levels), [1.5]).steps[0] < 20


def test_an_interval_of_independent_steps_is_about_wilsons():
    found = rates(NormStream.of(np.random.default_rng(1).random(1000)), np.array([0.9]))
    rate = found.rate[0]
    centre = (rate + 1.96**2 / 2000) / (1 + 1.96**2 / 1000)
    half = 1.96 * math.sqrt(rate * (1 - rate) / 1000 + 1.96**2 / 4e6) / (1 + 1.96**2 / 1000)
    assert found.low[0] == pytest.approx(centre - half, abs=0.003)
    assert found.high[0] == pytest.approx(centre + half, abs=0.003)


def test_an_interval_is_missing_below_20_effective_events_on_either_side():
    stream = NormStream.of(np.arange(1.0, 1001.0)[np.random.default_rng(0).permutation(1000)])
    found = rates(stream, np.array([5.0, 100.0, 900.0, 995.0]))
    assert np.isnan(found.low).tolist() == [True, False, False, True]
    assert np.isnan(found.high).tolist() == [True, False, False, True]


def worth(steps):
    """Independent steps, as many as that."""
    return Effective(np.array([1.0]), np.array([1.0]), np.array([float(steps)]))


def test_away_from_the_gate_the_end_is_wilsons_on_the_steps_that_students_quantile_leaves():
    wider = stats.t.ppf(0.975, 1000 / 3) / stats.norm.ppf(0.975)
    wilson = stats.binomtest(100, 1000).proportion_ci(0.95, "wilson").high
    high = intervals(np.array([0.1]), 1000, worth(1000 * wider**2))[1][0]
    assert high == pytest.approx(wilson, abs=1e-3)


def test_both_sides_are_alike():
    low, high = (end[0] for end in intervals(np.array([0.03]), 1000, worth(1000)))
    other_low, other_high = (end[0] for end in intervals(np.array([0.97]), 1000, worth(1000)))
    assert (1 - other_high, 1 - other_low) == pytest.approx((low, high), abs=1e-9)


def test_near_the_gate_a_much_smaller_rate_is_plausible():
    """Of the streams with 10 effective events to expect nearly half of those that pass show 21 or more."""
    seen, far = (intervals(np.array([events / 1000]), 1000, worth(1000))[0][0] * 1000 for events in (21, 60))
    assert 21 / seen > 2.4
    assert 60 / far == pytest.approx(1.29, abs=0.03)


@pytest.mark.parametrize(
    ("true", "least", "most"), [(0.007, 0.92, 0.98), (0.010, 0.92, 0.98), (0.016, 0.92, 0.98), (0.03, 0.92, 0.98)]
)
def test_counts_that_pass_the_gate_by_luck_get_an_interval_that_holds_the_truth(true, least, most):
    """Exactly, over all counts of 1,000 independent steps; at 1 % one stream in 304 passes."""
    counts = np.arange(1001)
    chance = stats.binom.pmf(counts, 1000, true)
    low, high = intervals(counts / 1000, 1000, Effective(*np.array([[1.0], [1.0], [1000.0]]).repeat(1001, axis=1)))
    given = ~np.isnan(low)
    held = given & (low <= true) & (true <= high)
    assert 0.92 <= chance[held].sum() / chance[given].sum() <= 0.98


def test_the_rate_of_long_runs_is_half_decided_by_how_many_there_are():
    draw = np.random.default_rng(0)
    runs = [draw.geometric(1 / 10.5, size=draw.poisson(60)) for _ in range(20_000)]  # tau = 2 * 10.5 - 1 = 20
    rate = [np.log(lengths.sum()) for lengths in runs]
    effective_events = [np.log(lengths.sum() ** 2 / np.square(lengths).sum()) for lengths in runs]
    assert gate_correlation(np.array([20.0])) == pytest.approx(0.5013, abs=1e-4)
    assert np.corrcoef(rate, effective_events)[0, 1] == pytest.approx(0.5013, abs=0.03)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9, 0.99])
def test_the_chance_of_two_numbers_above_their_limits_is_scipys(correlation):
    first, second = np.array([-1.0, 0.5, 2.0, 3.0]), np.array([0.0, 0.5, 1.5, -1.0])
    theirs = stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]])
    expected = [theirs.cdf([-a, -b]) for a, b in zip(first, second, strict=True)]
    assert both_above(first, second, np.full(4, correlation)) == pytest.approx(expected, abs=1e-6)


def test_near_the_gate_correlated_events_leave_fewer_small_rates_plausible():
    short, long = (Effective(np.array([tau]), np.array([4.0]), np.array([2000.0])) for tau in (1.0, 6.0))
    lows = [float(intervals(np.array([0.012]), int(2000 * one.time[0]), one)[0][0]) for one in (short, long)]
    assert lows[0] < lows[1]


def test_correlated_steps_widen_the_interval():
    loose, tight = (rates(NormStream.of(drifting(6000, rho)), np.array([1.0])) for rho in (0.9, 0.0))
    assert loose.high[0] - loose.low[0] > 2.5 * (tight.high[0] - tight.low[0])


def test_non_finite_steps_are_counted_and_left_out():
    stream = NormStream.of([[1.0, np.nan], [np.inf, 3.0], [2.0, 4.0]])
    assert (stream.counted, stream.non_finite) == (4, 2)
    assert stream.rates([2.5]).tolist() == [0.5]
    said = advice_sentences(advise(stream, 0.25))
    assert any(sentence.startswith("2 steps are not finite: counted and marked") for sentence in said)


def test_a_seed_counts_until_it_blew_up():
    entrant = make_entrant([[1.0, 1.0], [1.0, 2e3], [1.0, 3e3]], gradient_norm=[[1.0, 2.0], [3.0, 1e20], [5.0, np.inf]])
    stream = NormStream.recorded(entrant)
    assert (stream.counted, stream.non_finite, stream.blown_up) == (4, 0, 1)
    assert stream.ordered.tolist() == [1.0, 2.0, 3.0, 5.0]
    assert any(text.startswith("1 of 2 seeds blew up") for text in advice_sentences(advise(stream)))


def test_one_step_is_told_in_the_singular():
    assert "no interval: 1 step does not show a slow drift" in advice_sentences(advise(NormStream.of([3.0])))[0]


def test_a_number_is_written_alike_in_title_and_text():
    said = advice_sentences(advise(NormStream.of([77510.0, 1.0]), 0.5))[0]
    assert said.startswith("A threshold of 1 is exceeded")
    assert advice_sentences(advise(NormStream.of([77510.0, 8e4]), 0.5))[0].startswith("A threshold of 77510 is")


def test_the_steps_left_out_at_the_start_are_told_where_the_rule_would_act_there():
    said = advice_sentences(advise(NormStream.of([9.0] * 10 + [1.0, 2.0] * 20, first_step=10), 0.4))
    assert any("100 % are above it too" in text for text in said)


@pytest.mark.parametrize(
    ("norms", "first", "sentence"),
    [
        ([1.0, -0.5], 0, "a norm must not be negative. Received: -0.5 at step 1"),
        ([1.0, -np.inf], 0, "a norm must not be negative. Received: -inf at step 1"),
        ([], 0, "`norms` must hold at least one step. Received: norms=[0, 1]"),
        ([np.nan, np.inf], 0, "the stream must hold a finite norm. Received: none"),
        ([1.0, 2.0], 2, "`first_step` must be a step of the stream, 0 to 1. Received: first_step=2"),
    ],
)
def test_what_is_no_stream_is_refused_in_one_sentence(norms, first, sentence):
    with pytest.raises(RefusedError) as refusal:
        NormStream.of(norms, first)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("wanted", [0.0, 1.0, -0.1, math.nan])
def test_a_wanted_rate_outside_0_to_1_is_refused(wanted):
    with pytest.raises(RefusedError, match="`rate` must be above 0 and below 1"):
        advise(NormStream.of([1.0, 2.0]), wanted)


@pytest.mark.parametrize("norms", [[3.0], [0.0], [0.0] * 50, [1e150, 1e-150], [5.0] * 1000])
def test_degenerate_streams_get_an_advice_without_an_interval(norms):
    advice = advise(NormStream.of(norms))
    assert advice.suggestion.interval is None
    assert (advice.suggestion.rule is None) == (advice.suggestion.threshold == 0)
    assert advice_sentences(advice)


def test_rare_large_steps_make_a_seat_belt():
    found = verdict(NormStream.of([1.0] * 95 + [10.0] * 5), 5.0)
    assert (found.name, found.rate, found.size, found.scale) == ("seat belt", 0.05, 10.0, 0.5)
    assert found.sentence == (
        "Seat belt: it acts on 5 % of the steps, and those are large, typically 10 times the median norm. Every other "
        "step passes unchanged."
    )


def test_large_steps_before_a_blow_up_are_no_seat_belt_and_neither_are_those_of_the_start():
    growing = [1.0] * 95 + [10.0] * 5
    lost = verdict(NormStream.of(growing, ends=[99]), 5.0)
    assert lost.name == "in between"
    assert "typically 10 times the median norm: rare, but the run blew up" in lost.sentence
    falling = verdict(NormStream.of(growing[::-1]), 5.0)
    assert (falling.name, falling.rate) == ("in between", 0.05)
    assert "the median norm: mostly at the start" in falling.sentence


def test_most_steps_clipped_make_a_limiter_and_what_that_means_depends_on_the_optimizer():
    stream = NormStream.of([2.0] * 80 + [0.5] * 20)
    assert "with SGD that is a smaller learning rate" in verdict(stream, 1.0, "SGD").sentence
    assert verdict(stream, 1.0, "Adam").sentence.startswith(
        "Step-size limiter: it acts on 80 % of the steps and leaves 0.5 of the typical clipped gradient. With Adam it "
        "comes to training on normalised gradients"
    )
    both = verdict(stream, 1.0).sentence
    assert "SGD" in both
    assert "Adam and its relatives" in both


def test_a_threshold_above_every_step_is_never_and_ordinary_steps_are_in_between():
    stream = NormStream.of(np.linspace(1, 2, 100))
    assert verdict(stream, 2.0).sentence == "Never: no step is above 2."
    assert verdict(stream, 1.95).name == "in between"
    assert verdict(stream, 1.7).name == "in between"


def test_rules_replay_as_a_stream_trial_applies_them():
    norms = np.concatenate([drifting(150, 0.5), [np.nan, 40.0]])
    rules = compared_rules(2.0, 0.1)
    trial = run_stream([[np.array([norm])] for norm in norms], rules)
    for ours, theirs in zip(replay(norms, rules), trial.results, strict=True):
        np.testing.assert_array_equal(ours.clipped, theirs.clipped)
        np.testing.assert_array_equal(ours.threshold, theirs.threshold)
        assert ours.skipped == 1


def test_a_replay_looks_at_the_last_steps_and_leaves_non_finite_ones_out_of_the_rate():
    found = replay(np.array([9.0, 9.0, 1.0, np.inf]), [Choice.of("clip_by_global_norm", max_norm=2.0)], last=3)[0]
    assert found.clipped.tolist() == [True, False, False]
    assert (found.rate, found.skipped, found.last_threshold) == (0.5, 1, 2.0)


def test_a_threshold_of_0_is_compared_with_rules_that_do_not_need_one():
    assert [rule.name for rule in compared_rules(0.0, 0.05)] == ["adaptive_percentile", "autoclip", "zclip"]


def test_fixed_percentile_and_z_score_rules_are_compared():
    found = replay(np.ones(5), compared_rules(2.0, 0.1))
    assert [one.kind for one in found] == ["a fixed norm", "a percentile", "a percentile", "a z-score"]


def test_the_document_holds_numbers_only_json_has():
    document = advice_document(advise(NormStream.of([1.0, np.nan, 3.0]), 0.5), run_id="abc")
    assert document["run_id"] == "abc"
    assert document["non_finite"] == 1
    assert document["suggestion"]["threshold"] == 1.0
    assert document["suggestion"]["rule"] == {"rule": "clip_by_global_norm", "max_norm": 1.0}
    first = document["thresholds"][0]
    assert (first["threshold"], first["clip_rate"], first["interval"]) == (1.0, 0.5, None)
