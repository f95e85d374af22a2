"""A pair of trainings, without and with clipping, over its steps: who blows up, losses, norms, how often it is clipped.

Every seed is drawn; what leaves the frame is marked on its upper edge. The numbers come from `gradcore.blow_ups`.
Shapes: T steps recorded so far, S seeds, W windows of steps.
"""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.blow_ups import clip_rate, clipped_steps, read_pair
from gradcore.figures import theme
from gradcore.figures.axes import log_axis
from gradcore.figures.pair_lines import End, draw, leavings, level, median_line, seed_lines, share_lines, top
from gradcore.figures.theme import Layout, Style, rule_styles
from gradcore.ranking import median
from gradcore.records import Doubles, EntrantTrace, Floats, RaceTrace
from gradcore.specs import RaceSpec
from gradcore.tasks import TASKS, known_task

WINDOWS = 30  # into which the steps fall for the clip rate
LOSS_ROOM, NORM_ROOM = (
    3.0,
    30.0,
)  # times the first losses, times the clipped run's norms: above, a line leaves the frame
NEAR = (0.8, 1.25)  # of the loss of a constant answer: about as good
TAIL = 0.1  # the part of the steps by which a loss is judged
SHARES: Layout = {"tickformat": ".0%", "range": [-0.02, 1.02], "tickvals": [0, 0.25, 0.5, 0.75, 1]}


def blow_up_share(spec: RaceSpec, trace: RaceTrace, height: int = theme.HEIGHT) -> go.Figure:
    """Draw the share of runs that have blown up by each step, with Wilson's 95 % interval as a band."""
    pair, looks = read_pair(trace), _looks(spec)
    sides = (pair.without, pair.clipped)
    lines = [
        line
        for side, look, entrant in zip(sides, looks, trace.entrants, strict=True)
        for line in share_lines(side, look, entrant.steps)
    ]
    ends = [(f"{_name(side.label)}<br>{side.blow_ups} of {side.seeds}", side.blow_ups / side.seeds) for side in sides]
    heading = theme.title(share_title(trace), "Share of runs blown up by each step; band: 95 % interval (Wilson)")
    return draw(trace, lines, heading, {"title": {"text": "Runs blown up"}, **SHARES}, ends, looks, height)


def seed_losses(spec: RaceSpec, trace: RaceTrace, height: int = theme.HEIGHT) -> go.Figure:
    """Draw the training loss of every seed, and the loss of a constant answer."""
    looks, task = _looks(spec), known_task(spec.task)
    chance = task.chance_loss if task else 1.0
    first = _positive(*(entrant.loss[:1] for entrant in trace.entrants))
    low = np.min(_positive(trace.entrants[1].loss), initial=0.7 * chance)
    yaxis = log_axis("Training loss", float(low), LOSS_ROOM * float(np.max(first, initial=chance)))
    lines = _both(trace, looks, "loss", top(yaxis))
    ends: list[End] = [(_name(entrant.label), _last(entrant.loss)) for entrant in trace.entrants]
    heading = theme.title(loss_title(trace), f"Training loss (mean squared error), {_each_seed(trace)}")
    extra = level(chance, "a constant answer", yaxis) if task and task.has_network else None
    return draw(trace, lines, heading, yaxis, ends, looks, height, extra)


def seed_norms(spec: RaceSpec, trace: RaceTrace, height: int = theme.HEIGHT) -> go.Figure:
    """Draw every seed's gradient norm: without clipping, and before and after clipping, with the threshold."""
    looks, (without, clipped) = _looks(spec), trace.entrants
    before = clipped.gradient_norm
    after = np.where(np.isfinite(before), clipped.clipped_norm, np.float32(np.nan))
    kept = _positive(before, after)
    low, high = (float(kept.min()), NORM_ROOM * float(kept.max())) if kept.size else (0.1, 10.0)
    yaxis = log_axis("Gradient norm", low, high)
    lines = [
        seed_lines(without.gradient_norm, without.label, looks[0]),
        median_line(without.gradient_norm, without.label, looks[0]),
        seed_lines(before, f"{clipped.label}: before", looks[1], opacity=0.22),
        seed_lines(after, f"{clipped.label}: after", looks[1], opacity=0.45),
        median_line(before, f"{clipped.label}: before", Style(looks[1].color, "dot", looks[1].marker)),
        median_line(after, f"{clipped.label}: after", looks[1]),
        *leavings(without.gradient_norm, without.label, looks[0], top(yaxis), "gradient norm"),
    ]
    ends: list[End] = [(_name(without.label), _last(without.gradient_norm)), (_name(clipped.label), _last(after))]
    heading = theme.title(
        norm_title(trace), f"Global gradient norm (L2), {_each_seed(trace)}; thick: medians, dotted before clipping"
    )
    threshold = spec.entrants[1].clip.get("max_norm")
    extra = level(float(threshold), "threshold", yaxis) if isinstance(threshold, int | float) else None
    return draw(trace, lines, heading, yaxis, ends, looks, height, extra)


