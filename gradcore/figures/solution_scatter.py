"""Effectiveness against complexity, coloured by cost: as opinion, as measured, and as arrows from one to the other."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.labels import beside
from gradcore.figures.solution_looks import COST_SHADES, short_name
from gradcore.figures.theme import Layout
from gradcore.solution_ratings import Rating, front
from gradcore.titles import counted

HEIGHT = 520  # px
PLOT_WIDTH = 560  # px, for which names are kept apart
NARROW_WIDTH = 190  # px, the same on a phone
LEAST = -1.0  # of the effectiveness axis
MOST = 10.9  # of the complexity axis
ANCHORS: Mapping[str, Layout] = {
    "right": {"xanchor": "left", "xshift": 10},
    "left": {"xanchor": "right", "xshift": -10},
    "above": {"yanchor": "bottom", "yshift": 7},
    "below": {"yanchor": "top", "yshift": -7},
}


def opinion_scatter(opinions: Mapping[str, Rating]) -> go.Figure:
    """Draw the notebook's chart: its effectiveness against its complexity, coloured by its cost."""
    title = theme.title(
        f"By opinion all {len(opinions)} are worth {_least_to_most(opinions)} of 10",
        "The notebook's scores: effectiveness and complexity from 1 to 10, colour = cost from 1 to 4",
    )
    return _scatter(list(opinions.values()), title, "Cost, opinion", (1.0, 4.0))


def _least_to_most(opinions: Mapping[str, Rating]) -> str:
    values = [one.effectiveness for one in opinions.values()]
    return f"{min(values):g} to {max(values):g}"


def measured_scatter(ratings: Mapping[str, Rating], where: str) -> go.Figure:
    """Draw what was measured, with intervals, the spread over diseases, and the Pareto front."""
    best = front(ratings)
    thin = ", thin = least to greatest disease" if any(one.spread for one in ratings.values()) else ""
    title = theme.title(
        measured_title(ratings),
        f"{where}; thick = 95 % interval{thin}; dashes = Pareto front: nothing simpler does better",
    )
    line = {
        "type": "scatter",
        "mode": "lines",
        "x": [*(one.complexity for one in best), MOST],
        "y": [*(one.effectiveness for one in best), *(one.effectiveness for one in best[-1:])],
        "line": {"color": theme.LINE, "width": 1.5, "shape": "hv", "dash": "dash"},
        "hoverinfo": "skip",
    }
    return _scatter(list(ratings.values()), title, "Step time", _ends(ratings), "×", [line])


def measured_title(ratings: Mapping[str, Rating]) -> str:
    """Return what the measurement says, computed from it."""
    if not ratings:
        return "Nothing is measured yet"
    best = max(ratings.values(), key=lambda one: one.effectiveness)
    idle = [one for one in ratings.values() if one.interval and one.interval[0] <= 0 <= one.interval[1]]
    more = f"; {counted(len(idle), 'solution')} cannot be told from doing nothing" if idle else ""
    many = any(one.spread for one in ratings.values())  # a mean over diseases, not one of them
    on = f" on {counted(best.diseases, 'disease')}" if many else ""
    return f"{short_name(best.solution)} gives back {10 * best.effectiveness:.0f} % of what is lost{on}{more}"


def arrows(opinions: Mapping[str, Rating], ratings: Mapping[str, Rating]) -> go.Figure:
    """Draw an arrow from each opinion to its measurement."""
    both = [(opinions[name], ratings[name]) for name in opinions if name in ratings]
    fell = sum(after.effectiveness < before.effectiveness for before, after in both)
    title = theme.title(
        f"Measured, {fell} of {counted(len(both), 'solution')} do less than the notebook says",
        "Ring = opinion, dot = measured; thick = 95 % interval, thin = least to greatest disease; complexity counted",
    )
    rings = {
        "type": "scatter",
        "mode": "markers",
        "x": [before.complexity for before, _ in both],
        "y": [before.effectiveness for before, _ in both],
        "marker": {"symbol": "circle-open", "size": 11, "color": theme.MUTED, "line": {"width": 1.5}},
        "text": [f"{short_name(one.solution)}, opinion: {one.effectiveness:g} of 10" for one, _ in both],
        "customdata": [one.solution for one, _ in both],
        "hovertemplate": "%{text}<extra></extra>",
    }
    ends = _ends(ratings)
    pairs = [_arrow(*pair) for pair in both]
    others = [one for one in ratings.values() if one.solution not in opinions]
    return _scatter([*(after for _, after in both), *others], title, "Step time", ends, "×", [rings], pairs)


def _arrow(before: Rating, after: Rating) -> Layout:
    ends = {"x": after.complexity, "y": after.effectiveness, "ax": before.complexity, "ay": before.effectiveness}
    looks = {"arrowhead": 2, "arrowsize": 1, "arrowwidth": 1.3, "arrowcolor": theme.LINE, "standoff": 8}
    return {**ends, "axref": "x", "ayref": "y", "text": "", "showarrow": True, "startstandoff": 7, **looks}


