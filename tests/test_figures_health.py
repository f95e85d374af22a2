import base64
import json
from dataclasses import replace

import numpy as np
import pytest

from gradcore.figures import health as figures
from gradcore.figures import theme
from gradcore.figures.health_claims import depth_title, norms_title, picture_title, ratio_title
from gradcore.figures.health_histogram import histogram_title, sizes
from gradcore.figures.health_norms import norm_tracks
from gradcore.figures.health_picture import SHADES, color_scale
from gradcore.figures.health_reading import attenuation, grid, variable_marks, whole_layer_mark
from gradcore.records import BINS
from gradcore.specs import Thresholds
from tests.check_figures import INF, NAN, deep_check, make_check, make_setup, nothing_yet
from tests.traces import decoded

MAKERS = {
    "picture": figures.picture,
    "norms": figures.variable_norms,
    "ratio": figures.update_ratio,
    "signal": figures.backprop_signal,
    "dead": figures.dead_share,
    "histogram": lambda trace: figures.gradient_histogram(trace, "output", 0),
    "layer": lambda trace: figures.layer_curves(trace, "output"),
}
TRACES = {
    "nothing yet": nothing_yet(),
    "one step": make_check([[1, 2, 3]]),
    "nothing but NaN": make_check([[NAN] * 3] * 2, loss=[NAN, NAN]),
    "nothing but zeros": make_check([[0] * 3] * 2, loss=[0, 0]),
    "one layer": make_check([[1.0], [INF]]),
    "deep": deep_check(),
}


def title(figure) -> str:
    return figure.layout.title.text


def cells(figure, name: str) -> np.ndarray:
    """The values of one of the picture's heatmaps, (L, C)."""
    trace = next(one for one in json.loads(theme.to_json(figure))["data"] if one.get("name") == name)
    shape = [int(part) for part in trace["z"]["shape"].split(",")]
    return np.frombuffer(base64.b64decode(trace["z"]["bdata"]), "<f4").reshape(shape)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
def test_every_figure_can_be_drawn_of_every_record(make, trace):
    assert theme.to_json(make(trace))


# ---- the picture ------------------------------------------------------------------------------------------------


def test_a_cell_is_the_logarithm_of_its_layers_norm_with_the_input_side_at_the_bottom():
    figure = figures.picture(make_check([[1e-3, 0.1, 10], [1e-4, 0.1, 100]]))
    np.testing.assert_allclose(cells(figure, "Gradient norms"), [[-3, -4], [-1, -1], [1, 2]], atol=1e-6)
    assert decoded(figure)[0]["y"] == ["dense_1", "dense_2", "output"]
    assert list(figure.layout.yaxis.range) == [-0.5, 2.5]
    assert title(figure) == "The gradient of dense_1 is 1e6 times smaller than that of output"


def test_a_layers_norm_is_that_of_all_its_variables_together():
    trace = make_check([[3.0, 1.0]])
    trace.gradient_norm[0, 0, 1] = 4.0  # the bias of the first layer
    np.testing.assert_allclose(grid(trace, 10).values, [[5.0], [1.0]])


def test_zeros_and_what_is_not_finite_are_told_apart_by_colour_and_mark_and_have_no_shade():
    figure = figures.picture(make_check([[0, 1], [0, 1], [NAN, INF], [0, 1]]))
    np.testing.assert_array_equal(cells(figure, "Gradient norms"), [[NAN] * 4, [0, 0, NAN, 0]])
    np.testing.assert_array_equal(cells(figure, "0"), [[1, 1, NAN, 1], [NAN] * 4])
    np.testing.assert_array_equal(cells(figure, "NaN or Inf"), [[NAN, NAN, 1, NAN]] * 2)
    rings, crosses = (one for one in decoded(figure) if one.get("mode") == "markers")
    assert (rings["marker"]["symbol"], rings["x"], rings["y"]) == ("circle-open", [0, 3], ["dense_1", "dense_1"])
    assert (crosses["marker"]["symbol"], crosses["x"]) == ("x-thin-open", [2, 2])
    assert title(figure) == "The gradient of every layer is not finite from step 2 on"
    assert "grey with a ring = exactly 0; red with a cross = NaN or Inf" in figure.layout.title.subtitle.text


