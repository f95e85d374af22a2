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
    """Return frames around a layer and the cell of a step in it; around the whole step where there is no layer.

    They are dark on light, so that they are seen on every shade.
    """
    if marked is None:
        return []
    layer, step = marked
    whole = {"type": "rect", "fillcolor": "rgba(0,0,0,0)", "yref": "y", "y0": -0.5, "y1": len(trace.setup.layers) - 0.5}
    half = max(0.5, trace.steps / 200)
    column = {} if step is None else {"x0": step - half, "x1": step + half, "xref": "x"}
    if layer not in trace.setup.layers:
        boxes = [{**whole, **column}] if column and not layer else []
    else:
        row = trace.setup.layers.index(layer)
        line = {**whole, "y0": row - 0.5, "y1": row + 0.5, "x0": 0, "x1": 1, "xref": "paper"}
        boxes = [line, {**line, **column}] if column else [line]
    return [{**box, "line": {"color": color, "width": width}} for box in boxes for color, width in _TWO_TONES]