def _scatter(
    shown: Sequence[Rating],
    title: Layout,
    cost: str,
    ends: tuple[float, float],
    suffix: str = "",
    before: Sequence[Mapping[str, Any]] = (),
    pairs: Sequence[Layout] = (),
) -> go.Figure:
    """Draw the points with their whiskers above what is drawn before."""
    lowest = min([LEAST, *(one.effectiveness - 0.5 for one in shown)])
    across, up = [-0.4, MOST], [lowest, 10.7]
    markers = {
        "type": "scatter",
        "mode": "markers",
        "x": [one.complexity for one in shown],
        "y": [one.effectiveness for one in shown],
        "marker": {
            "size": 14,
            "color": [one.cost if math.isfinite(one.cost) else ends[0] for one in shown],
            "coloraxis": "coloraxis",
            "line": {"width": 1, "color": theme.BACKGROUND},
        },
        "text": [_said(one, suffix) for one in shown],
        "customdata": [one.solution for one in shown],
        "hovertemplate": "%{text}<extra></extra>",
    }
    lines = [line for one in shown for line in _whiskers(one)]
    phone = [*_names(shown, across, up, pairs, NARROW_WIDTH), *pairs]
    layout = {
        "title": title,
        "height": HEIGHT,
        "hovermode": "closest",
        "xaxis": {"title": {"text": "Complexity, 0 to 10"}, "range": across, "dtick": 2, "showgrid": True},
        "yaxis": {"title": {"text": "Effectiveness, 10 = cured"}, "range": up, "dtick": 2, "showgrid": True},
        "shapes": [_zero()],
        "annotations": [*_names(shown, across, up, pairs, PLOT_WIDTH), *pairs],
        "coloraxis": _colors(cost, ends, suffix),
        "margin": theme.margin(right=96),
    }
    return theme.figure(
        [*before, *lines, markers], layout, narrow={"margin": theme.margin(right=64, left=48), "annotations": phone}
    )


def _whiskers(one: Rating) -> list[dict[str, Any]]:
    same = {"type": "scatter", "mode": "lines", "x": [one.complexity] * 2, "hoverinfo": "skip"}
    found = []
    if one.spread is not None:
        found.append(
            {**same, "y": [max(one.spread[0], LEAST), one.spread[1]], "line": {"color": theme.LINE, "width": 1}}
        )
    if one.interval is not None:
        found.append({**same, "y": list(one.interval), "line": {"color": theme.MUTED, "width": 3}})
    return found


def _said(one: Rating, suffix: str) -> str:
    parts = [f"<b>{short_name(one.solution)}</b>", f"effectiveness {one.effectiveness:.2f} of 10"]
    if one.interval is not None:
        parts[-1] += f" ({one.interval[0]:.2f} to {one.interval[1]:.2f})"
    if one.spread is not None:
        parts.append(f"by disease {one.spread[0]:.1f} to {one.spread[1]:.1f}")
    count = f", {one.counted.score} counted" if one.counted else ""
    parts.append(f"complexity {one.complexity:.1f} of 10{count}")
    if math.isfinite(one.cost):
        parts.append(f"step time {one.cost:.2f}{suffix}" if suffix else f"cost {one.cost:.0f} of 4")
    return "<br>".join(parts)


def _names(
    shown: Sequence[Rating], across: Sequence[float], up: Sequence[float], pairs: Sequence[Layout], width: int
) -> list[Layout]:
    """Return the names beside the points, which cover no other point and no ring; where no side is free, none."""
    inner = HEIGHT - theme.margin()["t"] - theme.margin()["b"]
    spots = [(one.complexity, one.effectiveness) for one in shown] + [(pair["ax"], pair["ay"]) for pair in pairs]
    pixels = [(_share(x, across) * width, _share(y, up) * inner) for x, y in spots]
    labels = [short_name(one.solution) for one in shown]
    sides = beside(pixels, [*labels, *("" for _ in pairs)], width, crowded="")[: len(shown)]
    looks = {"showarrow": False, "font": {"color": theme.INK, "size": theme.TYPE_SIZE}}
    return [
        {"x": one.complexity, "y": one.effectiveness, "text": label, **ANCHORS[side], **looks}
        for one, label, side in zip(shown, labels, sides, strict=True)
        if side
    ]


def _share(value: float, ends: Sequence[float]) -> float:
    return (value - ends[0]) / (ends[1] - ends[0])


def _zero() -> Layout:
    line = {"color": theme.LINE, "width": 1}
    return {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": 0, "y1": 0, "line": line, "layer": "below"}


def _ends(ratings: Mapping[str, Rating]) -> tuple[float, float]:
    return 1.0, max([1.5, *(one.cost for one in ratings.values() if math.isfinite(one.cost))])


def _colors(title: str, ends: tuple[float, float], suffix: str) -> Layout:
    last = len(COST_SHADES) - 1
    return {
        "cmin": ends[0],
        "cmax": ends[1],
        "colorscale": [[index / last, color] for index, color in enumerate(COST_SHADES)],
        "colorbar": {
            "thickness": 12,
            "len": 0.8,
            "outlinewidth": 0,
            "xpad": 14,
            "ticksuffix": suffix,
            "title": {"text": title, "side": "top", "font": {"color": theme.MUTED, "size": theme.TYPE_SIZE}},
            "tickfont": {"color": theme.MUTED, "size": theme.TYPE_SIZE},
        },
    }
