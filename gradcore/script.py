"""One entrant of a race as a script of plain Keras: it runs alone, and its losses are those of the race.

What it holds is text, filled with numbers and names that were admitted; the tests run it and compare.
"""

from collections.abc import Mapping
from types import MappingProxyType

from gradcore.errors import RefusedError
from gradcore.networks import ALIGNED
from gradcore.optimizers import OPTIMIZERS
from gradcore.records import Doubles
from gradcore.schedules import factors
from gradcore.script_data import DATA
from gradcore.specs import CONSTANT_RATE, KERAS_CLIP_ARGUMENTS, NO_CLIPPING, Choice, NetworkSpec, RaceSpec
from gradcore.tasks import Task, task_of
from gradcore.titles import race_title

LOSSES: Mapping[str, str] = MappingProxyType(
    {
        "mse": "keras.losses.MeanSquaredError()",
        "sparse_categorical_crossentropy": "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
    }
)
TEMPLATE = '''"""{title}: {label} from seed {seed}, as Gradient Clinic trains it.

Needs keras, tensorflow, numpy and, for its data sets, scikit-learn.
"""

import keras
import numpy as np
import tensorflow as tf

SEED, STEPS, BATCH_SIZE = {seed}, {steps}, {batch_size}  # None: the full batch
LEARNING_RATE = {rate!r}


def weight_seed(layer, *kind):
    return int(np.random.SeedSequence([SEED, layer, *kind]).generate_state(1)[0])


def batches(rows):
    draw, step = np.random.default_rng([SEED, {offset}]), 0
    while step < STEPS:
        order = np.arange(rows) if BATCH_SIZE is None else draw.permutation(rows)
        size = BATCH_SIZE or rows
        for first in range(0, rows // size * size, size):
            if step < STEPS:
                yield order[first : first + size]
                step += 1


{data}

model = keras.Sequential(
    [
        keras.layers.Input({shape}),
{layers}
    ]
)
optimizer = keras.optimizers.{optimizer}
loss_of = {loss}
{schedule}
for step, rows in enumerate(batches(len(x_train))):
    with tf.GradientTape() as tape:
        loss = loss_of(y_train[rows], model(x_train[rows], training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
{rate_of_step}    optimizer.apply(gradients, model.trainable_variables)
    print(f"{{float(loss):.7g}}")
'''


def script(spec: RaceSpec, number: int, learning_rate: float) -> str:
    """Return the script of one entrant from the race's first seed; RefusedError for what plain Keras cannot say.

    Args:
        spec: the race, admitted.
        number: of the entrant.
        learning_rate: that it raced at.
    """
    entrant, task = spec.entrants[number], task_of(spec.task)
    if spec.task.name not in DATA or spec.network.kernel_initializer.name == ALIGNED:
        raise RefusedError(f"the task {spec.task.name} cannot be copied as a script yet.")
    arguments = {"learning_rate": learning_rate, **dict(entrant.optimizer.arguments), **_clip(entrant.clip)}
    scheduled = entrant.schedule != CONSTANT_RATE
    return TEMPLATE.format(
        title=_said(race_title(spec)),
        label=_said(spec.labels[number]),
        seed=spec.first_seed,
        steps=spec.steps,
        batch_size=spec.batch_size,
        rate=learning_rate,
        offset=entrant.batch_seed_offset,
        data=DATA[spec.task.name].format(**dict(spec.task.arguments)).strip(),
        shape=task.shape,
        layers="\n".join(f"        {line}," for line in _layers(spec.network, task, own=_own(spec, number))),
        optimizer=_call(entrant.optimizer.name, arguments),
        loss=LOSSES[task.loss],
        schedule=f"FACTORS = {_numbers(factors(entrant.schedule, spec.steps))}\n" if scheduled else "",
        rate_of_step="    optimizer.learning_rate = LEARNING_RATE * FACTORS[step]\n" if scheduled else "",
    )


def _said(text: str) -> str:
    """Return a text that cannot end the string it stands in: labels come from visitors."""
    return text.replace("\\", "").replace('"', "'")


def _own(spec: RaceSpec, number: int) -> tuple[int, ...]:
    """Return the words that make an entrant's weights its own, none where the race shares them."""
    return () if spec.shared_weights else (1, number)


def _layers(network: NetworkSpec, task: Task, own: tuple[int, ...]) -> list[str]:
    recurrent = network.cell is not None
    lines = ["keras.layers.Flatten()"] if task.has_time and not recurrent else []
    for index, width in enumerate(network.hidden):
        kernel = _initializer(network.kernel_initializer, index, own)
        if recurrent:
            kind = (own[0] + 2, own[1]) if own else (2, 0)
            between = _initializer(network.recurrent_initializer, index, kind)
            more = f", recurrent_initializer={between}, return_sequences={index + 1 < len(network.hidden)}, unroll=True"
            lines.append(f'keras.layers.SimpleRNN({width}, "{network.activation}", kernel_initializer={kernel}{more})')
        else:
            lines.append(f'keras.layers.Dense({width}, "{network.activation}", kernel_initializer={kernel})')
    head = _initializer(Choice("glorot_uniform"), len(network.hidden), own)
    lines.append(f'keras.layers.Dense({task.outputs}, "{task.head_activation}", kernel_initializer={head})')
    return lines


def _initializer(chosen: Choice, layer: int, words: tuple[int, ...]) -> str:
    """Return an initialiser with its seed, as Keras' configuration of it."""
    seed = f"weight_seed({', '.join(str(word) for word in (layer, *words))})"
    arguments = "".join(f', "{name}": {value!r}' for name, value in chosen.arguments)
    seeded = "" if chosen.name in ("zeros", "ones") else f', "seed": {seed}'
    class_name = "".join(part.capitalize() for part in chosen.name.split("_")) if "_" in chosen.name else chosen.name
    return f'keras.initializers.get({{"class_name": "{class_name}", "config": {{{(arguments + seeded)[2:]}}}}})'


def _clip(clip: Choice) -> dict[str, object]:
    """Return a clip rule as Keras' argument of the same meaning."""
    if clip == NO_CLIPPING:
        return {}
    for argument, (rule, parameter) in KERAS_CLIP_ARGUMENTS.items():
        if rule == clip.name:
            return {argument: clip.get(parameter)}
    raise RefusedError(f"the clip rule {clip.name} cannot be copied as a script: Keras has no argument for it.")


def _call(name: str, arguments: Mapping[str, object]) -> str:
    known = OPTIMIZERS[name].arguments
    said = {key: value for key, value in arguments.items() if key not in known or value != known[key]}
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in said.items())})"


def _numbers(values: Doubles) -> str:
    return "[" + ", ".join(f"{value:.9g}" for value in values) + "]"
