"""A replaced file is the old one or the new one, whole, whatever fails on the way; and its name lasts before anybody is told."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector import lasting

FAULTS = ["os.open", "os.fsync", "pathlib.Path.rename"]


def full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_replacement_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    path = tmp_path / "file"
    lasting.replace(path, b"old")
    with monkeypatch.context() as broken, pytest.raises(OSError, match="No space left"):
        broken.setattr(fault, full)
        lasting.replace(path, b"new")
    assert {found.name: found.read_bytes() for found in tmp_path.iterdir()} == {"file": b"old"}


def test_a_replacement_whose_pieces_fail_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"new"
        raise ValueError("the source is damaged")

    path = tmp_path / "file"
    lasting.replace(path, iter((b"o", b"ld")))
    with pytest.raises(ValueError, match="the source is damaged"):
        lasting.replace(path, pieces())
    assert {found.name: found.read_bytes() for found in tmp_path.iterdir()} == {"file": b"old"}


def test_a_replaced_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o644)
    lasting.replace(path, b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o600)


def test_the_bytes_last_before_the_name_and_the_name_before_anybody_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def synced(descriptor: int) -> None:
        steps.append("sync folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else f"sync {os.fstat(descriptor).st_size} bytes")
        fsync(descriptor)

    def renamed(self: Path, target: Any) -> Path:
        steps.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    lasting.replace(tmp_path / "file", b"bytes")
    assert steps == ["sync 5 bytes", "rename", "sync folder"]


@pytest.mark.parametrize("there", ["nothing", "file", "folder"])
def test_what_is_discarded_is_gone_whatever_it_was(tmp_path: Path, there: str) -> None:
    path = tmp_path / "old"
    if there == "file":
        path.touch()
    elif there == "folder":
        (path / "more").mkdir(parents=True)
    lasting.discard(path)
    assert list(tmp_path.iterdir()) == []
