"""Records of a race -> one trace, grown as they arrive; what it gave out before stays as it was.

Shapes: K steps of one chunk, T steps asked for, S seeds, L layers.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradcore.optimizers import learning_rate_of
from gradcore.records import (
    ClipRecord,
    EntrantTrace,
    Flags,
    Floats,
    Outcome,
    RaceTrace,
    Record,
    Setup,
    TraceChunk,
    Tuning,
)
from gradcore.specs import RaceSpec
from gradcore.tasks import TASKS

PER_SEED = ("loss", "gradient_norm", "clipped_norm")  # (T, S)
CLIPPING = {"clip_threshold": np.nan, "clip_scale": np.nan, "clipped": False, "skipped": False}  # (T, S)
STOPPED = "stopped"  # (T, S)
FLAGS = {**CLIPPING, STOPPED: False}  # what stands where nothing is recorded
PER_LAYER = ("layer_norms", "clipped_layer_norms", "update_ratio")  # (T, S, L)
UPDATES, POINTS = "update_norm", "points"  # (T, S), (T, S, 2)


class Assembly:
    """A race while it is put together.

    Example:
        >>> spec = RaceSpec.from_json({"entrants": [{"optimizer": "SGD"}]})
        >>> Assembly(spec).trace().entrants[0].steps
        0
    """

    def __init__(self, spec: RaceSpec) -> None:
        self._spec = spec
        self._setup = Setup((), 0)
        self._entrants = [_Entrant(spec) for _ in spec.entrants]

    def add(self, records: Iterable[Record]) -> None:
        """Take the next records."""
        for record in records:
            if isinstance(record, Setup):
                self._setup = record
            elif isinstance(record, TraceChunk):
                self._entrants[record.entrant].add(record)
            elif isinstance(record, Tuning):
                self._entrants[record.entrant].tuning = record
            elif isinstance(record, Outcome):
                self._entrants[record.entrant].outcome = record

    def trace(self) -> RaceTrace:
        """Return what is recorded so far."""
        spec, task = self._spec, TASKS.get(self._spec.task.name)
        layers = len(self._setup.layers)
        return RaceTrace(
            task=spec.task.name,
            steps=spec.steps,
            seeds=spec.seeds,
            metric=task.metric if task else "",  # a stored run opens after its task was retired
            layers=self._setup.layers,
            parameters=self._setup.parameters,
            entrants=tuple(
                EntrantTrace(
                    label=label,
                    optimizer=asked.optimizer.name,
                    learning_rate=entrant.tuning.chosen if entrant.tuning else learning_rate_of(asked),
                    outcome=entrant.outcome,
                    update_norm=entrant.recorded(UPDATES),
                    clip=entrant.clip(),
                    tuning=entrant.tuning,
                    points=entrant.recorded(POINTS),
                    stopped=entrant.stopped(),
                    **entrant.arrays(layers),
                )
                for label, asked, entrant in zip(spec.labels, spec.entrants, self._entrants, strict=True)
            ),
        )

    @property
    def size(self) -> int:
        """Bytes of the arrays."""
        return sum(entrant.size for entrant in self._entrants)


class _Entrant:
    """Arrays of one entrant, as long as the race, filled from the front."""

    def __init__(self, spec: RaceSpec) -> None:
        self._steps, self._seeds = spec.steps, spec.seeds
        self._arrays: dict[str, NDArray[Any]] = {}
        self._filled = 0
        self.outcome: Outcome | None = None
        self.tuning: Tuning | None = None

    @property
    def size(self) -> int:
        return sum(array.nbytes for array in self._arrays.values())

    def add(self, chunk: TraceChunk) -> None:
        end = chunk.first_step + len(chunk.loss)
        for name in (*PER_SEED, *PER_LAYER, *FLAGS, UPDATES, POINTS):
            found = getattr(chunk, name)
            if found is None:
                continue
            if name not in self._arrays:
                missing = FLAGS.get(name, np.nan)
                self._arrays[name] = np.full((self._steps, *found.shape[1:]), missing, found.dtype)
            self._arrays[name][chunk.first_step : end] = found
        self._filled = max(self._filled, end)

    def arrays(self, layers: int) -> dict[str, Any]:
        """Return read-only views of what is filled; later chunks only write behind them."""
        empty = {name: np.empty((0, self._seeds), np.float32) for name in PER_SEED}
        empty |= {name: np.empty((0, self._seeds, layers), np.float32) for name in PER_LAYER}
        return {name: self._view(name) if name in self._arrays else array for name, array in empty.items()}

    def clip(self) -> ClipRecord | None:
        """Return what the clip rule decided, None where nothing of it is recorded."""
        if not all(name in self._arrays for name in CLIPPING):
            return None
        return replace(ClipRecord(*(self._view(name) for name in CLIPPING)), stopped=self.stopped())

    def recorded(self, name: str) -> Floats | None:
        """Return the measure of this name, None where it was not recorded."""
        return self._view(name) if name in self._arrays else None

    def stopped(self) -> Flags | None:
        """Return which steps of a seed came after its stop, None where none was looked for."""
        return self._view(STOPPED) if STOPPED in self._arrays else None

    def _view(self, name: str) -> NDArray[Any]:
        view = self._arrays[name][: self._filled].view()
        view.flags.writeable = False
        return view
