"""A stream: its norms before and after each rule, and the thresholds, step by step.

How far the clip rate depends on the seed is drawn in `clip_spread.py`; all three are offered here. Shapes: T steps.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gradcore.clip_trials.notebook import NotebookRun
from gradcore.clip_trials.stream import StreamResult, StreamTrial
from gradcore.figures import theme
from gradcore.figures.axes import log_axis, step_axis
from gradcore.figures.clip_spread import clip_rates
from gradcore.figures.labels import label_width
from gradcore.figures.rule_looks import rule_looks
from gradcore.figures.theme import Layout, Style
from gradcore.specs import StreamSpec
from gradcore.titles import counted

__all__ = ["clip_rates", "norms", "thresholds"]

NOTEBOOK = "Notebook's class"
UNDER_EDGE = 0.97  # of the height: a marker there stays inside
LEAST = 1e-4  # of the largest norm; smaller ones do not stretch the axis
Doubles = NDArray[np.float64]


def norms(spec: StreamSpec, trial: StreamTrial, run: NotebookRun, height: int = theme.HEIGHT) -> go.Figure:
    """Draw the norm before and after each rule; a marker says that the step was clipped, and the hover by how much."""
    looks = rule_looks([one.choice.name for one in trial.results])
    lines = [_after(trial, one, look) for one, look in zip(trial.results, looks, strict=True)]
    traces = [_before(trial, run), *lines, *_not_finite(trial)]
    values = [trial.norms, *(one.norm_after for one in trial.results)]
    heading = theme.title(
        norms_title(trial), "Gradient norm before clipping and after each rule; markers: clipped steps"
    )
    return _draw(spec, traces, values, heading, "Gradient norm", height)


def thresholds(spec: StreamSpec, trial: StreamTrial, run: NotebookRun, height: int = theme.HEIGHT) -> go.Figure:
    """Draw the threshold of each rule that has one, and of the notebook's class with the same parameters."""
    looks = rule_looks([one.choice.name for one in trial.results])
    lines = [
        _threshold(one.title, one.threshold, look.color, look.dash)
        for one, look in zip(trial.results, looks, strict=True)
        if not np.isnan(one.threshold).all()
    ]
    theirs = _threshold(NOTEBOOK, run.threshold, theme.INK, "dot")
    traces = [{**_before(trial, run), "line": {"color": theme.LINE, "width": 1}}, theirs, *lines]
    values = [trial.norms, run.threshold, *(one.threshold for one in trial.results)]
    heading = theme.title(thresholds_title(trial), "Threshold of each rule; thin: gradient norm before clipping")
    return _draw(spec, traces, values, heading, "Threshold", height)


def norms_title(trial: StreamTrial) -> str:
    """Return how many steps each rule clips."""
    total = counted(len(trial.norms), "step")
    counts = [(one.title, int(one.clipped.sum())) for one in trial.results if one.choice.name != "none"]
    if not counts:
        return "The gradient norm of every step, not clipped"
    first, *others = counts
    parts = [f"{first[0]} clips {first[1]} of {total}", *(f"{who} {count}" for who, count in others[:2])]
    return ", ".join(parts) + (f"; {counted(len(counts) - 3, 'more rule')} below" if len(counts) > 3 else "")


def thresholds_title(trial: StreamTrial) -> str:
    """Return between which values the threshold moves that moves most."""
    moves = []
    for one in trial.results:
        known = one.threshold[np.isfinite(one.threshold) & (one.threshold > 0)]
        if known.size and known.max() > known.min():
            moves.append((known.max() / known.min(), one.title, float(known.min()), float(known.max())))
    if not moves:
        return "After its warm-up AdaGC has a threshold for each tensor" if _by_tensor(trial) else "No threshold moves"
    _, who, low, high = max(moves)
    return f"The threshold of {who} moves between {theme.number(low, 3)} and {theme.number(high, 3)}"


def _by_tensor(trial: StreamTrial) -> bool:
    """Return whether AdaGC is past its warm-up, in which alone it has a single threshold."""
    return any(
        one.choice.name == "adagc" and one.final_threshold is None and not one.skipped.all() for one in trial.results
    )


def message(trial: StreamTrial, one: StreamResult, step: int) -> str:
    """Return what the notebook meant to say about a step, with the true norm after it."""
    before, limit = theme.number(float(trial.norms[step])), theme.number(float(one.threshold[step]))
    bound = "" if np.isnan(one.threshold[step]) else f" (threshold {limit})"
    if one.skipped[step]:
        return f"skipped: the norm is {before}"
    if one.clipped[step]:
        return f"clipped {before} → {theme.number(float(one.norm_after[step]))}{bound}"
    return f"not clipped: {before}{bound}"


