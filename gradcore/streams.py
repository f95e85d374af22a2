"""Streams of gradients: each step's tensors drawn as the notebook draws them, in its order."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from gradcore.specs import Phase, StreamSpec

Step = tuple[NDArray[np.float32], NDArray[np.float32]]  # shapes (2,) and (1,)

_DRAWS: Mapping[str, Callable[[RandomState], float]] = MappingProxyType(
    {
        "normal": lambda random: random.randn(),
        "laplace": lambda random: random.laplace() / np.sqrt(2.0),
        "student_t": lambda random: random.standard_t(3) / np.sqrt(3.0),
        "cauchy": lambda random: random.standard_cauchy(),
    }
)


def stream_steps(spec: StreamSpec) -> list[Step]:
    """Return the gradients of every step: two tensors of two and one entries, `scale` times a random number each.

    With seed 42 and the notebook's phases these are the notebook's own numbers: its exponential of the explosion
    comes first, then the three entries, of which the second changes its sign.

    Example:
        >>> [round(float(entry), 4) for tensor in stream_steps(StreamSpec(seed=42))[0] for entry in tensor]
        [0.2484, 0.0691, 0.3238]
    """
    random = RandomState(spec.seed)
    draw = _DRAWS[spec.tail]
    steps = [_step(random, draw, phase, step) for phase in spec.phases for step in range(phase.steps)]
    for step in spec.non_finite_at:
        steps[step][0][0] = np.nan
    return steps


def _step(random: RandomState, draw: Callable[[RandomState], float], phase: Phase, step: int) -> Step:
    scale = phase.scale(step)
    if phase.exponential:
        scale += random.exponential(phase.exponential)
    first = np.array([scale * draw(random), -scale * draw(random)])
    second = np.array([scale * draw(random)])
    return _single(first), _single(second)


def _single(tensor: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return a tensor in float32; what is too large for it becomes infinite, as it would in training."""
    with np.errstate(over="ignore"):
        return tensor.astype(np.float32)
