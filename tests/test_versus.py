"""One entrant against another: shares of seeds, and how many seeds would be needed."""

import numpy as np
import pytest

from gradcore.figures.beats import beat_matrix, beats_title
from gradcore.ranking import rank
from gradcore.versus import beats, needed_sentence, seeds_needed, versus
from tests.traces import make_entrant, make_trace

CHANCE = 2.303


def race(**finals: list[float]):
    return make_trace(
        [make_entrant([[1.0] * len(losses)], label=label, validation_loss=losses) for label, losses in finals.items()]
    )


def found(**finals: list[float]):
    trace = race(**finals)
    return versus(trace, rank(trace, CHANCE, 1e-4), CHANCE, 1e-4)


def test_ties_count_half_and_each_pair_sums_to_one():
    shares = beats(np.array([[1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 5.0]]))
    assert shares.tolist() == [[0.5, 0.625], [0.375, 0.5]]


def test_the_seeds_needed_are_those_of_the_power_formula():
    assert seeds_needed(np.array([0.1, 0.3, -0.1])) == 32  # 7.85 x (0.2 / 0.1)^2 = 31.4
    assert seeds_needed(np.array([0.2, 0.2, 0.2])) == 2
    assert seeds_needed(np.array([0.1, -0.1])) is None
    assert seeds_needed(np.array([0.1])) is None


def test_as_many_seeds_as_the_formula_says_find_the_difference_in_about_four_of_five_races():
    draw = np.random.default_rng(0)
    differences = draw.normal(0.1, 0.2, size=(2000, 32))
    t = differences.mean(axis=1) / (differences.std(axis=1, ddof=1) / np.sqrt(32))
    assert 0.74 < (np.abs(t) > 2.0395).mean() < 0.82  # the quantile of t with 31 degrees of freedom


def test_the_best_ranked_comes_first_and_its_nearest_tie_is_the_rival():
    one = found(SGD=[0.5, 0.2, 0.4], Adam=[0.3, 0.3, 0.3])
    assert one.labels == ("Adam", "SGD")
    assert one.beats[0].tolist() == pytest.approx([0.5, 2 / 3])
    assert one.rival == "SGD"
    assert needed_sentence(one, "Adam") == (
        f"If Adam and SGD really differ by as much as these 3 seeds show, about {one.needed} seeds would tell them "
        "apart in four of five races."
    )


def test_nothing_is_said_where_nothing_is_tied():
    one = found(Adam=[0.1, 0.11, 0.1, 0.1], SGD=[1.0, 1.1, 1.0, 1.05])
    assert (one.needed, one.rival, needed_sentence(one, "Adam")) == (None, "", "")
    assert beats_title(one) == "Adam is better than every other on every seed"


def test_the_matrix_writes_each_share_into_its_cell():
    drawn = beat_matrix(found(SGD=[0.5, 0.2, 0.4], Adam=[0.3, 0.3, 0.3]))
    assert {(note.x, note.y): note.text for note in drawn.layout.annotations} == {(1, 0): "67 %", (0, 1): "33 %"}
    assert drawn.layout.title.text == "Adam has the lower loss on 67 % of the seeds or more, least against SGD"


def test_a_diverged_seed_loses_its_pair():
    one = found(Adam=[0.3, float("nan"), 0.3], SGD=[0.4, 0.4, 0.4])
    assert one.beats[one.labels.index("SGD"), one.labels.index("Adam")] == pytest.approx(1 / 3)
