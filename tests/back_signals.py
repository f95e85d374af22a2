"""What networks do at initialisation, measured plainly: every z of a layer of weights, and dLoss/dz by one tape."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gradcore.network_plan import plan
from gradcore.network_steps import INPUT
from gradcore.networks import loss_of
from gradcore.specs import NetworkSpec
from gradcore.tasks import Task, task_of


@dataclass(frozen=True)
class Measured:
    """Of each layer of weights, input side first; S seeds, B rows."""

    layers: tuple[str, ...]
    squares: np.ndarray  # (S, L) mean square of dLoss/dz over rows and units
    variance: np.ndarray  # (S, L) of z
    cosine: np.ndarray  # (S, L) between the z of two rows
    felt: dict[str, np.ndarray]  # what the activation of a layer was given, (S, B, n)

    @property
    def backprop_ratio(self) -> np.ndarray:
        """a_l from the means over the seeds, (L,)."""
        means = self.squares.mean(axis=0)
        return np.asarray(np.sqrt(means / means[-1]))

    def factor(self, first: int = 0, last: int = -2) -> float:
        """Return by what the mean square changes per layer down, between two layers."""
        means = self.squares.mean(axis=0)[first : last + 1 if last != -1 else None]
        return float((means[0] / means[-1]) ** (1 / (len(means) - 1)))


def measure(network: NetworkSpec, task: str, seeds: int, rows: int, *, drawn: bool = False) -> Measured:
    """Measure the networks of so many seeds on normal rows.

    Args:
        network: dense.
        task: fixes inputs, outputs and loss; its rows are not used, but by LSUV.
        seeds: S, from 0 on.
        rows: B of the batch.
        drawn: whether dLoss/dz of the head is drawn at random; else it is that of the task's loss for random targets.
    """
    entry = task_of(task)
    found = [_Pass(network, entry, seed, rows, drawn) for seed in range(seeds)]
    return Measured(
        tuple(found[0].z),
        np.array([[np.mean(delta**2) for delta in one.deltas] for one in found]),
        np.array([[z.var() for z in one.z.values()] for one in found]),
        np.array([[mean_cosine(z) for z in one.z.values()] for one in found]),
        {name: np.array([one.felt[name] for one in found]) for name in found[0].felt},
    )


def mean_cosine(z: np.ndarray) -> float:
    """Return the mean cosine of two different rows; NaN where a row is 0."""
    with np.errstate(all="ignore"):
        unit = z / np.linalg.norm(z, axis=1, keepdims=True)
    return float(((unit.sum(axis=0) ** 2).sum() - len(z)) / (len(z) * (len(z) - 1)))


class _Pass:
    """One forward and one backward pass of the network of one seed."""

    def __init__(self, network: NetworkSpec, task: Task, seed: int, rows: int, drawn: bool) -> None:
        import tensorflow as tf

        from gradcore.engine.losses import LOSSES
        from gradcore.engine.network import build_network

        x, y, pull = _batch(task, seed, rows)
        model, values, z, self.felt = build_network(network, task.name, seed), {INPUT: tf.constant(x)}, {}, {}
        with tf.GradientTape() as tape:
            for step in plan(network, task):
                layer, read = model.get_layer(step.name), [values[name] for name in step.inputs]
                if step.layer == "Dense":
                    z[step.name] = tf.matmul(read[0], layer.kernel) + (layer.bias if layer.use_bias else 0.0)
                    values[step.name] = layer.activation(z[step.name])
                    self.felt[step.name] = z[step.name].numpy()
                else:
                    values[step.name] = layer(read if len(read) > 1 else read[0], training=True)
                if step.layer == "Activation":
                    self.felt[step.name.replace("activation", "dense")] = read[0].numpy()
            head = z["output"]
            loss = tf.reduce_sum(head * pull) if drawn else LOSSES[loss_of(network, task)](y, values["output"])
        main = [name for name in z if not name.startswith("projection")]
        self.deltas = [np.asarray(delta, np.float64) for delta in tape.gradient(loss, [z[name] for name in main])]
        self.z = {name: np.asarray(z[name], np.float64) for name in main}


@lru_cache(maxsize=256)
def _batch(task: Task, seed: int, rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return normal rows (B, F), random targets, and a random dLoss/dz of the head (B, O)."""
    draw = np.random.default_rng([seed, 77])
    x = draw.normal(size=(rows, task.row_size)).astype(np.float32)
    pull = draw.normal(size=(rows, task.outputs)).astype(np.float32)
    if task.loss.startswith("sparse"):
        return x, draw.integers(task.outputs, size=rows), pull
    return x, draw.normal(size=(rows, task.outputs)).astype(np.float32), pull
