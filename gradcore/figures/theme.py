"""How every figure looks: colours, dashes, markers, the Plotly template, axes, and how numbers are written.

Figures are drawn in the light theme's colours; `dark_of_light` says what each becomes in the dark theme, which
`ui/plot.py` applies in the browser. `bench/palette.py` found the categorical colours and says by what rule.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradcore import titles
from gradcore.clipping import CLIP_RULES
from gradcore.figures.drawn import Drawn
from gradcore.optimizers import OPTIMIZERS

# Blue, orange, green, purple, red, cyan, ochre, slate, lime, magenta. Contrast >= 4.5 on the background.
LIGHT = ("#234FFD", "#AE630A", "#246C56", "#7925C1", "#C61358", "#307F9C", "#785309", "#2C3752", "#304503", "#941085")
DARK = ("#869BF9", "#EB8F71", "#9FEFA7", "#8E61FC", "#E54537", "#8BEBFD", "#EBBF02", "#9EB8CE", "#E9FE48", "#B07897")
BACKGROUND, DARK_BACKGROUND = "#FFFFFF", "#0F1420"
INK, DARK_INK = "#1A2233", "#E6E9F0"  # titles
MUTED, DARK_MUTED = "#5A6475", "#9AA4B5"  # axes, subtitles
GRID, DARK_GRID = "#E7EAEF", "#242C3B"
LINE, DARK_LINE = "#B9C0CC", "#4A5568"  # axis lines, brackets, reference lines
# Greys for kinds of one thing, which have no hue of their own.
GREYS = ("#6A758A", "#7E889B", "#939BAC", "#A7AEBC", "#BBC2CD", "#D0D5DE", "#E4E8EF")
DARK_GREYS = ("#8F99AD", "#7E889C", "#6D778A", "#5C6678", "#4C5567", "#3B4456", "#2A3344")
SICK, CURED = LIGHT[4], LIGHT[2]  # of a network without and with its treatment
PAIR = ("untreated", "treated")  # labels of both
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon")
FONT = '"Source Sans", "Source Sans Pro", "Source Sans 3", system-ui, "Segoe UI", sans-serif'
TYPE_SIZE = 13  # px at a root size of 16
NARROW = 460  # px of chart width below which `narrow` layouts apply
RETIRED = len(LIGHT) - 1  # hue of a name that no catalogue has any more
HEIGHT = 440  # px, for which names beside lines and points are kept apart
Layout = dict[str, Any]
number, names = titles.number, titles.listed  # figures write numbers and names as sentences do


@dataclass(frozen=True)
class Style:
    """What tells one entrant from the others, besides its name."""

    color: str
    dash: str
    marker: str


def dark_of_light() -> dict[str, str]:
    """Return every colour that figures use, and what it becomes in the dark theme.

    Example:
        >>> dark_of_light()["#FFFFFF"]
        '#0F1420'
    """
    light = (*LIGHT, *GREYS, BACKGROUND, INK, MUTED, GRID, LINE)
    dark = (*DARK, *DARK_GREYS, DARK_BACKGROUND, DARK_INK, DARK_MUTED, DARK_GRID, DARK_LINE)
    return dict(zip(light, dark, strict=True))


def styles(optimizers: Sequence[str]) -> tuple[Style, ...]:
    """Return one style for each entrant: its optimizer's hue, and a dash and marker by the hue's occurrence.

    Example:
        >>> [style.dash for style in styles(["SGD", "Adam", "SGD"])]
        ['solid', 'solid', 'dash']
    """
    return _by_hue([OPTIMIZERS[name].hue if name in OPTIMIZERS else RETIRED for name in optimizers])


def entrant_styles(labels: Sequence[str], optimizers: Sequence[str]) -> tuple[Style, ...]:
    """Return one style for each entrant; both of a treatment look sick and treated, as everywhere.

    Example:
        >>> [style.color for style in entrant_styles(["untreated", "treated"], ["SGD", "SGD"])]
        ['#C61358', '#246C56']
    """
    if tuple(labels) == PAIR:
        return Style(SICK, "dash", "square"), Style(CURED, "solid", "circle")
    return styles(optimizers)


def rule_styles(rules: Sequence[str]) -> tuple[Style, ...]:
    """Return one style for each clip rule: its hue, and a dash and marker by the hue's occurrence.

    Example:
        >>> [style.color for style in rule_styles(["none", "clip_by_global_norm"])]
        ['#2C3752', '#234FFD']
    """
    return _by_hue([CLIP_RULES[name].hue if name in CLIP_RULES else RETIRED for name in rules])


def _by_hue(hues: Sequence[int]) -> tuple[Style, ...]:
    seen: Counter[int] = Counter()
    found = []
    for hue in hues:
        time = seen[hue]
        seen[hue] += 1
        found.append(Style(LIGHT[hue], DASHES[time % len(DASHES)], MARKERS[time % len(MARKERS)]))
    return tuple(found)


def faded(color: str, opacity: float) -> str:
    """Return a hex colour as `rgba(...)`.

    Example:
        >>> faded("#FF0080", 0.2)
        'rgba(255,0,128,0.2)'
    """
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def figure(traces: Sequence[Mapping[str, Any]], layout: Mapping[str, Any], narrow: Layout | None = None) -> Drawn:
    """Return a figure in the common template; `narrow` is merged into the layout below NARROW px of width.

    Plotly's own check of every field would take most of the time, and load pandas; the tests do it for every figure
    that they draw, and compare what is sent with what Plotly would send (tests/conftest.py).
    """
    meta = {**layout.get("meta", {}), "narrow": narrow or {}}
    whole = {"data": list(traces), "layout": {"template": template(), **layout, "meta": meta}}
    return Drawn(whole)


def to_json(drawn: Drawn) -> str:
    """Return a figure as compact JSON text, arrays in base64; `ui.plot` takes it, and viewers share it."""
    return drawn.to_json_text()


def title(text: str, subtitle: str) -> Layout:
    """Return what is seen as the title, and what is plotted as the subtitle."""
    return {"text": escaped(text), "subtitle": {"text": escaped(subtitle)}}


def escaped(text: str) -> str:
    """Return a text in which Plotly finds no markup; labels come from visitors."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def short(label: str, most: int = 24) -> str:
    """Return a label for the chart, cut where it is longer than a margin can hold.

    Example:
        >>> short("Adam with a very long name", most=12)
        'Adam with a…'
    """
    return escaped(label if len(label) <= most else label[: most - 1].rstrip() + "…")


