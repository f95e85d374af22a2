"""The strip of the loss above a chart of a health check, on the same x axis, and marks for what a log axis lacks."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcore.figures import theme
from gradcore.figures.axes import log_axis, whole_steps
from gradcore.figures.curves import ENDED_POINTS, MOST_POINTS, thin
from gradcore.figures.health_reading import middle, starts
from gradcore.figures.theme import Layout
from gradcore.records import CheckTrace, Floats

STRIP = 74  # px of its height
GAP = 22  # px to the chart below it
TICKS = 3
MOST_MARKS = 60  # of one kind


def domains(height: int, bottom: int = 48) -> tuple[list[float], list[float]]:
    """Return the parts of the plot area that chart and strip take, from below, for a chart of that many px."""
    inner = height - theme.margin()["t"] - bottom
    edge = max(0.3, 1 - STRIP / inner)
    return [0, round(edge - GAP / inner, 4)], [round(edge, 4), 1]


def loss_axis(trace: CheckTrace, domain: Sequence[float]) -> Layout:
    """Return the strip's axis: logarithmic, with two or three ticks."""
    loss = drawable(middle(trace.loss))
    found = loss[np.isfinite(loss)]
    low, high = (float(found.min()), float(found.max())) if found.size else (0.1, 1.0)
    axis = log_axis("Loss", low, high, most=2)
    every = -(-len(axis["tickvals"]) // TICKS)
    kept = {key: axis[key][::every] for key in ("tickvals", "ticktext")}
    return {
        **axis,
        **kept,
        "domain": list(domain),
        "fixedrange": True,
        "anchor": "x",
        "showticklabels": bool(found.size),
    }


def loss_line(trace: CheckTrace, *, ended: bool) -> list[dict[str, Any]]:
    """Return the loss on the strip (y axis 2), with marks (4) where it ceases to be finite."""
    loss = middle(trace.loss)
    shown = thin(drawable(loss), ENDED_POINTS if ended else MOST_POINTS)
    line = {
        "type": "scatter",
        "mode": "lines+markers" if np.isfinite(shown.values).sum() == 1 else "lines",
        "name": "Loss",
        "x": whole_steps(shown.steps),
        "y": shown.values,
        "yaxis": "y2",
        "line": {"color": theme.LIGHT[7], "width": 2},
        "showlegend": False,
        "hovertemplate": "loss %{y:.4g} at step %{x}<extra></extra>",
    }
    lost = starts(~np.isfinite(loss))[:MOST_MARKS]
    return [line, *edge_marks([(int(step), f"loss not finite at step {step}") for step in lost], "y4", upper=True)]


def edge_marks(points: Sequence[tuple[int, str]], axis: str, *, upper: bool, color: str = "") -> list[dict[str, Any]]:
    """Return triangles on the upper or lower edge, at (step, what happened there); `axis` is one of `edge_axis`."""
    if not points:
        return []
    place = {"x": whole_steps(np.array([step for step, _ in points])), "y": np.full(len(points), upper, np.float32)}
    looks = {"symbol": "triangle-up" if upper else "triangle-down", "size": 9, "color": color or theme.LIGHT[4]}
    return [
        {
            "type": "scatter", "mode": "markers", **place, "yaxis": axis, "showlegend": False,
            "cliponaxis": False, "marker": looks, "text": [theme.escaped(text) for _, text in points],
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]  # fmt: skip


def edge_axis(axis: str) -> Layout:
    """Return the axis of the marks on the edges of another one."""
    return {"overlaying": axis, "range": [0, 1], "fixedrange": True, "visible": False}


def drawable(values: Floats) -> Floats:
    """Return the values with a gap where a logarithmic axis has no place for them."""
    return np.where(np.isfinite(values) & (values > 0), values, np.float32(np.nan)).astype(np.float32)
