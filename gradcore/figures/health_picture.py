"""The picture of a health check: the gradient norm of every layer at every step, and the loss as a strip above.

Input side at the bottom, output on top; dark is small. What has no logarithm is told apart by colour and mark: exact
zeros, NaN and Inf, and layers that cannot have a gradient. Shapes: L layers, C columns.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import log_ticks, power, step_axis, whole_steps
from gradcore.figures.health_claims import picture_title
from gradcore.figures.health_reading import Grid, grid, seeds_text, starts, variable_marks
from gradcore.figures.health_rows import frame, layer_axis, row_notes, variable_rings
from gradcore.figures.health_strip import domains, edge_axis, loss_axis, loss_line
from gradcore.figures.labels import label_width
from gradcore.figures.theme import Layout
from gradcore.records import CheckTrace

NAME, ZERO, LOST = "Gradient norms", "0", "NaN or Inf"
CELLS = (NAME, ZERO, LOST)  # names of the traces whose cells can be clicked
# One sequential map, lightness rising without a step back; readable on both grounds, and for the colour-blind.
SHADES = ("#0B1238", "#1C2F6E", "#20609B", "#2F95A9", "#74C2A0", "#CDE69B", "#FFF8CF")
LEAST_SPAN = 4.0  # decades: smaller differences must not look like a disease
LIVE_CELLS, ENDED_CELLS = 16_000, 60_000  # that are sent; beyond, a column holds several steps
ROW, LEAST_ROW = 30, 9  # px of a layer
TALLEST = 470  # px of all rows
NARROW_NAMES = 104  # px for the layers' names in a narrow chart: what is longer is cut
MOST_MARKS = 150  # of cells, of one kind
Scale = tuple[float, float]  # exponents at the ends of the map


def picture(
    trace: CheckTrace,
    *,
    ended: bool = True,
    marked: tuple[str, int | None] | None = None,
    scale: Scale | None = None,
    title: str = "",
) -> go.Figure:
    """Draw the gradient norms of all layers over the steps, with the loss above.

    Args:
        trace: the check.
        ended: whether no step will follow.
        marked: a layer and a step that stand out; "" for all layers, None for all steps.
        scale: of the colours, for pictures side by side; by default the check's own.
        title: instead of what is seen.
    """
    cells = grid(trace, max(1, (ENDED_CELLS if ended else LIVE_CELLS) // max(len(trace.setup.layers), 1)))
    ends = scale or color_scale(cells)
    height = picture_height(len(trace.setup.layers))
    names = [theme.escaped(name) for name in trace.setup.layers]
    rows, strip = domains(height)
    steps = trace.recorded if ended else trace.steps
    x = {**step_axis(-0.5, max(steps, 1) - 0.5), "anchor": "y"}
    layout = {
        "title": theme.title(title or picture_title(trace, cells, ended=ended), _plotted(trace, cells)),
        "height": height,
        "hovermode": "closest",
        "xaxis": x,
        "yaxis": {**layer_axis(trace.setup.layers, rows, height), "domain": rows},
        "yaxis2": loss_axis(trace, strip),
        "yaxis4": edge_axis("y2"),
        "margin": theme.margin(left=label_width([theme.short(name) for name in names] or [""]) - 4, right=104),
        "shapes": frame(trace, marked),
        "annotations": [*row_notes(trace), *variable_rings(trace)],
        "coloraxis": _colors(ends, rows),
    }
    traces = [_heat(cells, names), *_special(cells, names), *loss_line(trace, ended=ended)]
    return theme.figure(traces, layout, narrow=_narrow(ends, trace))


def color_scale(cells: Grid) -> Scale:
    """Return the exponents between which the colours differ: at least four decades, the largest norm on top."""
    exponents = np.log10(cells.values[np.isfinite(cells.values)])
    if not exponents.size:
        return -LEAST_SPAN, 0.0
    low, high = float(exponents.min()), float(exponents.max())
    return min(low, high - LEAST_SPAN), high


def common_scale(traces: Sequence[CheckTrace]) -> Scale:
    """Return one scale of colours for several pictures."""
    found = [color_scale(grid(trace, ENDED_CELLS)) for trace in traces]
    return min(low for low, _ in found), max(high for _, high in found)


def picture_height(layers: int) -> int:
    """Return the height of the picture, in px."""
    return 236 + min(max(ROW * layers, 150), TALLEST)


# ---- cells ------------------------------------------------------------------------------------------------------


def _heat(cells: Grid, names: Sequence[str]) -> dict[str, Any]:
    with np.errstate(invalid="ignore"):
        exponents = np.log10(cells.values)
    exponents[cells.lost] = np.nan
    exact = {"customdata": cells.values}
    when = "step %{x}" if cells.width == 1 else f"{cells.width} steps around %{{x:.0f}}"
    said = f"%{{y}}, {when}<br>gradient norm %{{customdata:.4g}}<extra></extra>"
    return {
        **_placed(cells, names),
        "name": NAME,
        "z": exponents,
        "coloraxis": "coloraxis",
        "hovertemplate": said,
        **exact,
    }


def _placed(cells: Grid, names: Sequence[str]) -> dict[str, Any]:
    return {"type": "heatmap", "x0": (cells.width - 1) / 2, "dx": cells.width, "y": list(names), "zsmooth": False}


def _special(cells: Grid, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the cells that have no logarithm, each kind with its colour, and a mark where each stretch begins."""
    kinds = (
        (ZERO, cells.zero & ~cells.lost, theme.LINE, "circle-open", theme.MUTED, "gradient exactly 0"),
        (LOST, cells.lost, theme.LIGHT[4], "x-thin-open", theme.BACKGROUND, "gradient NaN or Inf"),
    )
    found: list[dict[str, Any]] = []
    for name, flags, color, symbol, ink, said in kinds:
        if flags.any():
            found += [_flat(cells, names, name, flags, color, said), _cell_marks(cells, names, flags, symbol, ink)]
    return found


