import numpy as np
import pytest

from gradcore.figures import final_loss, race, ranking, stability
from gradcore.records import Ranked
from tests.traces import decoded, make_entrant, make_trace

NAN, INF = float("nan"), float("inf")

# ---- final validation loss


def finished(label, losses, metrics=None):
    return make_entrant([[1.0] * len(losses)], label=label, validation_loss=losses, validation_metric=metrics)


def test_finals_are_sorted_by_median_with_the_range_of_the_seeds():
    found = final_loss.finals(make_trace([finished("SGD", [3.0, 1.0, 2.0]), finished("Adam", [0.1, 0.3, 0.2])]))
    assert [final.label for final in found] == ["Adam", "SGD"]
    assert found[0].median == 0.2
    assert found[0].interval == pytest.approx((0.12, 0.28))


def test_a_final_with_most_seeds_lost_has_no_finite_median():
    final = final_loss.finals(make_trace([finished("SGD", [1.0, NAN, INF], [0.5, NAN, NAN])]))[0]
    assert final.median == INF
    assert final.metric == -INF  # infinitely bad: a seed without a number counts


def test_accuracy_stands_beside_the_loss():
    figure = race.final_validation(make_trace([finished("Adam", [0.1, 0.3, 0.2], [0.95, 0.9, 0.91])]))
    assert [note.text for note in figure.layout.annotations] == ["accuracy", "91.0 %"]
    drawn = decoded(figure)
    assert drawn[2]["text"] == ["Adam: median loss 0.2, accuracy 0.91"]
    assert drawn[1]["text"][0] == "Adam, seed 0: loss 0.1, accuracy 0.95"


def test_a_lost_seed_stands_on_the_right_edge():
    figure = race.final_validation(make_trace([finished("Adam", [0.1, 0.2, INF])]))
    seeds = decoded(figure)[1]
    assert seeds["marker"]["symbol"] == ["circle", "circle", "triangle-right"]
    assert np.log10(seeds["x"][2]) == pytest.approx(figure.layout.xaxis.range[1], abs=1e-3)


def test_the_final_title_counts_until_all_have_finished():
    running = make_trace([finished("Adam", [0.1]), make_entrant([[1.0]], label="SGD")])
    assert race.final_validation(running).layout.title.text == "1 of 2 have finished"
    done = make_trace([finished("Adam", [0.123]), finished("SGD", [2.5])])
    assert race.final_validation(done).layout.title.text == "Median validation loss goes from 0.123 (Adam) to 2.5 (SGD)"
    lost = make_trace([finished("Adam", [NAN])])
    assert race.final_validation(lost).layout.title.text == "No entrant has a finite validation loss"


# ---- stability


def test_stability_is_mean_and_deviation_over_steps_then_the_median_over_seeds():
    norms = [[1.0, 2.0, 10.0], [3.0, 2.0, 30.0]]
    found = stability.stabilities(make_trace([make_entrant(norms, label="SGD")]))[0]
    assert found.mean.tolist() == [2.0, 2.0, 20.0]
    assert found.deviation.tolist() == [1.0, 0.0, 10.0]
    assert found.median == (11.0, 5.5)


def test_what_is_not_finite_is_named_instead_of_drawn():
    trace = make_trace([make_entrant([[1.0], [2.0]], label="Adam"), make_entrant([[1.0], [NAN]], label="SGD")])
    figure = race.stability(trace)
    assert figure.layout.title.subtitle.text.endswith(
        "each seed and the median; 100 % of the variance is a straight trend; not drawn, because not finite: SGD"
    )
    assert figure.layout.title.text == "The gradient norm of Adam varies by 33 % of its mean"


def test_a_norm_that_only_falls_is_all_trend_and_one_that_swings_is_none():
    assert stability.trend_share(np.array([[4.0, 1.0], [3.0, 2.0], [2.0, 2.0], [1.0, 1.0]])).tolist() == [1.0, 0.0]


def test_what_is_left_without_the_trend_is_a_hollow_point_below_the_median():
    norms = np.array([[4.0], [2.0], [3.0], [1.0]])  # a line of slope -0.8 explains 64 % of the variance, 1.25
    trace = make_trace([make_entrant(np.ones((4, 1)), label="SGD", gradient_norm=norms)])
    assert stability.stabilities(trace)[0].residual == pytest.approx(np.sqrt(1.25 * 0.36))
    figure = race.stability(trace)
    hollow = next(part for part in figure.data if part.marker.symbol == "circle-open")
    assert (float(hollow.x[0]), float(hollow.y[0])) == pytest.approx((2.5, np.sqrt(0.45)))
    assert figure.layout.title.subtitle.text.endswith("hollow: without its straight trend, 64 % of the variance")


def test_norms_that_read_the_same_are_not_told_apart_in_the_titles():
    norms = np.array([[1.1, 1.1], [0.9, 0.9]])
    trace = make_trace([make_entrant(np.ones((2, 2)), label=label, gradient_norm=norms) for label in ("SGD", "Adam")])
    assert race.stability(trace).layout.title.text == "Gradient norms vary by 10 % of their mean, all of them"
    assert race.gradient_norms(trace).layout.title.text == "Gradient norms end near 0.9, all of them"


