"""What dashboards ask of the store: whose runs are next, how to split them, and what dead owners left behind."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, update

from gradcore import strict_json
from gradcore.records import RunStatus
from gradcore.store.database import Database
from gradcore.store.owners import lives
from gradcore.store.settle import GOING_ON, find_part, settle_run, stop_parts, update_part
from gradcore.store.tables import OWNERS, PARTS, RUNS

ATTEMPTS = 2  # a part whose worker was lost is tried once more from its seed
INTERRUPTED = "the program that trained this run has stopped; run it again."


@dataclass(frozen=True)
class QueuedRun:
    """A run that nobody has begun."""

    id: str
    kind: str
    spec: dict[str, Any]


@dataclass(frozen=True)
class PartState:
    """Where one part of a run stands."""

    run_id: str
    part: int
    kind: str  # of the run
    status: RunStatus
    owner: str  # the process that trains it
    heartbeat: float | None
    stop_requested: float | None


class QueueStore:
    """One owner's view of one database: the runs that it sees to."""

    def __init__(self, database: Database | str, owner: str) -> None:
        self.database = Database(database) if isinstance(database, str) else database
        self.owner = owner

    def beat(self) -> None:
        """Say that this owner lives."""
        with self.database.writing() as connection:
            seen = update(OWNERS).where(OWNERS.c.owner == self.owner).values(seen=time.time())
            if not connection.execute(seen).rowcount:
                connection.execute(insert(OWNERS).values(owner=self.owner, seen=time.time()))

    def queued(self) -> list[QueuedRun]:
        """Return this owner's runs that wait, in the order in which they are due.

        Each visitor's first run comes before anybody's second, and so on; among these, the oldest.
        """
        query = (
            select(RUNS.c.id, RUNS.c.kind, RUNS.c.spec)
            .where(*self._waits())
            .order_by(RUNS.c.turn, RUNS.c.created, RUNS.c.id)
        )
        with self.database.reading() as connection:
            return [QueuedRun(row.id, row.kind, strict_json.loads(row.spec)) for row in connection.execute(query)]

    def waiting(self) -> int:
        """Return how many of this owner's runs wait."""
        with self.database.reading() as connection:
            return connection.scalar(select(func.count()).select_from(RUNS).where(*self._waits())) or 0

    def _waits(self) -> tuple[ColumnElement[bool], ...]:
        split = exists().where(PARTS.c.run_id == RUNS.c.id)
        return (RUNS.c.owner == self.owner, RUNS.c.status == RunStatus.QUEUED, ~split)

    def split(self, run_id: str, groups: Sequence[Sequence[int]]) -> bool:
        """Split a queued run of this owner into parts; returns False when it is no longer queued."""
        with self.database.writing() as connection:
            mine = (RUNS.c.id == run_id, RUNS.c.owner == self.owner, RUNS.c.status == RunStatus.QUEUED)
            if connection.scalar(select(RUNS.c.id).where(*mine)) is None:
                return False
            rows = [
                {"run_id": run_id, "part": part, "entrants": strict_json.dumps(list(group)), "weight": len(group)}
                | {"status": RunStatus.QUEUED}
                for part, group in enumerate(groups)
            ]
            connection.execute(insert(PARTS), rows)
        return True

    def parts(self) -> list[PartState]:
        """Return the parts of this owner's runs that go on, the oldest run first."""
        query = (
            select(PARTS, RUNS.c.kind, RUNS.c.stop_requested)
            .join(RUNS)
            .where(RUNS.c.owner == self.owner, PARTS.c.status.in_(GOING_ON))
            .order_by(RUNS.c.created, RUNS.c.id, PARTS.c.part)
        )
        with self.database.reading() as connection:
            return [
                PartState(
                    row.run_id, row.part, row.kind, RunStatus(row.status), row.owner, row.heartbeat, row.stop_requested
                )
                for row in connection.execute(query)
            ]

    def lose(self, run_id: str, part: int, reason: str) -> None:
        """Take a part from a worker that is gone: try it once more, or end it as failed with the reason.

        A part that was given to a worker and never begun costs an attempt too, or a worker that dies at its
        start would be given it for ever. `reason` is the beginning of a sentence: "a worker was lost".
        """
        with self.database.writing() as connection:
            row = find_part(connection, run_id, part)
            if row is None or row.status not in GOING_ON:
                return
            attempt = row.attempt + (row.status == RunStatus.QUEUED)
            if row.stop_requested is not None:
                values: dict[str, Any] = {"status": RunStatus.CANCELLED}
            elif attempt >= ATTEMPTS:
                values = {"status": RunStatus.FAILED, "message": f"{reason}, in each of {attempt} attempts."}
            else:
                values = {"status": RunStatus.QUEUED}
                connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(message=f"{reason}; once more."))
            update_part(connection, run_id, part, attempt=attempt, **values)
            settle_run(connection, run_id)

    def recover(self, *, claim: bool) -> None:
        """Mark running runs of dead owners as interrupted; with `claim`, take over those that they left queued."""
        dead = self._dead_owners()
        if not dead:
            return
        with self.database.writing() as connection:
            _interrupt(connection, dead)
            if claim:
                queued = (RUNS.c.owner.in_(dead), RUNS.c.status == RunStatus.QUEUED)
                ids = list(connection.scalars(select(RUNS.c.id).where(*queued)))
                connection.execute(delete(PARTS).where(PARTS.c.run_id.in_(ids)))  # split anew for these workers
                connection.execute(update(RUNS).where(RUNS.c.id.in_(ids)).values(owner=self.owner))
                connection.execute(delete(OWNERS).where(OWNERS.c.owner.in_(dead)))

    def release(self) -> None:
        """Leave: what runs is marked interrupted, what is queued waits for the next owner."""
        with self.database.writing() as connection:
            _interrupt(connection, [self.owner])
            connection.execute(delete(OWNERS).where(OWNERS.c.owner == self.owner))

    def _dead_owners(self) -> list[str]:
        now = time.time()
        with self.database.reading() as connection:
            seen = {row.owner: row.seen for row in connection.execute(select(OWNERS))}
            going_on = select(RUNS.c.owner).where(RUNS.c.status.in_(GOING_ON)).distinct()
            owners = set(connection.scalars(going_on)) - {self.owner}
        return [owner for owner in owners if owner not in seen or not lives(owner, seen[owner], now)]


def _interrupt(connection: Connection, owners: Iterable[str]) -> None:
    running = (RUNS.c.owner.in_(list(owners)), RUNS.c.status == RunStatus.RUNNING)
    for run in connection.execute(select(RUNS.c.id, RUNS.c.stop_requested).where(*running)).all():
        if run.stop_requested is None:
            stop_parts(connection, run.id, RunStatus.INTERRUPTED, message=INTERRUPTED)
        else:
            stop_parts(connection, run.id, RunStatus.CANCELLED)
        settle_run(connection, run.id)
