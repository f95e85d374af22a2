"""Catalogue of what a network is made of: activations, recurrent cells and initialisers by their Keras names."""

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

from gradcore.specs import NetworkSpec
from gradcore.tasks import Task

ACTIVATIONS = (
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "tanh",
    "sigmoid",
    "softplus",
    "linear",
)
CELLS = ("simple_rnn",)  # of recurrent layers
ALIGNED = "aligned"  # our own: along the directions of the task's teacher (`gradcore.engine.aligned`)
_VARIANCE_SCALING = ("scale", "mode", "distribution")
INITIALIZERS: Mapping[str, tuple[str, ...]] = MappingProxyType(  # name -> arguments that it takes
    {
        "he_uniform": (),
        "he_normal": (),
        "glorot_uniform": (),
        "glorot_normal": (),
        "lecun_uniform": (),
        "lecun_normal": (),
        "orthogonal": ("gain",),
        "random_normal": ("mean", "stddev"),
        "random_uniform": ("minval", "maxval"),
        "truncated_normal": ("mean", "stddev"),
        "VarianceScaling": _VARIANCE_SCALING,
        "zeros": (),
        "ones": (),
        ALIGNED: ("strength",),
    }
)


def count_parameters(network: NetworkSpec, task: Task) -> int:
    """Return the number of weights and biases of one replica, without building it.

    Example:
        >>> from gradcore.tasks import TASKS
        >>> count_parameters(NetworkSpec(hidden=(128, 64, 32, 16)), TASKS["noise_regression"])
        13569
    """
    if not task.has_network:
        return task.numbers or task.row_size
    features = task.row_size if network.cell is None else task.shape[-1]  # a dense network reads a row as a whole
    widths = [features, *network.hidden, task.outputs]
    recurrent = 0 if network.cell is None else sum(width * width for width in network.hidden)
    return recurrent + sum((before + 1) * after for before, after in pairwise(widths))
