"""How far a clip rate depends on luck: one point for each seed, a row for each rule."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gradcore.clip_trials.spread import Spread
from gradcore.figures import theme
from gradcore.figures.axes import VERTICAL_GRID, points, rows, rows_height
from gradcore.figures.rule_looks import rule_looks
from gradcore.figures.theme import Layout, Style

ROOM = 0.62  # of a row's height, for points at the same rate
Doubles = NDArray[np.float64]


def clip_rates(spread: Spread, shown: Sequence[float]) -> go.Figure:
    """Draw the clip rate of every seed, median and middle 80 % of each rule.

    Args:
        spread: the stream over many seeds.
        shown: for each rule, the rate of the seed that the page shows.
    """
    labels = [one.title for one in spread.rules]
    looks = rule_looks([one.choice.name for one in spread.rules])
    traces: list[dict[str, Any]] = []
    for place, (one, look, own) in enumerate(zip(spread.rules, looks, shown, strict=True)):
        traces += _row(place, one.title, 100 * one.clip_rate, look, 100 * own)
    layout = {
        "title": theme.title(
            rates_title(spread),
            f"Clip rate of {spread.seeds} seeds, a point each; line: middle 80 %, bar: median, ring: the seed above",
        ),
        "height": rows_height(len(labels)) + 30 * len(labels),
        "xaxis": {**VERTICAL_GRID, "title": {"text": "Clip rate"}, "range": [-3, 103], "ticksuffix": " %"},
        **rows(labels),
        "hovermode": "closest",
    }
    return theme.figure(traces, layout)


def rates_title(spread: Spread) -> str:
    """Return between which rates the seed moves the rule that depends most on it."""
    if not spread.rules:
        return "No rule is chosen"
    widest = max(spread.rules, key=lambda one: float(np.ptp(one.clip_rate)))
    low, high = 100 * float(widest.clip_rate.min()), 100 * float(widest.clip_rate.max())
    if high - low < 1:
        return f"The clip rate hardly depends on the seed: {high:.0f} %"
    return f"By luck alone {widest.title} clips {low:.0f} to {high:.0f} % of the steps"


def _row(place: int, title: str, rates: Doubles, look: Style, own: float) -> list[dict[str, Any]]:
    low, middle, high = np.quantile(rates, [0.1, 0.5, 0.9])
    name = theme.escaped(title)
    said = f"{name}: median {middle:.0f} %, middle 80 % from {low:.0f} to {high:.0f} %"
    texts = [f"{name}, seed {seed}: {rate:.0f} %" for seed, rate in enumerate(rates)]
    same: Layout = {"type": "scatter", "name": name, "meta": title, "showlegend": False}
    small = points(rates, place + _beside(rates), look.marker, 4, theme.faded(look.color, 0.45), texts)
    line = {"mode": "lines", "x": [low, high], "y": [place, place], "line": {"color": look.color, "width": 2}}
    bar = points([middle], [place], "line-ns-open", 18, look.color, [said])
    bar["marker"] |= {"line": {"width": 4, "color": look.color}}
    ring = points([own], [place], "circle-open", 13, theme.INK, [f"{name}, the seed above: {own:.0f} %"])
    ring["marker"] |= {"line": {"width": 2, "color": theme.INK}}
    return [{**same, **small}, {**same, **line, "hoverinfo": "skip"}, {**same, **bar}, {**same, **ring}]


def _beside(rates: Doubles) -> Doubles:
    """Return a shift for each point, so that equal rates stand side by side, centred on the row.

    Example:
        >>> _beside(np.array([5.0, 5.0, 7.0])).tolist()
        [-0.31, 0.31, 0.0]
    """
    keys = [round(float(rate), 1) for rate in rates]
    totals, seen = Counter(keys), Counter[float]()
    most = max(totals.values(), default=1)
    shifts = []
    for key in keys:
        shifts.append(ROOM * (seen[key] - (totals[key] - 1) / 2) / max(most - 1, 1))
        seen[key] += 1
    return np.array(shifts)
