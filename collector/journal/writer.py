"""The one writer of the journal: appends batches, syncs, begins new segments. A refused write leaves no trace."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from collector import lasting
from collector.journal import frame
from collector.journal.files import Segment, segment_path, segments, size, write_all

SEGMENT_BYTES_MAX = 64 * 1024 * 1024
BATCHES_A_MS = 1000  # batch numbers of a new journal begin at milliseconds since 1970 times this: past any older journal's

# A start goes on so far past the last number on disk. A power cut may have taken batches that were not synced but that the store
# has counted, and a machine without a battery may come back hours behind: their numbers must not come again. A batch each
# 2 ms makes as many in half an hour, longer than any sync takes.
LEAP = 1_000_000


class JournalFull(OSError):
    """The journal has reached its size limit: the recorder or the backup is not keeping up."""


class JournalWriter:
    """Owns the newest segment. Every start begins a new one, so that nothing is ever written behind a torn tail."""

    def __init__(self, folder: Path, now_ms: int, bytes_max: int, segment_bytes_max: int = SEGMENT_BYTES_MAX) -> None:
        """`now_ms` (since 1970 UTC) numbers the first batch of an empty folder, so that numbers never come again."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._bytes_max = bytes_max
        self._segment_bytes_max = segment_bytes_max
        existing = segments(folder)
        self.last_batch = last_batch(folder) or 0
        self.next_batch = max(self.last_batch + LEAP, _first_named(existing) + LEAP, now_ms * BATCHES_A_MS)
        self._number = existing[-1].number if existing else 0
        self._descriptor = -1
        self._ended: list[int] = []  # descriptors of ended segments that are not synced yet
        self._length = 0
        with suppress(OSError):  # full just now: events are refused one by one until there is room, as later
            self._begin_segment()

    def append(self, payload: bytes) -> int:
        """Write one batch; returns its number. Raises OSError (and JournalFull) with the segment as it was before."""
        ended = self._length + len(payload) > self._segment_bytes_max and self._length > frame.SEGMENT_HEADER_BYTES
        if ended or self._descriptor < 0:
            self._begin_segment()
        data = frame.record(self.next_batch, payload)
        try:
            write_all(self._descriptor, data)
        except OSError:
            self._take_back()
            raise
        self._length += len(data)
        self.last_batch = self.next_batch
        self.next_batch += 1
        return self.last_batch

    def rotate(self) -> None:
        """End the present segment if it holds anything. Raises OSError with all as it was."""
        if self._length > frame.SEGMENT_HEADER_BYTES:
            self._begin_segment()

    def unsynced(self) -> Callable[[], None]:
        """What makes all appended so far last, to be called once, in any thread. Raises OSError: then the disk is lying."""
        present = [os.dup(self._descriptor)] if self._descriptor >= 0 else []
        descriptors, self._ended = [*self._ended, *present], []
        return lambda: _sync_and_close(descriptors)

    def close(self) -> None:
        """Sync and let go."""
        self.unsynced()()
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def size(self) -> int:
        """Bytes of all segments."""
        return sum(map(size, segments(self._folder)))

    def _begin_segment(self) -> None:
        if self.size() >= self._bytes_max:
            raise JournalFull(errno.ENOSPC, f"the journal in {self._folder} has reached journal_bytes_max ({self._bytes_max} bytes)")
        path = segment_path(self._folder, self._number + 1)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        header = frame.segment_header(self.next_batch, self.last_batch)
        try:
            write_all(descriptor, header)
            os.fsync(descriptor)
            lasting.sync(self._folder)
        except OSError:
            os.close(descriptor)
            path.unlink(missing_ok=True)
            raise
        if self._descriptor >= 0:
            self._ended.append(self._descriptor)
        self._number += 1
        self._descriptor, self._length = descriptor, len(header)

    def _take_back(self) -> None:
        """Cut a half-written record off, so that the next batch stands right behind the last whole one."""
        os.ftruncate(self._descriptor, self._length)


def _sync_and_close(descriptors: list[int]) -> None:
    try:
        for descriptor in descriptors:
            os.fdatasync(descriptor)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def last_batch(folder: Path) -> int | None:
    """The number of the last whole batch on disk, the one before the first segment if there is none, None without a journal."""
    for segment in reversed(segments(folder)):
        data = segment.path.read_bytes()
        header = frame.parse_segment_header(data)
        found = [r.batch for r in frame.records(data, frame.SEGMENT_HEADER_BYTES) if isinstance(r, frame.Record)]
        if found:
            return found[-1]
        if header is not None:
            return header.previous
    return None


def _first_named(existing: list[Segment]) -> int:
    """The first batch of the newest segment whose header is whole, were it ever written or not; 0 without one."""
    for segment in reversed(existing):
        with segment.path.open("rb") as file:
            header = frame.parse_segment_header(file.read(frame.SEGMENT_HEADER_BYTES))
        if header is not None:
            return header.first
    return 0
