"""Lines over the steps of a health check: names at their ends, marks on the frame for what a log axis has no place for.

Shapes: T steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcore.figures import theme
from gradcore.figures.axes import log_axis, whole_steps
from gradcore.figures.curves import ENDED_POINTS, MOST_POINTS, thin
from gradcore.figures.health_reading import starts
from gradcore.figures.health_strip import MOST_MARKS, drawable, edge_marks
from gradcore.figures.labels import LABEL_HEIGHT, spread
from gradcore.figures.theme import Layout, Style
from gradcore.records import Floats, Integers

MANY = 10  # lines: more of them are grey, but for the extremes and the chosen one
UNNAMED_PART = 6  # of the points of a named line that a grey one has
GREY = Style(theme.LINE, "solid", "circle")


@dataclass(frozen=True)
class Track:
    """One line."""

    label: str
    style: Style
    values: Floats  # (T,)
    steps: Integers | None = None  # (T,) where they are not 0, 1, 2, ...
    named: bool = True  # at its end


def layer_tracks(layers: Sequence[str], values: Floats, chosen: str = "") -> list[Track]:
    """Return a line for each layer from (T, L); of many, grey ones but for the least, the greatest and the chosen.

    A layer's colour follows from its place, input side first, so that it is the same in every chart.
    """
    if len(layers) <= MANY:
        looks = [_look(index) for index in range(len(layers))]
        return [Track(name, look, line) for name, look, line in zip(layers, looks, values.T, strict=True)]
    last = values[-1] if len(values) else np.full(len(layers), np.nan)
    some = np.isfinite(last)
    picked = {int(np.nanargmin(last)), int(np.nanargmax(last))} if some.any() else set()
    picked |= {layers.index(chosen)} if chosen in layers else set()
    looks_of = dict(zip(sorted(picked), (_look(index) for index in range(3)), strict=False))
    order = [index for index in range(len(layers)) if index not in picked] + sorted(picked)  # on top
    return [Track(layers[index], looks_of.get(index, GREY), values[:, index], named=index in picked) for index in order]


def _look(index: int) -> Style:
    return Style(theme.LIGHT[index % 10], theme.DASHES[index % 3], theme.MARKERS[index % len(theme.MARKERS)])


def lines(tracks: Sequence[Track], *, ended: bool, axis: str = "y") -> list[dict[str, Any]]:
    """Return the traces of the tracks, without their marks."""
    return [_line(track, ended, axis) for track in tracks]


def marks(tracks: Sequence[Track], edge: str, what: str) -> list[dict[str, Any]]:
    """Return the marks of all tracks on the axis `edge`: NaN or Inf on the upper edge, zeros on the lower one."""
    found: list[dict[str, Any]] = []
    for track in tracks:
        for upper, flags, said in ((True, ~np.isfinite(track.values), "NaN or Inf"), (False, track.values == 0, "0")):
            at = starts(flags)[:MOST_MARKS]
            steps = at if track.steps is None else track.steps[at]
            points = [(int(step), f"{track.label}: {what} {said} from step {int(step)}") for step in steps]
            found += edge_marks(points, edge, upper=upper, color=track.style.color)
    return found


def end_names(tracks: Sequence[Track], axis: Layout, px: float) -> list[Layout]:
    """Return a name at the end of each named line, kept apart; `axis` is their y axis, `px` its height."""
    shown = [track for track in tracks if track.named]
    low, high = axis["range"]
    bottom, top = axis.get("domain", (0, 1))
    unit = (high - low) / px
    ends = [_end(track) for track in shown]
    wanted = [min(max(np.log10(value), low), high) if value > 0 else low for _, value in ends]
    places = spread(wanted, [LABEL_HEIGHT * unit] * len(shown), low, high)
    return [
        {
            **({} if "domain" in axis else {"name": track.label}),  # the browser moves named ones on the whole frame
            "text": theme.short(track.label),
            "x": step,
            "xref": "x",
            "xanchor": "left",
            "xshift": 8,
            "y": round(bottom + (place - low) / (high - low) * (top - bottom), 5),
            "yref": "paper",
            "yanchor": "middle",
            "showarrow": False,
            "bgcolor": theme.faded(theme.BACKGROUND, 0.75),
            "borderpad": 0,
            "font": {"color": track.style.color, "size": theme.TYPE_SIZE, "weight": 600},
        }
        for track, (step, _), place in zip(shown, ends, places, strict=True)
    ]


def track_axis(text: str, tracks: Sequence[Track], also: Sequence[float] = (), most: int = 7) -> Layout:
    """Return a logarithmic axis that shows some tracks, and values beside them; without numbers while there is none."""
    parts = [drawable(track.values) for track in tracks]
    values = np.concatenate([*parts, np.asarray(also, np.float32)]) if parts or also else np.zeros(0)
    values = values[np.isfinite(values)]
    if not values.size:
        return {**log_axis(text, 0.1, 1.0, most=most), "showticklabels": False}
    return log_axis(text, float(values.min()), float(values.max()), most=most)


def _line(track: Track, ended: bool, axis: str) -> dict[str, Any]:
    points = (ENDED_POINTS if ended else MOST_POINTS) // (1 if track.named else UNNAMED_PART)
    shown = thin(drawable(track.values), points)
    steps = shown.steps if track.steps is None else track.steps[shown.steps]
    alone = np.isfinite(shown.values).sum() == 1
    return {
        "type": "scatter",
        "mode": "markers" if alone else "lines",
        "name": theme.short(track.label),
        "meta": track.label,
        "x": whole_steps(steps),
        "y": shown.values,
        "yaxis": axis,
        **({} if track.named else {"showlegend": False}),
        "marker": {"symbol": track.style.marker, "color": track.style.color, "size": 8},
        "line": {"color": track.style.color, "dash": track.style.dash, "width": 2 if track.named else 1},
        "hovertemplate": f"{theme.short(track.label)}  %{{y:.4g}}<extra></extra>",
    }


def _end(track: Track) -> tuple[int, float]:
    drawn = np.flatnonzero(np.isfinite(track.values) & (track.values > 0))
    if not drawn.size:
        return max(len(track.values) - 1, 0), 0.0
    at = int(drawn[-1])
    return (at if track.steps is None else int(track.steps[at])), float(track.values[at])
