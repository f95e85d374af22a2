"""What stacks do on a disease: what the whole one loses without each of its parts, and what pairs gain."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import VERTICAL_GRID, rows, rows_height
from gradcore.figures.solution_looks import row_line, short_name, stack_name, zero_line
from gradcore.figures.theme import Layout
from gradcore.records import JOINT
from gradcore.solutions import Effect
from gradcore.titles import counted

MISSED = 0.05  # of the effect: a part without which less is lost is hardly missed


def pair_bars(
    pairs: Mapping[tuple[str, ...], Effect], interactions: Mapping[tuple[str, ...], Effect], where: str
) -> go.Figure:
    """Draw what each pair of the strongest gains over the better one of both alone; its interaction on hover."""
    order = sorted(pairs, key=lambda pair: -pairs[pair].value)
    helped = sum(
        pairs[pair].interval is not None and pairs[pair].told_apart and pairs[pair].value > 0 for pair in order
    )
    title = theme.title(
        f"{helped} of {counted(len(order), 'pair')} do better than the better one alone",
        f"{where}: effect of both minus that of the better one; line = 95 % interval, 1 = the whole loss",
    )
    names = {JOINT.join(pair): stack_name(pair) for pair in order}
    more = [f"<br>interaction, both minus the sum of each: {_text(interactions[pair])}" for pair in order]
    return _effects(names, [pairs[pair] for pair in order], title, "Gain", more)


def left_out_bars(lost: Mapping[str, Effect], where: str) -> go.Figure:
    """Draw what the whole modern stack loses without each of its parts."""
    order = sorted(lost, key=lambda name: -lost[name].value)
    needed = [short_name(name) for name in order if lost[name].told_apart and lost[name].value > MISSED]
    what = f"{theme.names(needed)} cannot be left out" if needed else "No part of the stack is missed by more than 5 %"
    title = theme.title(what, f"{where}: effect of the whole stack minus that without the part; line = 95 % interval")
    names = {name: short_name(name) for name in order}
    return _effects(names, [lost[name] for name in order], title, "Effect that is lost")


def _effects(
    names: Mapping[str, str], effects: Sequence[Effect], title: Layout, axis: str, more: Sequence[str] = ()
) -> go.Figure:
    """Draw one row for each of the names, whose keys are what a click on a dot tells; `more` is said on hover."""
    keys, labels = list(names), list(names.values())
    ends = [end for effect in effects for end in (effect.value, *(effect.interval or ()))]
    low, high = min([-0.1, *ends]), max([0.1, *ends])
    traces: list[dict[str, Any]] = []
    for row, effect in enumerate(effects):
        color = theme.LIGHT[0] if effect.told_apart and effect.interval else theme.MUTED
        if effect.interval:
            traces.append(row_line(effect.interval, row, color))
        said = f"{theme.escaped(labels[row])}: {_text(effect)}" + (more[row] if more else "")
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
        "shapes": [zero_line()],
        "hovermode": "closest",
    }
    return theme.figure(traces, layout)


def _text(effect: Effect) -> str:
    ends = "" if effect.interval is None else f" ({effect.interval[0]:.3f} to {effect.interval[1]:.3f})"
    return f"{effect.value:.3f}{ends}"
