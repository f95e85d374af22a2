"""Seconds against steps and against seeds, as one picture for the README, in the look of the pages."""

import base64
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from playwright.sync_api import sync_playwright
from plotly.offline import get_plotlyjs

from gradcore.figures import theme

WIDTH, HEIGHT = 560, 380  # px of each chart
PAGE = """<style>@font-face{font-family:"Source Sans";font-weight:100 900;src:url(data:font/woff2;base64,FONT)}
body{margin:0;display:flex;width:fit-content;background:#FFFFFF}</style>"""
DRAW = """async ([figures, width, height]) => {
  await document.fonts.load('600 17px "Source Sans"');
  for (const figure of figures) {
    const place = document.body.appendChild(document.createElement('div'));
    const layout = {...figure.layout, width, height};
    await Plotly.newPlot(place, figure.data, layout, {staticPlot: true});
  }
}"""


def draw(by_steps: Mapping[int, float], by_seeds: Mapping[int, float], what: str, kept: str, path: Path) -> None:
    """Draw both and save them as PNG.

    Args:
        by_steps, by_seeds: seconds by size.
        what: was measured, and with how many seeds for the steps.
        kept: how many steps for the seeds.
        path: of the picture.
    """
    longest, widest = max(by_steps), max(by_seeds)
    grown, more = by_steps[longest] / by_steps[min(by_steps)], by_seeds[widest] / by_seeds[min(by_seeds)]
    figures = [
        chart(by_steps, "Steps", f"{longest / min(by_steps):g} times the steps take {grown:.1f} times as long", what),
        chart(by_seeds, "Seeds", f"{widest} seeds take {more:.1f} times as long as one", kept, proportional=True),
    ]
    save(figures, path)


def chart(found: Mapping[int, float], axis: str, title: str, what: str, *, proportional: bool = False) -> go.Figure:
    """Return seconds against a size, with the line through them, or that of seeds which are trained one by one."""
    sizes, times = np.array(list(found), np.float64), np.array(list(found.values()))
    ends = np.array([0.0, sizes[-1]])
    line = ends * times[0] / sizes[0] if proportional else np.polyval(np.polyfit(sizes, times, 1, w=1 / times), ends)
    name = "one seed after the other" if proportional else "a straight line"
    top = 1.08 * max(times.max(), line.max())
    look = {"color": theme.LIGHT[1], "width": 2}
    grey = {"color": theme.LINE, "dash": "dash", "width": 2}
    layout = {
        "title": theme.title(title, f"Processor seconds of one entrant, {what}; dashed: {name}"),
        "xaxis": {"title": {"text": axis}, "range": [0, 1.04 * sizes[-1]]},
        "yaxis": {"title": {"text": "Seconds"}, "range": [0, round(float(top), 3)]},
        "margin": theme.margin(),
    }
    both = [
        {"type": "scatter", "mode": "lines", "x": ends, "y": line, "line": grey},
        {"type": "scatter", "mode": "lines+markers", "x": sizes, "y": times, "line": look, "marker": {"size": 9}},
    ]
    return theme.figure(both, layout)


def save(figures: Sequence[go.Figure], path: Path) -> None:
    """Draw figures beside each other with Chromium and save what it shows, twice as sharp as a screen."""
    sent: list[Any] = [json.loads(theme.to_json(figure)) for figure in figures]
    font = next(Path(st.__file__).parent.glob("static/static/media/SourceSansVF-Upright*.woff2"))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": WIDTH * len(figures), "height": HEIGHT}, device_scale_factor=2)
        page.set_content(PAGE.replace("FONT", base64.b64encode(font.read_bytes()).decode()))
        page.add_script_tag(content=get_plotlyjs())
        page.evaluate(DRAW, [sent, WIDTH, HEIGHT])
        page.screenshot(path=path)
        chromium.close()
