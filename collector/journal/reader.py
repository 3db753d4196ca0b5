"""Reads the journal in order, from any batch on, while it is being written. Damage is passed over, counted and set aside."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from collector.journal import frame
from collector.journal.files import Segment, segments, set_aside, size

READ_BYTES = 16 * 1024 * 1024  # more than the largest record (`frame.PAYLOAD_BYTES_MAX`)


class Batch(NamedTuple):
    """One batch as it was written."""

    number: int
    payload: bytes


@dataclass
class Losses:
    """What could not be read, since this reader began: damaged stretches and runs of batches that are missing."""

    damaged: int = 0
    damaged_bytes: int = 0
    missing: list[tuple[int, int]] = field(default_factory=list)


class JournalReader:
    """One reader's place in the journal. Not for two threads at once."""

    def __init__(self, folder: Path, after: int) -> None:
        """Reads the batches whose number is greater than `after`."""
        self._folder = folder
        self._after = after
        self._segment: Segment | None = None
        self._offset = 0
        self.losses = Losses()

    def read(self, bytes_max: int = READ_BYTES) -> Iterator[Batch]:
        """The next batches, up to about `bytes_max` of them; nothing when there is nothing new."""
        taken = 0
        wanted = bytes_max + frame.RECORD_HEADER_BYTES
        while taken < bytes_max:
            segment, sealed = self._current()
            if segment is None:
                return
            begun = self._offset
            data = _bytes_from(segment.path, begun, wanted)
            for batch in self._batches(segment, data, sealed):
                taken += len(batch.payload)
                yield batch
                if taken >= bytes_max:
                    return
            if self._offset == begun and len(data) == wanted:
                wanted *= 2  # one record, or one stretch of damage, is longer than what was read: else nobody ever got past it
            elif not self._next_segment(segment, sealed):
                return

    def remaining(self) -> int:
        """Bytes of journal not read yet."""
        later = [s for s in segments(self._folder) if self._segment is None or s.number >= self._segment.number]
        return max(0, sum(map(size, later)) - self._offset)

    def _current(self) -> tuple[Segment | None, bool]:
        """The segment being read, and whether a newer one exists (so that nothing more will be written to it)."""
        existing = segments(self._folder)
        if not existing:
            return None, False
        if self._segment is None or self._segment not in existing:
            later = [s for s in existing if self._segment is None or s.number > self._segment.number]
            if not later:
                return None, False
            self._enter(self._first_needed(later) if self._segment is None else later[0])
        assert self._segment is not None
        return self._segment, self._segment != existing[-1]

    def _first_needed(self, existing: list[Segment]) -> Segment:
        """The last segment that begins at or before the wished batch: everything older is already known."""
        needed = existing[0]
        for segment in existing[1:]:
            header = frame.parse_segment_header(_bytes_from(segment.path, 0, frame.SEGMENT_HEADER_BYTES))
            if header is not None and header.previous <= self._after:
                needed = segment
        return needed

    def _enter(self, segment: Segment) -> None:
        self._segment, self._offset = segment, 0

    def _batches(self, segment: Segment, data: bytes, sealed: bool) -> Iterator[Batch]:
        if self._offset == 0 and not (data := self._begin(segment, data, sealed)):
            return
        base = self._offset
        for item in frame.records(data):
            if isinstance(item, frame.Damage):
                at_end = base + len(data) >= segment.path.stat().st_size
                if item.torn and not (sealed and at_end):
                    return  # still being written, or cut by the size of this read
                # The torn end of a killed writer was never acknowledged; were it more, the next header would say so.
                if not item.torn:
                    self._lose(segment, data, base, item)
                self._offset = base + item.end
            else:
                self._offset = base + item.end
                if item.batch > self._after:
                    self._after = item.batch
                    yield Batch(item.batch, item.payload)

    def _begin(self, segment: Segment, data: bytes, sealed: bool) -> bytes:
        """Check the segment's header and step over it; returns the bytes behind it."""
        header = frame.parse_segment_header(data)
        if header is None:
            if not sealed:
                return b""
            self.losses.damaged += 1
        elif header.previous > self._after:
            self.losses.missing.append((self._after + 1, header.previous))
        self._offset = frame.SEGMENT_HEADER_BYTES
        return data[frame.SEGMENT_HEADER_BYTES :]

    def _lose(self, segment: Segment, data: bytes, base: int, damage: frame.Damage) -> None:
        self.losses.damaged += 1
        self.losses.damaged_bytes += damage.end - damage.start
        set_aside(self._folder, f"{segment.path.stem}-{base + damage.start}", data[damage.start : damage.end])

    def _next_segment(self, segment: Segment, sealed: bool) -> bool:
        """Move on if this segment is read to its end and another follows; whether there is more to read now."""
        if self._offset < segment.path.stat().st_size:
            return False
        later = [s for s in segments(self._folder) if s.number > segment.number]
        if not sealed or not later:
            return False
        self._enter(later[0])
        return True


def delete_covered(folder: Path, batch: int) -> int:
    """Delete the segments all of whose batches are at or before `batch`; the newest always stays. Returns how many went."""
    existing = segments(folder)
    gone = 0
    for segment, following in pairwise(existing):
        header = frame.parse_segment_header(_bytes_from(following.path, 0, frame.SEGMENT_HEADER_BYTES))
        if header is None or header.previous > batch:
            break
        segment.path.unlink()
        gone += 1
    return gone


def _bytes_from(path: Path, offset: int, count: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(count)


def first_held(folder: Path) -> int:
    """The first batch that the journal still holds (1 if nothing was ever deleted from it)."""
    existing = segments(folder)
    if not existing:
        return 1
    header = frame.parse_segment_header(_bytes_from(existing[0].path, 0, frame.SEGMENT_HEADER_BYTES))
    return header.previous + 1 if header is not None else 1
