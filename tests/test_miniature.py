"""Miniatures: SVG that is whole as it stands, with its moments written where the browser finds them."""

import base64
import re
import struct
import xml.etree.ElementTree as ET
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradcore.documents import example_document, trace_from_document
from gradcore.example_check import example_treatment
from gradcore.figures import glances, theme
from gradcore.figures.glance_network import SICK, bar_reach, exponents_of, network
from gradcore.figures.glance_slopes import slopes
from gradcore.figures.miniature import bars, cells, grown, line, miniature, spots, text, thinned, tip
from gradcore.glances import diverging, signals
from tests.check_traces import make_check

BOX = (0.0, 0.0, 100.0, 50.0)
NAN, INF = float("nan"), float("inf")


def parsed(svg):
    return ET.fromstring(svg)


def every_picture():
    _, checks = example_treatment()
    watched = diverging()
    race = trace_from_document(example_document())
    return {
        "network": network("sick", checks.networks[0], "Sick", SICK, (-6, 1), 3.0),
        "prevention": glances.prevention(signals(), {"glorot_uniform": "Glorot", "he_uniform": "He"}),
        "early_detection": glances.early_detection(watched.norms, watched.warned, watched.doubled),
        "treatment": glances.treatment(trace_from_document(example_document("exploding_rnn"))),
        "long_term_care": glances.long_term_care(race),
        "slopes": slopes("sigmoid", "relu"),
    }


@pytest.mark.parametrize("name", every_picture())
def test_every_picture_is_small_whole_and_names_itself(name):
    picture = every_picture()[name]
    root = parsed(picture.svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == picture.label
    assert picture.moments >= 30
    assert len(picture.svg) < 20_000
    assert [one for one in root.iter() if "late" in one.attrib.get("class", "")] == []


@pytest.mark.parametrize("name", every_picture())
def test_every_colour_of_a_picture_follows_the_theme(name):
    svg = every_picture()[name].svg
    pairs = re.findall(r"light-dark\((#\w+),(#\w+)\)", svg)
    assert pairs
    assert all(theme.dark_of_light()[light] == dark for light, dark in pairs)
    assert re.sub(r"light-dark\(#\w+,#\w+\)", "", svg).count("#") == svg.count("url(#")


def test_a_curve_has_a_gap_where_it_is_not_finite():
    points = spots(np.array([0.0, 1.0, NAN, 0.5, INF], np.float32), BOX, (0.0, 1.0))
    assert 'd="M0.0 50.0 L25.0 0.0 M75.0 25.0"' in line(points, theme.INK)
    assert 'data-along="0.0,50.0 25.0,0.0 75.0,25.0"' in tip(points, theme.INK)


def test_bars_stand_on_their_line_with_a_height_for_each_moment():
    drawn = parsed(f"<svg>{bars(np.array([[0.0, 1.0], [0.5, NAN]], np.float32), BOX, theme.INK)}</svg>")
    told = [one.attrib["data-heights"] for one in drawn]
    assert told == ["0.3 25.0", "50.0 0.3"]
    assert [one.attrib["y"] for one in drawn] == ["25.0", "49.7"]


def test_a_part_is_uncovered_from_the_side_it_starts_at():
    assert 'data-grow="-4.0 104.0"' in grown("a", BOX, [])
    assert 'data-grow="104.0 -4.0"' in grown("a", BOX, [], leftward=True)


def test_texts_are_escaped_and_show_their_last_moment():
    drawn = text((0, 0), ["<a", "b&c"])
    assert ">b&amp;c</text>" in drawn
    assert 'data-says="&lt;a|b&amp;c"' in drawn


def test_a_heatmap_is_a_png_with_the_first_row_at_the_bottom_and_lost_cells_in_their_colour():
    drawn = cells(np.array([[0.0, NAN], [1.0, 0.5]], np.float32), BOX, (0.0, 1.0), ("#000000", "#0000FF"), "#FF0000")
    png = base64.b64decode(re.search(r"base64,([^\"]+)", drawn)[1])
    assert struct.unpack(">II", png[16:24]) == (2, 2)
    length = struct.unpack(">I", png[33:37])[0]
    rows = zlib.decompress(png[41 : 41 + length])
    assert rows == bytes([0, 0, 0, 255, 0, 0, 128, 0, 0, 0, 0, 255, 0, 0])


@given(hnp.arrays(np.float32, st.integers(1, 40), elements=st.floats(width=32)))
def test_whatever_a_curve_holds_it_stays_in_its_box(values):
    points = spots(values, BOX, (-1.0, 1.0))
    finite = points[np.isfinite(points).all(axis=1)]
    assert len(finite) == np.isfinite(values).sum()
    assert ((finite >= [0.0, 0.0]) & (finite <= [100.0, 50.0])).all()


def test_a_network_that_diverges_has_bars_on_the_ground_and_a_curve_that_ends():
    norms = np.array([1.0, 0.01, np.nan])[:, None, None] * np.ones((1, 1, 6))
    trace = make_check(steps=3, seeds=1, gradient_norm=norms, loss=[2.0, 3.0, np.nan])
    assert bar_reach([trace]) == (-3, 1)
    root = parsed(network("a", trace, "Sick", SICK, (-3, 1), 3.0).svg)
    assert {one.attrib["data-heights"].split()[-1] for one in root.iter("rect") if "data-heights" in one.attrib} == {
        "0.7"
    }
    assert [one.attrib["data-along"].count(",") for one in root.iter("circle")] == [2]
    assert [one.text for one in root.iter("text") if one.attrib.get("data-says", "").startswith("2|")] == ["NaN"]


def test_exponents_of_what_has_none():
    assert exponents_of(np.array([100.0, 0.0, np.inf, np.nan])).tolist()[:2] == [2.0, -np.inf]
    assert np.isnan(exponents_of(np.array([np.inf, np.nan]))).all()
    assert tip(np.full((2, 2), np.nan), theme.INK) == ""


def test_a_long_series_is_thinned_to_its_ends():
    assert thinned(5, 60).tolist() == [0, 1, 2, 3, 4]
    assert thinned(200, 60)[[0, -1]].tolist() == [0, 199]
    assert len(thinned(200, 60)) == 60


def test_a_picture_of_its_own_parts():
    made = miniature((10, 20), ["<g/>"], 'a "label"', 3)
    assert made.svg == '<svg viewBox="0 0 10 20" role="img" aria-label="a &quot;label&quot;"><g/></svg>'
    assert made.moments == 3
