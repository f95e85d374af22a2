"""One row for each solution: how effective and how complex it is, opinion beside measurement; and what stacks do."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import VERTICAL_GRID, rows, rows_height
from gradcore.figures.solution_looks import short_name, solution_look, stack_name
from gradcore.figures.theme import Layout
from gradcore.records import JOINT
from gradcore.solution_complexity import Complexity
from gradcore.solution_ratings import Rating
from gradcore.solutions import Effect
from gradcore.titles import counted

EDGE = {"width": 1, "color": theme.BACKGROUND}  # between the kinds that are counted
MISSED = 0.05  # of the effect: a part without which less is lost is hardly missed
WORDS: Mapping[str, str] = {
    "parameters": "hyper-parameters",
    "state": "kinds of state",
    "couplings": "rules to keep",
    "differs": "differs at inference",
    "coupled": "couples rows of a batch",
    "data": "needs data to start",
    "lines": "kinds of lines of code",
}


def effectiveness_bars(order: Sequence[str], opinions: Mapping[str, Rating], found: Mapping[str, Rating]) -> go.Figure:
    """Draw each solution's effectiveness as measured, with its interval, and a ring where the notebook puts it."""
    fell = [name for name in order if name in opinions and name in found]
    lower = sum(found[name].effectiveness < opinions[name].effectiveness for name in fell)
    title = theme.title(
        f"{lower} of the notebook's {counted(len(fell), 'score')} are higher than what is measured",
        "Bar = measured, line = 95 % interval, ring = the notebook's opinion; 10 = cured, 0 = no effect",
    )
    ends = [found[name].effectiveness for name in order if name in found]
    lowest = min([0.0, *(end - 0.4 for end in ends)])
    axis = {"title": {"text": "Effectiveness"}, "range": [lowest, 10.6], "dtick": 2}
    bars, rings = _bars(order, found, "effectiveness"), _rings(order, opinions, "effectiveness")
    return _chart(order, [*bars, *_whiskers(order, found), *rings], title, axis)


def complexity_bars(order: Sequence[str], opinions: Mapping[str, Rating], found: Mapping[str, Rating]) -> go.Figure:
    """Draw what each solution asks for, counted and stacked by kind, and a ring where the notebook puts it."""
    kinds = list(vars(Complexity(0, 0, 0, 0, 0, 0, 0)))
    counts = {name: vars(rating.counted) for name, rating in found.items() if rating.counted}
    most = max((sum(parts.values()) for parts in counts.values()), default=1)
    traces: list[dict[str, Any]] = []
    for place, kind in enumerate(kinds):
        values = [counts[name][kind] * 10 / most if name in counts else 0 for name in order]
        said = [f"{short_name(name)}: {counts[name][kind] if name in counts else 0} {WORDS[kind]}" for name in order]
        traces.append(
            {
                **_bar(order, values, said),
                "name": WORDS[kind],
                "marker": {"color": theme.GREYS[place], "line": EDGE},
            }
        )
    largest = max(counts, key=lambda name: sum(counts[name].values()), default="")
    title = theme.title(
        f"{short_name(largest)} asks for the most: {most} things, counted" if largest else "Nothing is counted yet",
        f"Stacked by kind, {most} things = 10; ring = the notebook's opinion",
    )
    axis = {"title": {"text": "Complexity"}, "range": [0, 10.6], "dtick": 2}
    legend = theme.legend_below(170, room=118)
    layout = {**legend, "barmode": "stack"}
    return _chart(order, [*traces, *_rings(order, opinions, "complexity")], title, axis, layout, more=74)


def pair_bars(pairs: Mapping[tuple[str, ...], Effect], where: str) -> go.Figure:
    """Draw what each pair of the strongest gains over the better one of both alone."""
    order = sorted(pairs, key=lambda pair: -pairs[pair].value)
    helped = sum(
        pairs[pair].interval is not None and pairs[pair].told_apart and pairs[pair].value > 0 for pair in order
    )
    title = theme.title(
        f"{helped} of {counted(len(order), 'pair')} do better than the better one alone",
        f"{where}: effect of both minus that of the better one; line = 95 % interval, 1 = the whole loss",
    )
    names = {JOINT.join(pair): stack_name(pair) for pair in order}
    return _effects(names, [pairs[pair] for pair in order], title, "Gain")


def left_out_bars(lost: Mapping[str, Effect], where: str) -> go.Figure:
    """Draw what the whole modern stack loses without each of its parts."""
    order = sorted(lost, key=lambda name: -lost[name].value)
    needed = [short_name(name) for name in order if lost[name].told_apart and lost[name].value > MISSED]
    what = f"{theme.names(needed)} cannot be left out" if needed else "No part of the stack is missed by more than 5 %"
    title = theme.title(what, f"{where}: effect of the whole stack minus that without the part; line = 95 % interval")
    names = {name: short_name(name) for name in order}
    return _effects(names, [lost[name] for name in order], title, "Effect that is lost")


