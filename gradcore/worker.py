"""What a worker runs: `execute` trains one part of a run and writes what is measured into the store.

The engine is imported inside, so that neither the dashboard nor the command line's other commands load it.
"""

import logging
import os
import platform
import socket
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module, metadata
from types import TracebackType
from typing import Any, Self

import numpy as np

from gradcore import __version__
from gradcore.errors import CancelledRunError, GradcoreError, StoreError, SupersededError
from gradcore.records import CheckChunk, Outcome, Record, RunStatus, TraceChunk
from gradcore.specs import SolutionsSpec, read_spec
from gradcore.store import Assignment, Result, WorkStore

RUNNERS = {  # kind of run -> what trains entrants of its spec
    "race": "gradcore.engine.race:run_race",
    "health": "gradcore.engine.checkup:run_check",
    "treatment": "gradcore.engine.treatment:run_treatment",
    "solutions": "gradcore.engine.trial:run_solutions",
}
APPEND_SECONDS = 0.1  # between two writes; the page looks four times a second
BEAT_SECONDS = 1.0
SPARKLINE_POINTS = 40
LONGEST_MESSAGE = 300
TRACED = "in user code:"  # begins a message of TensorFlow's tracing; a whole traceback follows, the reason stands last
PACKAGES = ("tensorflow", "keras", "numpy")
Report = Callable[[Sequence[Record], float], None]
Runner = Callable[..., None]  # of a spec, numbers of its entrants and a Report
log = logging.getLogger(__name__)


def execute(database: str, run_id: str, part: int, runner: str | None = None) -> None:
    """Train one part of a run; whatever goes wrong in training ends the run as failed, in one sentence.

    `runner` trains in place of the one of the run's kind, in tests.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    store = WorkStore(database)
    try:
        work = store.begin(run_id, part, f"{socket.gethostname()}:{os.getpid()}", environment())
        _train(store, work, runner or RUNNERS[work.kind])
    except (CancelledRunError, SupersededError) as stopped:
        log.info("%s", stopped)
    finally:
        store.database.close()


def warm_up() -> int:
    """Load the engine and train a moment, so that the first run starts at once; returns this process' id."""
    from gradcore.engine import race

    race.warm_up()
    return os.getpid()


def warm_up_checks() -> None:
    """Check a moment too, so that the first check of the notebook's network starts at once."""
    from gradcore.engine import checkup

    checkup.warm_up()


def versions() -> dict[str, str]:
    """Return the versions that determine a run's numbers, without importing what they belong to."""
    installed = {name: metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **installed, "gradcore": __version__}


def environment() -> dict[str, Any]:
    """Return where and with what a run is trained."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores"
    return {**versions(), "host": socket.gethostname(), "machine": machine, "threads": 1}


def _train(store: WorkStore, work: Assignment, runner: str) -> None:
    with _Reporter(store, work) as reporter:
        try:
            spec = read_spec(work.kind, work.spec)
            train: Runner = _load(runner)
            if isinstance(spec, SolutionsSpec):  # goes on where an earlier measurement stopped
                train = partial(train, known={cell.key: cell for cell in store.measured_cells(versions())})
            train(spec, work.entrants, reporter.report)
            result = reporter.result(RunStatus.FINISHED)
        except SupersededError:
            raise
        except CancelledRunError:
            result = reporter.result(RunStatus.CANCELLED)
        except Exception as error:  # the one broad except: a failed run is data
            log.exception("run %s, part %d, has failed", work.run_id, work.part)
            result = reporter.result(RunStatus.FAILED, _sentence(error))
        reporter.flush()
        store.end(work, result)


class _Reporter:
    """Gathers records, writes them several times a second, and keeps the heartbeat while nothing is measured."""

    def __init__(self, store: WorkStore, work: Assignment) -> None:
        self._store, self._work = store, work
        self._waiting: list[Record] = []
        self._progress = 0.0
        self._written = 0.0
        self._losses: dict[int, list[float]] = {}  # entrant -> median over the seeds, by step
        self._side_by_side: set[int] = set()  # entrants that were trained from several seeds
        self._scores: dict[int, float] = {}  # entrant -> median of the final validation loss
        self._stop: GradcoreError | None = None  # what the heartbeat learned
        self._done = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._heart.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._done.set()
        self._heart.join()

    def report(self, records: Sequence[Record], progress: float) -> None:
        """Take records; raises to stop a run that was cancelled, or that another attempt owns."""
        self._waiting += records
        self._progress = progress
        self._remember(records)
        if time.monotonic() - self._written >= APPEND_SECONDS:
            self.flush()
        if self._stop is not None:
            raise self._stop

    def flush(self) -> None:
        """Write what waits; learns whether the run goes on."""
        waiting, self._waiting = self._waiting, []
        self._written = time.monotonic()
        if self._store.append(self._work, waiting, self._progress):
            self._stop = CancelledRunError(f"run {self._work.run_id} was cancelled.")

    def result(self, status: RunStatus, message: str = "") -> Result:
        """Return how a part ended, with the curve of its best entrant: by its score, else by its latest loss."""
        latest = {entrant: losses[-1] for entrant, losses in self._losses.items() if np.isfinite(losses[-1])}
        judged = self._scores or latest
        best = min(judged, key=judged.__getitem__, default=None)
        curve = self._losses.get(best, []) if best is not None else []
        return Result(status, message, self._scores.get(best) if best is not None else None, thin(curve))

    def _remember(self, records: Sequence[Record]) -> None:
        for record in records:
            if isinstance(record, TraceChunk):
                self._side_by_side.add(record.entrant)
            if isinstance(record, CheckChunk) and record.entrant in self._side_by_side:
                continue  # a second look at a network whose losses are known
            if isinstance(record, TraceChunk | CheckChunk):
                medians = np.median(record.loss, axis=1)  # (K,)
                self._losses.setdefault(record.entrant, []).extend(medians.tolist())
            elif isinstance(record, Outcome):
                score = float(np.median(record.validation_loss))
                self._scores[record.entrant] = score if np.isfinite(score) else float("inf")

    def _beat(self) -> None:
        while not self._done.wait(BEAT_SECONDS):
            try:
                if self._store.beat(self._work):
                    self._stop = CancelledRunError(f"run {self._work.run_id} was cancelled.")
            except SupersededError as error:
                self._stop = error
            except StoreError:  # may pass; the next append will say so if it does not
                log.warning("a heartbeat of run %s could not be stored", self._work.run_id)


def thin(curve: Sequence[float], points: int = SPARKLINE_POINTS) -> tuple[float, ...]:
    """Return at most `points` values of a curve, evenly spaced, its first and last among them.

    Example:
        >>> thin([5.0, 4.0, 3.0, 2.0, 1.0], points=3)
        (5.0, 3.0, 1.0)
    """
    if not len(curve):
        return ()
    places = np.unique(np.linspace(0, len(curve) - 1, points).round().astype(int))
    return tuple(float(curve[place]) for place in places)


def _load(runner: str) -> Runner:
    module, name = runner.split(":")
    found: Runner = getattr(import_module(module), name)
    return found


def _sentence(error: Exception) -> str:
    """Return what the author of a run reads about its failure."""
    lines = str(error).strip().splitlines() or ["no reason was given"]
    if lines[0] == TRACED:
        return f"training stopped with {lines[-1].strip()}"[:LONGEST_MESSAGE]
    if isinstance(error, GradcoreError):
        return lines[0]
    text = f"training stopped with {type(error).__name__}: {lines[0]}"
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 3] + "..."