def test_a_variable_without_a_gradient_is_marked_at_its_row_with_the_reason():
    reasons = ("", "a bias before batch normalisation", "", "", "", "")
    connected = np.array([True, True, False, False, True, True])
    setup = make_setup(("dense_1", "branch", "output"), zero_by_construction=reasons, connected=connected)
    figure = figures.picture(make_check([[1, 0, 1]], setup=setup))
    notes = {note.text: (note.y, note.hovertext) for note in figure.layout.annotations}
    assert notes["branch: not connected to the loss"] == (1, None)
    rings = [(note.y, note.hovertext) for note in figure.layout.annotations if note.text == "○"]
    assert rings == [
        (0, "dense_1/bias: zero by construction, a bias before batch normalisation"),
        (1, "branch/kernel: not connected to the loss<br>branch/bias: not connected to the loss"),
    ]
    assert (
        title(figure) == "Gradients of the layers are of one order: about 1 at the last step; 1 layer cannot have one"
    )
    assert whole_layer_mark(setup, 0) == ""
    assert variable_marks(setup, 2) == []


def test_small_differences_get_four_decades_of_shades_and_large_ones_their_own():
    assert color_scale(grid(make_check([[1, 10]]), 10)) == (-3, 1)
    assert color_scale(grid(make_check([[1e-7, 10]]), 10)) == pytest.approx((-7, 1))
    assert color_scale(grid(nothing_yet(), 10)) == (-4, 0)
    assert figures.common_scale([make_check([[1, 1]]), make_check([[1e-9, 1e3]])]) == pytest.approx((-9, 3))


def test_the_shades_rise_in_lightness_without_a_step_back():
    def lightness(color: str) -> float:
        red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
        return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2

    found = [lightness(color) for color in SHADES]
    assert found == sorted(found)
    assert found[0] < 0.02
    assert found[-1] > 0.9


def test_a_long_check_has_columns_of_several_steps_and_loses_no_peak_no_zero_and_no_loss():
    norms = np.ones((7, 2))
    norms[3, 0], norms[4:6, 1], norms[6, 0] = 50, 0, NAN
    found = grid(make_check(norms), 4)
    assert found.width == 2
    np.testing.assert_array_equal(found.values, [[1, 50, 1, NAN], [1, 1, NAN, 1]])
    np.testing.assert_array_equal(found.zero, [[0, 0, 0, 0], [0, 0, 1, 0]])
    np.testing.assert_array_equal(found.lost, [[0, 0, 0, 1], [0, 0, 0, 0]])


def test_fifty_layers_and_two_thousand_steps_are_sent_as_bytes_and_less_while_it_runs():
    trace = deep_check(50, 2000)
    whole = theme.to_json(figures.picture(trace))
    assert len(whole) < 800_000
    assert len(theme.to_json(figures.picture(trace, ended=False))) < 250_000


def test_what_is_marked_has_a_frame_around_the_layer_and_one_around_the_cell():
    trace = make_check([[1, 2, 3]] * 10)
    shapes = figures.picture(trace, marked=("dense_2", 4)).layout.shapes
    assert {(shape.y0, shape.y1) for shape in shapes} == {(0.5, 1.5)}
    assert [(shape.xref, shape.x0, shape.x1) for shape in shapes] == [("paper", 0, 1)] * 2 + [("x", 3.5, 4.5)] * 2
    assert len(figures.picture(trace, marked=("dense_2", None)).layout.shapes) == 2
    column = figures.picture(trace, marked=("", 4)).layout.shapes
    assert {(shape.x0, shape.x1, shape.y0, shape.y1) for shape in column} == {(3.5, 4.5, -0.5, 2.5)}
    assert not figures.picture(trace, marked=("gone", 4)).layout.shapes


