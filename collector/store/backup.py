"""A backup: a folder with one Parquet file a table and `manifest.json`, all there or not there at all.

The manifest says what the rows are (format, schema version, lineage, journal position) and what the files must be
(rows, bytes, sha256), and carries the sha256 of its own contents. Files are for the owner's eyes only (0600).
"""

# Names in these statements come from facts.py; values are bound.
# ruff: noqa: S608

import hashlib
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from collector import lasting
from collector.store import transfer
from collector.store.connection import Connection
from collector.store.errors import BackupDamaged, NewerStore
from collector.store.schema import SCHEMA_VERSION, TABLES, names

FORMAT = 1
MANIFEST = "manifest.json"
# Twice the manifest of a store with ten times today's tables.
MANIFEST_BYTES_MAX = 100_000
_READ_BYTES = 1 << 20
NEEDED = {"meta", "position"}
_FILE_NAME = re.compile(r"[a-z_]+\.parquet")

Shop = Callable[[Path], AbstractContextManager[Connection]]


class TableFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table's file."""

    table: str
    file: str
    rows: int
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup holds. `position` is the journal position its rows stand at; `sha256` is of the manifest with "" in its place."""

    format: int
    schema_version: int
    lineage: str
    position: int
    created: str
    tables: tuple[TableFile, ...]
    sha256: str = ""


def write(connection: Connection, folder: Path, shop: Shop, created: str) -> Manifest:
    """Write what `connection` sees into a new folder; the caller holds a snapshot. Raises FileExistsError."""
    if folder.exists():
        raise FileExistsError(f"{folder} already exists; a backup goes into a new folder.")
    temporary = folder.with_name(f".{folder.name}.tmp")
    lasting.discard(temporary)
    temporary.mkdir(mode=0o700, parents=True)
    try:
        with shop(temporary) as parquet:
            files = tuple(_write_table(connection, parquet, temporary, table) for table in TABLES)
        manifest = _described(connection, created, files)
        _write_private(temporary / MANIFEST, encoded(manifest))
        lasting.publish(temporary, folder)
    except BaseException:
        lasting.discard(temporary)
        raise
    return manifest


def verify(folder: Path) -> Manifest:
    """The manifest of a backup whose every byte is as it was written. Raises BackupDamaged naming the file, or NewerStore."""
    manifest = read_manifest(folder)
    for entry in manifest.tables:
        _verify_file(folder / entry.file, entry)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """A backup's manifest, checked by itself. Raises BackupDamaged or NewerStore."""
    path = folder / MANIFEST
    try:
        data = path.read_bytes() if path.is_file() and path.stat().st_size <= MANIFEST_BYTES_MAX else b""
        manifest = msgspec.json.decode(data, type=Manifest)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BackupDamaged(f"{path} cannot be read ({error}); this backup cannot be used. Use another one.") from None
    if manifest.format > FORMAT or manifest.schema_version > SCHEMA_VERSION:
        raise NewerStore(f"{path} was written by a newer version of this program. Nothing was changed. Restore it with that version.")
    if _sealed(manifest) != manifest or not _makes_a_store(manifest):
        raise BackupDamaged(f"{path} is not as it was written; this backup cannot be used. Use another one.")
    return manifest


def _makes_a_store(manifest: Manifest) -> bool:
    """Whether it names our tables, each once, in files of the folder. One of an older version may lack some, but not what a store is."""
    tables = [entry.table for entry in manifest.tables]
    files_inside = all(_FILE_NAME.fullmatch(entry.file) for entry in manifest.tables)
    return files_inside and len(tables) == len(set(tables)) and NEEDED <= set(tables) <= TABLES.keys()


def fill(folder: Path, manifest: Manifest, target: Connection, shop: Shop) -> None:
    """Put a verified backup's rows into empty tables. Raises BackupDamaged if a file holds other than the manifest says."""
    with shop(folder) as parquet:
        for entry in manifest.tables:
            path = folder / entry.file
            present = {str(row[0]) for row in parquet.execute("SELECT name FROM parquet_schema(?) WHERE type IS NOT NULL", [str(path)])}
            columns = tuple(column for column in TABLES[entry.table] if column.name in present)
            rows = parquet.stream(f"SELECT {names(columns)} FROM read_parquet(?)", [str(path)])
            if transfer.insert(target, entry.table, rows, columns) != entry.rows:
                raise BackupDamaged(f"{path} does not hold the {entry.rows} rows that {MANIFEST} names; use another backup.")
    if target.execute('SELECT batch FROM "position"') != [(manifest.position,)]:
        raise BackupDamaged(f"{folder} does not stand at batch {manifest.position}, as {MANIFEST} says; use another backup.")


def encoded(manifest: Manifest) -> bytes:
    """A manifest as the bytes of its file, sealed with its own checksum."""
    return msgspec.json.format(msgspec.json.encode(_sealed(manifest)), indent=1)


def _write_table(connection: Connection, parquet: Connection, folder: Path, table: str) -> TableFile:
    path = folder / f"{table}.parquet"
    rows = connection.stream(f'SELECT {names(TABLES[table])} FROM "{table}"')
    copied = parquet.execute("COPY (SELECT * FROM source) TO ? (FORMAT parquet, COMPRESSION zstd)", [str(path)], source=rows)
    path.chmod(0o600)
    lasting.sync(path)
    return TableFile(table, path.name, int(copied[0][0]), path.stat().st_size, _sha256(path))


def _described(connection: Connection, created: str, files: tuple[TableFile, ...]) -> Manifest:
    ((lineage,),) = connection.execute("SELECT value FROM meta WHERE name = 'lineage'")
    ((position,),) = connection.execute('SELECT batch FROM "position"')
    return Manifest(FORMAT, SCHEMA_VERSION, lineage, position, created, files)


def _sealed(manifest: Manifest) -> Manifest:
    plain = msgspec.structs.replace(manifest, sha256="")
    return msgspec.structs.replace(manifest, sha256=hashlib.sha256(msgspec.json.encode(plain)).hexdigest())


def _write_private(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)
    lasting.sync(path)


def _verify_file(path: Path, entry: TableFile) -> None:
    if not path.is_file():
        raise BackupDamaged(f"{path} is missing; this backup cannot be used. Use another one.")
    if path.stat().st_size != entry.bytes or _sha256(path) != entry.sha256:
        raise BackupDamaged(f"{path} is not as it was written; this backup cannot be used. Use another one.")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()
