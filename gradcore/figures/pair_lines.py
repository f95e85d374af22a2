"""Lines of a pair of trainings: one of each seed, shares with their interval, what leaves the frame, names at the ends.

Shapes: T steps recorded so far, S seeds.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.blow_ups import Side, shares
from gradcore.figures import theme
from gradcore.figures.axes import step_axis
from gradcore.figures.curves import thin
from gradcore.figures.labels import LABEL_HEIGHT, label_width, spread
from gradcore.figures.theme import Layout, Style
from gradcore.proportions import wilson
from gradcore.records import Floats, RaceTrace

POINTS = 3000  # of all seeds of one side together
LEAST_POINTS = 40  # of one seed
End = tuple[str, float]  # the text at a line's end, and the value there (NaN: the line leaves at the top)


def draw(
    trace: RaceTrace,
    lines: Sequence[dict[str, Any]],
    heading: Layout,
    yaxis: Layout,
    ends: Sequence[End],
    looks: Sequence[Style],
    height: int,
    extra: Layout | None = None,
) -> go.Figure:
    """Return lines over the steps with names at their right ends; `extra` has shapes and annotations of its own."""
    own = extra or {}
    plot_height = height - theme.margin()["t"] - theme.margin()["b"]
    layout = {
        "title": heading,
        "height": height,
        "xaxis": step_axis(0, max(trace.steps - 1, 1)),
        "yaxis": yaxis,
        "yaxis2": {"overlaying": "y", "range": [0, 1], "fixedrange": True, "visible": False},
        "margin": theme.margin(right=label_width([text for text, _ in ends])),
        "shapes": own.get("shapes", []),
        "annotations": [*own.get("annotations", []), *names_at_ends(ends, looks, yaxis, plot_height)],
        "meta": {"link": "step"},
    }
    legend = theme.legend_below(label_width([str(line["name"]) for line in lines if line.get("showlegend", True)]))
    return theme.figure(lines, layout, narrow={"annotations": own.get("annotations", []), **legend})


def seed_lines(values: Floats, label: str, look: Style, opacity: float = 0.55) -> dict[str, Any]:
    """Return every seed of values (T, S) as one line with gaps, where a logarithmic axis has a place for it."""
    shown = np.where(np.isfinite(values) & (values > 0), values, np.float32(np.nan)).astype(np.float32)
    most = max(LEAST_POINTS, POINTS // max(shown.shape[1], 1))
    found = [thin(seed, most) for seed in shown.T] if len(shown) else []
    gap = np.array([np.nan], np.float32)
    steps = [part for one in found for part in (one.steps.astype(np.float32), gap)]
    heights = [part for one in found for part in (one.values, gap)]
    line = {"color": theme.faded(look.color, opacity), "width": 1.2, "dash": look.dash}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label,
        "meta": label,
        "x": np.concatenate(steps) if steps else [],
        "y": np.concatenate(heights) if heights else [],
        "line": line,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def median_line(values: Floats, label: str, look: Style) -> dict[str, Any]:
    """Return the median of the finite seeds, drawn thicker and read out under the pointer."""
    shown = np.where(np.isfinite(values), values, np.nan).astype(np.float64)
    some = np.isfinite(shown).any(axis=1) if len(shown) else np.zeros(0, bool)
    middle = np.full(len(shown), np.nan, np.float32)
    middle[some] = np.nanmedian(shown[some], axis=1)
    line = thin(middle)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label,
        "meta": label,
        "x": line.steps.astype(np.float32),
        "y": line.values,
        "line": {"color": look.color, "width": 2.2, "dash": look.dash},
        "hovertemplate": f"{theme.short(label, 32)}, median of the finite seeds  %{{y:.4g}}<extra></extra>",
    }


def share_lines(side: Side, look: Style, steps: int) -> list[dict[str, Any]]:
    """Return the share of a side's runs that have blown up as a stair, and its interval as a band."""
    if not steps:
        return []
    share = shares(side, steps)
    turns = np.unique(np.concatenate([[0], np.flatnonzero(np.diff(share)) + 1, [steps - 1]]))
    ends = np.array([wilson(round(value * side.seeds), side.seeds) for value in share[turns]])  # (turns, 2)
    stairs, high, low = (_stairs(turns, values) for values in (share[turns], ends[:, 1], ends[:, 0]))
    around = {"x": np.concatenate([high[0], low[0][::-1]]), "y": np.concatenate([high[1], low[1][::-1]])}
    same = {"type": "scatter", "mode": "lines", "name": side.label, "meta": side.label}
    fill = {"fill": "toself", "fillcolor": theme.faded(look.color, 0.13), "line": {"width": 0}, "hoverinfo": "skip"}
    text = f"{theme.short(side.label)}  %{{y:.0%}}<extra></extra>"
    line = {"color": look.color, "width": 2.2, "dash": look.dash}
    return [
        {**same, **around, **fill, "showlegend": False},
        {**same, "x": stairs[0], "y": stairs[1], "line": line, "hovertemplate": text},
    ]


