"""The race over its steps: loss and gradient norm of every entrant, while it runs and afterwards.

What the entrants came to is drawn in `final_loss.py`, `stability.py`, `ranking.py` and `learning_rates.py`; all are
offered here.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import log_axis, whole_steps
from gradcore.figures.beats import beat_matrix
from gradcore.figures.claims import loss_title, norm_title, seeds_text
from gradcore.figures.curves import (
    BAND_POINTS,
    ENDED_BAND_POINTS,
    ENDED_POINTS,
    LEAST_SEEDS_FOR_A_BAND,
    MOST_POINTS,
    Curve,
    band,
    curves,
    reach,
    thin,
)
from gradcore.figures.end_labels import end_labels, end_text
from gradcore.figures.final_loss import final_validation
from gradcore.figures.labels import LABEL_HEIGHT, label_width
from gradcore.figures.learning_rates import learning_rates
from gradcore.figures.race_theory import SAID, theory_lines
from gradcore.figures.ranking import ranking
from gradcore.figures.sparkline import sparkline
from gradcore.figures.stability import stability
from gradcore.figures.theme import Layout
from gradcore.records import Floats, RaceTrace
from gradcore.tasks import TASKS
from gradcore.theory import Theory
from gradcore.titles import LOSS_UNITS

LATER = 1001  # in the legend than what has Plotly's own 1000
STOP = "x"  # marks the step of a warning at which a seed was stopped
__all__ = [
    "beat_matrix",
    "final_validation",
    "gradient_norms",
    "learning_rates",
    "loss_curves",
    "ranking",
    "sparkline",
    "stability",
]


def loss_curves(
    trace: RaceTrace,
    height: int = theme.HEIGHT,
    *,
    ended: bool = False,
    theory: Sequence[Theory] = (),
    beside_validation: bool = False,
) -> go.Figure:
    """Draw the training loss over steps: median of the seeds with its band, names at the line ends.

    Args:
        trace: the race.
        height: px.
        ended: whether no step will follow, also where the race was stopped before its last.
        theory: what is known of some entrants' losses, drawn over them.
        beside_validation: whether validation losses stand beside it, so that the title says which these are.
    """
    task = TASKS.get(trace.task)
    unit = LOSS_UNITS[task.loss] if task and task.loss in LOSS_UNITS else "no unit"
    found = curves(trace.entrants, "loss")
    plotted = f"Training loss ({unit}), {seeds_text(trace, found)}{SAID if theory else ''}"
    seen = loss_title(trace, found, ended=ended, name="Training loss" if beside_validation else "Loss")
    heading = theme.title(seen, plotted)
    return draw_curves(trace, found, heading, "Training loss", height, ended=ended, over=theory_lines(theory))


def gradient_norms(trace: RaceTrace, height: int = theme.HEIGHT, *, ended: bool = False) -> go.Figure:
    """Draw the global gradient norm before clipping over steps, on the same x axis as the loss; `ended` as there."""
    found = curves(trace.entrants, "gradient_norm")
    heading = theme.title(
        norm_title(trace, found, ended=ended),
        f"Gradient norm before clipping (L2, all layers), {seeds_text(trace, found)}",
    )
    return draw_curves(trace, found, heading, "Gradient norm", height, ended=ended)


def draw_curves(
    trace: RaceTrace,
    first: Sequence[Curve],
    heading: Layout,
    axis: str,
    height: int,
    *,
    ended: bool,
    pale: Sequence[Curve] = (),
    over: Sequence[dict[str, Any]] = (),
) -> go.Figure:
    """Draw the curves of a race, and `pale` ones of another without their seeds; `ended` as in `loss_curves`."""
    found = (*first, *pale)
    low, high = reach(found)
    steps = max((len(curve.median) for curve in found), default=trace.steps) if ended else trace.steps
    yaxis = log_axis(axis, low, high)
    traces: list[dict[str, Any]] = []
    for curve in first:
        traces += _spread_of_seeds(curve, ended)
    lines = [*(_faint(_median(curve, ended)) for curve in pale), *(_median(curve, ended) for curve in first)]
    traces += [*lines, *over, *_marks(found)]
    labels = [end_text(curve) for curve in found]
    plot_height = height - theme.margin()["t"] - theme.margin()["b"]
    fits = sum(LABEL_HEIGHT * (1 + label.count("<br>")) for label in labels) <= plot_height
    layout = {
        "title": heading,
        "height": height,
        "xaxis": {
            "title": {"text": "Step"},
            "range": [0, max(steps - 1, 1)],
            "unifiedhovertitle": {"text": "Step %{x}"},
        },
        "yaxis": yaxis,
        "yaxis2": {"overlaying": "y", "range": [0, 1], "fixedrange": True, "visible": False},
        "margin": theme.margin(right=label_width(labels) if fits else 24),
        "annotations": end_labels(found, yaxis["range"], plot_height) if fits else [],
        "meta": {"link": "step"},
    }
    legend = theme.legend_below(label_width([curve.label for curve in found]))
    placed = layout if fits else {**layout, **legend}
    return theme.figure(traces, placed, narrow={"annotations": [], **legend})


def _spread_of_seeds(curve: Curve, ended: bool) -> list[dict[str, Any]]:
    """Return the band over five or more seeds, a thin line for each of two to four."""
    seeds, points = curve.seeds.shape[1], ENDED_BAND_POINTS if ended else BAND_POINTS
    same = {"type": "scatter", "mode": "lines", "meta": curve.label, "showlegend": False, "hoverinfo": "skip"}
    if seeds >= LEAST_SEEDS_FOR_A_BAND:
        outline = band(curve, points)
        shape = {"fill": "toself", "fillcolor": theme.faded(curve.style.color, 0.13), "line": {"width": 0}}
        return [{**same, **shape, "name": curve.label, "x": whole_steps(outline.steps), "y": outline.values}]
    if seeds == 1:
        return []
    line = {"color": theme.faded(curve.style.color, 0.4), "width": 1, "dash": curve.style.dash}
    lines = [thin(_drawable(seed), points) for seed in curve.seeds.T]
    return [{**same, "name": curve.label, "x": whole_steps(one.steps), "y": one.values, "line": line} for one in lines]


def _median(curve: Curve, ended: bool) -> dict[str, Any]:
    shown = thin(_drawable(curve.median), ENDED_POINTS if ended else MOST_POINTS)
    alone = np.isfinite(shown.values).sum() == 1  # a line through one point is not seen
    return {
        "type": "scatter",
        "mode": "markers" if alone else "lines",
        "marker": {"symbol": curve.style.marker, "color": curve.style.color, "size": 8},
        "name": theme.short(curve.label),
        "meta": curve.label,
        "x": whole_steps(shown.steps),
        "y": shown.values,
        "line": {"color": curve.style.color, "dash": curve.style.dash, "width": 2},
        "hovertemplate": f"{theme.short(curve.label)}  %{{y:.4g}}<extra></extra>",
    }


def _faint(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line that stands back, also in the legend."""
    looks = {"color": theme.faded(line["line"]["color"], 0.6), "width": 1.5}
    return {**line, "line": {**line["line"], **looks}, "legendrank": LATER}


