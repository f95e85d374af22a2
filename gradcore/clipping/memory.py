"""Rules with memory: their thresholds follow from the norms of past steps.

A memory is a tuple of float64 arrays whose shapes never change. Notation: n the global norm, n_v the norm of tensor v.
"""

from typing import Any

import numpy as np

from gradcore.clipping.fixed import in_common, limited
from gradcore.clipping.history import at, inserted, percentile_of, removed, replaced
from gradcore.clipping.rule import Factors, Memory
from gradcore.gradient_stats import Array, norm_of_norms
from gradcore.records import Doubles

ZCLIP_EPSILON = 1e-6  # the authors'


def start_adaptive_percentile(tensors: int | tuple[()], steps: int, *, history: int, **_: Any) -> tuple[Doubles, ...]:
    """Return an empty window: norms in the order of their steps (H,), in ascending order (H,), steps seen ()."""
    empty = np.full(min(history, steps), np.inf)
    return empty, empty.copy(), np.zeros(())


def adaptive_percentile(
    norms: Array,
    memory: Memory,
    xp: Any = np,
    *,
    percentile: float,
    history: int,
    min_clip: float,
    max_clip: float,
    warmup: int,
    warmup_clip: float,
) -> Factors:
    """Limit the global norm to a percentile of the last `history` norms, this one among them, between two clamps.

    Before step `warmup` the threshold is `warmup_clip`. The notebook counted what its window held, so that with a
    window shorter than the warm-up the warm-up never ended; here it counts steps.

    Example:
        >>> memory = start_adaptive_percentile(1, 100, history=100)
        >>> settings = {"history": 100, "min_clip": 0.1, "max_clip": 1e6, "warmup": 10, "warmup_clip": 1.0}
        >>> for norm in (1, 1, 1, 1, 1, 1, 1, 1, 1, 1000):
        ...     found = adaptive_percentile(np.array([float(norm)]), memory, percentile=95, **settings)
        ...     memory = found.memory
        >>> round(float(found.threshold), 9)  # a spike lifts its own threshold
        550.45

    Reference: the notebook's `AdaptiveGradientClipper`.
    """
    whole, (window, ordered, count) = norm_of_norms(norms, xp), memory
    size = window.shape[0]
    place = xp.mod(count, float(size))
    ordered = inserted(removed(ordered, at(window, place, xp), xp), whole, xp)
    window = replaced(window, place, whole, xp)
    count = count + 1.0
    usual = percentile_of(ordered, xp.minimum(count, float(size)), percentile, xp)
    clamped = xp.minimum(xp.maximum(usual, min_clip), max_clip)
    threshold = xp.where(count < warmup, np.float64(warmup_clip), clamped)
    return in_common(norms, limited(whole, threshold, xp), threshold, (window, ordered, count), xp)


def start_autoclip(tensors: int | tuple[()], steps: int, **_: Any) -> tuple[Doubles, ...]:
    """Return an empty history with room for every step: norms in ascending order (T,), steps seen ()."""
    return np.full(steps, np.inf), np.zeros(())


def autoclip(norms: Array, memory: Memory, xp: Any = np, *, percentile: float, include_current: bool) -> Factors:
    """Limit the global norm to a percentile of all norms so far, with this step's or without.

    Of a steady stream it clips the share 1 - percentile / 100, whatever the scale. Without this step's norm the first
    step has no threshold and passes.

    Example:
        >>> memory = start_autoclip(1, 3)
        >>> for norm in (1.0, 3.0, 9.0):
        ...     found = autoclip(np.array([norm]), memory, percentile=50, include_current=True)
        ...     memory = found.memory
        >>> float(found.threshold)
        3.0

    Reference: Seetharaman, Wichern, Pardo & Le Roux 2020. https://arxiv.org/abs/2007.14469
    """
    whole, (ordered, count) = norm_of_norms(norms, xp), memory
    grown = inserted(ordered, whole, xp), count + 1.0
    known = grown if include_current else (ordered, count)
    threshold = percentile_of(known[0], known[1], percentile, xp)
    return in_common(norms, limited(whole, threshold, xp), threshold, grown, xp)


def start_zclip(tensors: int | tuple[()], steps: int, **_: Any) -> tuple[Doubles, ...]:
    """Return nothing seen: steps seen (), mean () and variance () of the norms."""
    return np.zeros(()), np.zeros(()), np.zeros(())


