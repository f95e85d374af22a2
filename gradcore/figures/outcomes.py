"""What the entrants of a race came to: final validation loss, stability of the gradients, ranking with ties."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.curves import quantile, spread
from gradcore.figures.theme import Layout, Style, styles
from gradcore.records import Doubles, EntrantTrace, RaceTrace, Ranked

METRICS = {"accuracy": "accuracy", "r2": "R²", "mae": "mean absolute error"}
ROW_HEIGHT = 34  # px of one entrant in a chart with a row for each
BRACKET_STEP = 0.022  # of the plot's width between two brackets
LABEL_HEIGHT = 17  # px


@dataclass(frozen=True)
class Final:
    """One entrant's validation loss at the end, seed by seed."""

    label: str
    style: Style
    losses: Doubles  # (S,)
    metrics: Doubles  # (S,)
    median: float  # Inf where half of the seeds or more are not finite
    interval: tuple[float, float]  # 10 to 90 % of the seeds
    metric: float  # median of the finite ones, NaN without any


@dataclass(frozen=True)
class Stability:
    """One entrant's gradient norm over the steps, seed by seed; NaN where a norm is not finite."""

    label: str
    style: Style
    mean: Doubles  # (S,)
    deviation: Doubles  # (S,)

    @property
    def median(self) -> tuple[float, float] | None:
        """Median mean and median deviation over the seeds that stayed finite, None without any."""
        kept = np.isfinite(self.mean) & (self.mean > 0) & (self.deviation > 0)
        return (float(np.median(self.mean[kept])), float(np.median(self.deviation[kept]))) if kept.any() else None


def finals(trace: RaceTrace) -> tuple[Final, ...]:
    """Return what every finished entrant came to, the lowest median first."""
    looks = styles([entrant.optimizer for entrant in trace.entrants])
    found = [_final(entrant, style) for entrant, style in zip(trace.entrants, looks, strict=True) if entrant.outcome]
    return tuple(sorted(found, key=lambda final: final.median))


def _final(entrant: EntrantTrace, style: Style) -> Final:
    assert entrant.outcome is not None  # finals() left the others out
    losses, metrics = entrant.outcome.validation_loss, entrant.outcome.validation_metric
    ordered = np.sort(np.where(np.isfinite(losses), losses, np.inf))[None]
    low, middle, high = (float(quantile(ordered, fraction)[0]) for fraction in (0.1, 0.5, 0.9))
    kept = metrics[np.isfinite(metrics)]
    metric = float(np.median(kept)) if kept.size else float("nan")
    return Final(entrant.label, style, losses, metrics, middle, (low, high), metric)


def final_validation(trace: RaceTrace) -> go.Figure:
    """Draw every seed's final validation loss, its median and the range from 10 to 90 % of the seeds."""
    found = finals(trace)
    finite = [value for final in found for value in final.losses if np.isfinite(value) and value > 0]
    axis = theme.log_axis("Validation loss", min(finite, default=0.1), max(finite, default=1.0))
    edge = 10 ** axis["range"][1]
    traces = [part for row, final in enumerate(found) for part in _final_row(final, row, edge, trace.metric)]
    rows = theme.rows([final.label for final in found])
    metrics = [_metric_note(final, row, trace.metric) for row, final in enumerate(found)]
    header = {**_note(METRICS.get(trace.metric, trace.metric), 0), "y": -0.75}
    layout = {
        "title": theme.title(final_title(trace, found), f"Final validation loss, {_each_seed(trace)}"),
        **rows,
        "xaxis": {**axis, **theme.VERTICAL_GRID},
        "height": theme.rows_height(len(found), ROW_HEIGHT),
        "margin": {**rows["margin"], "r": theme.label_width([str(header["text"])])},
        "annotations": [header, *metrics] if found else [],
        "hovermode": "closest",
    }
    return theme.figure(traces, layout)


def final_title(trace: RaceTrace, found: Sequence[Final]) -> str:
    """Return what is seen in the final losses."""
    if len(found) < len(trace.entrants):
        return f"{len(found)} of {len(trace.entrants)} have finished"
    alive = [final for final in found if np.isfinite(final.median)]
    if not alive:
        return "No entrant has a finite validation loss"
    if len(alive) == 1:
        return f"{alive[0].label} ends at {theme.number(alive[0].median, 3)}"
    best, worst = alive[0], alive[-1]
    return (
        f"Median validation loss goes from {theme.number(best.median, 3)} ({best.label}) "
        f"to {theme.number(worst.median, 3)} ({worst.label})"
    )


