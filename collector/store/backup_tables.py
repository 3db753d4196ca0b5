"""A backup's tables to look at: views of its files in an empty database, which may read that one folder and nothing else."""

# Names in these statements come from facts.py; the folder is bound.
# ruff: noqa: S608

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collector import facts, lasting
from collector.store import backup, rollup
from collector.store.connection import Connection
from collector.store.errors import BackupDamaged
from collector.store.locked_store import parquet_shop
from collector.store.opening import without_stars
from collector.store.schema import SQL_TYPE, TABLES, Column


@contextmanager
def backup_tables(folder: Path, memory_mb: int) -> Iterator[Connection]:
    """A connection in which each table has the backup's rows; what an older version did not have yet is empty, months are of days.

    Its files may hold further columns, and these are seen. Raises BackupDamaged or NewerStore, StoreError while it is read.
    """
    manifest = backup.read_manifest(folder)
    files = {entry.table: entry.file for entry in manifest.tables}
    missing = [name for name in files.values() if not (folder / name).is_file()]
    if missing:
        raise BackupDamaged(f"{folder / missing[0]} is missing; this backup cannot be looked at.")
    spill = folder.with_name(f".{folder.name}.tmp")
    try:
        with parquet_shop(folder, memory_mb, str(spill)) as shop:
            shop.execute("SET VARIABLE folder = ?", [str(folder)])
            for table in TABLES:
                shop.execute(_view(table, files[table], _columns(shop, folder / files[table])) if table in files else _absent(table))
            yield shop
    finally:
        lasting.discard(spill)


def _columns(shop: Connection, path: Path) -> set[str]:
    return {str(row[0]) for row in shop.execute("SELECT name FROM parquet_schema(?) WHERE type IS NOT NULL", [str(path)])}


def _view(table: str, file: str, present: set[str]) -> str:
    """`file` is one that a manifest may name: letters and underscores."""
    absent = "".join(f", {_nothing(column)}" for column in TABLES[table] if column.name not in present)
    return f"CREATE VIEW \"{table}\" AS SELECT *{absent} FROM read_parquet(getvariable('folder') || '/{file}')"


_OF_MONTHS = {f"{fact}_monthly": fact for fact in facts.ROLLED_UP}


def _absent(table: str) -> str:
    """Opening a store adds the monthly rows that it lacks in the same way."""
    if table in _OF_MONTHS:
        return f'CREATE VIEW "{table}" AS SELECT * REPLACE ({rollup.MONTH} AS day) FROM {without_stars(_OF_MONTHS[table])}'
    return f'CREATE VIEW "{table}" AS SELECT {", ".join(map(_nothing, TABLES[table]))} WHERE FALSE'


def _nothing(column: Column) -> str:
    return f"CAST(NULL AS {SQL_TYPE[column.kind].split()[0]}) AS {column.quoted}"