def _effects(names: Mapping[str, str], effects: Sequence[Effect], title: Layout, axis: str) -> go.Figure:
    """Draw one row for each of the names, which are what a click on its dot tells."""
    keys, labels = list(names), list(names.values())
    ends = [end for effect in effects for end in (effect.value, *(effect.interval or ()))]
    low, high = min([-0.1, *ends]), max([0.1, *ends])
    traces: list[dict[str, Any]] = []
    for row, effect in enumerate(effects):
        color = theme.LIGHT[0] if effect.told_apart and effect.interval else theme.MUTED
        if effect.interval:
            traces.append(_line(list(effect.interval), row, color))
        said = f"{theme.escaped(labels[row])}: {effect.value:.3f}" + _ends(effect)
        dot = {
            "type": "scatter",
            "mode": "markers",
            "x": [effect.value],
            "y": [row],
            "text": [said],
            "customdata": [keys[row]],
        }
        traces.append({**dot, "marker": {"size": 11, "color": color}, "hovertemplate": "%{text}<extra></extra>"})
    room = 0.06 * (high - low)
    layout = {
        "title": title,
        "height": rows_height(len(labels)),
        **rows(labels, most=34),
        "xaxis": {"title": {"text": axis}, "range": [low - room, high + room], "nticks": 5, **VERTICAL_GRID},
        "shapes": [_zero()],
        "hovermode": "closest",
    }
    return theme.figure(traces, layout)


def _ends(effect: Effect) -> str:
    return "" if effect.interval is None else f" ({effect.interval[0]:.3f} to {effect.interval[1]:.3f})"


def _chart(
    order: Sequence[str],
    traces: Sequence[Mapping[str, Any]],
    title: Layout,
    axis: Layout,
    more_layout: Layout | None = None,
    more: int = 0,
) -> go.Figure:
    names = rows([short_name(name) for name in order])
    layout = {
        "title": title,
        "height": rows_height(len(order)) + more,
        "xaxis": {**axis, **VERTICAL_GRID},
        "hovermode": "closest",
        "bargap": 0.35,
        "shapes": [_zero()],
        **(more_layout or {}),
        **names,
    }
    if more_layout:
        layout["margin"] = {**more_layout["margin"], "l": names["margin"]["l"]}
    return theme.figure(list(traces), layout)


def _bars(order: Sequence[str], found: Mapping[str, Rating], field: str) -> list[dict[str, Any]]:
    values = [getattr(found[name], field) if name in found else 0.0 for name in order]
    said = [
        f"{short_name(name)}: {getattr(found[name], field):.2f} of 10" if name in found else f"{short_name(name)}: n/a"
        for name in order
    ]
    colors = [solution_look(name).color for name in order]
    return [{**_bar(order, values, said), "marker": {"color": colors, "opacity": 0.75}}]


def _bar(order: Sequence[str], values: Sequence[float], said: Sequence[str]) -> dict[str, Any]:
    spots = {"x": list(values), "y": list(range(len(values))), "customdata": list(order), "orientation": "h"}
    return {
        "type": "bar",
        **spots,
        "text": list(said),
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _whiskers(order: Sequence[str], found: Mapping[str, Rating]) -> list[dict[str, Any]]:
    pairs = [(row, found[name].interval) for row, name in enumerate(order) if name in found]
    return [_line(list(interval), row, theme.INK) for row, interval in pairs if interval]


def _line(ends: Sequence[float], row: int, color: str) -> dict[str, Any]:
    looks = {"mode": "lines", "line": {"color": color, "width": 2}, "hoverinfo": "skip", "showlegend": False}
    return {"type": "scatter", "x": list(ends), "y": [row, row], **looks}


def _rings(order: Sequence[str], opinions: Mapping[str, Rating], field: str) -> list[dict[str, Any]]:
    """Return a ring where the notebook puts each solution that it scores."""
    scored = [(row, name, getattr(opinions[name], field)) for row, name in enumerate(order) if name in opinions]
    looks = {"symbol": "circle", "size": 11, "color": theme.BACKGROUND, "line": {"width": 2, "color": theme.INK}}
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "the notebook's opinion",
            "x": [value for *_, value in scored],
            "y": [row for row, *_ in scored],
            "marker": looks,
            "text": [f"{short_name(name)}, opinion: {value:g} of 10" for _, name, value in scored],
            "customdata": [name for _, name, _ in scored],
            "hovertemplate": "%{text}<extra></extra>",
        }
    ]


def _zero() -> Layout:
    line = {"color": theme.LINE, "width": 1}
    return {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": line, "layer": "below"}
