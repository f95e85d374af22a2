"""Final validation loss: every seed a point, the median and the range of each entrant, its metric beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import (
    VERTICAL_GRID,
    edge,
    largest_start,
    log_axis,
    points,
    rows,
    rows_height,
    start_edge,
    worth_showing,
)
from gradcore.figures.claims import everyone_fell
from gradcore.figures.curves import quantile
from gradcore.figures.labels import label_width
from gradcore.figures.theme import Style, entrant_styles
from gradcore.ranking import divergences, median_metric, nobody_left, stops
from gradcore.records import Doubles, EntrantTrace, RaceTrace
from gradcore.stop_reading import count_stopped

METRICS = {"accuracy": "accuracy", "r2": "R²", "mae": "MAE", "distance": "distance"}
LONGEST_NAME = 16  # letters: the chart is half a page wide


@dataclass(frozen=True)
class Final:
    """One entrant's validation loss at the end, seed by seed."""

    label: str
    style: Style
    losses: Doubles  # (S,)
    metrics: Doubles  # (S,)
    median: float  # Inf where half of the seeds or more are not finite
    interval: tuple[float, float]  # 10 to 90 % of the seeds
    metric: float  # median, a seed that is not finite counted as infinitely bad
    diverged: int  # seeds
    stops: tuple[int | None, ...]  # (S,) the step at whose warning a seed was stopped

    @property
    def fate(self) -> str:
        """How many seeds did not come to their end, "" where all did."""
        stopped = sum(step is not None for step in self.stops)
        parts = [f"{count} {what}" for count, what in ((self.diverged, "diverged"), (stopped, "stopped")) if count]
        return ", ".join(parts)


def finals(trace: RaceTrace, *, as_given: bool = False) -> tuple[Final, ...]:
    """Return what every finished entrant came to, the lowest median first, or in the race's own order."""
    entrants = trace.entrants
    looks = entrant_styles([entrant.label for entrant in entrants], [entrant.optimizer for entrant in entrants])
    raced = zip(trace.entrants, looks, strict=True)
    found = [_final(entrant, style, trace.metric) for entrant, style in raced if entrant.outcome]
    return tuple(found if as_given else sorted(found, key=lambda final: final.median))


def _final(entrant: EntrantTrace, style: Style, metric: str) -> Final:
    assert entrant.outcome is not None  # finals() left the others out
    gone = sum(step is not None for step in divergences(entrant))
    losses, metrics = entrant.outcome.validation_loss, entrant.outcome.validation_metric
    ordered = np.sort(np.where(np.isfinite(losses), losses, np.inf))[None]
    low, middle, high = (float(quantile(ordered, fraction)[0]) for fraction in (0.1, 0.5, 0.9))
    return Final(
        entrant.label, style, losses, metrics, middle, (low, high), median_metric(metric, metrics), gone,
        tuple(stops(entrant)),
    )  # fmt: skip


def final_validation(trace: RaceTrace, *, as_given: bool = False) -> go.Figure:
    """Draw every seed's final validation loss, its median and the range from 10 to 90 % of the seeds.

    `as_given` is whether the entrants keep their own order, as a before and an after do.
    """
    found = finals(trace, as_given=as_given)
    shown = worth_showing([value for final in found for value in final.losses], largest_start(trace))
    axis = log_axis("Validation loss", *shown, most=4)  # names and metrics leave it a quarter of the page
    frame = (start_edge(axis), edge(axis))
    traces = [part for row, final in enumerate(found) for part in _final_row(final, row, frame, trace.metric)]
    zero = "; left edge: 0" if any((final.losses <= 0).any() for final in found) else ""
    names = rows([final.label for final in found], most=LONGEST_NAME)
    metrics = [_metric_note(final, row, trace.metric) for row, final in enumerate(found)]
    header = {**_note(METRICS.get(trace.metric, trace.metric), 0), "y": -0.75}
    layout = {
        "title": theme.title(final_title(trace, found), f"Final validation loss, {_each_seed(trace)}{zero}"),
        **names,
        "xaxis": {**axis, **VERTICAL_GRID},
        "height": max(rows_height(len(found)), theme.HEIGHT),  # as high as the stability beside it
        "margin": {**names["margin"], "r": label_width([str(note["text"]) for note in (header, *metrics)])},
        "annotations": [header, *metrics] if found else [],
        "hovermode": "closest",
    }
    return theme.figure(traces, layout)


