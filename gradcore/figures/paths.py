"""Paths over a picture of the loss: ground, line, tip, the mark where one leaves the picture, the start, the play.

Charts of descents over a cliff and of a race in two numbers are made of these. Shapes: N points, P parameters.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcore.figures import theme
from gradcore.figures.axes import whole_steps
from gradcore.figures.theme import Layout, Style

SIDES = {"right": "middle right", "left": "middle left", "above": "top center", "below": "bottom center",
         "below left": "bottom left"}  # fmt: skip
FAR = 1e4  # pictures: a browser draws no line to what is farther
HALO = ", ".join([f"0 0 3px {theme.BACKGROUND}"] * 4)  # around a text that may lie on a line
Box = tuple[tuple[float, float], ...]  # the picture's range of each parameter
FATE = ("is not finite", "are not finite")  # of one path that is lost, of several


@dataclass(frozen=True)
class Path:
    """One path: where it was, where that is drawn, and how it looks."""

    name: str
    look: Style
    steps: Any  # (N,) of the points, ascending
    points: Any  # (N, P)
    places: tuple[Any, Any]  # x and y on the picture, (N,) each; NaN where a point cannot be drawn
    lost_at: int | None = None  # the step at which it is lost


def drawable(points: Any, box: Box) -> Any:
    """Return which points (N, P) a picture can draw, (N,): finite, and not far too far; the first always is."""
    near = np.ones(len(points), dtype=bool)
    for place, (low, high) in enumerate(box):
        near &= np.abs(points[:, place]) < FAR * (high - low)
    near[:1] = True  # the picture holds every start
    found: Any = near
    return found


def ground(x: Any, y: Any, exponents: Any, shades: tuple[float, float], size: float, hover: str) -> dict[str, Any]:
    """Return the loss as shades with contour lines, dark where it is small.

    Args:
        x, y: the grid's places.
        exponents: log10 of the loss, (Y, X).
        shades: exponents between which shades differ.
        size: of the exponent, from one contour line to the next.
        hover: template of what the pointer says.
    """
    low, high = shades
    return {
        "type": "contour",
        "showlegend": False,
        "x": x.astype(np.float32),
        "y": y.astype(np.float32),
        "z": exponents.astype(np.float32),
        "zmin": low,
        "zmax": high,
        "contours": {"start": low, "end": high, "size": size},
        "line": {"color": theme.LINE, "width": 0.5},
        "colorscale": [[0, theme.LINE], [0.8, theme.GRID], [1, theme.BACKGROUND]],
        "hovertemplate": f"{hover}<extra></extra>",
    }


def loss_bar(ticks: Mapping[int, str]) -> Layout:
    """Return the colour bar of a ground: what stands at which exponents of the loss."""
    looks = {"thickness": 10, "len": 1, "outlinewidth": 0, "xpad": 8, "tickfont": {"color": theme.MUTED}}
    head = {"text": "Loss", "font": {"color": theme.MUTED, "size": theme.TYPE_SIZE}}
    return {**looks, "tickvals": list(ticks), "ticktext": list(ticks.values()), "title": head}


def path_line(path: Path) -> dict[str, Any]:
    """Return a path with a small marker at each step."""
    return {
        **_same(path),
        "x": floats(path.places[0]),
        "y": floats(path.places[1]),
        "customdata": whole_steps(path.steps),
        "mode": "lines+markers",
        "line": {"color": path.look.color, "width": 1.5, "dash": path.look.dash},
        "marker": {"symbol": path.look.marker, "size": 4, "color": path.look.color},
    }


def path_tip(path: Path, name: str = "", side: str = "right") -> dict[str, Any]:
    """Return the marker and the name, if any, at a path's end; both move when the chart plays."""
    kept = np.isfinite(path.places[1])
    rim = {"width": 2, "color": theme.BACKGROUND}
    return {
        **_same(path),
        "mode": "markers+text" if name else "markers",
        "x": floats(path.places[0][kept]),
        "y": floats(path.places[1][kept]),
        "customdata": whole_steps(path.steps[kept]),
        "marker": {"symbol": path.look.marker, "size": 13, "color": path.look.color, "line": rim},
        "texttemplate": f"<b>{name}</b>",
        "textposition": SIDES[side],
        "textfont": {"color": path.look.color, "size": theme.TYPE_SIZE, "shadow": HALO},
        "cliponaxis": False,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def path_exits(
    paths: Sequence[Path],
    box: Box,
    parameters: Sequence[str],
    height: Callable[[float], float] | None = None,
    fate: tuple[str, str] = FATE,
    *,
    named: bool,
) -> list[dict[str, Any]]:
    """Return the mark on the frame where each path first leaves the picture; those that leave together share a text.

    Args:
        paths: of the picture.
        box: its range of each parameter.
        parameters: their names.
        height: where a mark stands over one parameter.
        fate: what becomes of a path that is lost, and of several.
        named: whether there is room for texts.
    """
    left = [(path, place) for path in paths if (place := left_at(path.points, box)) is not None]
    marks = [_exit(path, place, box, parameters, height) for path, place in left]
    spots = [(mark["x"], mark["y"], path.steps[place]) for mark, (path, place) in zip(marks, left, strict=True)]
    for own, spot in enumerate(spots):
        together = [left[other][0] for other in range(len(left)) if spots[other] == spot]
        if spots.index(spot) == own and named:
            ends = {path.lost_at for path in together}
            lost = together[0].lost_at if len(ends) == 1 else None
            text = exit_text([theme.short(path.name) for path in together], int(spot[2]), lost, fate)
            marks[own] |= {"mode": "markers+text", "texttemplate": text}
    return marks


def exit_text(names: Sequence[str], step: int, lost_at: int | None, fate: tuple[str, str] = FATE) -> str:
    """Return what is written where paths leave the picture: at which step, and what becomes of them then.

    Example:
        >>> exit_text(["SGD", "Adam"], 3, None)
        '<b>SGD and Adam</b><br>leave the picture at step 3'
    """
    one = len(names) == 1
    end = "" if lost_at is None else f",<br>{fate[0] if one else fate[1]} at step {lost_at}"
    return f"<b>{theme.names(names)}</b><br>{'leaves' if one else 'leave'} the picture at step {step}{end}"


def left_at(points: Any, box: Box) -> int | None:
    """Return the place of the first point (N, P) that is outside the picture, None where none is."""
    inside = np.ones(len(points), dtype=bool)
    for place, (low, high) in enumerate(box):
        inside &= (points[:, place] >= low) & (points[:, place] <= high)
    return None if inside.all() else int(np.argmin(inside))


def _exit(
    path: Path, place: int, box: Box, parameters: Sequence[str], height: Callable[[float], float] | None
) -> dict[str, Any]:
    step, point = int(path.steps[place]), path.points[place]
    at = [_clamped(float(value), *side) for value, side in zip(point, box, strict=True)]
    where = ", ".join(f"{name} = {theme.number(value)}" for name, value in zip(parameters, point, strict=True))
    return {
        **_same(path),
        "mode": "markers",
        "x": [at[0]],
        "y": [at[1] if height is None else height(at[0])],
        "customdata": whole_steps([step]),
        "marker": {"symbol": "triangle-up", "size": 12, "color": path.look.color, "angle": _outward(at, box)},
        "textposition": _inward(at, box),
        "textfont": {"color": path.look.color, "shadow": HALO},
        "cliponaxis": False,
        "showlegend": False,
        "text": [f"{theme.escaped(path.name)} leaves the picture at step {step}, to {where}"],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _clamped(value: float, low: float, high: float) -> float:
    """Return the nearest value of a range; its lower end for what is not a number."""
    return high if value > high else value if value >= low else low


def _outward(at: Sequence[float], box: Box) -> float:
    if at[0] in box[0]:
        return 90.0 if at[0] == box[0][1] else -90.0
    return 0.0 if at[-1] == box[-1][1] else -180.0


def _inward(at: Sequence[float], box: Box) -> str:
    side = "left" if at[0] > sum(box[0]) / 2 else "right"
    return f"{'bottom' if len(box) == 1 or at[-1] > sum(box[-1]) / 2 else 'top'} {side}"


def start_mark(place: tuple[float, float], side: str) -> dict[str, Any]:
    """Return the ring where all paths start."""
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": floats(np.array(place[:1])),
        "y": floats(np.array(place[1:])),
        "marker": {"symbol": "circle-open", "size": 14, "color": theme.INK, "line": {"width": 2}},
        "texttemplate": "start",
        "textposition": SIDES[side],
        "textfont": {"color": theme.INK},
        "cliponaxis": False,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def playing(steps: int, moving: list[int], tips: list[int], group: str, *, follows: bool = False) -> Layout:
    """Return `meta.frames` of a chart: which traces move; charts of a group move together, those that follow by it."""
    return {"steps": steps, "unit": "Step", "paths": moving, "tips": tips, "group": group, "follows": follows}


def _same(path: Path) -> dict[str, Any]:
    return {"type": "scatter", "name": theme.short(path.name), "meta": path.name}


def floats(values: Any) -> Any:
    """Return float32 where it holds the values, else float64: a diverging path goes beyond 1e38."""
    finite = np.abs(values[np.isfinite(values)])
    return values.astype(np.float32 if not finite.size or finite.max() < 1e38 else np.float64)
