"""The bytes of the journal, and of the runtime log, which is built alike: segment header and records. Pure. See FORMAT.md."""

import struct
from collections.abc import Iterator
from typing import NamedTuple
from zlib import crc32

MAGIC = b"FOOTFALL JOURNAL"
VERSION = 1
RECORD_MARK = b"\xf0\x0fFJ"
PAYLOAD_BYTES_MAX = 12 * 1024 * 1024
_SEGMENT = struct.Struct("<16sIQQI")  # magic, version, first batch, batch before it, crc32 of the preceding bytes
_RECORD = struct.Struct("<4sIQII")  # mark, payload length, batch, crc32 of the payload, crc32 of the preceding bytes
SEGMENT_HEADER_BYTES = _SEGMENT.size
RECORD_HEADER_BYTES = _RECORD.size


class NewerFormat(ValueError):
    """The file was written by a newer version of Footfall."""


class SegmentHeader(NamedTuple):
    """The first batch of a segment, and the last batch before it (0: the journal begins here)."""

    first: int
    previous: int


class Record(NamedTuple):
    """One whole record and where the next one begins."""

    batch: int
    payload: bytes
    end: int


class Damage(NamedTuple):
    """Bytes from `start` to `end` that are no record. `torn` if nothing whole follows: the end of what was written."""

    start: int
    end: int
    torn: bool


def segment_header(first: int, previous: int) -> bytes:
    """The bytes a segment begins with."""
    body = _SEGMENT.pack(MAGIC, VERSION, first, previous, 0)[:-4]
    return body + struct.pack("<I", crc32(body))


def parse_segment_header(data: bytes) -> SegmentHeader | None:
    """The header at the beginning of `data`, or None if it is damaged. Raises NewerFormat."""
    if len(data) < _SEGMENT.size:
        return None
    magic, version, first, previous, check = _SEGMENT.unpack_from(data)
    if crc32(data[: _SEGMENT.size - 4]) != check or magic != MAGIC:
        return None
    if version > VERSION:
        raise NewerFormat(f"journal format {version}; this version of Footfall reads up to {VERSION}")
    return SegmentHeader(first, previous)


def record(batch: int, payload: bytes) -> bytes:
    """One record around a payload. Raises ValueError past PAYLOAD_BYTES_MAX."""
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise ValueError(f"a batch of {len(payload)} bytes is over PAYLOAD_BYTES_MAX ({PAYLOAD_BYTES_MAX})")
    head = _RECORD.pack(RECORD_MARK, len(payload), batch, crc32(payload), 0)[:-4]
    return b"".join((head, struct.pack("<I", crc32(head)), payload))


def record_at(data: bytes, at: int) -> Record | None:
    """The whole and undamaged record at an offset, or None."""
    body = at + _RECORD.size
    if body > len(data):
        return None
    mark, length, batch, payload_check, head_check = _RECORD.unpack_from(data, at)
    if mark != RECORD_MARK or crc32(data[at : body - 4]) != head_check or body + length > len(data):
        return None
    payload = data[body : body + length]
    return Record(batch, payload, body + length) if crc32(payload) == payload_check else None


def records(data: bytes, at: int = 0) -> Iterator[Record | Damage]:
    """Every record of a segment's bytes from an offset on; damage is passed over by looking for the next whole record.

    A record that follows damage is believed only if its own checks hold, so a wrong total is never read.
    """
    while at < len(data):
        found = record_at(data, at)
        if found is None:
            resumed = _next_record(data, at + 1)
            yield Damage(at, resumed, torn=resumed == len(data))
            at = resumed
        else:
            yield found
            at = found.end


def _next_record(data: bytes, at: int) -> int:
    while (at := data.find(RECORD_MARK, at)) >= 0:
        if record_at(data, at) is not None:
            return at
        at += 1
    return len(data)
