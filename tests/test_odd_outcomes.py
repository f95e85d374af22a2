"""Races that went wrong: all diverged, one was left, one seed only, stopped while learning rates were tried."""

import numpy as np
import pytest

from gradcore.cli.results import describe
from gradcore.documents import race_document, ranking
from gradcore.figures import claims, race
from gradcore.figures.ranking import ranking_title
from gradcore.ranking import all_fell, nobody_left
from gradcore.reading import race_sentences, untuned_sentence
from gradcore.records import Tuning
from gradcore.specs import RaceSpec
from tests.traces import decoded, make_entrant, make_trace

NAN, INF = float("nan"), float("inf")
TUNED = Tuning(0, np.array([0.1, 0.3, 1.0]), np.array([[2.0], [1.0], [3.0]]), 0.3)


def falls(label, *steps, final=INF):
    """An entrant whose seeds diverge at these steps, some of them without ever leaving the finite numbers."""
    loss = np.ones((6, len(steps)), np.float32)
    for seed, step in enumerate(steps):
        loss[step:, seed] = 5_000.0 if np.isfinite(final) else NAN
    return make_entrant(loss, label=label, optimizer="SGD", validation_loss=[final] * len(steps))


def stays(label, *finals):
    seeds = len(finals)
    return make_entrant([[1.0] * seeds, [0.5] * seeds] * 3, label=label, optimizer="Adam", validation_loss=finals)


def spec_of(trace, **more):
    entrants = [{"optimizer": one.optimizer, "label": one.label} for one in trace.entrants]
    return RaceSpec.from_json({"entrants": entrants, "seeds": trace.seeds, "steps": trace.steps, **more})


def told(trace):
    return race_sentences(trace, ranking(spec_of(trace), trace))


LOST = make_trace([falls("wild", 1, 1, 1), falls("slow", 2, 3, 5), falls("level", 3, 3, 2)])
FINITE = make_trace([falls("wild", 1, 1, final=1e9), falls("slow", 4, 4, final=1e30)])


# ---- every entrant diverged


def test_all_that_diverged_rank_by_the_median_step_of_it_the_later_the_better():
    assert [(place.label, place.rank) for place in ranking(spec_of(LOST), LOST)] == [
        ("slow", 1), ("level", 1), ("wild", 3),
    ]  # fmt: skip
    assert [place.label for place in ranking(spec_of(FINITE), FINITE)] == ["slow", "wild"]  # not by what they ended at
    assert all(map(all_fell, (*LOST.entrants, *FINITE.entrants)))
    assert nobody_left(LOST)
    assert not nobody_left(make_trace([falls("wild", 1), make_entrant([[1.0]])]))


def test_the_first_sentence_says_so_and_by_what_they_rank_and_nobody_is_crowned():
    found = told(LOST)
    assert found[0] == (
        "Every entrant diverged from every seed: nothing was learned. They rank by the step at which they diverged "
        "(median over the seeds), the later the better: slow at step 3, level at step 3 and wild at step 1."
    )
    assert len(found) == 2
    assert found[1].startswith("Every entrant does worse than a linear model")
    assert "with one seed" not in told(make_trace([falls("a", 1), falls("b", 2)]))[0]


@pytest.mark.parametrize("trace", [LOST, FINITE], ids=["not finite", "finite, a thousand times the first"])
def test_every_title_says_that_every_entrant_diverged(trace):
    assert claims.loss_title(trace, ended=True) == "Every entrant diverged"
    assert claims.norm_title(trace, ended=True) == "Every entrant diverged"
    assert race.final_validation(trace).layout.title.text in (
        "Every entrant diverged", "No entrant has a finite validation loss",
    )  # fmt: skip
    assert race.ranking(trace, ranking(spec_of(trace), trace)).layout.title.text.startswith("Every entrant diverged; ")


def test_the_ranking_of_the_lost_draws_the_step_at_which_each_seed_diverged():
    figure = race.ranking(LOST, ranking(spec_of(LOST), LOST))
    assert figure.layout.title.text == "Every entrant diverged; slow and level held out longest"
    seeds, middle, *_ = decoded(figure)
    assert (seeds["x"], middle["x"]) == ([2.0, 3.0, 5.0], [3.0])
    assert middle["text"] == ["slow: rank 1, diverged at step 3"]
    assert [note.text for note in figure.layout.annotations] == ["rank", "<b>1</b>", "<b>1</b>", "<b>3</b>"]
    alone = make_trace([falls("a", 0)])
    assert race.ranking(alone, ranking(spec_of(alone), alone)).layout.title.text == "a diverged"
    level = make_trace([falls("a", 1), falls("b", 1)])
    assert race.ranking(level, ranking(spec_of(level), level)).layout.title.text == (
        "Every entrant diverged, as soon as the others"
    )


def test_the_command_line_says_the_same():
    shown = describe(race_document(None, spec_of(LOST), LOST))
    assert "Every entrant diverged from every seed" in shown
    assert "slow at step 3, level at step 3 and wild at step 1." in shown
    assert "paired t-tests" not in shown


def test_a_metric_of_a_lost_entrant_is_written_with_an_exponent():
    lost = make_entrant([[1.0] * 2, [5_000.0] * 2], label="a", validation_loss=[1e9] * 2, validation_metric=[-2e22] * 2)
    shown = describe(race_document(None, spec_of(make_trace([lost])), make_trace([lost])))
    assert "-2e+22" in shown


# ---- one was left, or one seed


def test_the_only_one_left_is_said_to_be_it():
    trace = make_trace([falls("wild", 1, 1), stays("calm", 0.1, 0.2)])
    assert told(trace)[0] == (
        "calm ranks first (median validation loss 0.15, accuracy 50.0 %); wild diverged from every seed."
    )
    ranked = ranking(spec_of(trace), trace)
    assert ranking_title(ranked, 2, fallen=1) == "calm alone did not diverge"
    assert race.ranking(trace, ranked).layout.title.text == "calm alone did not diverge"


def test_one_seed_separates_those_that_diverged_and_nobody_else():
    trace = make_trace([stays("a", 0.1), stays("b", 0.4), falls("wild", 1)])
    assert told(trace)[0].endswith("but one seed gives no interval: nothing separates those that did not diverge.")
    assert race.ranking(trace, ranking(spec_of(trace), trace)).layout.title.text == (
        "One seed ranks nothing; a has the lowest loss in it"
    )


# ---- stopped while learning rates were tried


def test_a_stop_while_learning_rates_were_tried_says_whose_were_chosen():
    empty = np.zeros((0, 1))
    tuned, untuned = make_entrant(empty, label="SGD", tuning=TUNED), make_entrant(empty, label="Adam")
    assert untuned_sentence(make_trace([tuned, untuned])) == (
        "It was stopped while learning rates were tried: 1 of 2 entrants had theirs, 0.3 for SGD."
    )
    assert untuned_sentence(make_trace([untuned])) == "It was stopped before the first learning rate was chosen."
    assert untuned_sentence(make_trace([tuned])) == ""


def test_the_command_line_says_which_rates_were_chosen():
    trace = make_trace([make_entrant([[1.0], [0.5]], label="SGD", validation_loss=[0.5], tuning=TUNED)])
    shown = describe(race_document(None, spec_of(trace, learning_rates="tuned"), trace))
    assert shown.endswith("Learning rates chosen: SGD 0.3.")
    stopped = make_trace([make_entrant(np.zeros((0, 1)), label="SGD")], steps=2)
    shown = describe(race_document(None, spec_of(stopped, learning_rates="tuned"), stopped))
    assert shown.endswith("It was stopped before the first learning rate was chosen.")