def _before(trial: StreamTrial, run: NotebookRun) -> dict[str, Any]:
    text = [f"before clipping {theme.number(float(norm))}; the notebook printed “{run.message(step)}”"
            for step, norm in enumerate(trial.norms)]  # fmt: skip
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "Before clipping",
        "meta": "Before clipping",
        "x": _steps(trial),
        "y": _drawable(trial.norms),
        "line": {"color": theme.MUTED, "width": 2.5},
        "marker": {"color": theme.MUTED, "size": _dots(trial.norms)},
        "text": text,
        "hovertemplate": "%{text}<extra></extra>",
    }


def _after(trial: StreamTrial, one: StreamResult, look: Style) -> dict[str, Any]:
    name = theme.escaped(one.title)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "meta": one.title,
        "x": _steps(trial),
        "y": _drawable(one.norm_after),
        "line": {"color": look.color, "dash": look.dash, "width": 2},
        "marker": {
            "symbol": look.marker,
            "color": look.color,
            "size": np.where(one.clipped, 9, _dots(one.norm_after)).tolist(),
        },
        "text": [message(trial, one, step) for step in range(len(trial.norms))],
        "hovertemplate": f"{name}: %{{text}}<extra></extra>",
    }


def _dots(values: Doubles) -> list[int]:
    """Return the size of each step's dot: only a step between two that are not drawn needs one, as it has no line."""
    drawn = np.concatenate([[False], np.isfinite(_drawable(values)), [False]])
    alone = drawn[1:-1] & ~drawn[:-2] & ~drawn[2:]
    return [7 if dot else 0 for dot in alone]


def _threshold(title: str, values: Doubles, color: str, dash: str) -> dict[str, Any]:
    name = theme.escaped(title)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "meta": title,
        "x": np.arange(len(values), dtype=np.uint16),
        "y": _drawable(values),
        "line": {"color": color, "dash": dash, "width": 2, "shape": "hvh"},
        "marker": {"color": color, "size": _dots(values)},
        "hovertemplate": f"{name}  %{{y:.4g}}<extra></extra>",
    }


def _not_finite(trial: StreamTrial) -> list[dict[str, Any]]:
    """Return a marker under the upper edge, on which the phases are named, for each step that is not finite."""
    steps = np.flatnonzero(~np.isfinite(trial.norms))
    if not steps.size:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "Not finite",
            "meta": "Not finite",
            "x": steps.astype(np.uint16),
            "y": np.full(len(steps), UNDER_EDGE, dtype=np.float32),
            "yaxis": "y2",
            "cliponaxis": False,
            "marker": {"symbol": "triangle-up", "size": 11, "color": theme.INK},
            "text": [f"step {step}: the norm is {theme.number(float(trial.norms[step]))}" for step in steps],
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]


def _draw(
    spec: StreamSpec,
    traces: Sequence[dict[str, Any]],
    values: Sequence[Doubles],
    heading: Layout,
    axis: str,
    height: int,
) -> go.Figure:
    low, high = _reach(values)
    names = [str(trace["name"]) for trace in traces]
    bands, labels = _phases(spec)
    layout = {
        "title": heading,
        "height": height,
        "xaxis": step_axis(-0.5, spec.steps - 0.5),
        "yaxis": log_axis(axis, low, high),
        "yaxis2": {"overlaying": "y", "range": [0, 1], "fixedrange": True, "visible": False},
        "shapes": bands,
        "annotations": labels,
        "meta": {"link": "step"},
        **theme.legend_below(label_width(names)),
    }
    return theme.figure(traces, layout)


def _phases(spec: StreamSpec) -> tuple[list[Layout], list[Layout]]:
    """Return a shade behind every second phase, and each phase's name at the top."""
    bands, labels = [], []
    shown = [(start, phase) for start, phase in zip(spec.starts(), spec.phases, strict=True) if phase.steps]
    for place, (start, phase) in enumerate(shown):
        left, right = start - 0.5, start + phase.steps - 0.5
        if place % 2:
            bands.append(
                {"type": "rect", "layer": "below", "x0": left, "x1": right, "y0": 0, "y1": 1, "yref": "paper",
                 "fillcolor": theme.faded(theme.GRID, 0.5), "line": {"width": 0}}
            )  # fmt: skip
        labels.append(
            {"text": theme.short(phase.name, 14), "x": (left + right) / 2, "y": 1.0, "yref": "paper",
             "yanchor": "bottom", "showarrow": False, "font": {"color": theme.MUTED}}
        )  # fmt: skip
    return bands, labels


def _reach(values: Sequence[Doubles]) -> tuple[float, float]:
    found = np.concatenate(list(values))
    found = found[np.isfinite(found) & (found > 0)]
    if not found.size:
        return 0.1, 1.0
    low, high = float(found.min()), float(found.max())
    low = max(low, LEAST * float(np.quantile(found, 0.9)))
    return (low, high) if high > low * 1.001 else (low / 2, high * 2)


def _drawable(values: Doubles) -> NDArray[np.float32]:
    return np.where(np.isfinite(values) & (values > 0), values, np.nan).astype(np.float32)


def _steps(trial: StreamTrial) -> NDArray[np.uint16]:
    return np.arange(len(trial.norms), dtype=np.uint16)
