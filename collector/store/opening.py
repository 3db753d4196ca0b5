"""Opening a store's file: nothing newer, nothing that lost its end, and every table that is wanted, with its rows."""

# Names in these statements are those of our tables.
# ruff: noqa: S608

from collections.abc import Callable
from pathlib import Path

from collector import facts, lasting
from collector.facts import FactName
from collector.store import rollup, schema
from collector.store.connection import Connection, transaction
from collector.store.errors import StoreDamaged
from collector.store.locked_store import open_locked
from collector.store.schema import TABLES

# What a DuckDB file has before its first block: three pages of 4 KiB.
HEADER_BYTES = 3 * 4096


def database_files(path: Path) -> tuple[Path, Path]:
    """A database file and the write-ahead log that DuckDB keeps beside it."""
    return path, path.with_name(path.name + ".wal")


def temporary_files(path: Path) -> Path:
    """The folder of what does not fit into memory. After a kill DuckDB leaves it, rows and all, until it next needs one."""
    return path.with_name(path.name + ".tmp")


def discard_database(path: Path) -> None:
    """Remove a database file with all that belongs to it, if it is there."""
    for part in (*database_files(path), temporary_files(path)):
        lasting.discard(part)


def open_store(path: Path, memory_mb: int, threads: int, lineage: Callable[[], str]) -> Connection:
    """The writer of a store, made or grown where that is due. Raises the errors of `errors.py`."""
    if path.exists():
        _refuse_newer(path, memory_mb)  # refuses a file that another process writes to, too: from here on its leftovers are ours
    lasting.discard(temporary_files(path))
    whole = not database_files(path)[1].exists()  # replaying a log counts blocks that are not written yet
    writer = open_locked(path, memory_mb, threads)
    try:
        if schema.is_empty(writer):
            with transaction(writer):
                schema.create_tables(writer)
                schema.begin(writer, lineage())
            changed = True
        else:
            changed = schema.grow(writer) | _add_months(writer)
            if whole and not changed:
                _refuse_shorter(writer, path)
        if changed:  # tables made or changed in the write-ahead log alone have made files unopenable after a crash
            writer.execute("CHECKPOINT")
    except BaseException:
        writer.close()
        raise
    return writer


def _add_months(writer: Connection) -> bool:
    """Add the monthly rows that a store of before there were any lacks; returns whether it did. A month at a time, for the memory."""
    added = False
    for fact in facts.ROLLED_UP:
        ((lacking,),) = writer.execute(f"SELECT count(*) FROM (FROM {fact}_daily LIMIT 1) ANTI JOIN (FROM {fact}_monthly LIMIT 1) ON TRUE")
        if lacking:
            with transaction(writer):
                for (month,) in writer.execute(f"SELECT DISTINCT {rollup.MONTH} FROM {fact}_daily ORDER BY ALL"):
                    writer.execute(rollup.into_monthly(fact, without_stars(fact), f"{rollup.MONTH} = ?"), [month])
                writer.execute(f"DELETE FROM {fact}_daily WHERE starts_with(dimension, '*')")
            added = True
    return added


def without_stars(fact: FactName) -> str:
    """A fact's daily rows, of a store or backup without monthly ones, under the names of their dimensions.

    What small days told for their month stood among them then, under "*" and the name, with a row of RARE that takes back theirs.
    """
    return f"(SELECT * REPLACE (ltrim(dimension, '*') AS dimension) FROM {fact}_daily)"


def _refuse_shorter(writer: Connection, path: Path) -> None:
    """A file that lost its end opens well if only table rows were there, and fails at the first question that needs them.

    What the tables refer to is compared with what is there; the engine's own count of blocks includes free ones at the
    end, which it cuts off.
    """
    ((block_bytes,),) = writer.execute("SELECT block_size FROM pragma_database_size()")
    last = max(_last_block(writer, table) for table in TABLES)
    if path.stat().st_size < HEADER_BYTES + (last + 1) * block_bytes:
        raise StoreDamaged(f"{path} is damaged: it lost its end; its tables need block {last}, past its {path.stat().st_size} bytes.")


def _last_block(writer: Connection, table: str) -> int:
    """The highest number of a block that holds rows of a table, -1 for none. Reads no rows."""
    blocks = f"SELECT block_id AS block, additional_block_ids AS more FROM pragma_storage_info('{table}') WHERE persistent"
    return int(writer.execute(f"SELECT coalesce(greatest(max(block), max(list_max(more))), -1) FROM ({blocks})")[0][0])


def _refuse_newer(path: Path, memory_mb: int) -> None:
    """Read-only, because opening for writing and closing again would already change the file."""
    reader = open_locked(path, memory_mb, read_only=True)
    try:
        if not schema.is_empty(reader):
            schema.check_version(reader, str(path))
    finally:
        reader.close()
