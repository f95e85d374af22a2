"""A proof of the advisor over its steps: how often the threshold is exceeded on either path, and both losses.

Single steps of small batches hide a difference; both are drawn by windows of steps, all seeds together.
Shapes: T steps recorded so far, S seeds, W windows of steps.
"""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gradcore.advisor import Proof, counted_steps, percent, window_losses, window_of
from gradcore.blow_ups import clipped_steps
from gradcore.figures import theme
from gradcore.figures.axes import log_axis
from gradcore.figures.pair_lines import draw
from gradcore.figures.theme import Layout, Style, rule_styles
from gradcore.ranking import BLOWN_UP
from gradcore.records import Doubles, EntrantTrace, RaceTrace
from gradcore.specs import RaceSpec
from gradcore.tasks import TASKS
from gradcore.titles import LOSS_UNITS

LEAST_TOP = 0.01  # clip rate that the axis shows at least


def proof_rates(
    spec: RaceSpec, trace: RaceTrace, proof: Proof, first_step: int = 0, height: int = theme.HEIGHT
) -> go.Figure:
    """Draw the share of steps above the threshold on the path without clipping, and of steps that were clipped.

    Args:
        spec: of the pair.
        trace: its records.
        proof: what was read from them.
        first_step: from which both rates of the proof count.
    """
    without, clipped = trace.entrants
    with np.errstate(invalid="ignore"):
        flags = (without.gradient_norm > proof.threshold, clipped_steps(clipped))
    parts = [_share(one, entrant, window_of(trace)) for one, entrant in zip(flags, trace.entrants, strict=True)]
    high = np.nanmax([LEAST_TOP, *(proof.interval or ()), *parts[0], *parts[1]])
    yaxis = {"title": {"text": "Steps clipped"}, "tickformat": "~%", "range": [-0.02 * high, 1.1 * high]}
    title = f"{percent(proof.realised)} of the steps were clipped, {percent(proof.predicted)} were predicted"
    band = "" if proof.interval is None else "; band: its 95 % interval"
    heading = theme.title(
        title, f"Share of steps above {theme.number(proof.threshold)} on either path, {_at_once(trace)}{band}"
    )
    return _drawn(spec, trace, parts, heading, yaxis, height, _counted(proof, first_step, max(trace.steps - 1, 1)))


def proof_losses(spec: RaceSpec, trace: RaceTrace, height: int = theme.HEIGHT) -> go.Figure:
    """Draw the median training loss of both paths."""
    parts = [window_losses(entrant, window_of(trace)) for entrant in trace.entrants]
    first = max((float(part[0]) for part in parts if len(part) and np.isfinite(part[0])), default=1.0)
    shown = [np.where((part > 0) & (part <= BLOWN_UP * first), part, np.nan) for part in parts]
    known = np.concatenate(shown)
    known = known[np.isfinite(known)]
    yaxis = log_axis("Training loss", *((float(known.min()), float(known.max())) if known.size else (0.1, 1.0)))
    ends = [_end(part) for part in parts]
    task = TASKS.get(trace.task)
    unit = f" ({LOSS_UNITS[task.loss]})" if task and task.loss in LOSS_UNITS else ""
    heading = theme.title(
        f"The loss ends {ends[0]} without clipping, {ends[1]} with it",
        f"Training loss{unit}, median of all seeds, {_at_once(trace)}",
    )
    return _drawn(spec, trace, shown, heading, yaxis, height)


def _end(losses: Doubles) -> str:
    return f"near {theme.number(float(losses[-1]), 3)}" if len(losses) and np.isfinite(losses[-1]) else "at no number"


def _drawn(
    spec: RaceSpec,
    trace: RaceTrace,
    parts: list[Doubles],
    heading: Layout,
    yaxis: Layout,
    height: int,
    extra: Layout | None = None,
) -> go.Figure:
    looks = rule_styles([entrant.clip.name for entrant in spec.entrants])
    form = "%{y:.3~%}" if yaxis.get("tickformat") else "%{y:.4g}"
    lines = [
        _stairs(entrant, part, look, window_of(trace), form)
        for entrant, part, look in zip(trace.entrants, parts, looks, strict=True)
    ]
    ends = [
        (theme.short(entrant.label, 18), float(part[-1]) if len(part) else float("nan"))
        for entrant, part in zip(trace.entrants, parts, strict=True)
    ]
    return draw(trace, lines, heading, yaxis, ends, looks, height, extra)


def _stairs(entrant: EntrantTrace, values: Doubles, look: Style, window: int, form: str) -> dict[str, Any]:
    """Return values (W,) as a stair over their windows."""
    starts = np.arange(0, entrant.steps, window)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": entrant.label,
        "meta": entrant.label,
        "x": np.append(starts, entrant.steps - 1).astype(np.float32) if len(values) else [],
        "y": np.append(values, values[-1:]).astype(np.float32),
        "line": {"color": look.color, "width": 2.2, "dash": look.dash, "shape": "hv"},
        "hovertemplate": f"{theme.short(entrant.label, 32)}  {form}<extra></extra>",
    }


def _counted(proof: Proof, first_step: int, last: int) -> Layout:
    """Return the predicted interval as a band, and the step from which both rates count."""
    color = rule_styles(["none"])[0].color
    shapes, notes = [], []
    if proof.interval is not None:
        low, high = proof.interval
        band = {"type": "rect", "x0": first_step, "x1": last, "y0": low, "y1": high, "layer": "below"}
        shapes.append({**band, "fillcolor": theme.faded(color, 0.16), "line": {"width": 0}})
    if first_step:
        line = {"color": theme.LINE, "width": 1, "dash": "dash"}
        edge = {"type": "line", "x0": first_step, "x1": first_step, "y0": 0, "y1": 1, "yref": "paper"}
        shapes.append({**edge, "line": line, "layer": "below"})
        place = {"x": first_step, "xanchor": "right", "xshift": -6, "y": 1, "yref": "paper", "yanchor": "top"}
        notes.append({**place, "text": "not counted", "showarrow": False, "font": {"color": theme.MUTED}})
    return {"shapes": shapes, "annotations": notes}


def _share(flags: NDArray[np.bool_], entrant: EntrantTrace, window: int) -> Doubles:
    """Return the share of the counted steps at which a flag (T, S) is set, (W,); NaN in a window without any."""
    if not entrant.steps:
        return np.zeros(0)
    alive = counted_steps(entrant)
    starts = np.arange(0, entrant.steps, window)
    events, counted = (np.add.reduceat(one.sum(axis=1), starts) for one in (flags & alive, alive))
    return np.where(counted > 0, events / np.maximum(counted, 1), np.nan)


def _at_once(trace: RaceTrace) -> str:
    window = window_of(trace)
    return "each step" if window == 1 else f"{window} steps at a time"
