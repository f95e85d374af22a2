"""A cliff over its steps: the loss of each path; x^4's steps for each learning rate are in `cliff_rates.py`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.cliffs import Descent
from gradcore.clipping import CLIP_RULES
from gradcore.figures import theme
from gradcore.figures.axes import log_axis, step_axis
from gradcore.figures.cliff_paths import FEW, path_looks, playing
from gradcore.figures.labels import label_width
from gradcore.figures.pair_lines import names_at_ends
from gradcore.figures.paths import exit_text, floats
from gradcore.figures.theme import Layout, Style

TARGET = "Target"
LEAVING = 10.0  # times the highest loss of the others: there a diverging path leaves the frame
MOST = 1e280  # of a loss that the axis shows: float64 holds the room above it too
LEAST = 1e-6  # times the target: a lucky dip deeper than that is drawn on the lower edge


def loss_over_steps(paths: Sequence[Descent], height: int = theme.HEIGHT) -> go.Figure:
    """Draw the loss of each path over its steps, with the target; it moves with the landscape."""
    looks, steps, target = path_looks(paths), max(path.steps for path in paths), paths[0].target
    low, high = _reach(paths)
    yaxis = log_axis("Loss", low, high)
    drawn = [_drawn(path, low) for path in paths]
    lines = [_line(path, losses, look) for path, losses, look in zip(paths, drawn, looks, strict=True)]
    lost = _lost(paths, looks, float(10 ** yaxis["range"][1]))
    tips = [_tip(path, losses, look) for path, losses, look in zip(paths, drawn, looks, strict=True)]
    moving = list(range(1, 1 + len(lines) + len(lost)))
    tipped = [1 + len(moving) + index for index in range(len(tips))]
    edge = f"; below {theme.number(low)}: on the edge" if any((path.loss < low).any() for path in paths) else ""
    plotted = f"Loss over the steps; dashed: the target, {theme.number(target)}{edge}"
    layout = {
        "title": theme.title(_loss_title(paths), plotted),
        "height": height,
        "xaxis": step_axis(0, steps),
        "yaxis": yaxis,
        "yaxis2": {"overlaying": "y", "range": [0, 1], "fixedrange": True, "visible": False},
        **_names(paths, drawn, looks, yaxis, height),
        "meta": {"frames": playing(paths, moving, tipped, follows=True)},
    }
    legend = theme.legend_below(label_width([CLIP_RULES[path.rule].title for path in paths]))
    narrow = {"annotations": [], **legend} if len(paths) > FEW else None
    return theme.figure([_target(target, steps), *lines, *lost, *tips], layout, narrow)


def _names(
    paths: Sequence[Descent], drawn: Sequence[Any], looks: Sequence[Style], yaxis: Layout, height: int
) -> Layout:
    """Return the names of the target and of the paths at the heights of their ends; a few that are lost have a text."""
    shown = [each for each in zip(paths, drawn, looks, strict=True) if each[0].lost_at is None or len(paths) > FEW]
    ends = [(TARGET, paths[0].target), *((CLIP_RULES[path.rule].title, _end(path, y)) for path, y, _ in shown)]
    muted = Style(theme.MUTED, "dash", "circle")
    around = theme.margin()
    styles = [muted, *(look for *_, look in shown)]
    notes = names_at_ends(ends, styles, yaxis, height - around["t"] - around["b"], live=True)
    return {"annotations": notes, "margin": {**around, "r": label_width([name for name, _ in ends]), "l": 52}}


def _end(path: Descent, losses: Any) -> float:
    """Return the loss at which a path's name stands, NaN for one that is lost: at the top."""
    return float(losses[-1]) if path.lost_at is None else float("nan")


def _loss_title(paths: Sequence[Descent]) -> str:
    if len(paths) <= 2:
        return f"Loss at the end: {'; '.join(_ended(path) for path in paths)}"
    kept = [path for path in paths if path.lost_at is None]
    if not kept:
        return "Every descent is lost"
    best = min(kept, key=lambda path: float(path.loss[-1]))
    lost = len(paths) - len(kept)
    gone = f"; {lost} of {len(paths)} lost" if lost else ""
    return f"Loss ends lowest with {CLIP_RULES[best.rule].title}: {theme.number(best.loss[-1], 2)}{gone}"


