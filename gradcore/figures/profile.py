"""The performance profile: each entrant's share of tasks that it solves within a multiple of the best one's time."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.labels import LABEL_HEIGHT, label_width, spread
from gradcore.figures.theme import Layout, Style, styles
from gradcore.profile import LEAST_SEEDS, R_MAX, Profile, leaders, share_within
from gradcore.records import Doubles
from gradcore.task_times import TaskTimes
from gradcore.titles import counted

TICKS = (1.0, 1.5, 2.0, 3.0, 4.0)
BESIDE = 2.5  # px between lines that would hide each other
ROOM = 0.4  # of one task's height that all lines side by side take at most
AIR = 0.04  # below 0 and above 1


def performance_profile(times: TaskTimes, found: Profile, height: int = theme.HEIGHT) -> go.Figure:
    """Draw rho over tau: the share of the tasks that each entrant solves within tau times the best, names at the ends.

    Args:
        times: what the races came to.
        found: their profile.
        height: px.
    """
    looks = dict(zip(found.labels, styles(times.optimizers), strict=True))
    tau = _grid(found.ratios)
    shares = share_within(found.ratios, tau)  # (E, len(tau))
    plot_height = height - theme.margin()["t"] - theme.margin()["b"]
    order = [found.labels.index(place.label) for place in found.standings]
    offsets = _side_by_side(shares[order], found.ratios.shape[1], plot_height)
    lines = [
        _line(found.labels[row], looks[found.labels[row]], tau, shares[row], offset, found.ratios.shape[1])
        for row, offset in zip(order, offsets, strict=True)
    ]
    ends = [float(shares[row, -1]) + offset for row, offset in zip(order, offsets, strict=True)]
    texts = [f"{theme.short(place.label)} {place.score:.2f}" for place in found.standings]
    fits = LABEL_HEIGHT * len(texts) <= plot_height
    names = [(place.label, text) for place, text in zip(found.standings, texts, strict=True)]
    layout = {
        "title": theme.title(profile_title(times, found), _subtitle(times, found)),
        "height": height,
        "xaxis": {**_across(), "unifiedhovertitle": {"text": "Within %{x:.2f} times the best"}},
        "yaxis": _up(),
        "margin": theme.margin(right=label_width(texts) if fits else 24),
        "annotations": _end_labels(names, looks, ends, plot_height) if fits else [],
    }
    legend = theme.legend_below(label_width(texts))
    placed = layout if fits else {**layout, **legend}
    return theme.figure(lines, placed, narrow={"annotations": [], **legend})


def profile_title(times: TaskTimes, found: Profile) -> str:
    """Return who is ahead, and whether anything separates it from the others."""
    first = found.standings[0]
    if not np.isfinite(found.times).any():
        return "Nobody reaches a target"
    if len(found.labels) == 1:
        return f"{first.label} reaches the target on {first.reached_on} of {counted(len(times.problems), 'task')}"
    top = leaders(found)
    who = top[0] if len(top) == 1 else f"{len(top)} entrants" if len(top) > 3 else theme.names(top)
    lead = f"{who} {'has' if len(top) == 1 else 'share'} the highest score, {first.score:.2f}"
    level = [label for label in first.tied_with if label not in top]
    if first.rank is None:
        return lead
    if times.seeds < LEAST_SEEDS:
        return f"{lead}; {counted(times.seeds, 'seed')} tell nobody apart"
    if not level:
        return f"{who} is significantly ahead, with a score of {first.score:.2f}" if len(top) == 1 else lead
    others = theme.names(level) if len(level) <= 2 else f"{len(level)} others"
    return f"{lead}; nothing separates {'it' if len(top) == 1 else 'them'} from {others}"


def _subtitle(times: TaskTimes, found: Profile) -> str:
    tasks = counted(len(times.problems), "task")
    seeds = "one seed" if times.seeds == 1 else f"median of {times.seeds} seeds"
    return (
        f"Share of {tasks} solved within a multiple of the best time, {seeds}; lines side by side where they coincide"
    )


def _grid(ratios: Doubles) -> Doubles:
    """Return where lines are drawn: every rise, the ticks, and enough between them to hover on."""
    rises = ratios[ratios <= R_MAX]
    return np.unique(np.concatenate([rises, TICKS, np.geomspace(1.0, R_MAX, 49).round(4)]))


def _side_by_side(shares: Doubles, tasks: int, plot_height: float) -> list[float]:
    """Return how far each line is shifted, in shares, so that none hides another; the first stands highest.

    Lines (E, X) that coincide nowhere stay where they are.
    """
    count, unit = len(shares), (1 + 2 * AIR) / plot_height
    step = min(BESIDE * unit, ROOM / tasks / max(count - 1, 1))
    offsets = [0.0] * count
    for group in _touching(shares):
        for place, row in enumerate(group):
            offsets[row] = step * ((len(group) - 1) / 2 - place)
    return offsets


def _touching(shares: Doubles) -> list[list[int]]:
    """Return the rows in groups that share a height somewhere, directly or through others.

    Example:
        >>> _touching(np.array([[0.9, 1.0], [0.5, 0.5], [0.2, 0.3], [0.5, 0.7]]))
        [[0], [1, 3], [2]]
    """
    groups: list[list[int]] = []
    for row in range(len(shares)):
        near = [group for group in groups if any((shares[row] == shares[other]).any() for other in group)]
        merged = sorted([other for group in near for other in group] + [row])
        groups = [group for group in groups if group not in near] + [merged]
    return sorted(groups)


def _line(label: str, look: Style, tau: Doubles, shares: Doubles, offset: float, tasks: int) -> dict[str, Any]:
    solved = np.rint(shares * tasks).astype(int)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": theme.short(label),
        "meta": label,
        "x": tau,
        "y": (shares + offset).round(6),
        "line": {"color": look.color, "dash": look.dash, "width": 2, "shape": "hv"},
        "text": [f"{count} of {tasks}" for count in solved],
        "hovertemplate": f"{theme.short(label)}  %{{text}}<extra></extra>",
    }


def _across() -> Layout:
    """Return the axis of multiples, on a logarithmic scale: twice and half as long take the same room."""
    return {
        "type": "log",
        "title": {"text": "Multiple of the best time to target"},
        "range": [0.0, round(float(np.log10(R_MAX)), 6)],
        "tickmode": "array",
        "tickvals": list(TICKS),
        "ticktext": [f"{tick:g}" for tick in TICKS],
        "nticks": 5,
    }


def _up() -> Layout:
    shares = [0.0, 0.25, 0.5, 0.75, 1.0]
    return {
        "title": {"text": "Share of tasks solved"},
        "range": [-AIR, 1 + AIR],
        "tickmode": "array",
        "tickvals": shares,
        "ticktext": [f"{100 * share:.0f} %" for share in shares],
    }


def _end_labels(
    names: Sequence[tuple[str, str]], looks: dict[str, Style], ends: Sequence[float], plot_height: float
) -> list[dict[str, Any]]:
    """Return a name with its score for each line, at the right of the frame, kept apart."""
    low, high = -AIR, 1 + AIR
    size = LABEL_HEIGHT * (high - low) / plot_height
    places = spread(ends, [size] * len(ends), low, high)
    return [
        {
            "name": label,
            "text": text,
            "x": round(float(np.log10(R_MAX)), 6),  # notes on a logarithmic axis stand at exponents
            "xref": "x",
            "xanchor": "left",
            "xshift": 8,
            "y": round((place - low) / (high - low), 5),
            "yref": "paper",
            "yanchor": "middle",
            "showarrow": False,
            "captureevents": True,
            "hovertext": "click: hide or show",
            "font": {"color": looks[label].color, "size": theme.TYPE_SIZE, "weight": 600},
        }
        for (label, text), place in zip(names, places, strict=True)
    ]
