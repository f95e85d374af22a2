"""The Lab of one command: it trains in this process, and leaves the store in order when the command ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from gradcore.jobs import InProcess
from gradcore.lab import Lab
from gradcore.settings import read_settings
from gradcore.store import Database, RunStore


@contextmanager
def open_lab(database: str | None) -> Iterator[Lab]:
    """Yield the Lab on this database, by default the one that the dashboard uses."""
    settings = read_settings()
    opened = Database(database or settings.database)
    lab = Lab(RunStore(opened), InProcess(opened), settings)
    try:
        yield lab
    finally:
        lab.close()
