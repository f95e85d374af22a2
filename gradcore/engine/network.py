"""Networks: a `NetworkSpec` and a task become a Keras model whose initial weights follow from the seed alone."""

import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import keras
import numpy as np

from gradcore.engine.aligned import aligned_kernels
from gradcore.engine.seeds import weight_seed
from gradcore.errors import TrainingError
from gradcore.networks import ALIGNED
from gradcore.records import Floats
from gradcore.specs import Choice, NetworkSpec
from gradcore.tasks import Task, task_of

Initializer = Any  # Keras' own, or a function of the shape


def build_network(network: NetworkSpec, task: Choice | str, seed: int, entrant: int | None = None) -> keras.Model:
    """Return the network of a spec with the head of a task, initialised from `seed`.

    Layers are named `dense_1` .. `dense_D` (or `rnn_1` .. `rnn_D`) and `output`; the head starts from Keras' default,
    Glorot uniform, and reads the last time step of a recurrent network. A dense network reads a sequence as one row.
    Where the task has no network its one layer is `x`, a point.
    """
    entry = task_of(task)
    layers = [keras.layers.Input(entry.shape, name="input")]
    if entry.start is not None:
        return keras.Sequential([*layers, Point(entry.start(seed, entrant), entry.lift, name="x")], name="network")
    kernels = _kernels(network, entry, seed, entrant)
    if network.cell is None:
        layers += [keras.layers.Flatten(name="row")] if entry.has_time else []
        layers += [_dense(network, index, kernels[index]) for index in range(len(network.hidden))]
    else:
        between = [weight_seed(seed, index, entrant, recurrent=True) for index in range(len(network.hidden))]
        layers += [_recurrent(network, index, kernels[index], between[index]) for index in range(len(network.hidden))]
    layers.append(
        keras.layers.Dense(
            entry.outputs, activation=entry.head_activation, kernel_initializer=kernels[-1], name="output"
        )
    )
    return keras.Sequential(layers, name="network")


class Point(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """One trainable vector x (P,): rows (N, F) become their products with it, or with its lift (F,): (N, 1)."""

    def __init__(self, start: Floats, lift: Callable[[Any, Any], Any] | None, name: str) -> None:
        """Make the vector, at its start (P,)."""
        super().__init__(name=name)
        self.lift = lift
        self.x = self.add_weight(name="x", shape=start.shape, initializer=_given(start))

    def call(self, rows: Any) -> Any:
        """Return the product of each row with x or its lift, (N, 1)."""
        factors = self.x if self.lift is None else self.lift(self.x, keras.ops)
        return keras.ops.matmul(rows, factors[:, None])


def _kernels(network: NetworkSpec, task: Task, seed: int, entrant: int | None) -> list[Initializer]:
    """Return the initialisers of the kernels of the hidden layers and of the head."""
    chosen, depth = network.kernel_initializer, len(network.hidden)
    if task.teacher is not None and chosen.name == ALIGNED:
        return [_given(values) for values in aligned_kernels(network, task.teacher(seed), seed, entrant)]
    hidden = [_initializer("kernel_initializer", chosen, weight_seed(seed, index, entrant)) for index in range(depth)]
    return [*hidden, keras.initializers.GlorotUniform(seed=weight_seed(seed, depth, entrant))]


def _dense(network: NetworkSpec, index: int, kernel: Initializer) -> keras.layers.Layer:
    return keras.layers.Dense(
        network.hidden[index], activation=network.activation, kernel_initializer=kernel, name=f"dense_{index + 1}"
    )


def _recurrent(network: NetworkSpec, index: int, kernel: Initializer, between: int) -> keras.layers.Layer:
    """Return a recurrent layer, unrolled: a loop in the graph is 3 to 5 times slower."""
    return keras.layers.SimpleRNN(
        network.hidden[index],
        activation=network.activation,
        kernel_initializer=kernel,
        recurrent_initializer=_initializer("recurrent_initializer", network.recurrent_initializer, between),
        return_sequences=index + 1 < len(network.hidden),
        unroll=True,
        name=f"rnn_{index + 1}",
    )


@lru_cache(maxsize=512)
def initial_values(
    network: NetworkSpec, task: Choice | str, seed: int, entrant: int | None = None
) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    """Return the trainable and the non-trainable initial values of one seed, in Keras' order."""
    model = build_network(network, task, seed, entrant)
    return _values(model.trainable_variables), _values(model.non_trainable_variables)


def _values(variables: list[keras.Variable]) -> tuple[Floats, ...]:
    return tuple(np.asarray(variable) for variable in variables)


def _given(values: Floats) -> Callable[..., Floats]:
    """Return the initialiser of a variable that starts from known values of its shape."""
    return lambda shape, dtype=None: values.reshape(shape)


def _initializer(name: str, chosen: Choice, seed: int) -> keras.initializers.Initializer:
    arguments = dict(chosen.arguments)
    try:
        kind = type(keras.initializers.get(chosen.name))
        if "seed" in inspect.signature(kind).parameters:
            arguments["seed"] = seed
        return kind(**arguments)
    except (TypeError, ValueError) as error:
        raise TrainingError(f"{name} '{chosen.name}' was refused by Keras: {error}") from error
