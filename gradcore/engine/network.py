"""Networks: a `NetworkSpec` and a task become a Keras model whose initial weights follow from the seed alone."""

import inspect
from functools import lru_cache

import keras
import numpy as np

from gradcore.engine.seeds import weight_seed
from gradcore.errors import TrainingError
from gradcore.records import Floats
from gradcore.specs import Choice, NetworkSpec
from gradcore.tasks import TASKS


def build_network(network: NetworkSpec, task: str, seed: int, entrant: int | None = None) -> keras.Model:
    """Return the dense network of a spec with the head of a task, initialised from `seed`.

    Layers are named `dense_1` .. `dense_D` and `output`; the head starts from Keras' default, Glorot uniform.
    """
    entry = TASKS[task]
    layers = [keras.layers.Input((entry.features,), name="input")]
    for index, width in enumerate(network.hidden):
        layers.append(
            keras.layers.Dense(
                width,
                activation=network.activation,
                kernel_initializer=_initializer(network.kernel_initializer, weight_seed(seed, index, entrant)),
                name=f"dense_{index + 1}",
            )
        )
    head_seed = weight_seed(seed, len(network.hidden), entrant)
    head = keras.initializers.GlorotUniform(seed=head_seed)
    layers.append(
        keras.layers.Dense(entry.outputs, activation=entry.head_activation, kernel_initializer=head, name="output")
    )
    return keras.Sequential(layers, name="network")


@lru_cache(maxsize=512)
def initial_values(
    network: NetworkSpec, task: str, seed: int, entrant: int | None = None
) -> tuple[tuple[Floats, ...], tuple[Floats, ...]]:
    """Return the trainable and the non-trainable initial values of one seed, in Keras' order."""
    model = build_network(network, task, seed, entrant)
    return _values(model.trainable_variables), _values(model.non_trainable_variables)


def _values(variables: list[keras.Variable]) -> tuple[Floats, ...]:
    return tuple(np.asarray(variable) for variable in variables)


def _initializer(chosen: Choice, seed: int) -> keras.initializers.Initializer:
    arguments = dict(chosen.arguments)
    try:
        kind = type(keras.initializers.get(chosen.name))
        if "seed" in inspect.signature(kind).parameters:
            arguments["seed"] = seed
        return kind(**arguments)
    except (TypeError, ValueError) as error:
        raise TrainingError(f"kernel_initializer '{chosen.name}' was refused by Keras: {error}") from error
