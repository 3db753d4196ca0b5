"""A backup is a consistent picture, all there or not there; a damaged one is refused by the name of its file."""

import json
import stat
from pathlib import Path

import pytest

from collector.store import backup
from collector.store.duckdb_store import DuckDBStore
from collector.store.errors import BackupDamaged, NewerStore
from collector.store.interface import Position
from collector.store.recovery import restore_backup
from tests.store.model import DAY, append_all, model, some_rows, stored, visit_row


@pytest.fixture
def folder(store: DuckDBStore, tmp_path: Path) -> Path:
    append_all(store, [some_rows(seed) for seed in range(3)])
    store.close_day(1, DAY)
    store.backup(tmp_path / "backup", created="2026-11-02")
    return tmp_path / "backup"


def test_a_restored_store_is_the_one_that_was_backed_up(store: DuckDBStore, folder: Path, tmp_path: Path) -> None:
    manifest = restore_backup(folder, tmp_path / "restored.duckdb")
    restored = DuckDBStore(tmp_path / "restored.duckdb")
    assert manifest.created == "2026-11-02"
    assert (restored.position(), restored.lineage) == (Position(3), store.lineage)
    assert stored(restored) == stored(store) == model([some_rows(seed) for seed in range(3)])
    assert stored(restored, daily=True) == stored(store, daily=True)
    restored.append(visit_row(), Position(4))
    restored.close()


def test_two_new_stores_have_lineages_of_their_own(tmp_path: Path) -> None:
    first, second = DuckDBStore(tmp_path / "a.duckdb"), DuckDBStore(tmp_path / "b.duckdb")
    assert first.lineage != second.lineage
    first.close()
    second.close()


def test_the_manifest_names_every_file_with_its_size_and_rows(folder: Path) -> None:
    manifest = backup.verify(folder)
    assert {entry.file for entry in manifest.tables} == {path.name for path in folder.iterdir()} - {backup.MANIFEST}
    assert sum(entry.rows for entry in manifest.tables) > 20
    assert manifest.position == 3


def test_only_the_owner_can_read_a_backup(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_a_backup_never_overwrites_another_one(store: DuckDBStore, folder: Path) -> None:
    with pytest.raises(FileExistsError):
        store.backup(folder)
    backup.verify(folder)


def test_what_an_interrupted_backup_left_is_no_backup_and_not_in_the_way(store: DuckDBStore, tmp_path: Path) -> None:
    leftover = tmp_path / ".backup.tmp"
    leftover.mkdir()
    (leftover / "visits_today.parquet").write_bytes(b"half")
    store.backup(tmp_path / "backup")
    assert not leftover.exists()
    backup.verify(tmp_path / "backup")


@pytest.mark.parametrize("name", ["visits_today.parquet", "visits_detail.parquet", "acquisition.parquet", "position.parquet"])
@pytest.mark.parametrize("damage", ["flip", "truncate", "delete", "swap"])
def test_a_damaged_file_is_refused_by_name_and_nothing_is_made(folder: Path, tmp_path: Path, name: str, damage: str) -> None:
    path = folder / name
    data = bytearray(path.read_bytes())
    if damage == "delete":
        path.unlink()
    else:
        data[len(data) // 2] ^= 1
        path.write_bytes({"flip": bytes(data), "truncate": path.read_bytes()[:-1], "swap": (folder / "live.parquet").read_bytes()}[damage])
    with pytest.raises(BackupDamaged, match=name):
        restore_backup(folder, tmp_path / "restored.duckdb")
    assert list(tmp_path.glob("restored*")) == []


def test_any_changed_byte_of_the_manifest_is_noticed(folder: Path) -> None:
    path = folder / backup.MANIFEST
    data = path.read_bytes()
    for index in range(0, len(data), 37):
        if data[index : index + 1].isspace():
            continue
        path.write_bytes(data[:index] + bytes([data[index] ^ 1]) + data[index + 1 :])
        with pytest.raises((BackupDamaged, NewerStore)):
            backup.verify(folder)


def test_a_manifest_that_is_no_manifest_is_refused(folder: Path) -> None:
    path = folder / backup.MANIFEST
    for data in (b"", b"{}", b"[1]", b"\xff", path.read_bytes() + b" " * backup.MANIFEST_BYTES_MAX):
        path.write_bytes(data)
        with pytest.raises(BackupDamaged, match=backup.MANIFEST):
            backup.verify(folder)


def test_a_manifest_cannot_point_out_of_its_folder(folder: Path) -> None:
    path = folder / backup.MANIFEST
    manifest = backup.read_manifest(folder)
    entries = (backup.TableFile("meta", "../meta.parquet", 0, 0, ""), *manifest.tables[1:])
    path.write_bytes(backup.encoded(backup.Manifest(1, 1, manifest.lineage, 3, "", entries)))
    with pytest.raises(BackupDamaged):
        backup.verify(folder)


def test_a_newer_backup_is_refused_as_newer(folder: Path) -> None:
    path = folder / backup.MANIFEST
    manifest = json.loads(path.read_bytes())
    path.write_text(json.dumps({**manifest, "format": backup.FORMAT + 1}))
    with pytest.raises(NewerStore):
        backup.verify(folder)


def test_a_restore_never_overwrites_a_database(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "there.duckdb").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        restore_backup(folder, tmp_path / "there.duckdb")
    assert (tmp_path / "there.duckdb").read_bytes() == b"mine"
