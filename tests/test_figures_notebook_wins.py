"""The bars of the notebook's winners: literal counts, Wilson's whiskers, what luck alone gives."""

import pytest

from gradcore.figures.notebook_wins import winner_bars, wins_title

OWN = {"SGD": 7, "Adam": 3, "AdamW": 0}
SHARED = {"SGD": 10, "Adam": 0, "AdamW": 0}


@pytest.fixture
def figure():
    return winner_bars(OWN, SHARED, ["SGD", "Adam", "AdamW"], 10)


def test_each_race_is_a_bar_for_each_entrant_and_the_filled_ones_stand_above(figure):
    own, shared = figure.data
    assert (list(own.x), list(shared.x)) == ([7, 3, 0], [10, 0, 0])
    assert all(high < low for high, low in zip(own.y, shared.y, strict=True))  # rows count downwards
    assert [text.split(", 95")[0] for text in own.text] == [
        "own weights: 7 of 10 seeds", "own weights: 3 of 10 seeds", "own weights: 0 of 10 seeds",
    ]  # fmt: skip


def test_whiskers_are_wilsons_intervals_in_seeds(figure):
    own, shared = figure.data
    assert own.error_x.array[2] == pytest.approx(2.775, abs=0.001)  # Wilson, 0 of 10: up to 27.75 %
    assert own.error_x.arrayminus[2] == pytest.approx(0.0, abs=1e-12)
    assert shared.error_x.arrayminus[0] == pytest.approx(2.775, abs=0.001)


def test_a_line_stands_at_what_luck_alone_gives(figure):
    (line,) = figure.layout.shapes
    assert line.x0 == line.x1 == pytest.approx(10 / 3)
    assert figure.layout.annotations[0].text == "luck alone: 3.33"


def test_the_title_counts_the_winners():
    assert wins_title(OWN, SHARED, 10) == "Own weights: 2 of 3 win; shared weights: SGD wins 10 of 10"
