"""What a network does at initialisation, measured plainly: every layer of weights' z, and dLoss/dz by one tape."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcore.network_plan import plan
from gradcore.network_steps import INPUT
from gradcore.networks import loss_of
from gradcore.specs import NetworkSpec
from gradcore.tasks import task_of


@dataclass(frozen=True)
class Measured:
    """Of each layer of weights, input side first, over the seeds: means of squares before any root is drawn."""

    layers: tuple[str, ...]
    squares: np.ndarray  # (S, L) mean square of dLoss/dz over rows and units
    variance: np.ndarray  # (S, L) of z
    cosine: np.ndarray  # (S, L) between the z of two rows
    felt: dict[str, np.ndarray]  # what the activation of a layer was given, (S, B, n)

    @property
    def backprop_ratio(self) -> np.ndarray:
        means = self.squares.mean(axis=0)
        return np.sqrt(means / means[-1])


def measure(network: NetworkSpec, task: str, seeds: Sequence[int], rows: int, *, classes: int = 10) -> Measured:
    """Run a batch of independent normal rows with random targets through a network of each seed."""
    found = [_one(network, task, seed, rows, classes) for seed in seeds]
    names = found[0][0]
    return Measured(
        names,
        *(np.array([one[place] for one in found]) for place in (1, 2, 3)),
        {name: np.array([one[4][name] for one in found]) for name in found[0][4]},
    )


def _one(network: NetworkSpec, task: str, seed: int, rows: int, classes: int) -> tuple[Any, ...]:
    import tensorflow as tf

    from gradcore.engine.losses import LOSSES
    from gradcore.engine.network import build_network

    entry = task_of(task)
    draw = np.random.default_rng([seed, 77])
    x = tf.constant(draw.normal(size=(rows, entry.row_size)).astype(np.float32))
    if entry.loss.startswith("sparse"):
        y = tf.constant(draw.integers(entry.outputs, size=rows))
    else:
        y = tf.constant(draw.normal(size=(rows, entry.outputs)).astype(np.float32))
    model = build_network(network, task, seed)
    values, z, felt = {INPUT: x}, {}, {}
    with tf.GradientTape() as tape:
        for step in plan(network, entry):
            layer = model.get_layer(step.name)
            read = [values[name] for name in step.inputs]
            given = read if len(read) > 1 else read[0]
            if step.layer == "Dense":
                z[step.name] = tf.matmul(given, layer.kernel) + (layer.bias if layer.use_bias else 0.0)
                values[step.name] = layer.activation(z[step.name])
                felt[step.name] = z[step.name]
            else:
                values[step.name] = layer(given, training=True)
                if step.layer == "Activation":
                    felt[step.name.replace("activation", "dense")] = given
        loss = LOSSES[loss_of(network, entry)](y, values[step.name])
    main = [name for name in z if not name.startswith("projection")]
    deltas = tape.gradient(loss, [z[name] for name in main])
    each = [value.numpy().astype(np.float64) for value in (z[name] for name in main)]
    return (
        tuple(main),
        [float(np.mean(delta.numpy().astype(np.float64) ** 2)) for delta in deltas],
        [float(one.var()) for one in each],
        [_mean_cosine(one) for one in each],
        {name: value.numpy() for name, value in felt.items()},
    )


def _mean_cosine(z: np.ndarray) -> float:
    with np.errstate(all="ignore"):
        unit = z / np.linalg.norm(z, axis=1, keepdims=True)
    rows = len(z)
    return float(((unit.sum(axis=0) ** 2).sum() - rows) / (rows * (rows - 1)))
