"""Races that are ready to start: the default on real data, and the notebook's own.

Both have the notebook's six optimizers with its settings. Only the notebook's race draws the weights of each
entrant independently, as it did; that is one of its flaws, and the reason why its table is shown beside ours.
"""

from collections.abc import Mapping
from types import MappingProxyType

from gradcore.specs import Choice, EntrantSpec, NetworkSpec, RaceSpec

NOTEBOOK_ENTRANTS = (
    EntrantSpec(Choice("SGD"), 0.01, label="SGD"),
    EntrantSpec(Choice.of("SGD", momentum=0.9), 0.01, label="SGD + Momentum"),
    EntrantSpec(Choice("Adam"), 0.001, label="Adam"),
    EntrantSpec(Choice.of("AdamW", weight_decay=0.01), 0.001, label="AdamW"),
    EntrantSpec(Choice("RMSprop"), 0.001, label="RMSprop"),
    EntrantSpec(Choice("Adagrad"), 0.01, label="Adagrad"),
)

DEFAULT = RaceSpec(
    entrants=NOTEBOOK_ENTRANTS,
    task=Choice("digits"),
    network=NetworkSpec(hidden=(128, 64), activation="relu", kernel_initializer=Choice("he_uniform")),
    seeds=5,
    steps=200,
    batch_size=64,
)

NOTEBOOK = RaceSpec(
    entrants=NOTEBOOK_ENTRANTS,
    task=Choice("noise_regression"),
    network=NetworkSpec(hidden=(128, 64, 32, 16), activation="relu", kernel_initializer=Choice("glorot_uniform")),
    seeds=10,
    steps=5,
    batch_size=None,
    shared_weights=False,
)

PRESETS: Mapping[str, RaceSpec] = MappingProxyType({"default": DEFAULT, "notebook": NOTEBOOK})


def is_notebook(spec: RaceSpec) -> bool:
    """Whether a race is run as the notebook ran it: its task, each entrant from weights of its own."""
    return spec.task.name == NOTEBOOK.task.name and not spec.shared_weights
