"""The dashboard's executor: takes what is due from the store, as many parts as workers are free, and sends them out.

One daemon thread does it all, so that pages are drawn while workers still load TensorFlow. Nothing waits inside
Dask: the queue is the store, so that it survives a restart and every visitor's first run comes before anybody's second.
"""

import atexit
import concurrent.futures.thread  # noqa: F401  registers the hook that shuts thread pools, before ours
import gc
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import psutil

from gradcore import worker
from gradcore.errors import StoreError
from gradcore.jobs.executor import WorkersState
from gradcore.jobs.pool import Pool
from gradcore.jobs.split import split
from gradcore.records import RunStatus
from gradcore.specs import SolutionsSpec
from gradcore.store import Database, PartState, QueueStore, new_owner

TICK_SECONDS = 0.5
BEAT_SECONDS = 1.0
LOST_SECONDS = 5.0  # a heartbeat this old and nobody at work: the part is lost
DEAF_SECONDS = 5.0  # asked to stop this long ago and still at work: its worker is ended
SILENT_SECONDS = 30.0  # a heartbeat this old, of a worker that seems to live: it is ended
LARGEST_WORKER = 900 * 1024 * 1024  # bytes; TensorFlow keeps about 2 MB of every run, so that workers are renewed
LARGEST_AT_WORK = 1500 * 1024 * 1024  # beyond, a long measurement pauses until its workers are renewed
JOIN_SECONDS = 30.0
PATIENCE_SECONDS = 3.0  # for a first visitor
HEAD_START_SECONDS = 2.0  # of the first visitor's browser, which draws while this process is idle
LOST = "the worker that trained this run was killed or ran out of memory"
log = logging.getLogger(__name__)
Key = tuple[str, int]  # run id, part


