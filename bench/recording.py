"""What recording costs: the training loop with all its measurements against the same loop that records the loss alone.

Prints the ratio of step times for the notebook's network, as the median over alternating rounds in one process.
"""

import json
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

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
ROUNDS = 15
STEPS = 200
GOALS = {"batch 1000, 1 seed": 10.0, "batch 64, 10 seeds": 35.0}  # percent at most


def main() -> None:
    """Measure and print."""
    use_one_thread()
    cases = {"batch 1000, 1 seed": (1000, 1), "batch 64, 10 seeds": (64, 10)}
    print(json.dumps({name: compare(*case) | {"goal": GOALS[name]} for name, case in cases.items()}, indent=2))


def compare(batch_size: int, seeds: int) -> dict[str, float]:
    """Return milliseconds per step with and without recording, and the cost in percent."""
    trainers = [trainer(seeds, record) for record in (False, True)]
    for one in trainers:
        clock(one, batch_size, seeds)
    rounds = [[clock(one, batch_size, seeds) for one in trainers] for _ in range(ROUNDS)]
    bare, full = (statistics.median(times) for times in zip(*rounds, strict=True))
    return {
        "bare_ms_per_step": round(1000 * bare, 4),
        "recording_ms_per_step": round(1000 * full, 4),
        "cost_percent": round(100 * (statistics.median(full / bare for bare, full in rounds) - 1), 1),
    }


def trainer(seeds: int, record: bool) -> Trainer:
    """Return a trainer at its start."""
    made = Trainer(build_network(NETWORK, TASK, 0), "mse", Choice("Adam"), NO_CLIPPING, seeds, record=record)
    made.reset([initial_values(NETWORK, TASK, seed) for seed in range(seeds)], 0.001)
    return made


def clock(one: Trainer, batch_size: int, seeds: int) -> float:
    """Return seconds per step of one chunk."""
    rows = noise_regression(0)
    order = np.stack([batches(seed, len(rows.x_train), batch_size, STEPS) for seed in range(seeds)], axis=1)
    x, y = tf.constant(rows.x_train), tf.constant(rows.y_train)
    started = time.perf_counter()
    one.run(x, y, order)
    return (time.perf_counter() - started) / STEPS


if __name__ == "__main__":
    main()
