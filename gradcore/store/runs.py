"""What pages and commands ask of the store: add a run, look at it, read its records, ask it to stop."""

import re
import secrets
import string
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, tuple_, update

from gradcore import strict_json
from gradcore.errors import UnknownRunError
from gradcore.records import Record, RunInfo, RunStatus, unpack
from gradcore.store.database import Database
from gradcore.store.settle import GOING_ON, settle_run, stop_parts
from gradcore.store.snapshots import run_info
from gradcore.store.tables import ASKED, CHUNKS, RUNS

ID_LENGTH = 10
_LETTERS = string.ascii_lowercase + string.digits
_ID = re.compile(rf"[a-z0-9]{{{ID_LENGTH}}}")


@dataclass(frozen=True)
class NewRun:
    """What is known of a run before it is stored."""

    kind: str
    spec: Mapping[str, Any]  # the JSON form
    fingerprint: str
    owner: str  # who will see to it
    author: str = "guest"
    visitor: str = ""
    name: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)  # what is known before a worker adds its own


@dataclass(frozen=True)
class Batch:
    """Records that were read on from a cursor."""

    restarts: int  # parts that began again; when it grows, what was read before is void
    records: tuple[Record, ...]
    cursor: int


class RunStore:
    """The runs of one database."""

    def __init__(self, database: Database | str) -> None:
        self.database = Database(database) if isinstance(database, str) else database

    def add(self, run: NewRun, *, again: bool) -> tuple[str, bool]:
        """Store a run as queued; unless `again`, an equal one that goes on or has finished is returned instead.

        Returns:
            the run's id, and whether it is new.
        """
        with self.database.writing() as connection:
            equal = None if again else _equal_run(connection, run.fingerprint)
            if equal is not None:
                _note_asked(connection, equal, run.visitor)
                return equal, False
            run_id = "".join(secrets.choice(_LETTERS) for _ in range(ID_LENGTH))
            texts = {name: strict_json.dumps(getattr(run, name)) for name in ("spec", "tags", "environment")}
            fields = {key: value for key, value in vars(run).items() if key not in texts}
            fixed = {"id": run_id, "status": RunStatus.QUEUED, "created": time.time()}
            connection.execute(insert(RUNS).values(turn=_turn(connection, run), **fixed, **fields, **texts))
            _note_asked(connection, run_id, run.visitor)
        return run_id, True

    def equal(self, fingerprint: str) -> str | None:
        """Return the id of the newest run of this fingerprint that goes on or has finished, None without one."""
        with self.database.reading() as connection:
            return _equal_run(connection, fingerprint)

    def info(self, run_id: str) -> RunInfo:
        """Return one run; UnknownRunError where there is none."""
        with self.database.reading() as connection:
            row = connection.execute(select(RUNS).where(RUNS.c.id == checked_id(run_id))).one_or_none()
        if row is None:
            raise UnknownRunError(f"no run has the id '{run_id}'.")
        return run_info(row)

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
        """Return the newest runs first, only those that match what is given.

        A visitor's are those they asked for; those `beside` a run are asked for by somebody who asked for it too.
        Treatments whose treated network is that of this spec are those that lead to it.
        """
        query = select(RUNS).limit(limit)
        if visitor is not None:
            query = query.join(ASKED, and_(ASKED.c.run_id == RUNS.c.id, ASKED.c.visitor == visitor))
            query = query.order_by(ASKED.c.at.desc())
        if beside is not None:
            known = select(ASKED.c.visitor).where(ASKED.c.run_id == beside)
            query = query.where(RUNS.c.id.in_(select(ASKED.c.run_id).where(ASKED.c.visitor.in_(known))))
        query = query.order_by(RUNS.c.created.desc(), RUNS.c.id)
        for column, wanted in ((RUNS.c.kind, kind), (RUNS.c.status, status)):
            if wanted is not None:
                query = query.where(column == wanted)
        if tag is not None:
            query = query.where(RUNS.c.tags.contains(strict_json.dumps(tag), autoescape=True))
        if leads_to is not None:
            query = query.where(RUNS.c.spec.contains(f'"after": {strict_json.dumps(leads_to)}', autoescape=True))
        with self.database.reading() as connection:
            return [run_info(row) for row in connection.execute(query)]

    def read(self, run_id: str, cursor: int = 0, restarts: int = 0, limit: int | None = None) -> Batch:
        """Return at most `limit` records after the cursor; from the start if a part began again since `restarts`."""
        with self.database.reading() as connection:
            query = select(RUNS.c.restarts).where(RUNS.c.id == checked_id(run_id))
            found = connection.execute(query).scalar_one_or_none()
            if found is None:
                raise UnknownRunError(f"no run has the id '{run_id}'.")
            after = cursor if found == restarts else 0
            rows: Sequence[Any] = connection.execute(
                select(CHUNKS.c.id, CHUNKS.c.kind, CHUNKS.c.payload)
                .where(CHUNKS.c.run_id == run_id, CHUNKS.c.id > after)
                .order_by(CHUNKS.c.id)
                .limit(limit)
            ).all()
        records = tuple(unpack(row.kind, row.payload) for row in rows)
        return Batch(found, records, rows[-1].id if rows else after)

    def place_in_line(self, run_id: str) -> int:
        """Return 1 for the queued run that is next, 2 for the one after it; 0 for one that does not wait."""
        with self.database.reading() as connection:
            run = connection.execute(select(RUNS).where(RUNS.c.id == checked_id(run_id))).one_or_none()
            if run is None or run.status != RunStatus.QUEUED:
                return 0
            order = tuple_(RUNS.c.turn, RUNS.c.created, RUNS.c.id) <= tuple_(run.turn, run.created, run.id)
            same = (RUNS.c.owner == run.owner, RUNS.c.status == RunStatus.QUEUED)
            return connection.scalar(select(func.count()).select_from(RUNS).where(*same, order)) or 0

    def cancel(self, run_id: str) -> None:
        """Ask a run to stop; what nobody trains yet is cancelled at once, and a run that has ended stays as it is."""
        self.info(run_id)
        with self.database.writing() as connection:
            asked = update(RUNS).where(RUNS.c.id == run_id, RUNS.c.status.in_(GOING_ON))
            if connection.execute(asked.values(stop_requested=time.time())).rowcount:
                stop_parts(connection, run_id, RunStatus.CANCELLED, only=RunStatus.QUEUED)
                settle_run(connection, run_id, unsplit=RunStatus.CANCELLED)


