"""Rows of the run store -> frozen snapshots."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from gradcore import strict_json
from gradcore.records import RunInfo, RunStatus


def run_info(row: Row[Any]) -> RunInfo:
    """Return the snapshot of one row of `runs`."""
    return RunInfo(
        id=row.id,
        kind=row.kind,
        status=RunStatus(row.status),
        spec=strict_json.loads(row.spec),
        fingerprint=row.fingerprint,
        author=row.author,
        visitor=row.visitor,
        name=row.name,
        note=row.note,
        tags=tuple(strict_json.loads(row.tags)),
        created=datetime.fromtimestamp(row.created, UTC),
        started=_moment(row.started),
        finished=_moment(row.finished),
        heartbeat=_moment(row.heartbeat),
        progress=row.progress,
        attempt=row.attempt,
        message=row.message,
        environment=strict_json.loads(row.environment),
        sparkline=tuple(strict_json.floats(strict_json.loads(row.sparkline)).tolist()),
    )


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
