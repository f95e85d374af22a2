"""States: what a model keeps besides its weights, such as BatchNormalization's moving averages, for every seed.

Floating-point states are stacked `[S, ...]`. The counters of random generators (dropout) cannot be, because
`vectorized_map` has no stateless random with stacked seeds: all seeds share the masks.
"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from gradcore.engine.layout import Tensor
from gradcore.records import Floats


class States:
    """The non-trainable variables of S replicas of one model, in Keras' order."""

    def __init__(self, model: keras.Model, seeds: int) -> None:
        """Make the variables; their values come with `reset`."""
        self._shared = [not keras.backend.is_float_dtype(v.dtype) for v in model.non_trainable_variables]
        self._variables = [
            keras.Variable(np.zeros(v.shape if shared else (seeds, *v.shape), v.dtype), dtype=v.dtype, trainable=False)
            for v, shared in zip(model.non_trainable_variables, self._shared, strict=True)
        ]

    def reset(self, values: Sequence[Sequence[Floats]]) -> None:
        """Start from each seed's values, (S sequences of V arrays)."""
        for place, (variable, shared) in enumerate(zip(self._variables, self._shared, strict=True)):
            found = [replica[place] for replica in values]
            variable.assign(found[0] if shared else np.stack(found))

    def stacked(self) -> list[Tensor]:
        """Return the states that have a leading axis of seeds."""
        return [
            tf.convert_to_tensor(v.value) for v, shared in zip(self._variables, self._shared, strict=True) if not shared
        ]

    def of_replica(self, own: Sequence[Tensor]) -> list[Tensor]:
        """Return all states of one replica in Keras' order, from its slices of `stacked()`."""
        left = iter(own)
        return [
            tf.convert_to_tensor(v.value) if shared else next(left)  # `vectorized_map` returns no variable
            for v, shared in zip(self._variables, self._shared, strict=True)
        ]

    def assign(self, new: Sequence[Tensor], allowed: Tensor | None = None) -> None:
        """Take over new states, each with a leading axis of seeds; where `allowed` (S,) is false the old ones stay."""
        for variable, shared, value in zip(self._variables, self._shared, new, strict=True):
            if not shared and allowed is not None:
                keep = tf.reshape(allowed, [-1, *[1] * (len(value.shape) - 1)])
                value = tf.where(keep, value, variable.value)
            variable.assign(value[0] if shared else value)
