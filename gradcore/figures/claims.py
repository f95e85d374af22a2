"""What the curves of a race let one say, as their titles: nothing that the seeds do not show."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from gradcore.figures import theme
from gradcore.figures.curves import LEAST_SEEDS_FOR_A_BAND, Curve, curves
from gradcore.records import Floats, RaceTrace
from gradcore.stop_reading import fell_text

STOPPED = "stopped at a warning"
TAIL = 0.1  # the part of the steps by which the lowest loss is judged: one batch is too noisy


@dataclass(frozen=True)
class Leader:
    """Who has the lowest loss at the latest step that all have reached, and who is not behind on every seed."""

    step: int
    labels: tuple[str, ...]  # the lowest median first, then those that it does not beat on every seed


def seeds_text(trace: RaceTrace, found: Sequence[Curve]) -> str:
    """Return how the seeds of a race are drawn, for a subtitle."""
    if trace.seeds == 1:
        return "one seed"
    if trace.seeds < LEAST_SEEDS_FOR_A_BAND:
        return f"median of {trace.seeds} seeds, thin lines: each seed"
    left = " of the finite ones" if any(c.lost for c in found) else ""
    left = " of those that train on" if any(c.stops for c in found) else left
    crosses = "; crosses: seeds stopped at a warning" if any(c.stops for c in found) else ""
    return f"median of {trace.seeds} seeds, band 10 to 90 %{left}{crosses}"


def leader(trace: RaceTrace) -> Leader | None:
    """Return who has the lowest loss; None before every entrant has a step, and when all have diverged."""
    reached = min((entrant.steps for entrant in trace.entrants), default=0)
    if not reached:
        return None
    first = reached - max(1, int(reached * TAIL))
    tails = {entrant.label: _tail(entrant.loss[first:reached]) for entrant in trace.entrants}
    medians = {label: float(np.sort(tail)[(len(tail) - 1) // 2]) for label, tail in tails.items()}
    best = min(medians, key=lambda label: medians[label])
    if not np.isfinite(medians[best]):
        return None
    level = [label for label in medians if label != best and _is_level(tails[label], tails[best])]
    return Leader(reached - 1, (best, *sorted(level, key=lambda label: medians[label])))


def _tail(loss: Floats) -> Floats:
    """Return each seed's median over the last steps, Inf where it is lost."""
    median: Floats = np.median(np.where(np.isfinite(loss), loss, np.inf), axis=0)
    return median


def _is_level(tail: Floats, best: Floats) -> bool:
    """Return whether one is level with the best, or better, on a seed that it did not lose."""
    return bool(((tail <= best) & np.isfinite(tail)).any())


def loss_title(
    trace: RaceTrace, drawn: Sequence[Curve] | None = None, *, ended: bool = False, name: str = "Loss"
) -> str:
    """Return what is seen in the losses: with whom it is lowest, whether on every seed, and who diverged.

    `drawn` are the curves of the losses, where the caller has them; `ended` is whether no step will follow; `name` is
    what the loss is called.
    """
    found = curves(trace.entrants, "loss") if drawn is None else drawn
    if not found:
        return "Nothing was recorded" if ended else "Waiting for the first steps"
    gone = [curve.label for curve in found if curve.diverged_at is not None]
    stopped = [curve.label for curve in found if curve.stopped_at is not None]
    if len(gone) + len(stopped) == len(trace.entrants):  # a loss may be finite and a thousand times its first
        return everyone_fell(len(gone), len(stopped))
    first = leader(trace)
    if first is None:
        return "Not every entrant recorded a step" if ended else "The first steps are coming in"
    return (
        _claim(name, first, _when(trace, ended), trace.seeds) + _tail_of(gone, "diverged") + _tail_of(stopped, STOPPED)
    )


def everyone_fell(diverged: int, stopped: int) -> str:
    """Return that every entrant diverged, or was stopped at a warning, by how many did what.

    Example:
        >>> everyone_fell(2, 0), everyone_fell(1, 1)
        ('Every entrant diverged', 'Every entrant diverged or was stopped')
    """
    return f"Every entrant {fell_text(diverged, stopped)}"


def _tail_of(labels: Sequence[str], fate: str) -> str:
    """Return what became of some entrants, to stand behind a claim, "" of none."""
    if not labels:
        return ""
    return f"; {theme.names(labels) if len(labels) <= 2 else len(labels)} {fate}"


def running(trace: RaceTrace) -> bool:
    """Return whether an entrant has steps to go."""
    return any(entrant.steps < trace.steps for entrant in trace.entrants)


class When(Enum):
    """What a title speaks of: steps that may still follow, all that were asked for, or those before a stop."""

    SO_FAR = "so far"
    WHOLE = "whole"
    STOPPED = "stopped"


def _when(trace: RaceTrace, ended: bool) -> When:
    if not running(trace):
        return When.WHOLE
    return When.STOPPED if ended else When.SO_FAR


def _claim(name: str, first: Leader, when: When, seeds: int) -> str:
    best, level = first.labels[0], first.labels[1:]
    claim = {
        When.SO_FAR: f"{name} is lowest with {best} so far",
        When.WHOLE: f"{name} ends lowest with {best}",
        When.STOPPED: f"{name} was lowest with {best} when it stopped",
    }[when]
    if not level:
        return claim if seeds == 1 else f"{claim}, on every seed"
    who = theme.names(level) if len(level) <= 2 else f"{len(level)} others"
    verb = "matches or beats" if len(level) == 1 else "match or beat"
    return f"{claim}; {who} {verb} it on some seeds" if seeds > 1 else f"{claim}; {who} {verb} it"


def norm_title(trace: RaceTrace, drawn: Sequence[Curve] | None = None, *, ended: bool = False) -> str:
    """Return what is seen in the gradient norms: the largest and the smallest at the latest step.

    `drawn` are the curves of the norms, where the caller has them; `ended` is whether no step will follow.
    """
    found = curves(trace.entrants, "gradient_norm") if drawn is None else drawn
    stopped = sum(curve.stopped_at is not None for curve in found)
    ends = [(curve.end, curve.label) for curve in found if curve.diverged_at is None and curve.stopped_at is None]
    norms = sorted((end[1], label) for end, label in ends if end)
    if not found:
        return "Nothing was recorded" if ended else "Waiting for the first steps"
    if not norms:
        return "No finite gradient norm" if ends else everyone_fell(len(found) - stopped, stopped)
    verb = {When.SO_FAR: "are", When.WHOLE: "end", When.STOPPED: "were"}[_when(trace, ended)]
    if len(norms) == 1:
        return f"Gradient norms {verb} at {theme.number(norms[0][0], 2)} ({norms[0][1]})"
    (least, low), (most, high) = norms[0], norms[-1]
    if theme.number(least, 2) == theme.number(most, 2):
        return f"Gradient norms {verb} near {theme.number(least, 2)}, all of them"
    return f"Gradient norms {verb} between {theme.number(least, 2)} ({low}) and {theme.number(most, 2)} ({high})"
