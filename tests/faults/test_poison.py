"""A batch that the store can never take is set aside alone: no other waits for it, and nothing that can pass is taken for it."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from collector.clock import Clock
from collector.journal.writer import JournalWriter
from collector.recorder import Recorder
from collector.store import errors
from collector.store.duckdb_store import DuckDBStore
from collector.store.interface import Position, Rows
from collector.visits.change import Change
from collector.visits.payload import JournalBatch, encode
from tests.faults.crowd import DAY, changes_of, event_of, rows_of
from tests.store.model import model, stored

CHANGES = changes_of(event_of(11, index) for index in range(60))
VIEW = CHANGES[0]


def refused(site: int = 1, day: int = DAY, count: int = 1) -> bytes:
    """A batch of hits that were not counted."""
    return encode(JournalBatch([], [(site, day, "bot", count)]))


def changed(**fields: Any) -> bytes:
    """A batch of one page view with other fields than a page view can have."""
    return encode(JournalBatch([msgspec.structs.replace(VIEW, **fields)], []))


def good(change: Change) -> bytes:
    """A batch of one change."""
    return encode(JournalBatch([change], []))


# What is wrong with a batch: whole by its checksum, and refused however often it is tried.
POISON: dict[str, bytes] = {
    "no batch": b"\xc1",
    "a text that is not UTF-8": refused().replace(b"bot", b"b\xedt"),
    "a site past 32 bits": changed(site=2**40),
    "a site past 64 bits": refused(site=2**64 - 1),
    "a day past 32 bits": changed(day=2**40),
    "a day before the calendar": changed(day=0),
    "a day after the calendar": refused(day=3_652_060),
    "an hour past its byte": changed(hour=300),
    "an hour before midnight": changed(hour=-1),
    "a minute past 32 bits": changed(minute=2**40),
    "a count past 64 bits": refused(count=2**63),
    "a visit's count past 64 bits": changed(after=(2**63, 1, 1, 0, 1, 0)),
    "a group with a value too few": changed(acquisition=VIEW.acquisition[:-1]),
    "a group with a value too many": changed(device=(*VIEW.device, "")),
    "a group of nothing": changed(place=()),
    "measures that are too few": changed(page_counts=(1, 1)),
    "measures that are twice as many": changed(page_counts=(1, 1, 1, 0, 0, 0) * 2),
}
Begin = Callable[[Iterable[bytes]], tuple[Recorder, list[int]]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(tmp_path / "footfall.duckdb", memory_mb=100)
    yield opened
    opened.close()


@pytest.fixture
def begin(tmp_path: Path, store: DuckDBStore) -> Begin:
    """A recorder at the beginning of a journal of these payloads, and their numbers."""

    def begun(payloads: Iterable[bytes]) -> tuple[Recorder, list[int]]:
        journal = JournalWriter(tmp_path / "journal", 0, 10**9)
        numbers = [journal.append(payload) for payload in payloads]
        journal.close()
        return Recorder(store, tmp_path / "journal", Clock(), dict), numbers

    return begun


def set_aside(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "journal" / "damaged").glob("*")}


@pytest.mark.parametrize("what", POISON)
def test_a_batch_the_store_can_never_take_is_set_aside_and_its_neighbours_are_counted_once(
    what: str, tmp_path: Path, store: DuckDBStore, begin: Begin, capfd: pytest.CaptureFixture[str]
) -> None:
    recorder, numbers = begin([good(CHANGES[0]), POISON[what], good(CHANGES[1])])
    assert recorder.step() == 2
    assert recorder.step() == 0
    assert stored(store) == model([rows_of(CHANGES[:2])])
    assert store.position() == Position(numbers[2])
    assert (recorder.poisoned, recorder.recorded) == (1, 2)
    assert set_aside(tmp_path) == {f"batch-{numbers[1]}.bad": POISON[what]}
    assert str(tmp_path / "journal" / "damaged" / f"batch-{numbers[1]}.bad") in capfd.readouterr().err
    store.close_day(1, DAY + 2)


def test_all_of_them_among_many_are_found_and_every_other_is_counted_once(tmp_path: Path, store: DuckDBStore, begin: Begin) -> None:
    payloads = [good(change) for change in CHANGES]
    for at, poison in enumerate(POISON.values()):
        payloads.insert(at * 4, poison)
    recorder, numbers = begin(payloads)
    recorder.step()
    assert stored(store) == model([rows_of(CHANGES)])
    assert sorted(set_aside(tmp_path).values()) == sorted(POISON.values())
    assert (recorder.poisoned, recorder.recorded, store.position()) == (len(POISON), len(CHANGES), Position(numbers[-1]))


def test_one_among_many_costs_a_few_transactions_and_not_one_a_batch(
    store: DuckDBStore, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    appended: list[int] = []
    real = store.append

    def counting(rows: Rows, position: Position) -> None:
        appended.append(position.batch)
        real(rows, position)

    monkeypatch.setattr(store, "append", counting)
    payloads = [refused(count=number) for number in range(1, 1_001)]
    payloads[617] = refused(count=2**63)
    begin(payloads)[0].step()
    assert store.query("SELECT sum(events) FROM dropped") == [(1_000 * 1_001 // 2 - 618,)]
    assert len(appended) <= 2 * 10 + 2  # halves of a thousand: ten times


def test_batches_that_only_together_do_not_fit_are_all_counted(tmp_path: Path, store: DuckDBStore, begin: Begin) -> None:
    recorder, _ = begin([refused(count=2**62)] * 2)
    recorder.step()
    assert store.query("SELECT sum(events) FROM dropped") == [(2**63,)]
    assert (recorder.poisoned, set_aside(tmp_path)) == (0, {})


PASSING = [
    errors.StoreFull("the disk is full"),
    errors.StoreLocked("in use"),
    errors.StoreDamaged("damaged"),
    errors.QueryTimeout("too long"),
    errors.StoreError("something else"),
    OSError(28, "No space left on device"),
]


@pytest.mark.parametrize("trouble", PASSING, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("at", [1, 2, 4])
def test_trouble_that_passes_sets_nothing_aside_and_all_is_counted_once_when_it_has_passed(
    trouble: Exception, at: int, tmp_path: Path, store: DuckDBStore, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the first append, and where halves of a step with a poisoned batch are already in the store."""
    recorder, numbers = begin([good(change) for change in CHANGES[:3]] + [POISON["a site past 32 bits"]])
    real, calls = store.append, 0

    def failing(rows: Rows, position: Position) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise trouble
        real(rows, position)

    monkeypatch.setattr(store, "append", failing)
    with pytest.raises(type(trouble)):
        recorder.step()
    assert recorder.poisoned == 0
    recorder.step()
    assert stored(store) == model([rows_of(CHANGES[:3])])
    assert (recorder.poisoned, recorder.recorded, list(set_aside(tmp_path))) == (1, 3, [f"batch-{numbers[3]}.bad"])


