"""Records of a health check, or of the two of a treatment -> their traces, grown as they arrive."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from gradcore.assembly import Assembly
from gradcore.records import CheckChunk, CheckSetup, CheckTrace, Outcome, RaceTrace, Record, StepTimes
from gradcore.specs import HealthSpec, RaceSpec, TreatmentSpec, entrants_of
from gradcore.tasks import TASKS

RECORDED = CheckChunk.arrays()


@dataclass(frozen=True)
class Checks:
    """The networks of a run, one for a health check and two for a treatment, as far as they are recorded."""

    networks: tuple[CheckTrace, ...]
    pairs: RaceTrace | None = None  # of a treatment: both networks from all seeds, "untreated" and "treated"
    step_times: StepTimes | None = None  # of a treatment, once it was measured


class CheckAssembly:
    """The traces of a run while they are put together; what it gave out before stays as it was.

    Example:
        >>> CheckAssembly(HealthSpec()).trace().networks
        ()
    """

    def __init__(self, spec: HealthSpec | TreatmentSpec) -> None:
        self._spec = spec
        self._parts = [_Part() for _ in range(entrants_of(spec))]
        self._pairs = Assembly(_as_race(spec)) if isinstance(spec, TreatmentSpec) else None
        self._step_times: StepTimes | None = None

    def add(self, records: Iterable[Record]) -> None:
        """Take the next records."""
        taken = list(records)
        if self._pairs is not None:
            self._pairs.add(taken)
        for record in taken:
            part = self._parts[getattr(record, "entrant", 0)]
            if isinstance(record, CheckSetup):
                part.setup = record
            elif isinstance(record, CheckChunk):
                part.chunks.append(record)
                part.trace = None
            elif isinstance(record, Outcome):
                part.outcome = record
                part.trace = None
            elif isinstance(record, StepTimes):
                self._step_times = record

    def trace(self) -> Checks:
        """Return what is recorded so far; nothing of a network that has not made its first step."""
        sides = [self._spec] if isinstance(self._spec, HealthSpec) else [self._spec.before, self._spec.after]
        steps = self._spec.steps if isinstance(self._spec, HealthSpec) else self._spec.checked_steps
        found = [part.traced(side, steps) for part, side in zip(self._parts, sides, strict=True)]
        pairs = self._pairs.trace() if self._pairs is not None else None
        return Checks(tuple(trace for trace in found if trace is not None), pairs, self._step_times)

    @property
    def size(self) -> int:
        """Bytes of the arrays."""
        return sum(getattr(chunk, name).nbytes for part in self._parts for chunk in part.chunks for name in RECORDED)


class _Part:
    """One network's records."""

    def __init__(self) -> None:
        self.setup: CheckSetup | None = None
        self.chunks: list[CheckChunk] = []
        self.outcome: Outcome | None = None
        self.trace: CheckTrace | None = None

    def traced(self, spec: HealthSpec, steps: int) -> CheckTrace | None:
        if self.setup is None or not self.chunks:
            return None
        if self.trace is None:
            task = TASKS.get(spec.task.name)
            self._join()
            arrays: dict[str, NDArray[Any]] = {name: getattr(self.chunks[0], name) for name in RECORDED}
            rows = spec.batch_size or (task.train_rows if task else 0)
            metric = task.metric if task else ""  # a stored run opens after its task was retired
            scale = spec.loss_scale
            self.trace = CheckTrace(self.setup, steps, rows, metric, **arrays, outcome=self.outcome, loss_scale=scale)
        return self.trace

    def _join(self) -> None:
        """Put the chunks together as one, so that each is copied once for each look at most."""
        if len(self.chunks) > 1:
            self.chunks = [CheckChunk.joined(self.chunks)]


def _as_race(spec: TreatmentSpec) -> RaceSpec:
    """Return the race of two entrants that holds what was recorded of the pairs."""
    entrants = tuple(
        replace(side.optimizer, label=label) for side, label in ((spec.before, "untreated"), (spec.after, "treated"))
    )
    race = replace(spec.before, steps=spec.steps).as_race(spec.seeds)
    return replace(race, entrants=entrants, learning_rates=spec.learning_rates)
