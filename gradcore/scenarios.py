"""Example gradients of one step: the notebook's four, entry by entry, and three that it left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Scenario:
    """The gradients of one step, a tensor for each variable.

    Example:
        >>> [gradient.tolist() for gradient in SCENARIOS["large"].gradients]
        [[5.0, -8.0, 12.0], [15.0, -20.0]]
    """

    name: str
    title: str
    summary: str
    tensors: tuple[tuple[float, ...], ...]
    in_notebook: bool = False

    @property
    def gradients(self) -> tuple[NDArray[np.float32], ...]:
        """The gradients as float32, which is what training has."""
        return tuple(np.array(tensor, dtype=np.float32) for tensor in self.tensors)


_NORMAL = ((0.1, -0.2, 0.3), (0.05, -0.1))
_LARGE = ((5.0, -8.0, 12.0), (15.0, -20.0))
_EXPLOSIVE = ((100.0, -150.0, 200.0), (300.0, -250.0))
_MIXED = ((0.01, -50.0, 0.1), (100.0, -0.05))
_VANISHING = ((1e-7, -2e-7, 3e-7), (5e-8, -1e-7))
_SPARSE = ((0.0, 0.0, 0.0, 40.0, 0.0, 0.0), (0.0, -3.0, 0.0, 0.0))
_NON_FINITE = ((0.1, float("inf"), 0.3), (0.05, -0.1))
_ENTRIES = (
    Scenario("normal", "Normal", "Below every threshold: a rule should leave it alone.", _NORMAL, True),
    Scenario("large", "Large", "Both tensors are large, the second one more so.", _LARGE, True),
    Scenario("explosive", "Explosive", "About a thousand times the size of the normal gradient.", _EXPLOSIVE, True),
    Scenario("mixed", "Mixed", "Two entries are large, three are small.", _MIXED, True),
    Scenario("vanishing", "Vanishing", "A millionth of the normal gradient: no limit makes it longer.", _VANISHING),
    Scenario("sparse", "Sparse", "Two entries are not zero, as in an embedding.", _SPARSE),
    Scenario("non_finite", "Non-finite", "The normal gradient with one infinite entry.", _NON_FINITE),
)
SCENARIOS: Mapping[str, Scenario] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
