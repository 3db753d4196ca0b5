"""The few things this room asks of a database connection, so that only `duckdb_store.py` knows whose it is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

Answer = list[tuple[Any, ...]]


class Stream(Protocol):
    """Columns that can be read again and again by the Arrow C stream protocol, asked for their types first."""

    def __arrow_c_schema__(self) -> object: ...

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


class Parsed(NamedTuple):
    """One statement: its kind ("SELECT", "DELETE"…) and the engine's own form of it, which every cursor of the database can run."""

    kind: str
    form: Any


class Connection(Protocol):
    """One cursor of an open database. Not to be shared between threads."""

    def execute(self, sql: str, parameters: Sequence[Any] = (), source: Stream | None = None) -> Answer:
        """Run one statement and return all of its rows; it reads `source` as a table of that name.

        An INSERT, UPDATE or DELETE answers with the number of rows it touched.
        """
        ...

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Stream:
        """The rows of one SELECT as Arrow, read while they are consumed."""
        ...

    def parse(self, sql: str) -> list[Parsed]:
        """Each statement of a text."""
        ...

    def answer(self, statement: Parsed, parameters: Sequence[Any] = ()) -> Answer:
        """Run a parsed statement and return all of its rows."""
        ...

    def cursor(self) -> "Connection":
        """One more cursor on the same database, for another thread or a snapshot."""
        ...

    def interrupt(self) -> None:
        """Stop the running statement, from another thread."""
        ...

    def close(self) -> None: ...


@contextmanager
def transaction(connection: Connection, begin: str = "BEGIN TRANSACTION") -> Iterator[None]:
    """All of the block or none of it."""
    connection.execute(begin)
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """One unchanging picture of the rows, which the block can read and cannot write."""
    connection.execute("BEGIN TRANSACTION READ ONLY")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
