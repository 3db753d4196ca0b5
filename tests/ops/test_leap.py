"""A clock that leaps far ahead deletes nothing at once; a server that was off for long deletes after most of a day."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from collector import settings
from collector.clock import Clock
from collector.ops import check_machine
from collector.ops.findings import Scene
from collector.ops.jobs import Jobs, backups
from collector.ops.leap import BELIEVED_AFTER_HOURS, LAST_AT_WORK, LEAP_DAYS_MAX, Leap
from collector.settings import Settings
from collector.store.duckdb_store import DuckDBStore
from collector.store.interface import Position
from tests.store.model import visit_row

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date().toordinal()
HOUR_S, DAY_S = 3600, 86_400
YEARS_S = 3 * 365 * DAY_S


class Worn(Clock):
    """A clock whose hands are set, and whose work goes on."""

    def __init__(self) -> None:
        self.now, self.steady = NOW.timestamp(), 100.0

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.steady

    def sleep(self, seconds: float) -> None:
        self.go(seconds)

    def go(self, seconds: float) -> None:
        self.now += seconds
        self.steady += seconds


@pytest.fixture(autouse=True)
def no_audit_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Jobs, "_audit_beside", lambda jobs: None)


@pytest.fixture
def clock() -> Worn:
    return Worn()


@pytest.fixture
def loaded(tmp_path: Path) -> Settings:
    return replace(settings.load({"FOOTFALL_DATA_DIR": str(tmp_path)}, tmp_path), backup_days=3)


@pytest.fixture
def store(loaded: Settings) -> Iterator[DuckDBStore]:
    """With detail of today and of two weeks ago, closed."""
    opened = DuckDBStore(loaded.store_path)
    for batch, age in enumerate((0, 14), 1):
        opened.append(visit_row(1, TODAY - age, visits=20), Position(batch))
    opened.close_day(1, TODAY)
    yield opened
    opened.close()


def begun(store: DuckDBStore, loaded: Settings, clock: Clock) -> Jobs:
    """The jobs of a process that starts, having looked once."""
    jobs = Jobs(store, loaded, clock, lambda: {1: "UTC"})
    tended(jobs)
    return jobs


def tended(jobs: Jobs) -> None:
    jobs.tend()
    while jobs.seals.active:
        jobs.seals.go_on(0)


def kept(store: DuckDBStore, table: str) -> list[date]:
    return [day for (day,) in store.query(f'SELECT DISTINCT day FROM "{table}" ORDER BY 1')]


BOTH = [date.fromordinal(TODAY - 14), date.fromordinal(TODAY)]


@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_that_leaps_years_ahead_and_back_has_deleted_nothing(
    store: DuckDBStore, loaded: Settings, clock: Worn, restarted: bool
) -> None:
    jobs = begun(store, loaded, clock)
    before = backups(loaded.backup_dir)
    clock.now += YEARS_S
    for _ in range(BELIEVED_AFTER_HOURS):
        if restarted:
            jobs = Jobs(store, loaded, clock, lambda: {1: "UTC"})
        tended(jobs)
        assert f"{YEARS_S // DAY_S} days past" in jobs.troubles[0] and "set it right now" in jobs.troubles[0]
        clock.go(HOUR_S - 1)
    assert kept(store, "visits_detail") == kept(store, "visits_daily") == BOTH
    assert set(before) <= set(backups(loaded.backup_dir))
    clock.now -= YEARS_S
    tended(jobs)
    assert jobs.troubles == []


def test_a_server_that_was_off_for_long_deletes_when_it_has_run_for_most_of_a_day(
    store: DuckDBStore, loaded: Settings, clock: Worn
) -> None:
    begun(store, loaded, clock)
    clock.now += YEARS_S
    jobs = begun(store, loaded, clock)
    assert kept(store, "visits_daily") == BOTH
    clock.go(BELIEVED_AFTER_HOURS * HOUR_S)
    tended(jobs)
    assert kept(store, "visits_detail") == kept(store, "visits_daily") == []
    assert jobs.troubles == []
    assert begun(store, loaded, clock).troubles == []


def test_a_removed_site_goes_whatever_the_clock_says(store: DuckDBStore, loaded: Settings, clock: Worn) -> None:
    begun(store, loaded, clock)
    clock.now += YEARS_S
    Jobs(store, loaded, clock, dict, removed=lambda: [1]).tend()
    assert kept(store, "visits_detail") == []


def test_a_site_without_traffic_keeps_nothing_for_longer(store: DuckDBStore, loaded: Settings, clock: Worn) -> None:
    jobs = begun(store, loaded, clock)
    for _ in range(4):
        clock.go(25 * DAY_S)
        tended(jobs)
        assert jobs.troubles == []
    assert kept(store, "visits_detail") == []


@pytest.mark.parametrize(("days", "leapt"), [(LEAP_DAYS_MAX, False), (LEAP_DAYS_MAX + 1, True), (-400, False)])
def test_a_leap_is_more_than_a_month_ahead(tmp_path: Path, clock: Worn, days: int, leapt: bool) -> None:
    assert not Leap(tmp_path, clock).leapt()
    clock.now += days * DAY_S
    assert Leap(tmp_path, clock).leapt() is leapt


@pytest.mark.parametrize("note", [b"", b"{}", b'{"time_s": "x"}', b"\xff"])
def test_a_note_that_cannot_be_read_holds_nothing_up(tmp_path: Path, clock: Worn, note: bytes) -> None:
    (tmp_path / LAST_AT_WORK).write_bytes(note)
    assert not Leap(tmp_path, clock).leapt()


def test_a_folder_that_takes_no_note_holds_nothing_up(tmp_path: Path, clock: Worn) -> None:
    assert not Leap(tmp_path / "gone", clock).leapt()


def test_the_doctor_tells_of_a_leap(loaded: Settings, clock: Worn) -> None:
    Leap(loaded.data_dir, clock).leapt()
    os.utime(loaded.data_dir / LAST_AT_WORK, (clock.now, clock.now))
    scene = Scene(loaded, clock=clock)
    assert [finding.level for finding in check_machine.clock(scene)] == ["ok"]
    clock.now += 40 * DAY_S
    found = {finding.level: finding for finding in check_machine.clock(scene)}
    assert "40 days past the moment" in found["warn"].what and "nothing to do" in found["warn"].do
