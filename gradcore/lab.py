"""Lab: submit, watch, cancel, open, list; the only thing that pages and the command line talk to about runs."""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from gradcore import worker
from gradcore.admission import admit
from gradcore.assembly import Assembly
from gradcore.check_assembly import CheckAssembly, Checks
from gradcore.errors import UnknownRunError
from gradcore.jobs import Executor, WorkersState
from gradcore.records import RaceTrace, Record, RunInfo, RunStatus
from gradcore.settings import Settings
from gradcore.solutions import Measurement, sick, treated
from gradcore.specs import HealthSpec, RaceSpec, RunSpec, SolutionsSpec, read_spec
from gradcore.store import NewRun, RunStore
from gradcore.trial_assembly import TrialAssembly, dated

Seen = RaceTrace | Checks | Measurement
KEPT_BYTES = 64 * 1024 * 1024  # of assembled traces, shared by all viewers
CHUNKS_AT_ONCE = 200
RESTARTS = 1 << 40  # a cursor is restarts * RESTARTS + the id of the last record read


class Lab:
    """The runs of one store, and who trains them."""

    def __init__(self, store: RunStore, executor: Executor, settings: Settings) -> None:
        self._store = store
        self._executor = executor
        self._settings = settings
        self._views: OrderedDict[str, _View] = OrderedDict()
        self._lock = threading.Lock()

    def submit(self, spec: RunSpec, *, author: str = "guest", visitor: str = "", again: bool = False) -> str:
        """Queue a run and return its id; RefusedError where it breaks a rule.

        A run that is equal (same spec, same versions) and has finished, or goes on, is returned instead,
        unless `again`.
        """
        admitted = admit(spec, self._settings.limits)
        run = NewRun(
            kind=spec.kind,
            spec=admitted.to_json(),
            fingerprint=fingerprint(admitted),
            owner=self._executor.owner,
            author=author,
            visitor=visitor,
            environment={"seed": _first_seed(admitted)},
        )
        run_id, new = self._store.add(run, again=again)
        if new:
            self._executor.wake()
        return run_id

    def find(self, spec: RunSpec) -> RunInfo | None:
        """Return the newest equal run that goes on or has finished, None without one; nothing is started."""
        run_id = self._store.equal(fingerprint(admit(spec, self._settings.limits)))
        return None if run_id is None else self._store.info(run_id)

    def info(self, run_id: str) -> RunInfo:
        """Return one run; UnknownRunError where there is none."""
        return self._store.info(run_id)

    def runs(
        self,
        *,
        kind: str | None = None,
        status: RunStatus | str | None = None,
        tag: str | None = None,
        visitor: str | None = None,
        beside: str | None = None,
        leads_to: Mapping[str, Any] | None = None,
        limit: int = 50,
    ) -> list[RunInfo]:
        """Return the newest runs first, only those that match what is given (`RunStore.runs`)."""
        return self._store.runs(
            kind=kind, status=status, tag=tag, visitor=visitor, beside=beside, leads_to=leads_to, limit=limit
        )

    def watch(self, run_id: str, cursor: int = 0) -> tuple[list[Record], int]:
        """Return the records after a cursor, and the new cursor.

        When a part of the run has begun again since that cursor, what it had recorded is void: all records
        that are valid now are returned, and `restarted(cursor, new_cursor)` says so.
        """
        restarts, after = divmod(cursor, RESTARTS)
        batch = self._store.read(run_id, after, restarts)
        return list(batch.records), batch.restarts * RESTARTS + batch.cursor

    def race(self, run_id: str) -> tuple[RaceTrace, int]:
        """Return all that is recorded of a race so far and its cursor; put together once for all viewers."""
        found, cursor = self._seen(run_id)
        if not isinstance(found, RaceTrace):
            raise UnknownRunError(f"run {run_id} is no race.")
        return found, cursor

    def checks(self, run_id: str) -> tuple[Checks, int]:
        """Return what is recorded of a health check or of a treatment so far, and the cursor."""
        found, cursor = self._seen(run_id)
        if not isinstance(found, Checks):
            raise UnknownRunError(f"run {run_id} is no health check.")
        return found, cursor

    def measurement(self, run_id: str) -> tuple[Measurement, int]:
        """Return what is measured of solutions so far, and the cursor."""
        found, cursor = self._seen(run_id)
        if not isinstance(found, Measurement):
            raise UnknownRunError(f"run {run_id} is no measurement of solutions.")
        return dated(found, self.info(run_id)), cursor

    def _seen(self, run_id: str) -> tuple[Seen, int]:
        with self._lock:
            view = self._views.get(run_id)
        if view is None:
            view = _View(self._store, run_id)
        found = view.refreshed()
        with self._lock:
            self._views[run_id] = self._views.get(run_id, view)
            self._views.move_to_end(run_id)
            while len(self._views) > 1 and sum(view.size for view in self._views.values()) > KEPT_BYTES:
                self._views.popitem(last=False)
        return found

    def place_in_line(self, run_id: str) -> int:
        """Return 1 for the queued run that is next, 2 for the one after it; 0 for a run that does not wait."""
        return self._store.place_in_line(run_id)

    def cancel(self, run_id: str) -> None:
        """Stop a run; what it recorded stays. A run that has ended stays as it is."""
        self._store.cancel(run_id)
        self._executor.wake()

    def rerun(self, run_id: str) -> str:
        """Train what a stored run trained again; returns the new run's id."""
        info = self.info(run_id)
        return self.submit(read_spec(info.kind, info.spec), author=info.author, visitor=info.visitor, again=True)

    def workers(self) -> WorkersState:
        """Return how the workers are."""
        return self._executor.workers()

    def close(self) -> None:
        """Stop training; what runs is marked interrupted, what is queued waits for the next start."""
        self._executor.close()
        self._store.database.close()


