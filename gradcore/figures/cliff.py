"""A cliff: the landscape with the paths over it; all charts of a cliff are offered here.

`cliff_steps.py` draws the loss over the steps, `cliff_rates.py` the steps for each learning rate. Landscape and loss
play together: their layouts hold `meta.frames`, as `ui/plot_play.js` reads it.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.cliffs import LANDSCAPES, Descent, Landscape
from gradcore.figures import theme
from gradcore.figures.axes import VERTICAL_GRID, log_axis
from gradcore.figures.cliff_claims import sentences, title
from gradcore.figures.cliff_paths import FEW, exits, line, paths_of, playing, with_names
from gradcore.figures.cliff_rates import steps_by_rate
from gradcore.figures.cliff_steps import loss_over_steps
from gradcore.figures.labels import beside
from gradcore.figures.paths import Box, Path, ground, loss_bar, path_tip, start_mark
from gradcore.figures.theme import Layout

__all__ = ["FEW", "loss_over_steps", "sentences", "steps_by_rate", "surface"]

CELLS = 96  # of the picture, along each axis
FLOOR = 1e-5  # of the loss in the picture
SHADES = (-3.5, -0.25)  # exponents of the losses between which shades differ
TICKS = {-3: "10<sup>-3</sup>", -2: "10<sup>-2</sup>", -1: "0.1", 0: "1"}  # exponent -> what stands at it
ROOM = 1.0  # how far beyond its own frame a picture may grow for a path, in frames
SAME_SPOT = 10  # px: ends that are nearer than that share a text
DECADE = 25  # px of x^4's axis
WIDTH = 330  # px for which names are placed


def surface(landscape: str, descents: Sequence[Descent], height: int = theme.HEIGHT) -> go.Figure:
    """Draw the loss, dark where it is small, and each path over it, from its start to its end."""
    land = LANDSCAPES[landscape]
    box, paths = frame(land, descents), paths_of(land, descents)
    under = [_contour(land, box) if len(box) == 2 else _curve(land, box)]
    at_start, *sides = _sides(paths, box, height)
    names = _tip_names(paths, box, height)
    lines = [line(land, *each) for each in zip(descents, paths, strict=True)]
    tips = [path_tip(*each) for each in zip(paths, names, sides, strict=True)]
    marks = exits(land, box, paths)
    traces = [*under, *lines, *marks, *tips, start_mark(_at(paths[0], 0), at_start)]
    moving = list(range(1, 1 + len(lines) + len(marks)))
    frames = playing(descents, moving, [moving[-1] + 1 + index for index in range(len(tips))], follows=False)
    x, y = _axes(land, box)
    layout = {
        "title": theme.title(title(descents), _plotted(land)),
        "height": height,
        "xaxis": x,
        "yaxis": y,
        "hovermode": "closest",
        "margin": {"r": 72 if len(box) == 2 else 24, "l": 52},
        **_cliff(box),
        "meta": {"frames": frames},
    }
    return theme.figure(traces, with_names(layout, descents))


def frame(land: Landscape, paths: Sequence[Descent]) -> Box:
    """Return the picture's range of each parameter: its own, grown for the start and a little for paths."""
    box = []
    for place, (low, high) in enumerate(land.frame):
        size = (high - low) * ROOM
        reached = np.concatenate([path.points[:, place] for path in paths])
        inside = reached[np.isfinite(reached) & (reached >= low - size) & (reached <= high + size)]
        inside = np.append(inside, paths[0].points[0, place])  # the start is always in it
        air = 0.03 * (high - low)
        box.append((min(low, float(inside.min()) - air), max(high, float(inside.max()) + air)))
    return tuple(box)


# ---- the ground -------------------------------------------------------------------------------------------------


def _contour(land: Landscape, box: Box) -> dict[str, Any]:
    x, y = (np.linspace(*side, CELLS) for side in box)
    loss, _ = land.loss(np.meshgrid(x, y), np)
    said = "w = %{x:.3f}, b = %{y:.3f}: loss 10<sup>%{z:.2f}</sup>"
    return {**ground(x, y, np.log10(np.maximum(loss, FLOOR)), SHADES, 0.25, said), "colorbar": loss_bar(TICKS)}


