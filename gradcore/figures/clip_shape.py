"""The shape of each rule: norm after against norm before over six decades."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gradcore.clip_trials.one_step import Applied, OneStep
from gradcore.clip_trials.shape import Shape
from gradcore.figures import theme
from gradcore.figures.axes import log_axis
from gradcore.figures.labels import label_width
from gradcore.figures.pair_lines import names_at_ends
from gradcore.figures.rule_looks import rule_looks, rule_names
from gradcore.figures.theme import Style

Doubles = NDArray[np.float64]
UNCHANGED = "unchanged"


def shapes(step: OneStep, found: Shape, height: int = theme.HEIGHT) -> go.Figure:
    """Draw the norm after against the norm before for each rule, and where this gradient stands."""
    looks = rule_looks([one.choice.name for one in step.results])
    low, high = _reach(found)
    yaxis = log_axis("Norm after", low, high)
    traces = [_unchanged(found)]
    for one, look, after in zip(step.results, looks, found.after, strict=True):
        traces += _shape_line(step, one, look, found.before, after)
    ends = [(UNCHANGED, float(found.before[-1]))]
    ends += [(one.title, float(after[-1])) for one, after in zip(step.results, found.after, strict=True)]
    width = label_width([name for name, _ in ends])
    around = theme.margin(right=width)
    styles = [Style(theme.MUTED, "solid", "circle"), *looks]
    notes = names_at_ends(ends, styles, yaxis, height - around["t"] - around["b"], live=True)
    layout = {
        "title": theme.title(shapes_title(step.results, found), "Norm after against norm before, on a first step"),
        "height": height,
        "xaxis": log_axis("Norm before", float(found.before[0]), float(found.before[-1])),
        "yaxis": yaxis,
        "hovermode": "x unified",
        "margin": around,
        "annotations": notes,
    }
    return theme.figure(traces, layout, narrow={"annotations": [], **theme.legend_below(width)})


def shapes_title(results: Sequence[Applied], found: Shape) -> str:
    """Return which rules lengthen a gradient, shrink every one, or never shrink the shortest."""
    active = [(one.title, after) for one, after in zip(results, found.after, strict=True) if one.choice.name != "none"]
    longer = [title for title, after in active if (after > found.before * 1.001).any()]
    if longer:
        return f"{rule_names(longer)} {_verb(longer, 'lengthens', 'lengthen')} short gradients"
    falls = [title for title, after in active if (np.diff(after) < -1e-9 * after[1:]).any()]
    if falls:
        return f"{rule_names(falls)} {_verb(falls, 'leaves', 'leave')} less of a longer gradient"
    flat_end = [title for title, after in active if after[-1] < found.before[-1] * 0.999]
    if not flat_end:
        return "No rule limits the norm here"
    who = "Every rule" if 1 < len(active) == len(flat_end) else rule_names(flat_end)
    verb = "bends" if len(flat_end) == 1 or who == "Every rule" else "bend"
    return f"{who} {verb} long gradients down, short ones pass"


def _verb(names: Sequence[str], one: str, several: str) -> str:
    return one if len(names) == 1 else several


def _reach(found: Shape) -> tuple[float, float]:
    values = np.concatenate([found.before, *found.after])
    values = values[np.isfinite(values) & (values > 0)]
    return max(float(values.min()), float(found.before[0]) * 1e-3), float(values.max())


def _unchanged(found: Shape) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": UNCHANGED,
        "meta": UNCHANGED,
        "x": found.before,
        "y": found.before,
        "line": {"color": theme.LINE, "width": 1},
        "hovertemplate": f"{UNCHANGED}  %{{y:.4g}}<extra></extra>",
    }


def _shape_line(step: OneStep, one: Applied, look: Style, before: Doubles, after: Doubles) -> list[dict[str, Any]]:
    """Return a rule's line, and a marker at this gradient's own norm."""
    name = theme.escaped(one.title)
    same = {"type": "scatter", "name": name, "meta": one.title, "hovertemplate": f"{name}  %{{y:.4g}}<extra></extra>"}
    line = {"mode": "lines", "line": {"color": look.color, "dash": look.dash, "width": 2}}
    lines: list[dict[str, Any]] = [{**same, **line, "x": before, "y": after}]
    if 0 < step.norm_before < math.inf and 0 < one.norm_after < math.inf:
        here = {"mode": "markers", "marker": {"symbol": look.marker, "size": 11, "color": look.color}}
        said = f"{name}, this gradient: {theme.number(step.norm_before)} → {theme.number(one.norm_after)}"
        lines.append({**same, **here, "showlegend": False, "x": [step.norm_before], "y": [one.norm_after],
                      "hovertemplate": f"{said}<extra></extra>"})  # fmt: skip
    return lines
