"""The one chart component: everything drawn goes through `plot`.

It updates in place (zoom, hidden curves and the page's scroll position stay), follows Streamlit's theme and the
root's font size, and takes ready JSON, so that one text serves every viewer of a run. What happens in the browser
is in `plot.js` and the files beside it. plotly.js comes from Streamlit's own bundle: no second copy, no network.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from gradcore.figures import theme
from ui.bundle import bundle

SCRIPTS = ("plot_fit.js", "plot_links.js", "plot_numbers.js", "plot_play.js", "plot_save.js", "plot_spot.js", "plot.js")
HTML = """<div class="gradcore-plot"><div class="gradcore-plot-rem"></div>
<div class="gradcore-plot-area" role="figure" aria-label="chart"></div>
<div class="gradcore-plot-names" role="group" aria-label="show or hide"></div></div>"""


def plot(
    figure: go.Figure | str, *, key: str, label: str, height: int, clickable: bool = False, about: str = ""
) -> Mapping[str, Any] | None:
    """Show a figure, or the JSON text that `theme.to_json` made of it; return the point that was just clicked.

    Args:
        figure: what to draw; a text is passed on as it is.
        key: the chart's place on the page; unique there.
        label: the chart in one sentence, for those who hear the page; also the name of a saved picture.
        height: px at the usual type size; it grows with the type, and where a legend goes below.
        clickable: whether a click on a point runs the page again.
        about: what is shown, such as a run's id: zoom and hidden curves are kept until it changes.
    """
    text = figure if isinstance(figure, str) else theme.to_json(figure)
    head = json.dumps({"label": label, "height": height, "clickable": clickable, "key": key, "about": about})
    message = f'{head[:-1]}, "figure": {text}}}'.encode()
    result = _component()(key=key, data=message, on_clicked_change=_ignore)
    clicked: Mapping[str, Any] | None = result.get("clicked")
    return clicked


@cache
def _component() -> Callable[..., Any]:
    constants = {"BUNDLE": bundle(), "DARK": theme.dark_of_light(), "NARROW": theme.NARROW}
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in constants.items())
    *scripts, css = (Path(__file__).with_name(name).read_text(encoding="utf-8") for name in (*SCRIPTS, "plot.css"))
    js = head + "".join(scripts)
    return st.components.v2.component("gradcore_plot", html=HTML, css=css, js=js, isolate_styles=False)


def _ignore() -> None:
    """Streamlit keeps a click only where something listens for it."""
