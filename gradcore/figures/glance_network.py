"""A network that trains, as a miniature: the gradient of every layer as a bar, its loss below.

Shapes: T steps, L layers.
"""

import math
from collections.abc import Sequence

import numpy as np

from gradcore.figures import theme
from gradcore.figures.health_reading import layer_norms, middle
from gradcore.figures.miniature import Box, Miniature, bars, grown, line, miniature, powers, rule, spots, text, tip
from gradcore.records import CheckTrace, Floats

SICK, CURED = theme.SICK, theme.CURED
SIZE = (480, 274)  # px at the usual type size
BARS: Box = (52, 56, 472, 176)
LOSS: Box = (88, 214, 466, 262)


def network(
    name: str, trace: CheckTrace, title: str, color: str, reach: tuple[int, int], most_loss: float
) -> Miniature:
    """Draw a network that trains: the gradient of every layer as a bar, its loss below.

    Args:
        name: unique on the page.
        trace: the check.
        title: who it is.
        color: of bars and curve.
        reach: exponents at the foot and the top of the bars.
        most_loss: at the top of the loss curve.
    """
    found = exponents_of(layer_norms(trace))  # (T, L)
    heights = ((found - reach[0]) / (reach[1] - reach[0])).astype(np.float32)
    loss = middle(trace.loss)
    curve = spots(loss, LOSS, (0.0, most_loss))
    last = len(loss) - 1
    parts = [
        text((0, 20), title, size=17, color=theme.INK, bold=True),
        text((472, 20), [f"step {step} of {last}" for step in range(len(loss))], size=14, anchor="end"),
        text((0, 42), "Gradient norm of each layer", size=13),
        powers(BARS, reach, 2, size=13),
        bars(heights, BARS, color),
        text((BARS[0], 194), "← input side", size=13),
        text((BARS[2], 194), "output", size=13, anchor="end"),
        text((0, 232), "Loss", size=13),
        text((0, 252), [theme.number(float(one), 3) for one in loss], size=17, color=theme.INK, bold=True),
        rule((LOSS[0], LOSS[3], LOSS[2], LOSS[3]), theme.LINE),
        grown(f"{name}_loss", LOSS, [line(curve, color, width=2.5)]),
        tip(curve, color, 5),
    ]
    return miniature(SIZE, parts, f"{title}: gradient norm of each layer, and the loss, over the steps", last)


def bar_reach(traces: Sequence[CheckTrace]) -> tuple[int, int]:
    """Return the exponents between which the bars of several networks lie."""
    found = np.concatenate([exponents_of(layer_norms(trace)).ravel() for trace in traces])
    finite = found[np.isfinite(found)]
    return math.floor(float(finite.min())) - 1, math.ceil(float(finite.max()))


def exponents_of(values: Floats) -> Floats:
    """Return log10 of values; NaN of those that are not finite, -Inf of 0.

    Example:
        >>> exponents_of(np.array([100.0, 0.0, np.inf]))
        array([  2., -inf,  nan])
    """
    with np.errstate(all="ignore"):
        found: Floats = np.log10(values)
    return np.where(np.isfinite(values), found, np.nan)
