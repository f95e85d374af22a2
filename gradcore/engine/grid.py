"""One network trained at every learning rate of a grid from every seed, all side by side in one graph.

Shapes: R rates, S seeds, T steps; replicas are ordered by rate, then by seed.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gradcore.engine.entrant import CHUNK_SECONDS, SeedRows, row_batches, scheduled_rates, start_values
from gradcore.engine.network import build_network
from gradcore.engine.training import Trainer
from gradcore.networks import loss_of
from gradcore.records import Doubles, Floats
from gradcore.specs import CONSTANT_RATE, RaceSpec
from gradcore.tasks import task_of

Progress = Callable[[float], None]  # called with 0 to 1; raises to stop


@dataclass(frozen=True)
class Grid:
    """What came of it, and what it was trained by and on."""

    loss: Floats  # (T, R x S) training loss
    trainer: Trainer
    rows: SeedRows  # of the R x S replicas
    batches: NDArray[np.int32]  # (T, R x S, B)
    rates: Floats  # (T, R x S)

    def step_seconds(self, steps: int) -> float:
        """Train the first steps' batches once more and return the seconds of a step."""
        started = time.perf_counter()
        self.trainer.run(self.rows.x_train, self.rows.y_train, self.batches[:steps], rates=self.rates[:steps])
        return (time.perf_counter() - started) / steps

    def predict_seconds(self) -> float:
        """Predict the validation rows and return the seconds that it took."""
        started = time.perf_counter()
        self.trainer.predict(self.rows.x_validation)
        return time.perf_counter() - started


def train_grid(
    spec: RaceSpec, number: int, rates: Doubles, seeds: Sequence[int], progress: Progress, *, spare: int = 0
) -> Grid:
    """Train one entrant of a race at all rates (R,) from all seeds.

    Args:
        spec, number: the race, admitted, and who of it; its own seeds and rate are not used.
        rates, seeds: of which every pair is one replica.
        progress: called several times a second.
        spare: steps beyond the race's that may be asked for.
    """
    task, entrant = task_of(spec.task), spec.entrants[number]
    each = np.repeat(rates, len(seeds)).astype(np.float32)
    rows = SeedRows.of(task, [task.rows(seed) for seed in seeds] * len(rates))
    model = build_network(spec.network, spec.task, seed=0)
    kind = {"record": False, "own_rates": True, "scheduled": entrant.schedule != CONSTANT_RATE}
    trainer = Trainer(model, loss_of(spec.network, task), entrant.optimizer, entrant.clip, len(each), **kind)
    trainer.reset(start_values(spec, number, seeds) * len(rates), each, spec.steps + spare)
    batches = np.tile(row_batches(spec, entrant, seeds, task), (1, len(rates), 1))
    by_step = scheduled_rates(entrant, spec.steps, each.tolist())
    return Grid(_trained(trainer, rows, batches, by_step, progress), trainer, rows, batches, by_step)


def _trained(trainer: Trainer, rows: SeedRows, batches: NDArray[np.int32], rates: Floats, progress: Progress) -> Floats:
    """Return the loss of every step and replica, (T, R x S)."""
    done, length, parts = 0, 2, []
    while done < len(batches):
        started = time.perf_counter()
        now = slice(done, done + length)
        parts.append(trainer.run(rows.x_train, rows.y_train, batches[now], rates=rates[now]).loss)
        done += length
        progress(min(done / len(batches), 1.0))
        length = int(np.clip(length * CHUNK_SECONDS / max(time.perf_counter() - started, 1e-6), 1, 2 * length))
    return np.concatenate(parts)
