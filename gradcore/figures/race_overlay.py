"""Two races on the same axes: the first as ever, the second as paler lines whose names end in "B"."""

from collections.abc import Sequence
from dataclasses import replace

import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.claims import leader, norm_title, seeds_text
from gradcore.figures.curves import Curve, curves
from gradcore.figures.race import draw_curves
from gradcore.records import RaceTrace
from gradcore.tasks import TASKS
from gradcore.titles import LOSS_UNITS

SUFFIX = " · B"
LONGEST = 20  # letters of a name before the suffix
PALE = "pale: race B, medians"


def overlaid_losses(trace: RaceTrace, other: RaceTrace, height: int = theme.HEIGHT) -> go.Figure:
    """Draw the training losses of two races that have ended and share the unit of their loss."""
    first, pale = split_curves(trace, other, "loss")
    task = TASKS.get(trace.task)
    unit = LOSS_UNITS[task.loss] if task else "no unit"
    heading = theme.title(overlaid_title(trace, other), f"Training loss ({unit}), {seeds_text(trace, first)}; {PALE}")
    return draw_curves(trace, first, heading, "Training loss", height, ended=True, pale=pale)


def overlaid_norms(trace: RaceTrace, other: RaceTrace, height: int = theme.HEIGHT) -> go.Figure:
    """Draw the gradient norms of two races that have ended."""
    first, pale = split_curves(trace, other, "gradient_norm")
    what = f"Gradient norm before clipping (L2, all layers), {seeds_text(trace, first)}; {PALE}"
    heading = theme.title(f"{norm_title(trace, first, ended=True)} in race A", what)
    return draw_curves(trace, first, heading, "Gradient norm", height, ended=True, pale=pale)


def split_curves(trace: RaceTrace, other: RaceTrace, measure: str) -> tuple[Sequence[Curve], Sequence[Curve]]:
    """Return the curves of both races; each hue's dashes are counted over both, so that no two lines look the same."""
    named = [replace(entrant, label=suffixed(entrant.label)) for entrant in other.entrants]
    drawn = curves((*trace.entrants, *named), measure)
    mine = sum(bool(entrant.steps) for entrant in trace.entrants)
    return drawn[:mine], drawn[mine:]


def suffixed(label: str) -> str:
    """Return the name of an entrant of race B, cut before its suffix where it is too long.

    Example:
        >>> suffixed("Adam"), suffixed("Adam with a long story")
        ('Adam · B', 'Adam with a long st… · B')
    """
    return (label if len(label) <= LONGEST else label[: LONGEST - 1].rstrip() + "…") + SUFFIX


def overlaid_title(trace: RaceTrace, other: RaceTrace) -> str:
    """Return with whom the loss ends lowest in each race."""
    first, second = (_first(race) for race in (trace, other))
    if first and first == second:
        return f"Loss ends lowest with {first} in both races"
    if first and second:
        return f"Loss ends lowest with {first} in A, {second} in B"
    if first or second:
        lost, found = ("B", f"{first} in A") if first else ("A", f"{second} in B")
        return f"Loss ends lowest with {found}; {lost} has no finite loss at its end"
    return "Neither race has a finite loss at its end"


def _first(race: RaceTrace) -> str:
    found = leader(race)
    return found.labels[0] if found else ""
