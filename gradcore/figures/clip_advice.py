"""The threshold advisor's picture: the clip rate of every threshold, with its interval where one can be given.

The norms themselves are drawn in `clip_norms.py`. Shapes: C thresholds.
"""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gradcore.advisor import Advice, Rates
from gradcore.advisor.interval import LEAST_STEPS
from gradcore.figures import theme
from gradcore.figures.axes import log_axis
from gradcore.figures.theme import Layout
from gradcore.records import Doubles, Floats

RULE = "clip_by_global_norm"
LEAST_SHOWN = 1e-4  # clip rate at which the axis ends; rarer ones are on hover only
MISSING = "dotted: no interval, too few<br>effective steps above or below"
TOO_SHORT = f"dotted: no interval,<br>fewer than {LEAST_STEPS} steps"


def rate_curve(advice: Advice, height: int = theme.HEIGHT) -> go.Figure:
    """Draw the clip rate against the threshold, its interval where there is one, and the suggested threshold."""
    curve = _drawable(advice.curve)
    across = log_axis("Threshold (gradient norm)", *_reach(advice, curve))
    up = _percent_axis(curve)
    traces = [*_bands(curve), *_lines(curve), _suggested(advice)]
    layout = {
        "title": theme.title(_claim(advice), _subtitle(curve)),
        "height": height,
        "xaxis": across,
        "yaxis": up,
        "hovermode": "closest",
        "shapes": [_upright(advice.suggestion.threshold)],
        "annotations": _remarks(advice, curve),
        "margin": theme.margin(left=72),
    }
    return theme.figure(traces, layout, narrow={"margin": theme.margin(left=60, right=12)})


def _claim(advice: Advice) -> str:
    found = advice.suggestion
    if found.rate == 0:
        return f"No step is above {theme.number(found.threshold)}"
    return f"{_percent(found.rate)} of the steps are above {theme.number(found.threshold)}"


def _subtitle(curve: Rates) -> str:
    given = ~np.isnan(curve.low)
    band = "band: 95 % interval" if given.any() else "no interval anywhere: too few effective steps"
    return f"Clip rate of every threshold; {band}"


def _drawable(curve: Rates) -> Rates:
    """Return the rows that two logarithmic axes have a place for."""
    kept = (curve.threshold > 0) & (curve.rate > 0)
    return Rates(*(column[kept] for column in (curve.threshold, curve.rate, curve.low, curve.high, curve.steps)))


def _bands(curve: Rates) -> list[dict[str, Any]]:
    """Return a closed polygon for each stretch of thresholds with an interval."""
    color = theme.rule_styles([RULE])[0].color
    same = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False, "name": "95 % interval"}
    shape = {"fill": "toself", "fillcolor": theme.faded(color, 0.16), "line": {"width": 0}}
    bands = []
    for start, stop in _stretches(~np.isnan(curve.low)):
        x, low, high = (column[start:stop] for column in (curve.threshold, curve.low, curve.high))
        low = np.maximum(low, LEAST_SHOWN / 10)  # a logarithmic axis has no 0
        x, y = np.concatenate([x, x[::-1]]), 100 * np.concatenate([high, low[::-1]])
        bands.append({**same, **shape, "x": _single(x), "y": _single(y)})
    return bands


def _lines(curve: Rates) -> list[dict[str, Any]]:
    """Return the rate as a dotted line, solid where an interval is given; both tell the interval on hover."""
    color = theme.rule_styles([RULE])[0].color
    texts = [_hover(*row) for row in zip(curve.threshold, curve.rate, curve.low, curve.high, curve.steps, strict=True)]
    same = {"type": "scatter", "mode": "lines", "hovertemplate": "%{text}<extra></extra>", "showlegend": False}
    solid = np.where(np.isnan(curve.low), np.nan, curve.rate)
    return [
        {**same, "name": name, "x": _single(curve.threshold), "y": _single(100 * rate), "text": texts, "line": line}
        for name, rate, line in (
            ("clip rate", curve.rate, {"color": color, "width": 1.5, "dash": "dot"}),
            ("clip rate with interval", solid, {"color": color, "width": 2.5}),
        )
    ]


