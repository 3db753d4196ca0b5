"""The embedded home of the rows: one DuckDB file, one writer, readers beside it.

Invariants:
- The rows of a batch and its journal position are committed in one transaction, and a position never goes back.
- Nothing in memory is needed to go on after a kill: numbers of tuples and the position are read from the file.
- `*_today` is only added to; only `close_day` empties it, into detail, daily and monthly, in one transaction.
- Deleted rows are gone from the file only after `rewrite`.
"""

# Names in these statements come from facts.py; values are bound.
# ruff: noqa: S608

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

from collector import facts, lasting
from collector.facts import FactName
from collector.store import arrow, backup, rollup, schema, sealing_sql, transfer
from collector.store.connection import Answer, Connection, snapshot, transaction
from collector.store.errors import QueryTimeout, RowsRefused, StoreDamaged
from collector.store.groups import Numbers
from collector.store.interface import Position, Rows, Segment
from collector.store.locked_store import THREADS, open_locked, parquet_shop
from collector.store.opening import database_files, discard_database, open_store
from collector.store.readers import Readers
from collector.store.schema import DELETED, TABLES, key_columns, measure_columns, names
from collector.store.sealing import Sealing

MEMORY_MB = 320
QUERY_TIMEOUT_S = 20.0
# How long a checkpoint waits for questions that are being answered.
CHECKPOINT_WAIT_S = 1.0
# The memory of the database that a rewrite fills, beside the one it reads. It only writes: two years of 100 million page views fit it.
REWRITE_MEMORY_MB = 64
# From so many rows in one `today` table on, merging equal keys is worth a transaction (see `compact_today`).
TODAY_ROWS_MAX = 1_000_000


def new_lineage() -> str:
    """A random name for a new store and everything that is ever restored from it."""
    return secrets.token_hex(16)


