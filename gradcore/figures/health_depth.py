"""By depth: how much of the signal comes back to each layer, and what share of its units is dead or saturated.

Shapes: D layers with a kernel, input side first.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import log_axis
from gradcore.figures.health_claims import dead_title, depth_title
from gradcore.figures.health_reading import attenuation, flat_shares, kernel_layers, seeds_text
from gradcore.figures.health_strip import drawable, edge_axis
from gradcore.figures.labels import LETTER, label_width
from gradcore.figures.theme import Layout, Style
from gradcore.health.flatness import flatness
from gradcore.records import CheckTrace, Floats
from gradcore.specs.thresholds import Thresholds

HEIGHT = 400  # px
FIRST, LATEST = Style(theme.LIGHT[0], "solid", "circle"), Style(theme.LIGHT[5], "dot", "diamond")
THEORY = Style(theme.LIGHT[1], "dash", "square")
DEAD, FLAT = theme.LIGHT[0], theme.LIGHT[1]
UNITS, ELEMENTS = "units flat on every row", "elements that are flat"
TOO_MANY = "; dashed red: too many units, orange: too many elements"
SIGNS = {"circle": "●", "diamond": "◆", "square": "■"}
ROOM = 290  # px that names at the x axis have, where a chart stands beside another
USUAL = Thresholds()


def backprop_signal(
    trace: CheckTrace,
    thresholds: Thresholds = USUAL,
    *,
    theory: Floats | None = None,
    chosen: str = "",
    height: int = HEIGHT,
) -> go.Figure:
    """Draw a_l by depth at the first sampled step and at the latest one, between the thresholds.

    Args:
        trace: the check.
        thresholds: from where on the signal is called vanished or exploded.
        theory: what is expected at initialisation, (D,); NaN where it says nothing.
        chosen: a layer that stands out.
        height: px.
    """
    names = kernel_layers(trace.setup)
    found = attenuation(trace) if len(trace.sampled) else np.full((1, len(names)), np.nan, np.float32)
    tracks = [("step 0" if not len(trace.sampled) else f"step {trace.sampled[0]}", FIRST, found[0])]
    if len(found) > 1:
        tracks.append((f"step {trace.sampled[-1]}", LATEST, found[-1]))
    if theory is not None:
        tracks.append(("theory at initialisation", THEORY, np.asarray(theory, np.float32)))
    fails = (thresholds.vanishing, thresholds.exploding)
    y = log_axis("Signal relative to the output's", *_reach([line for *_, line in tracks], fails))
    limits = [*fails, thresholds.vanishing_warn, thresholds.exploding_warn]
    layout = {
        "title": theme.title(depth_title(trace, thresholds), _plotted(trace)),
        "height": height,
        "hovermode": "x unified",
        **_depth_axis(names, chosen),
        "yaxis": y,
        "yaxis3": edge_axis("y"),
        "shapes": [_limit(value, strong=value in fails) for value in limits],
        "annotations": [_key([(SIGNS[style.marker], style.color, label) for label, style, _ in tracks])],
    }
    traces = [_by_depth(label, style, line, names) for label, style, line in tracks]
    return theme.figure([*traces, *_lost(found, trace, names)], layout)


def dead_share(
    trace: CheckTrace, thresholds: Thresholds = USUAL, *, chosen: str = "", height: int = HEIGHT
) -> go.Figure:
    """Draw, by depth, the share of units that are flat on every probe row, and that of elements that are.

    Dashed is from where on the rule calls units dead and elements saturated, at each hidden layer.
    """
    names = kernel_layers(trace.setup)
    blank = np.full(len(names), np.nan, np.float32)
    sampled = bool(len(trace.sampled))
    dead, active = flat_shares(trace) if sampled else (blank, blank)
    at = f" at step {trace.sampled[-1]}" if sampled else ""
    limits = _flat_limits(trace, thresholds) if sampled else []
    said = TOO_MANY if limits else ""
    layout = {
        "title": theme.title(dead_title(trace, thresholds), f"Share on the probe rows{at}{seeds_text(trace)}{said}"),
        "height": height,
        **_depth_axis(names, chosen),
        "yaxis": {"title": {"text": "Share"}, "range": [0, 1.02], "tickformat": ".0%", "nticks": 6},
        "shapes": limits,
        "bargap": 0.35,
        "annotations": [_key([("■", DEAD, UNITS), ("◆", FLAT, ELEMENTS)])],
    }
    bars = {"type": "bar", "name": UNITS, "marker": {"color": DEAD}, "y": dead}
    points = {"type": "scatter", "mode": "markers", "name": ELEMENTS, "y": 1 - active}
    points["marker"] = {"symbol": "diamond", "size": 8, "color": FLAT}
    same = {"x": np.arange(len(names)), "hovertemplate": "%{y:.1%}"}
    traces = [{**each, **same, "meta": each["name"]} for each in (bars, points)]
    return theme.figure(traces, layout)


def _flat_limits(trace: CheckTrace, thresholds: Thresholds) -> list[Layout]:
    """Return a line over each run of hidden layers of which the rule bears the same share of dead units, or of flat."""
    found = flatness(trace, thresholds, -1)
    lines: list[Layout] = []
    for color, limits in ((theme.LIGHT[4], found.most), (FLAT, 1 - found.least)):
        level = np.where(found.looked_at, limits, -1.0)  # (D,)
        starts = np.flatnonzero(np.diff(level, prepend=np.nan) != 0)
        for first, end in zip(starts, np.append(starts[1:], len(level)), strict=True):
            if (height := float(level[first])) >= 0:
                dashed = {"color": color, "width": 1, "dash": "dash"}
                ends = {"x0": float(first) - 0.5, "x1": float(end) - 0.5, "y0": height, "y1": height}
                lines.append({"type": "line", **ends, "line": dashed, "layer": "above"})
    return lines


def _by_depth(label: str, style: Style, values: Floats, names: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": label,
        "meta": label,
        "x": np.arange(len(names)),
        "y": drawable(values),
        "line": {"color": style.color, "dash": style.dash, "width": 2},
        "marker": {"symbol": style.marker, "size": 7, "color": style.color},
        "hovertemplate": f"{label}  %{{y:.4g}}<extra></extra>",
    }


def _lost(found: Floats, trace: CheckTrace, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return a mark on the lower edge for each layer to which nothing comes back, on the upper one where it is NaN."""
    first = found[0]
    marks = []
    for upper, flags, said in ((1, ~np.isfinite(first), "not finite"), (0, first == 0, "exactly 0")):
        at = np.flatnonzero(flags) if len(trace.sampled) else np.zeros(0, np.int64)
        if at.size:
            looks = {"symbol": "triangle-up" if upper else "triangle-down", "size": 9, "color": theme.LIGHT[4]}
            marks.append(
                {
                    "type": "scatter", "mode": "markers", "x": at, "y": np.full(at.size, upper, np.float32),
                    "yaxis": "y3", "cliponaxis": False, "showlegend": False, "marker": looks,
                    "text": [theme.escaped(f"{names[int(index)]}: signal {said}") for index in at],
                    "hovertemplate": "%{text}<extra></extra>",
                }
            )  # fmt: skip
    return marks


