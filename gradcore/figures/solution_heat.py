"""Solution x disease: what each solution alone gives back of what each disease costs."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import ROW_HEIGHT
from gradcore.figures.labels import label_width
from gradcore.figures.solution_looks import short_name
from gradcore.figures.theme import Layout
from gradcore.solutions import DISEASES, Effect, Measurement, applies

# Diverging around no effect: harmful is orange, cured is blue; no effect is the ground.
SHADES = ((0.0, "#AE630A"), (0.5, "#FFFFFF"), (1.0, "#234FFD"))
DARK_TEXT_FROM = 0.6  # effects above it are so dark that their number is written in the ground's colour
SEEN = 0.005  # effects below are written as 0.00
NAME = "Effect"  # of the trace whose cells can be clicked


def heatmap(measurement: Measurement, order: Sequence[str], chosen: tuple[str, str] | None = None) -> go.Figure:
    """Draw E of every solution on every disease; a dash where it does not apply, "failed" where it could not train."""
    diseases = measurement.spec.diseases
    effects = [[measurement.effect(disease, (name,)) for disease in diseases] for name in order]
    values = np.array([[np.nan if one is None else one.value for one in row] for row in effects], np.float32)
    known = values[np.isfinite(values)]
    title = theme.title(
        f"{int((known > 0.5).sum())} of {known.size} treatments give back more than half of what the disease costs",
        "E alone: 1 = as good as the best stack, 0 = no effect; bold = told apart from 0; – = it changes nothing",
    )
    names = [short_name(name) for name in order]
    columns = [broken(DISEASES[name].title) for name in diseases]
    heat = {
        "type": "heatmap",
        "name": NAME,
        "x": columns,
        "y": names,
        "z": np.clip(values, -1, 1),
        "zmin": -1,
        "zmax": 1,
        "colorscale": [list(shade) for shade in SHADES],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "text": [[_said(measurement, name, disease) for disease in diseases] for name in order],
        "hovertemplate": "%{text}<extra></extra>",
        "hoverongaps": True,
    }
    cells = [
        _number(columns[column], names[row], effects[row][column], _instead(measurement, name, disease))
        for row, name in enumerate(order)
        for column, disease in enumerate(diseases)
    ]
    layout = {
        "title": title,
        "height": 150 + ROW_HEIGHT * max(len(order), 1),
        "hovermode": "closest",
        "xaxis": {"side": "bottom", "showline": False, "ticks": "", "fixedrange": True},
        "yaxis": {"autorange": "reversed", "showgrid": False, "fixedrange": True, "tickfont": {"color": theme.INK}},
        "margin": {**theme.margin(left=label_width(names or [""]), right=8), "b": 64},
        "annotations": cells,
        "shapes": [_frame(diseases, order, chosen)] if chosen and chosen[1] in order else [],
    }
    short = {"tickmode": "array", "tickvals": columns, "ticktext": [DISEASES[name].short for name in diseases]}
    return theme.figure([heat], layout, narrow={"xaxis": {**short, "tickangle": -45}})


def _instead(measurement: Measurement, name: str, disease: str) -> str:
    """Return what stands in a cell without a number."""
    if measurement.failure(disease, (name,)):
        return "failed"
    return "…" if applies(name, disease) else "–"


def _number(x: str, y: str, effect: Effect | None, instead: str) -> Layout:
    """Return the number in a cell; bold where it is told apart from 0."""
    text = instead if effect is None else f"{round(effect.value, 2) + 0.0:.2f}".replace("-", "−")
    text = f"<b>{text}</b>" if effect is not None and effect.told_apart and abs(effect.value) >= SEEN else text
    dark = effect is not None and abs(effect.value) > DARK_TEXT_FROM
    font = {"size": theme.TYPE_SIZE, "color": theme.BACKGROUND if dark else theme.INK if effect else theme.MUTED}
    return {"x": x, "y": y, "text": text, "showarrow": False, "font": font}


def _said(measurement: Measurement, name: str, disease: str) -> str:
    effect, failure = measurement.effect(disease, (name,)), measurement.failure(disease, (name,))
    head = f"{short_name(name)} on {DISEASES[disease].title}"
    if failure:
        return f"{head}<br>failed: {theme.escaped(failure)}"
    if effect is None:
        return f"{head}<br>{'not measured yet' if applies(name, disease) else 'it changes nothing in this network'}"
    ends = f" ({effect.interval[0]:.3f} to {effect.interval[1]:.3f})" if effect.interval else ", interval not bounded"
    return f"{head}<br>E = {effect.value:.3f}{ends}"


def _frame(diseases: Sequence[str], order: Sequence[str], chosen: tuple[str, str]) -> Layout:
    """Return the frame around the chosen cell, (disease, solution); around its row where that is no disease."""
    columns = [place for place, disease in enumerate(diseases) if disease == chosen[0]] or range(len(diseases))
    row = list(order).index(chosen[1])
    ends = {"x0": columns[0] - 0.5, "x1": columns[-1] + 0.5, "y0": row - 0.5, "y1": row + 0.5}
    return {"type": "rect", **ends, "line": {"color": theme.INK, "width": 2}}


def broken(title: str) -> str:
    """Return a title on two lines, broken at the space nearest its middle."""
    spaces = [place for place, letter in enumerate(title) if letter == " "]
    middle = min(spaces, key=lambda place: abs(place - len(title) / 2), default=None)
    return title if middle is None else f"{title[:middle]}<br>{title[middle + 1 :]}"