def checked_id(run_id: str) -> str:
    """Return a run's id when it can be one."""
    if not isinstance(run_id, str) or not _ID.fullmatch(run_id):
        shown = run_id if isinstance(run_id, str) and len(run_id) <= 40 else "..."
        raise UnknownRunError(f"a run's id must be {ID_LENGTH} letters and digits. Received: '{shown}'")
    return run_id


def _note_asked(connection: Connection, run_id: str, visitor: str) -> None:
    """Note that a visitor asked for a run now."""
    if visitor:
        same = (ASKED.c.visitor == visitor, ASKED.c.run_id == run_id)
        connection.execute(delete(ASKED).where(*same))
        connection.execute(insert(ASKED).values(visitor=visitor, run_id=run_id, at=time.time()))


def _turn(connection: Connection, run: NewRun) -> int:
    """Return how many runs of the same visitor are ahead."""
    same = (RUNS.c.owner == run.owner, RUNS.c.author == run.author, RUNS.c.visitor == run.visitor)
    query = select(func.count()).select_from(RUNS).where(*same, RUNS.c.status.in_(GOING_ON))
    return connection.scalar(query) or 0


def _equal_run(connection: Connection, fingerprint: str) -> str | None:
    useful = (RunStatus.FINISHED, RunStatus.RUNNING, RunStatus.QUEUED)
    query = (
        select(RUNS.c.id)
        .where(RUNS.c.fingerprint == fingerprint, RUNS.c.status.in_(useful), RUNS.c.stop_requested.is_(None))
        .order_by(RUNS.c.created.desc())
        .limit(1)
    )
    return connection.scalar(query)
