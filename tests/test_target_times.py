"""How long to the target: hand-computed steps and seconds, and what the chart and the sentence say of them."""

from dataclasses import replace

import numpy as np
import pytest

from gradcore.figures import time_to_target
from gradcore.records import Outcome
from gradcore.target_times import seconds_to_target, target_sentence, target_times
from tests.traces import decoded, make_entrant, make_trace

NAN, INF = float("nan"), float("inf")


def entrant(label, losses, seconds=2.0):
    """Losses by step, (T, S); all steps took so many seconds."""
    made = make_entrant(losses, label=label, validation_loss=[0.1] * len(losses[0]))
    outcome = made.outcome
    return replace(made, outcome=Outcome(0, outcome.validation_loss, outcome.validation_metric, seconds))


FAST = entrant("Adam", [[1.0, 1.0, 1.0], [0.4, 0.9, 0.9], [0.4, 0.5, 0.9], [0.4, 0.4, 0.9]])
SLOW = entrant("SGD", [[1.0, 1.0, 1.0], [0.9, 0.9, 0.9], [0.9, 0.9, 0.9], [0.5, 0.9, NAN]], seconds=8.0)
NEVER = entrant("Lion", [[1.0] * 3, [NAN] * 3, [NAN] * 3, [INF] * 3])


def test_steps_and_seconds_are_those_of_each_seed_and_a_missed_target_is_infinite():
    first, second = target_times(make_trace([SLOW, FAST]), 0.5)
    assert (first.label, first.steps.tolist(), first.seconds.tolist()) == ("Adam", [1.0, 2.0, INF], [0.5, 1.0, INF])
    assert (second.label, second.steps.tolist(), second.seconds.tolist()) == ("SGD", [3.0, INF, INF], [6.0, INF, INF])
    assert (first.reached, second.reached) == (2, 1)
    assert seconds_to_target(FAST, 0.5) == [0.5, 1.0, None]
    assert seconds_to_target(FAST, None) == [None, None, None]


def test_without_a_target_or_an_outcome_there_is_nothing():
    assert target_times(make_trace([FAST]), None) == ()
    assert target_times(make_trace([make_entrant([[1.0]])]), 0.5) == ()
    assert target_sentence((), 0.5, 4) == ""


@pytest.mark.parametrize(
    ("entrants", "says"),
    [
        ([FAST, SLOW], "Adam gets to a training loss of 0.5 in the fewest steps (median 2); 1 of 2 do not on more than "
         "half of their seeds."),
        ([FAST, replace(FAST, label="Nadam")], "Adam and Nadam get to a training loss of 0.5 in the fewest steps "
         "(median 2)."),
        ([SLOW, NEVER], "No entrant reaches the target, a training loss of 0.5, on more than half of its seeds."),
        ([NEVER], "No entrant reaches the target, a training loss of 0.5, within 4 steps."),
    ],
    ids=["one is first", "two are", "half of the seeds", "nobody"],
)  # fmt: skip
def test_the_sentence_says_who_arrives(entrants, says):
    assert target_sentence(target_times(make_trace(entrants), 0.5), 0.5, 4) == says


def test_the_chart_holds_every_seed_its_median_and_how_many_arrive():
    figure = time_to_target.steps_to_target(make_trace([SLOW, FAST, NEVER]), 0.5)
    assert figure.layout.title.text == "Adam reaches a loss of 0.5 first: 2 steps"
    assert [note.text for note in figure.layout.annotations] == ["reached", "2 of 3", "1 of 3", "0 of 3"]
    seeds, middle, slow, *_ = decoded(figure)
    edge = figure.layout.xaxis.range[1] * 0.9999
    assert seeds["x"] == pytest.approx([1.0, 2.0, edge])
    assert seeds["marker"]["symbol"][2] == "triangle-right"
    assert seeds["text"] == ["Adam, seed 0: 1 step", "Adam, seed 1: 2 steps", "Adam, seed 2: not reached"]
    assert (middle["x"], middle["text"]) == ([2.0], ["Adam: median 2 steps, 2 of 3 reached"])
    assert slow["x"] == pytest.approx([3.0, edge, edge])


def test_seconds_may_put_another_entrant_first():
    quick = replace(SLOW, loss=FAST.loss, label="SGD")
    dear = replace(FAST, loss=FAST.loss[:, [0, 0, 1]], outcome=replace(FAST.outcome, seconds=80.0))
    trace = make_trace([dear, quick])
    assert time_to_target.steps_to_target(trace, 0.5).layout.title.text == "Adam reaches a loss of 0.5 first: 1 step"
    assert time_to_target.seconds_to_target(trace, 0.5).layout.title.text == "SGD reaches a loss of 0.5 first: 4 s"


def test_values_a_hundredfold_apart_get_a_logarithmic_axis_and_a_start_below_the_target_its_lower_edge():
    late = np.ones((500, 3), np.float32)
    late[0, 0], late[2, 1], late[400, 2] = 0.4, 0.4, 0.4
    figure = time_to_target.steps_to_target(make_trace([entrant("Adam", late)]), 0.5)
    assert figure.layout.xaxis.type == "log"
    lowest = 10 ** figure.layout.xaxis.range[0]
    assert decoded(figure)[0]["x"] == pytest.approx([lowest, 2.0, 400.0])


@pytest.mark.parametrize("entrants", [[], [NEVER], [entrant("Adam", [[0.1]])]], ids=["nobody", "never", "at once"])
def test_a_chart_is_drawn_whatever_arrives(entrants):
    for draw in (time_to_target.steps_to_target, time_to_target.seconds_to_target):
        assert draw(make_trace(entrants), 0.5).layout.title.text
