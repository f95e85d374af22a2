"""The ranking: each entrant's loss as a multiple of the best one's, with intervals, ranks and ties."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import VERTICAL_GRID, edge, largest_start, log_axis, points, rows, rows_height, worth_showing
from gradcore.figures.fallen import RANK_COLUMN, fall_steps, fallen_title
from gradcore.figures.theme import Style, styles
from gradcore.ranking import all_fell, nobody_left
from gradcore.records import RaceTrace, Ranked
from gradcore.stop_reading import fell_words

BRACKET_STEP = 12  # px between two brackets
TIMES = "\u00d7"  # after a number
LEAST_SPAN = 1.01  # of the axis: below, all stand at 1 or beyond its end, and it goes to 2
MOST_BRACKETS = 6  # more are left to the hover text and the table


def ranking(trace: RaceTrace, ranked: Sequence[Ranked]) -> go.Figure:
    """Draw each entrant's loss as a multiple of the best one's, with its interval, and a bracket around each tie."""
    notes = [_rank_note("rank", -0.75), *(_rank_note(f"<b>{p.rank}</b>", row) for row, p in enumerate(ranked))]
    if ranked and nobody_left(trace):
        return fall_steps(trace, ranked, notes)
    looks = styles([entrant.optimizer for entrant in trace.entrants])
    style_of = {entrant.label: style for entrant, style in zip(trace.entrants, looks, strict=True)}
    best = min((place.median for place in ranked), default=1.0)
    ratios = [ratio(place, best) for place in ranked]
    values = [*ratios, *(end for place in ranked for end in place.interval or ())]
    start = largest_start(trace) / best if best > 0 else 0.0
    low, high = worth_showing([1.0, *values], start)
    axis = log_axis("Loss, as a multiple of the best", low, high if high > LEAST_SPAN * low else 2 * low, suffix=TIMES)
    frame = (10 ** axis["range"][0], edge(axis))
    traces: list[dict[str, Any]] = []
    for row, (place, middle) in enumerate(zip(ranked, ratios, strict=True)):
        traces += _rank_row(place, middle, row, frame, style_of[place.label])
    names = rows([place.label for place in ranked], standoff=RANK_COLUMN)
    brackets = ties(ranked)[:MOST_BRACKETS]
    interval = "one seed, no interval" if trace.seeds == 1 else "95 % interval"
    layout = {
        "title": theme.title(
            ranking_title(
                ranked,
                len(trace.entrants),
                sum(all_fell(e) for e in trace.entrants if e.outcome),
                fell_words(trace.entrants),
            ),
            f"Final validation loss against the best, {interval}; brackets: ties",
        ),
        **names,
        "xaxis": {**axis, **VERTICAL_GRID},
        "height": rows_height(len(ranked)),
        "margin": {**names["margin"], "r": 40 + BRACKET_STEP * len(brackets)},
        "shapes": [_one_line(), *_brackets(brackets)],
        "annotations": notes,
        "hovermode": "closest",
    }
    return theme.figure(traces, layout)


def ratio(place: Ranked, best: float) -> float:
    """Return the centre of the interval, or the ratio of the medians where there is none."""
    if place.interval is not None and all(np.isfinite(place.interval)) and min(place.interval) > 0:
        return float(np.sqrt(place.interval[0] * place.interval[1]))
    if best == 0:
        return 1.0 if place.median == 0 else float("inf")
    return place.median / best


def ranking_title(ranked: Sequence[Ranked], entrants: int, fallen: int = 0, fell: str = "diverged") -> str:
    """Return who is first and what nothing separates from it; never more than the ties allow.

    `fallen` is how many of those that are ranked diverged, or were stopped at a warning, from every seed; they are
    the last. `fell` is what became of those (`stop_reading.fell_words`).
    """
    if not ranked:
        return "The ranking comes when the first entrant has finished"
    if len(ranked) < entrants:
        return f"{len(ranked)} of {entrants} have finished; {ranked[0].label} has the lowest median loss of them"
    first, level = ranked[0], [place.label for place in ranked if place.label in ranked[0].tied_with]
    if fallen == len(ranked):
        return fallen_title(ranked, fell)
    if fallen == len(ranked) - 1 > 0:
        return f"{first.label} alone {'did not diverge' if fell == 'diverged' else 'finished'}"
    if all(place.interval is None for place in ranked):
        return f"One seed ranks nothing; {first.label} has the lowest loss in it"
    if not level:
        return f"{first.label} is first: every other loss is significantly higher"
    if len(level) <= 2:
        return f"{first.label} leads; nothing separates it from {theme.names(level)}"
    return f"{first.label} leads; nothing separates it from {len(level)} others"


def ties(ranked: Sequence[Ranked]) -> list[tuple[int, ...]]:
    """Return every largest set of rows in which each two are tied, the topmost first (Bron & Kerbosch 1973).

    Example:
        >>> row = lambda label, *tied: Ranked(label, 1, 0.1, None, tied)
        >>> ties([row("a", "b", "c"), row("b", "a"), row("c", "a")])
        [(0, 1), (0, 2)]
    """
    row_of = {place.label: row for row, place in enumerate(ranked)}
    near = [{row_of[label] for label in place.tied_with if label in row_of} for place in ranked]
    found: list[tuple[int, ...]] = []

    def extend(chosen: set[int], open_rows: set[int], done: set[int]) -> None:
        if not open_rows and not done:
            found.append(tuple(sorted(chosen)))
        pivot = max(open_rows | done, key=lambda row: len(near[row] & open_rows), default=0)
        for row in sorted(open_rows - near[pivot]) if open_rows else []:
            extend(chosen | {row}, open_rows & near[row], done & near[row])
            open_rows, done = open_rows - {row}, done | {row}

    extend(set(), set(range(len(ranked))), set())
    return sorted(tie for tie in found if len(tie) > 1)


def _rank_row(place: Ranked, middle: float, row: int, frame: tuple[float, float], style: Style) -> list[dict[str, Any]]:
    low, high = frame
    same = {"type": "scatter", "name": place.label, "cliponaxis": False}
    lost = not middle <= high
    symbol = "triangle-right" if lost else style.marker
    dot = points([high if lost else middle], [row], symbol, 12, style.color, [_said(place, middle)])
    if place.interval is None:
        return [{**same, **dot}]
    ends_shown = [min(max(value, low), high) for value in place.interval]
    line = {"x": ends_shown, "y": [row, row], "mode": "lines", "line": {"color": style.color, "width": 2}}
    return [{**same, **line, "hoverinfo": "skip"}, {**same, **dot}]


def _said(place: Ranked, middle: float) -> str:
    """Return the hover text of one entrant."""
    tied = f", tied with {theme.names(place.tied_with)}" if place.tied_with else ""
    lines = [theme.escaped(f"{place.label}: rank {place.rank}{tied}"), f"median loss {theme.number(place.median)}"]
    if place.interval:
        ends = f"{theme.number(place.interval[0], 3)} to {theme.number(place.interval[1], 3)}"
        lines.append(f"{theme.number(middle, 3)} times the best ({ends})")
    return "<br>".join(lines)


def _rank_note(text: str, row: float) -> dict[str, Any]:
    place = {"x": 0, "xref": "paper", "xanchor": "center", "xshift": -RANK_COLUMN / 2, "y": row, "yref": "y"}
    return {"text": text, **place, "yanchor": "middle", "showarrow": False, "font": {"color": theme.MUTED}}


def _one_line() -> dict[str, Any]:
    line = {"color": theme.LINE, "width": 1}
    return {"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper", "line": line, "layer": "below"}


def _brackets(found: Sequence[tuple[int, ...]]) -> list[dict[str, Any]]:
    """Return each tie as a bracket at the right of the frame, with a foot at each of its rows."""
    shapes = []
    for column, tied in enumerate(found):
        across = 20 + BRACKET_STEP * column
        feet = "".join(f" M {across - 6} {row} L {across} {row}" for row in tied)
        path = f"M {across} {tied[0]} L {across} {tied[-1]}{feet}"
        place = {"xref": "paper", "xsizemode": "pixel", "xanchor": 1, "yref": "y"}
        shapes.append({"type": "path", "path": path, **place, "line": {"color": theme.MUTED, "width": 1.5}})
    return shapes
