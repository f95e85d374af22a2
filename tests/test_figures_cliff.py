import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcore.cliffs import Arrival, descend
from gradcore.figures import cliff, theme
from gradcore.figures.cliff_claims import outcome, title
from gradcore.figures.cliff_steps import rates_title
from gradcore.specs import Choice
from tests.traces import decoded


def pair(landscape="recurrent", start=(5.0, -2.2), rate=0.4, steps=120, max_norm=0.2):
    clip = Choice.of("clip_by_global_norm", max_norm=max_norm)
    return descend(landscape, start, rate, steps), descend(landscape, start, rate, steps, clip)


def quartic(start=20.0, rate=0.5, steps=300, max_norm=1.0):
    return pair("quartic", (start,), rate, steps, max_norm)


def named(figure, mode):
    """The traces of a figure with this mode, by name."""
    return {trace["name"]: trace for trace in decoded(figure) if trace.get("mode") == mode and "name" in trace}


def moving(figure):
    frames = figure.layout.meta["frames"]
    traces = decoded(figure)
    return [traces[index]["name"] for index in frames["paths"]], [traces[index]["name"] for index in frames["tips"]]


# ---- titles


def test_the_title_says_who_is_thrown_and_who_arrives():
    assert title(*pair()).startswith(
        "Without clipping the descent is thrown 4.58 away at step 21; clipped, it arrives at"
    )


def test_the_title_says_where_x4_overflows():
    said = "Without clipping the descent overflows at step 4; clipped, it arrives at step 283"
    assert title(*quartic()) == said


def test_the_title_says_when_nothing_is_clipped():
    said = "No gradient is long enough to be clipped: the descent is thrown 4.58 away at step 21 either way"
    assert title(*pair(max_norm=20.0)) == said


def test_the_title_says_when_both_arrive():
    said = title(*pair(rate=10.0))
    assert said == "The descent arrives without and with clipping: at step 48 and at step 44"


def test_one_step_is_not_one_steps():
    assert outcome(quartic(steps=1, rate=1e-5)[1]) == "is at a loss of 1.6e5 after 1 step"


def test_the_sentences_carry_the_numbers():
    free, held = cliff.sentences("recurrent", *pair(), 0.2)
    assert free.startswith("Without clipping step 21 meets a gradient of norm 11.5 and lands 4.58 away, at w = 2.51")
    assert held.startswith("Clipping at a norm of 0.2 shortens ")
    assert "none is longer than 0.08" in held


def test_a_diverging_path_is_told_with_the_step_of_its_last_finite_loss():
    free, _ = cliff.sentences("quartic", *quartic(), 1.0)
    assert free.endswith("the loss is 1.4e156 before step 4 and not a finite number after it.")


# ---- the landscape


def test_paths_have_their_rules_colours_and_names():
    lines = named(cliff.surface("recurrent", pair()), "lines+markers")
    assert [(name, line["line"]["color"]) for name, line in lines.items()] == [
        ("No clipping", "#2C3752"),
        ("Global norm", "#234FFD"),
    ]
    assert lines["No clipping"]["x"][:1] + lines["No clipping"]["y"][:1] == pytest.approx([5.0, -2.2])
    assert lines["No clipping"]["customdata"] == list(range(121))


def test_start_and_ends_are_marked():
    figure = cliff.surface("recurrent", pair())
    tips = named(figure, "markers+text")
    assert tips["No clipping"]["texttemplate"] == "<b>No clipping</b>"
    assert (tips["No clipping"]["x"][-1], tips["No clipping"]["y"][-1]) == pytest.approx((2.505, -6.27), abs=0.01)
    start = decoded(figure)[-1]
    assert (start["texttemplate"], start["x"], start["y"]) == ("start", [5.0], pytest.approx([-2.2]))


def test_the_ground_is_the_logarithm_of_the_loss():
    ground = cliff.surface("recurrent", pair()).data[0]
    assert ground.type == "contour"
    assert np.asarray(ground.z).shape == (96, 96)
    assert float(np.max(ground.z)) == pytest.approx(np.log10(0.49), abs=0.01)


