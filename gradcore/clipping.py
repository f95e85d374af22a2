"""Clip rules: one pure function per rule, for one replica; `xp` is `numpy` or, in the compiled step, `keras.ops`.

The engine maps them over the seeds. A rule sees finite gradients only: a non-finite step is skipped before it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from gradcore.gradient_stats import Array, global_norm
from gradcore.specs import Choice

Gradients = Sequence[Array | None]


def clip_by_value(grads: Gradients, max_value: float, xp: Any = np) -> list[Array | None]:
    """Limit every entry to [-max_value, max_value]; the direction may turn.

    Example:
        >>> clip_by_value([np.array([0.5, -3.0])], max_value=1.0)
        [array([ 0.5, -1. ])]

    Reference: Mikolov 2012, doctoral thesis, Brno University of Technology.
    """
    return [None if grad is None else xp.clip(grad, -max_value, max_value) for grad in grads]


def clip_by_norm(grads: Gradients, max_norm: float, xp: Any = np) -> list[Array | None]:
    """Scale each tensor down, by itself, to an L2 norm of at most `max_norm`; the whole may turn.

    Example:
        >>> clip_by_norm([np.array([3.0, 4.0]), np.array([0.5])], max_norm=1.0)
        [array([0.6, 0.8]), array([0.5])]

    Reference: Keras' `clipnorm`.
    """
    return [None if grad is None else clip_by_global_norm([grad], max_norm, xp)[0] for grad in grads]


def clip_by_global_norm(grads: Gradients, max_norm: float, xp: Any = np) -> list[Array | None]:
    """Scale every gradient by the same factor so that the global norm is at most `max_norm`.

    Example:
        >>> clip_by_global_norm([np.array([3.0, 4.0])], max_norm=1.0)
        [array([0.6, 0.8])]

    Reference: Pascanu, Mikolov & Bengio 2013, algorithm 1. https://arxiv.org/abs/1211.5063
    """
    norm = global_norm(grads, xp)
    factor = max_norm / xp.maximum(norm, max_norm)  # float64; 1 below the threshold
    return [None if grad is None else _scaled(grad, factor, xp) for grad in grads]


@dataclass(frozen=True)
class ClipRule:
    """A rule's function with its parameters; every parameter of these rules must be > 0."""

    name: str
    title: str
    summary: str
    function: Callable[..., list[Array | None]]
    parameters: Mapping[str, float]  # with the value that a page proposes

    def apply(self, chosen: Choice, grads: Gradients, xp: Any = np) -> list[Array | None]:
        """Return the clipped gradients, each of its tensor's shape and dtype."""
        values = {name: chosen.get(name, default) for name, default in self.parameters.items()}
        return self.function(grads, **values, xp=xp)


def _unclipped(grads: Gradients, xp: Any = np) -> list[Array | None]:
    return list(grads)


def _scaled(grad: Array, factor: Array, xp: Any) -> Array:
    if xp is np:
        return (np.asarray(grad, np.float64) * factor).astype(grad.dtype)
    return xp.cast(xp.cast(grad, "float64") * factor, grad.dtype)


_ENTRIES = (
    ClipRule("none", "No clipping", "Gradients pass unchanged.", _unclipped, {}),
    ClipRule("clip_by_value", "By value", "Limits every entry.", clip_by_value, {"max_value": 1.0}),
    ClipRule("clip_by_norm", "Per tensor", "Limits each tensor's norm.", clip_by_norm, {"max_norm": 1.0}),
    ClipRule(
        "clip_by_global_norm",
        "Global norm",
        "Limits the norm of all gradients together and keeps their direction.",
        clip_by_global_norm,
        {"max_norm": 1.0},
    ),
)
CLIP_RULES: Mapping[str, ClipRule] = MappingProxyType({entry.name: entry for entry in _ENTRIES})