def _reach(lines: Sequence[Floats], also: Sequence[float]) -> tuple[float, float]:
    values = np.concatenate([*(drawable(line) for line in lines), np.asarray(also, np.float32)])
    kept = values[np.isfinite(values)]
    return float(kept.min()), float(kept.max())


def _limit(value: float, *, strong: bool) -> Layout:
    line = {"color": theme.LIGHT[4] if strong else theme.MUTED, "width": 1, "dash": "dash" if strong else "dot"}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": line, "layer": "below"}


def _depth_axis(names: Sequence[str], chosen: str) -> Layout:
    """Return the x axis: layers by name, as many as fit, the chosen one in bold."""
    shown = [theme.short(name, 14) for name in names]
    longest = max((len(name) for name in shown), default=1)
    level = len(names) * (longest * LETTER + 8) <= ROOM
    every = 1 if level else max(1, -(-len(names) * 15 // ROOM))
    texts = [f"<b>{text}</b>" if name == chosen else text for text, name in zip(shown, names, strict=True)]
    kept = sorted({*range(0, len(names), every), *([list(names).index(chosen)] if chosen in names else [])})
    axis = {
        "title": {"text": "Layer, input side at the left"},
        "range": [-0.5, max(len(names), 1) - 0.5],
        "tickmode": "array",
        "tickvals": kept,
        "ticktext": [texts[index] for index in kept],
        "tickangle": 0 if level else -60,
    }
    down = 48 if level else 40 + round(0.87 * label_width(shown or [""]))
    return {"xaxis": axis, "margin": {**theme.margin(), "b": down}}


def _key(entries: Sequence[tuple[str, str, str]]) -> Layout:
    """Return the names of what is drawn, (sign, colour, name) each, in a line above the frame."""
    parts = [f'<span style="color:{color}">{sign}</span> {name}' for sign, color, name in entries]
    place = {"x": 0, "xref": "paper", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "bottom"}
    return {
        **place,
        "text": "   ".join(parts),
        "showarrow": False,
        "font": {"color": theme.INK, "size": theme.TYPE_SIZE},
    }


def _plotted(trace: CheckTrace) -> str:
    return f"rms of dLoss/dz of each layer over the output layer's; dashed: fail, dotted: warn{seeds_text(trace)}"
