"""The paths of a race in two numbers, and theory over its losses: what is drawn, and what is said of it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gradcore.figures import race, theme
from gradcore.figures.race_path_claims import title
from gradcore.figures.race_paths import kept, loss_at, median_seed, picture, race_paths
from gradcore.records import EntrantTrace, RaceTrace
from gradcore.specs import Choice
from gradcore.tasks import task_of
from gradcore.theory import Theory
from tests.traces import decoded, make_entrant, make_trace

TASK = task_of(Choice.of("quadratic", condition=4.0, dimension=2, rotated=False))


def entrant(points: object, label: str = "SGD", **changes: object) -> EntrantTrace:
    """An entrant with these points, (T, 2) of its one seed, or (T, S, 2)."""
    where = np.asarray(points, np.float32)
    where = where[:, None] if where.ndim == 2 else where
    with np.errstate(over="ignore"):
        loss = (where.astype(float) ** 2 @ [1.0, 4.0] / 2).astype(np.float32)
    return replace(make_entrant(loss, label=label, **changes), points=where)


def descent(rate: float, steps: int = 40, start: tuple[float, float] = (1.0, 1.0)) -> np.ndarray:
    return (1 - rate * np.array([1.0, 4.0])) ** np.arange(steps)[:, None] * start


STAYS = entrant(descent(0.2), "SGD")
SLOW = entrant(descent(0.01), "SGD, slow", optimizer="SGD")
LEAVES = entrant(
    descent(0.6), "SGD, fast", optimizer="SGD"
)  # |1 - 0.6 x 4| = 1.4: a loss of 2.5 becomes 3,230 at step 11


def drawn(*entrants: EntrantTrace, place: int = 0):
    return race_paths(TASK, 7, make_trace(entrants, task="quadratic"), place)


def lines(figure) -> dict[str, dict]:
    return {trace["meta"]: trace for trace in decoded(figure) if trace.get("mode", "").startswith("lines")}


def test_every_path_has_its_entrants_look_and_says_in_the_legend_what_became_of_it():
    found = lines(drawn(STAYS, SLOW, LEAVES))
    assert [(line["name"], line["line"]["color"], line["line"]["dash"]) for line in found.values()] == [
        ("SGD: target at step 14", "#234FFD", "solid"),
        ("SGD, slow: target not reached", "#234FFD", "dash"),
        ("SGD, fast: diverged at step 11", "#234FFD", "dot"),
    ]
    assert found["SGD"]["x"] == pytest.approx(descent(0.2)[:, 0])
    assert found["SGD"]["y"] == pytest.approx(descent(0.2)[:, 1], abs=1e-7)
    assert found["SGD"]["customdata"] == list(range(40))


def test_the_title_says_who_reaches_the_target_first_and_who_diverges():
    assert drawn(STAYS, SLOW, LEAVES).layout.title.text == (
        "SGD reaches the target first, at step 14; SGD, fast diverged"
    )
    twin = replace(STAYS, label="Adam")
    assert title([STAYS, twin], 0, 1e-3) == "SGD and Adam reach the target first, at step 14"
    assert title([SLOW], 0, 1e-3) == "No path reaches the target"
    assert title([LEAVES], 0, 1e-3) == "Every path diverges"
    assert title([], 0, 1e-3) == "Nothing was recorded"


def test_a_diverging_path_leaves_the_picture_marked_and_does_not_stretch_it():
    alone, both = drawn(STAYS).layout, drawn(STAYS, LEAVES)
    assert both.layout.xaxis.range == alone.xaxis.range
    assert both.layout.yaxis.range == alone.yaxis.range
    (mark,) = [trace for trace in decoded(both) if "leaves" in trace.get("texttemplate", "")]
    assert mark["texttemplate"] == "<b>SGD, fast</b><br>leaves the picture at step 1,<br>diverged at step 11"
    assert (mark["y"], mark["customdata"]) == ([both.layout.yaxis.range[0]], [1])
    assert lines(both)["SGD, fast"]["customdata"] == [0, 1]  # it would cross the picture ever again


def test_many_paths_that_leave_are_told_by_the_legend_and_the_pointer_alone():
    figure = drawn(STAYS, LEAVES, entrant(descent(0.7), "faster"))
    marks = [trace for trace in decoded(figure) if trace.get("marker", {}).get("symbol") == "triangle-up"]
    assert len(marks) == 2
    assert all("texttemplate" not in mark for mark in marks)
    assert marks[1]["text"][0].startswith("faster leaves the picture at step 1, to x₁ = 0.3, x₂ = -1.8")


def test_points_that_are_no_numbers_are_left_out_and_break_nothing():
    points = descent(0.2)
    points[20:] = np.nan
    points[10:20] = np.inf
    figure = drawn(STAYS, entrant(points, "Adam"))
    assert lines(figure)["Adam"]["name"] == "Adam: diverged at step 10"
    assert theme.to_json(figure)
    assert theme.to_json(drawn(entrant(np.full((5, 2), np.nan))))


def test_start_optimum_and_ends_are_marked():
    traces = decoded(drawn(STAYS, SLOW))
    start, optimum = traces[-2:]
    assert (start["texttemplate"], start["x"], start["y"]) == ("start", [1], [1])
    assert (optimum["name"], optimum["x"], optimum["y"]) == ("optimum", [0], [0])
    tips = [trace for trace in traces if trace.get("marker", {}).get("size") == 13]
    assert [(tip["meta"], round(tip["x"][-1], 3)) for tip in tips] == [("SGD", 0.0), ("SGD, slow", 0.676)]


def test_entrants_that_start_from_points_of_their_own_have_a_ring_each():
    other = entrant(descent(0.2, start=(-1.0, 0.5)), "Adam")
    rings = [trace for trace in decoded(drawn(STAYS, other)) if trace.get("texttemplate") == "start"]
    assert [(ring["x"], ring["textposition"]) for ring in rings] == [([-1], "middle left"), ([1], "middle right")]


def test_the_chart_plays_every_line_mark_and_tip_over_the_steps():
    figure = drawn(STAYS, SLOW, LEAVES)
    frames, traces = figure.layout.meta["frames"], decoded(figure)
    assert (frames["steps"], frames["group"], frames["follows"]) == (39, "paths", False)
    assert [traces[index]["meta"] for index in frames["paths"]] == ["SGD", "SGD, slow", "SGD, fast", "SGD, fast"]
    assert [traces[index]["meta"] for index in frames["tips"]] == ["SGD", "SGD, slow", "SGD, fast"]
    for index in frames["paths"] + frames["tips"]:
        steps = traces[index]["customdata"]
        assert len(steps) == len(traces[index]["x"]) == len(traces[index]["y"])
        assert steps == sorted(steps)


def test_the_ground_is_the_loss_of_the_seeds_own_rows():
    rotated = task_of(Choice.of("quadratic", condition=4.0, dimension=2, rotated=True))
    for task in (TASK, rotated):
        point = task.start(3, None).astype(float)
        along = np.random.default_rng([3, 0, 1]).normal(size=2)
        assert loss_at(task, task.rows(3), point) == pytest.approx((along[0] ** 2 + 4 * along[1] ** 2) / 2, rel=1e-6)
    ground = drawn(STAYS).data[0]
    assert (ground.type, ground.zmin) == ("contour", -3.0)  # the target
    assert float(np.min(ground.z)) == -3.0
    assert ground.colorbar.ticktext[:2] == ("10<sup>-3</sup>", "10<sup>-2</sup>")


def test_both_axes_have_one_scale_but_on_a_narrow_screen():
    layout = drawn(STAYS).layout
    assert layout.yaxis.scaleanchor == "x"
    (left, right), (low, high) = layout.xaxis.range, layout.yaxis.range
    assert (right - left) / (high - low) == pytest.approx(1.75)
    assert layout.meta["narrow"] == {"yaxis": {"scaleanchor": False}}


def test_the_picture_holds_the_optimum_the_start_and_what_is_near():
    (left, right), (low, high) = picture([np.array([[3.0, 1.0], [1.0, -2.0], [50.0, 0.0]])], np.zeros(2))
    assert left < 0 < 3 < right < 7
    assert low < -2 < 1 < high


@settings(max_examples=30)
@given(arrays(np.float32, (6, 2), elements=st.floats(width=32)))
def test_every_path_whatsoever_can_be_drawn(points):
    start = np.nan_to_num(points[:1], nan=1.0, posinf=1.0, neginf=1.0)
    assert theme.to_json(drawn(entrant(np.concatenate([start, points[1:]])), STAYS))


def test_long_paths_lose_only_what_no_eye_can_see():
    path = descent(0.02, steps=20_000)
    steps = kept(path, 0.002)
    assert (steps[0], steps[-1]) == (0, 19_999)
    assert len(steps) < 400
    between = np.abs(path - path[steps][np.searchsorted(steps, np.arange(20_000), side="right") - 1])
    assert between.max() <= 0.002


def test_a_path_that_swings_for_ever_keeps_both_sides():
    swing = np.stack([np.ones(20_000), np.resize([1.0, -1.0], 20_000)], axis=1)
    steps = kept(swing, 0.002)
    assert len(steps) < 2_000
    assert {swing[step, 1] for step in steps[500:600]} == {1.0, -1.0}


def test_a_long_path_is_a_line_without_markers():
    swing = np.stack([np.ones(1000), np.resize([1.0, -1.0], 1000)], axis=1)
    figure = drawn(entrant(swing), replace(STAYS, label="Adam"))
    assert [line["mode"] for line in lines(figure).values()] == ["lines", "lines+markers"]


def test_the_median_seed_is_the_one_in_the_middle():
    last = [[1.0, 1.0, 1.0, 1.0], [0.1, np.nan, 0.001, 0.01]]
    assert median_seed(make_trace([make_entrant(last)])) == 3
    assert median_seed(make_trace([make_entrant(np.ones((3, 1)))])) == 0
    assert median_seed(RaceTrace("quadratic", 3, 2, "distance", (), 2, ())) == 0


def test_another_seed_is_another_path():
    points = np.stack([descent(0.2), descent(0.2, start=(-1.0, 0.5))], axis=1)  # (T, 2, 2)
    assert lines(drawn(entrant(points), place=1))["SGD"]["x"][0] == -1.0


def test_labels_of_visitors_are_no_markup():
    figure = drawn(entrant(descent(0.2), "<b>x</b>", optimizer="SGD"))
    assert lines(figure)["<b>x</b>"]["name"] == "&lt;b>x&lt;/b>: target at step 14"


# ---- theory over the losses


def test_theory_is_a_dotted_line_over_its_entrants_curve_named_once():
    trace = make_trace([STAYS, SLOW, entrant(descent(0.3), "Adam")], task="quadratic")
    known = [Theory(one.label, one.loss[:, 0].astype(float), 0.0, 40, of_start=False) for one in trace.entrants[:2]]
    figure = race.loss_curves(trace, ended=True, theory=known)
    dotted = [line for line in decoded(figure) if line.get("name") == "Theory"]
    assert [(line["line"]["dash"], line["showlegend"]) for line in dotted] == [("dot", True), ("dot", False)]
    assert dotted[0]["y"] == pytest.approx(STAYS.loss[:, 0])
    assert dotted[1]["hovertemplate"].startswith("SGD, slow, theory")
    assert figure.layout.title.subtitle.text.endswith("; dotted: theory")
    assert "theory" not in race.loss_curves(trace, ended=True).layout.title.subtitle.text


def test_a_prediction_beyond_float32_or_0_is_a_gap():
    known = Theory("SGD", np.array([1.0, 1e300, np.inf, 0.0, 1e-300]), None, 1, of_start=False)
    figure = race.loss_curves(make_trace([make_entrant(np.ones((5, 1)))]), theory=[known])
    (line,) = [line for line in decoded(figure) if line.get("name") == "Theory"]
    assert line["y"] == pytest.approx([1.0, np.nan, np.nan, np.nan, np.nan], nan_ok=True)