def zclip(
    norms: Array,
    memory: Memory,
    xp: Any = np,
    *,
    alpha: float,
    z_threshold: float,
    warmup: int,
    max_norm: float | None,
) -> Factors:
    """Pull an unusual global norm back to the usual ones: above z_threshold the target is mu + z_threshold^2 sd / z.

    z = (n - mu) / (sd + 1e-6). The larger a spike, the lower its target: not monotone. Mean and variance follow the
    target, or n where nothing was unusual, by running means with weight `alpha`. For the first `warmup` steps they are
    those of all norms so far, and only `max_norm` limits. `threshold` is the norm from which it clips.

    Example:
        >>> memory = np.array(25.0), np.array(1.0), np.array(0.01)  # mu = 1, sd = 0.1
        >>> settings = {"alpha": 0.97, "z_threshold": 2.5, "warmup": 25, "max_norm": None}
        >>> [round(float(zclip(np.array([n]), memory, **settings).scale * n), 3) for n in (1.3, 2.0, 10.0, 100.0)]
        [1.208, 1.063, 1.007, 1.001]

    Reference: Kumar, Owen, Chowdhury & Gura 2025. https://arxiv.org/abs/2504.02507
    """
    whole, (count, mean, variance) = norm_of_norms(norms, xp), memory
    warm = count < warmup
    deviation = xp.sqrt(variance)
    z = (whole - mean) / (deviation + ZCLIP_EPSILON)
    unusual = xp.logical_and(xp.logical_not(warm), z > z_threshold)
    target = xp.where(unusual, mean + z_threshold**2 * deviation / z, whole)
    threshold = xp.where(warm, np.inf, mean + z_threshold * (deviation + ZCLIP_EPSILON))
    effective = target if max_norm is None else xp.minimum(target, max_norm)
    shown = threshold if max_norm is None else xp.minimum(threshold, max_norm)
    after = _zclip_memory(count, mean, variance, target, warm, alpha, xp)
    return in_common(norms, limited(whole, effective, xp), xp.where(shown < np.inf, shown, np.nan), after, xp)


def start_adagc(tensors: int | tuple[()], steps: int, **_: Any) -> tuple[Doubles, ...]:
    """Return nothing seen: steps seen () and each tensor's usual norm (K,), infinite before its first."""
    return np.zeros(()), np.full(tensors, np.inf)


def adagc(
    norms: Array, memory: Memory, xp: Any = np, *, relative: float, absolute: float, beta: float, warmup: int
) -> Factors:
    """Limit each tensor to `relative` times its own usual norm gamma_v, a running mean of what passed.

    For the first `warmup` steps the global norm is limited to `absolute`, and gamma_v is the least norm that passed.
    After it gamma_v grows by at most 0.1 % a step (defaults): an explosion cannot become the new normal, nor can a
    rightful rise. A zero gradient says nothing and leaves gamma_v as it is (else it would stay 0 for ever).

    Example:
        >>> memory = np.array(100.0), np.array([1.0, 2.0])
        >>> adagc(np.array([0.5, 4.2]), memory, relative=1.05, absolute=1.0, beta=0.98, warmup=100).factors
        array([1. , 0.5])

    Reference: Wang et al. 2025. https://arxiv.org/abs/2502.11034
    """
    count, usual = memory
    warm = count < warmup
    common = limited(norm_of_norms(norms, xp), absolute, xp)
    factors = xp.where(warm, common, limited(norms, relative * usual, xp))
    passed = factors * norms
    known = xp.where(usual < np.inf, beta * usual + (1.0 - beta) * passed, passed)
    moved = xp.where(warm, xp.minimum(usual, passed), known)
    after = count + 1.0, xp.where(norms > 0, moved, usual)
    return Factors(factors, xp.where(warm, np.float64(absolute), np.nan), xp.where(warm, common, np.nan), after)


def _zclip_memory(
    count: Array, mean: Array, variance: Array, seen: Array, warm: Array, alpha: float, xp: Any
) -> Memory:
    """Return mean and variance with one more norm: exact ones in the warm-up (Welford), running ones after it."""
    share = xp.where(warm, 1.0 / (count + 1.0), 1.0 - alpha)
    moved = mean + share * (seen - mean)
    spread = xp.where(warm, (seen - mean) * (seen - moved), xp.square(seen - moved))
    return count + 1.0, moved, variance + share * (spread - variance)
