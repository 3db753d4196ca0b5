"""The recording thread merges a day's rows when many have come, and hands back what commands ask for."""

from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from collector import recording, settings
from collector.clock import DAY_OVER_AFTER_S, Clock, local_day_hour
from collector.control.database import Control
from collector.event import NO_SITE
from collector.journal.writer import JournalWriter
from collector.recorder import STEP_BYTES_MAX
from collector.recording import Recording
from collector.store.duckdb_store import DuckDBStore
from collector.store.errors import StoreError, StoreFull
from collector.store.interface import Position, Rows
from collector.visits.payload import JournalBatch, encode
from tests.server import until
from tests.store.model import DAY, visit_row


def store_has(store: DuckDBStore, batch: int) -> bool:
    return store.position().batch == batch


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[tuple[Recording, DuckDBStore]]:
    loaded = settings.load({"FOOTFALL_DATA_DIR": str(tmp_path)}, tmp_path)
    control, store = Control(loaded.control_url), DuckDBStore(loaded.store_path)
    yield Recording(store, loaded, Clock(), control), store
    store.close()
    control.close()


def test_equal_rows_of_the_day_are_merged_when_many_have_come(
    parts: tuple[Recording, DuckDBStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    thread, store = parts
    monkeypatch.setattr(recording, "TODAY_ROWS_MAX", 10)
    for batch in range(1, 10):
        store.append(visit_row(1, DAY), Position(batch))
        thread._compact()
    assert store.query("SELECT count(*) FROM visits_today") == [(9,)]
    for batch in range(10, 14):
        store.append(visit_row(1, DAY), Position(batch))
    thread._compact()
    assert store.query("SELECT count(*), sum(visits) FROM visits_today") == [(1, 13)]


@pytest.mark.parametrize(("left_bytes", "waits"), [(0, True), (1_000, True), (STEP_BYTES_MAX, False)])
def test_while_events_keep_coming_a_commit_is_made_each_half_second_and_not_one_after_the_other(
    parts: tuple[Recording, DuckDBStore], monkeypatch: pytest.MonkeyPatch, left_bytes: int, waits: bool
) -> None:
    thread, _ = parts
    monkeypatch.setattr(thread.recorder, "step", lambda: 5)
    monkeypatch.setattr(thread.recorder.reader, "remaining", lambda: left_bytes)
    thread._once()  # house is kept at the first
    assert (thread._once() > 0) == waits


def test_what_is_asked_is_done_by_the_thread_and_its_error_comes_back(parts: tuple[Recording, DuckDBStore]) -> None:
    thread, _ = parts
    thread.start()
    try:
        assert thread.ask(lambda: 7) == 7
        with pytest.raises(OSError, match="no room"):
            thread.ask(lambda: (_ for _ in ()).throw(OSError("no room")))
    finally:
        thread.stop()
        thread.join()


def test_the_thread_goes_on_past_a_batch_that_can_never_be_stored_and_past_a_store_that_is_full_for_a_while(
    parts: tuple[Recording, DuckDBStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread, store = parts
    monkeypatch.setattr(recording, "STEP_EACH_S", 0.01)
    real, calls = store.append, count(1)

    def append(rows: Rows, position: Position) -> None:
        if next(calls) == 4:  # the first batch, the one refused, the step past it, and now
            raise StoreFull("The disk is full.")
        real(rows, position)

    monkeypatch.setattr(store, "append", append)
    journal = JournalWriter(tmp_path / "journal", 0, 10**9)
    thread.start()
    try:
        for hits in (1, 2**63, 1):
            batch = journal.append(encode(JournalBatch([], [(1, DAY, "bot", hits)])))
            assert until(partial(store_has, store, batch), 10)
        assert next(calls) == 6
        assert thread.is_alive() and thread.recorder.poisoned == 1
        assert store.query("SELECT sum(events) FROM dropped") == [(2,)]
    finally:
        thread.stop()
        thread.join()
        journal.close()


def test_whoever_asks_while_the_store_refuses_is_told_and_the_store_is_not_tried_again_at_once(
    parts: tuple[Recording, DuckDBStore], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    thread, _ = parts
    tries: list[int] = []

    def refuse() -> int:
        tries.append(1)
        raise StoreError("No room.")

    monkeypatch.setattr(thread.recorder, "step", refuse)
    thread.start()
    try:
        with pytest.raises(StoreError, match="No room"):
            thread.ask(lambda: 7)
        assert len(tries) <= 2
    finally:
        monkeypatch.setattr(thread.recorder, "step", lambda: 0)
        thread.stop()
        thread.join()


def test_who_asks_a_thread_that_has_ended_is_told(parts: tuple[Recording, DuckDBStore]) -> None:
    thread, _ = parts
    thread.start()
    thread.stop()
    thread.join()
    with pytest.raises(StoreError, match="stopping"):
        thread.ask(lambda: 7)


def test_refusals_of_no_site_are_merged_when_their_day_has_ended(parts: tuple[Recording, DuckDBStore]) -> None:
    thread, store = parts
    yesterday = local_day_hour(int(Clock().time()) - DAY_OVER_AFTER_S, "UTC")[0] - 1
    for batch in range(1, 4):
        store.append({"dropped": {(NO_SITE, yesterday, "malformed"): [1]}}, Position(batch))
    thread.recorder.tend()
    assert store.query("SELECT count(*), sum(events) FROM dropped") == [(1, 3)]


def test_what_is_recorded_while_a_month_is_being_sealed_is_seen_at_once(
    parts: tuple[Recording, DuckDBStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread, store = parts
    for length in ("SEALING_S", "STEP_EACH_S"):
        monkeypatch.setattr(recording, length, 0.0)  # a piece a step
    store.append(visit_row(1, DAY - 400, visits=20), Position(1))
    store.close_day(1, DAY - 400)
    journal = JournalWriter(tmp_path / "journal", 1, 10**9)
    seen = 0
    sealing: list[bool] = []
    while not sealing or sealing[-1]:
        journal.append(encode(JournalBatch([], [(1, DAY, "bot", 1)])))
        thread._once()
        seen += 1
        assert store.query("SELECT sum(events) FROM dropped") == [(seen,)]
        sealing.append(thread.jobs.seals.active)
    journal.close()
    assert sealing.count(True) > 5 and store.query("SELECT visits FROM sealed") == [(20,)]
