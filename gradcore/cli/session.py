"""The Lab of one command: it trains in this process, and leaves the store in order when the command ends."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from gradcore.jobs import InProcess
from gradcore.lab import Lab
from gradcore.settings import read_settings
from gradcore.store import Database, RunStore, is_there


@contextmanager
def open_lab(database: str | None) -> Iterator[Lab]:
    """Yield the Lab on this database, by default the one that the dashboard uses; it is made where there is none."""
    settings = read_settings()
    opened = Database(database or settings.database)
    lab = Lab(RunStore(opened), InProcess(opened), settings)
    try:
        yield lab
    finally:
        lab.close()


def is_stored(database: str | None) -> bool:
    """Return whether the store that a command means was made already."""
    return is_there(database or read_settings().database)


@contextmanager
def open_stored(database: str | None) -> Iterator[Lab]:
    """Yield the Lab for a command that only looks: where there is no store it sees an empty one and makes none."""
    with tempfile.TemporaryDirectory() as empty:
        url = database if is_stored(database) else f"sqlite:///{empty}/runs.db"
        with open_lab(url) as lab:
            yield lab
