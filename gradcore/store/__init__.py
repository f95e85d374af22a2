"""Run store: the only package that knows SQL, and the only channel between a worker and a page."""

from gradcore.store.database import Database, is_there
from gradcore.store.owners import new_owner
from gradcore.store.queue import ATTEMPTS, PartState, QueuedRun, QueueStore
from gradcore.store.runs import Batch, NewRun, RunStore
from gradcore.store.work import Assignment, Result, WorkStore

__all__ = [
    "ATTEMPTS",
    "Assignment",
    "Batch",
    "Database",
    "NewRun",
    "PartState",
    "QueueStore",
    "QueuedRun",
    "Result",
    "RunStore",
    "WorkStore",
    "is_there",
    "new_owner",
]