def _each_seed(trace: RaceTrace) -> str:
    return "one seed" if trace.seeds == 1 else f"median of {trace.seeds} seeds, line 10 to 90 %, small points: each seed"


def _final_row(final: Final, row: int, edge: float, metric: str) -> list[dict[str, Any]]:
    """Return the seeds, the range and the median of one entrant; what is not finite stands on the right edge."""
    name = METRICS.get(metric, metric)
    shown = np.where(np.isfinite(final.losses), final.losses, edge)
    text = [f"seed {seed}: loss {theme.number(loss)}, {name} {theme.number(value)}"
            for seed, (loss, value) in enumerate(zip(final.losses, final.metrics, strict=True))]  # fmt: skip
    symbols = [final.style.marker if np.isfinite(loss) else "triangle-right" for loss in final.losses]
    low, high = (min(value, edge) for value in final.interval)
    middle = f"{final.label}: median loss {theme.number(final.median)}, {name} {theme.number(final.metric)}"
    line = {"color": final.style.color, "width": 2}
    return [
        _row_part(final, {"x": [low, high], "y": [row, row], "mode": "lines", "line": line, "hoverinfo": "skip"}),
        _row_part(final, theme.points(shown, [row] * len(shown), symbols, 7, theme.faded(final.style.color, 0.45), text)),
        _row_part(final, theme.points([min(final.median, edge)], [row], [final.style.marker], 12, final.style.color, [middle])),
    ]


def _row_part(final: Final, fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "scatter", "name": final.label, "legendgroup": final.label, "cliponaxis": False, **fields}


def _metric_note(final: Final, row: int, metric: str) -> dict[str, Any]:
    if not np.isfinite(final.median):
        return _note("diverged", row)
    return _note(f"{final.metric:.1%}" if metric == "accuracy" else theme.number(final.metric, 3), row)


def _note(text: str, row: int) -> dict[str, Any]:
    place = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 12, "y": row, "yref": "y", "yanchor": "middle"}
    return {"text": text, **place, "showarrow": False, "font": {"color": theme.MUTED, "size": theme.TYPE_SIZE}}


def stabilities(trace: RaceTrace) -> tuple[Stability, ...]:
    """Return the mean and the standard deviation over steps of every seed's gradient norm."""
    looks = styles([entrant.optimizer for entrant in trace.entrants])
    found = []
    for entrant, style in zip(trace.entrants, looks, strict=True):
        if entrant.steps:
            norms = np.where(np.isfinite(entrant.gradient_norm), entrant.gradient_norm, np.nan).astype(np.float64)
            found.append(Stability(entrant.label, style, norms.mean(axis=0), norms.std(axis=0)))
    return tuple(found)


def stability(trace: RaceTrace, height: int = 440) -> go.Figure:
    """Draw the mean gradient norm against its standard deviation over the steps: a small point a seed, a large median."""
    found = stabilities(trace)
    drawn = [(one, middle) for one in found if (middle := one.median)]
    means = np.concatenate([one.mean for one in found]) if found else np.array([])
    deviations = np.concatenate([one.deviation for one in found]) if found else np.array([])
    across, up = _positive_axis("Mean gradient norm", means), _positive_axis("Standard deviation", deviations)
    labels = [one.label for one, _ in drawn]
    legend = theme.legend_below(theme.label_width(labels))
    layout = {
        "title": theme.title(stability_title(found), f"Gradient norm over {_steps_so_far(trace)} steps, each seed and the median"),
        "height": height,
        "xaxis": {**across, **theme.VERTICAL_GRID},
        "yaxis": up,
        "margin": theme.margin(right=theme.label_width(labels)),
        "annotations": _point_labels(drawn, up["range"], height) + _left_out(found),
        "hovermode": "closest",
    }
    return theme.figure([part for one in found for part in _stability_points(one)], layout, narrow={"annotations": _left_out(found), **legend})


