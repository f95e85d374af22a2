"""A linear network with one hidden layer that starts aligned with its teacher: Saxe's solution of the gradient flow.

Each mode of singular value s grows by itself from u0, u(t) = s / (1 + (s / u0 - 1) e^(-2st)), where t = learning rate x
steps: what gradient descent does in the limit of small learning rates. Shapes: T steps, K modes, S seeds.

Reference: Saxe, McClelland & Ganguli 2014, section 1.1, https://arxiv.org/abs/1312.6120
"""

import numpy as np

from gradcore.records import Doubles, Floats
from gradcore.theory.found import HalfTime, Theory, as_engine, largest


def strengths(times: Doubles, singular_values: Doubles, start: float) -> Doubles:
    """Return how far each mode is learned, (T, K).

    Args:
        times: learning rate x steps, (T,).
        singular_values: of the teacher, (K,).
        start: u0, the strength of every mode at time 0.

    Example:
        >>> strengths(np.array([0.0, 1.334, 9.0]), np.array([3.0]), 0.001).round(3).ravel().tolist()
        [0.001, 1.498, 3.0]
    """
    with np.errstate(over="ignore", under="ignore"):
        left = np.exp(-2 * singular_values * times[:, None])
    found: Doubles = singular_values / (1 + (singular_values / start - 1) * left)
    return found


def losses(times: Doubles, singular_values: Doubles, start: float) -> Doubles:
    """Return the loss 1/2 sum (s - u)^2 of each step, (T,); arguments as of `strengths`.

    Example:
        >>> losses(np.array([0.0, 99.0]), np.array([3.0, 2.0, 1.0]), 0.001).round(3).tolist()
        [6.994, 0.0]
    """
    found: Doubles = ((singular_values - strengths(times, singular_values, start)) ** 2).sum(axis=1) / 2
    return found


def half_time(singular_value: float, start: float) -> float:
    """Return when a mode is half learned, ln(s / u0 - 1) / (2 s).

    Example:
        >>> [round(half_time(s, 0.001), 3) for s in (3.0, 2.0, 1.0)]
        [1.334, 1.9, 3.453]
    """
    return float(np.log(singular_value / start - 1) / (2 * singular_value))


def compare(label: str, measured: Floats, rates: Doubles, singular_values: Doubles, start: float) -> Theory:
    """Return the solution beside the losses of one entrant.

    Args:
        label: of the entrant.
        measured: its losses, (T, S).
        rates: learning rate of each step, (T,).
        singular_values: of the teacher, (K,).
        start: u0, the strength of every mode at the start.
    """
    times = np.concatenate([[0.0], np.cumsum(as_engine(rates))])[: len(measured)]
    predicted = losses(times, singular_values, start)
    with np.errstate(all="ignore"):
        apart = np.abs(measured - predicted[:, None]) / predicted[:1, None]
    found = [_half_time(float(s), measured, times, singular_values, start) for s in singular_values]
    return Theory(label, predicted, largest(apart), len(measured), of_start=True, half_times=tuple(found))


def _half_time(mode: float, measured: Floats, times: Doubles, singular_values: Doubles, start: float) -> HalfTime:
    """Return a mode's half time beside the measured one: when a seed's loss falls to what the solution has then."""
    predicted = half_time(mode, start)
    level = float(losses(np.array([predicted]), singular_values, start)[0])
    reached = np.median([_falls_to(level, seed, times) for seed in measured.T.astype(np.float64)])
    return HalfTime(mode, predicted, float(reached) if np.isfinite(reached) else None)


def _falls_to(level: float, loss: Doubles, times: Doubles) -> float:
    """Return when a loss (T,) first falls to a level, between two steps by a straight line; Inf where it never does."""
    below = np.flatnonzero(loss <= level)
    if not below.size:
        return np.inf
    after = int(below[0])
    if after == 0:
        return float(times[0])
    part = (loss[after - 1] - level) / (loss[after - 1] - loss[after])
    return float(times[after - 1] + part * (times[after] - times[after - 1]))