def _suggested(advice: Advice) -> dict[str, Any]:
    found = advice.suggestion
    low, high = found.interval or (found.rate, found.rate)
    bars = {"type": "data", "symmetric": False, "array": [100 * (high - found.rate)],
            "arrayminus": [100 * (found.rate - low)], "thickness": 1.5, "color": theme.INK}  # fmt: skip
    ends = found.interval or (np.nan, np.nan)
    shown = found.rate > 0 and found.threshold > 0
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "suggested",
        "showlegend": False,
        "x": _single(np.array([found.threshold if shown else np.nan])),
        "y": _single(np.array([100 * found.rate if shown else np.nan])),
        "marker": {"symbol": "diamond", "size": 12, "color": theme.INK},
        "error_y": {**bars, "visible": found.interval is not None},
        "text": [_hover(found.threshold, found.rate, *ends, found.steps)],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _hover(threshold: float, rate: float, low: float, high: float, steps: float) -> str:
    interval = f"95 % interval {_percent(low)} to {_percent(high)}" if not np.isnan(low) else "no interval"
    events = f"{theme.number(rate * steps, 3)} effective clip events of {theme.number(steps, 3)} effective steps"
    return f"threshold {theme.number(threshold)}: {_percent(rate)} of the steps<br>{interval}<br>{events}"


def _remarks(advice: Advice, curve: Rates) -> list[dict[str, Any]]:
    """Return the name of the suggested threshold on the frame, and what dotted means where something is dotted."""
    found = advice.suggestion
    same = {"showarrow": False, "align": "left", "bgcolor": theme.faded(theme.BACKGROUND, 0.75)}
    remarks = []
    if found.threshold > 0:
        right = bool(np.log10(found.threshold) <= np.mean(np.log10(_reach(advice, curve))))
        text = f"{'suggested' if found.rate else 'the largest norm'}: {theme.number(found.threshold)}"
        place = {"x": float(np.log10(found.threshold)), "y": 1, "yref": "paper", "yanchor": "top"}
        side = {"xanchor": "left", "xshift": 6} if right else {"xanchor": "right", "xshift": -6}
        remarks.append({**same, **place, **side, "text": text, "font": {"color": theme.INK, "weight": 600}})
    if np.isnan(curve.low).any():
        corner = {"x": 0, "xref": "paper", "xanchor": "left", "y": 0, "yref": "paper", "yanchor": "bottom"}
        why = TOO_SHORT if advice.stream.counted < LEAST_STEPS else MISSING
        remarks.append({**same, **corner, "xshift": 6, "yshift": 6, "text": why, "font": {"color": theme.MUTED}})
    return remarks


def _percent_axis(curve: Rates) -> Layout:
    least = max(float(curve.rate.min()) if curve.rate.size else 0.01, LEAST_SHOWN)
    axis = log_axis("Clip rate", 100 * min(least, 0.5), 100.0)
    return {**axis, "ticktext": [f"{tick:g} %" for tick in axis["tickvals"]]}


def _reach(advice: Advice, curve: Rates) -> tuple[float, float]:
    """Return the ends of the thresholds, the suggested one among them."""
    own: Doubles = np.append(curve.threshold, advice.suggestion.threshold)
    shown = own[own > 0]
    return (float(shown.min()), float(shown.max())) if shown.size else (0.1, 1.0)


def _stretches(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return start and end of each run of true flags.

    Example:
        >>> _stretches(np.array([True, True, False, True]))
        [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _upright(threshold: float) -> dict[str, Any]:
    line = {"color": theme.LINE, "width": 1, "dash": "dash"}
    return {"type": "line", "x0": threshold, "x1": threshold, "y0": 0, "y1": 1, "yref": "paper", "line": line,
            "layer": "below", "visible": threshold > 0}  # fmt: skip


def _single(values: Any) -> Floats:
    return np.asarray(values, dtype=np.float32)


def _percent(rate: float) -> str:
    return f"{theme.number(100 * rate, 3)} %"
