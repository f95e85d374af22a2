"""Learning rates that were tried: what each came to for every entrant, and which one was chosen.

Shapes: R rates, S tuning seeds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import VERTICAL_GRID, edge, log_axis, points, worth_showing
from gradcore.figures.labels import label_width
from gradcore.figures.theme import Style, styles
from gradcore.records import RaceTrace, Tuning
from gradcore.tuning import TRAINS, decades_that_train

ABOVE_CHANCE = 3.0  # times its loss: above, a rate stands on the upper edge


@dataclass(frozen=True)
class Tried:
    """One entrant's rates."""

    label: str
    style: Style
    tuning: Tuning
    decades: float | None  # that train around the chosen one; None where the task has no chance level


def tried_rates(trace: RaceTrace, chance_loss: float | None) -> tuple[Tried, ...]:
    """Return the tuned entrants."""
    looks = styles([entrant.optimizer for entrant in trace.entrants])
    return tuple(
        Tried(one.label, look, one.tuning, None if chance_loss is None else decades_that_train(one.tuning, chance_loss))
        for one, look in zip(trace.entrants, looks, strict=True)
        if one.tuning is not None
    )


def learning_rates(trace: RaceTrace, chance_loss: float | None, height: int = theme.HEIGHT) -> go.Figure:
    """Draw the last training loss against the learning rate, the chosen rate large; diverged ones on the upper edge."""
    found = tried_rates(trace, chance_loss)
    rates = [float(rate) for one in found for rate in one.tuning.learning_rates]
    up = log_axis("Last training loss", *_reach(found, chance_loss))
    across = log_axis("Learning rate", min(rates, default=1e-3), max(rates, default=1.0))
    layout = {
        "title": theme.title(rates_title(found), _subtitle(found, chance_loss)),
        "height": height,
        "xaxis": {**across, **VERTICAL_GRID},
        "yaxis": up,
        "hovermode": "closest",
    }
    legend = theme.legend_below(label_width([_with_width(one) for one in found]))
    return theme.figure([part for one in found for part in _one(one, edge(up))], {**layout, **legend})


def _reach(found: Sequence[Tried], chance_loss: float | None) -> tuple[float, float]:
    """Return the least and the greatest loss that is drawn inside the frame."""
    scores = [float(score) for one in found for score in one.tuning.score]
    if chance_loss is None:
        return worth_showing(scores)
    inside = [score for score in scores if 0 < score <= ABOVE_CHANCE * chance_loss]
    return (min(inside), max(inside)) if inside else (0.1, 1.0)


def rates_title(found: Sequence[Tried]) -> str:
    """Return who is the least and who the most particular about its learning rate, or what was chosen."""
    if not found:
        return "Learning rates are being tried"
    spans = sorted((one.decades, one.label) for one in found if one.decades is not None)
    if not spans or spans[-1][0] == 0:
        return "No learning rate trains" if spans else "Each entrant runs at the rate that served it best"
    (least, fussy), (most, easy) = spans[0], spans[-1]
    if least == most:
        return f"Each trains over {most:g} decades of learning rates" if len(spans) > 1 else _alone(easy, most)
    return f"{easy} trains over {most:g} decades of learning rates, {fussy} over {least:g}"


def _alone(label: str, decades: float) -> str:
    return f"{label} trains over {decades:g} decades of learning rates"


def _subtitle(found: Sequence[Tried], chance_loss: float | None) -> str:
    seeds = found[0].tuning.loss.shape[1] if found else 0
    trains = "" if chance_loss is None else f"; decades: of rates that train, below {100 * TRAINS:.0f} % of chance"
    return f"Geometric mean of {seeds} seeds that the race does not use, large: chosen{trains}"


def _one(one: Tried, frame: float) -> list[dict[str, Any]]:
    tuning, color = one.tuning, one.style.color
    score = np.where(tuning.score <= frame, tuning.score, np.nan)
    same = {"type": "scatter", "name": _with_width(one), "meta": one.label, "cliponaxis": False}
    line = {"mode": "lines", "x": tuning.learning_rates, "y": score, "line": {"color": color, "dash": one.style.dash}}
    lost = tuning.score > frame
    symbols = ["triangle-up" if gone else one.style.marker for gone in lost]
    text = [_said(one, rate, value) for rate, value in zip(tuning.learning_rates, tuning.score, strict=True)]
    small = points(tuning.learning_rates, np.where(lost, frame, tuning.score), symbols, 7, color, text)
    best = int(np.flatnonzero(tuning.learning_rates == tuning.chosen)[0])
    large = points([tuning.chosen], [min(tuning.score[best], frame)], one.style.marker, 14, color, [text[best]])
    return [{**same, **line, "hoverinfo": "skip"}, *({**same, **part, "showlegend": False} for part in (small, large))]


def _with_width(one: Tried) -> str:
    """Return an entrant's name in the legend, with the width of the range of rates that trains."""
    return theme.short(one.label) + ("" if one.decades is None else f": {one.decades:g} decades")


def _said(one: Tried, rate: float, score: float) -> str:
    """Return the hover text of one rate."""
    what = "a seed diverged" if not np.isfinite(score) else f"last loss {theme.number(score)}"
    ending = ", chosen" if rate == one.tuning.chosen else ""
    edge_note = ", on the edge of what was tried" if ending and one.tuning.on_edge else ""
    return f"{theme.escaped(one.label)} at {theme.number(rate)}: {what}{ending}{edge_note}"
