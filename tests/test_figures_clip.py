"""The figures of one step and of a stream: what they claim, and what they hold."""

import numpy as np
import pytest

from gradcore.clip_trials import one_step, run_stream
from gradcore.clip_trials.reading import notebook_beside
from gradcore.clip_trials.shape import shape
from gradcore.clip_trials.spread import spread
from gradcore.clipping import CLIP_RULES
from gradcore.figures import clip_step, clip_stream
from gradcore.figures.rule_looks import rule_looks
from gradcore.figures.signed_log import signed_scale
from gradcore.scenarios import SCENARIOS
from gradcore.specs import Choice, Phase, StreamSpec
from gradcore.streams import stream_steps

WHOLE = Choice.of("clip_by_global_norm", max_norm=5.0)
VALUE = Choice.of("clip_by_value", max_value=10.0)
SHARE = Choice("ten_percent")
CLASS = Choice.of("adaptive_percentile", percentile=90.0, history=50)


def step(scenario, *rules):
    return one_step(SCENARIOS[scenario].gradients, rules)


def title(figure):
    return figure.layout.title.text


def named(figure, name):
    return next(trace for trace in figure.data if trace.name == name and trace.showlegend is not False)


def stream(rules, spec=None):
    spec = spec or StreamSpec()
    trial = run_stream(stream_steps(spec), rules)
    return spec, trial, notebook_beside(trial)


def test_every_rule_differs_from_the_others_by_more_than_its_colour():
    looks = rule_looks(list(CLIP_RULES))
    assert len({(look.color, look.marker) for look in looks}) == len(looks)
    assert len({(look.marker, look.dash) for look in looks}) >= 10
    assert rule_looks(["retired"])[0].color


@pytest.mark.parametrize(
    ("values", "logarithmic"),
    [([0.1, -0.3], False), ([100, -1.5], True), ([0, 0], False), ([np.nan], False), ([1e-45, 3e38], True), ([], False)],
)
def test_an_axis_for_both_signs_keeps_order_and_frame(values, logarithmic):
    values = np.array(values, dtype=np.float64)
    scale = signed_scale(values)
    assert scale.logarithmic == logarithmic
    heights = scale.heights(values)
    assert np.isfinite(heights).all()
    assert (np.abs(heights) <= scale.edge).all()
    finite = np.isfinite(values)
    assert (
        np.sign(heights[finite & (np.abs(values) > 1e30)]) == np.sign(values[finite & (np.abs(values) > 1e30)])
    ).all()
    axis = scale.axis("Entry")
    assert axis["tickvals"] == sorted(axis["tickvals"])
    assert len(axis["tickvals"]) == len(axis["ticktext"]) <= 21
    assert "0" in axis["ticktext"]


def test_ticks_of_the_signed_axis_are_where_they_say():
    scale = signed_scale(np.array([1.0, -100.0]))
    axis = scale.axis("Entry")
    assert axis["ticktext"] == ["-100", "-10", "-1", "0", "1", "10", "100"]
    assert scale.heights(np.array([10.0]))[0] == pytest.approx(np.log10(11))


def test_entries_hold_every_value_before_and_after():
    figure = clip_step.entries(step("explosive", VALUE, WHOLE))
    assert title(figure) == "The largest entry, 300, becomes 3.162 (Global norm) to 10 (By value)"
    assert list(named(figure, "Before").text) == [
        "1:1 before: 100", "1:2 before: -150", "1:3 before: 200", "2:1 before: 300", "2:2 before: -250",
    ]  # fmt: skip
    assert named(figure, "By value").text[1] == "By value, 1:2: -150 → -10"
    assert list(figure.layout.xaxis.ticktext) == ["1:1", "1:2", "1:3", "2:1", "2:2"]


def test_what_is_not_finite_stands_hollow_on_the_frame():
    figure = clip_step.entries(step("non_finite", WHOLE))
    assert title(figure) == "One entry is not finite; Global norm makes that 5"
    assert "hollow on the frame: not finite" in figure.layout.title.subtitle.text
    assert set(named(figure, "Global norm").marker.symbol) == {"triangle-up-open"}
    assert named(figure, "Before").text[1] == "1:2 before: Inf"


def test_of_too_many_entries_the_largest_are_shown():
    gradients = [np.arange(1000, dtype=np.float32)]
    figure = clip_step.entries(one_step(gradients, [WHOLE]))
    assert len(named(figure, "Before").x) == 40
    assert "the 40 largest of 1,000 entries" in figure.layout.title.subtitle.text
    assert named(figure, "Before").text[-1] == "1:1000 before: 999"


def test_the_angle_is_drawn_at_its_true_angle():
    figure = clip_step.angles(step("explosive", VALUE, WHOLE))
    assert title(figure) == "By value turns the gradient by 19.5°; Global norm keeps its direction"
    ray = named(figure, "By value")
    assert (ray.x[0], ray.y[0]) == (pytest.approx(0.942809, abs=1e-6), pytest.approx(0.333333, abs=1e-5))
    assert figure.layout.xaxis.scaleanchor == "y"
    assert title(clip_step.angles(step("normal", WHOLE, SHARE))) == "Every rule keeps the direction"
    assert title(clip_step.angles(step("non_finite", WHOLE))) == "Without a direction there is no angle"