def restarted(before: int, after: int) -> bool:
    """Return whether a part began again between two cursors, so that records read before are void.

    Example:
        >>> restarted(7, 9), restarted(7, RESTARTS + 9)
        (False, True)
    """
    return before // RESTARTS != after // RESTARTS


def fingerprint(spec: RunSpec) -> str:
    """Return what is equal for two runs that give the same numbers: a hash of kind, spec and versions."""
    known: dict[str, Any] = {"spec": spec.to_json(), "versions": worker.versions()}
    if not isinstance(spec, RaceSpec):
        known["kind"] = spec.kind
    if isinstance(spec, SolutionsSpec):  # it names its networks, and the catalogue may come to mean others by them
        known["networks"] = [treated(sick(c.disease, spec.task), c.stack).to_json() for c in spec.cells]
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def _first_seed(spec: RunSpec) -> int:
    if isinstance(spec, RaceSpec):
        return spec.first_seed
    if isinstance(spec, SolutionsSpec):
        return spec.first_seed
    return spec.seed if isinstance(spec, HealthSpec) else spec.before.seed


def _assembly_of(spec: RunSpec) -> Assembly | CheckAssembly | TrialAssembly:
    if isinstance(spec, SolutionsSpec):
        return TrialAssembly(spec)
    return Assembly(spec) if isinstance(spec, RaceSpec) else CheckAssembly(spec)


class _View:
    """A run that somebody looks at."""

    def __init__(self, store: RunStore, run_id: str) -> None:
        self._store, self._run_id = store, run_id
        info = store.info(run_id)
        self._spec = read_spec(info.kind, info.spec)
        self._assembly = _assembly_of(self._spec)
        self._cursor = 0
        self._trace: Seen = self._assembly.trace()
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        return self._assembly.size

    def refreshed(self) -> tuple[Seen, int]:
        with self._lock:
            self._read()
            return self._trace, self._cursor

    def _read(self) -> None:
        """Take what is new, some chunks at a time: a long race is not held in memory twice."""
        cursor = self._cursor
        while True:
            restarts, after = divmod(cursor, RESTARTS)
            batch = self._store.read(self._run_id, after, restarts, CHUNKS_AT_ONCE)
            if batch.restarts != restarts:
                self._assembly = _assembly_of(self._spec)
            self._assembly.add(batch.records)
            cursor = batch.restarts * RESTARTS + batch.cursor
            if len(batch.records) < CHUNKS_AT_ONCE:
                break
        if cursor != self._cursor:
            self._trace, self._cursor = self._assembly.trace(), cursor
