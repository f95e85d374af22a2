"""How often the notebook's score crowns each optimizer: with weights of its own for each, and with shared ones."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from gradcore.figures import theme
from gradcore.figures.axes import VERTICAL_GRID, rows, rows_height
from gradcore.figures.theme import Style, styles
from gradcore.proportions import wilson

BAR = 0.36  # of a row's height
Wins = Mapping[str, int]  # label -> seeds on which its score is the best


def winner_bars(own: Wins, shared: Wins, optimizers: Sequence[str], seeds: int) -> go.Figure:
    """Draw how many of the seeds each entrant wins, with Wilson's 95 % interval; a line stands at what luck gives.

    Args:
        own: wins where each entrant starts from weights of its own.
        shared: wins where all start from the same; the same labels.
        optimizers: Keras' name of each entrant, in the order of the labels.
        seeds: of each of both races.
    """
    labels = list(own)
    looks = styles(optimizers)
    traces = [
        _bars("own weights", [own[label] for label in labels], looks, seeds, filled=True),
        _bars("shared weights", [shared[label] for label in labels], looks, seeds, filled=False),
    ]
    luck = seeds / len(labels)
    note = {"text": f"luck alone: {luck:.3g}", "x": luck, "y": -0.8, "showarrow": False, "xanchor": "left", "xshift": 4}
    layout = {
        "title": theme.title(
            wins_title(own, shared, seeds),
            f"Seeds of {seeds} on which the notebook's score is the best; filled: own weights, outlined: shared ones; "
            "whiskers: 95 %",
        ),
        **rows(labels),
        "height": rows_height(len(labels)) + 16 * len(labels),
        "xaxis": {**VERTICAL_GRID, "title": {"text": "Seeds won"}, "range": [0, seeds]},
        "barmode": "overlay",
        "shapes": [
            {"type": "line", "x0": luck, "x1": luck, "y0": 0, "y1": 1, "yref": "paper",
             "line": {"color": theme.LINE, "dash": "dot", "width": 2}}
        ],
        "annotations": [note],
        "hovermode": "closest",
    }  # fmt: skip
    return theme.figure(traces, layout)


def wins_title(own: Wins, shared: Wins, seeds: int) -> str:
    """Return how many win with weights of their own, and who wins most with shared ones.

    Example:
        >>> wins_title({"SGD": 6, "Adam": 4}, {"SGD": 9, "Adam": 1}, 10)
        'Own weights: 2 of 2 win; shared weights: SGD wins 9 of 10'
    """
    first = max(shared, key=lambda label: shared[label])
    winners = sum(count > 0 for count in own.values())
    return f"Own weights: {winners} of {len(own)} win; shared weights: {first} wins {shared[first]} of {seeds}"


def _bars(name: str, wins: Sequence[int], looks: Sequence[Style], seeds: int, *, filled: bool) -> dict[str, Any]:
    """Return the bars of one race over all rows, the filled ones above, and their whiskers."""
    ends = [wilson(count, seeds) for count in wins]
    place = [row + (-BAR / 2 if filled else BAR / 2) for row in range(len(wins))]
    told = [f"{name}: {count} of {seeds} seeds, 95 % {seeds * low:.0f} to {seeds * high:.0f}"
            for count, (low, high) in zip(wins, ends, strict=True)]  # fmt: skip
    colors = [look.color for look in looks]
    fill = colors if filled else [theme.faded(color, 0.12) for color in colors]
    error = {
        "type": "data", "symmetric": False, "thickness": 1, "width": 3, "color": theme.MUTED,
        "array": [seeds * high - count for count, (_, high) in zip(wins, ends, strict=True)],
        "arrayminus": [count - seeds * low for count, (low, _) in zip(wins, ends, strict=True)],
    }  # fmt: skip
    return {
            "type": "bar", "orientation": "h", "name": name, "showlegend": False, "x": list(wins), "y": place,
            "width": BAR, "marker": {"color": fill, "line": {"color": colors, "width": 2}}, "error_x": error,
            "text": told, "textposition": "none", "hovertemplate": "%{text}<extra></extra>",
    }  # fmt: skip
