"""One row for each solution: how effective and how complex it is, opinion, measurement, or both."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import VERTICAL_GRID, rows, rows_height
from gradcore.figures.solution_looks import row_line, short_name, solution_look, zero_line
from gradcore.figures.theme import Layout
from gradcore.solution_complexity import Complexity
from gradcore.solution_ratings import Rating
from gradcore.titles import counted

HALF, NEAR = 5.0, 0.6  # of 10
EDGE = {"width": 1, "color": theme.BACKGROUND}  # between the kinds that are counted
WORDS: Mapping[str, str] = {
    "parameters": "hyper-parameters",
    "state": "kinds of state",
    "couplings": "rules to keep",
    "differs": "differs at inference",
    "coupled": "couples rows of a batch",
    "data": "needs data to start",
    "lines": "kinds of lines of code",
}


def opinion_bars(opinions: Mapping[str, Rating], what: str) -> go.Figure:
    """Draw one of the notebook's two charts, of "effectiveness" or "complexity": its scores, the greatest first."""
    order = sorted(opinions, key=lambda name: -getattr(opinions[name], what))
    values = [getattr(opinions[name], what) for name in order]
    title = theme.title(
        f"By opinion {what} goes from {values[-1]:g} to {values[0]:g} of 10", "The notebook's scores, from 1 to 10"
    )
    return _chart(order, _bars(order, opinions, what), title, _axis(what))


def effectiveness_bars(order: Sequence[str], opinions: Mapping[str, Rating], found: Mapping[str, Rating]) -> go.Figure:
    """Draw each solution's effectiveness as measured, with its interval; an arrow to it from where an opinion is."""
    both = [name for name in order if name in opinions and name in found]
    lower = sum(found[name].effectiveness < opinions[name].effectiveness for name in both)
    if opinions:
        said = f"{lower} of the notebook's {counted(len(both), 'score')} are higher than what is measured"
    else:
        half = sum(found[name].effectiveness > HALF for name in order if name in found)
        said = f"{half} of {counted(len(order), 'solution')} give back more than half of what is lost"
    ring = ", ring = the notebook's opinion" if opinions else ""
    title = theme.title(said, f"Bar = measured, line = 95 % interval{ring}; 10 = cured, 0 = no effect")
    ends = [found[name].effectiveness for name in order if name in found]
    axis = _axis("effectiveness", min([0.0, *(end - 0.4 for end in ends)]))
    traces = [*_bars(order, found, "effectiveness"), *_whiskers(order, found)]
    return _compared(order, opinions, found, "effectiveness", traces, title, axis)


def complexity_bars(order: Sequence[str], opinions: Mapping[str, Rating], found: Mapping[str, Rating]) -> go.Figure:
    """Draw what each solution asks for, counted and stacked by kind; an arrow to it from where an opinion is."""
    kinds = list(vars(Complexity(0, 0, 0, 0, 0, 0, 0)))
    counts = {name: vars(rating.counted) for name, rating in found.items() if rating.counted}
    scale = next((one.complexity / one.counted.score for one in found.values() if one.counted), 1.0)  # of one thing
    traces: list[dict[str, Any]] = []
    for place, kind in enumerate(kinds):
        values = [counts[name][kind] * scale if name in counts else 0 for name in order]
        said = [f"{short_name(name)}: {counts[name][kind] if name in counts else 0} {WORDS[kind]}" for name in order]
        looks = {"color": theme.GREYS[place], "line": EDGE}
        traces.append({**_bar(order, values, said), "name": WORDS[kind], "marker": looks})
    largest = max(counts, key=lambda name: sum(counts[name].values()), default="")
    most = sum(counts[largest].values()) if largest else 0
    ring = "; ring = the notebook's opinion" if opinions else ""
    title = theme.title(
        f"{short_name(largest)} asks for the most: {counted(most, 'thing')}" if largest else "Nothing is counted yet",
        f"Counted, stacked by kind: {round(10 / scale)} things = 10{ring}",
    )
    layout = {**theme.legend_below(170, room=118), "barmode": "stack"}
    return _compared(order, opinions, found, "complexity", traces, title, _axis("complexity"), layout, more=74)


