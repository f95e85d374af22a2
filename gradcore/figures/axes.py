"""Axes: logarithmic ones with ticks that can be read, rows of names, and which values are worth their room."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcore.figures import theme
from gradcore.figures.labels import label_width
from gradcore.figures.theme import Layout
from gradcore.records import RaceTrace

FAR = 1000.0  # times the least value: beyond, a value stands on the frame
FEW_STEPS = 8  # each of which has its own tick
ROW_HEIGHT = 34  # px of one entrant in a chart with a row for each
VERTICAL_GRID: Layout = {"showgrid": True, "showline": False, "ticks": ""}  # of charts whose rows are names


def log_axis(text: str, low: float, high: float, suffix: str = "", most: int = 7) -> Layout:
    """Return a logarithmic axis from `low` to `high` (> 0) with a little air: `most` powers of ten, no minor ticks.

    Example:
        >>> log_axis("Loss", 0.001, 1.0)["ticktext"]
        ['10<sup>-3</sup>', '10<sup>-2</sup>', '10<sup>-1</sup>', '1']
        >>> log_axis("Loss", 1.0, 1e29)["ticktext"][-1]
        '10<sup>29</sup>'
    """
    bottom, top = math.log10(low), math.log10(high)
    air = max(0.04 * (top - bottom), 0.004)
    ticks = log_ticks(bottom - air, top + air, most)
    powers = all(tick == float(f"1e{round(math.log10(tick))}") for tick in ticks)
    return {
        "type": "log",
        "title": {"text": text},
        "range": [round(bottom - air, 6), round(top + air, 6)],
        "tickmode": "array",
        "tickvals": ticks,
        "ticktext": [(power(tick) if powers else theme.number(tick)) + suffix for tick in ticks],
        "exponentformat": "power",  # of the ticks that Plotly chooses after a zoom
        "nticks": 5,
    }


def step_axis(first: float, last: float) -> Layout:
    """Return the axis of steps, with no ticks between two of them.

    Example:
        >>> step_axis(0, 3)["dtick"], "dtick" in step_axis(0, 300)
        (1, False)
    """
    few = {"dtick": 1} if last - first <= FEW_STEPS else {}
    return {"title": {"text": "Step"}, "range": [first, last], "unifiedhovertitle": {"text": "Step %{x}"}, **few}


def whole_steps(steps: Any) -> Any:
    """Return steps in the smallest type that Plotly's base64 form has for them."""
    return np.asarray(steps, dtype=np.uint16 if len(steps) == 0 or max(steps) < 65536 else np.uint32)


def log_ticks(bottom: float, top: float, most: int = 7) -> list[float]:
    """Return tick values between two exponents: powers of ten; 1, 2, 5 below 2 decades; round steps below 0.7.

    Example:
        >>> log_ticks(-1.1, 0.2), log_ticks(-2, 9), log_ticks(-0.6, -0.4)
        ([0.1, 0.2, 0.5, 1.0], [0.01, 1.0, 100.0, 10000.0, 1000000.0, 100000000.0], [0.3, 0.35])
    """
    span = top - bottom
    if span < 0.7:
        step = _round_step((10**top - 10**bottom) / 6)
        first, last = math.ceil(10**bottom / step), math.floor(10**top / step)
        return [float(f"{index * step:.6g}") for index in range(first, last + 1)]
    exponents = range(math.ceil(bottom), math.floor(top) + 1)
    if span >= 2:
        return [float(f"1e{exponent}") for exponent in exponents[:: math.ceil(span / most)]]
    found = [
        float(f"{digit}e{exponent}") for exponent in range(math.floor(bottom), exponents.stop) for digit in (1, 2, 5)
    ]
    return [tick for tick in found if bottom <= math.log10(tick) <= top]


def _round_step(rough: float) -> float:
    """Return 1, 2 or 5 times a power of ten, the next above `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)


def power(value: float) -> str:
    """Return a power of ten as Plotly writes it.

    Example:
        >>> power(100.0), power(1.0)
        ('10<sup>2</sup>', '1')
    """
    exponent = round(math.log10(value))
    return {0: "1", 1: "10"}.get(exponent, f"10<sup>{exponent}</sup>")


def rows(labels: Sequence[str], standoff: int = 8, most: int = 24) -> Layout:
    """Return the axis of a chart with a row for each label, at most so many letters of it, and its margins."""
    shown = [theme.short(label, most) for label in labels]
    spots = {"tickmode": "array", "tickvals": list(range(len(labels))), "ticktext": shown, "fixedrange": True}
    looks = {
        "showgrid": False,
        "ticklabelstandoff": standoff,
        "tickfont": {"color": theme.INK, "size": theme.TYPE_SIZE},
    }
    return {
        "yaxis": {"range": [len(labels) - 0.4, -1], **spots, **looks},
        "margin": theme.margin(left=label_width(shown) + standoff - 8),
    }


def rows_height(count: int) -> int:
    """Return the height of a chart with that many rows, in px."""
    around: int = theme.margin()["t"] + theme.margin()["b"]
    return around + ROW_HEIGHT * (max(count, 1) + 1)


def points(x: Any, y: Any, symbol: Any, size: int, color: str, text: Sequence[str]) -> Layout:
    """Return the fields of a trace of markers, each with its own hover text."""
    return {
        "mode": "markers",
        "x": np.asarray(x, dtype=np.float32),
        "y": np.asarray(y, dtype=np.float32),
        "marker": {"symbol": symbol, "size": size, "color": color, "line": {"width": 0}},
        "text": list(text),
        "hovertemplate": "%{text}<extra></extra>",
    }


def worth_showing(values: Sequence[float], start: float = 0.0) -> tuple[float, float]:
    """Return the least and greatest value that the axis shows; what is far above the least stands on its edge.

    Nothing is far that is no more than `start`, where training began.
    """
    finite = sorted(value for value in values if np.isfinite(value) and value > 0)
    if not finite:
        return 0.1, 1.0
    return finite[0], max(value for value in finite if value <= max(FAR * finite[0], start))


def largest_start(trace: RaceTrace) -> float:
    """Return the largest finite loss of a first step, 0 before there is one."""
    first = [loss for entrant in trace.entrants if entrant.steps for loss in entrant.loss[0]]
    return max((float(loss) for loss in first if np.isfinite(loss)), default=0.0)


def edge(axis: Layout) -> float:
    """Return the greatest value that is surely inside a logarithmic axis: markers on its right edge stand there."""
    return float(10 ** axis["range"][1]) * 0.9999


def start_edge(axis: Layout) -> float:
    """Return the least value that is surely inside a logarithmic axis: where 0, which has no place on it, stands."""
    return float(10 ** axis["range"][0]) * 1.0001
