"""How a run ends: its status follows from its parts, inside the transaction that ended the last of them."""

import time
from typing import Any

from sqlalchemy import Connection, Row, select, update

from gradcore.records import RunStatus
from gradcore.store.tables import PARTS, RUNS

# A run takes the first of these that one of its parts has.
_WORST_FIRST = (RunStatus.FAILED, RunStatus.INTERRUPTED, RunStatus.CANCELLED, RunStatus.FINISHED)
GOING_ON = (RunStatus.QUEUED, RunStatus.RUNNING)


def find_part(connection: Connection, run_id: str, part: int) -> Row[Any] | None:
    """Return one part, with the spec of its run and whether it was asked to stop."""
    query = (
        select(PARTS, RUNS.c.kind, RUNS.c.spec, RUNS.c.environment, RUNS.c.stop_requested)
        .join(RUNS, RUNS.c.id == PARTS.c.run_id)
        .where(PARTS.c.run_id == run_id, PARTS.c.part == part)
    )
    return connection.execute(query).one_or_none()


def update_part(connection: Connection, run_id: str, part: int, **values: Any) -> None:
    """Change columns of one part."""
    changed = update(PARTS).where(PARTS.c.run_id == run_id, PARTS.c.part == part)
    connection.execute(changed.values(**values))


def stop_parts(
    connection: Connection, run_id: str, status: RunStatus, *, only: RunStatus | None = None, message: str = ""
) -> None:
    """End the parts of a run that go on (or only those that are queued, or only those that run)."""
    affected = PARTS.c.status.in_(GOING_ON) if only is None else PARTS.c.status == only
    ended = update(PARTS).where(PARTS.c.run_id == run_id, affected)
    connection.execute(ended.values(status=status, message=message))


def settle_run(connection: Connection, run_id: str, *, unsplit: RunStatus | None = None) -> None:
    """Set the status of a run whose parts have all ended (`unsplit`: of one that was never split).

    When one part failed, the others are asked to stop: the run has failed, and its workers are free for others.
    """
    parts = connection.execute(select(PARTS).where(PARTS.c.run_id == run_id).order_by(PARTS.c.part)).all()
    failed = [part for part in parts if part.status == RunStatus.FAILED]
    if failed:
        stop_parts(connection, run_id, RunStatus.CANCELLED, only=RunStatus.QUEUED)
        connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(stop_requested=time.time()))
    if any(part.status == RunStatus.RUNNING for part in parts):
        return
    if any(part.status == RunStatus.QUEUED for part in parts) and not failed:
        return
    found: set[RunStatus | None] = {RunStatus(part.status) for part in parts} or {unsplit}
    status = next((status for status in _WORST_FIRST if status in found), None)
    if status is None:
        return
    _end(connection, run_id, status, next((part.message for part in parts if part.status == status), ""))
    if parts:
        ranked = [part for part in parts if part.score is not None] or parts
        best = min(ranked, key=lambda part: part.score if part.score is not None else 0.0)
        progress = {"progress": 1.0} if status == RunStatus.FINISHED else {}
        connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(sparkline=best.sparkline, **progress))


def _end(connection: Connection, run_id: str, status: RunStatus, message: str) -> None:
    ended = update(RUNS).where(RUNS.c.id == run_id, RUNS.c.status.in_(GOING_ON))
    connection.execute(ended.values(status=status, message=message, finished=time.time()))