def _cliff(box: Box) -> Layout:
    """Return the line on which the unit cannot decide, b = -w/2 for w > 4, as far as it lies in the picture."""
    if len(box) == 1:
        return {}
    end = min(box[0][1], -2 * box[1][0])
    if end <= 4:
        return {}
    line = {"color": theme.MUTED, "width": 1, "dash": "dot"}
    place = {"x": end, "y": -end / 2, "xanchor": "right", "yanchor": "top", "yshift": -4, "showarrow": False}
    return {
        "shapes": [{"type": "line", "x0": 4, "y0": -2, "x1": end, "y1": -end / 2, "line": line, "layer": "above"}],
        "annotations": [{**place, "text": "cliff: b = −w/2", "font": {"color": theme.MUTED}}],
    }


def _curve(land: Landscape, box: Box) -> dict[str, Any]:
    x = np.linspace(*box[0], 401)
    loss, _ = land.loss((x,), np)
    line = {"color": theme.LINE, "width": 6}
    shown = np.maximum(loss, 1e-12).astype(np.float32)
    drawn = {"x": x.astype(np.float32), "y": shown, "line": line}
    return {"type": "scatter", "mode": "lines", **drawn, "showlegend": False, "hoverinfo": "skip"}


def _axes(land: Landscape, box: Box) -> tuple[Layout, Layout]:
    if len(box) == 1:
        x = {"title": {"text": land.parameters[0]}, "range": list(box[0])}
        return x, log_axis("f(x)", land.target / 100, float(land.loss((max(map(abs, box[0])),))[0]))
    x, y = ({"title": {"text": name}, "range": list(side)} for name, side in zip(land.parameters, box, strict=True))
    return {**x, **VERTICAL_GRID}, y


def _plotted(land: Landscape) -> str:
    if len(land.parameters) == 1:
        return "f(x) = x⁴, and where each descent steps"
    return "Loss after 50 steps of the unit, shaded = small, and the paths over it"


def _tip_names(paths: Sequence[Path], box: Box, height: int) -> list[str]:
    """Return what stands at each path's end; of ends at one spot only the first has a text, the names of all."""
    if len(paths) > FEW:
        return [""] * len(paths)
    spots = [_pixel(box, _at(path, -1), height) for path in paths]
    near = [[other for other, at in enumerate(spots) if math.dist(at, spot) < SAME_SPOT] for spot in spots]
    return [
        theme.names([paths[other].name for other in near[own]]) if near[own][0] == own else ""
        for own in range(len(paths))
    ]


def _sides(paths: Sequence[Path], box: Box, height: int) -> list[str]:
    """Return on which side of start and ends each name stands, so that it covers no other."""
    ends = [_at(path, -1) for path in paths]
    if len(box) == 1:  # at the right the lines come from the left, above the curve
        return ["above", *("below left" if x > 0.5 * box[0][1] else "right" for x, _ in ends)]
    pixels = [_pixel(box, spot, height) for spot in (_at(paths[0], 0), *ends)]
    found = beside(pixels, ["start", *_tip_names(paths, box, height)], WIDTH)
    return ["above", *found[1:]] if len(paths) > FEW else found


def _at(path: Path, place: int) -> tuple[float, float]:
    """Return the first (0) or last (-1) point of a path that can be drawn."""
    x, y = path.places
    return float(x[np.isfinite(y)][place]), float(y[np.isfinite(y)][place])


def _pixel(box: Box, spot: tuple[float, float], height: int) -> tuple[float, float]:
    """Return about where a point lies on the screen, in px; over one parameter the loss has a logarithmic axis."""
    (left, right), x = box[0], spot[0]
    across = (x - left) / (right - left) * WIDTH
    if len(box) == 1:
        return across, DECADE * math.log10(spot[1])
    low, high = box[1]
    return across, (spot[1] - low) / (high - low) * (height - 120)
