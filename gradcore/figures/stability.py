"""Stability of the gradients: mean norm against its standard deviation over the steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gradcore.figures import theme
from gradcore.figures.axes import VERTICAL_GRID, log_axis, points
from gradcore.figures.labels import beside, label_width
from gradcore.figures.theme import Layout, Style, styles
from gradcore.records import Doubles, RaceTrace
from gradcore.stop_reading import count_stopped
from gradcore.titles import counted

ROUNDING = 1e-6  # of the deviation: a smaller rest is rounding
PLOT_WIDTH = 460  # px for which the names are placed; in a wider plot they are farther apart
_ANCHORS = {
    "right": {"xanchor": "left", "yanchor": "middle", "xshift": 11},
    "left": {"xanchor": "right", "yanchor": "middle", "xshift": -11},
    "above": {"xanchor": "center", "yanchor": "bottom", "yshift": 8},
    "below": {"xanchor": "center", "yanchor": "top", "yshift": -8},
}


@dataclass(frozen=True)
class Stability:
    """One entrant's gradient norm over the steps, seed by seed; NaN where a norm is not finite."""

    label: str
    style: Style
    mean: Doubles  # (S,)
    deviation: Doubles  # (S,)
    trend: Doubles  # (S,) share of the variance that is a straight line over the steps

    @property
    def median(self) -> tuple[float, float] | None:
        """Median mean and median deviation over the seeds that stayed finite, None without any."""
        kept = self._kept
        return (float(np.median(self.mean[kept])), float(np.median(self.deviation[kept]))) if kept.any() else None

    @property
    def residual(self) -> float | None:
        """Median over those seeds of the deviation from the straight trend, None where nothing is left of it."""
        left = self.deviation * np.sqrt(np.maximum(1 - self.trend, 0.0))
        middle = float(np.median(left[self._kept])) if self._kept.any() else 0.0
        return middle if self.median and middle > ROUNDING * self.median[1] else None

    @property
    def _kept(self) -> NDArray[np.bool_]:
        return np.isfinite(self.mean) & (self.mean > 0) & (self.deviation > 0)


def stabilities(trace: RaceTrace) -> tuple[Stability, ...]:
    """Return the mean and the standard deviation over steps of every seed's gradient norm."""
    looks = styles([entrant.optimizer for entrant in trace.entrants])
    found = []
    for entrant, style in zip(trace.entrants, looks, strict=True):
        if entrant.steps:
            norms = np.where(np.isfinite(entrant.gradient_norm), entrant.gradient_norm, np.nan).astype(np.float64)
            mean, deviation = norms.mean(axis=0), norms.std(axis=0)
            found.append(Stability(entrant.label, style, mean, deviation, trend_share(norms)))
    return tuple(found)


def trend_share(norms: Doubles) -> Doubles:
    """Return which share of each seed's variance over the steps a straight line explains, NaN where it does not vary.

    Args:
        norms: gradient norms (T, S).

    Example:
        >>> trend_share(np.array([[3.0, 1.0, 2.0], [2.0, 2.0, 2.0], [1.0, 1.0, 2.0]])).tolist()
        [1.0, 0.0, nan]
    """
    steps = np.arange(len(norms)) - (len(norms) - 1) / 2
    centred = norms - norms.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Doubles = (steps @ centred) ** 2 / ((steps @ steps) * (centred**2).sum(axis=0))
    return share


def stability(trace: RaceTrace, height: int = theme.HEIGHT) -> go.Figure:
    """Draw the mean gradient norm against its standard deviation over the steps: small points and a large median."""
    found = stabilities(trace)
    drawn = [(one, middle) for one in found if (middle := one.median)]
    means = np.concatenate([one.mean for one in found]) if found else np.array([])
    deviations = np.concatenate([one.deviation for one in found]) if found else np.array([])
    rests = np.array([one.residual for one in found if one.residual is not None])
    across = _positive_axis("Mean gradient norm", means)
    up = _positive_axis("Standard deviation", np.concatenate([deviations, rests]))
    labels = [one.label for one, _ in drawn]
    legend = theme.legend_below(label_width(labels))
    layout = {
        "title": theme.title(
            stability_title(found),
            f"Gradient norm over {counted(_steps_so_far(trace), 'step')}, each seed and the median"
            + "".join(f"; {note}" for note in (_hollow(found), _left_out(found, trace)) if note),
        ),
        "height": height,
        "xaxis": {**across, **VERTICAL_GRID},
        "yaxis": up,
        "margin": theme.margin(right=label_width(labels)),
        "annotations": _point_labels(drawn, across, up, height),
        "hovermode": "closest",
    }
    return theme.figure(
        [part for one in found for part in _stability_points(one)],
        layout,
        narrow={"annotations": [], **legend},
    )


