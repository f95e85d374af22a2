"""Races that are ready to start: the default on real data, the notebook's own, an exploding recurrent network, SGD
at the noise floor of a small one, and those that tell a story (`gradcore/story_races.py`).

The first two have the notebook's six optimizers with its settings. Only the notebook's race draws the weights of each
entrant independently, as it did; that is one of its flaws, and the reason why its table is shown beside ours.
"""

from collections.abc import Mapping
from types import MappingProxyType

from gradcore.specs import Choice, EntrantSpec, NetworkSpec, RaceSpec
from gradcore.story_races import STORY_RACES

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


def exploding_rnn(
    radius: float = 1.5,
    learning_rate: float = 0.1,
    max_norm: float = 1.0,
    seeds: int = 10,
    steps: int = 300,
    length: int = 20,
) -> RaceSpec:
    """Return SGD without and with clipping on a recurrent network whose gradient explodes, on the adding problem.

    Args:
        radius: spectral radius of the recurrent kernel at the start, by which a linear network multiplies at each time
            step.
        learning_rate: of both.
        max_norm: threshold of the clipped one, on the global norm.
        seeds: pairs that start from the same weights and see the same batches.
        steps: of training.
        length: time steps of a sequence.

    Example:
        >>> exploding_rnn(max_norm=0.5).labels
        ('without clipping', 'clipped at 0.5')

    Reference: Pascanu, Mikolov & Bengio 2013, https://arxiv.org/abs/1211.5063
    """
    clip = Choice.of("clip_by_global_norm", max_norm=max_norm)
    return RaceSpec(
        entrants=(
            EntrantSpec(Choice("SGD"), learning_rate, label="without clipping"),
            EntrantSpec(Choice("SGD"), learning_rate, clip, label=f"clipped at {max_norm:.4g}"),
        ),
        task=Choice.of("adding_problem", length=length),
        network=NetworkSpec(
            hidden=(20,),
            activation="tanh",
            kernel_initializer=Choice("glorot_uniform"),
            cell="simple_rnn",
            recurrent_initializer=Choice.of("orthogonal", gain=radius),
        ),
        seeds=seeds,
        steps=steps,
        batch_size=64,
    )


EXPLODING_RNN = exploding_rnn()

# Too small to fit the digits, in batches of four: after half of its steps the gradient norms stay as they are, and few
# batches have by far the largest. The advisor's example.
STEADY = RaceSpec(
    entrants=(EntrantSpec(Choice("SGD"), 0.02, label="SGD, batches of 4"),),
    task=Choice("digits"),
    network=NetworkSpec(hidden=(4,), activation="relu"),
    seeds=2,
    steps=5000,
    batch_size=4,
)

PRESETS: Mapping[str, RaceSpec] = MappingProxyType(
    {"default": DEFAULT, "notebook": NOTEBOOK, "exploding_rnn": EXPLODING_RNN, "steady": STEADY, **STORY_RACES}
)


def is_notebook(spec: RaceSpec) -> bool:
    """Whether a race is run as the notebook ran it: its task, each entrant from weights of its own."""
    return spec.task.name == NOTEBOOK.task.name and not spec.shared_weights