class DuckDBStore:
    """`interface.Store` in one file. Opening raises the errors of `errors.py`; `recovery.open_or_rebuild` handles them."""

    def __init__(
        self,
        path: Path,
        memory_mb: int = MEMORY_MB,
        query_timeout_s: float = QUERY_TIMEOUT_S,
        threads: int = THREADS,
        lineage: Callable[[], str] = new_lineage,
        on_damage: Callable[[], None] = lambda: None,
    ) -> None:
        self._path = path
        self._memory_mb = memory_mb
        self._threads = threads
        self._on_damage = on_damage
        self._lock = threading.RLock()
        self._writer = open_store(path, memory_mb, threads, lineage)
        self._numbers: dict[str, Numbers] = {}
        self._readers = Readers(self._writer, query_timeout_s)
        self._closed = False

    @property
    def lineage(self) -> str:
        """The name this store shares with its backups and with what is restored from them."""
        return str(self.query("SELECT value FROM meta WHERE name = 'lineage'")[0][0])

    def position(self) -> Position:
        return Position(self.query('SELECT batch FROM "position"')[0][0])

    def append(self, rows: Rows, position: Position) -> None:
        with self._transaction() as writer:
            moved = writer.execute('UPDATE "position" SET batch = ? WHERE batch < ?', [position.batch, position.batch])
            if moved != [(1,)]:
                raise ValueError(f"Position {position.batch} is not past the store's: these rows are already in it.")
            with self._naming_misfits():
                for fact, deltas in rows.items():
                    self._insert(fact, deltas)

    def close_day(self, site: int, day: int) -> int:
        until = _date(day)
        with self._transaction() as writer:
            days = self._open_days(site, day)
            for fact in ("steps", "dropped"):
                self._merge(fact, fact, "site = ? AND list_contains(?, day)", (site, days))
            return sum(_close_fact(writer, fact, site, until, self._memory_mb) for fact in facts.ROLLED_UP)

    def compact_today(self, site: int | None = None) -> int:
        """Merge equal keys of today's rows (of one site or all), also of `steps` and `dropped`; returns how many rows fewer there are.

        Answers stay the same. Worth calling when `sizes` says that a table passed TODAY_ROWS_MAX rows.
        """
        where, parameters = ("TRUE", ()) if site is None else ("site = ?", (site,))
        with self._transaction():
            today = [(fact, f"{fact}_today") for fact in facts.ROLLED_UP]
            return sum(self._merge(fact, table, where, parameters) for fact, table in [*today, ("steps", "steps"), ("dropped", "dropped")])

    def seal(self, site: int, first: int, last: int, k: int, segments: Sequence[Segment] = ()) -> Iterator[None]:
        sealing = Sealing(site, _date(first), _date(last), k, segments)
        try:
            for piece in sealing.pieces():
                with self._writing() as writer:
                    piece(writer)
                yield
            with self._transaction() as writer:
                if sealing.finish(writer):
                    _note_deletion(writer)
        finally:
            with self._writing() as writer:
                for table in () if self._closed else sealing_sql.TEMPORARY:
                    writer.execute(f"DROP TABLE IF EXISTS temp.{table}")

    def forget(self, site: int, before: int) -> int:
        day = _date(before).replace(day=1)  # a month that lost some of its days would have other sums than they
        with self._transaction() as writer:
            rows = sum(
                _deleted(writer, f'DELETE FROM "{table}" WHERE site = ? AND day < ?', [site, day])
                for fact in schema.fact_names()
                if fact != "live"
                for table in schema.tables_of(fact)
            )
            rows += sum(
                _deleted(writer, f'DELETE FROM "{table}" WHERE site = ? AND last < ?', [site, day]) for table in schema.sealed_tables()
            )
            if rows:
                _note_deletion(writer)
            return rows

    def forget_live(self, minute: int) -> None:
        with self._transaction() as writer:
            writer.execute("DELETE FROM live WHERE minute < ?", [minute])

    def remove_site(self, site: int) -> None:
        with self._transaction() as writer:
            tables = [table for fact in schema.fact_names() for table in schema.tables_of(fact)]
            for table in (*tables, *schema.sealed_tables()):
                writer.execute(f'DELETE FROM "{table}" WHERE site = ?', [site])
            _note_deletion(writer)

    @property
    def holds_deleted(self) -> bool:
        """Whether rows were deleted that the file still holds, until `rewrite`."""
        return self.query("SELECT count(*) FROM meta WHERE name = ?", [DELETED]) != [(0,)]

    def rewrite(self) -> None:
        """Write the file anew. Appends wait for all of it, questions only for the swap; a kill leaves the old file or the new one."""
        fresh = self._path.with_name(self._path.name + ".new")
        with self._writing() as writer:
            discard_database(fresh)
            self._copy_to(writer, fresh)
            with self._readers.paused():
                writer.close()
                try:
                    lasting.publish(fresh, self._path)
                finally:
                    self._numbers = {}
                    self._writer = open_locked(self._path, self._memory_mb, self._threads)
                    self._readers.replace(self._writer)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> Answer:
        with self._noticing():
            return self._readers.query(sql, parameters)

    def backup(self, folder: Path, created: str = "") -> None:
        """As the interface says; `created` (a day or time, as text) goes into the manifest. Appends go on meanwhile."""
        with self._noticing(), self._readers.cursor() as cursor, snapshot(cursor):
            backup.write(cursor, folder, parquet_shop, created)

    def checkpoint(self) -> None:
        """As the interface says; left for the next time while a backup reads. DuckDB refuses while anybody reads, so questions wait."""
        with self._writing() as writer, suppress(QueryTimeout), self._readers.paused(CHECKPOINT_WAIT_S):
            writer.execute("CHECKPOINT")

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                with self._readers.paused():
                    self._readers.close()
                    self._writer.close()

    def sizes(self) -> dict[str, int]:
        """Rows of each table by its name, and `file_bytes` and `wal_bytes`; for metrics."""
        rows = self.query("SELECT table_name, estimated_size FROM duckdb_tables()")
        file, wal = (part.stat().st_size if part.exists() else 0 for part in database_files(self._path))
        return {**{str(table): int(count) for table, count in rows}, "file_bytes": file, "wal_bytes": wal}

    def probe(self) -> None:
        """Read every value of every table, so that each block's checksum is verified. Raises StoreDamaged. About 1 s per 100 MB."""
        for table, columns in TABLES.items():
            self.query(f'SELECT count(*), bit_xor(hash({names(columns)})) FROM "{table}"')

    def _insert(self, fact: FactName, deltas: Mapping[tuple[Any, ...], Sequence[int]]) -> None:
        if not all(map(any, deltas.values())):
            deltas = {key: measures for key, measures in deltas.items() if any(measures)}
        if not deltas:
            return
        keys, measures = key_columns(fact), measure_columns(fact)
        columns = (*keys, *measures)
        values: list[Sequence[Any]] = [
            *arrow.texts_and_numbers(list(deltas), len(keys)),
            *arrow.counts(list(deltas.values()), len(measures)),
        ]
        for index, column in enumerate(columns):
            if column.kind == "group":
                values[index] = self._numbered(column.name).of(values[index])
        transfer.insert(self._writer, schema.tables_of(fact)[0], arrow.Batch(columns, values), columns)

    def _numbered(self, group: str) -> Numbers:
        if group not in self._numbers:
            self._numbers[group] = Numbers(group, self._writer)
        return self._numbers[group]

    def _open_days(self, site: int, day: int) -> list[date]:
        """The days that a close up to `day` is about."""
        tables = " UNION ".join(f'SELECT day FROM "{fact}_today" WHERE {rollup.UP_TO_DAY}' for fact in facts.ROLLED_UP)
        rows = self._writer.execute(tables, [site, _date(day)] * len(facts.ROLLED_UP))
        return sorted({_date(day), *(row[0] for row in rows)})

    def _merge(self, fact: FactName, table: str, where: str, parameters: tuple[object, ...]) -> int:
        """Sum equal keys among some rows of one table, in place; returns how many rows fewer there are."""
        writer = self._writer
        writer.execute(f"CREATE TEMP TABLE merged AS {rollup.compacted(fact, table, where)}", parameters)
        deleted = _deleted(writer, f'DELETE FROM "{table}" WHERE {where}', parameters)
        listed = names(TABLES[table])
        ((inserted,),) = writer.execute(f'INSERT INTO "{table}" ({listed}) SELECT {listed} FROM merged')
        writer.execute("DROP TABLE merged")
        return deleted - int(inserted)

    def _copy_to(self, writer: Connection, fresh: Path) -> None:
        # One thread: two would fill blocks of their own, a tenth more bytes.
        target = open_locked(fresh, REWRITE_MEMORY_MB, threads=1)
        try:
            schema.create_tables(target)
            # All in one transaction: each by itself would end in a block that is not full.
            with snapshot(writer), transaction(target):
                for part in transfer.rewritten(writer):
                    transfer.insert(target, part.table, writer.stream(part.sql, part.parameters))
            target.execute("CHECKPOINT")
        finally:
            target.close()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._writing() as writer:
            try:
                with transaction(writer):
                    yield writer
            except BaseException:
                self._numbers = {}  # those given out in this transaction exist no more
                raise

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._lock, self._noticing():
            yield self._writer

    @contextmanager
    def _naming_misfits(self) -> Iterator[None]:
        """Columns are built before the engine sees them, in its own types: it refuses no value that gets that far."""
        try:
            yield
        except (OverflowError, ValueError) as error:
            raise RowsRefused(f"These rows do not fit the tables of {self._path} ({type(error).__name__}).") from error

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """Leave word of damage for the next start."""
        try:
            yield
        except StoreDamaged:
            self._on_damage()
            raise


