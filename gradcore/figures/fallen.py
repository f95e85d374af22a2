"""The ranking of a race in which every entrant diverged: at which step, seed by seed, the later the better."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import VERTICAL_GRID, points, rows, rows_height, step_axis
from gradcore.figures.theme import Layout, Style, styles
from gradcore.ranking import divergences, median
from gradcore.records import Doubles, RaceTrace, Ranked

RANK_COLUMN = 34  # px between the names and the frame, as in the ranking of losses


def fall_steps(trace: RaceTrace, ranked: Sequence[Ranked], notes: Sequence[Layout]) -> go.Figure:
    """Draw the step at which each seed diverged, and the median; `notes` are the ranks beside the names."""
    looks = styles([entrant.optimizer for entrant in trace.entrants])
    drawn = {one.label: (one, look) for one, look in zip(trace.entrants, looks, strict=True)}
    falls = [np.array(divergences(drawn[place.label][0]), np.float64) for place in ranked]  # (S,) each
    last = max((float(fall.max()) for fall in falls), default=1.0)
    names = rows([place.label for place in ranked], standoff=RANK_COLUMN)
    each = "one seed" if trace.seeds == 1 else f"median of {trace.seeds} seeds, small points: each seed"
    what = "Step at which the loss was not finite, or above 1,000 times its first"
    layout = {
        "title": theme.title(fallen_title(ranked), f"{what}; {each}"),
        **names,
        "xaxis": {**step_axis(-0.04 * last, max(1.06 * last, 1)), **VERTICAL_GRID},
        "height": rows_height(len(ranked)),
        "margin": {**names["margin"], "r": 40},
        "annotations": list(notes),
        "hovermode": "closest",
    }
    places = enumerate(zip(ranked, falls, strict=True))
    return theme.figure([part for row, (p, fall) in places for part in _row(p, fall, row, drawn[p.label][1])], layout)


def fallen_title(ranked: Sequence[Ranked]) -> str:
    """Return who held out longest."""
    best = [place.label for place in ranked if place.rank == 1]
    if len(ranked) == 1:
        return f"{best[0]} diverged"
    if len(best) == len(ranked):
        return "Every entrant diverged, as soon as the others"
    who = theme.names(best) if len(best) <= 2 else f"{len(best)} entrants"
    return f"Every entrant diverged; {who} held out longest"


def _row(place: Ranked, fall: Doubles, row: int, style: Style) -> list[dict[str, Any]]:
    label = theme.escaped(place.label)
    text = [f"{label}, seed {seed}: diverged at step {step:g}" for seed, step in enumerate(fall)]
    middle = median(fall)
    same = {"type": "scatter", "name": place.label, "cliponaxis": False}
    small = points(fall, [row] * len(fall), style.marker, 7, theme.faded(style.color, 0.45), text)
    said = f"{label}: rank {place.rank}, diverged at step {middle:g}"
    return [{**same, **small}, {**same, **points([middle], [row], style.marker, 12, style.color, [said])}]
