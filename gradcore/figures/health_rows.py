"""Rows of the picture of a health check: names, what stands in those of layers without a gradient, and what is marked.

Input side at the bottom. Shapes: L layers.
"""

import math
from collections.abc import Sequence

from gradcore.figures import theme
from gradcore.figures.health_reading import variable_marks, whole_layer_mark
from gradcore.figures.theme import Layout
from gradcore.records import CheckTrace

_TWO_TONES = ((theme.BACKGROUND, 4), (theme.LIGHT[1], 2))


def layer_axis(layers: Sequence[str], domain: Sequence[float], height: int) -> Layout:
    """Return the axis of layers, input side at the bottom; as many names as fit."""
    inner = (height - theme.margin()["t"] - theme.margin()["b"]) * (domain[1] - domain[0])
    every = max(1, math.ceil(len(layers) * 15 / inner))
    return {
        "type": "category",
        "categoryarray": [theme.escaped(name) for name in layers],
        "range": [-0.5, max(len(layers), 1) - 0.5],
        "tickmode": "array",
        "tickvals": list(range(0, len(layers), every)),
        "ticktext": [theme.short(name) for name in layers[::every]],
        "tickfont": {"color": theme.INK, "size": theme.TYPE_SIZE},
        "ticklabelstandoff": 4,
        "showgrid": False,
    }


def row_notes(trace: CheckTrace) -> list[Layout]:
    """Return what stands in the rows of layers that cannot have a gradient."""
    marks = [(row, whole_layer_mark(trace.setup, row)) for row in range(len(trace.setup.layers))]
    look = {"showarrow": False, "bgcolor": theme.BACKGROUND, "borderpad": 2, "font": {"color": theme.INK}}
    place = {"x": 0.5, "xref": "paper", "yref": "y"}
    return [{**place, "y": row, "text": f"{trace.setup.layers[row]}: {mark}", **look} for row, mark in marks if mark]


def variable_rings(trace: CheckTrace) -> list[Layout]:
    """Return a ring at the right of each layer with a variable that cannot have a gradient; its reason on hover."""
    marks = [(row, variable_marks(trace.setup, row)) for row in range(len(trace.setup.layers))]
    place = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 3, "yref": "y", "showarrow": False}
    look = {"text": "○", "font": {"color": theme.INK, "size": theme.TYPE_SIZE + 3}}
    said = [(row, "<br>".join(theme.escaped(text) for text in found)) for row, found in marks if found]
    return [{**place, **look, "y": row, "hovertext": text} for row, text in said]


def frame(trace: CheckTrace, marked: tuple[str, int | None] | None) -> list[Layout]:
    """Return a frame around a layer, and one around a cell; dark on light, so that it is seen on every shade."""
    if marked is None or marked[0] not in trace.setup.layers:
        return []
    row, step = trace.setup.layers.index(marked[0]), marked[1]
    box = {"type": "rect", "y0": row - 0.5, "y1": row + 0.5, "yref": "y", "fillcolor": "rgba(0,0,0,0)"}
    whole = {**box, "x0": 0, "x1": 1, "xref": "paper"}
    found = [{**whole, "line": {"color": color, "width": width}} for color, width in _TWO_TONES]
    if step is not None:
        half = max(0.5, trace.steps / 200)
        cell = {**box, "x0": step - half, "x1": step + half, "xref": "x"}
        found += [{**cell, "line": {"color": color, "width": width}} for color, width in _TWO_TONES]
    return found