def test_the_loss_stands_above_on_the_same_axis_and_its_end_is_marked():
    figure = figures.picture(make_check([[1, 2]] * 3, loss=[2.0, 1.0, NAN]))
    line, mark = (one for one in decoded(figure) if one.get("yaxis") in ("y2", "y4"))
    assert line["x"] == [0, 1, 2]
    np.testing.assert_array_equal(line["y"], [2, 1, NAN])
    assert (mark["x"], mark["text"]) == ([2], ["loss not finite at step 2"])
    assert figure.layout.yaxis2.domain[0] > figure.layout.yaxis.domain[1]


# ---- titles -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("norms", "said"),
    [
        ([[1, 2, 3]], "Gradients of the layers are of one order: 1 to 3 at the last step"),
        ([[0, 1, 2]], "dense_1 has no gradient at the last step"),
        ([[0, 0, 2]], "2 of 3 layers have no gradient at the last step"),
        ([[0, 0, 0]], "Every gradient is exactly zero"),
        ([[1, 2, 3], [1, INF, 3]], "The gradient of dense_2 is not finite from step 1 on"),
        ([[1e-3, 2, 52.83]], "The gradient of dense_1 is 53,000 times smaller than that of output"),
    ],
)
def test_the_pictures_title_says_what_is_seen(norms, said):
    trace = make_check(norms)
    assert picture_title(trace, grid(trace, 10), ended=True) == said


def test_before_the_first_step_titles_wait_and_afterwards_say_that_nothing_came():
    trace = nothing_yet()
    assert picture_title(trace, grid(trace, 10), ended=False) == norms_title(trace, ended=False)
    assert norms_title(trace, ended=False) == "Waiting for the first steps"
    assert ratio_title(trace, Thresholds(), ended=True) == "Nothing was recorded"


@pytest.mark.parametrize(
    ("signal", "said"),
    [
        ([1e-5, 0.1, 2], "The signal shrinks on its way back: 5e-6 of it reaches dense_1"),
        ([1e3, 10, 2], "The signal grows on its way back: 500 times as much at dense_1"),
        ([1, 1, 2], "The signal keeps its size on its way back: 0.5 to 1 of the output's"),
        ([NAN, NAN, NAN], "No finite signal comes back from the loss"),
    ],
)
def test_the_title_of_the_signal_says_how_much_comes_back(signal, said):
    trace = make_check([[1, 1, 1]], signal=np.array([[signal]], np.float32))
    assert depth_title(trace, Thresholds()) == said


# ---- the others -------------------------------------------------------------------------------------------------


def test_least_mean_and_greatest_leave_out_what_is_zero_by_construction_and_the_notebooks_least_is_dotted():
    reasons = ("", "a reason", "", "a reason", "", "")
    trace = make_check([[1, 2, 6]], setup=make_setup(zero_by_construction=reasons))
    trace.gradient_norm[0, 0, [1, 3, 5]] = [1e-8, 1e-8, 3]
    found = {track.label: (track.values.tolist(), track.style.dash) for track in norm_tracks(trace)}
    assert found == {
        "greatest": ([6], "solid"),
        "mean": ([3], "dash"),
        "least": ([1], "solid"),
        "least of all": ([pytest.approx(1e-8)], "dot"),
    }
    assert norms_title(trace, ended=True) == "Gradients of the variables end between 1 and 6; 2 variables left out"


def test_a_recurrent_layers_signal_is_that_of_the_first_time_step_over_the_last():
    setup = make_setup(("rnn_1", "output"), recurrent=np.array([0], np.int32))
    time_signal = np.array([[[[2.0, 8.0]]]], np.float32)
    trace = make_check([[1, 1]], setup=setup, time_signal=time_signal, signal=np.array([[[7.0, 4.0]]], np.float32))
    np.testing.assert_allclose(attenuation(trace), [[0.25, 1.0]])


def test_the_signal_has_the_theory_beside_it_and_its_limits_as_lines():
    figure = figures.backprop_signal(make_check([[1, 1, 1]] * 2), theory=np.array([4.0, 2.0, 1.0], np.float32))
    lines = {one["name"]: one["y"] for one in decoded(figure)}
    assert lines == {"step 0": [1, 1, 1], "step 1": [1, 1, 1], "theory at initialisation": [4, 2, 1]}
    assert sorted(shape.y0 for shape in figure.layout.shapes) == [5e-3, 1e-2, 10, 15]


