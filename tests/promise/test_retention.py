"""After retention nothing is left of what was to go: not in the database, its log, the journal or a backup."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from collector import settings
from collector.clock import Clock
from collector.event import Acquisition, Device, Place
from collector.journal.writer import JournalWriter
from collector.ops.jobs import Jobs
from collector.ops.leap import LEAP_DAYS_MAX
from collector.settings import Settings
from collector.store.duckdb_store import DuckDBStore
from collector.store.interface import Position, Rows
from tests.store.model import bytes_of

DAY_S = 86_400
QUIET = date(2026, 9, 14)  # a day with one visit
BUSY = date(2026, 9, 15)
PLACES = ("source", "campaign", "city", "browser")


class Moved(Clock):
    """A clock that is set by hand, to noon."""

    def __init__(self, day: date) -> None:
        self.set(day)

    def set(self, day: date) -> None:
        self.day = day
        self.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()

    def time(self) -> float:
        return self.now


def mark(what: str, day: date) -> str:
    """A text that no compression shortens, another for each dimension and day; of letters that no key is written in."""
    return f"{what}-{''.join(random.Random(f'{what} {day}').choices('ghijklmnopqrstuvwxyz', k=40))}"


def marked(day: date, visits: int) -> Rows:
    """Visits of one day that are alike, marked in what is told of their visitors, in their page and their hour."""
    source, campaign, city, browser = (mark(what, day) for what in PLACES)
    visitor = (Acquisition(source, utm_campaign=campaign), Place("FI", "", city), Device(browser), "", "fi")
    page = mark("page", day)
    return {"visits": {(1, day.toordinal(), 9, "example.com", page, page, *visitor): [visits, visits, 0, 0, visits, 0]}}


@pytest.fixture
def loaded(tmp_path: Path) -> Settings:
    return replace(settings.load({"FOOTFALL_DATA_DIR": str(tmp_path)}, tmp_path), backup_days=2, history_months=13)


@pytest.fixture
def store(loaded: Settings) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(loaded.store_path, memory_mb=100)
    yield opened
    opened.close()


class Audited(Jobs):
    """With the audit in its turn and not beside them."""

    def _audit_beside(self) -> None:
        self.audit()


class House:
    """A collector's journal, store and jobs, with a clock that is set by hand."""

    def __init__(self, store: DuckDBStore, loaded: Settings) -> None:
        self.store, self.loaded, self.clock = store, loaded, Moved(QUIET)
        self._journal = JournalWriter(loaded.journal_dir, 1, 10**9, segment_bytes_max=500)
        self._jobs = Audited(store, loaded, self.clock, lambda: {1: "UTC"})

    def record(self, day: date, visits: int) -> None:
        """As the recorder does, but for the journal's encoding: here its payload is the marks in plain text."""
        rows = marked(day, visits)
        self.store.append(rows, Position(self._journal.append(repr(rows).encode())))

    def live_on(self, day: date) -> None:
        """Everything that is due on a day. Each day has some visits, so the journal goes on."""
        for between in range(self.clock.day.toordinal() + LEAP_DAYS_MAX, day.toordinal(), LEAP_DAYS_MAX):
            self.clock.set(date.fromordinal(between))  # the server was at work all the time: no leap of the clock
            self._jobs.forget_old()
        self.clock.set(day)
        self.record(day, 1)
        self.store.close_day(1, day.toordinal() - 1)
        self._jobs.tend()
        while self._jobs.seals.active:
            self._jobs.seals.go_on(0)
        self._jobs.tend()
        assert self._jobs.troubles == []

    def close(self) -> None:
        self._journal.close()

    def found(self, day: date, *what: str) -> set[str]:
        """Which marks of a day are somewhere in the data folder, whole or in their telling half."""
        data = bytes_of(self.loaded.data_dir)
        texts = {name: mark(name, day).encode() for name in what}
        return {name for name, text in texts.items() if text in data or text[-30:] in data}


@pytest.fixture
def house(store: DuckDBStore, loaded: Settings) -> Iterator[House]:
    opened = House(store, loaded)
    yield opened
    opened.close()


def test_what_a_quiet_day_told_of_its_visitor_is_in_no_byte_when_its_month_is_sealed_and_the_backups_are_over(house: House) -> None:
    house.record(QUIET, 1)
    house.record(BUSY, 40)
    house.live_on(date(2026, 9, 16))
    assert house.found(QUIET, *PLACES) == set(PLACES)
    house.live_on(date(2026, 10, 31))
    assert house.store.query("SELECT first, last FROM sealed") == [(date(2026, 9, 1), date(2026, 9, 30))]
    house.live_on(date(2026, 11, 1))
    house.live_on(date(2026, 11, 3))
    assert house.found(QUIET, *PLACES) == set()
    assert house.found(BUSY, *PLACES, "page") == {*PLACES, "page"}, "what forty visits share is kept, and each page by itself"
    assert house.found(QUIET, "page") == {"page"}


def test_nothing_at_all_is_left_after_history_months(house: House) -> None:
    for day, visits in ((QUIET, 1), (BUSY, 40)):
        house.record(day, visits)
    for day in (date(2026, 9, 16), date(2026, 10, 31), date(2027, 10, 30)):
        house.live_on(day)
    assert house.found(BUSY, *PLACES, "page")
    for day in (date(2027, 11, 2), date(2027, 11, 3), date(2027, 11, 6)):
        house.live_on(day)
    assert house.found(BUSY, *PLACES, "page") == house.found(QUIET, *PLACES, "page") == set()
    kept = ["visits_pairs", "sealed"]
    assert [house.store.query(f"SELECT count(*) FROM {table} WHERE last < DATE '2026-10-01'") for table in kept] == [[(0,)]] * 2
