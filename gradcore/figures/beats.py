"""Who beats whom: for each two entrants, the share of the seeds on which the one has the lower loss."""

from typing import Any

import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.labels import label_width
from gradcore.versus import Versus

CELL = 38  # px of height
MOST_NAMES = 7  # over the columns of half a page's width
ROOM = 12  # px between the subtitle and the names of the columns


def beat_matrix(found: Versus) -> go.Figure:
    """Draw the matrix: a row for each entrant, its share against each other in a column.

    Where names do not fit over the columns they are numbered.
    """
    labels = [theme.short(label) for label in found.labels]
    count = len(labels)
    numbers = [str(place + 1) for place in range(count)]
    numbered = [f"{number}  {label}" for number, label in zip(numbers, labels, strict=True)]
    across, down = (numbers, numbered) if count > MOST_NAMES else (labels, labels)
    layout = {
        "title": theme.title(beats_title(found), "Share of the seeds on which the row has the lower loss, in %"),
        "height": theme.margin()["t"] + CELL * (count + 1) + 16 + ROOM,
        "xaxis": {"side": "top", **_names(across), "range": [-0.5, count - 0.5], "showline": False},
        "yaxis": {**_names(down), "range": [count - 0.5, -0.5], "showgrid": False},
        "margin": {**theme.margin(left=label_width(numbered)), "t": theme.margin()["t"] + CELL + ROOM, "b": 12},
        "annotations": [_cell(found, row, column) for row in range(count) for column in range(count) if row != column],
        "shapes": [_box(found, row, column) for row in range(count) for column in range(count) if row != column],
        "hovermode": False,
    }
    anchor = {"type": "scatter", "mode": "markers", "x": [0], "y": [0], "marker": {"opacity": 0}}
    narrow = {"xaxis": {"ticktext": numbers}, "yaxis": {"ticktext": numbered}}
    return theme.figure([anchor], layout, narrow=narrow)


def beats_title(found: Versus) -> str:
    """Return what the first entrant's row shows."""
    if len(found.labels) < 2:
        return "One entrant has nobody to beat"
    first, others = found.labels[0], found.beats[0, 1:]
    least = int(others.argmin())
    if others[least] == 1:
        return f"{first} has a lower loss than every other on every seed"
    return (
        f"{first} has the lower loss on {100 * others[least]:.0f} % of the seeds or more, least against "
        + (found.labels[1 + least])
    )


def _names(labels: list[str]) -> dict[str, Any]:
    return {"tickmode": "array", "tickvals": list(range(len(labels))), "ticktext": labels, "fixedrange": True}


def _cell(found: Versus, row: int, column: int) -> dict[str, Any]:
    text = f"{100 * found.beats[row, column]:.0f}"
    return {"x": column, "y": row, "text": text, "showarrow": False, "font": {"color": theme.INK}}


def _box(found: Versus, row: int, column: int) -> dict[str, Any]:
    edges = {"x0": column - 0.47, "x1": column + 0.47, "y0": row - 0.45, "y1": row + 0.45}
    fill = theme.faded(theme.LIGHT[0], 0.04 + 0.4 * float(found.beats[row, column]))
    return {"type": "rect", **edges, "fillcolor": fill, "line": {"width": 0}, "layer": "below"}