def _ended(path: Descent) -> str:
    name = CLIP_RULES[path.rule].title.lower()
    return f"{name} {theme.number(path.loss[-1], 2)}" if path.lost_at is None else f"{name} lost at step {path.lost_at}"


def _reach(paths: Sequence[Descent]) -> tuple[float, float]:
    """Return the axis' range: all of what stays finite, and of what diverges a little more than its start."""
    kept = [path.loss for path in paths if path.lost_at is None]
    kept += [np.array([path.loss[0] * LEAVING]) for path in paths if path.lost_at is not None]
    values, target = np.concatenate(kept), paths[0].target
    values = np.append(values[np.isfinite(values)], target)
    return max(min(float(values.min()), target / 2), target * LEAST), min(max(float(values.max()), target * 2), MOST)


def _drawn(path: Descent, low: float) -> Any:
    """Return the losses at their places; what is below the axis, also 0, stands on its edge."""
    return np.where(np.isfinite(path.loss), np.maximum(path.loss, low), np.nan)


def _line(path: Descent, losses: Any, look: Style) -> dict[str, Any]:
    steps = np.arange(len(losses), dtype=np.uint16)
    return {
        **_same(path),
        "mode": "lines",
        "x": steps,
        "y": floats(losses),
        "customdata": steps,
        "line": {"color": look.color, "dash": look.dash, "width": 2},
        "text": [f"{loss:.4g}" for loss in path.loss.tolist()],
        "hovertemplate": f"{CLIP_RULES[path.rule].title}  %{{text}}<extra></extra>",
    }


def _tip(path: Descent, losses: Any, look: Style) -> dict[str, Any]:
    kept = np.isfinite(losses)
    steps = np.flatnonzero(kept).astype(np.uint16)
    return {
        **_same(path),
        "mode": "markers",
        "x": steps,
        "y": floats(losses[kept]),
        "customdata": steps,
        "marker": {"symbol": look.marker, "size": 10, "color": look.color},
        "cliponaxis": path.lost_at is not None,  # a path that leaves the frame takes its marker with it
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _lost(paths: Sequence[Descent], looks: Sequence[Style], top: float) -> list[dict[str, Any]]:
    """Return a mark on the upper edge for each path that is lost; those lost at one step share a text."""
    gone = [(path, look) for path, look in zip(paths, looks, strict=True) if path.lost_at is not None]
    together: dict[int | None, list[Descent]] = {}
    for path, _ in gone:
        together.setdefault(path.lost_at, []).append(path)
    texts = {}
    for place, group in enumerate(together.values() if len(paths) <= FEW else ()):
        names, leaves = [CLIP_RULES[path.rule].title for path in group], int(np.argmax(~(group[0].loss <= top)))
        text = exit_text(names, leaves, group[0].lost_at)
        texts[id(group[0])] = "<br>" * (place * (1 + text.count("<br>"))) + text  # below the one before
    steps = max(path.steps for path in paths)
    return [_mark(path, look, texts.get(id(path), ""), (path.lost_at or 0) > steps / 2) for path, look in gone]


def _mark(path: Descent, look: Style, text: str, late: bool) -> dict[str, Any]:
    step, name = path.lost_at, CLIP_RULES[path.rule].title
    return {
        **_same(path),
        "mode": "markers+text" if text else "markers",
        "x": [step],
        "y": [1.0],
        "yaxis": "y2",
        "customdata": np.array([step], dtype=np.uint16),
        "marker": {"symbol": "triangle-up", "size": 12, "color": look.color},
        "texttemplate": text,
        "textposition": "bottom left" if late else "bottom right",
        "textfont": {"color": look.color},
        "cliponaxis": False,
        "showlegend": False,
        "text": [f"{name}: loss or gradient not finite at step {step}"],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _same(path: Descent) -> dict[str, Any]:
    name = CLIP_RULES[path.rule].title
    return {"type": "scatter", "name": name, "meta": name}


def _target(level: float, steps: int) -> dict[str, Any]:
    """Return the target as a line across the frame, above all paths in the legend and in colour."""
    line = {"color": theme.INK, "width": 1.5, "dash": "dash"}
    across = {"x": [0, steps], "y": [level, level], "hoverinfo": "skip"}
    return {"type": "scatter", "mode": "lines", "name": TARGET, "meta": TARGET, **across, "line": line}
