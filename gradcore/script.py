"""One entrant of a race as a script of plain Keras: it runs alone, and its losses are those of the race.

What it holds is text, filled with numbers and names that were admitted; the tests run it and compare.
"""

from collections.abc import Mapping
from types import MappingProxyType

from gradcore.errors import RefusedError
from gradcore.networks import loss_of
from gradcore.optimizers import OPTIMIZERS, learning_rate_of
from gradcore.script_clipping import CLIPPED, COUNTED, SKIP, clip_code, keras_arguments
from gradcore.script_data import data_code
from gradcore.script_network import model_code
from gradcore.script_rates import RATE_OF_STEP, schedule_code
from gradcore.specs import NO_CLIPPING, EntrantSpec, HealthSpec, RaceSpec
from gradcore.tasks import task_of
from gradcore.titles import race_title

LOSSES: Mapping[str, str] = MappingProxyType(
    {
        "mse": "loss_of = keras.losses.MeanSquaredError()",
        "half_squared_error": """def loss_of(targets, outputs):
    return keras.ops.mean(keras.ops.sum(keras.ops.square(targets - outputs), axis=-1)) / 2""",
        "sparse_categorical_crossentropy": "loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
        "sparse_categorical_crossentropy of probabilities": "loss_of = keras.losses.SparseCategoricalCrossentropy()",
    }
)
HEAD = '''"""{title}: {label} from seed {seed}, as Gradient Clinic trains it{but}.

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
                step += 1'''
LOOP = """optimizer = keras.optimizers.{optimizer}
for step, rows in enumerate(batches(len(x_train))):
    with tf.GradientTape() as tape:
        loss = loss_of(y_train[rows], model(x_train[rows], training=True))
    print(f"{{float(loss):.7g}}")
    gradients = tape.gradient(loss, model.trainable_variables)
{each_step}    optimizer.apply(gradients, model.trainable_variables)
"""
KEPT = """
# model.save("network.keras") keeps the trained network, and keras.models.load_model("network.keras") reads it again.
"""


def script(spec: RaceSpec, number: int, learning_rate: float) -> str:
    """Return the script of one entrant from the race's first seed.

    Args:
        spec: the race, admitted.
        number: of the entrant.
        learning_rate: that it raced at.
    """
    entrant, task = spec.entrants[number], task_of(spec.task)
    schedule, clip = schedule_code(entrant.schedule), clip_code(entrant.clip)
    arguments = {"learning_rate": learning_rate, **dict(entrant.optimizer.arguments), **keras_arguments(entrant.clip)}
    head = HEAD.format(
        title=_said(race_title(spec)),
        but=" where no warning stops it" if spec.stop_at_warning else "",
        label=_said(spec.labels[number]),
        seed=spec.first_seed,
        steps=spec.steps,
        batch_size=spec.batch_size,
        rate=learning_rate,
        offset=entrant.batch_seed_offset,
    )
    each_step = _each_step(entrant, scheduled=bool(schedule), clipped=bool(clip))
    loop = LOOP.format(optimizer=_call(entrant.optimizer.name, arguments), each_step=each_step)
    parts = (
        head,
        data_code(spec.task),
        model_code(spec, number, task),
        LOSSES[loss_of(spec.network, task)],
        schedule,
        clip,
        loop,
    )
    return "\n\n\n".join(part.strip() for part in parts if part) + "\n"


def check_script(spec: HealthSpec) -> str:
    """Return the script of a health check's network; RefusedError for what plain Keras cannot say.

    Args:
        spec: the check, admitted.
    """
    if spec.missing_share or spec.loss_scale != 1:
        raise RefusedError("a check with missing inputs or a scaled loss cannot be copied as a script.")
    return script(spec.as_race(), 0, learning_rate_of(spec.optimizer)) + KEPT


def _each_step(entrant: EntrantSpec, *, scheduled: bool, clipped: bool) -> str:
    """Return what is done between the gradient and the step along it."""
    skip = SKIP.format(counted=COUNTED if OPTIMIZERS[entrant.optimizer.name].elementwise else "")
    parts = (skip if entrant.clip != NO_CLIPPING else "", CLIPPED if clipped else "", RATE_OF_STEP if scheduled else "")
    return "".join(parts)


def _said(text: str) -> str:
    """Return a text that cannot end the string it stands in: labels come from visitors."""
    return text.replace("\\", "").replace('"', "'")


def _call(name: str, arguments: Mapping[str, object]) -> str:
    known = OPTIMIZERS[name].arguments
    said = {key: value for key, value in arguments.items() if key not in known or value != known[key]}
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in said.items())})"
