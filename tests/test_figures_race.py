import json

import numpy as np
import pytest

from gradcore.figures import claims, curves, race, theme
from tests.traces import decoded, make_entrant, make_race, make_trace, shortened

NAN, INF = float("nan"), float("inf")
FALLING = [[4.0, 4.0, 4.0, 4.0, 4.0], [1.0, 2.0, 3.0, 4.0, 5.0]]


def only(entrant, measure="loss"):
    return curves.curves([entrant], measure)[0]


@pytest.mark.parametrize("seeds", [1, 3, 5])
def test_live_charts_hold_what_is_not_finite_and_zero(seeds):
    rows = [[4.0] * seeds, [1.0] * seeds, [0.0] * seeds, [INF] * seeds]
    trace = make_trace([make_entrant(rows), make_entrant(rows, label="SGD")], steps=9)
    marks = [line for line in race.loss_curves(trace).data if line.mode == "markers"]
    assert {mark.marker.symbol for mark in marks} == {"triangle-up", "triangle-down"}


# ---- curves: data


def test_a_curve_is_the_median_with_10_and_90_percent_of_the_seeds():
    curve = only(make_entrant(FALLING))
    assert curve.median.tolist() == [4.0, 3.0]
    assert curve.low.tolist() == pytest.approx([4.0, 1.4])
    assert curve.high.tolist() == pytest.approx([4.0, 4.6])
    assert curve.end == (1, 3.0)


def test_a_lost_seed_counts_as_worst_in_the_median_and_leaves_the_band():
    curve = only(make_entrant([[1.0] * 5, [NAN, 1.0, 2.0, 3.0, 4.0]]))
    assert curve.median.tolist() == [1.0, 3.0]
    assert curve.high.tolist() == pytest.approx([1.0, 3.7])
    assert curve.lost == ((1, 1),)
    assert curve.diverged_at is None


def test_a_curve_diverges_where_its_median_seed_does():
    assert curves.diverged_at(np.array([[1.0, 1.0, 1.0], [1.0, NAN, 1.0], [1.0, NAN, INF]])) == 2
    assert curves.diverged_at(np.array([[1.0], [999.0], [1001.0]])) == 2
    assert curves.diverged_at(np.array([[1.0], [1000.0]])) is None


def test_missing_medians_are_gaps_and_zeros_are_known():
    curve = only(make_entrant([[1.0], [0.0], [0.0], [2.0], [0.0], [NAN]]))
    assert np.isnan(curve.median[5])
    assert curve.zeros == (1, 4)


def test_a_diverging_curve_leaves_the_frame_instead_of_flattening_the_others():
    calm = make_entrant([[1.0], [0.5], [0.1]], label="Adam")
    wild = make_entrant([[1.0], [2.0], [5000.0]], label="SGD")
    assert curves.reach(curves.curves([calm, wild], "loss")) == pytest.approx((0.1, 2.0))


def test_where_all_diverge_the_axis_shows_them_all():
    wild = make_entrant([[1.0], [900.0], [5000.0]], label="SGD")
    assert curves.reach(curves.curves([wild], "loss")) == pytest.approx((1.0, 900.0))


def test_an_axis_without_values_is_still_an_axis():
    assert curves.reach([]) == (0.1, 1.0)
    assert curves.reach(curves.curves([make_entrant([[NAN], [NAN]])], "loss")) == (0.1, 1.0)


def test_thinning_keeps_every_peak_and_every_gap():
    values = np.ones(20_000, dtype=np.float32)
    values[[777, 15_003]] = [1e6, 1e-6]
    values[9_999] = NAN
    line = curves.thin(values, points=200)
    assert len(line.steps) <= 400
    assert {0, 777, 9_999, 15_003, 19_999} <= set(line.steps.tolist())
    assert line.values[line.steps == 777].tolist() == [1e6]


def test_a_short_line_is_not_thinned():
    assert curves.thin(np.arange(700, dtype=np.float32)).steps.tolist() == list(range(700))


def test_a_band_is_one_polygon_for_each_stretch():
    curve = only(make_entrant([[1.0, 2.0], [NAN, NAN], [3.0, 5.0]]))
    outline = curves.band(curve)
    assert outline.steps.tolist() == [0, 0, 2, 2, 2]
    assert outline.values.tolist() == pytest.approx([1.9, 1.1, NAN, 4.8, 3.2], nan_ok=True)


# ---- titles: what may be claimed


def race_of(**losses):
    """A race over one step: {label: losses of the seeds}."""
    return make_trace([make_entrant([seeds], label=label) for label, seeds in losses.items()])


