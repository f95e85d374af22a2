"""A race: a spec and some of its entrants are trained round-robin by chunks, and reported as they go."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from gradcore.engine.losses import judge
from gradcore.engine.network import build_network, initial_values
from gradcore.engine.seeds import batches
from gradcore.engine.threads import use_one_thread
from gradcore.engine.training import Trainer
from gradcore.errors import TrainingError
from gradcore.networks import count_parameters
from gradcore.optimizers import OPTIMIZERS
from gradcore.presets import PRESETS
from gradcore.records import Outcome, Record, Setup
from gradcore.specs import Choice, EntrantSpec, NetworkSpec, RaceSpec
from gradcore.tasks import Rows, Task, task_of

FIRST_CHUNK = 2  # steps: the first point is on the page as soon as the graph is traced
CHUNK_SECONDS = 0.1  # aim of later chunks, so that every curve moves several times a second
KEPT_WEIGHTS = 500_000  # stacked weights up to which a traced trainer is kept for the next race

Report = Callable[[Sequence[Record], float], None]


def run_race(spec: RaceSpec, entrants: Sequence[int], report: Report) -> None:
    """Train these entrants (numbers into `spec.entrants`), the same steps for each in turn.

    Args:
        spec: the race, admitted (`gradcore.admission`).
        entrants: which of its entrants.
        report: called with new records and the progress, 0 to 1; raises to stop the training.
    """
    use_one_thread()
    task = task_of(spec.task)
    seeds = range(spec.first_seed, spec.first_seed + spec.seeds)
    rows = _SeedRows.of(task, [task.rows(seed) for seed in seeds])
    running = [_Running(spec, number, seeds, rows) for number in entrants]
    report([Setup(running[0].trainer.layout.layers, count_parameters(spec.network, task))], 0.0)
    done, length = 0, FIRST_CHUNK
    while done < spec.steps:
        started = time.perf_counter()
        length = min(length, spec.steps - done)
        for place, entrant in enumerate(running):
            chunk = entrant.train(done, length)
            report([chunk], (done * len(running) + (place + 1) * length) / (spec.steps * len(running)))
        done += length
        seconds = (time.perf_counter() - started) / len(running)
        length = int(np.clip(length * CHUNK_SECONDS / max(seconds, 1e-6), 1, 2 * length))
    for entrant in running:
        report([entrant.outcome()], 1.0)


def warm_up() -> None:
    """Train the default race for two steps: TensorFlow is loaded, and its traced loops wait for the first click."""
    spec = replace(PRESETS["default"], steps=2)
    run_race(spec, range(len(spec.entrants)), lambda records, progress: None)


@dataclass(frozen=True)
class _SeedRows:
    """Rows as the trainer wants them: shared (N, ...), or stacked (S, N, ...) where each seed has its own."""

    x_train: Any
    y_train: Any
    x_validation: Any
    y_validation: list[NDArray[np.float32]]  # one for each seed

    @classmethod
    def of(cls, task: Task, rows: list[Rows]) -> "_SeedRows":
        if not task.per_seed:
            only = rows[0]
            return cls(
                tf.constant(only.x_train),
                tf.constant(only.y_train),
                tf.constant(only.x_validation),
                [only.y_validation] * len(rows),
            )
        return cls(
            tf.constant(np.stack([r.x_train for r in rows])),
            tf.constant(np.stack([r.y_train for r in rows])),
            tf.constant(np.stack([r.x_validation for r in rows])),
            [r.y_validation for r in rows],
        )


class _Running:
    """One entrant in training."""

    def __init__(self, spec: RaceSpec, number: int, seeds: range, rows: _SeedRows) -> None:
        self._spec, self._number, self._rows = spec, number, rows
        self._entrant = spec.entrants[number]
        self._task = task_of(spec.task)
        self.trainer = _trainer(spec, number)
        self._batches = _batches(spec, self._entrant, seeds, self._task)
        own = None if spec.shared_weights else number
        initial = [initial_values(spec.network, spec.task, seed, own) for seed in seeds]
        default = OPTIMIZERS[self._entrant.optimizer.name].learning_rate
        self.trainer.reset(initial, self._entrant.learning_rate or default, spec.steps)
        self._seconds = 0.0

    def train(self, first_step: int, steps: int) -> Record:
        batch = self._batches[first_step : first_step + steps]
        started = time.perf_counter()
        try:
            return self.trainer.run(self._rows.x_train, self._rows.y_train, batch, self._number, first_step)
        except tf.errors.ResourceExhaustedError as error:
            raise TrainingError("the network and its seeds need more memory than this worker has") from error
        finally:
            self._seconds += time.perf_counter() - started

    def outcome(self) -> Outcome:
        self.trainer.finalize()
        outputs = self.trainer.predict(self._rows.x_validation)
        loss, metric = judge(
            self._task.loss, self._task.metric, self._rows.y_validation, outputs, self.trainer.weights()
        )
        return Outcome(self._number, loss, metric, self._seconds)


def _batches(spec: RaceSpec, entrant: EntrantSpec, seeds: range, task: Task) -> NDArray[np.int32]:
    """Return the row numbers of every step and seed, (T, S, B); B = 0 means the full batch."""
    if spec.batch_size is None:
        return np.zeros((spec.steps, len(seeds), 0), np.int32)
    offset = entrant.batch_seed_offset
    drawn = [batches(seed, task.train_rows, spec.batch_size, spec.steps, offset) for seed in seeds]
    return np.stack(drawn, axis=1)


def _trainer(spec: RaceSpec, number: int) -> Trainer:
    entrant = spec.entrants[number]
    stacked = count_parameters(spec.network, task_of(spec.task)) * spec.seeds
    build = _kept_trainer if stacked <= KEPT_WEIGHTS else _new_trainer
    twins = [(other.optimizer, other.clip) for other in spec.entrants[:number]]
    twin = twins.count((entrant.optimizer, entrant.clip))  # entrants that train side by side share no weights
    return build(spec.network, spec.task, entrant.optimizer, entrant.clip, spec.seeds, spec.batch_size, twin)


def _new_trainer(
    network: NetworkSpec, task: Choice, optimizer: Choice, clip: Choice, seeds: int, batch_size: int | None, twin: int
) -> Trainer:
    return Trainer(build_network(network, task, seed=0), task_of(task).loss, optimizer, clip, seeds)


_kept_trainer = lru_cache(maxsize=24)(_new_trainer)