def _close_fact(writer: Connection, fact: FactName, site: int, until: date, memory_mb: int) -> int:
    rows = int(writer.execute(rollup.moving(fact), [site, until])[0][0])
    if not rows:
        return 0
    parts = -(-rows // rollup.part_rows(memory_mb))
    for part in range(parts):
        writer.execute(rollup.close_detail(fact), [site, until, parts, part])
    writer.execute(rollup.close_alone(fact), [site, until])
    for statement in (rollup.close_daily(fact), rollup.close_monthly(fact), f"DROP TABLE {rollup.CLOSING}"):
        writer.execute(statement)
    return _deleted(writer, f'DELETE FROM "{fact}_today" WHERE {rollup.UP_TO_DAY}', [site, until])


def _note_deletion(writer: Connection) -> None:
    """In the transaction that deletes, so that no kill leaves deleted rows in a file that nobody rewrites."""
    writer.execute("DELETE FROM meta WHERE name = ?", [DELETED])
    writer.execute("INSERT INTO meta (name, value) VALUES (?, '')", [DELETED])


def _deleted(writer: Connection, sql: str, parameters: Sequence[object]) -> int:
    return int(writer.execute(sql, parameters)[0][0])


def _date(day: int) -> date:
    return date.fromordinal(max(day, 1))
