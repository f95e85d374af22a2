"""Networks: a `NetworkSpec` and a task become a Keras model whose initial weights follow from the seed alone."""

import inspect
from functools import lru_cache

import keras
import numpy as np

from gradcore.engine.seeds import weight_seed
from gradcore.errors import TrainingError
from gradcore.records import Floats
from gradcore.specs import Choice, NetworkSpec
from gradcore.tasks import task_of


def build_network(network: NetworkSpec, task: Choice | str, seed: int, entrant: int | None = None) -> keras.Model:
    """Return the network of a spec with the head of a task, initialised from `seed`.

    Layers are named `dense_1` .. `dense_D` (or `rnn_1` .. `rnn_D`) and `output`; the head starts from Keras' default,
    Glorot uniform, and reads the last time step of a recurrent network. A dense network reads a sequence as one row.
    """
    entry = task_of(task)
    layers = [keras.layers.Input(entry.shape, name="input")]
    if network.cell is None:
        layers += [keras.layers.Flatten(name="row")] if entry.has_time else []
        layers += [_dense(network, index, seed, entrant) for index in range(len(network.hidden))]
    else:
        layers += [_recurrent(network, index, seed, entrant) for index in range(len(network.hidden))]
    head_seed = weight_seed(seed, len(network.hidden), entrant)
    head = keras.initializers.GlorotUniform(seed=head_seed)
    layers.append(
        keras.layers.Dense(entry.outputs, activation=entry.head_activation, kernel_initializer=head, name="output")
    )
    return keras.Sequential(layers, name="network")


def _dense(network: NetworkSpec, index: int, seed: int, entrant: int | None) -> keras.layers.Layer:
    return keras.layers.Dense(
        network.hidden[index],
        activation=network.activation,
        kernel_initializer=_kernel(network, index, seed, entrant),
        name=f"dense_{index + 1}",
    )


def _recurrent(network: NetworkSpec, index: int, seed: int, entrant: int | None) -> keras.layers.Layer:
    """Return a recurrent layer, unrolled: a loop in the graph is 3 to 5 times slower."""
    between = weight_seed(seed, index, entrant, recurrent=True)
    return keras.layers.SimpleRNN(
        network.hidden[index],
        activation=network.activation,
        kernel_initializer=_kernel(network, index, seed, entrant),
        recurrent_initializer=_initializer("recurrent_initializer", network.recurrent_initializer, between),
        return_sequences=index + 1 < len(network.hidden),
        unroll=True,
        name=f"rnn_{index + 1}",
    )


def _kernel(network: NetworkSpec, index: int, seed: int, entrant: int | None) -> keras.initializers.Initializer:
    return _initializer("kernel_initializer", network.kernel_initializer, weight_seed(seed, index, entrant))


@lru_cache(maxsize=512)
def initial_values(
    network: NetworkSpec, task: Choice | str, seed: int, entrant: int | None = None
) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    """Return the trainable and the non-trainable initial values of one seed, in Keras' order."""
    model = build_network(network, task, seed, entrant)
    return _values(model.trainable_variables), _values(model.non_trainable_variables)


def _values(variables: list[keras.Variable]) -> tuple[Floats, ...]:
    return tuple(np.asarray(variable) for variable in variables)


def _initializer(name: str, chosen: Choice, seed: int) -> keras.initializers.Initializer:
    arguments = dict(chosen.arguments)
    try:
        kind = type(keras.initializers.get(chosen.name))
        if "seed" in inspect.signature(kind).parameters:
            arguments["seed"] = seed
        return kind(**arguments)
    except (TypeError, ValueError) as error:
        raise TrainingError(f"{name} '{chosen.name}' was refused by Keras: {error}") from error
