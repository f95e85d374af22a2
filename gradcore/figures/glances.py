"""The miniatures behind the reception's four doors, each of one record that ships with the product.

Shapes: T steps, L layers, D layers with a kernel, S seeds.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gradcore.figures import theme
from gradcore.figures.glance_network import CURED, SICK, exponents_of
from gradcore.figures.health_picture import SHADES
from gradcore.figures.health_reading import middle
from gradcore.figures.miniature import (
    Box,
    Miniature,
    Points,
    cells,
    grown,
    line,
    miniature,
    powers,
    rule,
    spots,
    text,
    thinned,
    tip,
)
from gradcore.records import Floats, RaceTrace

SIZE = (240, 140)  # px at the usual type size
BOX: Box = (40, 10, 234, 110)
BELOW = 130  # y of what stands under it
STEPS, SCALE = 107, 130  # y of both lines under the picture of early detection
TYPE = 13  # px; these pictures are drawn at four fifths of their size
MOST = 60  # moments of a race
DASHES = {"solid": "", "dash": "6 4", "dot": "2 3"}  # of theme, as SVG has them; others are dashed
FIRST = 60  # steps of a race in which one diverges: later ones show nothing more


def prevention(signals: Mapping[str, Floats], names: Mapping[str, str]) -> Miniature:
    """Draw how much of the signal comes back to each layer (D,), from the output to the input.

    Args:
        signals: for each of two initialisers.
        names: of them, as they are written beside the curves.
    """
    low = math.floor(math.log10(min(float(one.min()) for one in signals.values())))
    curves = {name: spots(exponents_of(one), BOX, (low, 0)) for name, one in signals.items()}
    lowest = max(curves, key=lambda name: float(curves[name][0, 1]))
    parts = [powers(BOX, (low, 0), 2, size=TYPE)]
    for (name, curve), color in zip(curves.items(), (SICK, CURED), strict=True):
        at = (BOX[0] + 34, float(curve[0, 1]) - 2) if name == lowest else (BOX[0] + 6, float(curve[0, 1]) + 18)
        parts.append(grown(f"prevention_{name}", BOX, [line(curve, color)], leftward=True))
        parts += [tip(curve[::-1], color), text(at, names[name], size=14, color=color, bold=True)]
    parts += [text((BOX[0], BELOW), "← input side"), text((BOX[2], BELOW), "output", anchor="end")]
    last = len(next(iter(signals.values()))) - 1
    return miniature(SIZE, parts, f"Signal that comes back through {last} layers, for two initialisers", last)


def early_detection(norms: Floats, warned: int | None, doubled: int | None) -> Miniature:
    """Draw the gradient norm of every layer at every step (T, L), the step of a warning and that of a doubled loss."""
    exponents, last = exponents_of(norms).T, len(norms) - 1  # (L, T)
    usual = exponents[:, : doubled or None]
    box: Box = (62, 18, 234, 92)
    shown = cells(exponents, box, (float(np.nanmin(usual)), float(np.nanmax(usual))), SHADES, SICK)
    parts = [grown("early_detection", box, [shown])]
    for step, word, y in ((warned, "early warning", 12), (doubled, "loss doubled", STEPS)):
        if step is not None:
            x = box[0] + (step + 0.5) * (box[2] - box[0]) / len(norms)
            ends = (x, 4, x, box[3]) if y < box[1] else (x, box[1], x, STEPS)
            parts.append(rule(ends, theme.INK, shown_from=step))
            side, anchor = (5, "start") if x < sum(box[::2]) / 2 else (-5, "end")  # where there is room
            parts.append(text((x + side, y), word, anchor=anchor, color=theme.INK, shown_from=step))
    parts.append(text((box[0], STEPS), [f"step {step}" for step in range(len(norms))]))
    parts += [
        text((box[0] - 6, y), side, anchor="end") for y, side in ((box[1] + 11, "output"), (box[3], "input side"))
    ]
    parts += _shade_legend()
    return miniature(SIZE, parts, "Gradient norm of every layer at every step of a training that diverges", last)


def _shade_legend() -> list[str]:
    """Return what the shades of a heatmap mean."""
    ramp = cells(np.linspace(0, 1, 32, dtype=np.float32)[None], (126, SCALE - 10, 196, SCALE), (0.0, 1.0), SHADES, SICK)
    return [
        text((0, SCALE), "gradient norm"),
        text((122, SCALE), "low", anchor="end"),
        ramp,
        text((200, SCALE), "high"),
    ]


def treatment(race: RaceTrace) -> Miniature:
    """Draw the training loss of two entrants; the one that diverges leaves at the top."""
    places = np.arange(min(race.steps, FIRST))
    looks = [theme.Style(color, "solid", "") for color in (SICK, CURED)]
    return _races("treatment", race, places, looks, named=[one.label for one in race.entrants])


def long_term_care(race: RaceTrace) -> Miniature:
    """Draw the training loss of all entrants of a race; the lowest and the highest are named."""
    looks = theme.styles([entrant.optimizer for entrant in race.entrants])
    ends = {entrant.label: float(middle(entrant.loss)[-1]) for entrant in race.entrants}
    named = [min(ends, key=ends.__getitem__), max(ends, key=ends.__getitem__)]
    return _races("long_term_care", race, thinned(race.steps, MOST), looks, named)


def _races(
    name: str, race: RaceTrace, places: NDArray[np.intp], looks: Sequence[theme.Style], named: Sequence[str]
) -> Miniature:
    """Draw the training losses, medians over the seeds, at some of the steps; name some of them."""
    losses = [exponents_of(middle(entrant.loss)[places]) for entrant in race.entrants]
    low, high = _reach(losses)
    curves = [_left(spots(loss, BOX, (low, high))) for loss in losses]
    parts = [powers(BOX, (low, high), 1, size=TYPE)]
    for number, (curve, look) in enumerate(zip(curves, looks, strict=True)):
        drawn = line(curve, look.color, dash=DASHES.get(look.dash, "6 4"))
        parts += [grown(f"{name}_{number}", BOX, [drawn]), tip(curve, look.color, 3)]
    labels = [entrant.label for entrant in race.entrants]
    parts += [_name(one, curves, labels.index(one), looks) for one in named]
    parts.append(text((BOX[0], BELOW), [f"step {place}" for place in places]))
    parts.append(text((BOX[2], BELOW), "training loss", anchor="end"))
    return miniature(SIZE, parts, f"Training loss of {theme.names(labels)} over the steps", len(places) - 1)


def _reach(losses: Sequence[Floats]) -> tuple[int, int]:
    """Return exponents around all losses; what rises far above where it began leaves at the top."""
    first = max(float(one[0]) for one in losses)
    low = min(float(np.nanmin(one)) for one in losses)
    return math.floor(low), math.ceil(first)


def _left(curve: Points) -> Points:
    """Return a curve that ends where it first reaches the upper edge after its start, (N, 2)."""
    at_edge = np.flatnonzero(curve[:, 1] <= BOX[1])
    leaves = next((int(one) for one in at_edge if one > 0), None)
    if leaves is not None:
        curve = curve.copy()
        curve[leaves + 1 :] = np.nan
    return curve


def _name(label: str, curves: Sequence[Points], number: int, looks: Sequence[theme.Style]) -> str:
    """Return a name near the end of its curve: beside where it left, below the lowest of several, else above."""
    finite = [curve[np.isfinite(curve).all(axis=1)] for curve in curves]
    (x, y), color = finite[number][-1], looks[number].color
    if len(finite[number]) < len(curves[number]):
        return text((x + 8, y + 9), label, size=14, color=color, bold=True)
    lowest = len(curves) > 2 and y == max(curve[-1, 1] for curve in finite)
    return text((BOX[2], y + (17 if lowest else -8)), label, size=14, color=color, anchor="end", bold=True)
