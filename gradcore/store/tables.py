"""The tables of the run store; times are seconds since 1970, lists and objects are JSON text.

A run is split into parts when it starts (one for each free worker). A part may be tried again, so each of
its chunks carries the attempt that recorded it; the chunk's id is the cursor that viewers read on from.
"""

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

SCHEMA_VERSION = 1
METADATA = MetaData()

SCHEMA = Table("schema", METADATA, Column("version", Integer, nullable=False))

RUNS = Table(
    "runs",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("spec", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False, index=True),
    Column("author", Text, nullable=False),
    Column("visitor", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("created", Float, nullable=False, index=True),
    Column("started", Float),
    Column("finished", Float),
    Column("heartbeat", Float),
    Column("progress", Float, nullable=False, default=0.0),
    Column("attempt", Integer, nullable=False, default=0),
    Column("restarts", Integer, nullable=False, default=0),  # parts that began again: their chunks were deleted
    Column("message", Text, nullable=False, default=""),
    Column("environment", Text, nullable=False, default="{}"),
    Column("sparkline", Text, nullable=False, default="[]"),
    Column("owner", Text, nullable=False),  # the dashboard or command that sees to this run
    Column("turn", Integer, nullable=False),  # how many runs of this visitor were ahead when it was submitted
    Column("stop_requested", Float),  # cancelled by its author, or a part has failed
)

PARTS = Table(
    "parts",
    METADATA,
    Column("run_id", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("entrants", Text, nullable=False),
    Column("weight", Integer, nullable=False),  # number of entrants
    Column("status", String(16), nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("owner", Text, nullable=False, default=""),  # the process that trains it
    Column("heartbeat", Float),
    Column("progress", Float, nullable=False, default=0.0),
    Column("message", Text, nullable=False, default=""),
    Column("score", Float),  # of its best entrant, None where nothing can be ranked
    Column("sparkline", Text, nullable=False, default="[]"),
)

CHUNKS = Table(
    "chunks",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(32), ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("part", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("entrant", Integer),
    Column("payload", LargeBinary, nullable=False),
    Index("chunks_of_run", "run_id", "id"),
    sqlite_autoincrement=True,  # an id is never used twice, or a cursor would miss records
)

# A visitor who asks for a race that somebody else has trained already is shown that one: it is the visitor's too.
ASKED = Table(
    "asked",
    METADATA,
    Column("visitor", Text, primary_key=True),
    Column("run_id", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Float, nullable=False),
)

OWNERS = Table(
    "owners",
    METADATA,
    Column("owner", String(255), primary_key=True),
    Column("seen", Float, nullable=False),
)
