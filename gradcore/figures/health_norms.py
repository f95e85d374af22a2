"""Gradients of the variables over the steps, as in the notebook: least, mean, greatest; and how far each layer moves.

Shapes: T steps, V variables, L layers.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import step_axis
from gradcore.figures.health_claims import norms_title, ratio_title
from gradcore.figures.health_reading import counted_variables, middle, seeds_text, update_ratios
from gradcore.figures.health_strip import domains, edge_axis, loss_axis, loss_line
from gradcore.figures.health_tracks import Track, end_names, layer_tracks, lines, marks, track_axis
from gradcore.figures.labels import label_width
from gradcore.figures.theme import Layout, Style
from gradcore.records import CheckTrace, Floats
from gradcore.specs.thresholds import Thresholds

GREATEST, MEAN = Style(theme.LIGHT[1], "solid", "circle"), Style(theme.LIGHT[7], "dash", "circle")
LEAST = Style(theme.LIGHT[0], "solid", "circle")
WITH_ALL = Style(theme.LIGHT[0], "dot", "circle")
HEIGHT = 440  # px
PLOTTED = "Gradient norms of the variables before clipping (L2)"
LINK = {"link": "health_step"}


def variable_norms(trace: CheckTrace, *, ended: bool = True, height: int = HEIGHT) -> go.Figure:
    """Draw least, mean and greatest gradient norm of the variables over the steps, and the loss above.

    The notebook counts variables whose gradient must be zero, too: its least is dotted where it differs.
    """
    tracks = norm_tracks(trace)
    rows, strip = domains(height)
    y = {**track_axis("Gradient norm", tracks), "domain": rows}
    layout = {
        "title": theme.title(norms_title(trace, ended=ended), PLOTTED + seeds_text(trace)),
        "height": height,
        "xaxis": {**_steps(trace, ended), "anchor": "y"},
        "yaxis": y,
        "yaxis2": loss_axis(trace, strip),
        "yaxis3": edge_axis("y"),
        "yaxis4": edge_axis("y2"),
        "meta": LINK,
        **_named(tracks, y, height),
    }
    traces = [*lines(tracks, ended=ended), *marks(tracks, "y3", "gradient norm"), *loss_line(trace, ended=ended)]
    return theme.figure(traces, layout, narrow=_below(tracks))


def norm_tracks(trace: CheckTrace) -> list[Track]:
    """Return the lines: greatest, mean and least of the variables that can have a gradient, and the least of all."""
    norms = middle(trace.gradient_norm)  # (T, V)
    own = norms[:, counted_variables(trace.setup)]
    if not own.shape[1]:
        own = norms
    found = [
        Track("greatest", GREATEST, _over(own, np.max)),
        Track("mean", MEAN, _over(own, np.mean)),
        Track("least", LEAST, _over(own, np.min)),
    ]
    least = _over(norms[:, trace.setup.connected], np.min)
    if own.shape[1] < trace.setup.connected.sum() and not np.array_equal(least, found[-1].values, equal_nan=True):
        found.append(Track("least of all", WITH_ALL, least))
    return found


def _over(norms: Floats, reduce: Callable[..., Any]) -> Floats:
    """Return the least, mean or greatest over the variables, (T,); NaN where one is not finite."""
    if not norms.shape[1]:
        return np.full(len(norms), np.nan, np.float32)
    with np.errstate(all="ignore"):
        return np.asarray(reduce(norms, axis=1), np.float32)


def update_ratio(
    trace: CheckTrace,
    thresholds: Thresholds | None = None,
    *,
    ended: bool = True,
    chosen: str = "",
    height: int = HEIGHT,
) -> go.Figure:
    """Draw how far each layer moves in a step, relative to its weights, and the band that is usual late in training."""
    bounds = thresholds or Thresholds()
    low, high = bounds.update_low, bounds.update_high
    tracks = layer_tracks(trace.setup.layers, update_ratios(trace), chosen)
    y = track_axis("Update / weight", tracks, (low, high))
    plotted = f"Norm of a step's update over that of the weights; band: {theme.number(low)} to {theme.number(high)}"
    layout = {
        "title": theme.title(ratio_title(trace, bounds, ended=ended), plotted + seeds_text(trace)),
        "height": height,
        "xaxis": _steps(trace, ended),
        "yaxis": y,
        "yaxis3": edge_axis("y"),
        "shapes": [_band(low, high)],
        "meta": LINK,
        **_named(tracks, y, height),
    }
    traces = [*lines(tracks, ended=ended), *marks(tracks, "y3", "update / weight")]
    return theme.figure(traces, layout, narrow=_below(tracks))


def _band(low: float, high: float) -> Layout:
    place = {"xref": "paper", "x0": 0, "x1": 1, "y0": low, "y1": high, "layer": "below"}
    return {"type": "rect", **place, "fillcolor": theme.faded(theme.LIGHT[2], 0.12), "line": {"width": 0}}


def _steps(trace: CheckTrace, ended: bool) -> Layout:
    steps = trace.recorded if ended else trace.steps
    return step_axis(0, max(steps - 1, 1))


def _named(tracks: list[Track], axis: Layout, height: int) -> Layout:
    """Return the names at the line ends, and the margin that they need."""
    bottom, top = axis.get("domain", (0, 1))
    px = (height - theme.margin()["t"] - theme.margin()["b"]) * (top - bottom)
    width = label_width([theme.short(track.label) for track in tracks if track.named] or [""])
    return {"margin": theme.margin(right=width), "annotations": end_names(tracks, axis, px)}


def _below(tracks: list[Track]) -> Layout:
    """Return the layout of a narrow chart: names below."""
    named = [theme.short(track.label) for track in tracks if track.named] or [""]
    return {"annotations": [], **theme.legend_below(label_width(named))}
