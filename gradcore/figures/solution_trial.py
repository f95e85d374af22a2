"""A trial of two stacks beside no treatment: the loss of every seed on each disease, on a task new to all of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import VERTICAL_GRID, log_axis, rows
from gradcore.figures.theme import Layout
from gradcore.records import TrialCell
from gradcore.solutions import DISEASES
from gradcore.trial_result import Compared, trial_title

SIDES = (  # how each network looks, and how far beside the middle of its row
    ("untreated", theme.SICK, "square", -0.26),
    ("the notebook's", theme.LIGHT[7], "diamond", 0.0),
    ("by measurement", theme.CURED, "circle", 0.26),
)
ROW, AROUND = 84, 190  # px
LEAST = 1e-9


def trial_chart(shown: Sequence[Compared]) -> go.Figure:
    """Draw one row a disease and in it a mark for each of the three networks: its mean, and its seeds around it."""
    cells = [(one.sick, one.theirs, one.ours) for one in shown]
    losses = np.concatenate([cell.losses for row in cells for cell in row])
    chance = shown[0].sick.chance
    low, high = max(float(losses.min()), LEAST), max(float(losses.max()), chance)
    names = rows([DISEASES[one.disease].title for one in shown], most=34)
    title = theme.title(
        trial_title(shown), "Training loss over the last tenth of the steps: large = mean, small = each scored seed"
    )
    legend = theme.legend_below(130)
    layout = {
        "title": title,
        "height": AROUND + ROW * len(shown),
        "xaxis": {**log_axis("Loss", low, high), **VERTICAL_GRID},
        "hovermode": "closest",
        "shapes": [_chance(chance)],
        **legend,
        **names,
        "margin": {**legend["margin"], "l": names["margin"]["l"], "r": 32},
    }
    brief = rows([DISEASES[one.disease].short for one in shown])
    room = {"l": brief["margin"]["l"], "r": 28}
    phone = {"yaxis": brief["yaxis"], "xaxis": log_axis("Loss", low, high, most=4)}
    narrow = {**legend, **phone, "margin": {**legend["margin"], **room}}
    return theme.figure([trace for side in range(len(SIDES)) for trace in _marks(cells, side)], layout, narrow=narrow)


def _marks(cells: Sequence[Sequence[TrialCell]], side: int) -> list[dict[str, Any]]:
    """Return the seeds of one kind of network in every row, and their means above them."""
    name, color, symbol, beside = SIDES[side]
    found = [(row + beside, row_cells[side]) for row, row_cells in enumerate(cells)]
    same = {"type": "scatter", "mode": "markers", "legendgroup": name, "hovertemplate": "%{text}<extra></extra>"}
    seeds = [(place, seed, max(float(loss), LEAST)) for place, cell in found for seed, loss in enumerate(cell.losses)]
    small = {
        "x": [loss for *_, loss in seeds],
        "y": [place for place, *_ in seeds],
        "text": [f"{name}, scored seed {seed + 1}: {theme.number(loss, 3)}" for _, seed, loss in seeds],
        "marker": {"size": 6, "color": color, "opacity": 0.4, "symbol": symbol},
        "showlegend": False,
    }
    means = [max(float(cell.losses.mean()), LEAST) for _, cell in found]
    large = {
        "x": means,
        "y": [place for place, _ in found],
        "name": name,
        "text": [f"{name}: {theme.number(mean, 3)} on average" for mean in means],
        "marker": {"size": 13, "color": color, "symbol": symbol, "line": {"width": 1, "color": theme.BACKGROUND}},
    }
    return [{**same, **small}, {**same, **large}]


def _chance(chance: float) -> Layout:
    line = {"color": theme.MUTED, "width": 1, "dash": "dash"}
    said = {"text": "chance", "textangle": 0, "textposition": "end", "font": {"color": theme.MUTED}}
    ends = {"x0": chance, "x1": chance, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **ends, "line": line, "label": said, "layer": "below"}