def test_a_batch_that_cannot_be_set_aside_stays_where_it_is_until_there_is_room(
    tmp_path: Path, store: DuckDBStore, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder, numbers = begin([good(CHANGES[0]), POISON["no batch"], good(CHANGES[1])])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken, pytest.raises(OSError, match="No space left"):
        broken.setattr("os.fsync", full)
        recorder.step()
    assert (store.position(), recorder.poisoned, set_aside(tmp_path)) == (Position(numbers[0]), 0, {})
    recorder.step()
    assert stored(store) == model([rows_of(CHANGES[:2])])
    assert (recorder.poisoned, set_aside(tmp_path)) == (1, {f"batch-{numbers[1]}.bad": b"\xc1"})


def test_a_row_of_another_length_never_slides_into_its_neighbours_columns(store: DuckDBStore) -> None:
    """Six measures and twelve make eighteen, which looks like three rows of six."""
    ((key, measures), *_) = rows_of([VIEW])["pages"].items()
    other = (*key[:-1], "/other")
    for wrong in ({key: measures, other: [*measures, *measures]}, {key: measures, other[:-1]: measures}):
        rows: Rows = {"pages": wrong}
        with pytest.raises(errors.RowsRefused):
            store.append(rows, Position(1))
    assert stored(store) == {}


@pytest.mark.parametrize("sign", [1, -1])
def test_a_days_sum_past_64_bits_stays_at_the_end_of_them_and_holds_up_no_close(sign: int, store: DuckDBStore) -> None:
    """Amounts of money are the visitor's own word: nine million events of the largest are enough."""
    ((key, _), *_) = rows_of(CHANGES)["events"].items()
    for batch in range(1, 4):
        store.append({"events": {key: [1, 1, 1, sign * 2**62]}, "dropped": {(1, DAY, "bot"): [2**62]}}, Position(batch))
    assert store.close_day(1, DAY + 2) > 0
    assert store.query("SELECT sum(events), sum(revenue) FROM events_detail") == [(3, sign * (2**63 - 1))]
    assert store.query("SELECT sum(revenue) FROM events_daily WHERE dimension = 'event'") == [(sign * (2**63 - 1),)]
    store.rewrite()