def _flat(cells: Grid, names: Sequence[str], name: str, flags: Any, color: str, said: str) -> dict[str, Any]:
    return {
        **_placed(cells, names),
        "name": name,
        "z": np.where(flags, np.float32(1), np.float32(np.nan)),
        "colorscale": [[0, color], [1, color]],
        "showscale": False,
        "hovertemplate": f"%{{y}}, step %{{x:.0f}}<br>{said}<extra></extra>",
    }


def _cell_marks(cells: Grid, names: Sequence[str], flags: Any, symbol: str, ink: str) -> dict[str, Any]:
    spots = [(int(column), row) for row, line in enumerate(flags) for column in starts(line)][:MOST_MARKS]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": whole_steps(np.array([column * cells.width for column, _ in spots])),
        "y": [names[row] for _, row in spots],
        "marker": {"symbol": symbol, "size": 8, "color": ink, "line": {"color": ink, "width": 1.5}},
        "showlegend": False,
        "hoverinfo": "skip",
    }


# ---- colours ----------------------------------------------------------------------------------------------------


def _colors(ends: Scale, rows: Sequence[float]) -> Layout:
    low, high = ends
    ticks = [round(math.log10(tick)) for tick in log_ticks(math.floor(low), math.ceil(high), 6)]
    shown = [tick for tick in ticks if low <= tick <= high]
    last = len(SHADES) - 1
    return {
        "cmin": low,
        "cmax": high,
        "colorscale": [[round(index / last, 4), color] for index, color in enumerate(SHADES)],
        "colorbar": {
            "thickness": 12,
            "len": rows[1],
            "y": 0,
            "yanchor": "bottom",
            "x": 1,
            "xpad": 30,
            "ypad": 0,
            "outlinewidth": 0,
            "title": {"text": "Norm", "side": "top", "font": {"color": theme.MUTED, "size": theme.TYPE_SIZE}},
            "tickvals": shown,
            "ticktext": [power(10.0**tick) for tick in shown],
            "tickfont": {"color": theme.MUTED, "size": theme.TYPE_SIZE},
        },
    }


def _narrow(ends: Scale, trace: CheckTrace) -> Layout:
    """Return the layout of a narrow chart: less room for names, the colour bar closer."""
    room = min(label_width([theme.short(name) for name in trace.setup.layers] or [""]) - 4, NARROW_NAMES)
    return {
        "margin": theme.margin(left=room, right=72),
        "coloraxis": {"colorbar": {"xpad": 18, "thickness": 9}},
    }


def _plotted(trace: CheckTrace, cells: Grid) -> str:
    """Return what the picture shows, with the marks that are in it."""
    parts = ["Gradient norm of each layer before clipping (L2), input side at the bottom, dark = small"]
    if (cells.zero & ~cells.lost).any():
        parts.append("grey with a ring = exactly 0")
    if cells.lost.any():
        parts.append("red with a cross = NaN or Inf")
    if any(variable_marks(trace.setup, row) for row in range(len(trace.setup.layers))):
        parts.append("ring at the right = a variable without a gradient")
    return "; ".join(parts) + seeds_text(trace)
