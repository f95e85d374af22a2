"""A tuned comparison of six optimizers on the digits: on two warm workers, and against `model.fit` doing the same work.

Seven learning rates on three seeds for each optimizer (more where the best lies on the edge), then ten seeds, 200 steps
of 64 rows. Against Keras, one optimizer is measured, in one process with one thread: `fit` for every rate and seed.
"""

import json
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from dataclasses import replace
from tempfile import TemporaryDirectory

import keras

from bench.two_workers import lab, seconds
from gradcore.engine.network import build_network
from gradcore.engine.race import run_race
from gradcore.engine.threads import use_one_thread
from gradcore.engine.updates import build_optimizer
from gradcore.presets import PRESETS
from gradcore.records import Tuning
from gradcore.tasks import digits

SPEC = replace(PRESETS["default"], learning_rates="tuned", seeds=10)
ROUNDS = 3
GOAL_SECONDS, GOAL_RATIO = 40.0, 8.0


def main() -> None:
    """Measure and print."""
    before = os.getloadavg()[0]
    use_one_thread()
    with TemporaryDirectory() as folder, lab(folder, 2) as both:
        times = [seconds(both, SPEC) for _ in range(ROUNDS)]
    ours, tried, rate = engine_seconds()
    theirs = fit_seconds(tried, rate)
    found = {
        "race_seconds": [round(value, 1) for value in times],
        "goal_seconds": GOAL_SECONDS,
        "rates_tried": tried,
        "engine_seconds_of_one_entrant": round(ours, 2),
        "fit_seconds_of_one_entrant": round(theirs, 2),
        "times_faster": round(theirs / ours, 1),
        "goal_times_faster": GOAL_RATIO,
        "load_before": before,
    }
    print(json.dumps(found, indent=2))


def engine_seconds() -> tuple[float, int, float]:
    """Return the seconds of one entrant from its spec to its outcome, tracing included, and what it tried."""
    tuned: list[Tuning] = []
    started = time.perf_counter()
    run_race(SPEC, [2], lambda records, _: tuned.extend(one for one in records if isinstance(one, Tuning)))
    return time.perf_counter() - started, len(tuned[0].learning_rates), tuned[0].chosen


def fit_seconds(tried: int, rate: float) -> float:
    """Return the seconds of `model.fit` for as many runs: three for each rate that was tried, then ten."""
    rows, entrant = digits(), SPEC.entrants[2]
    epochs = -(-SPEC.steps // (len(rows.x_train) // 64))
    used = SPEC.steps * 64 // epochs
    started = time.perf_counter()
    for seed in range(3 * tried + SPEC.seeds):
        model = build_network(SPEC.network, SPEC.task, seed)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer=build_optimizer(entrant.optimizer, rate), loss=loss)
        model.fit(rows.x_train[:used], rows.y_train[:used], batch_size=64, epochs=epochs, verbose=0)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
