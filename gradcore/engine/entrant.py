"""What an entrant trains on, for any seeds: their rows, their batches, their first weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from gradcore.engine.network import initial_values
from gradcore.engine.seeds import batches
from gradcore.engine.training import Initial
from gradcore.records import Floats
from gradcore.schedules import factors
from gradcore.specs import EntrantSpec, RaceSpec
from gradcore.tasks import Rows, Task

CHUNK_SECONDS = 0.1  # aim of a chunk of steps, so that every curve moves several times a second


@dataclass(frozen=True)
class SeedRows:
    """Rows as the trainer wants them: shared (N, ...), or stacked (S, N, ...) where each seed has its own."""

    x_train: Any
    y_train: Any
    x_validation: Any
    y_validation: list[NDArray[np.float32]]  # one for each seed

    @classmethod
    def of(cls, task: Task, rows: list[Rows]) -> "SeedRows":
        """Return the rows of these seeds."""
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


def row_batches(spec: RaceSpec, entrant: EntrantSpec, seeds: Sequence[int], task: Task) -> NDArray[np.int32]:
    """Return the row numbers of every step and seed, (T, S, B); B = 0 means the full batch."""
    if spec.batch_size is None:
        return np.zeros((spec.steps, len(seeds), 0), np.int32)
    offset = entrant.batch_seed_offset
    drawn = [batches(seed, task.train_rows, spec.batch_size, spec.steps, offset) for seed in seeds]
    return np.stack(drawn, axis=1)


def scheduled_rates(entrant: EntrantSpec, steps: int, rates: Sequence[float]) -> Floats:
    """Return the learning rate of every step and replica, (T, S), from that of each replica at the start, (S,)."""
    found: Floats = np.outer(factors(entrant.schedule, steps), rates).astype(np.float32)
    return found


def start_values(spec: RaceSpec, number: int, seeds: Sequence[int]) -> list[Initial]:
    """Return each seed's first weights; an entrant's own where the race shares none."""
    own = None if spec.shared_weights else number
    return [initial_values(spec.network, spec.task, seed, own) for seed in seeds]