def test_the_shape_of_a_rule_goes_over_six_decades_and_marks_this_gradient():
    found = step("explosive", WHOLE, SHARE, Choice("normalized"))
    shapes = shape(found.gradients, [one.choice for one in found.results])
    figure = clip_step.shapes(found, shapes)
    assert (shapes.before[0], shapes.before[-1]) == (pytest.approx(1e-3), pytest.approx(1e3))
    assert np.max(shapes.after[0]) == pytest.approx(5, rel=1e-6)
    assert title(figure) == "Normalized lengthens short gradients"
    marks = [trace for trace in figure.data if trace.mode == "markers"]
    assert [tuple(np.round([*mark.x, *mark.y], 2)) for mark in marks] == [(474.34, 5), (474.34, 10), (474.34, 1)]


def test_each_rule_is_named_at_the_end_of_its_shape_on_a_phone_in_a_legend():
    found = step("explosive", WHOLE, SHARE, Choice("normalized"))
    figure = clip_step.shapes(found, shape(found.gradients, [one.choice for one in found.results]))
    notes = {note.name: note.y for note in figure.layout.annotations}
    assert sorted(notes, key=notes.get) == ["Normalized", "Global norm", "Ten percent", "unchanged"]
    assert not figure.layout.showlegend
    assert (figure.layout.meta["narrow"]["annotations"], figure.layout.meta["narrow"]["showlegend"]) == ([], True)


def test_the_shape_moves_to_where_the_gradient_is_and_survives_zero():
    far = shape([np.array([1e20, 0], np.float32)], [WHOLE])
    assert far.before[24] == pytest.approx(1e20)
    zero = shape([np.zeros(2), None], [WHOLE])
    assert np.isfinite(zero.after[0]).all()
    assert np.isfinite(shape([None], [WHOLE]).after[0]).all()


def test_the_stream_marks_clipped_steps_phases_and_what_is_not_finite():
    spec, trial, run = stream([CLASS, WHOLE], StreamSpec(non_finite_at=(3,)))
    figure = clip_stream.norms(spec, trial, run)
    sizes = named(figure, "Recent percentile").marker.size
    assert sum(size > 0 for size in sizes) == int(trial.results[0].clipped.sum())
    assert [note.text for note in figure.layout.annotations] == ["normal", "rise", "explosion", "recovery"]
    assert list(named(figure, "Not finite").x) == [3]
    assert named(figure, "Not finite").text[0] == "step 3: the norm is NaN"
    assert named(figure, "Global norm").text[12].startswith("clipped 17")
    assert named(figure, "Global norm").text[12].endswith("→ 5 (threshold 5)")


def test_titles_of_the_stream_say_what_is_seen():
    assert title(clip_stream.norms(*stream([CLASS, WHOLE]))) == "Recent percentile clips 8 of 20 steps, Global norm 5"
    assert title(clip_stream.thresholds(*stream([WHOLE]))) == "No threshold moves"
    assert title(clip_stream.norms(*stream([Choice("none")]))) == "The gradient norm of every step, not clipped"
    flat = StreamSpec(phases=(Phase("nothing", 3, 0.0, 0.0),))
    assert title(clip_stream.norms(*stream([CLASS], flat))) == "Recent percentile clips 0 of 3 steps"


def test_the_notebooks_class_stands_beside_the_thresholds():
    figure = clip_stream.thresholds(*stream([CLASS]))
    np.testing.assert_allclose(named(figure, "Notebook's class").y, named(figure, "Recent percentile").y, rtol=1e-6)


def test_the_spread_has_a_point_for_each_seed_and_the_seed_above():
    many = spread(StreamSpec(), [WHOLE], seeds=30)
    figure = clip_stream.clip_rates(many, [0.25])
    small = figure.data[0]
    assert len(small.x) == 30
    assert len({(x, y) for x, y in zip(small.x, small.y, strict=True)}) == 30  # none covers another
    assert figure.data[-1].x[0] == 25
    assert title(figure).startswith("By luck alone Global norm clips ")
    assert title(clip_stream.clip_rates(spread(StreamSpec(), [Choice("normalized")], seeds=5), [1.0])) == (
        "The clip rate hardly depends on the seed: 100 %"
    )


def test_a_step_without_a_neighbour_is_a_dot_because_no_line_shows_it():
    alone = stream([WHOLE], StreamSpec(phases=(Phase("normal", 1, first=0.5, last=0.5),)))
    assert list(named(clip_stream.norms(*alone), "Before clipping").marker.size) == [7]
    assert list(named(clip_stream.norms(*alone), "Global norm").marker.size) == [7]
    assert list(named(clip_stream.thresholds(*alone), "Global norm").marker.size) == [7]
    between = clip_stream.norms(*stream([WHOLE], StreamSpec(non_finite_at=(3, 5))))
    assert list(named(between, "Before clipping").marker.size[2:7]) == [0, 0, 7, 0, 0]
