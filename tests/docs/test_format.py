"""collector/journal/FORMAT.md describes the bytes that are written."""

import pytest

from collector import facts
from collector.ingest import door
from collector.journal import frame, writer
from collector.visits.change import Change
from tests.docs.example import BATCH, hexadecimal, segment
from tests.docs.pages import blocks, coded, page, section, table

PAGE = page("collector/journal/FORMAT.md")


def test_the_worked_example_is_what_is_written() -> None:
    assert blocks(PAGE, "hex") == [hexadecimal(part) + "\n" for part in segment()]


def test_the_worked_example_is_what_is_read() -> None:
    data = b"".join(bytes.fromhex(block) for block in blocks(PAGE, "hex"))
    assert frame.parse_segment_header(data) == (BATCH, 0)
    (record,) = frame.records(data, frame.SEGMENT_HEADER_BYTES)
    assert isinstance(record, frame.Record) and record.batch == BATCH and record.end == len(data)


@pytest.mark.parametrize(
    ("heading", "size"), [("## Segment header", frame.SEGMENT_HEADER_BYTES), ("## Record header", frame.RECORD_HEADER_BYTES)]
)
def test_the_fields_of_a_header_follow_each_other_without_a_gap(heading: str, size: int) -> None:
    rows = table(section(PAGE, heading))
    at = 0
    for offset, length, *_ in rows:
        assert int(offset) == at
        at += int(length)
    assert at == size


def test_the_fields_of_a_change_are_all_there_in_order() -> None:
    rows = table(section(PAGE, "## Payload"))
    assert tuple(name for row in rows for name in coded(row[0])) == Change.__struct_fields__
    told = {coded(row[0])[0]: row[1] for row in rows}
    for group, names in facts.GROUPS.items():
        assert told[group] == ", ".join(names)
    assert told["before"].endswith(", ".join(facts.measures_of("visits")))
    assert told["page_counts"].startswith(", ".join(facts.measures_of("pages")))


def test_the_limits_are_those_in_force() -> None:
    assert f"{frame.PAYLOAD_BYTES_MAX // 2**20} MiB (`PAYLOAD_BYTES_MAX`)" in PAGE
    assert f"{writer.SEGMENT_BYTES_MAX // 2**20} MiB (`SEGMENT_BYTES_MAX`;" in PAGE
    assert f"{door.CHANGES_MAX:,} changes" in PAGE
    assert f"| {frame.VERSION}; a reader refuses a higher one |" in PAGE
    assert frame.RECORD_MARK.hex(" ") in PAGE and frame.MAGIC.decode() in PAGE
