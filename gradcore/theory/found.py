"""What theory says of one entrant, beside what was measured. Shapes: T steps recorded, S seeds."""

from dataclasses import dataclass

import numpy as np

from gradcore.records import Doubles, Floats
from gradcore.specs import NO_CLIPPING, EntrantSpec

PLAIN = "SGD"  # the one optimizer whose steps are linear in the gradient
FREE = ("momentum", "ema_momentum")  # its arguments that may have any value; the others must be off


@dataclass(frozen=True)
class Rate:
    """By which factor the error shrinks at each step, in the end."""

    predicted: float  # of the slowest mode; above 1 it grows
    measured: float | None  # over the second half of the steps compared; None where they are too few
    double_root: bool  # the error goes as t rate^t: measured is then what t rate^t fits
    limit: float  # the learning rate from which on the error grows
    best: float  # the least rate that any learning rate and momentum of this kind gives
    momentum: float


@dataclass(frozen=True)
class HalfTime:
    """When one mode is half learned; time = learning rate x steps."""

    mode: float  # its singular value
    predicted: float
    measured: float | None  # median of the seeds; None where the race ended before

    @property
    def deviation(self) -> float | None:
        """How much later than predicted, relative."""
        return None if self.measured is None else self.measured / self.predicted - 1


@dataclass(frozen=True)
class Theory:
    """The closed form of one entrant's loss, and how far the measured one is from it."""

    label: str
    loss: Doubles  # (T,) median of the seeds, before the update of each step
    deviation: float | None  # the largest of all seeds and compared steps; None without any
    compared: int  # the first steps, of which all seeds are compared
    of_start: bool  # deviations are relative to the first loss, not to that of their own step
    rate: Rate | None = None  # None where the learning rate changes
    half_times: tuple[HalfTime, ...] = ()


def momentum_of(entrant: EntrantSpec) -> float | None:
    """Return the momentum of an entrant that is plain or heavy-ball SGD, None of any other.

    Example:
        >>> from gradcore.specs import Choice
        >>> momentum_of(EntrantSpec(Choice("SGD"))), momentum_of(EntrantSpec(Choice("Adam"))) is None
        (0.0, True)
    """
    chosen = entrant.optimizer
    if chosen.name != PLAIN or entrant.clip != NO_CLIPPING:
        return None
    if any(value not in (None, False) for name, value in chosen.arguments if name not in FREE):
        return None
    return float(np.float32(chosen.get("momentum", 0.0)))  # as the engine holds it


def as_engine(rates: Doubles) -> Doubles:
    """Return learning rates as the engine holds them, in float32."""
    return rates.astype(np.float32).astype(np.float64)


def median_of_seeds(loss: Doubles | Floats) -> Doubles:
    """Return the median over the seeds (last axis), what is no number counted as infinite."""
    with np.errstate(invalid="ignore"):
        found: Doubles = np.median(np.where(np.isnan(loss), np.inf, loss), axis=-1)
    return found


def largest(apart: Doubles) -> float | None:
    """Return the largest deviation, what is no number counted as infinite; None of none."""
    return float(np.where(np.isnan(apart), np.inf, apart).max()) if apart.size else None