def test_a_signal_that_spans_decades_within_the_limits_is_not_said_to_keep_its_size():
    signal = np.array([[[1e-5, 0.1, 2]]], np.float32)
    wide = Thresholds(vanishing=1e-8, vanishing_warn=1e-7)
    assert depth_title(make_check([[1, 1, 1]], signal=signal), wide) == (
        "The signal changes on its way back: 5e-6 to 1 of the output's"
    )


def test_a_layer_whose_values_are_lost_has_no_share_of_dead_units():
    dead = np.array([[[0.2, 0.9, 0]]], np.float32)
    finite = np.array([[[True, False, True]]])
    trace = make_check([[1, 1, 1]], dead_units=dead, forward_finite=finite)
    assert title(figures.dead_share(trace)) == "At most 20 % of a layer's units are dead or saturated (dense_1)"


def test_where_nothing_was_finite_no_numbers_stand_at_the_axes():
    lost = figures.variable_norms(make_check([[NAN, NAN]], loss=[NAN])).layout
    assert (lost.yaxis.showticklabels, lost.yaxis2.showticklabels) == (False, False)
    told = figures.variable_norms(make_check([[1, 1]])).layout
    assert (told.yaxis.showticklabels, told.yaxis2.showticklabels) == (None, True)


def test_thresholds_move_the_limits():
    figure = figures.backprop_signal(make_check([[1, 1]]), Thresholds(vanishing=1e-4))
    assert min(shape.y0 for shape in figure.layout.shapes) == 1e-4
    figure = figures.dead_share(make_check([[1, 1]]), Thresholds(dead=0.8))
    assert [shape.y0 for shape in figure.layout.shapes] == [0.8, 0.9375]


def test_the_limits_of_dead_units_are_those_that_the_rule_uses_at_each_hidden_layer():
    cosine = np.array([[[0.1, 0.99, 0.99, 0.1]]], np.float32)
    figure = figures.dead_share(make_check([[1, 1, 1, 1]], cosine=cosine))
    lines = [(shape.x0, shape.x1, shape.y0) for shape in figure.layout.shapes]
    assert lines == [(-0.5, 0.5, 0.5), (0.5, 2.5, 0.75), (-0.5, 0.5, 0.9375), (0.5, 2.5, 0.96875)]
    assert "; dashed red: too many units, orange: too many elements" in figure.layout.title.subtitle.text
    assert "dashed" not in figures.dead_share(nothing_yet()).layout.title.subtitle.text


def test_the_update_ratio_has_a_line_for_each_layer_and_its_band():
    figure = figures.update_ratio(make_check([[1, 0.1, 0.001]] * 2))
    lines = {one["name"]: one["y"] for one in decoded(figure)}
    assert {name: [round(value, 7) for value in line] for name, line in lines.items()} == {
        "dense_1": [0.01, 0.01], "dense_2": [0.001, 0.001], "output": [1e-5, 1e-5],
    }  # fmt: skip
    assert [(shape.y0, shape.y1) for shape in figure.layout.shapes] == [(3e-4, 1e-2)]
    assert title(figure) == "A step changes the weights of a layer by a share of 1e-5 to 0.01"


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (10, "A step changes the weights of a layer by a share of 1e-5 to 0.05"),
        (20, "output moves slower than usual late in training"),
        (100, "output moves slower and dense_1 moves faster than usual late in training"),
    ],
)
def test_whether_a_layer_is_slow_or_fast_is_said_as_soon_as_it_can_be(steps, said):
    assert ratio_title(make_check([[5, 0.1, 0.001]] * steps), Thresholds(), ended=True) == said


def test_layers_within_the_band_move_at_a_usual_rate():
    assert ratio_title(make_check([[0.5, 0.1]]), Thresholds(), ended=True) == "Every layer moves at a usual rate"