def test_the_title_says_on_every_seed_only_where_it_holds():
    trace = race_of(Adam=[0.1, 0.2], SGD=[0.3, 0.4])
    assert claims.loss_title(trace) == "Loss ends lowest with Adam, on every seed"


def test_the_title_names_who_matches_the_leader_on_a_seed():
    trace = race_of(Adam=[0.1, 0.2, 0.3], AdamW=[0.1, 0.5, 0.5], SGD=[0.3, 0.4, 0.5])
    assert claims.loss_title(trace) == "Loss ends lowest with Adam; AdamW matches or beats it on some seeds"


def test_the_title_counts_when_many_match_the_leader():
    trace = race_of(Adam=[0.1, 0.9], AdamW=[0.2, 0.2], Lion=[0.3, 0.3], SGD=[0.3, 0.4])
    assert claims.loss_title(trace) == "Loss ends lowest with Adam; 3 others match or beat it on some seeds"


def test_one_seed_claims_nothing_about_seeds():
    assert claims.loss_title(race_of(Adam=[0.1], SGD=[0.3])) == "Loss ends lowest with Adam"


def test_a_running_race_says_so_far_and_compares_at_a_step_that_all_have():
    fast = make_entrant([[1.0], [0.2], [0.1]], label="Adam")
    slow = make_entrant([[1.0], [0.15]], label="SGD")
    trace = make_trace([fast, slow], steps=10)
    assert claims.leader(trace) == claims.Leader(1, ("SGD",))
    assert claims.loss_title(trace) == "Loss is lowest with SGD so far"
    assert claims.loss_title(trace, ended=True) == "Loss was lowest with SGD when it stopped"


def test_titles_say_what_is_there_when_nothing_is_or_nobody_lived():
    nothing = make_trace([make_entrant(np.empty((0, 5)), label="SGD")], steps=10)
    assert claims.loss_title(nothing, ended=True) == claims.norm_title(nothing, ended=True) == "Nothing was recorded"
    dead = make_trace([make_entrant([[1.0], [NAN]], label="SGD")])
    assert claims.norm_title(dead) == "Every entrant diverged"


def test_a_lone_step_is_a_dot():
    drawn = race.loss_curves(make_trace([make_entrant([[0.7]], label="SGD")]))
    assert [trace.mode for trace in drawn.data] == ["markers"]


def test_the_steps_that_a_stopped_race_never_reached_take_no_room():
    trace = make_trace([make_entrant([[1.0], [0.5], [0.2]], label="Adam")], steps=20_000)
    assert tuple(race.loss_curves(trace).layout.xaxis.range) == (0, 19_999)
    assert tuple(race.loss_curves(trace, ended=True).layout.xaxis.range) == (0, 2)


def test_a_race_without_steps_waits():
    empty = make_entrant(np.empty((0, 5)), label="SGD")
    assert claims.loss_title(make_trace([empty], steps=10)) == "Waiting for the first steps"
    assert claims.norm_title(make_trace([empty], steps=10)) == "Waiting for the first steps"
    half = make_trace([empty, make_entrant(FALLING)], steps=10)
    assert claims.loss_title(half) == "The first steps are coming in"


def test_the_title_says_who_diverged():
    calm, wild = make_entrant([[1.0], [0.5]], label="Adam"), make_entrant([[1.0], [NAN]], label="SGD")
    assert claims.loss_title(make_trace([calm, wild])) == "Loss ends lowest with Adam, SGD diverged".replace(",", ";")
    assert claims.loss_title(make_trace([wild])) == "Every entrant diverged"


def test_the_norm_title_gives_the_extremes():
    low = make_entrant([[1.0]], label="Adam", gradient_norm=[[0.0123]])
    high = make_entrant([[1.0]], label="SGD", gradient_norm=[[4.56]])
    assert claims.norm_title(make_trace([high, low])) == "Gradient norms end between 0.012 (Adam) and 4.6 (SGD)"
    assert claims.norm_title(make_trace([high], steps=9)) == "Gradient norms are at 4.6 (SGD)"


# ---- curves: drawing


def test_five_seeds_have_a_band_and_three_have_thin_lines():
    fills = [trace.get("fill") for trace in decoded(race.loss_curves(make_race(steps=5, seeds=5)))]
    assert fills.count("toself") == 6
    lines = [trace["line"]["width"] for trace in decoded(race.loss_curves(make_race(steps=5, seeds=3)))]
    assert sorted(lines) == [1] * 18 + [2] * 6


def test_lines_carry_steps_values_and_their_name():
    trace = make_trace([make_entrant([[4.0], [2.0], [NAN]], label="SGD")])
    line = decoded(race.loss_curves(trace))[0]
    assert line["x"] == [0, 1, 2]
    assert line["y"] == pytest.approx([4.0, 2.0, NAN], nan_ok=True)
    assert (line["name"], line["line"]["color"], line["line"]["dash"]) == ("SGD", "#234FFD", "solid")


