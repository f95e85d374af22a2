"""The race over its steps: loss and gradient norm of every entrant, while it runs and afterwards.

What the entrants came to (final loss, stability, ranking) is drawn in `outcomes.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.curves import LEAST_SEEDS_FOR_A_BAND, Curve, band, curves, reach, spread, thin
from gradcore.figures.outcomes import final_validation, ranking, stability
from gradcore.figures.theme import Layout
from gradcore.records import Floats, RaceTrace
from gradcore.tasks import TASKS

__all__ = ["Leader", "final_validation", "gradient_norms", "leader", "loss_curves", "ranking", "sparkline", "stability"]

HEIGHT = 440  # px, for which end labels are kept apart
LABEL_HEIGHT = 17  # px of one line of an end label
TAIL = 0.1  # the part of the steps by which the lowest loss is judged: one batch is too noisy
LOSS_UNITS = {"mse": "mean squared error", "sparse_categorical_crossentropy": "cross-entropy, nats"}


@dataclass(frozen=True)
class Leader:
    """Who has the lowest loss at the latest step that all have reached, and who is not behind on every seed."""

    step: int
    labels: tuple[str, ...]  # the lowest median first, then those that it does not beat on every seed


def loss_curves(trace: RaceTrace, height: int = HEIGHT) -> go.Figure:
    """Draw the training loss over steps: median of the seeds with its band, names at the line ends."""
    task = TASKS.get(trace.task)
    unit = LOSS_UNITS[task.loss] if task and task.loss in LOSS_UNITS else "no unit"
    heading = theme.title(loss_title(trace), f"Training loss ({unit}), {_seeds(trace)}")
    return _draw(trace, curves(trace.entrants, "loss"), heading, "Training loss", height)


def gradient_norms(trace: RaceTrace, height: int = HEIGHT) -> go.Figure:
    """Draw the global gradient norm before clipping over steps, on the same x axis as the loss."""
    heading = theme.title(norm_title(trace), f"Gradient norm before clipping (L2, all layers), {_seeds(trace)}")
    return _draw(trace, curves(trace.entrants, "gradient_norm"), heading, "Gradient norm", height)


def sparkline(values: Sequence[float], color: str = theme.LIGHT[0]) -> go.Figure:
    """Draw a loss curve as small as a word: no axes, no text, a dot at its end."""
    shown = np.array([value if np.isfinite(value) and value > 0 else np.nan for value in values], dtype=np.float32)
    ends = np.flatnonzero(np.isfinite(shown))
    line = {"type": "scatter", "mode": "lines", "y": shown, "line": {"color": color, "width": 1.5}, "hoverinfo": "skip"}
    traces: list[dict[str, Any]] = [line]
    if ends.size:
        dot = {"mode": "markers", "x": ends[-1:], "y": shown[ends[-1:]], "marker": {"color": color, "size": 5}}
        traces.append({"type": "scatter", "hoverinfo": "skip", "cliponaxis": False, **dot})
    hidden = {"visible": False, "fixedrange": True}
    layout = {"xaxis": hidden, "yaxis": {**hidden, "type": "log"}, "margin": {"l": 3, "r": 6, "t": 4, "b": 4}}
    return theme.figure(traces, {**layout, "height": 36, "hovermode": False})


def leader(trace: RaceTrace) -> Leader | None:
    """Return who has the lowest loss; None before every entrant has a step, and when all have diverged."""
    reached = min((entrant.steps for entrant in trace.entrants), default=0)
    if not reached:
        return None
    first = reached - max(1, int(reached * TAIL))
    tails = {entrant.label: _tail(entrant.loss[first:reached]) for entrant in trace.entrants}
    medians = {label: float(np.sort(tail)[(len(tail) - 1) // 2]) for label, tail in tails.items()}
    best = min(medians, key=lambda label: medians[label])
    if not np.isfinite(medians[best]):
        return None
    level = [label for label in medians if label != best and not (tails[best] < tails[label]).all()]
    return Leader(reached - 1, (best, *sorted(level, key=lambda label: medians[label])))


def _tail(loss: Floats) -> Floats:
    """Return each seed's median over the last steps, Inf where it is lost."""
    median: Floats = np.median(np.where(np.isfinite(loss), loss, np.inf), axis=0)
    return median


