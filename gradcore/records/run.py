"""A run as a whole: where it stands, and what the store knows of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class RunStatus(StrEnum):
    """Where a run stands; the last four never change again by themselves."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def ended(self) -> bool:
        """Whether nothing more will be recorded."""
        return self not in (RunStatus.QUEUED, RunStatus.RUNNING)


@dataclass(frozen=True)
class RunInfo:
    """A run as the store knows it: a snapshot, never a row."""

    id: str
    kind: str
    status: RunStatus
    spec: dict[str, Any]  # the JSON form
    fingerprint: str  # of the spec and the versions that determine its numbers
    author: str
    visitor: str  # opaque, "" where unknown: whose latest run a page shows
    name: str
    note: str
    tags: tuple[str, ...]
    created: datetime
    started: datetime | None
    finished: datetime | None
    heartbeat: datetime | None
    progress: float  # 0 to 1
    attempt: int  # the highest of its parts
    message: str  # one sentence, "" when there is nothing to say
    environment: dict[str, Any]  # versions, host, threads
    sparkline: tuple[float, ...]  # median loss of the best entrant, thinned; empty until finished

    @property
    def seconds(self) -> float | None:
        """Seconds from start to end (or to the last heartbeat), None before it started."""
        end = self.finished or self.heartbeat
        return (end - self.started).total_seconds() if self.started and end else None
