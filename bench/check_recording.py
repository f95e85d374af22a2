"""What a health check's measurements cost: training with them at the default sampling against training without.

Rounds alternate, each ratio within its round; `share` is the median of (measured / bare - 1), with its quartiles. Bare
is the race's trainer that records nothing but the loss. The spec's goal is 15 %.
"""

import json
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gradcore.engine import checkup
from gradcore.engine.entrant import SeedRows, row_batches, start_values
from gradcore.engine.network import build_network
from gradcore.engine.threads import use_one_thread
from gradcore.engine.training import Trainer
from gradcore.networks import loss_of
from gradcore.optimizers import learning_rate_of
from gradcore.specs import HealthSpec
from gradcore.tasks import task_of
from gradcore.ward import WARD

STEPS, ROUNDS = 1000, 9
PATIENTS = ("notebook", "healthy_mlp", "glorot_relu_30")


def main() -> None:
    """Measure each network and print what its measurements cost."""
    use_one_thread()
    print(json.dumps({name: measured(replace(WARD[name].spec, steps=STEPS)) for name in PATIENTS}, indent=1))


def measured(spec: HealthSpec) -> dict[str, object]:
    """Return the cost for one network."""
    with_all, bare = _check(spec), _bare(spec)
    with_all(), bare()  # trace
    ratios = []
    for number in range(ROUNDS):
        first, second = (with_all, bare) if number % 2 else (bare, with_all)
        took = {first: first(), second: second()}
        ratios.append(took[with_all] / took[bare] - 1)
    low, middle, high = np.percentile(ratios, [25, 50, 75])
    return {"share": round(middle, 3), "quartiles": [round(low, 3), round(high, 3)], "steps": STEPS, "goal": 0.15}


def _check(spec: HealthSpec) -> Callable[[], float]:
    def train() -> float:
        running = checkup.Running(spec, [spec.seed])
        started = time.process_time()
        for _ in running.chunks():
            pass
        return time.process_time() - started

    return train


def _bare(spec: HealthSpec) -> Callable[[], float]:
    task, seeds = task_of(spec.task), [spec.seed]
    race = spec.as_race()
    model = build_network(spec.network, spec.task, seed=0)
    lowered = loss_of(spec.network, task)
    trainer = Trainer(model, lowered, spec.optimizer.optimizer, spec.optimizer.clip, 1, record=False)
    rows = SeedRows.of(task, [task.rows(spec.seed)])
    batches = row_batches(race, spec.optimizer, seeds, task)

    def train() -> float:
        trainer.reset(start_values(race, 0, seeds), learning_rate_of(spec.optimizer), spec.steps)
        started = time.process_time()
        for first in range(0, spec.steps, 100):
            trainer.run(rows.x_train, rows.y_train, batches[first : first + 100], 0, first)
        return time.process_time() - started

    return train


if __name__ == "__main__":
    main()
