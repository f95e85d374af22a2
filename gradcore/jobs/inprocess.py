"""Training in the own process: one run after the other, all entrants in one part, in one background thread."""

import logging
import threading

from gradcore import worker
from gradcore.errors import StoreError
from gradcore.jobs.executor import WorkersState
from gradcore.specs import entrants_of, read_spec
from gradcore.store import Database, QueuedRun, QueueStore, new_owner

TICK_SECONDS = 1.0
log = logging.getLogger(__name__)


class InProcess:
    """The command line's executor; `runner` names another training function, for tests."""

    def __init__(self, database: Database, runner: str | None = None) -> None:
        self._queue = QueueStore(database, new_owner())
        self._runner = runner
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._training: str | None = None
        self.owner = self._queue.owner
        self._queue.beat()
        self._queue.recover(claim=False)
        self._heart = threading.Thread(target=self._beat, name="owner", daemon=True)
        self._trainer = threading.Thread(target=self._train, name="training", daemon=True)
        self._heart.start()

    def wake(self) -> None:
        """Train what is queued; the first call starts the thread."""
        self._wake.set()
        if self._trainer.ident is None:
            self._trainer.start()

    def workers(self) -> WorkersState:
        """Return the one worker: this process."""
        busy = int(self._training is not None)
        return WorkersState(1, 1, busy, self._queue.waiting(), "this process trains")

    def close(self) -> None:
        """Leave the store; a run in training is marked interrupted and stops at its next record."""
        self._closing.set()
        self._wake.set()
        self._heart.join()
        self._queue.release()
        while self._trainer.is_alive():  # it may have begun a run just after the release before
            self._trainer.join(TICK_SECONDS)
            self._queue.release()

    def _train(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            self._wake.clear()
            while not self._closing.is_set() and (due := self._queue.queued()):
                self._train_one(due[0])

    def _train_one(self, run: QueuedRun) -> None:
        if not self._queue.split(run.id, [range(entrants_of(read_spec(run.kind, run.spec)))]):
            return
        self._training = run.id
        try:
            worker.execute(self._queue.database.url, run.id, 0, self._runner)
        except StoreError:
            log.exception("run %s cannot be stored", run.id)
        finally:
            self._training = None

    def _beat(self) -> None:
        while not self._closing.wait(TICK_SECONDS):
            try:
                self._queue.beat()
                self._queue.recover(claim=False)
            except StoreError:
                log.warning("the run store is out of reach", exc_info=True)
