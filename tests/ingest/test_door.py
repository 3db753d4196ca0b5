"""The door's batches: none is ever too large for the journal, whoever sends what."""

import json

from msgspec.structs import replace

from collector.event import Acquisition, Device, Drop, Event, Kind, Place
from collector.ingest.door import CHANGES_MAX
from collector.ingest.plausible import BODY_BYTES_MAX, PROP_NAME_CHARS_MAX, body_of
from collector.journal.frame import PAYLOAD_BYTES_MAX
from collector.visits.machine import VISIT_GAP_S, Visit, apply
from collector.visits.payload import JournalBatch, StateBatch, encode

WIDE = "\N{PILE OF POO}"  # 4 bytes in UTF-8, as many as a character can take


def largest(time_s: int, at: int) -> Event:
    """An event as large as a body of 8 KiB can make one."""
    names = {f"{number:02}" + "n" * (PROP_NAME_CHARS_MAX - 2): "v" for number in range(26)}
    data = json.dumps({"n": "pay", "u": "https://shop.example/", "p": names}, separators=(",", ":")).encode()
    assert BODY_BYTES_MAX - 400 < len(data) <= BODY_BYTES_MAX
    texts = Acquisition(*(WIDE * 300 for _ in Acquisition._fields)), Place("FI", "FI-18", WIDE * 100, WIDE * 100)
    props = body_of(data).props
    page = f"/{at}{WIDE * 490}"
    return Event(1, b"k", Kind.CUSTOM, time_s, 1, 1, "h" * 253, page, *texts, Device(), "", "fi", WIDE * 100 + str(at), props)


def test_the_largest_events_and_states_fill_no_batch_beyond_the_journals_limit() -> None:
    visit: Visit | None = None
    change, state = 0, 0
    for at in range(40):
        result = apply(visit, largest(at + (VISIT_GAP_S + 50 if at > 20 else 0), at))
        assert not isinstance(result, Drop)
        visit = result[0]
        change = max(change, len(encode(JournalBatch([result[1]], []))))
        state = max(state, len(encode(StateBatch([(1, b"12345678", visit)]))))
    assert CHANGES_MAX * max(change, state) < PAYLOAD_BYTES_MAX


def test_a_visit_of_wide_characters_only_fits_as_well() -> None:
    visit: Visit | None = None
    for at in range(400):
        event = largest(at + (VISIT_GAP_S + 500 if at > 200 else 0), at)
        wide = tuple((WIDE * 100 + str(number), WIDE * 90 + str(at)) for number in range(10))
        result = apply(visit, replace(event, props=wide))
        assert not isinstance(result, Drop)
        visit = result[0]
    assert visit is not None and visit.earlier
    assert CHANGES_MAX * len(encode(StateBatch([(1, b"12345678", visit)]))) < PAYLOAD_BYTES_MAX
