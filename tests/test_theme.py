import json
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from bench import palette
from gradcore.figures import axes, labels, theme
from gradcore.figures.drawn import Drawn
from tests.traces import make_entrant, make_trace

ROOT = Path(__file__).parents[1]
THEMES = [(theme.LIGHT, theme.BACKGROUND), (theme.DARK, theme.DARK_BACKGROUND)]


@pytest.mark.parametrize(("colors", "background"), THEMES)
def test_every_colour_can_be_read_on_its_background(colors, background):
    assert len(set(colors)) == 10
    assert palette.contrast(palette.linear_rgb(list(colors)), background).min() >= 4.5


@pytest.mark.parametrize(("colors", "background"), THEMES)
def test_ink_and_muted_text_can_be_read(colors, background):
    texts = [theme.INK, theme.MUTED] if background == theme.BACKGROUND else [theme.DARK_INK, theme.DARK_MUTED]
    assert palette.contrast(palette.linear_rgb(texts), background).min() >= 4.5


@pytest.mark.parametrize(("colors", "least"), [(theme.LIGHT, 0.078), (theme.DARK, 0.115)])
def test_colours_stay_apart_for_deuteranopes_and_protanopes(colors, least):
    apart = palette.distances(palette.linear_rgb(list(colors)))
    assert apart[np.triu_indices(10, 1)].min() >= least


def test_the_search_finds_the_palette_that_the_theme_holds():
    assert palette.search("light") == list(theme.LIGHT)
    assert palette.search("dark") == list(theme.DARK)


def test_the_simulation_makes_red_and_green_alike_but_not_blue_and_yellow():
    red_green = palette.distances(palette.linear_rgb(["#C00000", "#5B6B00"]))[0, 1]
    blue_yellow = palette.distances(palette.linear_rgb(["#0000C0", "#C0C000"]))[0, 1]
    assert red_green < 0.12 < 0.4 < blue_yellow


def test_black_on_white_has_contrast_21_and_oklab_lightness_0_and_1():
    assert palette.contrast(palette.linear_rgb(["#000000"]), "#FFFFFF") == pytest.approx([21.0])
    assert palette.oklab(palette.linear_rgb(["#000000", "#FFFFFF"]))[:, 0] == pytest.approx([0, 1], abs=1e-6)


def test_streamlits_own_theme_agrees_with_the_figures():
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
    light, dark = config["theme"]["light"], config["theme"]["dark"]
    assert light["chartCategoricalColors"] == list(theme.LIGHT)
    assert dark["chartCategoricalColors"] == list(theme.DARK)
    assert [light[key] for key in ("primaryColor", "backgroundColor", "textColor")] == ["#234FFD", "#FFFFFF", "#1A2233"]
    assert [dark[key] for key in ("primaryColor", "backgroundColor", "textColor")] == ["#869BF9", "#0F1420", "#E6E9F0"]
    assert (light["borderColor"], dark["borderColor"]) == (theme.GRID, theme.DARK_GRID)


def test_every_light_colour_becomes_a_dark_one():
    assert theme.dark_of_light()["#234FFD"] == "#869BF9"
    assert theme.dark_of_light()[theme.GREYS[0]] == theme.DARK_GREYS[0]
    assert len(theme.dark_of_light()) == 22


def test_colour_follows_the_optimizer_and_dash_the_occurrence():
    found = theme.styles(["SGD", "Adam", "SGD", "SGD"])
    assert [style.color for style in found] == ["#234FFD", "#AE630A", "#234FFD", "#234FFD"]
    assert [style.dash for style in found] == ["solid", "solid", "dash", "dot"]
    assert [style.marker for style in found] == ["circle", "circle", "square", "diamond"]


def test_two_optimizers_of_one_hue_get_different_dashes():
    first, second = theme.styles(["Adadelta", "Ftrl"])
    assert first.color == second.color
    assert (first.dash, second.dash) == ("solid", "dash")


def test_a_retired_optimizer_still_has_a_style():
    assert theme.styles(["Gone"])[0].color == "#941085"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.123456, "0.1235"),
        (12345.6, "12346"),
        (99999.4, "99999"),
        (123456.0, "1.235e5"),
        (0.00012, "1.2e-4"),
        (0.0010001, "0.001"),
        (-0.00012, "-1.2e-4"),
        (1e-30, "1e-30"),
        (0.0, "0"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Inf"),
    ],
)
def test_numbers_have_four_significant_digits(value, text):
    assert theme.number(value) == text


def test_labels_cannot_bring_markup_and_are_cut():
    assert theme.short("<b>x</b> & y") == "&lt;b>x&lt;/b> &amp; y"
    assert theme.short("a" * 60) == "a" * 23 + "…"


