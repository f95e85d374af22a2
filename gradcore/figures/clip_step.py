"""One step: the gradient's entries before and after each rule.

By how much each rule turns the gradient is drawn in `clip_angle.py`, its shape over six decades in `clip_shape.py`;
all three are offered here.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from gradcore.clip_trials.measures import flat
from gradcore.clip_trials.one_step import Applied, OneStep
from gradcore.figures import theme
from gradcore.figures.clip_angle import angles
from gradcore.figures.clip_shape import shapes
from gradcore.figures.labels import label_width
from gradcore.figures.rule_looks import rule_looks, rule_names
from gradcore.figures.signed_log import Scale, signed_scale
from gradcore.figures.theme import Layout, Style

__all__ = ["angles", "entries", "shapes"]

MOST_ENTRIES = 40  # that one chart shows; of more, the largest
ROOM = 0.66  # of an entry's place, for the markers of all rules
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Entries:
    """The entries to draw: their places and names, and their values before and after each rule."""

    names: tuple[str, ...]  # N
    before: Doubles  # (N,)
    after: tuple[Doubles, ...]  # for each rule (N,)
    total: int  # of the gradient; more than N where it has too many to draw

    @property
    def scale(self) -> Scale:
        """The axis on which all of them can be seen."""
        return signed_scale(np.concatenate([self.before, *self.after]))


def shown_entries(step: OneStep) -> Entries:
    """Return every entry, or the largest where there are too many, in their order."""
    before = flat(step.gradients)
    size = np.where(np.isfinite(before), np.abs(before), np.inf)
    kept = np.sort(np.argsort(-size, kind="stable")[:MOST_ENTRIES])
    names = _names(step)
    after = tuple(flat(one.gradients)[kept] for one in step.results)
    return Entries(tuple(names[place] for place in kept), before[kept], after, len(before))


def _names(step: OneStep) -> list[str]:
    """Return `tensor:entry` for each entry, counted from 1."""
    return [
        f"{number}:{place}"
        for number, part in enumerate(step.gradients, 1)
        if part is not None
        for place in range(1, np.size(part) + 1)
    ]


def entries(step: OneStep, height: int = theme.HEIGHT, unmatched: Collection[str] = ()) -> go.Figure:
    """Draw each entry before (pale bar) and after each rule (marker), on an axis that shows small and large ones.

    The title leaves out the rules in `unmatched`, which are not at the strength of the others.
    """
    found = shown_entries(step)
    scale = found.scale
    looks = rule_looks([one.choice.name for one in step.results])
    traces = [_before(found, scale)]
    count = max(len(step.results), 1)
    for place, (one, look) in enumerate(zip(step.results, looks, strict=True)):
        shift = ROOM * ((place + 0.5) / count - 0.5)
        traces.append(_after(found, scale, one, found.after[place], look, shift))
    legend = theme.legend_below(label_width([one.title for one in step.results] or ["Before"]))
    layout = {
        "title": theme.title(entries_title(step, unmatched), _entries_subtitle(found)),
        "height": height,
        "xaxis": _entry_axis(found),
        "yaxis": scale.axis("Entry"),
        "hovermode": "closest",
        "bargap": 0.2,
        **legend,
    }
    return theme.figure(traces, layout, narrow={"xaxis": {"tickangle": 0}})


def entries_title(step: OneStep, unmatched: Collection[str] = ()) -> str:
    """Return what is seen: what becomes of the largest entry, or what is not finite."""
    active = [one for one in step.results if one.choice.name not in ("none", *unmatched)]
    if step.non_finite_before:
        return _spreading(step, active)
    if not active:
        return "No rule leaves this norm" if unmatched else "The gradient, not clipped"
    if not any(one.clipped for one in active):
        return "No rule touches this gradient"
    return _largest(step, active, "matched rule" if unmatched else "rule")


def _spreading(step: OneStep, active: Sequence[Applied]) -> str:
    count = step.non_finite_before
    what = "One entry is not finite" if count == 1 else f"{count} entries are not finite"
    lost = [one for one in active if one.non_finite_after > count]
    if not lost:
        return f"{what}; training would skip this step"
    worst = max(one.non_finite_after for one in lost)
    who = [one.title for one in lost if one.non_finite_after == worst]
    return f"{what}; {rule_names(who)} {'makes' if len(who) == 1 else 'make'} that {worst}"


def _largest(step: OneStep, active: Sequence[Applied], noun: str) -> str:
    before = flat(step.gradients)
    place = int(np.argmax(np.abs(before)))
    after = [(float(flat(one.gradients)[place]), one.title) for one in active]
    least, most = (theme.number(value) for value in sorted((min(after)[0], max(after)[0]), key=abs))
    low, high = (_who([who for value, who in after if theme.number(value) == end]) for end in (least, most))
    claim = f"The largest entry, {theme.number(before[place])}, becomes {least}"
    if least == most:
        return f"{claim} under every {noun}" if len(active) > 1 else f"{claim} ({low})"
    return f"{claim} ({low}) to {most} ({high})"


def _who(titles: Sequence[str]) -> str:
    """Return a rule by its name, several by their number: of those that do the same none stands for all."""
    return titles[0] if len(titles) == 1 else f"{len(titles)} rules"


def _entries_subtitle(found: Entries) -> str:
    which = "every entry" if found.total <= MOST_ENTRIES else f"the {MOST_ENTRIES} largest of {found.total:,} entries"
    lost = any(not np.isfinite(values).all() for values in (found.before, *found.after))
    hollow = "; hollow on the frame: not finite" if lost else ""
    return f"Gradient before clipping (bars) and after each rule (markers), {which} as tensor:entry{hollow}"


def _entry_axis(found: Entries) -> Layout:
    count = len(found.names)
    every = max(1, math.ceil(count / 12))
    spots = list(range(0, count, every))
    return {
        "tickmode": "array",
        "tickvals": spots,
        "ticktext": [found.names[spot] for spot in spots],
        "range": [-0.6, max(count, 1) - 0.4],
        "title": {"text": "Tensor:entry"},
    }


def _before(found: Entries, scale: Scale) -> dict[str, Any]:
    text = [f"{name} before: {theme.number(value)}" for name, value in zip(found.names, found.before, strict=True)]
    return {
        "type": "bar",
        "name": "Before",
        "meta": "Before",
        "x": np.arange(len(found.before), dtype=np.float32),
        "y": scale.heights(found.before),
        "marker": {"color": theme.faded(theme.MUTED, 0.22), "line": {"width": 0}},
        "text": text,
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _after(found: Entries, scale: Scale, one: Applied, after: Doubles, look: Style, shift: float) -> dict[str, Any]:
    name = theme.escaped(one.title)
    text = [
        f"{name}, {entry}: {theme.number(old)} → {theme.number(new)}"
        for entry, old, new in zip(found.names, found.before, after, strict=True)
    ]
    finite = np.isfinite(after)
    marker = {"symbol": np.where(finite, look.marker, f"{look.marker}-open").tolist(), "size": 10, "color": look.color}
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "meta": one.title,
        "x": (np.arange(len(after)) + shift).astype(np.float32),
        "y": scale.heights(after),
        "marker": {**marker, "line": {"width": 1, "color": look.color}},
        "cliponaxis": False,
        "text": text,
        "hovertemplate": "%{text}<extra></extra>",
    }