def loss_title(trace: RaceTrace) -> str:
    """Return what is seen in the losses: who is lowest, on every seed or not, and who diverged."""
    found = curves(trace.entrants, "loss")
    if not found:
        return "Waiting for the first steps"
    first = leader(trace)
    gone = [curve.label for curve in found if curve.diverged_at is not None]
    if first is None:
        return "Every entrant diverged" if len(gone) == len(trace.entrants) else "The first steps are coming in"
    running = any(entrant.steps < trace.steps for entrant in trace.entrants)
    tail = f"; {theme.names(gone)} diverged" if 0 < len(gone) <= 2 else f"; {len(gone)} diverged" if gone else ""
    return _claim(first, running, trace.seeds) + tail


def _claim(first: Leader, running: bool, seeds: int) -> str:
    best, level = first.labels[0], first.labels[1:]
    where = f"At step {first.step}" if running else "At the end"
    every = "" if seeds == 1 else " on every seed"
    if not level:
        return f"{where} {best} has the lowest loss{every}"
    if len(level) <= 2:
        return f"{where} {theme.names(first.labels)} are lowest, none on every seed"
    return f"{where} {best} is lowest, but {len(level)} others beat it on some seeds"


def norm_title(trace: RaceTrace) -> str:
    """Return what is seen in the gradient norms: the largest and the smallest at the latest step."""
    ends = [(curve.end, curve.label) for curve in curves(trace.entrants, "gradient_norm") if curve.diverged_at is None]
    norms = sorted((end[1], label) for end, label in ends if end)
    if not norms:
        return "Waiting for the first steps" if not ends else "No finite gradient norm"
    running = any(entrant.steps < trace.steps for entrant in trace.entrants)
    where = "So far" if running else "At the end"
    if len(norms) == 1:
        return f"{where} the gradient norm of {norms[0][1]} is {theme.number(norms[0][0], 2)}"
    (least, low), (most, high) = norms[0], norms[-1]
    return f"{where} gradient norms go from {theme.number(least, 2)} ({low}) to {theme.number(most, 2)} ({high})"


def _seeds(trace: RaceTrace) -> str:
    if trace.seeds == 1:
        return "one seed"
    spread_shown = "band 10 to 90 %" if trace.seeds >= LEAST_SEEDS_FOR_A_BAND else "thin lines: each seed"
    return f"median of {trace.seeds} seeds, {spread_shown}"


def _draw(trace: RaceTrace, found: Sequence[Curve], heading: Layout, axis: str, height: int) -> go.Figure:
    low, high = reach(found)
    yaxis = theme.log_axis(axis, low, high)
    traces: list[dict[str, Any]] = []
    for curve in found:
        traces += _spread_of_seeds(curve, 10 ** (yaxis["range"][1] + 1))
    traces += [_median(curve) for curve in found] + _marks(found)
    labels = [_label(curve) for curve in found]
    plot_height = height - theme.margin()["t"] - theme.margin()["b"]
    fits = sum(LABEL_HEIGHT * (1 + label.count("<br>")) for label in labels) <= plot_height
    layout = {
        "title": heading,
        "height": height,
        "xaxis": {"title": {"text": "Step"}, "range": [0, max(trace.steps - 1, 1)], "unifiedhovertitle": {"text": "Step %{x}"}},
        "yaxis": yaxis,
        "yaxis2": {"overlaying": "y", "range": [0, 1], "fixedrange": True, "visible": False},
        "margin": theme.margin(right=theme.label_width(labels) if fits else 24),
        "annotations": _end_labels(found, yaxis["range"], plot_height) if fits else [],
        "meta": {"link": "step"},
    }
    legend = theme.legend_below(theme.label_width([curve.label for curve in found]))
    return theme.figure(traces, layout if fits else {**layout, **legend}, narrow={"annotations": [], **legend})


