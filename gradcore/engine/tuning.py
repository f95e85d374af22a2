"""The learning rate of an entrant, chosen by training it at every rate of the grid on every tuning seed at once."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gradcore import tuning
from gradcore.engine.entrant import CHUNK_SECONDS, SeedRows, row_batches, scheduled_rates, start_values
from gradcore.engine.network import build_network
from gradcore.engine.training import Trainer
from gradcore.networks import loss_of
from gradcore.optimizers import learning_rate_of
from gradcore.records import Doubles, Floats, Tuning
from gradcore.specs import CONSTANT_RATE, RaceSpec
from gradcore.tasks import task_of

Progress = Callable[[float], None]  # called with 0 to 1; raises to stop


def tune(spec: RaceSpec, number: int, progress: Progress) -> Tuning:
    """Return what each learning rate came to for one entrant, and the best of them.

    Args:
        spec: the race, admitted.
        number: of the entrant.
        progress: called several times a second.
    """
    entrant = spec.entrants[number]
    rates = tuning.grid(learning_rate_of(entrant))
    found = tuning.chosen(number, rates, _losses(spec, number, rates, progress))
    for _ in range(tuning.EXTENSIONS):
        more = tuning.beyond(found)
        if not len(more):
            break
        rates = np.concatenate([found.learning_rates, more])
        loss = np.concatenate([found.loss, _losses(spec, number, more, lambda _: progress(1.0))])
        found = tuning.chosen(number, rates, loss)
    return found


def _losses(spec: RaceSpec, number: int, rates: Doubles, progress: Progress) -> Doubles:
    """Return the last training loss of every rate and tuning seed, (R, S): R x S replicas, trained side by side."""
    task, entrant = task_of(spec.task), spec.entrants[number]
    own = tuning.seeds_of(spec.first_seed, spec.seeds)
    seeds = [*own] * len(rates)  # the seeds of each rate side by side
    rows = SeedRows.of(task, [task.rows(seed) for seed in own] * len(rates))
    model = build_network(spec.network, spec.task, seed=0)
    each = np.repeat(rates, tuning.SEEDS).astype(np.float32)
    kind = {"record": False, "own_rates": True, "scheduled": entrant.schedule != CONSTANT_RATE}
    trainer = Trainer(model, loss_of(spec.network, task), entrant.optimizer, entrant.clip, len(seeds), **kind)
    trainer.reset(start_values(spec, number, seeds), each, spec.steps)
    batches = np.tile(row_batches(spec, entrant, own, task), (1, len(rates), 1))
    loss = _trained(trainer, rows, batches, scheduled_rates(entrant, spec.steps, each.tolist()), progress)
    return tuning.last_loss(loss).reshape(len(rates), tuning.SEEDS)


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
