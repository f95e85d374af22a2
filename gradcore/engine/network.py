"""Networks: a `NetworkSpec` and a task become a Keras model whose initial weights follow from the seed alone."""

import inspect
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import keras
import numpy as np

from gradcore.engine.aligned import aligned_kernels
from gradcore.engine.lsuv import scale_to_unit_variance
from gradcore.engine.seeds import weight_seed
from gradcore.errors import TrainingError
from gradcore.network_plan import is_chain, plan
from gradcore.network_steps import GATES, INPUT, Step
from gradcore.networks import ALIGNED, LSUV, LSUV_ROWS, keras_initializer
from gradcore.records import Floats
from gradcore.specs import Choice, NetworkSpec
from gradcore.tasks import Task, task_of

RECURRENT = "recurrent_initializer"

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
    steps = plan(network, entry)
    made = [
        layer_of(step, initial)
        for step, initial in zip(steps, _initial(network, entry, steps, seed, entrant), strict=True)
    ]
    chain = is_chain(steps)
    model = keras.Sequential([*layers, *made], name="network") if chain else _graph(layers[0], steps, made)
    if network.kernel_initializer.name == LSUV:
        names = tuple(step.name for step in steps if step.hidden)
        scale_to_unit_variance(model, entry.rows(seed).x_train[:LSUV_ROWS], names)
    return model


def _graph(first: keras.KerasTensor, steps: Sequence[Step], made: Sequence[keras.layers.Layer]) -> keras.Model:
    """Return the model of layers of which some read others than the one before."""
    values = {INPUT: first}
    for step, layer in zip(steps, made, strict=True):
        read = [values[name] for name in step.inputs]
        values[step.name] = layer(read if len(read) > 1 else read[0])
    return keras.Model(values[INPUT], values[steps[-1].name], name="network")


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


@keras.saving.register_keras_serializable("gradcore")
class StopGradient(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Passes on what it reads, and no gradient back."""

    def call(self, values: Any) -> Any:
        """Return the values."""
        return keras.ops.stop_gradient(values)


def _initial(
    network: NetworkSpec, task: Task, steps: Sequence[Step], seed: int, entrant: int | None
) -> list[dict[str, Initializer]]:
    """Return the initialisers that each layer is made with; kernels outside of hidden layers start from Keras' own."""
    chosen = network.kernel_initializer
    if task.teacher is not None and chosen.name == ALIGNED:
        return [
            {"kernel_initializer": _given(one)} for one in aligned_kernels(network, task.teacher(seed), seed, entrant)
        ]
    found: list[dict[str, Initializer]] = []
    for step in steps:
        if step.kernel is None:
            found.append({"seed": weight_seed(seed, len(found), entrant)} if step.layer == "Dropout" else {})
            continue
        named = keras_initializer(chosen, step.before[-1]) if step.hidden else Choice("glorot_uniform")
        kernels = {
            "kernel_initializer": _initializer("kernel_initializer", named, weight_seed(seed, step.kernel, entrant))
        }
        if step.layer in GATES:
            between = weight_seed(seed, step.kernel, entrant, recurrent=True)
            chosen_between = network.recurrent_initializer
            kernels["recurrent_initializer"] = _initializer("recurrent_initializer", chosen_between, between)
        if step.hidden and step.layer == "Dense" and network.bias:
            kernels["bias_initializer"] = keras.initializers.Constant(network.bias)
        found.append(kernels)
    return found


def layer_of(step: Step, initial: dict[str, Initializer]) -> keras.layers.Layer:
    """Return the Keras layer of a step, with these initialisers."""
    kind = StopGradient if step.layer == "StopGradient" else getattr(keras.layers, step.layer)
    return kind(name=step.name, **dict(step.arguments), **initial)


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
