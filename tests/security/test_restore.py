"""A backup that somebody made up, well sealed, is refused by name; the present database stays as it is."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from collector import app
from collector.back import open_store
from collector.clock import Clock
from collector.settings import Settings, load
from collector.store import backup
from collector.store.backup import MANIFEST, Manifest
from collector.store.errors import StoreError

Forgery = Callable[[Path, Manifest], Manifest]


def _tables(*dropped: str, more: tuple[str, ...] = ()) -> Forgery:
    def forged(folder: Path, manifest: Manifest) -> Manifest:
        kept = [entry for entry in manifest.tables if entry.table not in dropped]
        return msgspec.structs.replace(manifest, tables=(*kept, *(msgspec.structs.replace(kept[0], table=name) for name in more)))

    return forged


def _file(name: str) -> Forgery:
    def forged(folder: Path, manifest: Manifest) -> Manifest:
        first, *rest = manifest.tables
        return msgspec.structs.replace(manifest, tables=(msgspec.structs.replace(first, file=name), *rest))

    return forged


def _swapped(folder: Path, manifest: Manifest) -> Manifest:
    """The file of one table under the name of another, whose columns it has not."""
    of = {entry.table: entry for entry in manifest.tables}
    false = msgspec.structs.replace(of["visits_daily"], table="position")
    return msgspec.structs.replace(manifest, tables=(*(entry for entry in manifest.tables if entry.table != "position"), false))


FORGERIES: dict[str, Forgery] = {
    "no table": _tables(*backup.TABLES),
    "no position": _tables("position"),
    "a table twice": _tables(more=("meta",)),
    "a table nobody knows": _tables(more=("accounts",)),
    "a statement for a table": _tables(more=('meta"; DROP TABLE meta; --',)),
    "a file elsewhere": _file("../../control.sqlite"),
    "an absolute file": _file("/etc/passwd"),
    "other columns": _swapped,
    "another position": lambda folder, manifest: msgspec.structs.replace(manifest, position=manifest.position + 5),
}  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A data folder with a database and a backup of it in `backups/good`."""
    made = load({"FOOTFALL_DATA_DIR": str(tmp_path / "data")}, tmp_path)
    made.data_dir.mkdir(mode=0o700)
    store = open_store(made, Clock())
    store.backup(made.backup_dir / "good", "good")
    store.close()
    return made


def state(settings: Settings) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in settings.data_dir.glob("footfall.duckdb*") if not path.name.endswith(".new")}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_backup_is_refused_and_the_database_stays(settings: Settings, name: str) -> None:
    folder = settings.backup_dir / "forged"
    shutil.copytree(settings.backup_dir / "good", folder)
    manifest = FORGERIES[name](folder, backup.read_manifest(folder))
    (folder / MANIFEST).write_bytes(backup.encoded(manifest))
    before = state(settings)
    with pytest.raises(StoreError) as caught:
        app.restore(settings, folder)
    assert "\n" not in str(caught.value)
    assert state(settings) == before and before


def test_a_pipe_for_a_manifest_is_not_waited_for(settings: Settings) -> None:
    folder = settings.backup_dir / "forged"
    folder.mkdir()
    os.mkfifo(folder / MANIFEST)
    with pytest.raises(StoreError):
        app.restore(settings, folder)


def test_a_good_backup_is_put_back_and_the_database_before_it_kept(settings: Settings) -> None:
    before = state(settings)["footfall.duckdb"]
    said = app.restore(settings, settings.backup_dir / "good")
    (aside,) = [path for path in settings.data_dir.iterdir() if ".bad-" in path.name and path.name in said]
    assert aside.read_bytes() == before
    store = open_store(settings, Clock())
    assert store.position().batch == 0
    store.close()
