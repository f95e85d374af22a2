"""Rules without memory: what they do at a step follows from that step's gradient alone.

Notation: g the gradient, g' the clipped one, n the global norm, n_v the norm of tensor v.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcore.checks import refuse
from gradcore.clipping.rule import Factors, Gradients, Memory
from gradcore.gradient_stats import Array, double, norm_of_norms

NAN = np.float64(np.nan)
NORMALIZED_EPSILON = 1e-12  # a zero gradient stays zero


def none(norms: Array, memory: Memory = (), xp: Any = np) -> Factors:
    """Pass everything on, a non-finite gradient too: g' = g.

    Example:
        >>> none(np.array([3.0, 4.0])).factors
        array([1., 1.])
    """
    return in_common(norms, np.float64(1.0), NAN, memory, xp)


def clip_by_norm(norms: Array, memory: Memory = (), xp: Any = np, *, max_norm: float) -> Factors:
    """Scale each tensor down, by itself, to a norm of at most `max_norm`: g'_v = g_v min(1, max_norm / n_v).

    The direction of the whole may turn; the global norm is at most max_norm sqrt(K).

    Example:
        >>> clip_by_norm(np.array([5.0, 0.5]), max_norm=1.0).factors
        array([0.2, 1. ])

    Reference: Keras' `clipnorm`, TensorFlow's `clip_by_norm`.
    """
    return Factors(limited(norms, max_norm, xp), np.float64(max_norm), NAN, memory)


def clip_by_global_norm(norms: Array, memory: Memory = (), xp: Any = np, *, max_norm: float) -> Factors:
    """Scale every gradient by the same factor so that the global norm is at most `max_norm`.

    g' = g min(1, max_norm / n): the projection on a ball, which keeps the direction.

    Example:
        >>> clip_by_global_norm(np.array([3.0, 4.0]), max_norm=1.0).factors
        array([0.2, 0.2])

    Reference: Pascanu, Mikolov & Bengio 2013, algorithm 1. https://arxiv.org/abs/1211.5063
    """
    scale = limited(norm_of_norms(norms, xp), max_norm, xp)
    return in_common(norms, scale, np.float64(max_norm), memory, xp)


def ten_percent(
    norms: Array, memory: Memory = (), xp: Any = np, *, fraction: float, min_norm: float, max_norm: float
) -> Factors:
    """Limit the global norm to a share of itself: c = min(max_norm, max(min_norm, fraction n)), g' = g min(1, c / n).

    It shrinks every gradient longer than `min_norm`, again each time that it is applied: not idempotent.

    Example:
        >>> [float(ten_percent(np.array([n]), fraction=0.1, min_norm=1, max_norm=10).threshold) for n in (0.5, 50, 474)]
        [1.0, 5.0, 10.0]

    Reference: the notebook's "adaptive" line.
    """
    whole = norm_of_norms(norms, xp)
    threshold = xp.minimum(xp.maximum(fraction * whole, min_norm), max_norm)
    return in_common(norms, limited(whole, threshold, xp), threshold, memory, xp)


def normalized(norms: Array, memory: Memory = (), xp: Any = np, *, norm: float) -> Factors:
    """Give every gradient the same length, short ones too: g' = norm g / (n + 1e-12).

    Example:
        >>> [round(float(normalized(np.array([n]), norm=1.0).scale), 6) for n in (0.5, 4.0)]
        [2.0, 0.25]

    Reference: Hazan, Levy & Shalev-Shwartz 2015, https://arxiv.org/abs/1507.02030;
        Cutkosky & Mehta 2020, https://arxiv.org/abs/2002.03305
    """
    whole = norm_of_norms(norms, xp)
    scale = xp.where(xp.isfinite(whole), norm / (whole + NORMALIZED_EPSILON), np.nan)
    return in_common(norms, scale, NAN, memory, xp)


def clip_by_value(
    grads: Gradients,
    weights: Gradients | None = None,
    axes: Sequence[tuple[int, ...]] | None = None,
    xp: Any = np,
    *,
    max_value: float,
) -> tuple[list[Array | None], float]:
    """Limit every entry: g'_i = min(max(g_i, -max_value), max_value). Signs stay, the direction may turn.

    Example:
        >>> clip_by_value([np.array([0.5, -3.0])], max_value=1.0)
        ([array([ 0.5, -1. ])], 1.0)

    Reference: Mikolov 2012, doctoral thesis, Brno University of Technology.
    """
    return [None if grad is None else xp.clip(grad, -max_value, max_value) for grad in grads], max_value


def adaptive_grad_clip(
    grads: Gradients,
    weights: Gradients,
    axes: Sequence[tuple[int, ...]] | None = None,
    xp: Any = np,
    *,
    clipping: float,
    eps: float,
) -> tuple[list[Array | None], float]:
    """Limit each unit's gradient to a share of that unit's weights: G'_i = G_i min(1, clipping max(W_i, eps) / G_i).

    In the bound G_i and W_i stand for the norms of unit i. A matrix has one unit for each column, a vector or scalar
    is one unit. The paper leaves the last layer out; here every layer is clipped.

    Example:
        >>> adaptive_grad_clip([np.array([[3.0, 0.0], [4.0, 0.1]])], [np.ones((2, 2))], clipping=0.5, eps=1e-3)[0][0]
        array([[0.42426407, 0.        ],
               [0.56568542, 0.1       ]])

    Reference: Brock, De, Smith & Simonyan 2021, equation 3. https://arxiv.org/abs/2102.06171
    """
    known = [None] * len(grads) if axes is None else axes
    clipped = [
        None
        if grad is None
        else _by_unit(grad, weight, axes_of_a_unit(grad) if own is None else own, clipping, eps, xp)
        for grad, weight, own in zip(grads, _like(grads, weights), known, strict=True)
    ]
    return clipped, np.nan


def unit_factors(norms: Array, weights: Array, xp: Any = np, *, clipping: float, eps: float) -> Array:
    """Return the factor of each unit from the norms of its gradient and of its weights.

    Example:
        >>> unit_factors(np.array([5.0, 0.1]), np.array([3.0, 0.0]), clipping=0.5, eps=0.5)
        array([0.3, 1. ])
    """
    return limited(norms, clipping * xp.maximum(weights, eps), xp)


def limited(norms: Array, threshold: Array | float, xp: Any) -> Array:
    """Return the factors that bring norms down to a threshold: 1 up to it; NaN for a norm that is not finite."""
    factors = xp.where(norms > threshold, threshold / norms, 1.0)
    return xp.where(xp.isfinite(norms), factors, np.nan)


def in_common(norms: Array, scale: Array, threshold: Array, memory: Memory, xp: Any) -> Factors:
    """Return one factor for all K tensors."""
    return Factors(xp.broadcast_to(scale, norms.shape), threshold, scale, memory)


def _by_unit(grad: Array, weight: Array, axes: tuple[int, ...], clipping: float, eps: float, xp: Any) -> Array:
    exact = double(grad, xp)
    norms, weights = (_unit_norms(array, axes, xp) for array in (exact, double(weight, xp)))
    scaled = exact * unit_factors(norms, weights, xp, clipping=clipping, eps=eps)
    return scaled.astype(grad.dtype) if xp is np else xp.cast(scaled, grad.dtype)


def _unit_norms(array: Array, axes: tuple[int, ...], xp: Any) -> Array:
    return xp.sqrt(xp.sum(xp.square(array), axis=axes, keepdims=True))


def axes_of_a_unit(grad: Array) -> tuple[int, ...]:
    """Return the axes that feed one unit of a tensor whose layer nobody knows."""
    rank = len(grad.shape)
    if rank > 2:
        refuse("gradients", "have rank 2 at most for adaptive_grad_clip", tuple(grad.shape))
    return (0,) if rank == 2 else tuple(range(rank))


def _like(grads: Gradients, weights: Gradients) -> Gradients:
    """Return the weights, one of its gradient's shape for each gradient, or refuse them."""
    shapes = [None if grad is None else tuple(grad.shape) for grad in grads]
    found = [None if weight is None else tuple(weight.shape) for weight in weights]
    if len(found) != len(shapes) or any(a is not None and a != b for a, b in zip(shapes, found, strict=True)):
        refuse("weights", f"have the shapes of the gradients, {shapes}", found)
    return weights