def _drawable(values: Floats) -> Floats:
    """Return the values with a gap where a logarithmic axis has no place for them."""
    return np.where(np.isfinite(values) & (values > 0), values, np.float32(np.nan)).astype(np.float32)


def _marks(found: Sequence[Curve]) -> list[dict[str, Any]]:
    """Return the markers on the frame: lost and stopped seeds on the upper edge, zeros on the lower one."""
    marks = []
    for curve in found:
        seeds = curve.seeds.shape[1]
        upper = [
            (step, f"{curve.label}: {count} of {seeds} seeds not finite from step {step}") for step, count in curve.lost
        ]
        if curve.diverged_at is not None and not upper:
            upper = [
                (curve.diverged_at, f"{curve.label}: loss above 1,000 times its first at step {curve.diverged_at}")
            ]
        lower = [(step, f"{curve.label}: 0 at step {step}") for step in curve.zeros]
        warned = [(at, f"{curve.label}: {stopped_text(count, seeds)} at step {at}") for at, count in curve.stops]
        for edge, symbol, points in ((1, "triangle-up", upper), (1, STOP, warned), (0, "triangle-down", lower)):
            if points:
                marks.append(_mark(curve, edge, symbol, points))
    return marks


def stopped_text(count: int, seeds: int) -> str:
    """Return that some seeds were stopped.

    Example:
        >>> stopped_text(2, 5), stopped_text(1, 1)
        ('2 of 5 seeds stopped at a warning', 'stopped at a warning')
    """
    return "stopped at a warning" if seeds == 1 else f"{count} of {seeds} seeds stopped at a warning"


def _mark(curve: Curve, edge: int, symbol: str, points: Sequence[tuple[int, str]]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "meta": curve.label,
        "showlegend": False,
        "name": curve.label,
        "x": whole_steps(np.array([step for step, _ in points])),
        "y": np.full(len(points), edge, dtype=np.float32),
        "yaxis": "y2",
        "cliponaxis": False,
        "marker": {"symbol": symbol, "size": 10, "color": curve.style.color},
        "text": [theme.escaped(text) for _, text in points],
        "hovertemplate": "%{text}<extra></extra>",
    }