def _stairs(steps: Any, values: Any) -> tuple[Floats, Floats]:
    """Return the corners of a line that keeps each value until the next step."""
    across = np.repeat(steps, 2)[1:].astype(np.float32)
    return across, np.repeat(values, 2)[:-1].astype(np.float32)


def leavings(values: Floats, label: str, look: Style, top: float, what: str) -> list[dict[str, Any]]:
    """Return a marker on the upper edge where a seed first leaves the frame or is no number any more."""
    gone = ~(values <= top)  # (T, S)
    first = [(int(column.argmax()), seed) for seed, column in enumerate(gone.T) if column.any()]
    if not first:
        return []
    text = [
        f"{theme.escaped(label)}, seed {seed}: {what} {theme.number(float(values[step, seed]))}" for step, seed in first
    ]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "meta": label,
            "name": label,
            "showlegend": False,
            "x": np.array([step for step, _ in first], np.float32),
            "y": np.ones(len(first), np.float32),
            "yaxis": "y2",
            "cliponaxis": False,
            "marker": {"symbol": "triangle-up", "size": 9, "color": look.color},
            "text": [f"{said} at step {step}" for said, (step, _) in zip(text, first, strict=True)],
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]


def level(value: float, text: str, yaxis: Layout) -> Layout:
    """Return a line across the frame with its name above the left end; empty where the axis does not show it."""
    low, high = yaxis["range"]
    if not (value > 0 and low <= np.log10(value) <= high):
        return {}
    line = {"color": theme.INK, "width": 1.2, "dash": "dash"}
    shape = {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": value, "y1": value, "line": line}
    place = {"x": 1, "xref": "paper", "xanchor": "right", "y": float(np.log10(value)), "yref": "y", "yanchor": "bottom"}
    looks = {"font": {"color": theme.MUTED}, "bgcolor": theme.faded(theme.BACKGROUND, 0.75), "borderpad": 0}
    return {"shapes": [shape], "annotations": [{"text": text, "showarrow": False, **place, **looks}]}


def top(yaxis: Layout) -> float:
    """Return the largest value that a logarithmic axis shows."""
    return float(10 ** yaxis["range"][1])


def names_at_ends(
    ends: Sequence[End], looks: Sequence[Style], yaxis: Layout, plot_height: float, live: bool = False
) -> list[dict[str, Any]]:
    """Return a name at the right edge for each line, at the height of its end, kept apart.

    Where they are `live` they follow their lines and answer to the pointer, by the traces' `meta`: see `ui/plot.js`.
    """
    low, high = yaxis["range"]
    log = yaxis.get("type") == "log"
    wanted = [_height(value, low, high, log) for _, value in ends]
    sizes = [LABEL_HEIGHT * (1 + text.count("<br>")) * (high - low) / plot_height for text, _ in ends]
    places = spread(wanted, sizes, low, high)
    where = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "yref": "paper", "yanchor": "middle"}
    return [
        {
            "text": text,
            **where,
            "y": round((place - low) / (high - low), 5),
            "align": "left",
            "showarrow": False,
            "font": {"color": look.color, "size": theme.TYPE_SIZE, "weight": 600},
            **({"name": text, "captureevents": True, "hovertext": "click: hide or show"} if live else {}),
        }
        for (text, _), look, place in zip(ends, looks, places, strict=True)
    ]


def _height(value: float, low: float, high: float, log: bool) -> float:
    if not np.isfinite(value):
        return high
    place = float(np.log10(value)) if log and value > 0 else low if log else value
    return min(max(place, low), high)
