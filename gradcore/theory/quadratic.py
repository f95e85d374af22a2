"""Gradient descent and heavy-ball momentum on a quadratic: each mode decays by itself, so the whole curve is known.

Along the axis of eigenvalue lambda a step is x <- x + m with m <- b m - rate lambda x: a factor (1 - rate lambda)^t
where the momentum b is 0, powers of a 2 x 2 matrix else. Shapes: T steps, D modes, S seeds.

Reference: Polyak 1964, https://doi.org/10.1016/0041-5553(64)90137-5
"""

import numpy as np

from gradcore.records import Doubles, Floats
from gradcore.theory.found import Rate, Theory, as_engine, largest, median_of_seeds

UNIT = float(np.finfo(np.float32).eps)  # the last digit of a float32 number, relative
STEADY = 1e-3  # rounding has not taken over while such a digit changes the prediction by less
HELD = (1e-30, 1e30)  # losses whose parts float32 holds with all their digits
FEWEST = 10  # steps from which a rate is measured
NEAR = 0.5  # roots that are apart by less than this over all steps act as a double one


def modes(rates: Doubles, momentum: Doubles | float, eigenvalues: Doubles) -> Doubles:
    """Return what each mode is multiplied by until each step, (T, D): 1 at the first.

    Args:
        rates: learning rate of each step, (T,).
        momentum: b, from 0 to below 1; one for all or for each mode.
        eigenvalues: (D,), above 0.

    Example:
        >>> modes(np.array([0.5, 0.5, 0.5]), 0.0, np.array([1.0, 4.0])).tolist()
        [[1.0, 1.0], [0.5, -1.0], [0.25, 1.0]]
    """
    x, m = np.ones_like(eigenvalues), np.zeros_like(eigenvalues)
    found = np.empty((len(rates), len(eigenvalues)))
    with np.errstate(all="ignore"):  # what diverges overflows
        for step, rate in enumerate(rates):
            found[step] = x
            m = momentum * m - rate * eigenvalues * x
            x = x + m
    return found


def losses(rates: Doubles, momentum: float, eigenvalues: Doubles, start: Doubles) -> Doubles:
    """Return the loss 1/2 sum lambda_i x_i^2 of each step and seed, (T, S), Inf where it is beyond float64.

    Args:
        rates: learning rate of each step, (T,).
        momentum: b, from 0 to below 1.
        eigenvalues: (D,), above 0.
        start: of each seed along the axes, (S, D).

    Example:
        >>> losses(np.array([0.5, 0.5]), 0.0, np.array([1.0, 4.0]), np.array([[2.0, 1.0]])).tolist()
        [[4.0], [2.5]]
    """
    return _sums(modes(rates, momentum, eigenvalues), eigenvalues, start)


def _sums(found: Doubles, eigenvalues: Doubles, start: Doubles) -> Doubles:
    with np.errstate(all="ignore"):
        loss = (found**2 * eigenvalues) @ (start**2).T / 2
    return np.where(np.isnan(loss), np.inf, loss)


def rate_of(rate: float, momentum: float, eigenvalues: Doubles) -> float:
    """Return the asymptotic factor of the error: the largest root of x^2 - (1 + b - rate lambda) x + b of all modes.

    Example:
        >>> round(rate_of(2 / 11, 0.0, np.array([1.0, 10.0])), 6)  # the optimum for a condition of 10: 9 / 11
        0.818182
        >>> round(rate_of((2 / 11) ** 2, (9 / 11) ** 2, np.array([1.0, 100.0])), 4)  # and of the heavy ball for 100
        0.8182
    """
    return float(np.abs(_roots(rate, momentum, eigenvalues)).max())


def best_rate(eigenvalues: Doubles, momentum: float) -> float:
    """Return the least rate there is: (k - 1) / (k + 1) without momentum, with it that of the root of k.

    Example:
        >>> round(best_rate(np.array([1.0, 100.0]), 0.0), 6), round(best_rate(np.array([1.0, 100.0]), 0.9), 6)
        (0.980198, 0.818182)
    """
    ratio = float(eigenvalues.max() / eigenvalues.min())
    root = np.sqrt(ratio) if momentum else ratio
    return float((root - 1) / (root + 1))


