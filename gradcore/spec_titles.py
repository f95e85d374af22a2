"""What the parts of a spec are called where people read them: as on the controls, not as in the JSON."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from gradcore.clipping import CLIP_RULES
from gradcore.tasks import TASKS
from gradcore.titles import number

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "task": "Task",
        "network": "Network",
        "network.hidden": "Hidden layers",
        "network.hidden.width": "Width",
        "network.hidden.depth": "Depth",
        "network.activation": "Activation",
        "network.kernel_initializer": "Initialiser",
        "network.recurrent_initializer": "Recurrent initialiser",
        "network.cell": "Recurrent cell",
        "network.pooling": "Pooling of time steps",
        "network.normalization": "Normalisation",
        "network.normalization_place": "Place of the normalisation",
        "network.residual": "Shortcuts",
        "network.dropout": "Dropout",
        "network.head": "Output",
        "network.bias": "Biases start at",
        "network.unused_branch": "Unused branch",
        "optimizer": "Optimizer",
        "optimizer.optimizer": "Optimizer",
        "optimizer.learning_rate": "Learning rate",
        "optimizer.clip": "Clipping",
        "optimizer.weight_decay": "Weight decay",
        "optimizer.momentum": "Momentum",
        "optimizer.schedule": "Schedule",
        "optimizer.label": "Name",
        "steps": "Steps",
        "batch_size": "Batch size",
        "seed": "Seed",
        "loss_scale": "Loss times",
        "missing_share": "Missing share",
    }
)
VALUES: Mapping[str, str] = MappingProxyType(
    {
        "he_uniform": "He, uniform",
        "he_normal": "He, normal",
        "glorot_uniform": "Glorot, uniform",
        "glorot_normal": "Glorot, normal",
        "lecun_uniform": "LeCun, uniform",
        "lecun_normal": "LeCun, normal",
        "lsuv": "LSUV",
        "scaled_normal": "scaled normal",
        "random_normal": "normal",
        "random_uniform": "uniform",
        "truncated_normal": "truncated normal",
        "relu": "ReLU",
        "leaky_relu": "leaky ReLU",
        "elu": "ELU",
        "selu": "SELU",
        "gelu": "GELU",
        "silu": "SiLU",
        "simple_rnn": "simple RNN",
        "lstm": "LSTM",
        "gru": "GRU",
        "rms": "RMS",
        "preactivation": "pre-activation",
        "warmup_cosine": "warm-up, then cosine",
    }
)
MOST_CHANGES = 3  # that are told; of more, how many others there are
PARTS = ("name", "rule", "optimizer")  # of a choice, that name it


def field_title(place: str) -> str:
    """Return what a place of a spec is called.

    Example:
        >>> [field_title(place) for place in ("network.kernel_initializer", "optimizer.clip.max_norm", "steps")]
        ['Initialiser', 'Clipping, max norm', 'Steps']
    """
    if place in FIELDS:
        return FIELDS[place]
    above, _, last = place.rpartition(".")
    if above in FIELDS:
        return FIELDS[above] if last in PARTS else f"{FIELDS[above]}, {last.replace('_', ' ')}"
    return place.rpartition(".")[2].replace("_", " ").capitalize()


def value_title(value: Any) -> str:
    """Return what a value of a spec is called, and a number as it is written everywhere.

    Example:
        >>> [value_title(value) for value in ("he_uniform", "clip_by_global_norm", "digits", 1e-5, None, True, [8, 4])]
        ['He, uniform', 'Global norm', 'Digits', '1e-5', '–', 'on', '8, 4']
    """
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        titled = VALUES.get(value) or (CLIP_RULES[value].title if value in CLIP_RULES else None)
        return titled or (TASKS[value].title if value in TASKS else value)
    if isinstance(value, list | tuple):
        return ", ".join(map(value_title, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {value_title(one)}" for name, one in value.items())
    return "–" if value is None else number(value) if isinstance(value, float) else str(value)


def changes_text(told: Sequence[str]) -> str:
    """Return changes in a line, at most three of them.

    Example:
        >>> changes_text(["sigmoid to tanh", "dropout: none to 0.1"]), changes_text(["a", "b", "c", "d", "e"])
        ('sigmoid to tanh; dropout: none to 0.1', 'a; b; c; and 2 more')
    """
    more = len(told) - MOST_CHANGES
    return "; ".join([*told[:MOST_CHANGES], *([f"and {more} more"] if more > 0 else [])])
