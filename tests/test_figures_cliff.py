import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcore.cliffs import Arrival, descend
from gradcore.figures import cliff, theme
from gradcore.figures.cliff_claims import outcome, title
from gradcore.figures.cliff_rates import rates_title
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
    assert title(pair()).startswith(
        "Without clipping the descent is thrown 4.58 away at step 21; clipped, it arrives at"
    )


def test_the_title_says_where_x4_overflows():
    said = "Without clipping the descent overflows at step 4; clipped, it arrives at step 283"
    assert title(quartic()) == said


def test_the_title_says_when_nothing_is_clipped():
    said = "Global norm changes no gradient: the descent is thrown 4.58 away at step 21 either way"
    assert title(pair(max_norm=20.0)) == said


def test_the_title_says_when_both_arrive():
    said = title(pair(rate=10.0))
    assert said == "The descent arrives without and with clipping: at step 48 and at step 44"


def several(landscape="recurrent", start=(5.0, -2.2), rate=0.4, steps=120):
    """No clipping, ZClip, which comes too late, and two rules that arrive."""
    rules = [Choice("none"), Choice("zclip"), Choice.of("clip_by_value", max_value=2.0), Choice("ten_percent")]
    return [descend(landscape, start, rate, steps, rule) for rule in rules]


def crowd(steps=120):
    """Five rules: more than names at the ends can tell apart."""
    return [*several(steps=steps), descend("recurrent", (5.0, -2.2), 0.4, steps, Choice("normalized"))]


def test_the_title_of_several_rules_says_how_many_arrive_and_who_is_first():
    assert title(several()).startswith("2 of 4 descents arrive, By value first, at step ")
    assert title(several()[:1]) == "No clipping: the descent is thrown 4.58 away at step 21"
    assert title(several(steps=10)[1:]) == "No descent arrives within 10 steps"
    assert (
        title(several("quartic", (20.0,), 0.5)[:2])
        == "ZClip changes no gradient: the descent overflows at step 4 either way"
    )


def test_the_title_says_when_all_are_lost():
    paths = [descend("quartic", [20.0], 0.5, 300, Choice(rule)) for rule in ("none", "zclip", "autoclip")]
    assert title(paths) == "No descent arrives: each overflows, the first at step 4"


def test_one_step_is_not_one_steps():
    assert outcome(quartic(steps=1, rate=1e-5)[1]) == "is at a loss of 1.6e5 after 1 step"


def test_the_sentences_carry_the_numbers():
    free, held = cliff.sentences("recurrent", pair())
    assert free.startswith("Without clipping step 21 meets a gradient of norm 11.5 and lands 4.58 away, at w = 2.51")
    assert held.startswith("Global norm changes ")
    assert "no step is longer than 0.08" in held


def test_a_diverging_path_is_told_with_the_step_of_its_last_finite_loss():
    free, _ = cliff.sentences("quartic", quartic())
    assert free.endswith("the loss is 1.4e156 before step 4 and not a finite number after it.")


def test_a_rule_that_changes_nothing_or_diverges_is_told_so():
    paths = [descend("quartic", [20.0], 0.5, 300, Choice(rule)) for rule in ("zclip", "autoclip")]
    assert cliff.sentences("quartic", paths) == [
        "ZClip changes no gradient: its path is the one without clipping.",
        "AutoClip changes 111 of 112 gradients (the largest norm is 1.25e114); the descent overflows at step 112 all "
        "the same.",
    ]


def test_one_gradient_is_not_one_gradients():
    (said,) = cliff.sentences("quartic", quartic(steps=1)[1:])
    assert "changes 1 of 1 gradient (" in said


def test_many_rules_get_three_sentences_and_the_others_are_not_passed_over():
    said = cliff.sentences("recurrent", crowd())
    assert len(said) == 4
    assert said[3] == "The table has 2 more rules."
    assert cliff.sentences("recurrent", several())[3] == "The table has 1 more rule."


