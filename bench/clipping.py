"""What clipping costs: the compiled training step with each rule against the same step without, about 1 M parameters.

Both record everything. Prints milliseconds per step and the cost in percent for each rule and batch size, as medians
over alternating rounds in one process. It is the process' own time, so that the machine's other work counts little.
`python -m bench.clipping RULE ...` measures some rules only.
"""

import json
import os
import statistics
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

from gradcore.clipping import CLIP_RULES
from gradcore.engine.network import build_network, initial_values
from gradcore.engine.threads import use_one_thread
from gradcore.engine.training import Trainer
from gradcore.specs import NO_CLIPPING, Choice, NetworkSpec

NETWORK = NetworkSpec(hidden=(960, 960), activation="relu")  # 64 -> 960 -> 960 -> 10: 994,570 parameters
TASK = Choice("digits")
ROWS, FEATURES, CLASSES = 2048, 64, 10
STEPS = 1000  # of a run, for the memories that grow with it
GOALS = {64: 25.0, 512: 5.0, 1024: 5.0}  # batch size -> percent at most
ROUNDS = {64: (41, 10), 512: (31, 3), 1024: (21, 2)}  # rounds, steps of each
GIVEN: dict[str, dict[str, float]] = {
    "clip_by_value": {"max_value": 1e-3},
    "clip_by_norm": {"max_norm": 0.1},
    "clip_by_global_norm": {"max_norm": 0.1},
}


def main() -> None:
    """Measure and print."""
    use_one_thread()
    names = sys.argv[1:] or [name for name in CLIP_RULES if name != NO_CLIPPING.name]
    found = {name: measure(Choice.of(name, **GIVEN.get(name, {}))) for name in names}
    print(json.dumps(found, indent=2))


def measure(clip: Choice) -> dict[str, dict[str, float]]:
    """Return the cost of one rule for each batch size."""
    return {f"batch {batch}": compare(clip, batch) | {"goal": goal} for batch, goal in GOALS.items()}


def compare(clip: Choice, batch: int) -> dict[str, float]:
    """Return milliseconds per step without and with a rule, and what it costs in percent."""
    trainers = [trainer(NO_CLIPPING), trainer(clip)]
    rounds, steps = ROUNDS[batch]
    for one in trainers:
        clock(one, batch, 2)
    times = [[clock(one, batch, steps) for one in trainers] for _ in range(rounds)]
    plain, clipped = (statistics.median(found) for found in zip(*times, strict=True))
    return {
        "plain_ms_per_step": round(1000 * plain, 2),
        "clipped_ms_per_step": round(1000 * clipped, 2),
        "cost_percent": round(100 * (statistics.median(b / a for a, b in times) - 1), 1),
    }


def trainer(clip: Choice) -> Trainer:
    """Return a trainer of one seed at its start."""
    made = Trainer(build_network(NETWORK, TASK, 0), "sparse_categorical_crossentropy", Choice("Adam"), clip, 1)
    made.reset([initial_values(NETWORK, TASK, 0)], 0.001, STEPS)
    return made


def clock(one: Trainer, batch: int, steps: int) -> float:
    """Return seconds of the processor per step of one chunk."""
    draw = np.random.default_rng(0)
    x = tf.constant(draw.normal(size=(ROWS, FEATURES)), tf.float32)
    y = tf.constant(draw.integers(0, CLASSES, ROWS), tf.float32)
    order = draw.integers(0, ROWS, (steps, 1, batch)).astype(np.int32)
    started = time.process_time()
    one.run(x, y, order)
    return (time.process_time() - started) / steps


if __name__ == "__main__":
    main()
