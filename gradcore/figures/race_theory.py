"""What theory says, over the losses of a race: a dotted line for each entrant whose loss is known in closed form."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcore.figures import theme
from gradcore.figures.axes import whole_steps
from gradcore.figures.curves import thin
from gradcore.records import Doubles, Floats
from gradcore.theory import Theory

SAID = "; dotted: theory"  # in the chart's subtitle
NAME = "Theory"  # in its legend, where it has one: a click hides all of them


def theory_lines(found: Sequence[Theory]) -> list[dict[str, Any]]:
    """Return the predicted loss of each entrant, dotted, in ink over its own curve."""
    return [_line(one, first=place == 0) for place, one in enumerate(found)]


def _line(one: Theory, *, first: bool) -> dict[str, Any]:
    shown = thin(_drawable(one.loss))
    return {
        "type": "scatter",
        "mode": "lines",
        "name": NAME,
        "meta": NAME,
        "showlegend": first,
        "x": whole_steps(shown.steps),
        "y": shown.values,
        "line": {"color": theme.INK, "dash": "dot", "width": 2},
        "hovertemplate": f"{theme.short(one.label)}, theory  %{{y:.4g}}<extra></extra>",
    }


def _drawable(values: Doubles) -> Floats:
    """Return the values in float32, with a gap where a logarithmic axis has no place for them."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        held = values.astype(np.float32)
    return np.where(np.isfinite(held) & (held > 0), held, np.float32(np.nan)).astype(np.float32)