def margin(right: float = 24, left: float = 64) -> Layout:
    """Return the margins around the plot area, in px."""
    return {"l": left, "r": right, "t": 72, "b": 48}


def legend_below(entry_width: float, room: int = 104) -> Layout:
    """Return the layout of a legend under the plot, for where labels at the line ends do not fit."""
    across = {"orientation": "h", "x": 0, "xref": "paper", "xanchor": "left", "entrywidth": entry_width - 20}
    down = {"y": 0, "yref": "container", "yanchor": "bottom"}
    looks = {"itemsizing": "trace", "font": {"color": INK}, "bgcolor": faded(BACKGROUND, 0)}
    return {
        "showlegend": True,
        "legend": {**across, **down, **looks},
        "margin": {**margin(right=12, left=52), "b": room},
    }


def template() -> Layout:
    """Return the Plotly template: white space, horizontal grid, 13 px type, tabular figures by the font's default."""
    axis = {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "gridcolor": GRID,
        "linecolor": LINE,
        "tickfont": {"color": MUTED, "size": TYPE_SIZE},
        "title": {"font": {"color": MUTED, "size": TYPE_SIZE}, "standoff": 10},
        "minor": {"showgrid": False, "ticks": ""},
    }
    below = {"showline": True, "ticks": "outside", "tickcolor": LINE, "ticklen": 4}
    below |= {"spikecolor": LINE, "spikethickness": 1, "spikedash": "solid", "spikemode": "across"}
    return {
        "layout": {
            "font": {"family": FONT, "size": TYPE_SIZE, "color": INK},
            "paper_bgcolor": BACKGROUND,
            "plot_bgcolor": BACKGROUND,
            "colorway": list(LIGHT),
            "title": {
                "x": 0,
                "xref": "container",
                "xanchor": "left",
                "y": 1,
                "yref": "container",
                "yanchor": "top",
                "pad": {"t": 6, "l": 4},
                "font": {"size": 17, "color": INK, "weight": 600},
                "subtitle": {"font": {"size": TYPE_SIZE, "color": MUTED}},
            },
            "xaxis": {**axis, **below},
            "yaxis": {**axis, "showgrid": True},
            "showlegend": False,
            "hovermode": "x unified",
            "hoversort": "value descending",
            "hoverlabel": {"bgcolor": BACKGROUND, "bordercolor": LINE, "font": {"size": TYPE_SIZE, "color": INK}},
            "margin": margin(),
            "dragmode": "zoom",
        },
        "data": {"scatter": [{"type": "scatter", "cliponaxis": True}]},
    }
