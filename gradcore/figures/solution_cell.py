"""The evidence behind one number: the loss at every learning rate that was tried, and over the steps at the best."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import log_axis
from gradcore.figures.labels import label_width
from gradcore.figures.solution_looks import stack_name
from gradcore.figures.theme import Layout, Style
from gradcore.records import TrialCell, capped
from gradcore.trial_result import decades

HEIGHT = 400  # px
FAR = 3.0  # times chance: beyond, a curve leaves the frame
SICK, TREATED, BEST = (
    Style(theme.LIGHT[1], "dot", "square"),
    Style(theme.LIGHT[0], "solid", "circle"),
    Style(theme.MUTED, "dash", "diamond"),
)
Named = tuple[TrialCell, Style]


def by_rate(sick: TrialCell, treated: TrialCell, best: TrialCell) -> go.Figure:
    """Draw the loss of the scored seeds at each learning rate; the chosen rate is filled, chance is a line."""
    shown = _distinct(sick, treated, best)
    values = [capped(cell.scored, cell.chance).mean(axis=1) for cell, _ in shown]
    rates = np.concatenate([cell.rates for cell, _ in shown])
    losses = np.concatenate([*values, [sick.chance]])
    title = theme.title(
        _rates_title(treated), "Mean loss of the scored seeds, at most chance; filled = the rate that was chosen"
    )
    layout = {
        "title": title,
        "height": HEIGHT,
        "hovermode": "x unified",
        "xaxis": log_axis("Learning rate", float(rates.min()), float(rates.max())),
        "yaxis": log_axis("Loss, last tenth", float(max(losses.min(), 1e-9)), float(losses.max())),
        "shapes": [_chance(sick.chance)],
        **_legend(shown),
    }
    traces = [_rates(cell, style, mean) for (cell, style), mean in zip(shown, values, strict=True)]
    return theme.figure(traces, layout)


def over_steps(sick: TrialCell, treated: TrialCell, best: TrialCell, steps: int) -> go.Figure:
    """Draw the median training loss over the steps, each at its chosen rate."""
    shown = _distinct(sick, treated, best)
    known = [cell.curve[np.isfinite(cell.curve) & (cell.curve > 0)] for cell, _ in shown]
    values = np.concatenate([*known, [sick.chance]])
    values = values[values <= FAR * sick.chance]
    title = theme.title(
        _end_title(treated),
        "Median training loss of the scored seeds, at the chosen learning rate of each",
    )
    layout = {
        "title": title,
        "height": HEIGHT,
        "hovermode": "x unified",
        "xaxis": {"title": {"text": "Step"}, "range": [0, steps]},
        "yaxis": log_axis("Loss", float(values.min()), float(values.max())),
        "shapes": [_chance(sick.chance)],
        **_legend(shown),
    }
    return theme.figure([_curve(cell, style, steps) for cell, style in shown], layout)


def _end_title(treated: TrialCell) -> str:
    """Return where the scored seeds end, and how many of them at chance or above."""
    name, seeds = stack_name(treated.solutions), len(treated.losses)
    lost = int((treated.losses >= treated.chance).sum())
    if lost == seeds:
        return f"With {name} every seed ends at chance or diverges"
    more = f"; {lost} of {seeds} seeds end at chance or diverge" if lost else ""
    return f"With {name} the loss ends at {theme.number(float(treated.losses.mean()), 3)}{more}"


def _distinct(sick: TrialCell, treated: TrialCell, best: TrialCell) -> Sequence[Named]:
    """Return the cells that differ: the treated one may be the best, or untreated."""
    found: dict[str, Named] = {}
    for cell, style in ((treated, TREATED), (sick, SICK), (best, BEST)):
        found.setdefault(cell.stack, (cell, style))
    return list(found.values())


def _rates_title(treated: TrialCell) -> str:
    name = stack_name(treated.solutions)
    if not treated.usable_decades:
        return f"No learning rate brings every seed of {name} below half of chance"
    return f"Every seed of {name} learns over {decades(treated.usable_decades)} of rates"


def _rates(cell: TrialCell, style: Style, mean: Any) -> dict[str, Any]:
    chosen = [style.marker if place == cell.chosen else f"{style.marker}-open" for place in range(len(mean))]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": _short(cell),
        "x": cell.rates,
        "y": mean,
        "line": {"color": style.color, "dash": style.dash, "width": 2},
        "marker": {"symbol": chosen, "size": 9, "color": style.color},
        "hovertemplate": "%{y:.4g}",
    }


def _curve(cell: TrialCell, style: Style, steps: int) -> dict[str, Any]:
    with np.errstate(invalid="ignore"):
        values = np.where(cell.curve > 0, cell.curve, np.nan)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": _short(cell),
        "x": np.linspace(0, steps - 1, len(cell.curve)).round(),
        "y": values,
        "line": {"color": style.color, "dash": style.dash, "width": 2},
        "hovertemplate": "%{y:.4g}",
    }


def _short(cell: TrialCell) -> str:
    return theme.short(stack_name(cell.solutions), 22)


def _chance(chance: float) -> Layout:
    line = {"color": theme.LINE, "width": 1, "dash": "dash"}
    across = {"x0": 0, "x1": 1, "xref": "paper", "y0": chance, "y1": chance}
    said = {"text": "chance", "font": {"color": theme.MUTED}, "textposition": "end", "yanchor": "top"}
    return {"type": "line", **across, "line": line, "label": said, "layer": "below"}


def _legend(shown: Sequence[Named]) -> Layout:
    return theme.legend_below(label_width([_short(cell) for cell, _ in shown]))