def test_a_descent_that_only_ends_below_the_target_has_not_arrived():
    value = Choice.of("clip_by_value", max_value=0.2)
    path = descend("recurrent", (5.0, -2.2), 0.4, 500, value)
    assert path.loss[-1] < 0.01
    assert title([path]).startswith("By value: the descent is at a loss of ")
    assert cliff.sentences("recurrent", [path])[0].endswith("at the last step, not below 0.01 for good.")


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
        ("<b>No clipping</b><br>leaves the picture at step 1,<br>is not finite at step 4", [-22.0], [1])
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


def test_rules_that_leave_together_share_a_text():
    figure = cliff.surface("quartic", several("quartic", (20.0,), 0.5))
    marks = [trace for trace in decoded(figure) if trace.get("marker", {}).get("angle") == -90.0]
    assert [mark["name"] for mark in marks] == ["No clipping", "ZClip"]
    assert [mark.get("texttemplate") for mark in marks] == [
        "<b>No clipping and ZClip</b><br>leave the picture at step 1,<br>are not finite at step 4",
        None,
    ]


def test_ends_at_one_spot_share_a_name():
    tips = [
        trace for trace in decoded(cliff.surface("recurrent", several())) if trace.get("marker", {}).get("size") == 13
    ]
    assert [(tip["name"], tip["mode"]) for tip in tips][:2] == [("No clipping", "markers+text"), ("ZClip", "markers")]
    assert tips[0]["texttemplate"] == "<b>No clipping and ZClip</b>"


def test_a_single_step_has_whole_steps_on_its_axis():
    assert cliff.loss_over_steps(pair(steps=1)).layout.xaxis.dtick == 1
    assert cliff.loss_over_steps(pair()).layout.xaxis.dtick is None


def test_many_paths_are_named_in_a_legend_their_losses_at_the_ends_of_their_lines():
    assert cliff.surface("recurrent", crowd()).layout.showlegend
    loss = cliff.loss_over_steps(crowd())
    assert not loss.layout.showlegend
    titles = ["Target", "No clipping", "ZClip", "By value", "Ten percent", "Normalized"]
    assert [(note.name, note.text, note.captureevents) for note in loss.layout.annotations] == [
        (title, title, True) for title in titles
    ]
    narrow = loss.layout.meta["narrow"]  # on a phone there is no room beside the lines
    assert (narrow["annotations"], narrow["showlegend"]) == ([], True)


def test_of_many_descents_those_that_are_lost_are_named_at_the_top():
    rules = ["none", "zclip", "autoclip", "ten_percent", "normalized"]
    paths = [descend("quartic", [20.0], 0.5, 300, Choice(rule)) for rule in rules]
    notes = {note.name: note.y for note in cliff.loss_over_steps(paths).layout.annotations}
    assert (
        min(notes[name] for name in ("No clipping", "ZClip", "AutoClip")) > 0.85 > notes["Target"] > notes["Normalized"]
    )


def test_few_rules_are_named_at_their_ends_many_by_lines_alone():
    for draw in (lambda paths: cliff.surface("recurrent", paths), cliff.loss_over_steps):
        few, many = draw(several()), draw(crowd())
        assert not few.layout.showlegend
        entries = [trace["name"] for trace in decoded(many) if trace.get("showlegend", True)]
        assert [name for name in entries if name != "Target"] == [
            "No clipping", "ZClip", "By value", "Ten percent", "Normalized",
        ]  # fmt: skip
        assert not any(trace["mode"] == "markers+text" and trace.get("name") for trace in decoded(many)
                       if "mode" in trace)  # fmt: skip
        looks = {(trace["line"]["color"], trace["line"]["dash"]) for trace in decoded(many)
                 if trace.get("name") in entries and trace.get("mode", "").startswith("lines")}  # fmt: skip
        assert len(looks) == len(entries)


# ---- the loss


def test_the_target_is_a_line_of_its_own_with_its_name_kept_off_the_others():
    figure = cliff.loss_over_steps(quartic())
    target = decoded(figure)[0]
    assert (target["name"], target["y"], target["line"]["dash"]) == ("Target", [1e-6, 1e-6], "dash")
    notes = {note.text: note.y for note in figure.layout.annotations}
    assert list(notes) == ["Target", "Global norm"]
    assert notes["Target"] - notes["Global norm"] >= 17 / (theme.HEIGHT - 120) - 1e-4


