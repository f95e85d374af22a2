"""A cliff over learning rates: how many steps x^4 takes, without and with clipping."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.cliffs import MOST_STEPS, Arrival
from gradcore.clipping import CLIP_RULES
from gradcore.figures import theme
from gradcore.figures.axes import log_axis
from gradcore.figures.paths import floats
from gradcore.figures.theme import Layout, Style
from gradcore.titles import counted


def steps_by_rate(
    rates: Sequence[float],
    free: Sequence[Arrival],
    held: Sequence[Arrival],
    limit: float,
    current: tuple[float, Arrival],
    height: int = 380,
) -> go.Figure:
    """Draw the steps to f < 1e-6 for each learning rate, without and with clipping, and where the first ends.

    Args:
        rates: learning rates, ascending, (R,).
        free: without clipping, (R,).
        held: with clipping, (R,).
        limit: the learning rate above which the unclipped descent diverges.
        current: the chosen learning rate, and how the clipped descent ends there.
        height: px.
    """
    names = ("none", "clip_by_global_norm")
    looks = theme.rule_styles(names)
    x = np.array(rates)
    counts = [np.array([np.nan if one.steps is None else max(one.steps, 1) for one in found]) for found in (free, held)]
    lines = [_counts(name, x, count, look) for name, count, look in zip(names, counts, looks, strict=True)]
    shown = ("", CLIP_RULES[names[1]].title)  # the limit's note names the first
    ends = [part for each in zip(lines, shown, strict=True) if (part := _end(*each))]
    chosen = [_chosen(*current, looks[1])] if current[1].steps else []
    seen = np.concatenate(counts)
    seen = seen[np.isfinite(seen)] if np.isfinite(seen).any() else np.array([1.0, float(MOST_STEPS)])
    layout = {
        "title": theme.title(rates_title(free, current), "Steps on x⁴ until f < 10⁻⁶, for each learning rate"),
        "height": height,
        "xaxis": log_axis("Learning rate", rates[0], rates[-1]),
        "yaxis": log_axis("Steps", float(seen.min()), float(max(seen.max(), seen.min() * 10))),
        "hovermode": "closest",
        "shapes": [_upright(limit)],
        "annotations": [_limit_note(limit, free)],
        "margin": theme.margin(right=96),
    }
    return theme.figure([*lines, *ends, *chosen], layout)


def rates_title(free: Sequence[Arrival], current: tuple[float, Arrival]) -> str:
    """Return what the learning rates show: the fewest steps without clipping against the chosen clipped descent."""
    fewest = min((one.steps for one in free if one.steps), default=None)
    rate, arrival = current
    clipped = counted(arrival.steps, "step") if arrival.steps is not None else "no arrival"
    unclipped = f"{fewest:,} just below the limit without" if fewest else "none arrives without"
    return f"x⁴: {clipped} with clipping at a learning rate of {rate:g}; {unclipped}"


def _counts(rule: str, x: Any, count: Any, look: Style) -> dict[str, Any]:
    name = CLIP_RULES[rule].title
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "meta": name,
        "x": floats(x),
        "y": floats(count),
        "line": {"color": look.color, "dash": look.dash, "width": 2},
        "marker": {"symbol": look.marker, "size": 5, "color": look.color},
        "hovertemplate": f"{name}, learning rate %{{x:.4g}}: %{{y:,}} step(s)<extra></extra>",
    }


def _end(line: dict[str, Any], name: str) -> dict[str, Any] | None:
    kept = np.flatnonzero(np.isfinite(line["y"]))
    if not kept.size:
        return None
    last = kept[-1]
    return {
        **{key: line[key] for key in ("type", "name", "meta")},
        "mode": "markers+text",
        "x": line["x"][last : last + 1],
        "y": line["y"][last : last + 1],
        "marker": {**line["marker"], "size": 10},
        "texttemplate": f"<b>{name}</b>",
        "textposition": "middle right",
        "textfont": {"color": line["line"]["color"]},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _chosen(rate: float, arrival: Arrival, look: Style) -> dict[str, Any]:
    said = counted(arrival.steps or 0, "step")
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [rate],
        "y": [arrival.steps],
        "marker": {"symbol": "circle-open", "size": 15, "color": look.color, "line": {"width": 2}},
        "texttemplate": said,
        "textposition": "top right",
        "cliponaxis": False,
        "hovertemplate": f"chosen: learning rate {rate:g}, {said}<extra></extra>",
    }


def _upright(limit: float) -> Layout:
    line = {"color": theme.LINE, "width": 1, "dash": "dash"}
    return {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": limit, "x1": limit, "line": line, "layer": "below"}


def _limit_note(limit: float, free: Sequence[Arrival]) -> Layout:
    """Return what becomes of the descent without clipping, whose line ends at its limit."""
    place = {"x": float(np.log10(limit)), "xanchor": "left", "xshift": 6, "y": 0, "yref": "paper", "yanchor": "bottom"}
    place["yshift"] = 20  # above the end of the clipped line
    fewest = min((one.steps for one in free if one.steps), default=None)
    arrives = f"takes {fewest:,} steps<br>or more up to here" if fewest else "is slow up to here"
    text = f"<b>No clipping</b><br>{arrives}<br>(1 / (2 x₀²) = {limit:.4g})<br>and diverges beyond"
    color = theme.rule_styles(["none"])[0].color
    return {**place, "text": text, "align": "left", "showarrow": False, "font": {"color": color}}
