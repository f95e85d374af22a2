"""The landscapes: a recurrent unit whose loss has a wall (two parameters), and x^4, ever steeper (one)."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from gradcore.checks import finite_number, refuse

Slopes = tuple[Any, ...]  # one derivative for each parameter
UNROLLED = 50  # steps of the recurrent unit
FIRST_STATE, WANTED = 0.5, 0.7
FARTHEST = 1e6  # of a start


def recurrent_unit(point: Sequence[Any], xp: Any = math) -> tuple[Any, Slopes]:
    """Return the loss of x_t = sigmoid(w x_(t-1) + b) after 50 steps, (x_50 - 0.7)^2, and its gradient by (w, b).

    For w > 4 the unit has two stable states, and b = -w/2 decides which one x_0 = 0.5 falls to: there is the cliff.

    Args:
        point: w and b, numbers or arrays of one shape.
        xp: `math` for numbers, `numpy` for arrays.

    Example:
        >>> loss, (by_w, by_b) = recurrent_unit((5.0, -2.0))
        >>> round(loss, 4), round(by_w, 4), round(by_b, 4)
        (0.0556, 0.0379, 0.0405)

    Reference: Pascanu, Mikolov & Bengio 2013, figure 6. https://arxiv.org/abs/1211.5063
    """
    w, b = point
    tanh, half, shift = xp.tanh, 0.5 * w, 0.5 * b
    states = [state := FIRST_STATE + 0 * w]
    states += [state := 0.5 + 0.5 * tanh(half * state + shift) for _ in range(UNROLLED)]  # sigmoid without overflow
    behind = 2 * (states[-1] - WANTED)
    by_w = by_b = 0.0
    for state, before in zip(reversed(states), reversed(states[:-1]), strict=False):
        inside = behind * state * (1 - state)
        by_w, by_b, behind = by_w + inside * before, by_b + inside, inside * w
    return (states[-1] - WANTED) ** 2, (by_w, by_b)


def quartic(point: Sequence[Any], xp: Any = math) -> tuple[Any, Slopes]:
    """Return x^4 and its slope 4 x^3: no learning rate is small enough for every start.

    Example:
        >>> quartic((2.0,))
        (16.0, (32.0,))

    Reference: Zhang, He, Sra & Jadbabaie 2020. https://arxiv.org/abs/1905.11881
    """
    (x,) = point
    return x * x * x * x, (4 * x * x * x,)


@dataclass(frozen=True)
class Landscape:
    """A loss over one or two parameters, with a descent that is worth looking at."""

    name: str
    title: str
    formula: str  # Markdown with formulas
    parameters: tuple[str, ...]
    loss: Callable[..., tuple[Any, Slopes]]  # (point, xp) -> loss and gradient
    target: float  # a descent has arrived below it
    frame: tuple[tuple[float, float], ...]  # of the picture, for each parameter
    start: tuple[float, ...]
    learning_rate: float
    max_norm: float
    steps: int


_ENTRIES = (
    Landscape(
        name="recurrent",
        title="A recurrent unit",
        formula=r"$x_t = \sigma(w\,x_{t-1} + b)$ from $x_0 = 0.5$; the loss is $(x_{50} - 0.7)^2$.",
        parameters=("w", "b"),
        loss=recurrent_unit,
        target=0.01,
        frame=((1.9, 5.6), (-7.2, -0.9)),
        start=(5.0, -2.2),
        learning_rate=0.4,
        max_norm=0.2,
        steps=120,
    ),
    Landscape(
        name="quartic",
        title="x to the fourth",
        formula=r"$f(x) = x^4$, whose slope $4x^3$ grows without end.",
        parameters=("x",),
        loss=quartic,
        target=1e-6,
        frame=((-22.0, 22.0),),
        start=(20.0,),
        learning_rate=0.5,
        max_norm=1.0,
        steps=300,
    ),
)
LANDSCAPES: Mapping[str, Landscape] = MappingProxyType({entry.name: entry for entry in _ENTRIES})


def checked_start(land: Landscape, start: Sequence[float]) -> tuple[float, ...]:
    """Return a start that has one number for each parameter, none farther out than any gradient can bear.

    Example:
        >>> checked_start(LANDSCAPES["quartic"], [20])
        (20.0,)
    """
    if len(start) != len(land.parameters):
        refuse("start", f"have a number for each of {', '.join(land.parameters)}", list(start))
    for name, value in zip(land.parameters, start, strict=True):
        if abs(finite_number(name, value)) > FARTHEST:
            refuse(name, f"lie between {-FARTHEST:g} and {FARTHEST:g}", value)
    return tuple(float(value) for value in start)