def test_one_step_has_no_spread_to_draw():
    figure = race.stability(make_trace([make_entrant([[3.4]], label="Adam")]))
    assert figure.layout.title.text == "No gradient norm that is finite and varies"
    assert figure.layout.title.subtitle.text.startswith("Gradient norm over 1 step,")


def test_seeds_that_diverged_are_counted_beside_the_final_loss():
    lost = make_entrant([[1.0, 1.0], [0.5, NAN]], label="SGD", validation_loss=[0.5, NAN], validation_metric=[0.9, NAN])
    sound = make_entrant(
        [[1.0, 1.0], [0.5, 0.5]], label="Adam", validation_loss=[0.5, 0.5], validation_metric=[0.9, 0.9]
    )
    notes = [note.text for note in race.final_validation(make_trace([sound, lost])).layout.annotations]
    assert notes == ["accuracy", "90.0 %", "diverged"]
    partly = make_entrant(
        [[1.0] * 3, [0.5, 0.5, NAN]], label="SGD", validation_loss=[0.5, 0.6, NAN], validation_metric=[0.9, 0.8, NAN]
    )
    drawn = race.final_validation(make_trace([partly]))
    assert [note.text for note in drawn.layout.annotations] == ["accuracy", "80.0 %, 1 diverged"]


def test_a_loss_of_zero_stands_on_the_left_edge():
    solved = make_entrant([[1.0, 1.0]], label="SGD", validation_loss=[0.0, 0.0])
    slow = make_entrant([[1.0, 1.0]], label="Adam", validation_loss=[0.01, 0.1])
    figure = race.final_validation(make_trace([solved, slow]))
    large = [part for part in figure.data if part.marker.size == 12]
    assert [(part.name, part.marker.symbol) for part in large] == [("SGD", ("triangle-left",)), ("Adam", ("circle",))]
    left, right = (10**end for end in figure.layout.xaxis.range)
    assert left < large[0].x[0] < 1.001 * left < right
    assert figure.layout.title.subtitle.text.endswith("small points: each seed; left edge: 0")


# ---- ranking


def test_where_the_best_loss_is_zero_the_axis_still_has_a_span():
    places = [row("a", median=0.0), row("b", 2, median=0.1, interval=None)]
    trace = make_trace([make_entrant([[1.0]], label="a"), make_entrant([[1.0]], label="b")])
    assert list(race.ranking(trace, places).layout.xaxis.ticktext)[::5] == ["1×", "2×"]


def row(label, rank=1, median=0.1, interval=(1.0, 1.0), tied=()):
    return Ranked(label, rank, median, interval, tuple(tied))


@pytest.mark.parametrize(
    ("ranked", "title"),
    [
        ([], "The ranking comes when the first entrant has finished"),
        ([row("a"), row("b", 2)], "a is first: every other loss is significantly higher"),
        ([row("a", tied=["b"]), row("b", tied=["a"])], "a leads; nothing separates it from b"),
        ([row("a", tied="bcd"), row("b"), row("c"), row("d")], "a leads; nothing separates it from 3 others"),
        (
            [row("a", interval=None, tied=["b"]), row("b", interval=None)],
            "One seed ranks nothing; a has the lowest loss in it",
        ),
    ],
)
def test_the_ranking_title_claims_no_more_than_the_ties_allow(ranked, title):
    assert ranking.ranking_title(ranked, len(ranked)) == title


def test_a_partial_ranking_says_so():
    assert ranking.ranking_title([row("a")], 3) == "1 of 3 have finished; a has the lowest median loss of them"


def test_brackets_hold_sets_in_which_every_two_are_tied():
    chain = [row("a", tied="b"), row("b", tied="ac"), row("c", tied="b"), row("d")]
    assert ranking.ties(chain) == [(0, 1), (1, 2)]
    assert ranking.ties([row("a", tied="c"), row("b"), row("c", tied="a")]) == [(0, 2)]
    assert ranking.ties([row(label, tied="abc".replace(label, "")) for label in "abc"]) == [(0, 1, 2)]
    assert ranking.ties([]) == []


def test_the_point_is_the_centre_of_the_interval_else_the_ratio_of_medians():
    assert ranking.ratio(row("a", interval=(2.0, 8.0)), best=0.1) == pytest.approx(4.0)
    assert ranking.ratio(row("a", median=0.3, interval=None), best=0.1) == pytest.approx(3.0)
    assert ranking.ratio(row("a", median=0.0, interval=None), best=0.0) == 1.0


def test_a_diverged_entrant_stands_on_the_edge_of_the_ranking():
    trace = make_trace([finished("Adam", [0.1]), finished("SGD", [INF])])
    figure = race.ranking(trace, [row("Adam", 1, 0.1), row("SGD", 2, INF, None)])
    assert decoded(figure)[-1]["marker"]["symbol"] == "triangle-right"
    assert [note.text for note in figure.layout.annotations] == ["rank", "<b>1</b>", "<b>2</b>"]


def test_a_sparkline_skips_what_a_log_axis_cannot_hold():
    line, dot = decoded(race.sparkline([1.0, 0.5, 0.0, INF, 0.25]))
    assert line["y"] == pytest.approx([1.0, 0.5, NAN, NAN, 0.25], nan_ok=True)
    assert (dot["x"], dot["y"]) == ([4], [0.25])
    assert len(race.sparkline([]).data) == 1