def test_a_path_that_leaves_the_picture_is_marked_where_it_leaves_with_step_and_place():
    figure = cliff.surface("quartic", quartic())
    exits = [trace for trace in decoded(figure) if "leaves" in trace.get("texttemplate", "")]
    assert [(mark["texttemplate"], mark["x"], mark["customdata"]) for mark in exits] == [
        ("<b>No clipping</b> leaves at step 1", [-22.0], [1])
    ]
    assert exits[0]["text"] == ["No clipping leaves the picture at step 1, to x = -15980"]


def test_landscape_and_loss_play_together_and_only_one_has_the_bar():
    surface, loss = cliff.surface("quartic", quartic()), cliff.loss_over_steps(quartic())
    both = [figure.layout.meta["frames"] for figure in (surface, loss)]
    assert [(frames["steps"], frames["group"], frames["follows"]) for frames in both] == [
        (300, "cliff", False),
        (300, "cliff", True),
    ]
    assert moving(surface) == (["No clipping", "Global norm", "No clipping"], ["No clipping", "Global norm"])
    assert moving(loss) == (["No clipping", "Global norm", "No clipping"], ["No clipping", "Global norm"])


def test_every_moving_trace_names_the_step_of_each_point():
    for figure in (cliff.surface("quartic", quartic()), cliff.loss_over_steps(quartic())):
        frames, traces = figure.layout.meta["frames"], decoded(figure)
        for index in frames["paths"] + frames["tips"]:
            steps = traces[index]["customdata"]
            assert len(steps) == len(traces[index]["x"]) == len(traces[index]["y"])
            assert steps == sorted(steps)


# ---- the loss


def test_a_lost_path_is_marked_on_the_upper_edge_with_its_step():
    marks = [trace for trace in decoded(cliff.loss_over_steps(quartic())) if trace.get("yaxis") == "y2"]
    assert [(mark["x"], mark["y"]) for mark in marks] == [([4], [1.0])]
    assert marks[0]["text"] == ["No clipping: loss or gradient not finite at step 4"]


def test_the_loss_axis_is_not_stretched_by_the_path_that_leaves():
    low, high = cliff.loss_over_steps(quartic()).layout.yaxis.range
    assert -7 < low < -6
    assert 6 < high < 7


def test_the_loss_title_has_the_ends():
    assert (
        cliff.loss_over_steps(quartic()).layout.title.text
        == "Loss at the end: no clipping lost at step 4; global norm 8.8e-7"
    )


# ---- x^4 by learning rate


def test_the_learning_rates_title_compares_with_the_fewest_steps_without():
    free = [Arrival(134_690, None), Arrival(101_003, None), Arrival(None, 6)]
    assert rates_title(free, (0.5, Arrival(283, None))) == (
        "x⁴: 283 steps with clipping at a learning rate of 0.5; 101,003 just below the limit without"
    )
    assert rates_title([Arrival(None, 3)], (9.0, Arrival(None, None))) == (
        "x⁴: no arrival with clipping at a learning rate of 9; none arrives without"
    )


def test_a_rate_that_never_arrives_is_a_gap():
    arrivals = [Arrival(100, None), Arrival(None, 5), Arrival(10, None)]
    drawn = cliff.steps_by_rate([0.1, 1.0, 10.0], arrivals, arrivals, 0.5, (1.0, Arrival(None, None)))
    assert decoded(drawn)[0]["y"] == pytest.approx([100.0, np.nan, 10.0], nan_ok=True)


# ---- whatever is asked for


@settings(max_examples=25, deadline=None)
@given(st.floats(-20, 20), st.floats(-20, 20), st.floats(1e-6, 100), st.floats(1e-6, 1e6), st.integers(1, 20))
def test_every_descent_of_the_unit_can_be_drawn_and_told(w, b, rate, max_norm, steps):
    paths = pair("recurrent", (w, b), rate, steps, max_norm)
    assert theme.to_json(cliff.surface("recurrent", paths))
    assert theme.to_json(cliff.loss_over_steps(paths))
    assert cliff.sentences("recurrent", *paths, max_norm)


@settings(max_examples=25, deadline=None)
@given(st.floats(-100, 100), st.floats(1e-6, 100), st.floats(1e-6, 1e6), st.integers(1, 40))
def test_every_descent_on_x4_can_be_drawn_and_told(x, rate, max_norm, steps):
    paths = quartic(x, rate, steps, max_norm)
    assert theme.to_json(cliff.surface("quartic", paths))
    assert theme.to_json(cliff.loss_over_steps(paths))
    assert cliff.sentences("quartic", *paths, max_norm)
