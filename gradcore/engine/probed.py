"""A probed network: the same layers, but what goes into each activation can be read and its gradient taken.

To each pre-activation z a probe of zeros is added, so that dLoss/dprobe = dLoss/dz. A recurrent layer's probe is added
to the sequence that it reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras

from gradcore.engine.network import layer_of
from gradcore.network_steps import GATES, INPUT, Step

SHOWN_BY_OUTPUT = {"SimpleRNN"}  # cells whose output is the activation itself


@dataclass(frozen=True)
class Watched:
    """One layer with a kernel, as it is watched."""

    name: str
    activation: str  # what follows z; "linear" for none, or where it cannot be seen
    recurrent: bool
    bias: bool


@dataclass(frozen=True)
class Probed:
    """A model of inputs [x, *probes] and outputs [y, *z, *activation inputs], one of each for every watched layer."""

    model: keras.Model
    watched: tuple[Watched, ...]


def watched_layers(steps: Sequence[Step]) -> tuple[Watched, ...]:
    """Return the layers of a plan that are watched: the hidden ones that lead to the head, and the head."""
    chosen = [step for step in steps if _is_watched(step)]
    return tuple(
        Watched(
            step.name,
            _activation(step, steps)[0],
            step.layer in GATES,
            step.layer == "Dense" and bool(dict(step.arguments).get("use_bias", True)),
        )
        for step in chosen
    )


def build_probed(steps: Sequence[Step], shape: tuple[int, ...]) -> Probed:
    """Return the probed network of a plan whose rows have this shape; its weights are nobody's, give them."""
    first = keras.layers.Input(shape, name=INPUT)
    values: dict[str, Any] = {INPUT: first}
    before: dict[str, Any] = {}  # layer -> its z
    probes, inputs_of_activation = [], {}
    for step in steps:
        read = [values[name] for name in step.inputs]
        if _is_watched(step):
            size = read[0].shape[1:] if step.layer in GATES else (*read[0].shape[1:-1], step.shape[-1])
            probe = keras.layers.Input(size, name=f"{step.name}_probe")
            probes.append(probe)
            values[step.name], before[step.name] = _watched(step, read[0], probe)
        else:
            values[step.name] = layer_of(step, {})(read if len(read) > 1 else read[0])
        if step.layer == "Activation":
            inputs_of_activation[step.name] = read[0]
    watched = watched_layers(steps)
    seen = []
    for step in (one for one in steps if _is_watched(one)):
        _, at = _activation(step, steps)
        seen.append(inputs_of_activation[at] if at in inputs_of_activation else before[step.name])
    outputs = [values[steps[-1].name], *before.values(), *seen]
    return Probed(keras.Model([first, *probes], outputs, name="probed"), watched)


def _is_watched(step: Step) -> bool:
    return step.kernel is not None and (step.hidden or step.name == "output") and step.name != "branch"


def _watched(step: Step, read: Any, probe: Any) -> tuple[Any, Any]:
    """Return what a watched layer gives, and its z; a recurrent layer's output stands for its z."""
    if step.layer in GATES:
        given = layer_of(step, {})(keras.layers.Add(name=f"{step.name}_probed")([read, probe]))
        return given, given
    arguments = dict(step.arguments)
    activation = str(arguments.pop("activation"))
    bare = Step(step.layer, step.name, step.inputs, tuple(arguments.items()), step.before, step.shape)
    z = keras.layers.Add(name=f"{step.name}_probed")([layer_of(bare, {})(read), probe])
    return (z if activation == "linear" else keras.layers.Activation(activation, name=f"{step.name}_given")(z)), z


def _activation(step: Step, steps: Sequence[Step]) -> tuple[str, str]:
    """Return the activation that follows a layer, its own or the next one before another kernel, and who has it."""
    own = str(dict(step.arguments).get("activation", "linear"))
    if step.layer in GATES:
        return (own if step.layer in SHOWN_BY_OUTPUT else "linear"), step.name
    if own != "linear":
        return ("linear" if own == "softmax" else own), step.name
    later = steps[list(steps).index(step) + 1 :]
    for one in later:
        if one.kernel is not None and not one.name.startswith("projection"):
            break
        if one.layer == "Activation":
            return str(dict(one.arguments)["activation"]), one.name
    return "linear", step.name
