"""Descents as paths over their landscape: how each looks, what the pointer says of it, where it leaves the picture."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcore.cliffs import Descent, Landscape
from gradcore.clipping import CLIP_RULES
from gradcore.figures import paths as drawn
from gradcore.figures import theme
from gradcore.figures.labels import label_width
from gradcore.figures.paths import Box, Path, drawable, path_exits
from gradcore.figures.rule_looks import rule_looks
from gradcore.figures.theme import Layout, Style

FEW = 4  # paths whose names stand at their ends; of more, a legend tells them apart


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


def paths_of(land: Landscape, descents: Sequence[Descent]) -> list[Path]:
    """Return each descent as a path over its landscape; over one parameter its height is the loss."""
    return [_path(land, *each) for each in zip(descents, path_looks(descents), strict=True)]


def _path(land: Landscape, descent: Descent, look: Style) -> Path:
    x = descent.points[:, 0]
    y = descent.points[:, 1] if len(land.parameters) == 2 else np.maximum(descent.loss, land.target / 1000)
    near = drawable(descent.points, land.frame) & np.isfinite(y)
    near[0] = True
    places = (np.where(near, x, np.nan), np.where(near, y, np.nan))
    title, steps = CLIP_RULES[descent.rule].title, np.arange(len(descent.loss))
    return Path(title, look, steps, descent.points, places, descent.lost_at)


def line(land: Landscape, descent: Descent, path: Path) -> dict[str, Any]:
    """Return a path with what the pointer says at each of its steps."""
    return {**drawn.path_line(path), "text": _said(land, descent), "hovertemplate": "%{text}<extra></extra>"}


def exits(land: Landscape, box: Box, paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Return the mark on the frame where each path first leaves the picture, with a text where there are few."""
    height = None if len(box) == 2 else lambda at: float(land.loss((at,))[0])
    return path_exits(paths, box, land.parameters, height, named=len(paths) <= FEW)


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
    return drawn.playing(max(path.steps for path in paths), moving, tips, "cliff", follows=follows)
