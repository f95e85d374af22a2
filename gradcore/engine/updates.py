"""Updates: Keras' optimizers applied to the weights of all seeds.

Element-wise optimizers see one stacked variable `[S, P]`. Those that look at a whole tensor (Lamb, Muon, Adafactor)
get one optimizer for each seed, with variables of the model's own shapes. Both have the same four methods.
"""

from collections.abc import Callable
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf

from gradcore.engine.layout import Layout, Tensor
from gradcore.errors import TrainingError
from gradcore.optimizers import OPTIMIZERS
from gradcore.records import Floats
from gradcore.specs import Choice


class Update(Protocol):
    """The weights of all seeds and the optimizer that changes them."""

    def read(self) -> Tensor:
        """Return the weights, (S, P)."""

    def apply(self, gradients: Tensor, allowed: Tensor | None) -> None:
        """Take one step along gradients (S, P); a seed whose `allowed` (S,) is false stays as it was."""

    def reset(self, rows: Floats) -> None:
        """Start again from weights (S, P) with an optimizer that has seen nothing."""

    def set_rates(self, rates: Tensor) -> None:
        """Take the learning rates (S,) from now on; where the rows share one, they are equal."""

    def finalize(self) -> None:
        """Put the weights in place that the optimizer means to be used (averaged ones, where it averages)."""


def build_update(optimizer: Choice, layout: Layout, seeds: int, *, own_rates: bool = False) -> Update:
    """Return the update of a catalogued optimizer, stacked where its rule is element-wise.

    `own_rates` is whether the rows differ in their learning rates; one shared rate is a little faster.
    """
    if OPTIMIZERS[optimizer.name].elementwise:
        return StackedUpdate(optimizer, layout, seeds, own_rates=own_rates)
    return SeedBySeedUpdate(optimizer, layout, seeds)