def final_title(trace: RaceTrace, found: Sequence[Final]) -> str:
    """Return what is seen in the final losses."""
    if len(found) < len(trace.entrants):
        return f"{len(found)} of {len(trace.entrants)} have finished"
    alive = [final for final in found if np.isfinite(final.median)]
    if not alive and any(map(count_stopped, trace.entrants)):
        return "No entrant finished on most of its seeds"
    if not alive:
        return "No entrant has a finite validation loss"
    if nobody_left(trace):
        return everyone_fell(sum(f.diverged for f in found), sum(map(count_stopped, trace.entrants)))
    if len(alive) == 1:
        return f"{alive[0].label} ends at {theme.number(alive[0].median, 3)}"
    best, worst = alive[0], alive[-1]
    return (
        f"Median validation loss goes from {theme.number(best.median, 3)} ({best.label}) "
        f"to {theme.number(worst.median, 3)} ({worst.label})"
    )


def _each_seed(trace: RaceTrace) -> str:
    return (
        "one seed" if trace.seeds == 1 else f"median of {trace.seeds} seeds, line 10 to 90 %, small points: each seed"
    )


def _final_row(final: Final, row: int, frame: tuple[float, float], metric: str) -> list[dict[str, Any]]:
    """Return the seeds, the range and the median of one entrant; a loss that is not finite stands on the right edge of
    the frame, one of 0 on the left."""
    name = METRICS.get(metric, metric)
    shown = [_inside(loss, frame) for loss in final.losses]
    seeds = enumerate(zip(final.losses, final.metrics, final.stops, strict=True))
    text = [f"{theme.escaped(final.label)}, seed {seed}: {_came_to(loss, value, stop, name)}"
            for seed, (loss, value, stop) in seeds]  # fmt: skip
    symbols = [_symbol(final, loss, frame) for loss in final.losses]
    low, high = (_inside(value, frame) for value in final.interval)
    large = _symbol(final, final.median, frame)
    middle = (
        f"{theme.escaped(final.label)}: median loss {theme.number(final.median)}, {name} {theme.number(final.metric)}"
    )
    line = {"color": final.style.color, "width": 2}
    return [
        _row_part(final, {"x": [low, high], "y": [row, row], "mode": "lines", "line": line, "hoverinfo": "skip"}),
        _row_part(final, points(shown, [row] * len(shown), symbols, 7, theme.faded(final.style.color, 0.45), text)),
        _row_part(final, points([_inside(final.median, frame)], [row], [large], 12, final.style.color, [middle])),
    ]


def _came_to(loss: float, value: float, stop: int | None, metric: str) -> str:
    if stop is not None:
        return f"stopped at a warning at step {stop}, not judged"
    return f"loss {theme.number(loss)}, {metric} {theme.number(value)}"


def _inside(loss: float, frame: tuple[float, float]) -> float:
    return max(float(loss), frame[0]) if loss <= frame[1] else frame[1]


def _symbol(final: Final, loss: float, frame: tuple[float, float]) -> str:
    return "triangle-left" if loss <= 0 else final.style.marker if loss <= frame[1] else "triangle-right"


def _row_part(final: Final, fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "scatter", "name": final.label, "meta": final.label, "cliponaxis": False, **fields}


def _metric_note(final: Final, row: int, metric: str) -> dict[str, Any]:
    if not np.isfinite(final.median):
        return _note(final.fate if any(step is not None for step in final.stops) else "diverged", row)
    text = f"{100 * final.metric:.1f} %" if metric == "accuracy" else theme.number(final.metric, 3)
    return _note(f"{text}, {final.fate}" if final.fate else text, row)


def _note(text: str, row: int) -> dict[str, Any]:
    place = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 12, "y": row, "yref": "y", "yanchor": "middle"}
    return {"text": text, **place, "showarrow": False, "font": {"color": theme.MUTED, "size": theme.TYPE_SIZE}}