def stability_title(found: Sequence[Stability]) -> str:
    """Return whose gradient norm varies least and most, relative to its mean."""
    ratios = sorted((middle[1] / middle[0], one.label) for one in found if (middle := one.median))
    if not ratios:
        return "No gradient norm that is finite and varies" if found else "Waiting for the first steps"
    if len(ratios) == 1:
        return f"The gradient norm of {ratios[0][1]} varies by {100 * ratios[0][0]:.0f} % of its mean"
    (least, steady), (most, wild) = ratios[0], ratios[-1]
    if f"{least:.2f}" == f"{most:.2f}":
        return f"Gradient norms vary by {100 * least:.0f} % of their mean, all of them"
    return f"Gradient norms vary by {100 * least:.0f} % ({steady}) to {100 * most:.0f} % ({wild}) of their mean"


def _steps_so_far(trace: RaceTrace) -> int:
    return max((entrant.steps for entrant in trace.entrants), default=0)


def _positive_axis(text: str, values: Doubles) -> Layout:
    kept = values[np.isfinite(values) & (values > 0)]
    return log_axis(text, *((float(kept.min()), float(kept.max())) if kept.size else (0.1, 1.0)))


def _stability_points(one: Stability) -> list[dict[str, Any]]:
    middle = one.median
    if middle is None:
        return []
    same = {"type": "scatter", "name": theme.short(one.label), "meta": one.label}
    text = [_said(one, f"seed {seed}", *pair) for seed, pair in enumerate(zip(one.mean, one.deviation, strict=True))]
    small = points(one.mean, one.deviation, one.style.marker, 6, theme.faded(one.style.color, 0.4), text)
    said = ["<br>".join(filter(None, (_said(one, "median", *middle), _trend([one]))))]
    large = points([middle[0]], [middle[1]], one.style.marker, 13, one.style.color, said)
    parts = [{**same, **small, "showlegend": False}, {**same, **large}]
    return [*({**same, **part, "showlegend": False} for part in _rest(one, middle)), *parts]


def _rest(one: Stability, middle: tuple[float, float]) -> list[dict[str, Any]]:
    """Return what is left of the median without its trend, hollow, and the line down to it."""
    if one.residual is None:
        return []
    mean, deviation = middle
    said = f"{theme.escaped(one.label)}, without its straight trend: standard deviation {theme.number(one.residual)}"
    line = {"color": one.style.color, "width": 1, "dash": "dot"}
    down = {"mode": "lines", "x": [mean, mean], "y": [deviation, one.residual], "line": line, "hoverinfo": "skip"}
    hollow = points([mean], [one.residual], f"{one.style.marker}-open", 9, one.style.color, [said])
    return [down, {**hollow, "marker": {**hollow["marker"], "line": {"width": 1.5}}}]


def _said(one: Stability, who: str, mean: float, deviation: float) -> str:
    """Return the hover text of one point."""
    return f"{theme.escaped(one.label)}, {who}: mean {theme.number(mean)}, standard deviation {theme.number(deviation)}"


def _point_labels(
    drawn: Sequence[tuple[Stability, tuple[float, float]]], across: Layout, up: Layout, height: int
) -> list[dict[str, Any]]:
    """Return the names beside the large points, each on a side where it covers nothing, for a plot PLOT_WIDTH wide."""
    plot_height = height - theme.margin()["t"] - theme.margin()["b"]
    spots = [(float(np.log10(mean)), float(np.log10(deviation))) for _, (mean, deviation) in drawn]
    pixels = [(_share(x, across) * PLOT_WIDTH, _share(y, up) * plot_height) for x, y in spots]
    labels = [theme.short(one.label) for one, _ in drawn]
    sides = beside(pixels, labels, PLOT_WIDTH + label_width(labels))
    same = {"showarrow": False, "captureevents": True, "hovertext": "click: hide or show"}
    return [
        {"name": one.label, "text": label, "x": x, "y": y, **_ANCHORS[side], **same,
         "font": {"color": one.style.color, "weight": 600}}
        for (one, _), label, (x, y), side in zip(drawn, labels, spots, sides, strict=True)
    ]  # fmt: skip


def _share(place: float, axis: Layout) -> float:
    low, high = axis["range"]
    return float((place - low) / (high - low))


def _trend(found: Sequence[Stability]) -> str:
    """Return how much of the spread is no instability: the notebook counts a norm that falls as unsteady."""
    shares = np.concatenate([one.trend for one in found]) if found else np.array([])
    known = shares[np.isfinite(shares)]
    return f"{100 * np.median(known):.0f} % of the variance is a straight trend" if known.size else ""


def _hollow(found: Sequence[Stability]) -> str:
    """Return what the hollow points are, "" where there is none; and the share that they leave out."""
    share = _trend(found)
    hollow = any(one.residual is not None for one in found)
    return f"hollow: without its straight trend, {share.replace(' is a straight trend', '')}" if hollow else share


def _left_out(found: Sequence[Stability], trace: RaceTrace) -> str:
    """Return who is not drawn, "" where all are, or none is: the title says that."""
    lost = [one.label for one in found if one.median is None]
    if not lost or len(lost) == len(found):
        return ""
    who = theme.names(lost) if len(lost) <= 2 else f"{len(lost)} entrants"
    stopped = any(map(count_stopped, trace.entrants))
    return f"not drawn, because not finite{' or stopped' if stopped else ''}: {who}"
