"""What an activation lets through on the way back: its slope at every input, for two of them, as a miniature."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from gradcore.figures import theme
from gradcore.figures.glance_network import CURED, SICK
from gradcore.figures.miniature import Box, Miniature, grown, line, miniature, rule, spots, text, tip
from gradcore.records import Doubles, Floats
from gradcore.titles import typeset

SIZE = (480, 250)  # px at the usual type size
BOX: Box = (36, 54, 472, 210)
FAR, POINTS = 6.0, 121  # inputs from -FAR to FAR
SLOPES: Mapping[str, Callable[[Doubles], Doubles]] = MappingProxyType(
    {
        "sigmoid": lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2,
        "tanh": lambda z: 1 - np.tanh(z) ** 2,
        "relu": lambda z: (z > 0).astype(np.float64),
    }
)


def slopes(before: str, after: str) -> Miniature:
    """Draw the slopes of two activations; KeyError for one that is not in `SLOPES`."""
    z = np.linspace(-FAR, FAR, POINTS)
    parts = [text((0, 20), "Slope of the activation: what it lets through of the signal", size=15, color=theme.INK)]
    for level in (0.0, 0.25, 1.0):
        y = BOX[3] - level * (BOX[3] - BOX[1])
        parts += [rule((BOX[0], y, BOX[2], y)), text((BOX[0] - 6, y + 4), f"{level:g}", anchor="end")]
    for name, color in ((before, SICK), (after, CURED)):
        curve = spots(SLOPES[name](z).astype(np.float32), BOX, (0.0, 1.0))
        highest = int(np.argmin(curve[:, 1]))
        parts += [grown(f"slope_{name}", BOX, [line(curve, color, width=2.5)]), tip(curve, color, 5)]
        place = (float(curve[highest, 0]) - 8, float(curve[highest, 1]) - 8)
        parts.append(text(place, f"{name}, at most {_most(curve)}", size=15, color=color, anchor="end", bold=True))
    for at in (-FAR, 0.0, FAR):
        x = BOX[0] + (at + FAR) / (2 * FAR) * (BOX[2] - BOX[0])
        parts.append(text((x, 228), typeset(f"{at:g}"), anchor="middle"))
    parts.append(text(((BOX[0] + BOX[2]) / 2, 246), "input of a unit, z", anchor="middle"))
    return miniature(SIZE, parts, f"Slope of {before} and of {after} over the input of a unit", POINTS - 1)


def _most(curve: Floats | Doubles) -> str:
    return theme.number(float((BOX[3] - curve[:, 1].min()) / (BOX[3] - BOX[1])), 3)