def test_of_many_layers_only_the_extremes_and_the_chosen_one_have_a_colour_and_a_name():
    figure = figures.update_ratio(deep_check(30, 20), chosen="dense_7")
    named = {one["name"] for one in decoded(figure) if one["line"]["width"] == 2}
    assert named == {"dense_1", "dense_7", "output"}
    assert {note.text for note in figure.layout.annotations} == named


def test_dead_units_and_flat_elements_are_told_by_depth():
    dead = np.array([[[0.7, 0.1, 0]]], np.float32)
    trace = make_check([[1, 1, 1]], dead_units=dead, active=np.array([[[0.2, 0.5, 1]]], np.float32))
    bars, points = decoded(figures.dead_share(trace))
    np.testing.assert_allclose(bars["y"], [0.7, 0.1, 0])
    np.testing.assert_allclose(points["y"], [0.8, 0.5, 0])
    assert title(figures.dead_share(trace)) == "70 % of the units of dense_1 are dead or saturated"
    alike = replace(trace, cosine=np.full((1, 1, 3), 0.99, np.float32))
    assert title(figures.dead_share(alike)) == "At most 70 % of a layer's units are dead or saturated (dense_1)"


def test_the_histogram_is_that_of_the_last_sampled_step_up_to_the_one_asked_for():
    histogram = np.zeros((2, 2, BINS), np.int32)
    histogram[0, 0, 0], histogram[1, 0, 23], histogram[1, 0, 24] = 4, 3, 1
    trace = make_check([[1, 1]] * 9, sampled=np.array([0, 5], np.int32), histogram=histogram)
    counts, at = sizes(trace, "dense_1", 4)
    assert (int(counts[0]), at) == (4, 0)
    assert sizes(trace, "dense_1", 8)[1] == 5
    bar = decoded(figures.gradient_histogram(trace, "dense_1", 8))[0]
    assert [text for text in bar["text"] if ": 0 " not in text] == [
        "0.001 to 0.0032: 3 entries",
        "0.0032 to 0.01: 1 entry",
    ]


def test_the_histograms_title_says_where_half_lies_and_what_is_zero_or_lost():
    counts = np.zeros(BINS, np.int32)
    assert histogram_title(counts, "dense_1") == "No gradient of dense_1 was sampled"
    counts[0] = 5
    assert histogram_title(counts, "dense_1") == "The whole gradient of dense_1 is exactly zero"
    counts[23] = 15
    assert histogram_title(counts, "dense_1") == (
        "Half of the gradient of dense_1 lies between 0.001 and 0.0032; 25 % is exactly zero"
    )
    counts[-1] = 20
    assert histogram_title(counts, "dense_1") == "50 % of the gradient of dense_1 is NaN or Inf"


def test_one_layers_curves_are_its_norms_its_update_ratio_and_its_signal():
    figure = figures.layer_curves(make_check([[4, 1], [2, 1]]), "dense_1", step=1)
    lines = {one["name"]: [round(value, 6) for value in one["y"]] for one in decoded(figure) if one["mode"] == "lines"}
    assert lines == {"update / weight": [0.04, 0.02], "signal": [1, 1], "gradient": [4, 2], "weights": [1, 1]}
    assert [shape.x0 for shape in figure.layout.shapes] == [1]
    assert title(figure) == "dense_1: its gradient goes from 4 to 2"


def test_over_several_seeds_the_median_is_drawn_and_one_lost_seed_is_a_loss():
    one = make_check([[1, 1]] * 2)
    norms = np.repeat(one.gradient_norm, 3, axis=1)  # (T, S, V)
    norms[0, :, 0], norms[1, 2, 0] = [1, 5, 2], NAN
    three = {name: np.repeat(getattr(one, name), 3, axis=1) for name in ("loss", "weight_norm", "update_norm")}
    trace = replace(one, gradient_norm=norms, **three)
    np.testing.assert_array_equal(grid(trace, 10).values, [[2, NAN], [1, 1]])
    np.testing.assert_array_equal(grid(trace, 10).lost, [[0, 1], [0, 0]])
    assert figures.picture(trace).layout.title.subtitle.text.endswith(", median of 3 seeds")
