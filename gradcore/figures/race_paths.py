"""The paths of a race in two numbers, over the contour lines of the loss that they descend; one seed, step by step.

The chart plays: its layout holds `meta.frames`, as `ui/plot_play.js` reads it. Shapes: T steps, S seeds, N points kept.
"""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import VERTICAL_GRID, power
from gradcore.figures.curves import Steps
from gradcore.figures.labels import label_width
from gradcore.figures.paths import (
    Box,
    Path,
    drawable,
    ground,
    left_at,
    loss_bar,
    path_exits,
    path_line,
    path_tip,
    playing,
    start_mark,
)
from gradcore.figures.race_path_claims import fate, lost_at, title
from gradcore.figures.theme import Layout, Style
from gradcore.records import Doubles, EntrantTrace, RaceTrace
from gradcore.tasks import Rows, Task

PARAMETERS = ("x₁", "x₂")
CELLS = (168, 96)  # of the picture, along each axis
ASPECT = CELLS[0] / CELLS[1]  # of the picture, with one scale for both axes
REACH = 2.0  # times the start's distance from the optimum: how far the picture grows for a path that does not diverge
AIR = 0.08  # of the picture, around what it must show
FLOOR = 1e-3  # the loss below which the ground is even, where the task has no target
MOST_TICKS = 6  # of the colour bar
MOST_DECADES = 6  # with two contour lines each; more have one
SEEN = 1e-3  # of the picture: a path that moves less keeps its place
MOST_POINTS = 1500  # of one path
MOST_MARKED = 200  # points of a path that each have a marker
FEW = 1  # paths that leave the picture and are told so in it: texts of more would cover each other
DIVERGED = ("diverged", "diverged")


def race_paths(task: Task, seed: int, trace: RaceTrace, place: int, height: int = theme.HEIGHT) -> go.Figure:
    """Draw the path of each entrant from one seed over the loss, dark where it is small.

    Args:
        task: what is trained: two numbers, without a network (`Task.is_plane`).
        seed: that is drawn; the loss is that of its rows.
        trace: the race, with the points of every step.
        place: of the seed among those of the race.
        height: px.
    """
    shown = [entrant for entrant in trace.entrants if entrant.points is not None and entrant.steps]
    looks = theme.styles([entrant.optimizer for entrant in trace.entrants])
    look_of = {entrant.label: look for entrant, look in zip(trace.entrants, looks, strict=True)}
    whole = [_points(entrant, place) for entrant in shown if lost_at(entrant, place) is None]
    optimum = np.broadcast_to(np.asarray(task.optimum, dtype=np.float64), 2)
    box = picture(whole or [_points(entrant, place)[:1] for entrant in shown], optimum)
    paths = [path_of(entrant, place, look_of[entrant.label], box) for entrant in shown]
    lines = [_line(path, fate(entrant, place, task.target)) for path, entrant in zip(paths, shown, strict=True)]
    leaving = sum(left_at(path.points, box) is not None for path in paths)
    exits = path_exits(paths, box, PARAMETERS, fate=DIVERGED, named=leaving <= FEW)
    tips = [{**path_tip(path), "cliponaxis": True} for path in paths]
    marks = [*_start_marks(paths, optimum), _optimum_mark(optimum)]
    moving = list(range(1, 1 + len(lines) + len(exits)))
    last = max((entrant.steps for entrant in shown), default=1) - 1
    frames = playing(last, moving, [1 + len(moving) + index for index in range(len(tips))], "paths")
    legend = theme.legend_below(label_width([str(line["name"]) for line in lines]))
    layout = {
        "title": theme.title(title(shown, place, task.target), _plotted(seed, task.target)),
        "height": height,
        **_axes(box),
        "hovermode": "closest",
        **legend,
        "margin": {**legend["margin"], "r": 72},
        "meta": {"frames": frames},
    }
    traces = [_ground(task, task.rows(seed), box), *lines, *exits, *tips, *marks]
    return theme.figure(traces, layout, narrow={"yaxis": {"scaleanchor": False}})


