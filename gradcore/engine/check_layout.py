"""The two models of a health check: the network itself, and the same one with probes; how their weights correspond."""

from collections.abc import Sequence
from typing import Any, Self

import keras
import numpy as np
import tensorflow as tf

from gradcore.engine.layout import Layout, Tensor
from gradcore.engine.network import build_network
from gradcore.engine.probed import Probed, build_probed
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
        self._trainable = [paths.index(inner_path(variable)) for variable in probed.model.trainable_variables]
        states = _state_names(model)
        self._states = [states.index(name) for name in _state_names(probed.model)]
        sizes = [int(np.prod(shape)) for shape in self.plain.shapes]
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
        wanted = self.watched[place].name
        number = next(
            n for n, path in enumerate(self.paths) if path.startswith(f"{wanted}/") and path.endswith("/kernel")
        )
        return tf.reshape(parts[number], self.plain.shapes[number])

    def zero_probes(self, rows: Tensor) -> list[Tensor]:
        """Return a probe of zeros for each watched layer and so many rows."""
        return [tf.zeros([rows, *probe.shape[1:]]) for probe in self._probed.inputs[1:]]

    def call(
        self, parts: Sequence[Tensor], states: Sequence[Tensor], x: Tensor, probes: Sequence[Tensor]
    ) -> tuple[Any, list[Tensor]]:
        """Return the probed network's outputs in training mode, and the new states in the order of the first."""
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
