"""The engine against the notebook's own eager loop: same network, same optimizer, same norms recorded, one process.

Prints milliseconds per step (and per seed) of both, and how many times faster the engine is. Each figure is the
median of alternating rounds, so that a loaded machine slows both.
"""

import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from gradcore.engine.network import build_network, initial_values
from gradcore.engine.seeds import batches
from gradcore.engine.threads import use_one_thread
from gradcore.engine.training import Trainer
from gradcore.presets import PRESETS
from gradcore.specs import NO_CLIPPING, Choice
from gradcore.tasks import noise_regression

NETWORK = PRESETS["notebook"].network
TASK = "noise_regression"
ROUNDS = 7
GOALS = {"batch 1000, 1 seed": 15.0, "batch 64, 1 seed": 40.0, "batch 64, 10 seeds": 60.0}
Arrays = tuple[Any, Any]


def main() -> None:
    """Measure and print."""
    use_one_thread()
    cases = {"batch 1000, 1 seed": (1000, 1), "batch 64, 1 seed": (64, 1), "batch 64, 10 seeds": (64, 10)}
    print(json.dumps({name: compare(*case) | {"goal": GOALS[name]} for name, case in cases.items()}, indent=2))


def compare(batch_size: int, seeds: int) -> dict[str, float]:
    """Return the milliseconds per step and seed of both loops, and their ratio."""
    eager = eager_loop(batch_size)
    compiled = compiled_loop(batch_size, seeds)
    eager(3)
    compiled(10)
    rounds = [(clock(eager, 20), clock(compiled, 150) / seeds) for _ in range(ROUNDS)]
    slow, fast = (statistics.median(times) for times in zip(*rounds, strict=True))
    ratios = [theirs / ours for theirs, ours in rounds]
    return {
        "notebook_ms_per_step": round(1000 * slow, 3),
        "engine_ms_per_step_and_seed": round(1000 * fast, 4),
        "times_faster": round(statistics.median(ratios), 1),
    }


def clock(loop: Callable[[int], None], steps: int) -> float:
    """Return seconds per step."""
    started = time.perf_counter()
    loop(steps)
    return (time.perf_counter() - started) / steps


def eager_loop(batch_size: int) -> Callable[[int], None]:
    """Return the notebook's loop: a tape, one norm after the other, `apply_gradients`."""
    rows = noise_regression(0)
    model = build_network(NETWORK, TASK, 0)
    optimizer = keras.optimizers.Adam(0.001)
    order = np.random.default_rng(0)

    def run(steps: int) -> None:
        for _ in range(steps):
            pick = order.permutation(len(rows.x_train))[:batch_size]
            x, y = tf.constant(rows.x_train[pick]), tf.constant(rows.y_train[pick])
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(model(x) - y))
            grads = tape.gradient(loss, model.trainable_variables)
            layers = [tf.sqrt(sum(tf.reduce_sum(tf.square(g)) for g in grads[i : i + 2])) for i in range(0, 10, 2)]
            _recorded([loss, *layers])
            optimizer.apply_gradients(zip(grads, model.trainable_variables, strict=True))

    return run


def compiled_loop(batch_size: int, seeds: int) -> Callable[[int], None]:
    """Return the engine's loop, with all that it records."""
    rows = noise_regression(0)
    trainer = Trainer(build_network(NETWORK, TASK, 0), "mse", Choice("Adam"), NO_CLIPPING, seeds)
    trainer.reset([initial_values(NETWORK, TASK, seed) for seed in range(seeds)], 0.001)
    x, y = tf.constant(rows.x_train), tf.constant(rows.y_train)

    def run(steps: int) -> None:
        drawn = [batches(seed, len(rows.x_train), batch_size, steps) for seed in range(seeds)]
        trainer.run(x, y, np.stack(drawn, axis=1))

    return run


def _recorded(values: Sequence[Any]) -> list[float]:
    return [float(value.numpy()) for value in values]


if __name__ == "__main__":
    main()