def _compared(
    order: Sequence[str],
    opinions: Mapping[str, Rating],
    found: Mapping[str, Rating],
    what: str,
    traces: Sequence[Mapping[str, Any]],
    title: Layout,
    axis: Layout,
    layout: Layout | None = None,
    more: int = 0,
) -> go.Figure:
    """Draw bars, and where there are opinions a ring for each with an arrow to what is measured."""
    rings = _rings(order, opinions, what) if opinions else []
    arrows = [
        _arrow(row, getattr(opinions[name], what), getattr(found[name], what))
        for row, name in enumerate(order)
        if name in opinions and name in found
    ]
    return _chart(order, [*traces, *rings], title, axis, {**(layout or {}), "annotations": arrows}, more)


def _arrow(row: int, before: float, after: float) -> Layout:
    ends = {"x": after, "y": row, "ax": before, "ay": row, "axref": "x", "ayref": "y", "text": "", "showarrow": True}
    looks = {"arrowhead": 2, "arrowsize": 1, "arrowwidth": 1.3, "arrowcolor": theme.INK}
    near = abs(after - before) < NEAR  # no room for an arrow between the ring and the bar's end
    return {**ends, **looks, "startstandoff": 6, "opacity": 0 if near else 1}


def _axis(what: str, lowest: float = 0.0) -> Layout:
    return {"title": {"text": what.capitalize()}, "range": [lowest, 10.6], "dtick": 2}


def _chart(
    order: Sequence[str],
    traces: Sequence[Mapping[str, Any]],
    title: Layout,
    axis: Layout,
    more_layout: Layout | None = None,
    more: int = 0,
) -> go.Figure:
    names = rows([short_name(name) for name in order])
    own = more_layout or {}
    layout = {
        "title": title,
        "height": rows_height(len(order)) + more,
        "xaxis": {**axis, **VERTICAL_GRID},
        "hovermode": "closest",
        "bargap": 0.35,
        "shapes": [zero_line()],
        **own,
        **names,
        "margin": {**names["margin"], **own.get("margin", {}), "l": names["margin"]["l"]},
    }
    return theme.figure(list(traces), layout)


def _bars(order: Sequence[str], found: Mapping[str, Rating], field: str) -> list[dict[str, Any]]:
    values = [getattr(found[name], field) if name in found else 0.0 for name in order]
    said = [
        f"{short_name(name)}: {getattr(found[name], field):.2f} of 10" if name in found else f"{short_name(name)}: n/a"
        for name in order
    ]
    colors = [solution_look(name).color for name in order]
    return [{**_bar(order, values, said), "marker": {"color": colors, "opacity": 0.75}}]


def _bar(order: Sequence[str], values: Sequence[float], said: Sequence[str]) -> dict[str, Any]:
    spots = {"x": list(values), "y": list(range(len(values))), "customdata": list(order), "orientation": "h"}
    return {
        "type": "bar",
        **spots,
        "text": list(said),
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _whiskers(order: Sequence[str], found: Mapping[str, Rating]) -> list[dict[str, Any]]:
    pairs = [(row, found[name].interval) for row, name in enumerate(order) if name in found]
    return [row_line(interval, row, theme.INK) for row, interval in pairs if interval]


def _rings(order: Sequence[str], opinions: Mapping[str, Rating], field: str) -> list[dict[str, Any]]:
    """Return a ring where the notebook puts each solution that it scores."""
    scored = [(row, name, getattr(opinions[name], field)) for row, name in enumerate(order) if name in opinions]
    looks = {"symbol": "circle", "size": 11, "color": theme.BACKGROUND, "line": {"width": 2, "color": theme.INK}}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "the notebook's opinion",
            "x": [value for *_, value in scored],
            "y": [row for row, *_ in scored],
            "marker": looks,
            "text": [f"{short_name(name)}, opinion: {value:g} of 10" for _, name, value in scored],
            "customdata": [name for _, name, _ in scored],
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]