def build_optimizer(
    optimizer: Choice, learning_rate: float | Callable[[], keras.Variable]
) -> keras.optimizers.Optimizer:
    """Return the Keras optimizer of a choice; what Keras refuses becomes one sentence."""
    try:
        return getattr(keras.optimizers, optimizer.name)(learning_rate=learning_rate, **dict(optimizer.arguments))
    except (TypeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise TrainingError(f"the optimizer {optimizer.name} was refused by Keras: {reason}") from error


def state_per_weight(optimizer: Choice) -> float:
    """Return how many numbers an optimizer keeps for each weight of a matrix, beside the weight itself."""
    weights = keras.Variable(np.zeros((64, 64), np.float32))
    built = build_optimizer(optimizer, OPTIMIZERS[optimizer.name].learning_rate)
    built.build([weights])
    kept = sum(int(np.prod(variable.shape)) for variable in built.variables if len(variable.shape))
    return kept / int(np.prod(weights.shape))


class StackedUpdate:
    """One optimizer over one variable that holds every seed's weights as a row."""

    def __init__(self, optimizer: Choice, layout: Layout, seeds: int, *, own_rates: bool = False) -> None:
        """Make the variable (seeds, P) and the optimizer's state; one learning rate, or one for each row."""
        self._weights = keras.Variable(np.zeros((seeds, layout.size), np.float32), name="weights")
        self._optimizer = _Resettable(optimizer, [self._weights], (seeds, 1) if own_rates else ())

    def read(self) -> Tensor:
        """Return the weights, (S, P)."""
        return tf.convert_to_tensor(self._weights.value)  # read now: `value` alone would read when it is used

    def apply(self, gradients: Tensor, allowed: Tensor | None) -> None:
        """Take one step; rows that are not allowed are put back with the optimizer's memory of them."""
        if allowed is None:
            self._optimizer.apply([gradients])
        else:  # copies of all that could have to be put back are paid for only when something must be
            every = tf.reduce_all(allowed)
            tf.cond(every, lambda: self._plainly(gradients), lambda: self._restoring(gradients, allowed))

    def _plainly(self, gradients: Tensor) -> Tensor:
        self._optimizer.apply([gradients])
        return tf.constant(0)

    def _restoring(self, gradients: Tensor, allowed: Tensor) -> Tensor:
        rows = [v for v in (self._weights, *self._optimizer.variables) if v.shape == self._weights.shape]
        before = [tf.identity(v.value) for v in rows]
        self._optimizer.apply([gradients])
        for variable, old in zip(rows, before, strict=True):
            variable.assign(tf.where(allowed[:, None], variable.value, old))
        return tf.constant(0)

    def reset(self, rows: Floats) -> None:
        """Start again from weights (S, P)."""
        self._weights.assign(rows)
        self._optimizer.reset()

    def set_rates(self, rates: Tensor) -> None:
        """Take the learning rates (S,) from now on."""
        rate = self._optimizer.rate
        rate.assign(rates[:, None] if len(rate.shape) else rates[0])

    def finalize(self) -> None:
        """Put averaged weights in place, where the optimizer averages."""
        self._optimizer.finalize()


class SeedBySeedUpdate:
    """One optimizer for each seed, over variables of the model's own names and shapes."""

    def __init__(self, optimizer: Choice, layout: Layout, seeds: int) -> None:
        """Make every seed's variables and optimizer."""
        self._layout = layout
        self._replicas = [_named_variables(layout) for _ in range(seeds)]
        self._optimizers = [_Resettable(optimizer, replica, ()) for replica in self._replicas]

    def read(self) -> Tensor:
        """Return the weights, (S, P)."""
        parts = [self._layout.parts([v.value for v in replica]) for replica in self._replicas]
        return tf.stack([tf.concat(replica, axis=0) for replica in parts])

    def apply(self, gradients: Tensor, allowed: Tensor | None) -> None:
        """Take one step with each seed's own optimizer; those that are not allowed take none."""
        parts = self._layout.split(gradients)
        for seed, optimizer in enumerate(self._optimizers):
            grads = self._layout.variables([part[seed] for part in parts])
            if allowed is None:
                optimizer.apply(grads)
            else:
                tf.cond(allowed[seed], lambda o=optimizer, g=grads: _done(o.apply(g)), lambda: tf.constant(0))

    def set_rates(self, rates: Tensor) -> None:
        """Take the learning rates (S,) from now on."""
        for seed, optimizer in enumerate(self._optimizers):
            optimizer.rate.assign(rates[seed])

    def reset(self, rows: Floats) -> None:
        """Start again from weights (S, P)."""
        parts = self._layout.split(tf.constant(rows))
        for seed, (replica, optimizer) in enumerate(zip(self._replicas, self._optimizers, strict=True)):
            values = self._layout.variables([part[seed] for part in parts])
            for variable, value in zip(replica, values, strict=True):
                variable.assign(value)
            optimizer.reset()

    def finalize(self) -> None:
        """Put averaged weights in place, where the optimizer averages."""
        for optimizer in self._optimizers:
            optimizer.finalize()


class _Resettable:
    """A built Keras optimizer with its targets and its learning rate, able to forget all that it has seen."""

    def __init__(self, optimizer: Choice, targets: list[keras.Variable], rate_shape: tuple[int, ...]) -> None:
        default = np.full(rate_shape, OPTIMIZERS[optimizer.name].learning_rate, np.float32)
        self.rate = keras.Variable(default, trainable=False, name="learning_rate")
        self._keras = build_optimizer(optimizer, lambda: self.rate)
        self._targets = targets
        for number, target in enumerate(targets):
            target.assign(np.full(target.shape, 1.5 + number, np.float32))  # to see what copies the weights
        self._keras.build(targets)
        self._initial = [(variable, np.asarray(variable)) for variable in self._keras.variables]
        self._copies = {  # optimizers that average iterates start from a copy of the weights
            id(variable): target
            for variable, value in self._initial
            for target in targets
            if value.shape == target.shape and value.size and np.array_equal(value, np.asarray(target))
        }

    @property
    def variables(self) -> list[keras.Variable]:
        return list(self._keras.variables)

    def apply(self, grads: list[Tensor]) -> None:
        self._keras.apply(grads, self._targets)

    def reset(self) -> None:
        for variable, value in self._initial:
            copied = self._copies.get(id(variable))
            variable.assign(value if copied is None else copied.value)

    def finalize(self) -> None:
        self._keras.finalize_variable_values(self._targets)


def _named_variables(layout: Layout) -> list[keras.Variable]:
    """Return zero variables with the model's own paths, in Keras' order (Muon decides by path and rank)."""
    found: list[keras.Variable | None] = [None] * len(layout.order)
    for number, path, shape in zip(layout.order, layout.paths, layout.shapes, strict=True):
        scope, _, name = path.rpartition("/")
        with keras.name_scope(scope.replace("/", "_") or "model"):
            found[number] = keras.Variable(np.zeros(shape, np.float32), name=name)
    return [variable for variable in found if variable is not None]


def _done(_: None) -> Tensor:
    return tf.constant(0)
