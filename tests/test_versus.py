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
    assert seeds_needed(np.array([0.1, 0.3, -0.1])) == 34  # (2.035 + 0.853)^2 x (0.2 / 0.1)^2 = 33.4
    assert seeds_needed(np.array([0.1, 0.3, -0.1]), level=0.05 / 15) == 61  # the hardest of 15 pairs, by Holm
    assert seeds_needed(np.array([1.0, -0.999])) == pytest.approx(7.849 * (1.4135 / 0.0005) ** 2, rel=0.02)
    assert seeds_needed(np.array([0.2, 0.2, 0.2])) == 2
    assert seeds_needed(np.array([0.1, -0.1])) is None
    assert seeds_needed(np.array([0.1])) is None


def test_as_many_seeds_as_the_formula_says_find_the_difference_in_about_four_of_five_races():
    draw = np.random.default_rng(0)
    differences = draw.normal(0.1, 0.2, size=(2000, 34))
    t = differences.mean(axis=1) / (differences.std(axis=1, ddof=1) / np.sqrt(34))
    assert 0.77 < (np.abs(t) > 2.0345).mean() < 0.83  # the quantile of t with 33 degrees of freedom


def test_the_best_ranked_comes_first_and_its_nearest_tie_is_the_rival():
    one = found(SGD=[0.5, 0.2, 0.4], Adam=[0.3, 0.3, 0.3])
    assert one.labels == ("Adam", "SGD")
    assert one.beats[0].tolist() == pytest.approx([0.5, 2 / 3])
    assert one.rival == "SGD"
    assert needed_sentence(one, "Adam") == (
        "If Adam and SGD really differ by as much as these 3 seeds show, about 107 seeds (104 more) would tell "
        "them apart in four of five races."
    )


def test_a_tie_that_only_the_correction_leaves_needs_more_seeds_than_there_are():
    adam = np.array([0.100, 0.110, 0.090, 0.105, 0.095])
    sgd = adam * np.exp([0.20, 0.32, 0.08, 0.26, 0.14])
    alone = found(Adam=list(adam), SGD=list(sgd))
    assert (alone.needed, needed_sentence(alone, "Adam")) == (None, "")  # t = 4.7: told apart
    wide = {f"E{row}": list(adam * np.exp(0.5 + 0.1 * row + np.array([0.2, -0.2, 0.4, -0.4, 0]))) for row in range(3)}
    one = found(Adam=list(adam), SGD=list(sgd), **wide)
    assert needed_sentence(one, "Adam") == (
        "If Adam and SGD really differ by as much as these 5 seeds show, about 6 seeds (1 more) would tell them apart "
        "in four of five races."
    )


def test_nothing_is_said_where_nothing_is_tied():
    one = found(Adam=[0.1, 0.11, 0.1, 0.1], SGD=[1.0, 1.1, 1.0, 1.05])
    assert (one.needed, one.rival, needed_sentence(one, "Adam")) == (None, "", "")
    assert beats_title(one) == "Adam has a lower loss than every other on every seed"


def test_the_matrix_writes_each_share_into_its_cell():
    drawn = beat_matrix(found(SGD=[0.5, 0.2, 0.4], Adam=[0.3, 0.3, 0.3]))
    assert {(note.x, note.y): note.text for note in drawn.layout.annotations} == {(1, 0): "67", (0, 1): "33"}
    assert drawn.layout.title.text == "Adam has the lower loss on 67 % of the seeds or more, least against SGD"


def test_columns_are_numbered_where_their_names_do_not_fit():
    few = beat_matrix(found(SGD=[0.5, 0.2, 0.4], Adam=[0.3, 0.3, 0.3])).layout
    assert (few.xaxis.ticktext, few.yaxis.ticktext) == (("Adam", "SGD"), ("Adam", "SGD"))
    assert few.meta["narrow"]["xaxis"]["ticktext"] == ["1", "2"]
    assert few.meta["narrow"]["yaxis"]["ticktext"] == ["1  Adam", "2  SGD"]
    many = beat_matrix(found(**{f"E{row}": [0.1 + row, 0.2 + row] for row in range(8)})).layout
    assert many.xaxis.ticktext == ("1", "2", "3", "4", "5", "6", "7", "8")
    assert many.yaxis.ticktext[7] == "8  E7"


def test_a_diverged_seed_loses_its_pair():
    one = found(Adam=[0.3, float("nan"), 0.3], SGD=[0.4, 0.4, 0.4])
    assert one.beats[one.labels.index("SGD"), one.labels.index("Adam")] == pytest.approx(1 / 3)