def stability_title(found: Sequence[Stability]) -> str:
    """Return whose gradient norm varies least and most, relative to its mean."""
    ratios = sorted((middle[1] / middle[0], one.label) for one in found if (middle := one.median))
    if not ratios:
        return "Waiting for the first steps" if not found else "No finite gradient norm"
    if len(ratios) == 1:
        return f"The gradient norm of {ratios[0][1]} varies by {ratios[0][0]:.0%} of its mean"
    (least, steady), (most, wild) = ratios[0], ratios[-1]
    return f"Gradient norms vary by {least:.0%} ({steady}) to {most:.0%} ({wild}) of their mean"


def _steps_so_far(trace: RaceTrace) -> int:
    return max((entrant.steps for entrant in trace.entrants), default=0)


def _positive_axis(text: str, values: Doubles) -> Layout:
    kept = values[np.isfinite(values) & (values > 0)]
    return theme.log_axis(text, *((float(kept.min()), float(kept.max())) if kept.size else (0.1, 1.0)))


def _stability_points(one: Stability) -> list[dict[str, Any]]:
    middle = one.median
    text = [f"{one.label}, seed {seed}: mean {theme.number(mean)}, standard deviation {theme.number(deviation)}"
            for seed, (mean, deviation) in enumerate(zip(one.mean, one.deviation, strict=True))]  # fmt: skip
    same = {"type": "scatter", "name": one.label, "legendgroup": one.label}
    small = theme.points(one.mean, one.deviation, one.style.marker, 6, theme.faded(one.style.color, 0.4), text)
    if middle is None:
        return []
    said = f"{one.label}, median: mean {theme.number(middle[0])}, standard deviation {theme.number(middle[1])}"
    large = theme.points([middle[0]], [middle[1]], one.style.marker, 13, one.style.color, [said])
    return [{**same, **small, "showlegend": False}, {**same, **large}]


def _point_labels(
    drawn: Sequence[tuple[Stability, tuple[float, float]]], axis: Sequence[float], height: int
) -> list[dict[str, Any]]:
    """Return the names beside the large points, kept apart vertically in log space."""
    plot_height = height - theme.margin()["t"] - theme.margin()["b"]
    size = LABEL_HEIGHT * (axis[1] - axis[0]) / plot_height
    places = spread([float(np.log10(middle[1])) for _, middle in drawn], [size] * len(drawn), axis[0], axis[1])
    return [
        {
            "name": one.label,
            "text": one.label,
            "x": float(np.log10(middle[0])),
            "y": place,
            "xanchor": "left",
            "yanchor": "middle",
            "xshift": 12,
            "showarrow": False,
            "captureevents": True,
            "font": {"color": one.style.color, "weight": 600},
        }
        for (one, middle), place in zip(drawn, places, strict=True)
    ]


def _left_out(found: Sequence[Stability]) -> list[dict[str, Any]]:
    lost = [one.label for one in found if one.median is None]
    if not lost:
        return []
    place = {"x": 1, "xref": "paper", "xanchor": "right", "y": 0, "yref": "paper", "yanchor": "bottom", "yshift": 4}
    text = f"not drawn, gradient norm not finite: {theme.names(lost)}"
    return [{"text": text, **place, "showarrow": False, "font": {"color": theme.MUTED}}]


def ranking(trace: RaceTrace, ranked: Sequence[Ranked]) -> go.Figure:
    """Draw each entrant's loss as a multiple of the best one's, with its interval, and a bracket around each tie."""
    styles_of = dict(zip((e.label for e in trace.entrants), styles([e.optimizer for e in trace.entrants]), strict=True))
    best = min((place.median for place in ranked), default=1.0)
    ratios = [ratio(place, best) for place in ranked]
    values = [value for place, middle in zip(ranked, ratios, strict=True) for value in (middle, *(place.interval or ()))]
    finite = [value for value in values if np.isfinite(value) and value > 0]
    axis = theme.log_axis("Loss ÷ best loss", min(finite, default=1.0), max(finite, default=10.0))
    traces = [part for row, (place, middle) in enumerate(zip(ranked, ratios, strict=True))
              for part in _rank_row(place, middle, row, axis["range"], styles_of[place.label])]  # fmt: skip
    rows = theme.rows([f"{place.label}  <b>{place.rank}</b>" for place in ranked])
    brackets = ties(ranked)
    layout = {
        "title": theme.title(ranking_title(ranked), "Final validation loss against the best, 95 % interval; brackets: ties"),
        **rows,
        "xaxis": {**axis, **theme.VERTICAL_GRID},
        "height": theme.rows_height(len(ranked), ROW_HEIGHT),
        "margin": {**rows["margin"], "r": 44 + 14 * _depth(brackets)},
        "shapes": [_one_line(), *_brackets(brackets)],
        "hovermode": "closest",
    }
    return theme.figure(traces, layout)


