"""What workers ask of the store: begin a part of a run, append what was measured, end it; each one transaction.

The store is the truth. A part belongs to its latest attempt while its status is "running": whoever lost it
is refused with SupersededError, so that a worker thought dead can come back without doing harm.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, select, update

from gradcore import strict_json
from gradcore.errors import CancelledRunError, SupersededError
from gradcore.records import Record, RunStatus, TrialCell, pack, unpack
from gradcore.store.database import Database
from gradcore.store.settle import GOING_ON, find_part, settle_run, update_part
from gradcore.store.tables import CHUNKS, PARTS, RUNS


@dataclass(frozen=True)
class Assignment:
    """One attempt at one part of a run, as the worker holds it."""

    run_id: str
    part: int
    attempt: int
    kind: str  # of the run
    entrants: tuple[int, ...]
    spec: Mapping[str, Any]


@dataclass(frozen=True)
class Result:
    """How an attempt ended; the score and the curve of its best entrant stand for the run in lists."""

    status: RunStatus
    message: str = ""
    score: float | None = None
    sparkline: tuple[float, ...] = ()


class WorkStore:
    """The worker's view of one database."""

    def __init__(self, database: Database | str) -> None:
        self.database = Database(database) if isinstance(database, str) else database

    def begin(self, run_id: str, part: int, owner: str, environment: Mapping[str, Any]) -> Assignment:
        """Take a part: raise its attempt, delete what older attempts recorded, and set its run running.

        Raises CancelledRunError when the run was cancelled meanwhile, SupersededError when the part has ended.
        """
        now = time.time()
        with self.database.writing() as connection:
            row = find_part(connection, run_id, part)
            if row is None or row.status not in GOING_ON:
                raise SupersededError(f"part {part} of run {run_id} has ended.")
            if not (stopped := row.stop_requested is not None):
                attempt = row.attempt + 1
                erased = _erase(connection, run_id, part)
                values = {"status": RunStatus.RUNNING, "attempt": attempt, "owner": owner}
                update_part(connection, run_id, part, heartbeat=now, progress=0.0, **values)
                connection.execute(
                    update(RUNS)
                    .where(RUNS.c.id == run_id)
                    .values(
                        status=RunStatus.RUNNING,
                        started=func.coalesce(RUNS.c.started, now),
                        heartbeat=now,
                        attempt=case((RUNS.c.attempt < attempt, attempt), else_=RUNS.c.attempt),
                        restarts=RUNS.c.restarts + int(erased),
                        environment=strict_json.dumps(strict_json.loads(row.environment) | dict(environment)),
                    )
                )
            else:
                update_part(connection, run_id, part, status=RunStatus.CANCELLED)
                settle_run(connection, run_id)
        if stopped:
            raise CancelledRunError(f"run {run_id} was cancelled.")
        entrants = tuple(strict_json.loads(row.entrants))
        return Assignment(run_id, part, attempt, row.kind, entrants, strict_json.loads(row.spec))

    def measured_cells(self, versions: Mapping[str, str]) -> list[TrialCell]:
        """Return the cells of solutions that any run has measured with these versions, the oldest first.

        Each names the run in which it was trained.
        """
        query = select(CHUNKS.c.run_id, CHUNKS.c.payload, RUNS.c.environment).join(RUNS)
        query = query.where(CHUNKS.c.kind == TrialCell.kind).order_by(CHUNKS.c.id)
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        found = []
        for row in rows:
            cell, known = unpack(TrialCell.kind, row.payload), strict_json.loads(row.environment)
            if isinstance(cell, TrialCell) and not cell.reason and versions.items() <= known.items():
                found.append(replace(cell, run_id=cell.run_id or row.run_id))
        return found

    def append(self, work: Assignment, records: Sequence[Record], progress: float) -> bool:
        """Store records with a heartbeat; returns whether the run was asked to stop."""
        packed = [_chunk(work, record) for record in records]  # outside the lock
        with self.database.writing() as connection:
            stop = _beat(connection, work, progress)
            if packed:
                connection.execute(insert(CHUNKS), packed)
        return stop

    def beat(self, work: Assignment) -> bool:
        """Say that this attempt still lives; returns whether the run was asked to stop."""
        with self.database.writing() as connection:
            return _beat(connection, work, None)

    def end(self, work: Assignment, result: Result) -> None:
        """End a part; the last one of a run that ends sets the run's status."""
        with self.database.writing() as connection:
            _beat(connection, work, 1.0 if result.status == RunStatus.FINISHED else None)
            values = {"status": result.status, "message": result.message, "score": result.score}
            sparkline = strict_json.dumps(result.sparkline)
            update_part(connection, work.run_id, work.part, sparkline=sparkline, **values)
            settle_run(connection, work.run_id)


def _erase(connection: Connection, run_id: str, part: int) -> bool:
    gone = delete(CHUNKS).where(CHUNKS.c.run_id == run_id, CHUNKS.c.part == part)
    return connection.execute(gone).rowcount > 0


def _beat(connection: Connection, work: Assignment, progress: float | None) -> bool:
    """Renew the heartbeat of this attempt (and its progress); returns whether the run was asked to stop."""
    now = time.time()
    mine = (PARTS.c.run_id == work.run_id, PARTS.c.part == work.part, PARTS.c.attempt == work.attempt)
    values: dict[str, Any] = {"heartbeat": now} | ({} if progress is None else {"progress": progress})
    running = PARTS.c.status == RunStatus.RUNNING
    if not connection.execute(update(PARTS).where(*mine, running).values(**values)).rowcount:
        raise SupersededError(f"part {work.part} of run {work.run_id} belongs to another attempt, or has ended.")
    mean = select(func.sum(PARTS.c.progress * PARTS.c.weight) / func.sum(PARTS.c.weight))
    mean = mean.where(PARTS.c.run_id == work.run_id)
    alive = update(RUNS).where(RUNS.c.id == work.run_id)
    connection.execute(alive.values(heartbeat=now, progress=mean.scalar_subquery()))
    return connection.scalar(select(RUNS.c.stop_requested).where(RUNS.c.id == work.run_id)) is not None


def _chunk(work: Assignment, record: Record) -> dict[str, Any]:
    entrant = getattr(record, "entrant", None)
    place = {"run_id": work.run_id, "part": work.part, "attempt": work.attempt}
    return {**place, "kind": record.kind, "entrant": entrant, "payload": pack(record)}