def test_a_lost_seed_is_marked_on_the_upper_edge_with_its_step():
    trace = make_trace([make_entrant([[1.0, 1.0], [1.0, INF], [1.0, NAN]], label="SGD")])
    mark = decoded(race.loss_curves(trace))[-1]
    assert (mark["x"], mark["y"], mark["yaxis"]) == ([1], [1.0], "y2")
    assert mark["text"] == ["SGD: 1 of 2 seeds not finite from step 1"]


def test_a_zero_is_marked_on_the_lower_edge_and_drawn_as_a_gap():
    drawn = decoded(race.loss_curves(make_trace([make_entrant([[1.0], [0.0], [1.0]], label="SGD")])))
    assert drawn[0]["y"] == pytest.approx([1.0, NAN, 1.0], nan_ok=True)
    assert (drawn[-1]["x"], drawn[-1]["y"]) == ([1], [0.0])
    assert drawn[-1]["text"] == ["SGD: 0 at step 1"]


def test_the_end_of_a_diverged_line_says_when():
    wild = make_entrant([[1.0]] * 43 + [[NAN]] * 2, label="SGD")
    note = race.loss_curves(make_trace([wild, make_entrant([[1.0]] * 45)])).layout.annotations[0]
    assert note.text == "SGD<br>diverged at step 43"
    assert note.x == 43


def test_names_at_the_line_ends_do_not_overlap():
    same = [make_entrant([[1.0], [0.5]], label=f"Adam {number}") for number in range(6)]
    figure = race.loss_curves(make_trace(same), height=440)
    places = sorted(note.y for note in figure.layout.annotations)
    pixels = np.diff(places) * (440 - 72 - 48)
    assert pixels.min() >= 16.9
    assert places[0] >= 0
    assert places[-1] <= 1


def test_too_many_names_become_a_legend():
    many = [make_entrant([[1.0], [0.5]], label=f"Adam {number}") for number in range(24)]
    figure = race.loss_curves(make_trace(many))
    assert figure.layout.showlegend
    assert not figure.layout.annotations


def test_the_axes_say_what_they_plot_with_units():
    figure = race.loss_curves(make_race(steps=5))
    assert figure.layout.xaxis.title.text == "Step"
    assert figure.layout.yaxis.title.text == "Training loss"
    assert figure.layout.title.subtitle.text == (
        "Training loss (cross-entropy, nats), median of 5 seeds, band 10 to 90 %"
    )
    assert list(figure.layout.xaxis.range) == [0, 4]


def test_the_x_axis_holds_all_steps_from_the_start():
    assert list(race.loss_curves(make_race(steps=20, asked=200)).layout.xaxis.range) == [0, 199]


def test_hover_is_sorted_by_value():
    figure = race.gradient_norms(make_race(steps=5))
    template = json.loads(theme.to_json(figure))["layout"]["template"]["layout"]
    assert (template["hovermode"], template["hoversort"]) == ("x unified", "value descending")


@pytest.mark.parametrize("draw", [race.loss_curves, race.gradient_norms, race.final_validation, race.stability])
@pytest.mark.parametrize("steps", [0, 1, 7])
def test_every_figure_works_while_entrants_have_few_steps_or_none(draw, steps):
    trace = make_race(steps=8)
    first, *rest = shortened(trace, steps).entrants
    figure = draw(make_trace([first, *shortened(trace, 0).entrants[1:], *rest[:0]], steps=8))
    assert json.loads(theme.to_json(figure))["layout"]["title"]["text"]


def test_a_long_race_of_twelve_stays_small():
    rates = {f"Adam {number}": 0.01 * (number + 1) for number in range(12)}
    text = theme.to_json(race.loss_curves(make_race(steps=2000, seeds=5, rates=rates)))
    assert len(text) < 260_000


def test_a_label_with_markup_stays_text():
    figure = race.loss_curves(make_trace([make_entrant([[1.0]], label="<a href='x'>", optimizer="SGD")]))
    assert "<a" not in theme.to_json(figure).replace('"meta": "<a', "").replace('"name": "<a', "")


def test_beside_validation_losses_the_title_says_that_these_are_training_losses():
    trace = race_of(Adam=[0.1], SGD=[0.3])
    drawn = race.loss_curves(trace, ended=True, beside_validation=True)
    assert drawn.layout.title.text.startswith("Training loss ends lowest with Adam")
    assert race.loss_curves(trace, ended=True).layout.title.text.startswith("Loss ends lowest with Adam")