def limit(eigenvalues: Doubles, momentum: float) -> float:
    """Return the learning rate from which on the error grows, 2 (1 + b) / lambda_max.

    Example:
        >>> limit(np.array([1.0, 100.0]), 0.0), limit(np.array([1.0, 100.0]), 0.5)
        (0.02, 0.03)
    """
    return float(2 * (1 + momentum) / eigenvalues.max())


def compare(
    label: str, measured: Floats, rates: Doubles, momentum: float, eigenvalues: Doubles, start: Doubles
) -> Theory:
    """Return the prediction for one entrant beside its losses (T, S); the other arguments are those of `losses`.

    Deviations are relative to the loss, to its crests where it swings. Steps are compared until float32 rounding takes
    over: until its last digit in learning rate and momentum would change the prediction of a seed by 0.1 %.
    """
    held, size = as_engine(rates), len(eigenvalues)
    turned = eigenvalues * (1 + UNIT)  # as much as a larger learning rate
    pair = modes(held, np.repeat([momentum, momentum * (1 - UNIT)], size), np.concatenate([eigenvalues, turned]))
    predicted, shaken = _sums(pair[:, :size], eigenvalues, start), _sums(pair[:, size:], turned, start)
    crest = np.minimum(np.maximum.accumulate(predicted), np.maximum.accumulate(predicted[::-1])[::-1])
    steps = _steady(predicted, shaken, crest)
    with np.errstate(all="ignore"):
        apart = np.abs(measured[:steps] - predicted[:steps]) / crest[:steps]
    return Theory(
        label=label,
        loss=median_of_seeds(predicted),
        deviation=largest(apart),
        compared=steps,
        of_start=False,
        rate=_rate(measured[:steps], held, momentum, eigenvalues) if steps and np.ptp(held) == 0 else None,
    )


def _steady(predicted: Doubles, shaken: Doubles, crest: Doubles) -> int:
    """Return of how many first steps the losses of all seeds are held, and hardly changed by a last digit."""
    with np.errstate(all="ignore"):
        good = (np.abs(shaken - predicted) <= STEADY * crest) & (crest >= HELD[0]) & (crest <= HELD[1])
    lost = np.flatnonzero(~good.all(axis=1))
    return int(lost[0]) if lost.size else len(predicted)


def _rate(measured: Floats, rates: Doubles, momentum: float, eigenvalues: Doubles) -> Rate:
    """Return the asymptotic rate beside that of the losses (T, S), a least-squares fit over their second half."""
    steps = len(measured)
    double = _is_double(float(rates[0]), momentum, eigenvalues, steps)
    found = None
    if steps >= 2 * FEWEST:
        t = np.arange(steps // 2, steps)
        with np.errstate(all="ignore"):
            logs = np.log(measured[steps // 2 :].astype(np.float64)) - (2 * np.log(t)[:, None] if double else 0)
        across = t - t.mean()
        slopes = across @ logs / (across @ across)  # (S,) of the loss, which is the error squared
        found = float(np.exp(np.median(slopes) / 2))
    return Rate(
        predicted=rate_of(float(rates[0]), momentum, eigenvalues),
        measured=found,
        double_root=double,
        limit=limit(eigenvalues, momentum),
        best=best_rate(eigenvalues, momentum),
        momentum=momentum,
    )


def _roots(rate: float, momentum: float, eigenvalues: Doubles) -> Doubles:
    """Return both roots of each mode, (2, D), complex."""
    middle = (1 + momentum - rate * eigenvalues) / 2
    apart = np.sqrt((middle**2 - momentum).astype(complex))
    return np.stack([middle + apart, middle - apart])


def _is_double(rate: float, momentum: float, eigenvalues: Doubles, steps: int) -> bool:
    """Whether the slowest mode has two roots that these steps cannot tell apart."""
    roots = _roots(rate, momentum, eigenvalues)
    slowest = np.abs(roots).max()
    near = np.abs(roots[0] - roots[1]) * steps < 2 * NEAR * slowest
    return bool((near & np.isclose(np.abs(roots).max(axis=0), slowest, rtol=NEAR / max(steps, 1))).any())
