"""Catalogue of what a network is made of: activations, recurrent cells and initialisers by their Keras names."""

from collections.abc import Mapping
from types import MappingProxyType

from gradcore.network_plan import CELLS, NORMALIZATIONS, plan
from gradcore.specs import Choice, NetworkSpec
from gradcore.tasks import Task

__all__ = [
    "ACTIVATIONS", "ALIGNED", "CELLS", "INITIALIZERS", "LSUV", "NORMALIZATIONS", "POOLINGS", "RESIDUALS",
    "SCALED_NORMAL", "count_parameters", "keras_initializer", "loss_of",
]  # fmt: skip

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
RESIDUALS: Mapping[str, str] = MappingProxyType(
    {
        "plain": "x + f(x): the variance grows with every block.",
        "scaled": "x + f(x) / sqrt(L) over L blocks: it grows by a factor of e at most.",
        "preactivation": "x + f(norm(x)) with the activation before the weights: the shortcut stays clean (He 2016).",
        "notebook": "The notebook's blocks: two layers each, ReLU and dropout after the sum.",
    }
)
POOLINGS = ("attention",)
SCALED_NORMAL = "scaled_normal"  # our own: normal with deviation gain / sqrt(inputs)
LSUV = "lsuv"  # our own: kernels are scaled until what they give has variance 1 (`gradcore.engine.lsuv`)
LSUV_ROWS = 256  # the first training rows that LSUV looks at
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
        SCALED_NORMAL: ("gain",),
        LSUV: (),
        "random_normal": ("mean", "stddev"),
        "random_uniform": ("minval", "maxval"),
        "truncated_normal": ("mean", "stddev"),
        "VarianceScaling": _VARIANCE_SCALING,
        "zeros": (),
        "ones": (),
        ALIGNED: ("strength",),
    }
)


def keras_initializer(chosen: Choice, features: int) -> Choice:
    """Return an initialiser that Keras has, for a kernel that reads so many features.

    Ours are "scaled_normal", whose deviation is gain / sqrt(features), and "lsuv", which starts orthogonal and is
    scaled by data afterwards.

    Example:
        >>> keras_initializer(Choice.of("scaled_normal", gain=2.0), 64)
        Choice(name='random_normal', arguments=(('stddev', 0.25),))
    """
    if chosen.name == LSUV:
        return Choice("orthogonal")
    if chosen.name != SCALED_NORMAL:
        return chosen
    return Choice.of("random_normal", stddev=float(chosen.get("gain", 1.0)) / features**0.5)  # type: ignore[arg-type]


def loss_of(network: NetworkSpec, task: Task) -> str:
    """Return the name of the loss that a network is trained on: the task's own, on what its head gives.

    Example:
        >>> from gradcore.tasks import TASKS
        >>> loss_of(NetworkSpec(head="probabilities"), TASKS["digits"])
        'sparse_categorical_crossentropy of probabilities'
    """
    return task.loss if network.head == "logits" else f"{task.loss} of probabilities"


def count_parameters(network: NetworkSpec, task: Task) -> int:
    """Return the number of weights and biases of one replica, trainable or not, without building it.

    Example:
        >>> from gradcore.tasks import TASKS
        >>> count_parameters(NetworkSpec(hidden=(128, 64, 32, 16)), TASKS["noise_regression"])
        13569
    """
    if not task.has_network:
        return task.numbers or task.row_size
    return sum(step.parameters for step in plan(network, task))