def clip_rates(spec: RaceSpec, trace: RaceTrace, height: int = theme.HEIGHT) -> go.Figure:
    """Draw how many of the steps were clipped, over the steps."""
    clipped, look = trace.entrants[1], _looks(spec)[1]
    window = max(1, trace.steps // WINDOWS)
    steps, rates = windowed(clipped, window)
    same = {"type": "scatter", "mode": "lines", "name": clipped.label, "meta": clipped.label}
    line = {"color": look.color, "width": 2.2, "shape": "hv"}
    fill = {"fill": "tozeroy", "fillcolor": theme.faded(look.color, 0.13)}
    text = f"{theme.short(clipped.label)}  %{{y:.0%}} of the steps<extra></extra>"
    lines = [{**same, **fill, "x": steps, "y": rates, "line": line, "hovertemplate": text}]
    over = "each step" if window == 1 else f"{window} steps at a time"
    heading = theme.title(rate_title(trace), f"Share of finite steps that clipping changed, all seeds, {over}")
    ends: list[End] = [(_name(clipped.label), float(rates[-1]) if len(rates) else 0.0)]
    return draw(trace, lines, heading, {"title": {"text": "Steps clipped"}, **SHARES}, ends, [look], height)


def windowed(entrant: EntrantTrace, window: int) -> tuple[Floats, Doubles]:
    """Return the first step of each window, and the last step; the clip rate from there on, (W + 1,) both."""
    if not entrant.steps:
        return np.empty(0, np.float32), np.empty(0)
    starts = np.arange(0, entrant.steps, window)
    acted, finite = clipped_steps(entrant), np.isfinite(entrant.gradient_norm)  # (T, S)
    events, counted = (np.add.reduceat(flags.sum(axis=1), starts) for flags in (acted, finite))
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = events / counted
    return np.append(starts, entrant.steps - 1).astype(np.float32), np.append(rates, rates[-1])


def share_title(trace: RaceTrace) -> str:
    """Return who has blown up."""
    if not all(entrant.steps for entrant in trace.entrants):
        return "Waiting for the first steps of both"
    pair = read_pair(trace)
    so_far = " so far" if any(entrant.steps < trace.steps for entrant in trace.entrants) else ""
    if not pair.without.blow_ups and not pair.clipped.blow_ups:
        return f"No run has blown up{so_far}"
    without, clipped = (f"{side.blow_ups} of {side.seeds}" for side in (pair.without, pair.clipped))
    return f"{without} runs blow up without clipping, {clipped} with it{so_far}"


def loss_title(trace: RaceTrace) -> str:
    """Return how the losses of both sides stand, against a constant answer."""
    if not all(entrant.steps for entrant in trace.entrants):
        return "Waiting for the first steps of both"
    without, clipped = (_tail(entrant.loss) for entrant in trace.entrants)
    if not np.isfinite(clipped):
        return "The losses of most seeds explode, clipped or not"
    exploded = "" if np.isfinite(without) else "; without clipping most have exploded"
    task = TASKS.get(trace.task)
    if task is None or not task.has_network:  # no answer to compare with
        return f"Clipped runs stand at {theme.number(clipped, 3)}{exploded}"
    chance = task.chance_loss
    place = "near" if NEAR[0] * chance <= clipped <= NEAR[1] * chance else "above" if clipped > chance else "below"
    return f"Clipped runs stand {place} the loss of a constant answer{exploded}"


def norm_title(trace: RaceTrace) -> str:
    """Return how large the norms become, and what clipping leaves of them."""
    without, clipped = trace.entrants
    measured = [_positive(values) for values in (without.gradient_norm, clipped.gradient_norm, clipped.clipped_norm)]
    if not all(values.size for values in measured):
        return "Waiting for the first steps"
    loose, before, after = (theme.number(float(values.max()), 2) for values in measured)
    return f"The norm reaches {loose} without clipping; with it {before}, cut to {after}"


def rate_title(trace: RaceTrace) -> str:
    """Return how often clipping acts."""
    rate = clip_rate(trace.entrants[1])
    return "Waiting for the first steps" if np.isnan(rate) else f"Clipping changes {100 * rate:.3g} % of the steps"


def _both(trace: RaceTrace, looks: tuple[Style, ...], measure: str, highest: float) -> list[dict[str, Any]]:
    """Return every seed and the median of both sides, and marks where a seed leaves the frame."""
    found = []
    for entrant, look in zip(trace.entrants, looks, strict=True):
        values: Floats = getattr(entrant, measure)
        found += [seed_lines(values, entrant.label, look), median_line(values, entrant.label, look)]
        found += leavings(values, entrant.label, look, highest, measure)
    return found


def _looks(spec: RaceSpec) -> tuple[Style, ...]:
    return rule_styles([entrant.clip.name for entrant in spec.entrants])


def _name(label: str) -> str:
    return theme.short(label, 18)


def _each_seed(trace: RaceTrace) -> str:
    return "one seed" if trace.seeds == 1 else f"each of {trace.seeds} seeds"


def _positive(*arrays: Floats) -> Floats:
    found = np.concatenate([np.ravel(array) for array in arrays])
    kept: Floats = found[np.isfinite(found) & (found > 0)]
    return kept


def _last(values: Floats) -> float:
    """Return the median at the last step, Inf where half of the seeds have none."""
    return median(values[-1]) if len(values) else float("nan")


def _tail(loss: Floats) -> float:
    """Return the median over the seeds of each one's median over the last steps."""
    last = loss[-max(1, int(len(loss) * TAIL)) :]
    return median(np.median(np.where(np.isfinite(last), last, np.inf), axis=0))
