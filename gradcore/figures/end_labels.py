"""Names at the ends of lines over steps, at the right of the frame, kept apart in log space."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcore.figures import theme
from gradcore.figures.curves import Curve
from gradcore.figures.labels import LABEL_HEIGHT, spread


def end_text(curve: Curve) -> str:
    """Return what stands at the end of a line: its name, and where it diverged or was stopped."""
    if curve.diverged_at is not None:
        return f"{theme.short(curve.label)}<br>diverged at step {curve.diverged_at}"
    if curve.stopped_at is not None:
        return f"{theme.short(curve.label)}<br>stopped at step {curve.stopped_at}"
    return theme.short(curve.label)


def end_labels(found: Sequence[Curve], axis: Sequence[float], plot_height: float) -> list[dict[str, Any]]:
    """Return a name for each line, at the right of the frame, at the height of its end, kept apart in log space."""
    low, high = axis
    unit = (high - low) / plot_height  # log10 units of one px
    texts = [end_text(curve) for curve in found]
    wanted = [_end_height(curve, low, high) for curve in found]
    sizes = [LABEL_HEIGHT * (1 + text.count("<br>")) * unit for text in texts]
    places = spread(wanted, sizes, low, high)
    return [
        {
            "name": curve.label,
            "text": text,
            "x": _end_step(curve),
            "xref": "x",
            "xanchor": "left",
            "xshift": 8,
            "y": round((place - low) / (high - low), 5),
            "yref": "paper",
            "yanchor": "middle",
            "align": "left",
            "showarrow": False,
            "captureevents": True,
            "hovertext": "click: hide or show",
            "bgcolor": theme.faded(theme.BACKGROUND, 0.75),
            "borderpad": 0,
            "font": {"color": curve.style.color, "size": theme.TYPE_SIZE, "weight": 600},
        }
        for curve, text, place in zip(found, texts, places, strict=True)
    ]


def _end_step(curve: Curve) -> int:
    if curve.diverged_at is not None:
        return curve.diverged_at
    return curve.end[0] if curve.end else 0


def _end_height(curve: Curve, low: float, high: float) -> float:
    if curve.diverged_at is not None or curve.end is None:
        return high
    return min(max(float(np.log10(curve.end[1])), low), high)