class Cluster:
    """Trains the queued runs of one store on local workers."""

    def __init__(self, database: Database, workers: int, runner: str | None = None) -> None:
        self._queue = QueueStore(database, new_owner())
        self._total = workers
        self._runner = runner
        self._pool: Pool | None = None
        self._trouble = ""
        self._cold = ""  # why a worker could not warm up
        self._greeted: dict[int, str] = {}  # process ids of workers that were sent the warm-up -> where to
        self._warm: set[int] = set()
        self._races_warm: set[int] = set()  # those that warm up checks as well, or have
        self._sent: dict[Key, Any] = {}  # parts that a worker has -> future
        self._ended: deque[tuple[Key | int, Any]] = deque()  # part, or warmed worker -> its future
        self._housekept = float("-inf")
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self.owner = self._queue.owner
        self._queue.beat()
        self._queue.recover(claim=True)

    def start(self, after: threading.Event | None = None) -> "Cluster":
        """Start the workers in the background, where given after an event, such as the first page (or 3 s)."""
        # Where nobody calls close(), as under `streamlit run app.py`: Dask cannot be closed once Python has shut its
        # thread pools, which it does before what `atexit` holds, in a hook like this one, last registered first called.
        getattr(threading, "_register_atexit", atexit.register)(self.close)
        self._thread = threading.Thread(target=self._serve, args=(after,), name="cluster", daemon=True)
        self._thread.start()
        return self

    def wake(self) -> None:
        """Notice that a run was queued or cancelled."""
        self._wake.set()

    def workers(self) -> WorkersState:
        """Return how the workers are."""
        warm, busy, queued = len(self._warm), len(self._sent), self._queue.waiting()
        if self._trouble:
            message = self._trouble
        elif not warm:
            message = self._cold or "workers are warming up"
        elif warm < self._total:
            message = f"{warm} of {self._total} workers are warm"
        else:
            message = "all workers are busy" if busy >= warm else "workers are ready"
        return WorkersState(self._total, warm, busy, queued, message)

    def close(self) -> None:
        """Stop: what runs is marked interrupted, what is queued waits for the next start; workers end."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(JOIN_SECONDS)
        with suppress(StoreError):  # the next start will find it out
            self._queue.release()
        if self._pool is not None:
            self._pool.close()

    def _serve(self, after: threading.Event | None) -> None:
        if after is not None:
            after.wait(PATIENCE_SECONDS)
            self._closing.wait(HEAD_START_SECONDS)
        try:
            self._pool = Pool(self._total)
        except (OSError, RuntimeError, TimeoutError) as error:
            log.exception("the workers cannot be started")
            self._trouble = f"the workers cannot be started: {error}"
            return
        gc.collect()
        gc.freeze()  # what the first page and Dask have loaded: a full collection would stop every page for 70 ms
        while not self._closing.is_set():
            try:
                self._collect(self._pool)
                if time.monotonic() - self._housekept >= TICK_SECONDS:
                    self._keep_house(self._pool)
                    self._housekept = time.monotonic()
                self._dispatch(self._pool)
                self._trouble = ""
            except StoreError as error:
                log.warning("%s", error)
                self._trouble = str(error)
            self._wake.wait(TICK_SECONDS)
            self._wake.clear()

    def _dispatch(self, pool: Pool) -> None:
        """Send out what is due: first the parts that are tried again, last what is left of long measurements."""
        free = len(self._warm) - len(self._sent)
        if free <= 0:
            return
        waiting = [part for part in self._queue.parts() if part.status == RunStatus.QUEUED]
        waiting = [part for part in waiting if (part.run_id, part.part) not in self._sent]
        patient = [part for part in waiting if part.kind == SolutionsSpec.kind]
        later = patient if max(self._sizes().values(), default=0) < LARGEST_AT_WORK else []
        free = self._send_parts(pool, [part for part in waiting if part not in patient], free)
        for run in self._queue.queued():
            if free <= 0:
                return
            warming = self._total - len(self._warm)  # soon free as well
            groups = split(run, free + warming)
            if self._queue.split(run.id, groups):
                for part_number in range(min(free, len(groups))):
                    self._send(pool, (run.id, part_number))
                free -= len(groups)
        self._send_parts(pool, later, free)

    def _send_parts(self, pool: Pool, parts: Sequence[PartState], free: int) -> int:
        """Send out the first parts and return how many workers are still free."""
        for part in parts[: max(free, 0)]:
            self._send(pool, (part.run_id, part.part))
        return free - len(parts[: max(free, 0)])

    def _send(self, pool: Pool, key: Key) -> None:
        def done(future: Any) -> None:
            self._ended.append((key, future))
            self._wake.set()

        url = self._queue.database.url
        self._sent[key] = pool.submit(done, worker.execute, url, *key, self._runner)

    def _collect(self, pool: Pool) -> None:
        """Take note of what has ended: parts, also those whose worker died, and warm-ups."""
        while self._ended:
            key, future = self._ended.popleft()
            if isinstance(key, int):
                if future.status == "finished" and key not in self._races_warm and not self._queue.waiting():
                    self._races_warm.add(key)
                    self._greet(pool, key, self._greeted[key], worker.warm_up_checks)
                elif future.status == "finished":
                    self._warm.add(key)
                    self._cold = ""
                elif not self._closing.is_set():
                    self._cold = f"a worker could not load the engine: {future.exception()}"
                    log.error("%s", self._cold)
                continue
            if future.status != "finished":
                log.error("part %d of run %s was lost: %s", key[1], key[0], future.status)
                self._queue.lose(*key, LOST)
            self._sent.pop(key, None)

    def _keep_house(self, pool: Pool) -> None:
        self._queue.beat()
        self._queue.recover(claim=True)
        present = pool.pids()
        self._warm &= present.keys()
        for pid, address in present.items():
            if self._greeted.get(pid) != address:  # a worker that starts again has its predecessor's address at first
                self._greet(pool, pid, address)
        for part in self._queue.parts():
            self._attend(pool, part)
        if not self._sent:
            self._renew(pool)

    def _greet(self, pool: Pool, pid: int, address: str, warm_up: Callable[[], Any] = worker.warm_up) -> None:
        """Let a worker warm up: races first, then checks too, unless somebody waits by then."""

        def done(future: Any) -> None:
            self._ended.append((pid, future))
            self._wake.set()

        self._greeted[pid] = address
        pool.submit(done, warm_up, worker=address)

    def _attend(self, pool: Pool, part: PartState) -> None:
        """End a worker that is deaf or silent; give up a part that nobody has."""
        if part.status != RunStatus.RUNNING or part.heartbeat is None:
            return
        now = time.time()
        silent = now - part.heartbeat
        if (part.run_id, part.part) not in self._sent:
            if silent > LOST_SECONDS:
                self._queue.lose(part.run_id, part.part, LOST)
        elif silent > SILENT_SECONDS or (part.stop_requested is not None and now - part.stop_requested > DEAF_SECONDS):
            pool.kill(int(part.owner.rpartition(":")[2]))

    def _renew(self, pool: Pool) -> None:
        """End one idle worker that has grown too large."""
        for pid, size in self._sizes().items():
            if size > LARGEST_WORKER:
                pool.kill(pid)
                self._warm.discard(pid)
                return

    def _sizes(self) -> dict[int, int]:
        """Return the memory of every warm worker, in bytes, by process id."""
        found = {}
        for pid in self._warm:
            with suppress(psutil.NoSuchProcess):
                found[pid] = psutil.Process(pid).memory_info().rss
        return found
