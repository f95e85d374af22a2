"""A health check: a spec becomes records, reported step by step at first and in chunks later.

Everything is measured at each of the first ten steps, at every `every`-th later one and at the last, and in a short
check at every step; loss, error and norms are measured at every step of each.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from gradcore.early_warning import first_warning
from gradcore.engine.check_chunk import chunk_of
from gradcore.engine.check_layout import CheckLayout
from gradcore.engine.check_trainer import CheckTrainer
from gradcore.engine.entrant import CHUNK_SECONDS, SeedRows, row_batches, scheduled_rates, start_values
from gradcore.engine.losses import judge
from gradcore.engine.threads import use_one_thread
from gradcore.health.ahead import whole_norms
from gradcore.network_plan import plan
from gradcore.networks import count_parameters, loss_of
from gradcore.optimizers import learning_rate_of
from gradcore.records import CheckChunk, CheckSetup, Doubles, Outcome, Record
from gradcore.specs import CONSTANT_RATE, Choice, HealthSpec, NetworkSpec
from gradcore.structural_zeros import zero_by_construction
from gradcore.tasks import Rows, task_of
from gradcore.ward import WARD

FIRST_STEPS = 10  # each of which is measured
WARNED_EVERY = 5  # steps at most from one look for a warning to the next, where the check is to stop at one
SHORT = 50  # steps of a check, up to which every one is measured: that takes less time than to trace the step between
PROBE_ROWS = 256  # the first training rows, on which dead units are looked for
MISSING = 7  # second word of the seed of which inputs are NaN
KEPT_WEIGHTS = 500_000  # stacked weights up to which a traced trainer is kept for the next check

Report = Callable[[Sequence[Record], float], None]


def run_check(spec: HealthSpec, entrants: Sequence[int], report: Report) -> None:
    """Train and measure the network of a spec.

    Args:
        spec: the check, admitted (`gradcore.admission`).
        entrants: always (0,), one network.
        report: called with new records and the progress, 0 to 1; raises to stop the training.
    """
    use_one_thread()
    watched(spec, [spec.seed], report)


def warm_up() -> None:
    """Check the notebook's network for a step: its traced graph waits for the first click."""
    use_one_thread()
    watched(replace(WARD["notebook"].spec, steps=1), [0], lambda records, progress: None)


def watched(
    spec: HealthSpec,
    seeds: Sequence[int],
    report: Report,
    *,
    entrant: int = 0,
    learning_rate: float | None = None,
    judged: bool = True,
) -> None:
    """Train and measure a network from several seeds side by side.

    Args:
        spec: what is trained, admitted; its own seed is not looked at.
        seeds: of weights, batches and, where the task draws them, rows.
        report: called with new records and the progress.
        entrant: goes into the records.
        learning_rate: in place of the spec's own.
        judged: whether it is held against the validation rows at its end.
    """
    running = Running(spec, seeds, entrant, learning_rate)
    for chunk, done in running.chunks():
        records: list[Record] = [chunk] if done > len(chunk.loss) else [running.setup(), chunk]
        report(records, done / spec.steps)
    report([running.outcome()] if judged else [], 1.0)


