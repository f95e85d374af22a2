"""The two models of a health check: the network itself, and the same one with probes; how their weights correspond."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from gradcore.engine.layout import Layout, Tensor
from gradcore.engine.network import build_network
from gradcore.engine.probed import Probed, Watched, build_probed
from gradcore.network_plan import plan
from gradcore.specs import Choice, NetworkSpec
from gradcore.tasks import task_of


class CheckLayout:
    """A network and its probed twin, which computes with the weights that lie in the rows of the first."""

    def __init__(self, model: keras.Model, probed: Probed) -> None:
        """Match the variables of both by their paths inside the model."""
        self.model, self.plain = model, Layout.of(model)
        self._probed, self.watched = probed.model, probed.watched
        paths = [inner_path(variable) for variable in model.trainable_variables]
        self.paths = tuple(paths[number] for number in self.plain.order)  # (V,) in the row's order
        self._kernels = [  # of each watched layer, the place of its kernel among the variables
            next(n for n, path in enumerate(self.paths) if path.startswith(f"{one.name}/") and path.endswith("/kernel"))
            for one in self.watched
        ]
        self._trainable = [paths.index(inner_path(variable)) for variable in probed.model.trainable_variables]
        states = _state_names(model)
        self._states = [states.index(name) for name in _state_names(probed.model)]
        sizes = self._sizes = [int(np.prod(shape)) for shape in self.plain.shapes]
        self._traced = tf.function(self._call, input_signature=self._signature(), autograph=False)
        self._variable_of_entry = tf.constant(np.repeat(range(len(sizes)), sizes), tf.int32)  # (P,)
        self.owner_of_entry = tf.constant(np.repeat(self.plain.owners, sizes), tf.int32)  # (P,)

    @classmethod
    def of(cls, network: NetworkSpec, task: Choice) -> Self:
        """Return the layout of a spec's network for a task."""
        entry = task_of(task)
        return cls(build_network(network, task, seed=0), build_probed(plan(network, entry), entry.shape))

    @property
    def kernels(self) -> tuple[int, ...]:
        """The layers, by their number, that are watched, (D,)."""
        names = [owner.rpartition("/")[2] for owner in self.plain.layers]
        return tuple(names.index(watched.name) for watched in self.watched)

    def kernel(self, parts: Sequence[Tensor], place: int) -> Tensor:
        """Return the kernel of a watched layer, (inputs, units), from one replica's parts."""
        return tf.reshape(parts[self._kernels[place]], self.kernel_shape(place))

    def kernel_shape(self, place: int) -> tuple[int, ...]:
        """Return the shape of a watched layer's kernel, (inputs, units)."""
        return self.plain.shapes[self._kernels[place]]

    def groups(self) -> list[tuple[Watched, tuple[int, ...]]]:
        """Return the watched layers that can be measured together: alike but for their names, with kernels alike."""
        found: dict[Any, list[int]] = {}
        for place, (watched, probe) in enumerate(zip(self.watched, self._probed.inputs[1:], strict=True)):
            alike = replace(watched, name=""), tuple(probe.shape[1:]), self.kernel_shape(place)
            found.setdefault(alike, []).append(place)
        return [(watched, tuple(places)) for (watched, *_), places in found.items()]

    def shares(self, kind: Tensor) -> Tensor:
        """Return the share of each variable's entries (S, P) that are of a kind, (S, V)."""
        counts = tf.math.segment_sum(tf.transpose(tf.cast(kind, tf.float32)), self._variable_of_entry)  # (V, S)
        return tf.transpose(counts) / self._sizes

    def zero_probes(self, rows: Tensor) -> list[Tensor]:
        """Return a probe of zeros for each watched layer and so many rows."""
        return [tf.zeros([rows, *probe.shape[1:]]) for probe in self._probed.inputs[1:]]

    def call(
        self, parts: Sequence[Tensor], states: Sequence[Tensor], x: Tensor, probes: Sequence[Tensor]
    ) -> tuple[Any, list[Tensor]]:
        """Return the probed network's outputs in training mode, and the new states in the order of the first.

        Traced once, however often a graph asks for it.
        """
        found: tuple[Any, list[Tensor]] = self._traced(list(parts), list(states), x, list(probes))
        return found

    def _signature(self) -> list[Any]:
        """Return what `_call` takes, for any number of rows."""
        shapes = [int(np.prod(shape)) for shape in self.plain.shapes]
        parts = [tf.TensorSpec([size], tf.float32) for size in shapes]
        states = [tf.TensorSpec(state.shape, state.dtype) for state in self.model.non_trainable_variables]
        x, *probes = [tf.TensorSpec(one.shape, tf.float32) for one in self._probed.inputs]
        return [parts, states, x, probes]

    def _call(
        self, parts: list[Tensor], states: list[Tensor], x: Tensor, probes: list[Tensor]
    ) -> tuple[Any, list[Tensor]]:
        own = self.plain.variables(parts)
        found, new = self._probed.stateless_call(
            [own[number] for number in self._trainable],
            [states[number] for number in self._states],
            [x, *probes],
            training=True,
        )
        back = dict(zip(self._states, new, strict=True))
        return found, [back[number] for number in range(len(states))]


def inner_path(variable: keras.Variable) -> str:
    """Return a variable's path inside its model; those of a stack begin with the model's name, those of a graph not."""
    return str(variable.path).removeprefix("network/").removeprefix("probed/")


def _state_names(model: keras.Model) -> list[str]:
    """Return "layer/variable" of each state in Keras' order; the path of a dropout's counter says no layer."""
    found = {id(variable): f"{layer.name}/{variable.name}" for layer in model.layers for variable in layer.variables}
    return [found[id(variable)] for variable in model.non_trainable_variables]
