"""What the store publishes under its real name is on the disk by then, every byte of it, and its name is before anybody is told.

DuckDB's own writing and syncing within a file is out of sight here; what counts is the order of its last byte, our sync and the name.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collector import lasting
from collector.store import recovery
from collector.store.duckdb_store import DuckDBStore
from collector.store.interface import Position
from tests.store.model import visit_row

State = tuple[int, int]  # bytes, time of the last change (ns)


class Watched:
    """Stands in for `os` in `collector.lasting`, and looks at each rename of a path."""

    def __init__(self) -> None:
        self.synced: dict[int, State] = {}  # by inode
        self.unsynced_names: set[Path] = set()  # folders in which a name was given since their last sync
        self.published: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def fsync(self, descriptor: int) -> None:
        os.fsync(descriptor)
        state = os.fstat(descriptor)
        self.synced[state.st_ino] = (state.st_size, state.st_mtime_ns)
        self.unsynced_names.discard(Path(f"/proc/self/fd/{descriptor}").readlink())

    def renamed(self, path: Path, target: Path) -> None:
        """Raises AssertionError for anything of it that is not synced as it is."""
        for each in [path, *path.rglob("*")] if path.is_dir() else [path]:
            state = each.stat()
            assert self.synced.get(state.st_ino) == (state.st_size, state.st_mtime_ns), f"{each.name} is not on the disk yet"
        self.published.append(target.name)
        self.unsynced_names.add(target.parent)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    """Watches until the end of the test."""
    found = Watched()
    real = Path.rename

    def rename(path: Path, target: Path) -> Path:
        found.renamed(path, target)
        return real(path, target)

    monkeypatch.setattr(lasting, "os", found)
    monkeypatch.setattr(Path, "rename", rename)
    yield found
    assert found.unsynced_names == set(), "a name was told before it was on the disk"


def backup(store: DuckDBStore, folder: Path) -> str:
    store.backup(folder / "backup")
    return "backup"


def rewrite(store: DuckDBStore, folder: Path) -> str:
    store.rewrite()
    return "footfall.duckdb"


def restore(store: DuckDBStore, folder: Path) -> str:
    store.backup(folder / "backup")
    recovery.restore_backup(folder / "backup", folder / "restored.duckdb")
    return "restored.duckdb"


@pytest.mark.parametrize("publish", [backup, rewrite, restore])
def test_a_name_is_given_when_every_byte_is_on_the_disk(
    publish: Callable[[DuckDBStore, Path], str], tmp_path: Path, watched: Watched
) -> None:
    store = DuckDBStore(tmp_path / "footfall.duckdb")
    try:
        store.append(visit_row(), Position(1))
        assert publish(store, tmp_path) in watched.published
    finally:
        store.close()
