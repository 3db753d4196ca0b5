"""A model of a disk whose power can go at any step. It stands where the file calls of `collector.journal` and `collector.lasting` stand.

Processes see every write at once, in real files. The platter has for certain only what was synced: of a file its bytes at
the last sync, of a folder its names at the last sync. Of all that came later any part may be there after a power cut: each
4 KiB page of a file as it was at the sync or after any write since, or torn in the middle, later pages without earlier ones,
any length in between (what no write reached is zeros), and each created, removed or renamed name by itself.
Reordering within one page, a disk that loses what it said it had, and DuckDB's own file are not in the model.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from collector import lasting
from collector.journal import files, writer

PAGE_BYTES = 4096
Names = dict[str, "Inode"]


class Inode:
    """A file's bytes: at its last sync, and after each write since."""

    def __init__(self, data: bytes = b"") -> None:
        self.versions = [data]

    def change(self, data: bytes) -> None:
        """What processes see from now on."""
        self.versions.append(data)

    def sync(self) -> None:
        """What processes see is certain now."""
        del self.versions[:-1]

    def survivor(self, chance: random.Random) -> bytes:
        """What a power cut may leave of it."""
        lengths = [len(version) for version in self.versions]
        length = chance.choice((lengths[0], lengths[-1], chance.randint(min(lengths), max(lengths))))
        return b"".join(self._page(at, chance) for at in range(0, length, PAGE_BYTES))[:length]

    def _page(self, at: int, chance: random.Random) -> bytes:
        one, other = (chance.choice(self.versions)[at : at + PAGE_BYTES].ljust(PAGE_BYTES, b"\0") for _ in range(2))
        cut = chance.choice((0, PAGE_BYTES, chance.randrange(PAGE_BYTES)))
        return one[:cut] + other[cut:]


class Platter:
    """One folder. Stands in for the module `os` too: what it does not know is asked of the real one."""

    def __init__(self, folder: Path, step: Callable[[], None]) -> None:
        """`step` is called before every call that changes or syncs something: the power may go there."""
        self._folder = folder
        self._step = step
        self._files: dict[int, Inode | None] = {}  # by descriptor; None is the folder itself
        self._certain = {path.name: Inode(path.read_bytes()) for path in folder.iterdir() if path.is_file()}
        self._seen = dict(self._certain)
        self._unsynced: list[Callable[[Names], None]] = []  # changes of names

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    @contextmanager
    def spinning(self) -> Iterator[None]:
        """Until the end, file calls of the journal come here."""
        real_unlink, real_rename = Path.unlink, Path.rename

        def unlink(path: Path, missing_ok: bool = False) -> None:
            self._unlinked(path)
            real_unlink(path, missing_ok)

        def rename(path: Path, target: Path) -> Path:
            self._renamed(path, target)
            return real_rename(path, target)

        with (
            patch.object(files, "os", self),
            patch.object(writer, "os", self),
            patch.object(lasting, "os", self),
            patch.object(Path, "unlink", unlink),
            patch.object(Path, "rename", rename),
        ):
            yield

    def certain(self) -> dict[str, bytes]:
        """The files that no power cut takes, with the bytes that are certain."""
        return {name: inode.versions[0] for name, inode in self._certain.items()}

    def survivors(self, chance: random.Random) -> dict[str, bytes]:
        """What a power cut at this step may leave."""
        names = dict(self._certain)
        for change in self._unsynced:
            if chance.random() < 0.5:
                change(names)
        return {name: inode.survivor(chance) for name, inode in names.items()}

    # The calls of the module `os`.

    def open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            self._step()
        descriptor = os.open(path, flags, mode)
        if path == self._folder:
            self._files[descriptor] = None
        elif self._holds(path):
            if path.name not in self._seen:
                self._name(path.name, Inode())
            self._files[descriptor] = self._seen[path.name]
        return descriptor

    def dup(self, descriptor: int) -> int:
        copy = os.dup(descriptor)
        self._files[copy] = self._files[descriptor]
        return copy

    def close(self, descriptor: int) -> None:
        self._files.pop(descriptor, None)
        os.close(descriptor)

    def write(self, descriptor: int, data: bytes) -> int:
        self._step()
        inode = self._files[descriptor]
        assert inode is not None
        inode.change(inode.versions[-1] + bytes(data))
        return os.write(descriptor, data)

    def ftruncate(self, descriptor: int, length: int) -> None:
        self._step()
        inode = self._files[descriptor]
        assert inode is not None
        inode.change(inode.versions[-1][:length])
        os.ftruncate(descriptor, length)

    def fsync(self, descriptor: int) -> None:
        """As certain as its return says: the power may go while it is under way."""
        if descriptor not in self._files:  # of another folder
            return
        self._step()
        inode = self._files[descriptor]
        if inode is not None:
            inode.sync()
        else:
            self._certain = dict(self._seen)
            self._unsynced.clear()

    fdatasync = fsync

    # Names.

    def _holds(self, path: Path) -> bool:
        return path.parent == self._folder and path.suffix == files.SUFFIX

    def _name(self, name: str, inode: Inode) -> None:
        self._change(lambda names: names.update({name: inode}))

    def _unlinked(self, path: Path) -> None:
        if self._holds(path):
            self._step()
            self._change(lambda names: names.pop(path.name, None))

    def _renamed(self, path: Path, target: Path) -> None:
        if self._holds(path):
            self._step()
            inode = self._seen[path.name]
            self._change(lambda names: (names.pop(path.name, None), names.update({target.name: inode})))

    def _change(self, change: Callable[[Names], object]) -> None:
        change(self._seen)
        self._unsynced.append(lambda names: void(change(names)))


def void(_: object) -> None:
    """Nothing."""