def _spread_of_seeds(curve: Curve, ceiling: float) -> list[dict[str, Any]]:
    """Return the band over five or more seeds, a thin line for each of two to four."""
    seeds = curve.seeds.shape[1]
    same = {"type": "scatter", "mode": "lines", "legendgroup": curve.label, "showlegend": False, "hoverinfo": "skip"}
    if seeds >= LEAST_SEEDS_FOR_A_BAND:
        outline = band(curve, ceiling)
        shape = {"fill": "toself", "fillcolor": theme.faded(curve.style.color, 0.13), "line": {"width": 0}}
        return [{**same, **shape, "name": curve.label, "x": _steps(outline.steps), "y": outline.values}]
    if seeds == 1:
        return []
    line = {"color": theme.faded(curve.style.color, 0.4), "width": 1, "dash": curve.style.dash}
    lines = [thin(np.where(np.isfinite(seed), seed, np.float32(np.nan)).astype(np.float32)) for seed in curve.seeds.T]
    return [{**same, "name": curve.label, "x": _steps(one.steps), "y": one.values, "line": line} for one in lines]


def _median(curve: Curve) -> dict[str, Any]:
    shown = thin(curve.median)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": curve.label,
        "legendgroup": curve.label,
        "x": _steps(shown.steps),
        "y": shown.values,
        "line": {"color": curve.style.color, "dash": curve.style.dash, "width": 2},
        "hovertemplate": f"{_escaped(curve.label)}  %{{y:.4~g}}<extra></extra>",
    }


def _marks(found: Sequence[Curve]) -> list[dict[str, Any]]:
    """Return the markers on the frame: lost seeds on the upper edge, zeros on the lower one."""
    marks = []
    for curve in found:
        seeds = curve.seeds.shape[1]
        upper = [(step, f"{curve.label}: {count} of {seeds} seeds not finite from step {step}") for step, count in curve.lost]
        lower = [(step, f"{curve.label}: 0 at step {step}") for step in curve.zeros]
        for edge, symbol, points in ((1, "triangle-up", upper), (0, "triangle-down", lower)):
            if points:
                marks.append(_mark(curve, edge, symbol, points))
    return marks


def _mark(curve: Curve, edge: int, symbol: str, points: Sequence[tuple[int, str]]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "legendgroup": curve.label,
        "showlegend": False,
        "name": curve.label,
        "x": _steps(np.array([step for step, _ in points])),
        "y": np.full(len(points), edge, dtype=np.float32),
        "yaxis": "y2",
        "cliponaxis": False,
        "marker": {"symbol": symbol, "size": 10, "color": curve.style.color},
        "text": [text for _, text in points],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _label(curve: Curve) -> str:
    if curve.diverged_at is not None:
        return f"{_escaped(curve.label)}<br>diverged at step {curve.diverged_at}"
    return _escaped(curve.label)


def _end_labels(found: Sequence[Curve], axis: Sequence[float], plot_height: float) -> list[dict[str, Any]]:
    """Return a name for each line, at the right of the frame, at the height of its end, kept apart in log space."""
    low, high = axis
    unit = (high - low) / plot_height  # log10 units of one px
    texts = [_label(curve) for curve in found]
    wanted = [_end_height(curve, low, high) for curve in found]
    sizes = [LABEL_HEIGHT * (1 + text.count("<br>")) * unit for text in texts]
    places = spread(wanted, sizes, low, high)
    return [
        {
            "name": curve.label,
            "text": text,
            "x": 1,
            "xref": "paper",
            "xanchor": "left",
            "xshift": 8,
            "y": round((place - low) / (high - low), 5),
            "yref": "paper",
            "yanchor": "middle",
            "align": "left",
            "showarrow": False,
            "captureevents": True,
            "font": {"color": curve.style.color, "size": theme.TYPE_SIZE, "weight": 600},
        }
        for curve, text, place in zip(found, texts, places, strict=True)
    ]


def _end_height(curve: Curve, low: float, high: float) -> float:
    if curve.diverged_at is not None or curve.end is None:
        return high
    return min(max(float(np.log10(curve.end[1])), low), high)


def _steps(steps: Any) -> Any:
    """Return steps in the smallest type that Plotly's base64 form has for them."""
    return np.asarray(steps, dtype=np.uint16 if len(steps) == 0 or max(steps) < 65536 else np.uint32)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
