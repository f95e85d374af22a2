"""The traces of paths over a landscape: line, tip with its name, the mark where one leaves the picture, the start."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcore.cliffs import Descent, Landscape
from gradcore.clipping import CLIP_RULES
from gradcore.figures import theme
from gradcore.figures.labels import label_width
from gradcore.figures.rule_looks import rule_looks
from gradcore.figures.theme import Layout, Style

SIDES = {"right": "middle right", "left": "middle left", "above": "top center", "below": "bottom center",
         "below left": "bottom left"}  # fmt: skip
FEW = 4  # paths whose names stand at their ends; of more, a legend tells them apart
FAR = 1e4  # pictures: a browser draws no line to what is farther
Box = tuple[tuple[float, float], ...]  # the picture's range of each parameter


def path_looks(paths: Sequence[Descent]) -> tuple[Style, ...]:
    """Return how each path looks: few by their colours, many by marker and dash as well."""
    names = [path.rule for path in paths]
    return theme.rule_styles(names) if len(paths) <= FEW else rule_looks(names)


def with_names(layout: Layout, paths: Sequence[Descent]) -> Layout:
    """Return a layout with a legend below where there are too many paths for names at their ends."""
    if len(paths) <= FEW:
        return {**layout, "margin": {**theme.margin(), **layout["margin"]}}
    legend = theme.legend_below(label_width([CLIP_RULES[path.rule].title for path in paths]))
    return {**layout, **legend, "margin": {**legend["margin"], "r": min(layout["margin"]["r"], 72)}}


def places_of(land: Landscape, path: Descent) -> tuple[Any, Any]:
    """Return x and y of every point that can be drawn, (N + 1,) each; NaN where one is not finite, or far too far."""
    x = path.points[:, 0]
    y = path.points[:, 1] if len(land.parameters) == 2 else np.maximum(path.loss, land.target / 1000)
    near = np.isfinite(y)
    for place, (low, high) in enumerate(land.frame):
        near &= np.abs(path.points[:, place]) < FAR * (high - low)
    near[0] = True  # the picture holds every start
    return np.where(near, x, np.nan), np.where(near, y, np.nan)


def path_line(land: Landscape, path: Descent, places: tuple[Any, Any], look: Style) -> dict[str, Any]:
    """Return a path with a small marker at each step."""
    return {
        **_same(path, look),
        **_along(places, path),
        "mode": "lines+markers",
        "line": {"color": look.color, "width": 1.5, "dash": look.dash},
        "marker": {"symbol": look.marker, "size": 4, "color": look.color},
        "text": _said(land, path),
        "hovertemplate": "%{text}<extra></extra>",
    }


def path_tip(path: Descent, places: tuple[Any, Any], look: Style, name: str, side: str) -> dict[str, Any]:
    """Return the marker and the name, if any, at a path's end; both move when the chart plays."""
    kept = np.isfinite(places[1])
    ends = tuple(part[kept] for part in places)
    rim = {"width": 2, "color": theme.BACKGROUND}
    return {
        **_same(path, look),
        "mode": "markers+text" if name else "markers",
        "x": floats(ends[0]),
        "y": floats(ends[1]),
        "customdata": np.flatnonzero(kept).astype(np.uint16),
        "marker": {
            "symbol": look.marker,
            "size": 13,
            "color": look.color,
            "line": rim,
        },
        "texttemplate": f"<b>{name}</b>",
        "textposition": SIDES[side],
        "textfont": {"color": look.color, "size": theme.TYPE_SIZE},
        "cliponaxis": False,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def path_exits(land: Landscape, box: Box, paths: Sequence[Descent], looks: Sequence[Style]) -> list[dict[str, Any]]:
    """Return the mark on the frame where each path first leaves the picture; those that leave together share a text."""
    left = [(path, look, step) for path, look in zip(paths, looks, strict=True) if (step := left_at(path, box))]
    marks = [_exit(land, box, *each) for each in left]
    spots = [(mark["x"], mark["y"], step) for mark, (_, _, step) in zip(marks, left, strict=True)]
    for place, spot in enumerate(spots):
        together = [left[other][0] for other in range(len(left)) if spots[other] == spot]
        first = spots.index(spot) == place
        if first and len(paths) <= FEW:
            marks[place] |= {"mode": "markers+text", "texttemplate": exit_text(together, spot[2])}
    return marks


def exit_text(paths: Sequence[Descent], step: int) -> str:
    """Return what is written where paths leave the picture: at which step, and when they stop being numbers."""
    names = theme.names([CLIP_RULES[path.rule].title for path in paths])
    one = len(paths) == 1
    lost = paths[0].lost_at if len({path.lost_at for path in paths}) == 1 else None
    end = "" if lost is None else f",<br>{'is' if one else 'are'} not finite at step {lost}"
    return f"<b>{names}</b><br>{'leaves' if one else 'leave'} the picture at step {step}{end}"


def left_at(path: Descent, box: Box) -> int | None:
    """Return the first step at which a path is outside the picture, None where it never is."""
    inside = np.ones(len(path.loss), dtype=bool)
    for place, (low, high) in enumerate(box):
        inside &= (path.points[:, place] >= low) & (path.points[:, place] <= high)
    return None if inside.all() else int(np.argmin(inside))


def _exit(land: Landscape, box: Box, path: Descent, look: Style, step: int) -> dict[str, Any]:
    at = [min(max(float(path.points[step, place]), low), high) for place, (low, high) in enumerate(box)]
    y = at[1] if len(box) == 2 else float(land.loss((at[0],))[0])
    where = ", ".join(f"{name} = {theme.number(v)}" for name, v in zip(land.parameters, path.points[step], strict=True))
    return {
        **_same(path, look),
        "mode": "markers",
        "x": [at[0]],
        "y": [y],
        "customdata": np.array([step], dtype=np.uint16),
        "marker": {"symbol": "triangle-up", "size": 12, "color": look.color, "angle": _outward(at, box)},
        "textposition": _inward(at, box),
        "textfont": {"color": look.color},
        "cliponaxis": False,
        "showlegend": False,
        "text": [f"{CLIP_RULES[path.rule].title} leaves the picture at step {step}, to {where}"],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _outward(at: Sequence[float], box: Box) -> float:
    if at[0] in box[0]:
        return 90.0 if at[0] == box[0][1] else -90.0
    return 0.0 if at[-1] == box[-1][1] else 180.0


def _inward(at: Sequence[float], box: Box) -> str:
    side = "left" if at[0] > sum(box[0]) / 2 else "right"
    return f"{'bottom' if len(box) == 1 or at[-1] > sum(box[-1]) / 2 else 'top'} {side}"


def start_mark(places: tuple[Any, Any], side: str) -> dict[str, Any]:
    """Return the ring where all paths start."""
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": floats(places[0][:1]),
        "y": floats(places[1][:1]),
        "marker": {"symbol": "circle-open", "size": 14, "color": theme.INK, "line": {"width": 2}},
        "texttemplate": "start",
        "textposition": SIDES[side],
        "textfont": {"color": theme.INK},
        "cliponaxis": False,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _same(path: Descent, look: Style) -> dict[str, Any]:
    return {"type": "scatter", "name": CLIP_RULES[path.rule].title, "meta": CLIP_RULES[path.rule].title}


def _along(places: tuple[Any, Any], path: Descent) -> dict[str, Any]:
    steps = np.arange(len(path.loss), dtype=np.uint16)
    return {"x": floats(places[0]), "y": floats(places[1]), "customdata": steps}


def floats(values: Any) -> Any:
    """Return float32 where it holds the values, else float64: a diverging path goes beyond 1e38."""
    finite = np.abs(values[np.isfinite(values)])
    return values.astype(np.float32 if not finite.size or finite.max() < 1e38 else np.float64)


def _said(land: Landscape, path: Descent) -> list[str]:
    name = CLIP_RULES[path.rule].title
    rows = zip(path.points.tolist(), path.loss.tolist(), path.norms.tolist(), strict=True)
    return [
        f"{name}, step {step}: "
        + ", ".join(f"{part} = {value:.4g}" for part, value in zip(land.parameters, point, strict=True))
        + f", loss {loss:.3g}, gradient norm {norm:.3g}"
        for step, (point, loss, norm) in enumerate(rows)
    ]


def playing(paths: Sequence[Descent], moving: list[int], tips: list[int], follows: bool) -> Layout:
    """Return `meta.frames` of a chart of these paths: which traces move, and that they move with the other chart."""
    steps = max(path.steps for path in paths)
    return {"steps": steps, "unit": "Step", "paths": moving, "tips": tips, "group": "cliff", "follows": follows}
