"""One layer over the steps: norms of its gradient and weights above, its update ratio and a_l below.

Shapes: T steps, M sampled ones.
"""

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import step_axis
from gradcore.figures.health_reading import (
    attenuation,
    kernel_layers,
    layer_norms,
    middle,
    seeds_text,
    update_ratios,
    whole_layer_mark,
)
from gradcore.figures.health_strip import edge_axis
from gradcore.figures.health_tracks import Track, end_names, lines, marks, track_axis
from gradcore.figures.labels import label_width
from gradcore.figures.theme import Layout, Style
from gradcore.records import CheckTrace

HEIGHT = 400  # px
GAP = 0.06  # of the frame, between the two parts
LOOKS = (Style(theme.LIGHT[0], "solid", "circle"), Style(theme.LIGHT[7], "dash", "square"),
         Style(theme.LIGHT[2], "solid", "diamond"), Style(theme.LIGHT[1], "dashdot", "cross"))  # fmt: skip


def layer_curves(
    trace: CheckTrace, layer: str, *, ended: bool = True, step: int | None = None, height: int = HEIGHT
) -> go.Figure:
    """Draw what is recorded of one layer, with a line at a step, where one is given."""
    above, below = layer_tracks_of(trace, layer)
    half = round(0.5 - GAP / 2, 3)
    top = {**track_axis("Norm", above, most=4), "domain": [1 - half, 1]}
    bottom = {**track_axis("Ratio", below, most=4), "domain": [0, half]}
    px = (height - theme.margin()["t"] - theme.margin()["b"]) * half
    steps = trace.recorded if ended else trace.steps
    width = label_width([track.label for track in (*above, *below)])
    layout = {
        "title": theme.title(layer_title(trace, layer), f"Layer {layer} at each step{seeds_text(trace)}"),
        "height": height,
        "xaxis": {**step_axis(0, max(steps - 1, 1)), "anchor": "y"},
        "yaxis": bottom,
        "yaxis2": {**top, "anchor": "x"},
        "yaxis3": edge_axis("y"),
        "yaxis4": edge_axis("y2"),
        "margin": theme.margin(right=width),
        "annotations": [*end_names(below, bottom, px), *end_names(above, top, px)],
        "shapes": [] if step is None else [_at(step)],
        "meta": {"link": "health_step"},
    }
    traces = [*lines(below, ended=ended), *lines(above, ended=ended, axis="y2")]
    traces += [*marks(below, "y3", "ratio"), *marks(above, "y4", "norm")]
    return theme.figure(traces, layout, narrow={"annotations": [], **theme.legend_below(width)})


def layer_tracks_of(trace: CheckTrace, layer: str) -> tuple[list[Track], list[Track]]:
    """Return the norms and the ratios of a layer; a_l only where it has a kernel."""
    place = trace.setup.layers.index(layer)
    weights = middle(trace.by_layer(trace.weight_norm))[:, place]
    above = [Track("gradient", LOOKS[0], layer_norms(trace)[:, place]), Track("weights", LOOKS[1], weights)]
    below = [Track("update / weight", LOOKS[2], update_ratios(trace)[:, place])]
    if layer in (kernels := kernel_layers(trace.setup)):
        values = attenuation(trace)[:, kernels.index(layer)]
        below.append(Track("signal", LOOKS[3], values, trace.sampled))
    return above, below


def layer_title(trace: CheckTrace, layer: str) -> str:
    """Return what a layer's gradient and weights did."""
    place = trace.setup.layers.index(layer)
    if mark := whole_layer_mark(trace.setup, place):
        return f"{layer} is {mark}" if mark.startswith("not") else f"The gradient of {layer} is {mark}"
    norms = layer_norms(trace)[:, place]
    if not len(norms):
        return "Waiting for the first steps"
    if not np.isfinite(norms[-1]):
        return f"The gradient of {layer} is not finite at the last step"
    first, last = (theme.number(float(norm), 2) for norm in (norms[0], norms[-1]))
    return f"{layer}: its gradient goes from {first} to {last}"


def _at(step: int) -> Layout:
    line = {"color": theme.LIGHT[1], "width": 1, "dash": "dot"}
    return {"type": "line", "x0": step, "x1": step, "yref": "paper", "y0": 0, "y1": 1, "line": line, "layer": "below"}
