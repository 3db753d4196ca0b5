"""Opening a store that may be missing, damaged, old or newer: open it, rebuild it, or refuse and touch nothing.

| found | done |
|---|---|
| nothing, and no backup | a new store, position 0 |
| nothing, but a backup | rebuilt from the newest backup that verifies |
| a file that opens | opened; read through first if the last run ended in trouble |
| a file that does not open or cannot be read through | set aside as `<name>.bad-<time>`, rebuilt |
| a file at which `TRIES_MAX` starts in a row ended | set aside without another try, rebuilt |
| a file older than what the journal still holds | set aside, rebuilt, if a backup is further on |
| the same, but an operator restored that backup | opened; what is missing is stated |
| a file in use, without permission, of a newer version, a full disk | refused with the reason; nothing touched |

The trouble file beside the database (`<name>.trouble`) holds one byte for each start that has not ended well yet, so
that a database that takes the process down with it is noticed too; a running store adds one when it meets damage.
The chosen file (`<name>.chosen`) holds the position of the backup that an operator put back: what came later is not wanted.
After a rebuild the recorder replays the journal from the store's position: store = backup + journal.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from collector import lasting
from collector.store import backup, schema
from collector.store.backup import Manifest
from collector.store.connection import transaction
from collector.store.duckdb_store import MEMORY_MB, QUERY_TIMEOUT_S, DuckDBStore
from collector.store.errors import BackupDamaged, NewerStore, StoreDamaged, StoreError
from collector.store.locked_store import open_locked, parquet_shop
from collector.store.opening import database_files, discard_database

TRIES_MAX = 3


class Opened(NamedTuple):
    """A store ready for use and, where it was rebuilt, what an operator should read about it."""

    store: DuckDBStore
    report: str | None


def open_or_rebuild(
    path: Path,
    backup_dir: Path,
    now: str,
    journal_from: int = 1,
    memory_mb: int = MEMORY_MB,
    query_timeout_s: float = QUERY_TIMEOUT_S,
) -> Opened:
    """The store at `path`, rebuilt if it must be.

    `now` (text fit for a file name, such as 20261122T031500Z) names what is set aside. `journal_from` is the first
    batch that the journal still holds. Raises StoreLocked, NewerStore, StoreFull or StoreError where a rebuild is not
    the answer.
    """
    opening = _Opening(path, backup_dir, now, journal_from, memory_mb, query_timeout_s)
    return opening.run()


def restore_backup(folder: Path, store_path: Path, memory_mb: int = MEMORY_MB) -> Manifest:
    """An operator's choice: a new database from a verified backup, kept even if a later backup exists.

    Raises BackupDamaged, NewerStore or FileExistsError; nothing is half done.
    """
    manifest = _database_from(folder, store_path, memory_mb)
    lasting.replace(_chosen_file(store_path), b"%d" % manifest.position)
    return manifest


def _chosen_file(store_path: Path) -> Path:
    return store_path.with_name(store_path.name + ".chosen")


def _database_from(folder: Path, store_path: Path, memory_mb: int) -> Manifest:
    if store_path.exists():
        raise FileExistsError(f"{store_path} already exists; move it away before restoring.")
    manifest = backup.verify(folder)
    fresh = store_path.with_name(store_path.name + ".new")
    discard_database(fresh)
    target = open_locked(fresh, memory_mb)
    try:
        with transaction(target):
            schema.create_tables(target)
        backup.fill(folder, manifest, target, parquet_shop)
        target.execute("CHECKPOINT")
    finally:
        target.close()
    lasting.publish(fresh, store_path)
    return manifest


def newest_backups(backup_dir: Path) -> Iterator[tuple[Path, Manifest | None]]:
    """The folders of `backup_dir` that hold a backup, the furthest position first, unreadable ones (None) last."""
    found = [(folder, _readable(folder)) for folder in sorted(backup_dir.glob("*/")) if not folder.name.startswith(".")]
    yield from sorted(found, key=lambda item: (item[1].position if item[1] else -1, item[0].name), reverse=True)


def _readable(folder: Path) -> Manifest | None:
    try:
        return backup.read_manifest(folder)
    except (BackupDamaged, NewerStore):
        return None


class _Opening:
    """One attempt at opening, with what it found on the way."""

    def __init__(self, path: Path, backup_dir: Path, now: str, journal_from: int, memory_mb: int, query_timeout_s: float) -> None:
        self._path = path
        self._backup_dir = backup_dir
        self._now = now
        self._journal_from = journal_from
        self._memory_mb = memory_mb
        self._query_timeout_s = query_timeout_s
        self._trouble = path.with_name(path.name + ".trouble")
        self._said: list[str] = []

    def run(self) -> Opened:
        discard_database(self._path.with_name(self._path.name + ".new"))
        tries = self._trouble.stat().st_size if self._trouble.exists() else 0
        if not self._path.exists():
            return self._missing()
        if tries >= TRIES_MAX:
            return self._rebuild(f"{self._path} could not be opened {tries} times in a row.")
        try:
            store = self._open(probe=tries > 0)
        except StoreDamaged as error:
            return self._rebuild(str(error))
        return self._unless_behind(store)

    def _open(self, probe: bool = False) -> DuckDBStore:
        """Open the file, with a byte in the trouble file for as long as that lasts."""
        self._note_trouble()
        try:
            store = DuckDBStore(self._path, self._memory_mb, self._query_timeout_s, on_damage=self._note_trouble)
            if probe:
                _probed(store)
            store.position()
        except StoreDamaged:
            raise
        except StoreError:
            self._take_back_trouble()
            raise
        self._trouble.unlink(missing_ok=True)
        return store

    def _missing(self) -> Opened:
        leftovers = [path for path in database_files(self._path) if path.exists()]
        if not leftovers and not any(newest_backups(self._backup_dir)):
            return Opened(self._open(), None)
        return self._rebuild(f"{self._path} is missing.")

    def _rebuild(self, why: str) -> Opened:
        """Set the file aside and make a new one from the newest backup that verifies, or an empty one."""
        self._said.append(why)
        self._set_aside()
        restored = self._restore_newest()
        store = self._open()
        if not restored:
            self._said.append("No usable backup was found: a new, empty database was made.")
        self._said.append(self._what_follows(store.position().batch))
        return Opened(store, " ".join(self._said))

    def _unless_behind(self, store: DuckDBStore) -> Opened:
        """A file put back from an old copy opens well, but the journal may no longer hold what followed it."""
        position = store.position().batch
        chosen = _chosen_file(self._path)
        if position + 1 >= self._journal_from:
            chosen.unlink(missing_ok=True)
            return Opened(store, None)
        if chosen.exists() and chosen.read_bytes() == b"%d" % position:
            return Opened(store, self._what_follows(position))
        best = next((manifest for _, manifest in newest_backups(self._backup_dir) if manifest), None)
        if best is None or best.position <= position:
            return Opened(store, self._what_follows(position))
        store.close()
        return self._rebuild(f"{self._path} ends at batch {position}, before what the journal holds (from {self._journal_from}).")

    def _restore_newest(self) -> bool:
        for folder, _ in newest_backups(self._backup_dir):
            try:
                restored = _database_from(folder, self._path, self._memory_mb)
            except (BackupDamaged, NewerStore, StoreDamaged) as error:
                self._said.append(f"A backup was passed over: {error}")
                continue
            self._said.append(f"It was rebuilt from the backup {folder} (journal position {restored.position}).")
            return True
        return False

    def _set_aside(self) -> None:
        for path in database_files(self._path):
            if path.exists():
                aside = path.with_name(path.name.replace(self._path.name, f"{self._path.name}.bad-{self._now}", 1))
                path.rename(aside)
                self._said.append(f"{path.name} was set aside as {aside}; delete it when nobody wants to look into it.")
        lasting.sync(self._path.parent)
        self._trouble.unlink(missing_ok=True)

    def _what_follows(self, position: int) -> str:
        if position + 1 >= self._journal_from:
            return f"What came after batch {position} is now read again from the journal; nothing is lost."
        return (
            f"Batches {position + 1} to {self._journal_from - 1} are not in the database and no longer in the journal: "
            "their counts are missing. "
            "If another backup or an older disk image holds them, stop, restore it with `footfall restore` and start again."
        )

    def _note_trouble(self) -> None:
        with self._trouble.open("ab") as file:
            file.write(b"!")
        lasting.sync(self._trouble)

    def _take_back_trouble(self) -> None:
        """The failure was not the file's: forget the byte that this start wrote."""
        with self._trouble.open("ab") as file:
            file.truncate(max(0, self._trouble.stat().st_size - 1))
        if self._trouble.stat().st_size == 0:
            self._trouble.unlink()


def _probed(store: DuckDBStore) -> None:
    try:
        store.probe()
    except BaseException:
        store.close()
        raise