def ratio(place: Ranked, best: float) -> float:
    """Return the centre of the interval, or the ratio of the medians where there is none."""
    if place.interval is not None and all(np.isfinite(place.interval)) and min(place.interval) > 0:
        return float(np.sqrt(place.interval[0] * place.interval[1]))
    return place.median / best if best > 0 else float("nan")


def ranking_title(ranked: Sequence[Ranked]) -> str:
    """Return who is first and what nothing separates from it; never more than the ties allow."""
    if not ranked:
        return "The ranking comes when the first entrant has finished"
    first, level = ranked[0], [place.label for place in ranked if place.label in ranked[0].tied_with]
    if not np.isfinite(first.median):
        return "Every entrant diverged"
    if all(place.interval is None for place in ranked):
        return f"One seed ranks nothing; {first.label} has the lowest loss in it"
    if not level:
        return f"{first.label} is first: every other loss is significantly higher"
    if len(level) <= 2:
        return f"{first.label} leads; nothing separates it from {theme.names(level)}"
    return f"{first.label} leads; nothing separates it from {len(level)} others"


def ties(ranked: Sequence[Ranked]) -> list[tuple[int, int]]:
    """Return the longest runs of rows (first, last) in which every two are tied.

    Example:
        >>> row = lambda label, *tied: Ranked(label, 1, 0.1, None, tied)
        >>> ties([row("a", "b"), row("b", "a", "c"), row("c", "b")])
        [(0, 1), (1, 2)]
    """
    runs: list[tuple[int, int]] = []
    for first in range(len(ranked)):
        last = first
        while last + 1 < len(ranked) and all(
            ranked[last + 1].label in ranked[row].tied_with for row in range(first, last + 1)
        ):
            last += 1
        if last > first and not any(start <= first and last <= stop for start, stop in runs):
            runs.append((first, last))
    return runs


def _rank_row(place: Ranked, middle: float, row: int, axis: Sequence[float], style: Style) -> list[dict[str, Any]]:
    low, high = 10 ** axis[0], 10 ** axis[1]
    same = {"type": "scatter", "name": place.label, "cliponaxis": False}
    lost = not np.isfinite(middle)
    tied = f", tied with {theme.names(place.tied_with)}" if place.tied_with else ""
    text = f"{place.label}: rank {place.rank}{tied}<br>median loss {theme.number(place.median)}"
    if place.interval:
        ends = f"{theme.number(place.interval[0], 3)} to {theme.number(place.interval[1], 3)}"
        text += f"<br>{theme.number(middle, 3)} times the best ({ends})"
    dot = theme.points([high if lost else middle], [row], "triangle-right" if lost else style.marker, 12, style.color, [text])
    if place.interval is None:
        return [{**same, **dot}]
    ends_shown = [min(max(value, low), high) for value in place.interval]
    line = {"x": ends_shown, "y": [row, row], "mode": "lines", "line": {"color": style.color, "width": 2}}
    return [{**same, **line, "hoverinfo": "skip"}, {**same, **dot}]


def _one_line() -> dict[str, Any]:
    line = {"color": theme.LINE, "width": 1}
    return {"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper", "line": line, "layer": "below"}


def _depth(brackets: Sequence[tuple[int, int]]) -> int:
    return len(brackets)


def _brackets(found: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """Return each tie as a bracket at the right of the frame, overlapping ones side by side."""
    shapes = []
    for column, (first, last) in enumerate(found):
        across, foot = 12 + 14 * column, 5
        path = f"M {across - foot} {first - 0.28} L {across} {first - 0.28} L {across} {last + 0.28} L {across - foot} {last + 0.28}"
        shapes.append({"type": "path", "path": path, "xref": "paper", "xsizemode": "pixel", "xanchor": 1, "yref": "y",
                       "line": {"color": theme.MUTED, "width": 1.5}})  # fmt: skip
    return shapes
