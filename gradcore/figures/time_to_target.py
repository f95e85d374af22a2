"""Steps and seconds to the target: every seed a point, the median large; who does not get there stands on the edge."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import VERTICAL_GRID, edge, log_axis, points, rows, rows_height
from gradcore.figures.labels import label_width
from gradcore.figures.theme import Layout, Style, styles
from gradcore.ranking import median
from gradcore.records import Doubles, RaceTrace
from gradcore.target_times import TargetTime, target_times
from gradcore.titles import counted

LONGEST_NAME = 16  # letters: the chart is half a page wide
MANY_TIMES = 100.0  # between the least and the greatest: beyond, the axis is logarithmic


@dataclass(frozen=True)
class Way:
    """One entrant's way to the target, in steps or in seconds."""

    label: str
    style: Style
    values: Doubles  # (S,) Inf where a seed does not get there
    reached: int  # seeds that do

    @property
    def median(self) -> float:
        """Inf where more than half of the seeds do not get there."""
        return median(self.values)


def ways(trace: RaceTrace, found: Sequence[TargetTime], unit: str) -> tuple[Way, ...]:
    """Return the ways in one unit, "steps" or "seconds", the shortest median first."""
    looks = styles([entrant.optimizer for entrant in trace.entrants])
    style_of = {entrant.label: style for entrant, style in zip(trace.entrants, looks, strict=True)}
    drawn = [Way(one.label, style_of[one.label], getattr(one, unit), one.reached) for one in found]
    return tuple(sorted(drawn, key=lambda way: way.median))


def steps_to_target(trace: RaceTrace, target: float) -> go.Figure:
    """Draw the steps until the training loss of each seed is at most the target."""
    return _draw(trace, target, "steps")


def seconds_to_target(trace: RaceTrace, target: float) -> go.Figure:
    """Draw the seconds until then: steps times what a step of this entrant took here, all seeds side by side."""
    return _draw(trace, target, "seconds")


def _draw(trace: RaceTrace, target: float, unit: str) -> go.Figure:
    found = ways(trace, target_times(trace, target), unit)
    axis = _axis(found, unit, trace.steps)
    frame = (axis["range"][0], axis["range"][1])
    inside = (10 ** frame[0], edge(axis)) if axis.get("type") == "log" else (0.0, frame[1] * 0.9999)
    names = rows([way.label for way in found], most=LONGEST_NAME)
    notes = [_note(f"{way.reached} of {len(way.values)}", row) for row, way in enumerate(found)]
    header = {**_note("reached", 0), "y": -0.75}
    layout = {
        "title": theme.title(target_title(found, target, unit, trace.steps), _subtitle(trace, target, unit)),
        **names,
        "xaxis": {**axis, **VERTICAL_GRID},
        "height": rows_height(len(found)),
        "margin": {**names["margin"], "r": label_width([str(note["text"]) for note in (header, *notes)])},
        "annotations": [header, *notes] if found else [],
        "hovermode": "closest",
    }
    return theme.figure([part for row, way in enumerate(found) for part in _row(way, row, inside, unit)], layout)


def target_title(found: Sequence[Way], target: float, unit: str, steps: int) -> str:
    """Return whose median is the shortest, or that nobody's is known."""
    if not any(way.reached for way in found):
        return f"No entrant reaches a loss of {target:g} within {counted(steps, 'step')}"
    arrived = [way for way in found if np.isfinite(way.median)]
    if not arrived:
        return f"No entrant reaches a loss of {target:g} on more than half of its seeds"
    least = arrived[0].median
    best = [way.label for way in arrived if way.median == least]
    who = theme.names(best) if len(best) <= 2 else f"{len(best)} entrants"
    return f"{who} {'reaches' if len(best) == 1 else 'reach'} a loss of {target:g} first: {_said(least, unit)}"


def _said(value: float, unit: str) -> str:
    if not np.isfinite(value):
        return "not reached"
    return counted(round(value), "step") if unit == "steps" and value == round(value) else _measured(value, unit)


def _measured(value: float, unit: str) -> str:
    if unit == "steps":
        return f"{value:.1f} steps"
    return f"{theme.number(value, 3)} s" if value >= 0.1 else f"{theme.number(1000 * value, 3)} ms"


def _subtitle(trace: RaceTrace, target: float, unit: str) -> str:
    what = f"Steps until the training loss is at most {target:g}"
    if unit == "seconds":
        what = "Seconds of training until then" + (", all seeds side by side" if trace.seeds > 1 else "")
    seeds = "one seed" if trace.seeds == 1 else f"median of {trace.seeds} seeds, small points: each"
    return f"{what}; {seeds}, right edge: not reached"


def _axis(found: Sequence[Way], unit: str, steps: int) -> Layout:
    """Return an axis from zero, or a logarithmic one where the values differ a hundredfold."""
    values = np.concatenate([way.values for way in found]) if found else np.array([])
    arrived = values[np.isfinite(values) & (values > 0)]
    text = unit.capitalize()
    if arrived.size and arrived.max() > MANY_TIMES * arrived.min():
        return log_axis(text, float(arrived.min()), float(arrived.max()))
    most = float(arrived.max()) if arrived.size else (float(steps) if unit == "steps" else 1.0)
    return {"title": {"text": text}, "range": [0.0, round(1.08 * most, 9)], "nticks": 6 if unit == "steps" else 5}


def _row(way: Way, row: int, frame: tuple[float, float], unit: str) -> list[dict[str, Any]]:
    """Return the seeds and the median of one entrant."""
    low, high = frame
    inside = np.isfinite(way.values)
    text = [f"{theme.escaped(way.label)}, seed {seed}: {_said(value, unit)}" for seed, value in enumerate(way.values)]
    symbols = [way.style.marker if here else "triangle-right" for here in inside]
    shown = np.clip(np.where(inside, way.values, high), low, high)
    large = way.style.marker if np.isfinite(way.median) else "triangle-right"
    middle = f"{theme.escaped(way.label)}: median {_said(way.median, unit)}, {way.reached} of {len(inside)} reached"
    same = {"type": "scatter", "name": way.label, "meta": way.label, "cliponaxis": False}
    small = points(shown, [row] * len(shown), symbols, 7, theme.faded(way.style.color, 0.45), text)
    return [
        {**same, **small},
        {**same, **points([min(max(way.median, low), high)], [row], [large], 12, way.style.color, [middle])},
    ]


def _note(text: str, row: int) -> dict[str, Any]:
    place = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 12, "y": row, "yref": "y", "yanchor": "middle"}
    return {"text": text, **place, "showarrow": False, "font": {"color": theme.MUTED, "size": theme.TYPE_SIZE}}
