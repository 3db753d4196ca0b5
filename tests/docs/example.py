"""The batch that collector/journal/FORMAT.md takes apart: one first page view, and two hits that were not counted."""

from collector.event import Acquisition, Device, Event, Kind, Place
from collector.journal import frame
from collector.visits.machine import apply
from collector.visits.payload import JournalBatch, encode

BATCH = 1_795_348_800_000_000
EVENT = Event(
    site=1,
    key=bytes(8),
    kind=Kind.PAGEVIEW,
    time_s=1_795_348_800,
    day=739_942,
    hour=12,
    hostname="example.com",
    page="/a",
    acquisition=Acquisition("Google", "Organic Search"),
    place=Place("FI", network="Elisa"),
    device=Device("Firefox", "Firefox 144", "Linux", "", "Desktop"),
    screen="",
    language="fi",
)


def segment() -> tuple[bytes, bytes, bytes]:
    """A segment with one record: its header, the record's header, the payload."""
    result = apply(None, EVENT)
    assert isinstance(result, tuple), "a first page view counts"
    payload = encode(JournalBatch([result[1]], [(1, EVENT.day, "bot", 2)]))
    record = frame.record(BATCH, payload)
    return frame.segment_header(BATCH, 0), record[: frame.RECORD_HEADER_BYTES], payload


def hexadecimal(data: bytes) -> str:
    """16 bytes a line, as the page shows them."""
    return "\n".join(data[at : at + 16].hex(" ") for at in range(0, len(data), 16))