def test_no_loss_leaves_the_axis_below():
    paths = [descend("quartic", [20.0], 0.5, 300, Choice(rule)) for rule in ("ten_percent", "normalized")]
    assert paths[0].loss.min() == 0.0
    figure = cliff.loss_over_steps(paths)
    low = 10 ** figure.layout.yaxis.range[0]
    lines = [trace for trace in decoded(figure)[1:] if trace["mode"] == "lines"]
    assert min(min(line["y"]) for line in lines) == pytest.approx(1e-12)
    assert low < 1e-12
    assert lines[0]["text"][-1] == "0"  # the pointer still says the true loss
    assert figure.layout.title.subtitle.text.endswith("below 1e-12: on the edge")


def test_texts_of_rules_that_are_lost_at_different_steps_stand_below_each_other():
    paths = [descend("quartic", [20.0], 0.5, 300, Choice(rule)) for rule in ("none", "autoclip")]
    early, late = [trace for trace in decoded(cliff.loss_over_steps(paths)) if trace.get("yaxis") == "y2"]
    assert early["texttemplate"].startswith("<b>No clipping</b><br>leaves the picture at step 1,")
    assert late["texttemplate"].startswith("<br><br><br><b>AutoClip</b>")
    assert (early["textposition"], late["textposition"]) == ("bottom right", "bottom left")


def test_the_loss_title_of_several_rules_names_the_lowest():
    assert cliff.loss_over_steps(several()).layout.title.text.startswith("Loss ends lowest with By value: ")


def test_a_lost_path_is_marked_on_the_upper_edge_with_its_step():
    marks = [trace for trace in decoded(cliff.loss_over_steps(quartic())) if trace.get("yaxis") == "y2"]
    assert [(mark["x"], mark["y"]) for mark in marks] == [([4], [1.0])]
    assert marks[0]["text"] == ["No clipping: loss or gradient not finite at step 4"]


def test_the_loss_axis_is_not_stretched_by_the_path_that_leaves():
    low, high = cliff.loss_over_steps(quartic()).layout.yaxis.range
    assert -7 < low < -6
    assert 6 < high < 7


def test_a_loss_that_float64_just_holds_has_its_place_on_the_axis():
    assert theme.to_json(cliff.loss_over_steps(quartic(45.0, 46.0, steps=3)))


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


def test_the_chart_says_what_becomes_of_the_descent_without_clipping():
    arrivals = [Arrival(134_690, None), Arrival(101_003, None), Arrival(None, 6)]
    drawn = cliff.steps_by_rate([0.001, 0.00124, 0.002], arrivals, arrivals, 0.00125, (0.002, Arrival(1, None)))
    (note,) = drawn.layout.annotations
    assert note.text == (
        "<b>No clipping</b><br>takes 101,003 steps<br>or more up to here"
        "<br>(1 / (2 x₀²) = 0.00125)<br>and diverges beyond"
    )
    assert decoded(drawn)[-1]["texttemplate"] == "1 step"


# ---- whatever is asked for


@settings(max_examples=25, deadline=None)
@given(st.floats(-20, 20), st.floats(-20, 20), st.floats(1e-6, 100), st.floats(1e-6, 1e6), st.integers(1, 20))
def test_every_descent_of_the_unit_can_be_drawn_and_told(w, b, rate, max_norm, steps):
    paths = pair("recurrent", (w, b), rate, steps, max_norm)
    assert theme.to_json(cliff.surface("recurrent", paths))
    assert theme.to_json(cliff.loss_over_steps(paths))
    assert cliff.sentences("recurrent", paths)


@settings(max_examples=25, deadline=None)
@given(st.floats(-100, 100), st.floats(1e-6, 100), st.floats(1e-6, 1e6), st.integers(1, 40))
def test_every_descent_on_x4_can_be_drawn_and_told(x, rate, max_norm, steps):
    paths = quartic(x, rate, steps, max_norm)
    assert theme.to_json(cliff.surface("quartic", paths))
    assert theme.to_json(cliff.loss_over_steps(paths))
    assert cliff.sentences("quartic", paths)
