"""A cliff in numbers of steps: the loss of each path over its steps, and x^4's steps for each learning rate."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.cliffs import MOST_STEPS, Arrival, Descent
from gradcore.clipping import CLIP_RULES
from gradcore.figures import theme
from gradcore.figures.axes import log_axis
from gradcore.figures.cliff_paths import floats, playing
from gradcore.figures.theme import Layout, Style

LEAVING = 10.0  # times the highest loss of the others: there a diverging path leaves the frame
LEAST = 300.0  # times below the target: a lucky dip deeper than that leaves the frame


def loss_over_steps(paths: Sequence[Descent], height: int = theme.HEIGHT) -> go.Figure:
    """Draw the loss of each path over its steps, with the target; it moves with the landscape."""
    looks = theme.rule_styles([path.rule for path in paths])
    drawn = [np.where(np.isfinite(path.loss) & (path.loss > 0), path.loss, np.nan) for path in paths]
    steps = max(path.steps for path in paths)
    lines = [_line(path, losses, look) for path, losses, look in zip(paths, drawn, looks, strict=True)]
    lost = [_lost(path, look) for path, look in zip(paths, looks, strict=True) if path.lost_at is not None]
    tips = [_tip(path, losses, look) for path, losses, look in zip(paths, drawn, looks, strict=True)]
    moving = list(range(len(lines) + len(lost)))
    tipped = [len(moving) + index for index in range(len(tips))]
    target = theme.number(paths[0].target)
    layout = {
        "title": theme.title(_loss_title(paths), f"Loss over the steps; dashed: the target, {target}"),
        "height": height,
        "xaxis": {"title": {"text": "Step"}, "range": [0, steps], "unifiedhovertitle": {"text": "Step %{x}"}},
        "yaxis": log_axis("Loss", *_reach(paths, drawn)),
        "yaxis2": {"overlaying": "y", "range": [0, 1], "fixedrange": True, "visible": False},
        "margin": theme.margin(right=96),
        "shapes": [_across(paths[0].target)],
        "meta": {"frames": playing(paths, moving, tipped, follows=True)},
    }
    return theme.figure([*lines, *lost, *tips], layout)


def _loss_title(paths: Sequence[Descent]) -> str:
    return f"Loss at the end: {'; '.join(_ended(path) for path in paths)}"


def _ended(path: Descent) -> str:
    name = CLIP_RULES[path.rule].title.lower()
    return f"{name} {theme.number(path.loss[-1], 2)}" if path.lost_at is None else f"{name} lost at step {path.lost_at}"


def _reach(paths: Sequence[Descent], drawn: Sequence[Any]) -> tuple[float, float]:
    """Return the axis' range: all of what stays finite, and of what diverges a little more than its start."""
    kept = [losses for path, losses in zip(paths, drawn, strict=True) if path.lost_at is None]
    kept += [np.array([path.loss[0] * LEAVING]) for path in paths if path.lost_at is not None]
    values = np.concatenate(kept)
    values = np.append(values[np.isfinite(values)], paths[0].target)
    low = min(float(values.min()), paths[0].target / 2)
    return max(low, paths[0].target / LEAST), max(float(values.max()), paths[0].target * 2)


def _line(path: Descent, losses: Any, look: Style) -> dict[str, Any]:
    steps = np.arange(len(losses), dtype=np.uint16)
    return {
        **_same(path),
        "mode": "lines",
        "x": steps,
        "y": floats(losses),
        "customdata": steps,
        "line": {"color": look.color, "dash": look.dash, "width": 2},
        "hovertemplate": f"{CLIP_RULES[path.rule].title}  %{{y:.4g}}<extra></extra>",
    }


def _tip(path: Descent, losses: Any, look: Style) -> dict[str, Any]:
    kept = np.isfinite(losses)
    steps = np.flatnonzero(kept).astype(np.uint16)
    return {
        **_same(path),
        "mode": "markers+text",
        "x": steps,
        "y": floats(losses[kept]),
        "customdata": steps,
        "marker": {"symbol": look.marker, "size": 10, "color": look.color},
        "texttemplate": f"<b>{CLIP_RULES[path.rule].title}</b>",
        "textposition": "middle right",
        "textfont": {"color": look.color, "size": theme.TYPE_SIZE},
        "cliponaxis": path.lost_at is not None,  # a path that leaves the frame takes its name with it
        "hoverinfo": "skip",
    }


def _lost(path: Descent, look: Style) -> dict[str, Any]:
    step, name = path.lost_at, CLIP_RULES[path.rule].title
    return {
        **_same(path),
        "mode": "markers+text",
        "x": [step],
        "y": [1.0],
        "yaxis": "y2",
        "customdata": np.array([step], dtype=np.uint16),
        "marker": {"symbol": "triangle-up", "size": 12, "color": look.color},
        "texttemplate": f"<b>{name}</b>: not finite at step {step}",
        "textposition": "bottom right",
        "textfont": {"color": look.color},
        "cliponaxis": False,
        "text": [f"{name}: loss or gradient not finite at step {step}"],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _same(path: Descent) -> dict[str, Any]:
    name = CLIP_RULES[path.rule].title
    return {"type": "scatter", "name": name, "meta": name}


def _across(level: float) -> Layout:
    line = {"color": theme.LINE, "width": 1, "dash": "dash"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": level, "y1": level, "line": line, "layer": "below"}


# ---- x^4: learning rate against steps ---------------------------------------------------------------------------


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
    sides = ("bottom left", "middle right")
    ends = [part for line, side in zip(lines, sides, strict=True) if (part := _end(line, side))]
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
        "annotations": [_limit_note(limit)],
        "margin": theme.margin(right=96),
    }
    return theme.figure([*lines, *ends, *chosen], layout)


def rates_title(free: Sequence[Arrival], current: tuple[float, Arrival]) -> str:
    """Return what the learning rates show: the fewest steps without clipping against the chosen clipped descent."""
    fewest = min((one.steps for one in free if one.steps), default=None)
    rate, arrival = current
    clipped = f"{arrival.steps:,} steps" if arrival.steps is not None else "no arrival"
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
        "hovertemplate": f"{name}, learning rate %{{x:.4g}}: %{{y:,}} steps<extra></extra>",
    }


def _end(line: dict[str, Any], side: str) -> dict[str, Any] | None:
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
        "texttemplate": f"<b>{line['name']}</b>",
        "textposition": side,
        "textfont": {"color": line["line"]["color"]},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _chosen(rate: float, arrival: Arrival, look: Style) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [rate],
        "y": [arrival.steps],
        "marker": {"symbol": "circle-open", "size": 15, "color": look.color, "line": {"width": 2}},
        "texttemplate": f"{arrival.steps:,} steps",
        "textposition": "top right",
        "cliponaxis": False,
        "hovertemplate": f"chosen: learning rate {rate:g}, {arrival.steps:,} steps<extra></extra>",
    }


def _upright(limit: float) -> Layout:
    line = {"color": theme.LINE, "width": 1, "dash": "dash"}
    return {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": limit, "x1": limit, "line": line, "layer": "below"}


def _limit_note(limit: float) -> Layout:
    place = {"x": float(np.log10(limit)), "xanchor": "left", "xshift": 6, "y": 0, "yref": "paper", "yanchor": "bottom"}
    text = f"limit without clipping:<br>1 / (2 x₀²) = {limit:.4g}"
    return {**place, "text": text, "align": "left", "showarrow": False, "font": {"color": theme.MUTED}}
