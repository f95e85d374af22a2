"""By how much each rule turns the gradient, drawn as angles."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gradcore.clip_trials.one_step import Applied, OneStep
from gradcore.figures import theme
from gradcore.figures.labels import LABEL_HEIGHT, label_width, spread
from gradcore.figures.rule_looks import rule_looks, rule_names
from gradcore.figures.theme import Layout, Style

STRAIGHT = 0.05  # degrees below which a direction counts as kept
SECTORS = (30, 60, 90, 180)  # degrees; the smallest that holds all rays is drawn
REACH = 1.16  # of the frame around the unit circle
PLOT_WIDTH = 330  # px for which the numbers at the rays' ends are kept apart
Ray = tuple[float, str, Style]  # degrees, its rule, how it looks


def angles(step: OneStep, height: int = theme.HEIGHT) -> go.Figure:
    """Draw the gradient's direction before, along the axis, and after each rule, at its true angle."""
    active = [one for one in step.results if one.choice.name != "none"]
    rays = _rays(active)
    sector = next(one for one in SECTORS if max((ray[0] for ray in rays), default=0.0) <= one)
    left = -REACH if sector > 90 else -0.03
    top = 1.0 if sector >= 90 else math.sin(math.radians(sector))
    same = {"visible": False, "constrain": "domain"}
    legend = theme.legend_below(label_width(["Before clipping", *(ray[1] for ray in rays)]))
    layout = {
        "title": theme.title(turning(active), "Angle between the gradient before and after each rule"),
        "height": height,
        "xaxis": {**same, "range": [left, REACH], "scaleanchor": "y", "constraintoward": "left"},
        "yaxis": {**same, "range": [-0.06, 1.08 * top]},
        "hovermode": "closest",
        "annotations": [*_scale(sector), *_degrees(rays)],
        **legend,
        "margin": {**legend["margin"], "l": 8},
    }
    before = _line((0.0, "Before clipping", Style(theme.MUTED, "solid", "circle")), "Before clipping", 7, 0.4)
    traces = [_arc(sector), before, *(_line(ray, ray[1], 2.5, 1.0) for ray in rays)]
    return theme.figure(traces, layout)


def turning(active: Sequence[Applied]) -> str:
    """Return which rules turn the gradient and by how much, and which keep its direction."""
    known = [(one.angle, one.title) for one in active if one.angle is not None]
    if not known:
        return "Without a direction there is no angle"
    turned = sorted(((angle, title) for angle, title in known if angle >= STRAIGHT), reverse=True)
    kept = [title for angle, title in known if angle < STRAIGHT]
    if not turned:
        return "Every rule keeps the direction" if len(kept) > 1 else f"{kept[0]} keeps the direction"
    most = f"{turned[0][0]:.1f}°"
    who = [title for angle, title in known if f"{angle:.1f}°" == most]
    claim = f"{rule_names(who)} {'turns' if len(who) == 1 else 'turn'} the gradient by {most}"
    if not kept:
        return f"{claim}; no rule keeps its direction" if len(turned) > len(who) else claim
    return f"{claim}; {rule_names(kept)} {'keeps' if len(kept) == 1 else 'keep'} its direction"


def _rays(active: Sequence[Applied]) -> list[Ray]:
    looks = rule_looks([one.choice.name for one in active])
    return [(one.angle, one.title, look) for one, look in zip(active, looks, strict=True) if one.angle is not None]


def _point(degrees: float, radius: float = 1.0) -> tuple[float, float]:
    return radius * math.cos(math.radians(degrees)), radius * math.sin(math.radians(degrees))


def _line(ray: Ray, name: str, width: float, opacity: float) -> dict[str, Any]:
    degrees, _, look = ray
    x, y = _point(degrees)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": theme.escaped(name),
        "meta": name,
        "x": [x, 0.0],
        "y": [y, 0.0],
        "opacity": opacity,
        "line": {"color": look.color, "width": width, "dash": look.dash},
        "marker": {"size": [9, 0], "symbol": look.marker, "color": look.color},
        "hovertemplate": f"{theme.escaped(name)} {degrees:.1f}°<extra></extra>",
    }


def _arc(sector: int) -> dict[str, Any]:
    """Return the edge of the sector."""
    points = np.radians(np.linspace(0, sector, 91))
    return {
        "type": "scatter",
        "mode": "lines",
        "showlegend": False,
        "hoverinfo": "skip",
        "x": np.concatenate([np.cos(points), [0.0]]).astype(np.float32),
        "y": np.concatenate([np.sin(points), [0.0]]).astype(np.float32),
        "line": {"color": theme.GRID, "width": 1.5},
    }


def _scale(sector: int) -> list[Layout]:
    """Return the end of the scale, at the sector's edge."""
    x, y = _point(sector, 1.06)
    return [{"text": f"{sector}°", "x": x, "y": y, "showarrow": False, "font": {"color": theme.MUTED}}]


def _degrees(rays: Sequence[Ray]) -> list[Layout]:
    """Return the angle of every turned ray at its end, kept apart."""
    turned = sorted((ray for ray in rays if ray[0] >= STRAIGHT), key=lambda ray: ray[0])
    ends = [_point(ray[0], 1.04) for ray in turned]
    size = LABEL_HEIGHT * REACH / PLOT_WIDTH
    places = spread([y for _, y in ends], [size] * len(turned), -0.06, 1.2)
    return [
        {
            "text": f"{degrees:.1f}°",
            "x": x,
            "y": place,
            "xanchor": "left",
            "showarrow": False,
            "font": {"color": look.color, "weight": 600},
        }
        for (degrees, _, look), (x, _), place in zip(turned, ends, places, strict=True)
    ]
