"""An axis for numbers of both signs and many sizes: linear near zero, logarithmic beyond, with honest ticks."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradcore.figures import theme
from gradcore.figures.theme import Layout

Doubles = NDArray[np.float64]
WIDE = 50.0  # ratio of the largest to the smallest above which the axis is logarithmic
MOST_DECADES = 8  # on each side; smaller values stand on zero
MOST_TICKS = 4  # on each side


@dataclass(frozen=True)
class Scale:
    """Where a number stands: `height(x)` = x / unit, or sign(x) log10(1 + |x| / unit); `edge` is the frame."""

    unit: float
    logarithmic: bool
    edge: float

    def heights(self, values: Doubles) -> NDArray[np.float32]:
        """Return the heights of values; what is not finite stands on the frame (NaN on the upper edge)."""
        with np.errstate(invalid="ignore", over="ignore"):
            sized = np.abs(values) / self.unit
            found = np.sign(values) * (np.log10(1 + sized) if self.logarithmic else sized)
        found = np.where(np.isnan(values), self.edge, np.clip(found, -self.edge, self.edge))
        return found.astype(np.float32)

    def axis(self, text: str) -> Layout:
        """Return the axis, its ticks at zero and at round numbers of both signs."""
        ticks = self._ticks()
        values = [-tick for tick in reversed(ticks)] + [0.0, *ticks]
        return {
            "title": {"text": text},
            "range": [-1.06 * self.edge, 1.06 * self.edge],
            "tickmode": "array",
            "tickvals": self.heights(np.array(values)).tolist(),
            "ticktext": [theme.number(value, 2)
                         for value in values],
            "zeroline": True,
            "zerolinecolor": theme.LINE,
        }  # fmt: skip

    def _ticks(self) -> list[float]:
        if not self.logarithmic:
            step = 10 ** math.floor(math.log10(self.edge * self.unit))
            step = next(step * part for part in (1, 0.5, 0.2) if self.edge * self.unit / (step * part) >= 2)
            return [step * place for place in range(1, int(self.edge * self.unit / step + 1e-9) + 1)]
        low = math.ceil(math.log10(self.unit) - 1e-9)
        high = math.floor(math.log10(self.unit * 10**self.edge) + 1e-9)
        every = max(1, math.ceil((high - low + 1) / MOST_TICKS))
        return [10.0**power for power in range(high, low - 1, -every)][::-1]


def signed_scale(values: Doubles) -> Scale:
    """Return the scale on which all values can be told apart: linear, or logarithmic where they span decades.

    Example:
        >>> signed_scale(np.array([0.1, -0.3])).logarithmic, signed_scale(np.array([0.01, 100.0])).logarithmic
        (False, True)
    """
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    if not sizes.size:
        return Scale(1.0, False, 1.0)
    largest = float(sizes.max())
    smallest = max(float(sizes.min()), largest / 10**MOST_DECADES)
    if largest / smallest < WIDE:
        return Scale(largest, False, 1.1)
    return Scale(smallest, True, 1.04 * math.log10(1 + largest / smallest))
