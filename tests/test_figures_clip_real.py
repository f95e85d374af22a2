from dataclasses import replace

import numpy as np
import pytest

from gradcore.figures import clip_real as figures
from gradcore.figures import theme
from gradcore.figures.pair_lines import leavings, seed_lines
from gradcore.figures.theme import rule_styles
from gradcore.presets import exploding_rnn
from gradcore.proportions import wilson
from gradcore.specs import Choice
from tests.test_blow_ups import NAN, trace
from tests.traces import decoded, make_entrant, make_trace

SPEC = exploding_rnn(seeds=3, steps=3)
MAKERS = (figures.blow_up_share, figures.seed_losses, figures.seed_norms, figures.clip_rates)
LOOK = rule_styles(["none"])[0]


def empty():
    sides = [make_entrant(np.zeros((0, 3)), label=label, optimizer="SGD") for label in SPEC.labels]
    return make_trace(sides, steps=3, task="adding_problem")


def lines(figure) -> dict[str, list]:
    return {one["name"]: one for one in decoded(figure) if one.get("hovertemplate") and one["mode"] == "lines"}


@pytest.mark.parametrize("make", MAKERS)
def test_before_the_first_step_and_with_nothing_but_nan_a_chart_is_still_drawn(make):
    lost = [make_entrant(np.full((2, 3), NAN), label=label, optimizer="SGD") for label in SPEC.labels]
    for found in (empty(), make_trace(lost, task="adding_problem"), make_trace(lost, task="retired")):
        assert theme.to_json(make(SPEC, found))


def test_the_share_is_a_stair_with_wilsons_interval_around_it():
    figure = figures.blow_up_share(SPEC, trace())
    stair = lines(figure)["without clipping"]
    assert stair["x"] == [0, 1, 1, 2, 2]
    np.testing.assert_allclose(stair["y"], [0, 0, 1 / 3, 1 / 3, 2 / 3])
    band = next(one for one in decoded(figure) if one.get("fill") == "toself")
    assert max(band["y"]) == pytest.approx(wilson(2, 3)[1])
    assert figure.layout.title.text == "2 of 3 runs blow up without clipping, 0 of 3 with it"
    assert [note.text for note in figure.layout.annotations] == ["without clipping<br>2 of 3", "clipped at 1<br>0 of 3"]


def test_while_it_runs_the_title_says_so_and_waits_for_both():
    half = replace(trace(), steps=10)
    assert figures.share_title(half) == "2 of 3 runs blow up without clipping, 0 of 3 with it so far"
    one_sided = replace(half, entrants=(half.entrants[0], empty().entrants[1]))
    assert figures.share_title(one_sided) == figures.loss_title(one_sided) == "Waiting for the first steps of both"


def test_every_seed_is_a_line_of_its_own_and_gaps_lie_between_them():
    line = seed_lines(np.array([[1, 4], [2, NAN], [3, 0]], np.float32), "SGD", LOOK)
    assert line["x"].tolist()[:3] == [0, 1, 2]
    np.testing.assert_array_equal(line["y"], [1, 2, 3, NAN, 4, NAN, NAN, NAN])


def test_what_leaves_the_frame_is_marked_once_for_each_seed():
    (marks,) = leavings(np.array([[1, 1, 1], [1e9, NAN, 2], [1e9, NAN, 2]], np.float32), "SGD", LOOK, 10.0, "loss")
    assert marks["x"].tolist() == [1, 1]
    assert marks["text"] == ["SGD, seed 0: loss 1e9 at step 1", "SGD, seed 1: loss NaN at step 1"]
    assert leavings(np.ones((2, 2), np.float32), "SGD", LOOK, 10.0, "loss") == []


def test_norms_are_drawn_before_and_after_with_the_threshold():
    figure = figures.seed_norms(SPEC, trace())
    assert lines(figure)["clipped at 1: before"]["y"] == [2, 0.5, 0.5]
    assert lines(figure)["clipped at 1: after"]["y"] == [1, 0.5, 0.5]
    assert [shape.y0 for shape in figure.layout.shapes] == [1.0]
    assert figure.layout.title.text == "The norm reaches 1e9 without clipping; with it 4, cut to 1"


def test_the_loss_of_a_constant_answer_is_a_line_and_the_title_says_where_the_losses_stand():
    figure = figures.seed_losses(SPEC, trace())
    assert [shape.y0 for shape in figure.layout.shapes] == [1 / 6]
    assert figure.layout.title.text == (
        "Clipped runs stand near the loss of a constant answer; without clipping most have exploded"
    )
    solved = make_entrant([[1.0] * 3, [0.01] * 3], label="clipped at 1", optimizer="SGD")
    fine = make_entrant([[1.0] * 3, [0.01] * 3], label="without clipping", optimizer="SGD")
    pair = make_trace([fine, solved], task="adding_problem")
    assert figures.loss_title(pair) == "Clipped runs stand below the loss of a constant answer"
    lost = make_entrant([[1.0] * 3, [NAN] * 3], label="clipped at 1", optimizer="SGD")
    assert figures.loss_title(make_trace([fine, lost], task="adding_problem")).startswith("The losses of most seeds")


def test_clip_rates_are_those_of_windows_of_steps():
    steps, rates = figures.windowed(trace().entrants[1], 2)
    assert steps.tolist() == [0, 2, 2]
    assert rates.tolist() == [3 / 6, 0, 0]
    assert figures.clip_rates(SPEC, trace()).layout.title.text == "Clipping changes 37.5 % of the steps"


def test_a_hundred_seeds_of_twenty_thousand_steps_stay_small():
    sides = [make_entrant(np.ones((20_000, 100)), label=label, optimizer="SGD") for label in SPEC.labels]
    found = make_trace(sides, task="adding_problem")
    assert max(len(theme.to_json(make(SPEC, found))) for make in MAKERS) < 400_000


def test_a_pair_without_a_network_has_no_line_of_a_constant_answer():
    found = replace(trace(), task="quadratic")
    spec = replace(SPEC, task=Choice.of("quadratic", condition=10.0))
    assert figures.loss_title(found) == "Clipped runs stand at 0.2; without clipping most have exploded"
    figure = figures.seed_losses(spec, found)
    assert "a constant answer" not in {note["text"] for note in figure.to_dict()["layout"]["annotations"]}
    with_answer = figures.seed_losses(SPEC, trace()).to_dict()["layout"]["annotations"]
    assert "a constant answer" in {note["text"] for note in with_answer}
