"""The control database's tables, and the one place that opens it: SQLite with its pragmas, or any SQLAlchemy URL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Column, Engine, ForeignKey, Integer, MetaData, String, Table, UniqueConstraint, create_engine, event, insert, select
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from collector.clock import Clock
from collector.control.errors import DatabaseUnusable

SCHEMA_VERSION = 1
# How long a command waits for another's write. Writes take milliseconds; 10 s outlasts any sane queue of them.
BUSY_TIMEOUT_S = 10
WAL_TRIES = 100  # spread over as long

metadata = MetaData()

# AUTOINCREMENT: SQLite would otherwise hand a removed site's number to the next, and rows of counts may outlive a site.
sites = Table(
    "sites",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("domain", String(253), nullable=False, unique=True),
    Column("timezone", String(64), nullable=False),
    Column("hostnames", String, nullable=False),  # JSON list of patterns
    Column("created", Integer, nullable=False),  # seconds since 1970 UTC, as all times here
    sqlite_autoincrement=True,
)
# What was removed here must still go from the counts: told by name, so that a lost control database deletes nothing.
removed = Table("removed", metadata, Column("site_id", Integer, primary_key=True, autoincrement=False))
keys = Table(
    "keys",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("site_id", Integer, ForeignKey("sites.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),  # SHA-256 in hex, never the secret
    Column("created", Integer, nullable=False),
    Column("last_used", String(10), nullable=False),  # a day, such as 2026-11-22, or ""
    sqlite_autoincrement=True,
)
segments = Table(
    "segments",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("site_id", Integer, ForeignKey("sites.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(60), nullable=False),
    Column("filters", String, nullable=False),  # JSON, as the Stats API writes filters
    Column("created", Integer, nullable=False),
    Column("removed", Integer),  # when it was, of a segment that is only here to keep its name from another
    UniqueConstraint("site_id", "name"),
    sqlite_autoincrement=True,
)
tokens = Table(
    "tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("purpose", String(20), nullable=False),
    Column("expires", Integer, nullable=False),
    Column("used", Integer),
)
sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("created", Integer, nullable=False),
    Column("expires", Integer, nullable=False),  # the absolute end
    Column("idle", Integer, nullable=False),  # the end unless it is used again
)
meta = Table("meta", metadata, Column("name", String(40), primary_key=True), Column("value", String, nullable=False))


def open_engine(url: str) -> Engine:
    """An engine whose tables exist and are of this version. Raises DatabaseUnusable."""
    with one_sentence(url):
        parsed = make_url(url)
        engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else create_engine(parsed, pool_pre_ping=True)
        with engine.execution_options(writes=True).begin() as connection:
            metadata.create_all(connection)
            if not _known_version(connection):
                connection.execute(insert(meta).values(name="schema", value=str(SCHEMA_VERSION)))
        return engine


def check_version(url: str) -> None:
    """Look at a database without changing it. Raises DatabaseUnusable when it cannot be read or a newer version wrote it."""
    with one_sentence(url):
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            parsed = _untouched(parsed)
        engine = create_engine(parsed)
        try:
            with engine.connect() as connection:
                _known_version(connection)
        finally:
            engine.dispose()


def _untouched(url: URL) -> URL:
    """A SQLite URL that reads without making the -wal and -shm files that even a reader makes. No -wal: nobody has it open."""
    path = Path(url.database or "")
    mode = {"mode": "ro"} if path.with_name(path.name + "-wal").exists() else {"immutable": "1"}
    return url.set(database=f"file:{quote(str(path))}", query={**mode, "uri": "true"})


@contextmanager
def one_sentence(url: str) -> Iterator[None]:
    """Whatever the driver says becomes a DatabaseUnusable that names the database, without its password.

    A broken constraint is no fault of the database: it passes through as IntegrityError.
    """
    try:
        yield
    except IntegrityError:
        raise
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise DatabaseUnusable(f"database_url cannot be used: {error}.") from None
    except (OSError, DBAPIError) as error:
        reason = error.strerror if isinstance(error, OSError) else getattr(error, "orig", error)
        where = make_url(url).render_as_string(hide_password=True)
        raise DatabaseUnusable(f"The control database {where} cannot be used: {reason}.") from None


def _known_version(connection: Connection) -> bool:
    """Whether the version is written down. Raises DatabaseUnusable when it is newer than ours."""
    found = connection.scalar(select(meta.c.value).where(meta.c.name == "schema"))
    if found is not None and int(found) > SCHEMA_VERSION:
        raise DatabaseUnusable(
            f"The control database was written by a newer Footfall (schema {found}, this one knows {SCHEMA_VERSION}): update Footfall."
        )
    return found is not None


def _write_ahead(connection: Any) -> None:
    """Turn write-ahead logging on. Of several that open a new file at once, SQLite makes all but one fail without waiting."""
    for attempt in range(WAL_TRIES):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except connection.OperationalError:
            if attempt == WAL_TRIES - 1:
                raise
            Clock().sleep(BUSY_TIMEOUT_S / WAL_TRIES)


def _sqlite(url: URL) -> Engine:
    path = Path(url.database or "")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made before SQLite does, so that it is never readable by others; SQLite gives -wal and -shm the same mode.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver would begin transactions by itself, and only at the first write
        _write_ahead(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A write takes its lock at once: two that read first and write later would deadlock, and one would fail at once.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
