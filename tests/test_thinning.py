"""Long lines are thinned for the browser: of what a pixel column shows, nothing is lost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from gradcore.figures import curves, race, theme
from tests.traces import decoded, make_entrant, make_trace

LOSSES = st.floats(2**-20, 2**20, width=32) | st.just(float("nan"))
LINES = npst.arrays(np.float32, st.integers(1, 400), elements=LOSSES)


def columns(values, count):
    """The values in as many stretches of equal length as a line of that many columns has."""
    size = -(-len(values) // count)
    return [(first, values[first : first + size]) for first in range(0, len(values), size)]


@given(LINES, st.sampled_from([10, 40, 100]))
def test_every_extreme_of_every_column_and_every_gap_survives(values, points):
    line = curves.thin(values, points)
    assert (np.diff(line.steps) > 0).all()
    assert {0, len(values) - 1} <= set(line.steps.tolist())
    assert np.array_equal(line.values, values[line.steps], equal_nan=True)
    for first, column in columns(values, points // 2):
        kept = line.values[(line.steps >= first) & (line.steps < first + len(column))]
        if np.isfinite(column).any():
            assert np.nanmin(kept) == np.nanmin(column)
            assert np.nanmax(kept) == np.nanmax(column)
        assert np.isnan(kept).any() == np.isnan(column).any()


@given(npst.arrays(np.float32, st.integers(1, 400), elements=st.floats(2**-20, 2**20, width=32)), st.booleans())
def test_the_edge_of_a_band_keeps_the_farthest_value_of_every_column(values, upper):
    line = curves.edge_of(values, 30, upper=upper)
    farthest = np.max if upper else np.min
    for first, column in columns(values, 30):
        kept = line.values[(line.steps >= first) & (line.steps < first + len(column))]
        assert farthest(kept) == farthest(column)
    assert len(line.steps) <= 32


@given(st.lists(st.integers(0, 4_999), min_size=1, max_size=8, unique=True), st.booleans())
def test_every_peak_of_the_median_of_an_ended_race_is_in_what_the_browser_gets(at, up):
    loss = np.full((5_000, 5), 1.0, np.float32)
    loss[at] = 20.0 if up else 0.05
    figure = race.loss_curves(make_trace([make_entrant(loss)]), ended=True)
    line = next(one for one in decoded(figure) if one["mode"] == "lines" and "hovertemplate" in one)
    seen = {int(step): value for step, value in zip(line["x"], line["y"], strict=True) if value != 1.0}
    size = -(-5_000 // (curves.ENDED_POINTS // 2))
    assert {step // size for step in seen} == {step // size for step in at}
    assert set(seen) <= set(at)


def test_a_running_race_is_sent_in_fewer_points_than_one_that_has_ended():
    loss = np.random.default_rng(0).lognormal(size=(20_000, 5)).astype(np.float32)
    trace = make_trace([make_entrant(loss)])
    sizes = [len(theme.to_json(race.loss_curves(trace, ended=ended))) for ended in (False, True)]
    assert sizes[0] < 0.6 * sizes[1]
    assert sizes[1] < 40_000


@pytest.mark.parametrize("steps", [1, 2, 1_600, 1_601, 3_200])
def test_an_ended_line_has_at_most_its_points_its_ends_and_no_gap(steps):
    line = curves.thin(np.linspace(1, 2, steps, dtype=np.float32), curves.ENDED_POINTS)
    assert len(line.steps) <= curves.ENDED_POINTS + 2
    assert np.isfinite(line.values).all()
