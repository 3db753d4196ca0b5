"""The journal: what was acknowledged is read again, once, in order; what is damaged is known to be."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.journal import frame
from collector.journal.files import segments
from collector.journal.reader import JournalReader, delete_covered, first_held
from collector.journal.runtime_log import RuntimeLog
from collector.journal.writer import JournalFull, JournalWriter, last_batch

NOW_MS = 1_800_000_000_000
PAYLOADS = [bytes([n]) * (n % 7 + 1) for n in range(12)]


def writer(folder: Path, **more: int) -> JournalWriter:
    return JournalWriter(folder, NOW_MS, more.pop("bytes_max", 10**9), **more)


def written(folder: Path, payloads: list[bytes], **more: int) -> list[int]:
    """Write and close; returns the batch numbers."""
    journal = writer(folder, **more)
    numbers = [journal.append(payload) for payload in payloads]
    journal.close()
    return numbers


def read(folder: Path, after: int = 0) -> list[tuple[int, bytes]]:
    return [tuple(batch) for batch in JournalReader(folder, after).read()]  # type: ignore[misc]  # pairs


def test_batches_are_read_as_they_were_written(tmp_path: Path) -> None:
    numbers = written(tmp_path, PAYLOADS)
    assert read(tmp_path) == list(zip(numbers, PAYLOADS, strict=True))
    assert read(tmp_path, after=numbers[4]) == list(zip(numbers, PAYLOADS, strict=True))[5:]


def test_many_segments_are_one_journal(tmp_path: Path) -> None:
    numbers = written(tmp_path, PAYLOADS, segment_bytes_max=100)
    assert len(segments(tmp_path)) > 3
    for after in (0, *numbers):
        assert [number for number, _ in read(tmp_path, after)] == [n for n in numbers if n > after]


def test_a_restart_goes_on_counting_in_a_new_segment(tmp_path: Path) -> None:
    first = written(tmp_path, PAYLOADS[:3])
    second = JournalWriter(tmp_path, 5, 10**9)  # the clock was set back
    assert second.append(b"later") > first[-1]
    second.close()
    reader = JournalReader(tmp_path, 0)
    assert [batch.payload for batch in reader.read()] == [*PAYLOADS[:3], b"later"]
    assert reader.losses.missing == []


def test_a_reader_follows_a_writer_across_segments(tmp_path: Path) -> None:
    journal = writer(tmp_path, segment_bytes_max=90)
    reader = JournalReader(tmp_path, 0)
    for payload in PAYLOADS:
        journal.append(payload)
        assert [batch.payload for batch in reader.read()] == [payload]
        assert list(reader.read()) == []
        assert reader.remaining() == 0
    journal.close()


def test_a_torn_tail_is_cut_at_every_byte_and_costs_only_its_own_record(tmp_path: Path) -> None:
    written(tmp_path, PAYLOADS[:4])
    path = segments(tmp_path)[0].path
    whole = path.read_bytes()
    ends = [frame.SEGMENT_HEADER_BYTES, *(r.end for r in frame.records(whole, frame.SEGMENT_HEADER_BYTES) if isinstance(r, frame.Record))]
    for length in range(frame.SEGMENT_HEADER_BYTES, len(whole)):
        path.write_bytes(whole[:length])
        complete = sum(end <= length for end in ends) - 1
        assert [payload for _, payload in read(tmp_path)] == PAYLOADS[:complete]


def test_a_segment_cut_short_in_the_middle_of_the_journal_is_reported_as_missing_batches(tmp_path: Path) -> None:
    written(tmp_path, PAYLOADS[:4])
    written(tmp_path, [b"next"])
    path = segments(tmp_path)[0].path
    whole = path.read_bytes()
    for length in range(frame.SEGMENT_HEADER_BYTES, len(whole)):
        path.write_bytes(whole[:length])
        reader = JournalReader(tmp_path, 0)
        payloads = [batch.payload for batch in reader.read()]
        assert payloads[-1] == b"next" and len(payloads) < 5
        assert len(reader.losses.missing) == 1


def test_every_flipped_bit_of_a_segment_is_noticed_and_costs_at_most_one_record(tmp_path: Path) -> None:
    written(tmp_path, PAYLOADS[:4])
    written(tmp_path, [b"next"])
    path = segments(tmp_path)[0].path
    whole = path.read_bytes()
    expected = [*PAYLOADS[:4], b"next"]
    for bit in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        reader = JournalReader(tmp_path, 0)
        payloads = [batch.payload for batch in reader.read()]
        missing = [payload for payload in expected if payload not in payloads]
        assert [payload for payload in expected if payload in payloads] == payloads
        assert len(missing) <= 1
        assert reader.losses.damaged or reader.losses.missing or (payloads == expected and bit < frame.SEGMENT_HEADER_BYTES * 8)
        assert not missing or reader.losses.damaged or reader.losses.missing


@pytest.mark.parametrize("sealed", [False, True])
def test_a_record_larger_than_a_read_is_read(tmp_path: Path, sealed: bool) -> None:
    payloads = [b"a" * 50, b"b" * 5_000, b"c" * 50]
    numbers = written(tmp_path, payloads)
    if sealed:
        written(tmp_path, [])
    reader = JournalReader(tmp_path, 0)
    steps = [list(reader.read(100)) for _ in range(4)]
    assert [tuple(batch) for step in steps for batch in step] == list(zip(numbers, payloads, strict=True))
    assert max(map(len, steps)) == 1, "a step takes about as much as it was told to"


def test_damage_longer_than_a_read_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path, [bytes([n]) * 1_000 for n in range(20)])
    last = written(tmp_path, [b"later"])
    segment = segments(tmp_path)[0].path
    data = bytearray(segment.read_bytes())
    data[2_000:18_000] = bytes(16_000)
    segment.write_bytes(data)
    reader = JournalReader(tmp_path, 0)
    found = [batch for _ in range(20) for batch in reader.read(1_500)]
    assert found[-1] == (last[0], b"later")
    assert (len(found), reader.losses.damaged) == (4, 1)
    assert reader.remaining() == 0


@settings(max_examples=100)
@given(st.data())
def test_zeroed_swapped_and_repeated_blocks_never_make_a_wrong_record(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    payloads = [os.urandom(20) for _ in range(20)]
    written(folder, payloads)
    path = segments(folder)[0].path
    whole = bytearray(path.read_bytes())
    block, count = 64, len(whole) // 64
    first, second = data.draw(st.integers(0, count - 1)), data.draw(st.integers(0, count - 1))
    a, b = slice(first * block, first * block + block), slice(second * block, second * block + block)
    how = data.draw(st.sampled_from(("zero", "swap", "repeat")))
    whole[a], whole[b] = (bytes(block), whole[b]) if how == "zero" else (whole[b], whole[a] if how == "swap" else whole[b])
    path.write_bytes(whole)
    found = [batch.payload for batch in JournalReader(folder, 0).read()]
    assert found == [payload for payload in payloads if payload in found]


def test_damage_is_set_aside_with_its_bytes(tmp_path: Path) -> None:
    written(tmp_path, PAYLOADS[:4])
    path = segments(tmp_path)[0].path
    whole = bytearray(path.read_bytes())
    whole[frame.SEGMENT_HEADER_BYTES + frame.RECORD_HEADER_BYTES] ^= 255
    path.write_bytes(whole)
    reader = JournalReader(tmp_path, 0)
    assert [batch.payload for batch in reader.read()] == PAYLOADS[1:4]
    assert (reader.losses.damaged, len(list((tmp_path / "damaged").iterdir()))) == (1, 1)


def test_a_refused_write_leaves_the_journal_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = writer(tmp_path)
    journal.append(b"one")

    def half(descriptor: int, data: bytes) -> None:
        os.write(descriptor, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space"):
        patch.setattr("collector.journal.writer.write_all", half)
        journal.append(b"two")
    journal.append(b"three")
    journal.close()
    assert [payload for _, payload in read(tmp_path)] == [b"one", b"three"]


def test_a_full_journal_refuses_and_goes_on_when_segments_have_gone(tmp_path: Path) -> None:
    journal = writer(tmp_path, bytes_max=300, segment_bytes_max=100)
    with pytest.raises(JournalFull):
        for _ in range(20):
            journal.append(b"x" * 30)
    delete_covered(tmp_path, journal.last_batch)
    journal.append(b"again")
    journal.close()


def test_only_covered_segments_are_deleted_and_never_the_newest(tmp_path: Path) -> None:
    numbers = written(tmp_path, PAYLOADS, segment_bytes_max=100)
    assert first_held(tmp_path) == 1
    delete_covered(tmp_path, numbers[5])
    assert [number for number, _ in read(tmp_path, numbers[5])] == numbers[6:]
    assert first_held(tmp_path) <= numbers[6]
    delete_covered(tmp_path, numbers[-1])
    assert len(segments(tmp_path)) == 1


def test_a_reader_behind_deleted_segments_says_which_batches_are_missing(tmp_path: Path) -> None:
    numbers = written(tmp_path, PAYLOADS, segment_bytes_max=100)
    delete_covered(tmp_path, numbers[5])
    reader = JournalReader(tmp_path, numbers[0])
    assert list(reader.read())
    [(first, last)] = reader.losses.missing
    assert first == numbers[0] + 1 and last < numbers[6]


def test_the_last_batch_is_found_behind_a_torn_tail_and_empty_segments(tmp_path: Path) -> None:
    assert last_batch(tmp_path) is None
    numbers = written(tmp_path, PAYLOADS)
    with segments(tmp_path)[-1].path.open("ab") as file:
        file.write(frame.record(numbers[-1] + 1, b"torn")[:-2])
    assert last_batch(tmp_path) == numbers[-1]
    writer(tmp_path).close()
    assert last_batch(tmp_path) == numbers[-1]


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    header = bytearray(frame.segment_header(1, 0))
    with pytest.raises(frame.NewerFormat):
        newer = frame._SEGMENT.pack(frame.MAGIC, frame.VERSION + 1, 1, 0, 0)[:-4]
        frame.parse_segment_header(newer + frame.crc32(newer).to_bytes(4, "little"))
    assert frame.parse_segment_header(bytes(header)) == frame.SegmentHeader(1, 0)


def test_the_runtime_log_answers_only_what_the_journal_has(tmp_path: Path) -> None:
    log = RuntimeLog(tmp_path)
    log.begin()
    for batch, payload in ((1, b"one"), (2, b"two"), (3, b"three")):
        log.append(batch, payload)
    log.close()
    again = RuntimeLog(tmp_path)
    assert list(again.read(2)) == [b"one", b"two"]
    again.begin()
    again.append(2, b"snapshot")
    again.drop_older()
    again.close()
    assert list(RuntimeLog(tmp_path).read(9)) == [b"snapshot"]
    assert len(list(tmp_path.iterdir())) == 1


def test_without_a_runtime_folder_the_log_keeps_nothing() -> None:
    log = RuntimeLog(None)
    log.begin()
    log.append(1, b"x")
    assert list(log.read(9)) == []
    log.close()
