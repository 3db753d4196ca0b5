"""The log of open visits in the RAM-backed runtime folder: what a killed process needs to go on exactly where it was.

Payloads are the writer's own. Each carries the number of the journal batch it belongs to, and is written *before* that
batch: after a kill, only payloads whose batch the journal has are believed. A log that grows is begun anew as the next
generation while the old one still stands; the old one goes when the new one holds everything.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from collector.journal import frame
from collector.journal.files import write_all

PREFIX = "visits-"


class RuntimeLog:
    """The newest generation, opened for appending. With no folder (`None`) it keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._older = _generations(folder) if folder else []
        self._generation = int(self._older[-1].name[len(PREFIX) :], 16) if self._older else 0
        self._descriptor = -1
        self._last = 0  # the batch of the last payload
        self._whole = 0  # bytes without it
        self.length = 0

    def read(self, last_batch: int) -> Iterator[bytes]:
        """The payloads of earlier generations, oldest first, as far as the journal (up to `last_batch`) has their batches."""
        for path in self._older:
            for item in frame.records(path.read_bytes()):
                if isinstance(item, frame.Record) and item.batch <= last_batch:
                    yield item.payload

    def begin(self) -> None:
        """Begin a new generation; the present one becomes an older one. Raises OSError with all as it was."""
        if self.folder is None:
            return
        path = self._path(self._generation + 1)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._older.append(self._path(self._generation))
        self._generation += 1
        self._descriptor = descriptor
        self._whole = self.length = 0

    def append(self, batch: int, payload: bytes) -> None:
        """Write one payload. Raises OSError or ValueError; then, as when the journal refuses the batch, `take_back` belongs behind it."""
        if self._descriptor >= 0:
            self._last, self._whole = batch, self.length
            data = frame.record(batch, payload)
            write_all(self._descriptor, data)
            self.length += len(data)

    def take_back(self, batch: int) -> None:
        """Cut this batch's payload off, whole or in part, if it came to one: with a later batch in the journal it would be believed."""
        if self._descriptor >= 0 and self._last == batch:
            os.ftruncate(self._descriptor, self._whole)
            self.length = self._whole

    def give_up(self) -> None:
        """Delete every generation and keep nothing until `begin`: the next batch would leave them out of date. Raises OSError."""
        self.close()
        self._older.append(self._path(self._generation))
        self.drop_older()
        self._whole = self.length = 0

    def drop_older(self) -> None:
        """Delete all generations but the present one, the oldest first: it holds everything now."""
        for path in self._older:
            path.unlink(missing_ok=True)
        self._older = []

    def close(self) -> None:
        """Let go of the file; it stays for a restart."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _path(self, generation: int) -> Path:
        assert self.folder is not None
        return self.folder / f"{PREFIX}{generation:08x}"


def _generations(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{PREFIX}*"))