def test_a_wide_log_axis_has_powers_of_ten_only():
    axis = axes.log_axis("Loss", 1e-4, 10.0)
    assert axis["tickvals"] == [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0]
    assert axis["ticktext"][0] == "10<sup>-4</sup>"


def test_a_log_axis_of_one_decade_has_1_2_5():
    assert axes.log_axis("Loss", 0.09, 2.4)["ticktext"] == ["0.1", "0.2", "0.5", "1", "2"]


def test_a_log_axis_around_one_value_still_has_ticks():
    assert len(axes.log_axis("Loss", 0.0833, 0.0834)["tickvals"]) >= 2
    assert len(axes.log_axis("Loss", 1.0, 1.0)["tickvals"]) >= 2


def test_the_log_axis_of_30_decades_stays_readable():
    assert len(axes.log_axis("Norm", 1e-15, 1e15)["tickvals"]) <= 8


def test_names_that_collide_move_apart_and_stay_inside():
    assert labels.spread([1.0, 1.0, 1.0], [1.0, 1.0, 1.0], 0.0, 6.0) == [0.5, 1.5, 2.5]
    assert labels.spread([9.0, 9.5], [1.0, 1.0], 0.0, 10.0) == pytest.approx([8.5, 9.5])
    assert labels.spread([5.0], [1.0], 0.0, 6.0) == [5.0]
    assert labels.spread([], [], 0.0, 1.0) == []


def test_values_far_above_all_others_do_not_stretch_the_axis():
    assert axes.worth_showing([0.1, 0.2, 1e37, float("inf"), float("nan")]) == (0.1, 0.2)
    assert axes.worth_showing([float("nan")]) == (0.1, 1.0)


def test_a_loss_that_ends_no_higher_than_it_began_is_worth_showing_however_far_it_is_from_the_best():
    assert axes.worth_showing([1e-8, 0.01, 90.0, 5e4], start=124.0) == (1e-8, 90.0)
    assert axes.worth_showing([1e-8, 0.01, 90.0, 5e4]) == (1e-8, 1e-8)
    trace = make_trace([make_entrant([[3.0, np.nan], [0.5, 0.5]]), make_entrant([[2.0, 4.0]], label="SGD")])
    assert axes.largest_start(trace) == 4.0
    assert axes.largest_start(make_trace([make_entrant(np.zeros((0, 2)))])) == 0.0


def test_json_of_a_figure_is_strict_and_holds_arrays_in_base64():
    text = theme.to_json(theme.figure([{"type": "scatter", "y": np.array([1, np.nan], dtype=np.float32)}], {}))
    assert '"bdata": "AACAPwAAwH8="' in text
    assert "NaN" not in text


def test_a_figure_is_sent_while_another_thread_has_pandas_half_imported(monkeypatch):
    drawn = theme.figure([{"type": "scatter", "y": [1.0, 2.0], "text": ["a", "b"]}], {})
    monkeypatch.setitem(sys.modules, "pandas", ModuleType("pandas"))  # named already, and without its classes
    assert '"text": ["a", "b"]' in theme.to_json(drawn)  # Plotly itself, which would ask for them, is not asked


def test_what_is_not_finite_outside_of_an_array_is_sent_as_text():
    sent = json.loads(theme.to_json(theme.figure([{"type": "scatter", "y": [1.0, np.inf, np.float32("nan")]}], {})))
    assert sent["data"][0]["y"] == [1.0, "Infinity", "NaN"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [([1, 127], "i1"), ([1, -300], "i2"), ([1, 70_000], "i4"), ([1, 2**40], None), ([], None)],
)
def test_whole_numbers_of_64_bits_are_sent_in_the_smallest_type_that_holds_them(values, kind):
    drawn = theme.figure([{"type": "scatter", "y": np.array(values, dtype=np.int64)}], {})
    found = json.loads(theme.to_json(drawn))["data"][0]["y"]
    assert found == values if kind is None else found["dtype"] == kind


def test_a_grid_is_sent_with_its_shape():
    drawn = theme.figure([{"type": "heatmap", "z": np.zeros((2, 3), dtype=np.float32)}], {})
    assert json.loads(theme.to_json(drawn))["data"][0]["z"]["shape"] == "2, 3"


def test_a_figure_that_was_changed_is_sent_as_it_is_now():
    drawn = theme.figure([{"type": "scatter", "y": [1.0]}], {"height": 300})
    assert (drawn.height, drawn.layout.height) == (300, 300)
    drawn.update_layout(height=200)
    assert '"height": 200' in theme.to_json(drawn)
    assert not hasattr(drawn, "heigth")


def test_a_figure_refuses_what_json_has_not():
    with pytest.raises(TypeError, match="a figure holds what JSON has not: set"):
        theme.to_json(Drawn({"data": [], "layout": {"title": {1}}}))