class Running:
    """One network in training."""

    def __init__(
        self,
        spec: HealthSpec,
        seeds: Sequence[int],
        entrant: int = 0,
        learning_rate: float | None = None,
        trainer: CheckTrainer | None = None,
    ) -> None:
        """Make rows, batches and trainer; see `watched`.

        A given trainer is that of a network which differs in its first weights alone, and is not traced again.
        """
        self._spec, self._entrant, self._task = spec, entrant, task_of(spec.task)
        race = replace(spec, seed=seeds[0]).as_race(len(seeds))
        self._rows = rows_of(spec, seeds)
        self._probe = self._rows.x_train[..., :PROBE_ROWS, *(slice(None),) * len(self._task.shape)]
        self._batches = row_batches(race, spec.optimizer, seeds, self._task)
        rate = learning_rate or learning_rate_of(spec.optimizer)
        self._rates = scheduled_rates(spec.optimizer, spec.steps, [rate] * len(seeds))
        self.trainer = trainer or _trainer(spec, len(seeds))
        self.trainer.reset(start_values(race, 0, seeds), rate, spec.steps, spec.loss_scale)
        self._seconds, self._norms = 0.0, list[Doubles]()  # of gradient and update, (2, K, S) each
        self._start = np.full(len(seeds), np.nan)  # loss of the first step
        self._ahead = 1 if spec.stop_at_warning else FIRST_STEPS - 1  # steps that one call trains, if it can

    def chunks(self) -> Iterator[tuple[CheckChunk, int]]:
        """Yield what was measured, and how many steps are done: the first step alone.

        Where it is to stop at a warning, the first measured step at which one was given is the last.
        """
        done, warned = 0, False
        while done < self._spec.steps and not warned:
            started, first, parts = time.perf_counter(), done == 0, list[CheckChunk]()
            while not parts or not (first or warned or time.perf_counter() - started > CHUNK_SECONDS):
                parts.append(self._next(done))
                done += len(parts[-1].loss)
                warned = self._spec.stop_at_warning and self._warns(parts[-1])
                if done == self._spec.steps:
                    break
            self._seconds += time.perf_counter() - started
            yield CheckChunk.joined(parts), done

    def setup(self) -> CheckSetup:
        """Return what is known of the network once a step was measured."""
        layout, steps = self.trainer.layout, plan(self._spec.network, self._task)
        kinds = {step.name: step.layer for step in steps}
        layers = tuple(owner.rpartition("/")[2] for owner in layout.plain.layers)
        reasons = zero_by_construction(steps)
        return CheckSetup(
            entrant=self._entrant,
            layers=layers,
            kinds=tuple(kinds[name] for name in layers),
            variables=layout.paths,
            owners=np.array(layout.plain.owners, np.int32),
            kernels=np.array(layout.kernels, np.int32),
            activations=tuple(one.activation for one in layout.watched),
            recurrent=np.array([place for place, one in enumerate(layout.watched) if one.recurrent], np.int32),
            connected=self.trainer.connected[:],
            zero_by_construction=tuple(reasons.get(path, "") for path in layout.paths),
            parameters=count_parameters(self._spec.network, self._task),
        )

    def outcome(self) -> Outcome:
        """Return how the trained network does on the validation rows."""
        self.trainer.finalize()
        outputs, rows = self.trainer.predict(self._rows.x_validation), self._rows.y_validation
        lowered = loss_of(self._spec.network, self._task)
        loss, metric = judge(lowered, self._task.metric, rows, outputs, np.zeros((len(outputs), 1)))
        return Outcome(self._entrant, loss, metric, self._seconds)

    def _next(self, done: int) -> CheckChunk:
        """Train up to steps that are to be measured, and measure them: as many as fit a chunk, for a call is dear."""
        x, y, started = self._rows.x_train, self._rows.y_train, time.perf_counter()
        sampled = [step for step in range(done, self._spec.steps) if self._is_sampled(step)]
        if done == 0 or self._spec.steps <= SHORT:
            row, *found = self.trainer.measure(x, y, self._probe, self._batches[done], self._rates[done])
            return chunk_of(self._entrant, done, sampled[:1], row[None], [one[None] for one in found])
        sampled = sampled[:1] + [step for step in sampled[1:] if step < done + self._ahead]
        after, places = slice(done, sampled[-1] + 1), np.subtract(sampled, done)
        rows, *found = self.trainer.run(x, y, self._probe, self._batches[after], self._rates[after], places)
        if not self._spec.stop_at_warning:
            self._ahead = int(len(rows) * CHUNK_SECONDS / (time.perf_counter() - started))
        return chunk_of(self._entrant, done, sampled, rows, found)

    def _warns(self, chunk: CheckChunk) -> bool:
        """Return whether the steps so far, these the latest, warn of a divergence in any seed."""
        if chunk.first_step == 0:
            self._start = chunk.loss[0].astype(np.float64) * self._spec.loss_scale
        self._norms.append(np.stack([whole_norms(chunk.gradient_norm), whole_norms(chunk.update_norm)]))
        norms, updates = np.concatenate(self._norms, axis=1)  # (T, S) each
        starts = enumerate(self._start)
        return any(first_warning(norms[:, seed], updates[:, seed], start) is not None for seed, start in starts)

    def _is_sampled(self, step: int) -> bool:
        steps, often = self._spec.steps, WARNED_EVERY if self._spec.stop_at_warning else self._spec.every
        every = min(often, self._spec.every)  # a warning is looked for where something is measured
        return steps <= SHORT or step < FIRST_STEPS or step % every == 0 or step == steps - 1


def rows_of(spec: HealthSpec, seeds: Sequence[int]) -> SeedRows:
    """Return the rows that these seeds train on and are judged by."""
    task = task_of(spec.task)
    return SeedRows.of(task, [_with_gaps(task.rows(seed), seed, spec) for seed in seeds])


def _with_gaps(rows: Rows, seed: int, spec: HealthSpec) -> Rows:
    """Return the rows with a share of the training inputs set to NaN; the same where all seeds share the rows."""
    if not spec.missing_share:
        return rows
    own = seed if task_of(spec.task).per_seed else 0
    gone = np.random.default_rng([own, MISSING]).random(rows.x_train.shape) < spec.missing_share
    return replace(rows, x_train=np.where(gone, np.float32(np.nan), rows.x_train))


def _trainer(spec: HealthSpec, seeds: int) -> CheckTrainer:
    kept = count_parameters(spec.network, task_of(spec.task)) * seeds <= KEPT_WEIGHTS
    build = _kept_trainer if kept else _new_trainer
    one, scheduled = spec.optimizer, spec.optimizer.schedule != CONSTANT_RATE
    return build(spec.network, spec.task, one.optimizer, one.clip, scheduled, seeds, spec.batch_size)


def _new_trainer(
    network: NetworkSpec,
    task: Choice,
    optimizer: Choice,
    clip: Choice,
    scheduled: bool,
    seeds: int,
    batch_size: int | None,
) -> CheckTrainer:
    layout, loss = CheckLayout.of(network, task), loss_of(network, task_of(task))
    return CheckTrainer(layout, loss, optimizer, clip, seeds, scheduled=scheduled)


_kept_trainer = lru_cache(maxsize=12)(_new_trainer)