def median_seed(trace: RaceTrace) -> int:
    """Return the place of the seed whose last losses (the mean log of all entrants) are in the middle."""
    last = np.array([entrant.loss[-1] for entrant in trace.entrants if entrant.steps], dtype=np.float64)  # (E, S)
    if not len(last):
        return 0
    held = np.clip(np.nan_to_num(last, nan=np.inf), np.finfo(np.float64).tiny, np.finfo(np.float64).max)
    order = np.argsort(np.log(held).mean(axis=0), kind="stable")
    return int(order[(len(order) - 1) // 2])


# ---- what is drawn ----------------------------------------------------------------------------------------------


def picture(paths: Sequence[Doubles], optimum: Doubles) -> Box:
    """Return the picture's range of each parameter: the optimum (2,), every start, and the paths (N, 2) near them."""
    starts = np.array([path[0] for path in paths if np.isfinite(path[0]).all()]).reshape(-1, 2)
    reach = REACH * float(np.linalg.norm(starts - optimum, axis=1).max(initial=0.0)) or 1.0
    points = np.concatenate([optimum[None], *paths])
    near = points[np.linalg.norm(points - optimum, axis=1) <= reach]
    low, high = near.min(axis=0), near.max(axis=0)
    size = np.maximum((high - low) * (1 + 2 * AIR), reach * AIR)
    size = np.maximum(size, [size[1] * ASPECT, size[0] / ASPECT])
    middle = (low + high) / 2
    return tuple((float(at - side / 2), float(at + side / 2)) for at, side in zip(middle, size, strict=True))


def path_of(entrant: EntrantTrace, place: int, look: Style, box: Box) -> Path:
    """Return the path of an entrant from one seed, without the points that no eye could tell from those before.

    One that diverges ends where it leaves the picture, which it would cross ever again.
    """
    points, lost = _points(entrant, place), lost_at(entrant, place)
    out = left_at(points, box) if lost is not None else None
    points = points if out is None else points[: out + 1]
    steps = kept(points, SEEN * (box[0][1] - box[0][0]))
    points = points[steps]
    near = drawable(points, box)
    places = (np.where(near, points[:, 0], np.nan), np.where(near, points[:, 1], np.nan))
    return Path(entrant.label, look, steps, points, places, lost)


def kept(points: Doubles, least: float) -> Steps:
    """Return the steps at which a path (T, 2) has moved by more than `least` since the one before, and the last.

    Of a path that has too many of these, such as one that swings for ever, the later ones are thinned.

    Example:
        >>> path = np.repeat([[0.0, 0.0], [0.1, 0.0], [1.0, 0.0]], 100, axis=0)
        >>> kept(path, 0.5).tolist()
        [0, 200, 299]
    """
    if len(points) <= MOST_MARKED:
        return np.arange(len(points))
    found, (x, y) = [0], points[0].tolist()
    for step, (next_x, next_y) in enumerate(points.tolist()):
        if not (abs(next_x - x) <= least and abs(next_y - y) <= least):  # what is no number is kept
            found.append(step)
            x, y = next_x, next_y
    every = -(-len(found) // MOST_POINTS) | 1  # odd: both sides of a swing stay
    return np.array(sorted({*found[:MOST_MARKED], *found[MOST_MARKED::every], len(points) - 1}))


def _points(entrant: EntrantTrace, place: int) -> Doubles:
    assert entrant.points is not None  # callers have left out entrants without them
    found: Doubles = entrant.points[entrant.trained[:, place], place].astype(np.float64)  # up to a stop
    return found


# ---- how it is drawn --------------------------------------------------------------------------------------------


def _ground(task: Task, rows: Rows, box: Box) -> Layout:
    x, y = (np.linspace(*side, cells) for side, cells in zip(box, CELLS, strict=True))
    loss = loss_at(task, rows, np.stack(np.meshgrid(x, y), axis=-1))
    low = float(np.log10(task.target or FLOOR))
    high = max(float(np.log10(loss.max())), low + 1)
    said = f"{PARAMETERS[0]} = %{{x:.3f}}, {PARAMETERS[1]} = %{{y:.3f}}: loss 10<sup>%{{z:.2f}}</sup>"
    shaded = ground(x, y, np.log10(np.maximum(loss, 10**low)), (low, high), _spacing(low, high), said)
    return {**shaded, "colorbar": loss_bar(_ticks(low, high))}


def _ticks(low: float, high: float) -> dict[int, str]:
    """Return powers of ten between two exponents, MOST_TICKS at most."""
    exponents = range(math.ceil(low - 1e-9), math.floor(high) + 1)
    return {each: power(10.0**each) for each in exponents[:: -(-len(exponents) // MOST_TICKS) or 1]}


def loss_at(task: Task, rows: Rows, points: Doubles) -> Doubles:
    """Return half the mean squared error of a task's rows at points (..., 2), (...)."""
    factors = points if task.lift is None else task.lift(points, np)
    apart = factors @ rows.x_train.T.astype(np.float64) - rows.y_train[:, 0]
    found: Doubles = (apart**2).mean(axis=-1) / 2
    return found


def _spacing(low: float, high: float) -> float:
    return 0.5 if high - low <= MOST_DECADES else 1.0


def _line(path: Path, end: str) -> Layout:
    mode = "lines+markers" if len(path.steps) <= MOST_MARKED else "lines"
    name = theme.short(path.name)
    said = f"{name}, step %{{customdata}}: {PARAMETERS[0]} = %{{x:.4g}}, {PARAMETERS[1]} = %{{y:.4g}}<extra></extra>"
    return {**path_line(path), "mode": mode, "name": f"{name}: {end}", "hovertemplate": said}


def _start_marks(paths: Sequence[Path], optimum: Doubles) -> list[Layout]:
    """Return a ring at each start, named on the side from which no path comes."""
    starts = {(float(path.points[0, 0]), float(path.points[0, 1])) for path in paths}
    return [start_mark(start, "right" if start[0] >= optimum[0] else "left") for start in sorted(starts)]


def _optimum_mark(optimum: Doubles) -> Layout:
    marker = {"symbol": "cross-thin", "size": 11, "color": theme.INK, "line": {"width": 2, "color": theme.INK}}
    at = {
        "x": [float(optimum[0])],
        "y": [float(optimum[1])],
        "marker": marker,
        "hovertemplate": "optimum<extra></extra>",
    }
    return {"type": "scatter", "mode": "markers", "name": "optimum", "showlegend": False, **at}


def _plotted(seed: int, target: float | None) -> str:
    said = "" if target is None else f", most shaded below the target of {theme.number(target)}"
    return f"Seed {seed}: the path of each optimizer over the loss{said}; + marks the optimum"


def _axes(box: Box) -> dict[str, Layout]:
    x, y = ({"title": {"text": name}, "range": list(side)} for name, side in zip(PARAMETERS, box, strict=True))
    one_scale = {"scaleanchor": "x", "constrain": "domain", "constraintoward": "top"}
    return {
        "xaxis": {**x, **VERTICAL_GRID, "constrain": "domain", "constraintoward": "left"},
        "yaxis": {**y, **one_scale},
    }
