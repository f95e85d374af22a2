"""How solutions look, the same on every page: a hue and a marker each, by their place in the catalogue."""

from collections.abc import Sequence

from gradcore.figures import theme
from gradcore.figures.theme import DASHES, LIGHT, MARKERS, Layout, Style
from gradcore.solutions import SOLUTIONS

COST_SHADES = ("#2F95A9", "#EBBF02", "#AE630A", "#C61358")  # cheap to dear


def solution_look(solution: str) -> Style:
    """Return the style of a solution; one that no catalogue has any more is grey.

    Example:
        >>> solution_look("relu").marker, solution_look("sgd").marker
        ('circle', 'circle')
        >>> solution_look("relu").color == solution_look("sgd").color
        False
    """
    names = list(SOLUTIONS)
    if solution not in names:
        return Style(theme.MUTED, DASHES[0], MARKERS[0])
    place = names.index(solution)
    turn = place // len(LIGHT)
    return Style(LIGHT[place % len(LIGHT)], DASHES[turn % len(DASHES)], MARKERS[turn % len(MARKERS)])


def zero_line() -> Layout:
    """Return the line at no effect, in a chart whose rows are names."""
    line = {"color": theme.LINE, "width": 1}
    return {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": line, "layer": "below"}


def row_line(ends: Sequence[float], row: int, color: str) -> Layout:
    """Return the trace of an interval in a row."""
    looks = {"mode": "lines", "line": {"color": color, "width": 2}, "hoverinfo": "skip", "showlegend": False}
    return {"type": "scatter", "x": list(ends), "y": [row, row], **looks}


def short_name(solution: str) -> str:
    """Return a solution's short name, for charts; a stack's parts are joined by a plus.

    Example:
        >>> short_name("batch_norm")
        'BatchNorm'
    """
    return SOLUTIONS[solution].short if solution in SOLUTIONS else solution


def stack_name(stack: tuple[str, ...]) -> str:
    """Return the short names of a stack's solutions.

    Example:
        >>> stack_name(("relu", "adam")), stack_name(())
        ('ReLU + Adam', 'untreated')
    """
    return " + ".join(short_name(one) for one in stack) or "untreated"
