"""A locked-down DuckDB: opening it, what one cursor can do, and its errors by name.

The database can reach nothing but its own file: no other files, no network, no extensions, no further databases, and
the configuration is locked. A folder for Parquet is opened only to a second, empty, short-lived database that holds
none of the rows (`parquet_shop`); rows go between the two as Arrow.

`TimeZone` is not set: it needs the icu extension, and no column holds an instant; days are DATE in the site's zone.
"""

# Only statements of this program pass here; values are bound.
# ruff: noqa: S608

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import nanoarrow

from collector.store.connection import Answer, Connection, Parsed, Stream
from collector.store.errors import NewerStore, QueryTimeout, StoreDamaged, StoreError, StoreFull, StoreLocked

THREADS = 2
# How large the write-ahead log grows before a commit folds it into the file. Each time, the last rows of every table are
# packed anew: at DuckDB's 16 MB an append costs a fifth more CPU than at 32. Reading 32 MB at a start takes 0.4 s; at 128 MB it
# takes 3.6 s, because all of it must fit the memory limit.
WAL_MB = 32
SHOP_MEMORY_MB = 64

_LOCKDOWN = (
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET allow_community_extensions = false",
    "SET allow_persistent_secrets = false",
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)

# DuckDB tells these apart only in words. Each phrase is made to happen in tests/store/test_recovery.py or test_errors.py.
_NEWER = re.compile(r"version number \d+.*can only read|created with a newer|newer version", re.DOTALL)
_FULL = re.compile(r"No space left|quota exceeded|File too large|Out of Memory", re.IGNORECASE)
_UNTOUCHED = re.compile(r"Permission denied|Read-only file system|Too many open files|No such file|Is a directory")
# What an error of these kinds says may quote a row: neither told nor believed.
_OF_ROWS = (duckdb.DataError, duckdb.IntegrityError, duckdb.ProgrammingError)
_DAMAGE = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)


class Cursor:
    """One DuckDB cursor as `connection.Connection`."""

    def __init__(self, raw: duckdb.DuckDBPyConnection, where: str) -> None:
        self._raw = raw
        self._where = where

    def execute(self, sql: str, parameters: Sequence[Any] = (), source: Stream | None = None) -> Answer:
        with named_errors(self._where):
            if source is None:
                return self._raw.execute(sql, parameters or None).fetchall()
            self._raw.register("source", source)
            try:
                return self._raw.execute(sql, parameters or None).fetchall()
            finally:
                with suppress(duckdb.Error):  # a fatal error has already taken the whole connection along
                    self._raw.unregister("source")

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Stream:
        return _Rows(self._raw, sql, parameters)

    def parse(self, sql: str) -> list[Parsed]:
        with named_errors(self._where):
            return [Parsed(statement.type.name, statement) for statement in self._raw.extract_statements(sql)]

    def answer(self, statement: Parsed, parameters: Sequence[Any] = ()) -> Answer:
        with named_errors(self._where):
            return self._raw.execute(statement.form, parameters or None).fetchall()

    def cursor(self) -> Connection:
        return Cursor(self._raw.cursor(), self._where)

    def interrupt(self) -> None:
        self._raw.interrupt()

    def close(self) -> None:
        with named_errors(self._where):
            self._raw.close()


class _Rows:
    """A SELECT that runs when its rows are asked for. Its types are asked for first, on their own: DuckDB looks twice
    before it reads, and without them would run the whole statement each time."""

    def __init__(self, raw: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any]) -> None:
        self._raw = raw
        self._sql = sql
        self._parameters = list(parameters)

    def __arrow_c_schema__(self) -> object:
        empty = self._raw.sql(f"SELECT * FROM ({self._sql}) LIMIT 0", params=self._parameters)
        return nanoarrow.c_array_stream(empty).get_schema().__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._raw.sql(self._sql, params=self._parameters).__arrow_c_stream__()


def open_locked(path: Path, memory_mb: int, threads: int = THREADS, read_only: bool = False) -> Connection:
    """The database in one file, made if it is not there. Raises the errors of `errors.py`."""
    with named_errors(str(path)):
        raw = duckdb.connect(str(path), read_only, {"memory_limit": f"{memory_mb}MB", "threads": threads})
        try:
            # Order would cost memory on every insert; where it matters a statement has an ORDER BY, which is kept.
            raw.execute("SET preserve_insertion_order = false")
            raw.execute(f"SET checkpoint_threshold = '{WAL_MB}MB'")
            _lock(raw, f"{path}.tmp")
        except BaseException:
            raw.close()
            raise
        return Cursor(raw, str(path))


@contextmanager
def parquet_shop(folder: Path, memory_mb: int = SHOP_MEMORY_MB, spill: str = "") -> Iterator[Connection]:
    """An empty database in memory that may write and read the files of one folder and nothing else.

    `spill`: a folder for what does not fit the memory; without one that is an error.
    """
    with named_errors(str(folder)):
        raw = duckdb.connect(":memory:", config={"memory_limit": f"{memory_mb}MB", "threads": 1})
        try:
            raw.execute("SET allowed_directories = [?]", [str(folder)])
            _lock(raw, spill)
            yield Cursor(raw, str(folder))
        finally:
            raw.close()


def _lock(raw: duckdb.DuckDBPyConnection, temp_directory: str) -> None:
    raw.execute("SET temp_directory = ?", [temp_directory])
    for statement in _LOCKDOWN:
        raw.execute(statement)


@contextmanager
def named_errors(where: str) -> Iterator[None]:
    """DuckDB's errors under our names."""
    try:
        yield
    except duckdb.Error as error:
        raise _named(error, where) from error


def _named(error: duckdb.Error, where: str) -> StoreError:
    text = str(error)
    if isinstance(error, duckdb.InterruptException):
        return QueryTimeout(f"A question to {where} took too long and was stopped.")
    if isinstance(error, _OF_ROWS):
        return StoreError(f"{where} refused a statement or its values ({type(error).__name__}).")
    if isinstance(error, duckdb.OutOfMemoryException) or _FULL.search(text):
        return StoreFull(f"{where} cannot grow: {text} Free disk space or raise the database's memory limit; the write is tried again.")
    if "Could not set lock" in text:
        return StoreLocked(f"{where} is in use by another process. Nothing was changed. Stop that process first.")
    if _NEWER.search(text):
        return NewerStore(
            f"{where} was written by a newer version of the database engine. Nothing was changed. Start the newer version. ({text})"
        )
    if _UNTOUCHED.search(text):
        return StoreError(f"{where} cannot be opened: {text}")
    if isinstance(error, _DAMAGE) or "orrupt" in text:
        return StoreDamaged(f"{where} is damaged: {text} It is set aside and rebuilt from backup and journal at the next start.")
    return StoreError(f"{where}: {text}")
