"""Clipping in the compiled step: one clip rule for all seeds at once, with the memory of each.

The rules are those of `gradcore.clipping`. What is added here is speed: factors follow from norms that are measured
anyway, and products are float32 unless a factor or a norm is too extreme for it. S seeds, V variables, P weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from gradcore.clipping import CLIP_RULES, Memory, ScalingRule
from gradcore.clipping.fixed import unit_factors
from gradcore.engine.layout import Layout, Tensor, part_norms
from gradcore.engine.units import unit_axes
from gradcore.specs import Choice

TINY = 1e-12  # a limit above it is no limit for what float32 squares to zero
ROOM = 256  # steps: memories that grow with the steps are sized in such pieces, so that few lengths trace again


@dataclass(frozen=True)
class Decision:
    """What a rule did with the gradients of one step."""

    rows: Tensor  # (S, P) clipped
    norms: Tensor  # (S, V) of the clipped parts, float64
    threshold: Tensor  # (S,) float64, NaN where the rule has no single one
    scale: Tensor  # (S,) float64, NaN where the rule has no common factor
    acted: Tensor  # (S,) whether the gradient was changed
    allowed: Tensor  # (S,) whether it was finite; else the step is to be skipped

    def measured(self) -> list[Tensor]:
        """Return what is recorded of it, as columns: norms (S, V), then threshold, scale and whether it acted."""
        acted = tf.cast(self.acted, tf.float64)
        return [self.norms, tf.stack([self.threshold, self.scale, acted], axis=1)]


class Clipper:
    """One rule with the memories of S seeds."""

    def __init__(self, clip: Choice, model: keras.Model, layout: Layout, seeds: int) -> None:
        """Look the rule up; memories come with `reset`."""
        self._clip, self._rule, self._layout, self._seeds = clip, CLIP_RULES[clip.name], layout, seeds
        axes = unit_axes(model)
        self._axes = [axes[number] for number in layout.order]
        self._memory: list[tf.Variable] = []
        self._room = 0

    def reset(self, steps: int) -> bool:
        """Forget every step, and make room for `steps`; return whether the shapes have changed."""
        self._room = -(-steps // ROOM) * ROOM
        found = self._rule.init(self._clip, self._layout.shapes, self._room)
        stacked = [np.repeat(array[None], self._seeds, axis=0) for array in found]
        if [array.shape for array in stacked] == [tuple(variable.shape) for variable in self._memory]:
            for variable, array in zip(self._memory, stacked, strict=True):
                variable.assign(array)
            return False
        self._memory = [tf.Variable(array, trainable=False) for array in stacked]
        return True

    def spend(self, steps: int) -> None:
        """Take steps out of the room; a memory of fixed shape must not be asked for more."""
        self._room -= steps
        if self._room < 0:
            raise ValueError(f"the trainer must be reset with steps >= what it runs. Received: {-self._room} more")

    def apply(self, gradient: Sequence[Tensor], norms: Tensor, weights: Sequence[Tensor]) -> Decision:
        """Clip the parts (S, size) of the gradient; norms (S, V) are theirs."""
        allowed = tf.reduce_all(tf.math.is_finite(norms), axis=1)
        if isinstance(self._rule, ScalingRule):
            return self._scale(gradient, norms, allowed)
        if self._rule.needs == "weights":
            return self._limit_units(gradient, weights, allowed)
        return self._limit_entries(gradient, allowed)

    def _scale(self, gradient: Sequence[Tensor], norms: Tensor, allowed: Tensor) -> Decision:
        factors, threshold, scale, after = self._decide(norms)
        for variable, new in zip(self._memory, after, strict=True):
            keep = tf.reshape(allowed, [-1, *[1] * (len(variable.shape) - 1)])
            variable.assign(tf.where(keep, new, variable))
        if self._rule.needs == "norm":  # one factor for all
            (rows,) = _products([tf.concat(gradient, axis=1)], [factors[:, :1]])
        else:
            rows = tf.concat(_products(gradient, tf.split(factors, len(gradient), axis=1)), axis=1)
        return Decision(rows, norms * factors, threshold, scale, _acted([factors], [norms]), allowed)

    def _decide(self, norms: Tensor) -> tuple[Tensor, Tensor, Tensor, Memory]:
        """Return factors (S, V), threshold (S,), scale (S,) and the new memories."""
        assert isinstance(self._rule, ScalingRule)
        rule = self._rule

        def of_one_seed(inputs: tuple[Tensor, Memory]) -> tuple[Tensor, Tensor, Tensor, Memory]:
            found = rule.factors(self._clip, *inputs, keras.ops)
            return found.factors, found.threshold, found.scale, found.memory

        found: tuple[Tensor, Tensor, Tensor, Memory] = tf.vectorized_map(
            of_one_seed, (norms, tuple(tf.convert_to_tensor(variable) for variable in self._memory))
        )
        return found

    def _limit_entries(self, gradient: Sequence[Tensor], allowed: Tensor) -> Decision:
        found = self._rule.apply(self._clip, gradient, xp=keras.ops)
        pairs = zip(gradient, found.gradients, strict=True)
        acted = [tf.reduce_any(tf.not_equal(before, after), axis=1) for before, after in pairs]
        rows, norms = tf.concat(found.gradients, axis=1), part_norms(found.gradients)
        none = self._each(found.scale)
        return Decision(rows, norms, self._each(found.threshold), none, tf.reduce_any(acted, axis=0), allowed)

    def _limit_units(self, gradient: Sequence[Tensor], weights: Sequence[Tensor], allowed: Tensor) -> Decision:
        values = self._rule.values(self._clip)
        axes = [tuple(axis + 1 for axis in own) for own in self._axes]
        tensors, owners = self._shaped(gradient), self._shaped(weights)
        exact = values["clipping"] * values["eps"] < TINY  # else what float32 cannot tell from 0 is never clipped
        norms, theirs = unit_norms(tensors, axes, exact), unit_norms(owners, axes, exact)
        factors = [
            unit_factors(unit, weight, xp=keras.ops, **values) for unit, weight in zip(norms, theirs, strict=True)
        ]
        rows = [tf.reshape(part, [self._seeds, -1]) for part in _products(tensors, factors)]
        after = [unit * factor for unit, factor in zip(norms, factors, strict=True)]
        sums = [tf.reduce_sum(tf.square(tf.reshape(unit, [self._seeds, -1])), axis=1) for unit in after]
        none = self._each(np.nan)
        together = tf.sqrt(tf.stack(sums, axis=1))
        return Decision(tf.concat(rows, axis=1), together, none, none, _acted(factors, norms), allowed)

    def _shaped(self, parts: Sequence[Tensor]) -> list[Tensor]:
        return [tf.reshape(part, (self._seeds, *own)) for part, own in zip(parts, self._layout.shapes, strict=True)]

    def _each(self, value: float) -> Tensor:
        return tf.fill([self._seeds], tf.constant(value, tf.float64))


def unit_norms(tensors: Sequence[Tensor], axes: Sequence[tuple[int, ...]], exact: bool) -> list[Tensor]:
    """Return the L2 norm over these axes, kept as 1, in float64; those below 1e-15 may be 0 unless `exact`.

    The squares of float32 are safe below 1e18; only beyond is float64 paid for.
    """

    def measured(dtype: tf.DType) -> list[Tensor]:
        found = [
            tf.math.reduce_euclidean_norm(tf.cast(tensor, dtype), axis=own, keepdims=True)
            for tensor, own in zip(tensors, axes, strict=True)
        ]
        return [tf.cast(norm, tf.float64) for norm in found]

    if exact:
        return measured(tf.float64)
    plain = measured(tf.float32)
    safe = tf.reduce_all([tf.reduce_all(found < 1e18) for found in plain])
    return list(tf.cond(safe, lambda: plain, lambda: measured(tf.float64)))


def _products(tensors: Sequence[Tensor], factors: Sequence[Tensor]) -> list[Tensor]:
    """Return each tensor times its factor in float32, by way of float64 where a factor is too extreme for it."""
    extremes = [tf.reduce_any(((factor > 0) & (factor < 1e-30)) | (factor > 1e30)) for factor in factors]

    def multiplied(dtype: tf.DType) -> list[Tensor]:
        found = [tf.cast(t, dtype) * tf.cast(factor, dtype) for t, factor in zip(tensors, factors, strict=True)]
        return [tf.cast(product, tf.float32) for product in found]

    return list(tf.cond(tf.reduce_any(extremes), lambda: multiplied(tf.float64), lambda: multiplied(tf.float32)))


def _acted(factors: Sequence[Tensor], norms: Sequence[Tensor]) -> Tensor:
    """Return for which seeds a factor changes what it multiplies, (S,)."""
    changed = [
        tf.reshape((tf.cast(factor, tf.float32) != 1) & (norm > 0), [tf.shape(norm)[0], -1])
        for factor, norm in zip(factors, norms, strict=True)
    ]
    return tf.reduce_any(tf.concat(changed, axis=1), axis=1)
