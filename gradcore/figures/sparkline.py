"""A loss curve as small as a word, for lists of runs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.figures import theme


def sparkline(values: Sequence[float], color: str = theme.LIGHT[0]) -> go.Figure:
    """Draw a loss curve as small as a word: no axes, no text, a dot at its end."""
    shown = np.array([value if np.isfinite(value) and value > 0 else np.nan for value in values], dtype=np.float32)
    ends = np.flatnonzero(np.isfinite(shown))
    line = {"type": "scatter", "mode": "lines", "y": shown, "line": {"color": color, "width": 1.5}, "hoverinfo": "skip"}
    traces: list[dict[str, Any]] = [line]
    if ends.size:
        dot = {"mode": "markers", "x": ends[-1:], "y": shown[ends[-1:]], "marker": {"color": color, "size": 5}}
        traces.append({"type": "scatter", "hoverinfo": "skip", "cliponaxis": False, **dot})
    hidden = {"visible": False, "fixedrange": True}
    layout = {"xaxis": hidden, "yaxis": {**hidden, "type": "log"}, "margin": {"l": 3, "r": 6, "t": 4, "b": 4}}
    return theme.figure(traces, {**layout, "height": 36, "hovermode": False})
