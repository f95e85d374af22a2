"""One database: connections, transactions that begin with what they need, and failures as one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from gradcore.errors import StoreError
from gradcore.store.tables import METADATA, SCHEMA, SCHEMA_VERSION

BUSY_MILLISECONDS = 5000  # with 0, half of the writes of two busy workers were refused


class Database:
    """An SQLite file in WAL mode, created with its tables where it does not exist.

    Readers see one snapshot per transaction. Writers take the lock at once: a transaction that reads
    first and then writes would be refused, whatever the busy timeout.
    """

    def __init__(self, url: str) -> None:
        parsed = _parse(url)
        self.url = parsed.render_as_string(hide_password=False)
        self.shown = parsed.render_as_string(hide_password=True)
        self._engine = _open(parsed)
        with self._transaction("BEGIN IMMEDIATE") as connection:
            METADATA.create_all(connection)
            if connection.scalar(select(SCHEMA.c.version)) is None:
                connection.execute(insert(SCHEMA).values(version=SCHEMA_VERSION))
        self.check_schema()

    def check_schema(self) -> int:
        """Return the schema's version; refuses one that this program cannot read."""
        with self.reading() as connection:
            found = connection.scalar(select(SCHEMA.c.version))
        if found != SCHEMA_VERSION:
            raise StoreError(
                f"the run store {self.shown} must have schema version {SCHEMA_VERSION}. Received: version {found}"
            )
        return SCHEMA_VERSION

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one snapshot."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection that holds the write lock; committed at the end, undone by an exception."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        try:
            with self._engine.connect().execution_options(begin=begin) as connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(f"the run store {self.shown} cannot be used: {_reason(error)}") from error


def is_there(url: str) -> bool:
    """Return whether a run store was made already; opening it would make it."""
    return Path(str(_parse(url).database)).exists()


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError("the run store must be a database URL such as sqlite:///runs.db.") from error
    shown = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        raise StoreError(f"the run store must be an SQLite file such as sqlite:///runs.db. Received: {shown}")
    # Workers run in a folder of their own, so that the file's place must not depend on it.
    return parsed.set(database=str(Path(str(parsed.database)).expanduser().absolute()))


def _open(url: URL) -> Engine:
    folder = Path(str(url.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder of the run store, {folder}, cannot be made: {error.strerror}.") from error
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_connection(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # sqlite3 would begin by itself, and too late
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options()["begin"])


def _reason(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
