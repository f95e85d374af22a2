"""The local Dask cluster: worker processes on loopback, forked from a server that has TensorFlow loaded.

Dask only executes, and never tries a task twice: which part of which run is tried again is the store's to say.
"""

import logging
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any

CLOSE_SECONDS = 6.0
log = logging.getLogger(__name__)
PRELOADED = [
    "gradcore.jobs.gently",
    "distributed",
    "numpy",
    "tensorflow",
    "keras",
    "sqlalchemy",
    "sklearn.datasets",
    "gradcore.engine.race",
    "gradcore.engine.treatment",
]
SETTINGS = {
    "distributed.worker.multiprocessing-method": "forkserver",
    "distributed.scheduler.allowed-failures": 0,
    "distributed.scheduler.http.routes": [],  # without a dashboard the scheduler would still answer /info and /json
    "distributed.worker.http.routes": [],
    # Dask lets malloc give memory back at once; TensorFlow then trains at half the speed.
    "distributed.nanny.pre-spawn-environ": {"MALLOC_TRIM_THRESHOLD_": None},
    "distributed.worker.profile.enabled": False,
    "distributed.worker.preload": ["gradcore.jobs.preload"],
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.tick.limit": "60s",  # loading TensorFlow holds the interpreter for seconds
}
NO_DASHBOARD = "127.0.0.1:0"


class Pool:
    """Worker processes with one thread each; those that die are started again."""

    def __init__(self, workers: int) -> None:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # inherited by the fork server
        import dask
        from distributed import Client, LocalCluster
        from distributed.utils import get_mp_context

        dask.config.set(SETTINGS)
        get_mp_context().set_forkserver_preload(PRELOADED)  # after the first call, which sets Dask's own
        self._cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": NO_DASHBOARD},
            silence_logs=logging.ERROR,
        )
        self._client = Client(self._cluster, set_as_default=False)

    def pids(self) -> dict[int, str]:
        """Return the workers that are there: process id -> address."""
        nannies = list(self._cluster.workers.values())
        return {nanny.pid: nanny.worker_address for nanny in nannies if nanny.pid and nanny.worker_address}

    def submit(
        self, done: Callable[[Any], None], function: Callable[..., Any], *arguments: Any, worker: str | None = None
    ) -> Any:
        """Execute a function once, on one worker where its address is given; `done` gets the future at the end."""
        future = self._client.submit(function, *arguments, pure=False, workers=worker)
        future.add_done_callback(done)
        return future

    def kill(self, pid: int) -> None:
        """End a worker that does not listen any more, or has grown too large; another one takes its place."""
        if pid in self.pids():
            os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        """End all workers."""
        left = self.pids()
        try:
            self._client.close(timeout=CLOSE_SECONDS)
            self._cluster.close(timeout=CLOSE_SECONDS)
        except TimeoutError:  # a worker that is just being started again does not hear
            log.warning("workers did not end within %g s and are killed", CLOSE_SECONDS)
            for pid in left | self.pids():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
