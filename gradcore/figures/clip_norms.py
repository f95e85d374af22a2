"""The norms that the threshold advisor reads, over the steps, with the suggested threshold through them.

Shapes: T steps, S seeds, P points that are drawn.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.advisor import Advice, NormStream
from gradcore.figures import theme
from gradcore.figures.axes import log_axis
from gradcore.figures.clip_advice import RULE
from gradcore.figures.curves import Line, thin
from gradcore.records import Doubles, Floats

MOST_MARKS = 200  # of steps that are not finite


def norms_over_steps(advice: Advice, first_step: int = 0, height: int = theme.HEIGHT) -> go.Figure:
    """Draw the recorded norms, the suggested threshold through them, and where a step is not finite."""
    stream, threshold = advice.stream, advice.suggestion.threshold
    above = int(np.count_nonzero(stream.ordered > threshold))
    title = f"{above:,} of {stream.counted:,} steps are above {theme.number(threshold)}"
    positive = stream.ordered[stream.ordered > 0]
    ends = (float(positive[0]), float(positive[-1])) if positive.size else (0.1, 1.0)
    low, high = min(ends[0], threshold or ends[0]), max(ends[1], threshold)
    layout = {
        "title": theme.title(title, _stream_subtitle(stream)),
        "height": height,
        "xaxis": {"title": {"text": "Step"}, "range": [first_step, first_step + _last(stream)]},
        "yaxis": log_axis("Gradient norm", low, high),
        "yaxis2": {"overlaying": "y", "range": [0, 1], "fixedrange": True, "visible": False},
        "shapes": [_level(threshold)] if threshold > 0 else [],
        "annotations": [_level_name(threshold)] if threshold > 0 else [],
        "margin": theme.margin(left=72),
    }
    narrow = {"margin": theme.margin(left=60, right=12)}
    return theme.figure([*_norm_lines(stream, first_step), *_edge_marks(stream, first_step)], layout, narrow)


def _last(stream: NormStream) -> int:
    """Return the last step that is drawn: where every seed has blown up, the one at which the last did."""
    return max(1, min(int((~stream.lost).any(axis=1).sum()), stream.steps - 1))


def _norm_lines(stream: NormStream, first_step: int) -> list[dict[str, Any]]:
    """Return one line for a single seed, else each seed thin: a peak of one seed stays visible."""
    color = theme.rule_styles(["none"])[0].color
    line = {"color": theme.faded(color, 0.6 if stream.seeds == 1 else 0.45), "width": 1}
    points = max(60, 1400 // stream.seeds)
    hover = "step %{x}: %{y:.4g}<extra></extra>"
    same = {"type": "scatter", "mode": "lines", "line": line, "showlegend": False, "hovertemplate": hover}
    lines = [thin(_positive(seed), points) for seed in stream.norms.T]
    return [
        {**same, "name": f"seed {number}", "x": _steps(one, first_step), "y": one.values}
        for number, one in enumerate(lines)
    ]


def _edge_marks(stream: NormStream, first_step: int) -> list[dict[str, Any]]:
    """Return markers on the frame: steps that are not finite on the upper edge, zeros on the lower one."""
    marks = []
    bad, zeros = ~stream.finite & ~stream.lost, stream.norms == 0
    blown = np.diff(stream.lost, axis=0, prepend=False)  # the first step of each seed that has blown up
    kinds = ((bad, 1, "triangle-up", "not finite"), (blown, 1, "x", "blown up"), (zeros, 0, "triangle-down", "0"))
    for flags, edge, symbol, word in kinds:
        steps = np.flatnonzero(flags.any(axis=1))
        if steps.size:
            shown = steps[np.unique(np.linspace(0, steps.size - 1, MOST_MARKS).astype(int))]
            marks.append(_mark(shown + first_step, edge, symbol, word, flags[shown].sum(axis=1), stream.seeds))
    return marks


def _mark(steps: Any, edge: int, symbol: str, word: str, counts: Sequence[int], seeds: int) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": word,
        "showlegend": False,
        "x": _numbers(steps),
        "y": np.full(len(steps), edge, dtype=np.float32),
        "yaxis": "y2",
        "cliponaxis": False,
        "marker": {"symbol": symbol, "size": 9, "color": theme.rule_styles([RULE])[0].color},
        "text": [f"step {step}: {word} in {count} of {seeds}" for step, count in zip(steps, counts, strict=True)],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _stream_subtitle(stream: NormStream) -> str:
    who = "one seed" if stream.seeds == 1 else f"each of {stream.seeds} seeds"
    lost = f"; {stream.non_finite:,} not finite, marked above" if stream.non_finite else ""
    return f"Gradient norm before clipping (L2, all layers), {who}{lost}"


def _level(threshold: float) -> dict[str, Any]:
    line = {"color": theme.rule_styles([RULE])[0].color, "width": 2, "dash": "dash"}
    return {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": threshold, "y1": threshold, "line": line}


def _level_name(threshold: float) -> dict[str, Any]:
    place = {"x": 1, "xref": "paper", "xanchor": "right", "y": float(np.log10(threshold)), "yanchor": "bottom"}
    font = {"color": theme.rule_styles([RULE])[0].color, "weight": 600}
    looks = {"showarrow": False, "bgcolor": theme.faded(theme.BACKGROUND, 0.75), "font": font}
    return {**place, **looks, "text": f"suggested: {theme.number(threshold)}"}


def _positive(values: Doubles) -> Floats:
    with np.errstate(over="ignore"):  # beyond float32: a gap, its step is in the count
        single = values.astype(np.float32)
    return np.where(np.isfinite(single) & (single > 0), single, np.float32(np.nan)).astype(np.float32)


def _steps(line: Line, first_step: int) -> Any:
    return _numbers(line.steps + first_step)


def _numbers(steps: Any) -> Any:
    """Return steps in the smallest type that Plotly's base64 form has for them."""
    return np.asarray(steps, dtype=np.uint16 if np.max(steps) < 65536 else np.uint32)
