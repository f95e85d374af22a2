from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ui import plot


def test_streamlit_still_bundles_plotly_where_the_component_looks_for_it():
    script = Path(st.__file__).parent / "static" / "static" / "js" / plot.bundle()
    text = script.read_text(encoding="utf-8")
    assert "window.Plotly=" in text
    assert "hoversort" in text  # plotly.js >= 4.2: hover sorted by value


def test_a_streamlit_without_its_bundle_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(st, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(RuntimeError, match=r"must hold one PlotlyChart\.\*\.js"):
        plot.bundle()


def page() -> None:
    from gradcore.figures import race, theme
    from tests.traces import make_race
    from ui.plot import plot

    trace = make_race(steps=20)
    plot(race.loss_curves(trace), key="loss", label='Loss of "it"', height=440)
    plot(theme.to_json(race.gradient_norms(trace)), key="norm", label="Norm", height=440, clickable=True)


def test_a_figure_and_its_json_are_both_shown():
    at = AppTest.from_function(page, default_timeout=30).run()
    assert not at.exception
    first, second = (chart.proto for chart in at.get("bidi_component"))
    assert first.bytes.startswith(
        b'{"label": "Loss of \\"it\\"", "height": 440, "clickable": false, "key": "loss", "about": "", '
    )
    assert b'"clickable": true' in second.bytes
    assert first.isolate_styles is False
