"""Histogram of one layer's gradient at a sampled step: how many of its entries have which size.

Shapes: B bins.
"""

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import power
from gradcore.records import BINS, EDGES, CheckTrace, Integers
from gradcore.titles import percent

HEIGHT = 340  # px
AIR = 2  # empty bins on each side
SPECIAL = theme.LIGHT[4]


def gradient_histogram(trace: CheckTrace, layer: str, step: int, height: int = HEIGHT) -> go.Figure:
    """Draw the sizes of a layer's gradient entries at the sampled step that is next to `step`, from below."""
    counts, at = sizes(trace, layer, step)
    low, high = _shown(counts)
    places = np.arange(low, high + 1)
    colors = [SPECIAL if place in (0, BINS - 1) else theme.LIGHT[0] for place in places]
    ticks = [place for place in range(low, high + 1) if _tick(place)]
    layout = {
        "title": theme.title(histogram_title(counts, layer), _plotted(trace, layer, at)),
        "height": height,
        "hovermode": "closest",
        "xaxis": {
            "title": {"text": "Size of the entry"},
            "range": [low - 0.6, high + 0.6],
            "tickmode": "array",
            "tickvals": [place if place in (0, BINS - 1) else place - 0.5 for place in ticks],
            "ticktext": [_tick(place) for place in ticks],
            "tickangle": 0,
        },
        "yaxis": {"title": {"text": "Entries"}, "rangemode": "tozero"},
        "bargap": 0.06,
        "margin": theme.margin(),
    }
    bar = {
        "type": "bar",
        "x": places,
        "y": counts[low : high + 1],
        "marker": {"color": colors},
        "text": [_said(int(place), int(counts[place])) for place in places],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }
    return theme.figure([bar], layout)


def sizes(trace: CheckTrace, layer: str, step: int) -> tuple[Integers, int | None]:
    """Return the counts (B,) of a layer at the last sampled step up to `step`, and that step; None before the first."""
    if not len(trace.sampled) or layer not in trace.setup.layers:
        return np.zeros(BINS, np.int32), None
    place = max(int(np.searchsorted(trace.sampled, step, side="right")) - 1, 0)
    return trace.histogram[place, trace.setup.layers.index(layer)], int(trace.sampled[place])


def histogram_title(counts: Integers, layer: str) -> str:
    """Return where half of the entries lie, and how many are zero or lost."""
    total = int(counts.sum())
    if not total:
        return f"No gradient of {layer} was sampled"
    if counts[-1]:
        return f"{percent(counts[-1] / total)} of the gradient of {layer} is NaN or Inf"
    zero, rest = int(counts[0]), counts[1:-1]
    if zero == total:
        return f"The whole gradient of {layer} is exactly zero"
    share = np.cumsum(rest) / rest.sum()
    low, high = (int(np.searchsorted(share, part)) for part in (0.25, 0.75))
    tail = f"; {percent(zero / total)} is exactly zero" if zero else ""
    ends = f"{theme.number(EDGES[low], 2)} and {theme.number(EDGES[high + 1], 2)}"
    return f"Half of the gradient of {layer} lies between {ends}{tail}"


def _shown(counts: Integers) -> tuple[int, int]:
    """Return the first and last bin that is drawn."""
    held = np.flatnonzero(counts)
    if not held.size:
        return 10, 30
    return max(0, int(held[0]) - AIR), min(BINS - 1, int(held[-1]) + AIR)


def _tick(place: int) -> str:
    """Return what stands at the lower edge of a bin: a power of ten, at every second decade."""
    if place in (0, BINS - 1):
        return "0" if place == 0 else "NaN, Inf"
    exponent = float(np.log10(EDGES[place - 1]))
    return power(10.0 ** round(exponent)) if abs(exponent - round(exponent)) < 0.01 and round(exponent) % 2 == 0 else ""


def _said(place: int, count: int) -> str:
    entries = "1 entry" if count == 1 else f"{count:,} entries"
    if place in (0, BINS - 1):
        return f"{'exactly 0' if place == 0 else 'NaN or Inf'}: {entries}"
    return f"{theme.number(EDGES[place - 1], 2)} to {theme.number(EDGES[place], 2)}: {entries}"


def _plotted(trace: CheckTrace, layer: str, at: int | None) -> str:
    seeds = "" if trace.loss.shape[1] == 1 else ", first seed"
    when = "" if at is None else f" at step {at}"
    return f"Absolute entries of the gradient of {layer}{when}, in half decades{seeds}"
