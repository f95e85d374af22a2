"""A race: a spec and some of its entrants are trained round-robin by chunks, and reported as they go.

Where the learning rates are to be tuned, that is done first, one entrant after the other.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from gradcore.engine.entrant import CHUNK_SECONDS, SeedRows, row_batches, scheduled_rates, start_values
from gradcore.engine.losses import judge
from gradcore.engine.network import build_network
from gradcore.engine.stopping import Stops, after
from gradcore.engine.threads import use_one_thread
from gradcore.engine.training import Trainer
from gradcore.engine.tuning import tune
from gradcore.networks import count_parameters, loss_of
from gradcore.optimizers import learning_rate_of
from gradcore.presets import PRESETS
from gradcore.records import Outcome, Record, Setup, TraceChunk, Tuning
from gradcore.specs import CONSTANT_RATE, Choice, NetworkSpec, RaceSpec
from gradcore.tasks import task_of
from gradcore.tuning import replicas_tuned

FIRST_CHUNK = 2  # steps: the first point is on the page as soon as the graph is traced
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
    rows = SeedRows.of(task, [task.rows(seed) for seed in seeds])
    tried = replicas_tuned(spec)
    share = tried / (tried + spec.seeds)  # of the work that tuning is
    rates = {found.entrant: found.chosen for found in _tuned(spec, entrants, share, report)} if tried else {}
    running = [Running(spec, number, seeds, rows, rates.get(number)) for number in entrants]
    report([Setup(running[0].trainer.layout.layers, count_parameters(spec.network, task))], share)
    done, length = 0, FIRST_CHUNK
    while done < spec.steps:
        started = time.perf_counter()
        length = min(length, spec.steps - done)
        for place, entrant in enumerate(running):
            chunk = entrant.train(done, length)
            part = (done * len(running) + (place + 1) * length) / (spec.steps * len(running))
            report([chunk], share + (1 - share) * part)
        done += length
        seconds = (time.perf_counter() - started) / len(running)
        length = int(np.clip(length * CHUNK_SECONDS / max(seconds, 1e-6), 1, 2 * length))
    for entrant in running:
        report([entrant.outcome()], 1.0)


def _tuned(spec: RaceSpec, entrants: Sequence[int], share: float, report: Report) -> Iterator[Tuning]:
    """Choose the learning rate of one entrant after the other, and report each as it is found."""
    for place, number in enumerate(entrants):

        def progress(part: float, before: int = place) -> None:
            report([], share * (before + part) / len(entrants))

        found = tune(spec, number, progress)
        report([found], share * (place + 1) / len(entrants))
        yield found


def warm_up() -> None:
    """Train the default race for two steps: TensorFlow is loaded, and its traced loops wait for the first click."""
    spec = replace(PRESETS["default"], steps=2)
    run_race(spec, range(len(spec.entrants)), lambda records, progress: None)


class Running:
    """One entrant in training."""

    def __init__(
        self,
        spec: RaceSpec,
        number: int,
        seeds: range,
        rows: SeedRows,
        rate: float | None = None,
        *,
        twin: int = 0,
        spare: int = 0,
    ) -> None:
        """Make what trains one entrant.

        Args:
            spec, number: the race, and who of it.
            seeds, rows: trained side by side, and on what.
            rate: in place of the entrant's own.
            twin: of networks that train at the same time, which one: two that are equal must not share weights.
            spare: steps beyond the race's that may be asked for.
        """
        self._spec, self._number, self._rows = spec, number, rows
        self._entrant = spec.entrants[number]
        self._task = task_of(spec.task)
        self.trainer = _trainer(spec, number, twin)
        self._batches = row_batches(spec, self._entrant, seeds, self._task)
        raced = rate or learning_rate_of(self._entrant)
        self.trainer.reset(start_values(spec, number, seeds), raced, spec.steps + spare)
        self._rates = scheduled_rates(self._entrant, spec.steps, [raced] * len(seeds))
        self._took: list[tuple[int, float]] = []  # steps and seconds of each chunk
        self._stops = Stops(spec.seeds, spec.steps) if spec.stop_at_warning else None
        self._last: TraceChunk | None = None  # of a race that stops at warnings

    def train(self, first_step: int, steps: int) -> TraceChunk:
        """Train the next steps and return what was measured, up to where each seed is stopped.

        Nothing is trained once all seeds have been.
        """
        if self._stops is None:
            return self._train(first_step, steps)
        if self._last is not None and self._stops.all_ended:
            self._last = after(self._last, steps)
        else:
            self._last = self._stops.cut(self._train(first_step, steps))
        return self._last

    def _train(self, first_step: int, steps: int) -> TraceChunk:
        now = slice(first_step, first_step + steps)
        x, y, batch, rates = self._rows.x_train, self._rows.y_train, self._batches[now], self._rates[now]
        started = time.perf_counter()
        try:
            return self.trainer.run(x, y, batch, self._number, first_step, rates)
        finally:
            self._took.append((steps, time.perf_counter() - started))

    def timed(self, steps: int) -> float:
        """Train so many further steps, which nobody is told of, and return the seconds of one."""
        now = slice(0, steps)
        x, y, batch, rates = self._rows.x_train, self._rows.y_train, self._batches[now], self._rates[now]
        started = time.perf_counter()
        self.trainer.run(x, y, batch, self._number, 0, rates)
        return (time.perf_counter() - started) / len(batch)

    def outcome(self) -> Outcome:
        """Return how the trained networks do on the validation rows; one that was stopped is not judged."""
        self.trainer.finalize()
        outputs = self.trainer.predict(self._rows.x_validation)
        lowered, weights = loss_of(self._spec.network, self._task), self.trainer.weights()
        loss, metric = judge(lowered, self._task.metric, self._rows.y_validation, outputs, weights, self._task.optimum)
        stops = self._stops.at if self._stops else [None] * len(loss)
        judged = np.array([step is None for step in stops])
        trained = max(self._spec.steps if step is None else step + 1 for step in stops)
        seconds = steady_seconds(self._took) * (trained / sum(steps for steps, _ in self._took))
        return Outcome(self._number, np.where(judged, loss, np.nan), np.where(judged, metric, np.nan), seconds)


def steady_seconds(took: Sequence[tuple[int, float]]) -> float:
    """Return how long all steps would take had the first chunk, which traces the graph, been as fast as the others.

    Args:
        took: steps and seconds of each chunk; where there is only one, what it took.

    Example:
        >>> steady_seconds([(2, 1.5), (4, 0.4), (4, 0.4)])
        1.0
    """
    steps, seconds = (sum(part) for part in zip(*(took[1:] or took), strict=True))
    return float(seconds / steps * sum(count for count, _ in took))


def _trainer(spec: RaceSpec, number: int, twin: int = 0) -> Trainer:
    stacked = count_parameters(spec.network, task_of(spec.task)) * spec.seeds
    build = _kept_trainer if stacked <= KEPT_WEIGHTS else _new_trainer
    kinds = [(one.optimizer, one.clip, one.schedule != CONSTANT_RATE) for one in spec.entrants[: number + 1]]
    twin += kinds[:-1].count(kinds[-1])  # entrants that train side by side share no weights
    return build(spec.network, spec.task, *kinds[-1], spec.seeds, spec.batch_size, twin)


def _new_trainer(
    network: NetworkSpec,
    task: Choice,
    optimizer: Choice,
    clip: Choice,
    scheduled: bool,
    seeds: int,
    batch_size: int | None,
    twin: int,
) -> Trainer:
    model, entry = build_network(network, task, seed=0), task_of(task)
    loss = loss_of(network, entry)
    return Trainer(model, loss, optimizer, clip, seeds, scheduled=scheduled, points=entry.is_plane)


_kept_trainer = lru_cache(maxsize=24)(_new_trainer)
