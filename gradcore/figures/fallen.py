"""The ranking of a race in which every entrant fell: at which step, seed by seed, the later the better."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import VERTICAL_GRID, points, rows, rows_height, step_axis
from gradcore.figures.theme import Layout, Style, styles
from gradcore.ranking import falls, median, stops
from gradcore.records import Doubles, EntrantTrace, RaceTrace, Ranked
from gradcore.stop_reading import count_stopped, fell_words

RANK_COLUMN = 34  # px between the names and the frame, as in the ranking of losses


def fall_steps(trace: RaceTrace, ranked: Sequence[Ranked], notes: Sequence[Layout]) -> go.Figure:
    """Draw the step at which each seed diverged or was stopped, and the median; `notes` are the ranks beside the
    names."""
    looks = styles([entrant.optimizer for entrant in trace.entrants])
    drawn = {one.label: (one, look) for one, look in zip(trace.entrants, looks, strict=True)}
    fell = [np.array(falls(drawn[place.label][0]), np.float64) for place in ranked]  # (S,) each
    last = max((float(fall.max()) for fall in fell), default=1.0)
    stopped = any(count_stopped(one) for one, _ in drawn.values())
    names = rows([place.label for place in ranked], standoff=RANK_COLUMN)
    each = "one seed" if trace.seeds == 1 else f"median of {trace.seeds} seeds, small points: each seed"
    what = "Step at which the loss was not finite, or above 1,000 times its first"
    what += ", or the seed was stopped at a warning" if stopped else ""
    layout = {
        "title": theme.title(fallen_title(ranked, fell_words(one for one, _ in drawn.values())), f"{what}; {each}"),
        **names,
        "xaxis": {**step_axis(-0.04 * last, max(1.06 * last, 1)), **VERTICAL_GRID},
        "height": rows_height(len(ranked)),
        "margin": {**names["margin"], "r": 40},
        "annotations": list(notes),
        "hovermode": "closest",
    }
    traces: list[dict[str, Any]] = []
    for row, (place, fall) in enumerate(zip(ranked, fell, strict=True)):
        entrant, look = drawn[place.label]
        traces += _row(place, fall, row, look, entrant)
    return theme.figure(traces, layout)


def fallen_title(ranked: Sequence[Ranked], fell: str = "diverged") -> str:
    """Return who held out longest; `fell` is what became of the seeds (`stop_reading.fell_words`)."""
    best = [place.label for place in ranked if place.rank == 1]
    if len(ranked) == 1:
        return f"{best[0]} {fell}"
    if len(best) == len(ranked):
        return f"Every entrant {fell}, as soon as the others"
    who = theme.names(best) if len(best) <= 2 else f"{len(best)} entrants"
    return f"Every entrant {fell}; {who} held out longest"


def _row(place: Ranked, fall: Doubles, row: int, style: Style, entrant: EntrantTrace) -> list[dict[str, Any]]:
    label, stopped = theme.escaped(place.label), [step is not None for step in stops(entrant)]
    fates = ["stopped at a warning" if one else "diverged" for one in stopped]
    pairs = enumerate(zip(fates, fall, strict=True))
    text = [f"{label}, seed {seed}: {fate} at step {step:g}" for seed, (fate, step) in pairs]
    fate = "ended" if any(stopped) else "diverged"
    middle = median(fall)
    same = {"type": "scatter", "name": place.label, "cliponaxis": False}
    small = points(fall, [row] * len(fall), style.marker, 7, theme.faded(style.color, 0.45), text)
    said = f"{label}: rank {place.rank}, {fate} at step {middle:g}"
    return [{**same, **small}, {**same, **points([middle], [row], style.marker, 12, style.color, [said])}]
