"""The daily housekeeping: what is old or removed goes, a verified backup lets the journal go, and a lost list deletes nothing."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from collector import settings
from collector.clock import Clock
from collector.journal.reader import first_held
from collector.journal.writer import JournalWriter
from collector.ops.audit import Audit, last_audit
from collector.ops.jobs import Jobs, backups, months_before, stamp
from collector.settings import Settings
from collector.store.backup import verify
from collector.store.duckdb_store import DuckDBStore
from collector.store.errors import StoreFull
from collector.store.interface import Position
from tests.store.model import visit_row

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date().toordinal()


class Fixed(Clock):
    def __init__(self) -> None:
        self.now = NOW.timestamp()

    def time(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def no_audit_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs here are made by the dozen and not stopped."""
    monkeypatch.setattr(Jobs, "_audit_beside", lambda jobs: None)


AUDIT_BESIDE = Jobs._audit_beside


@pytest.fixture
def clock() -> Fixed:
    return Fixed()


@pytest.fixture
def loaded(tmp_path: Path) -> Settings:
    return settings.load({"FOOTFALL_DATA_DIR": str(tmp_path), "FOOTFALL_DETAIL_DAYS": "30", "FOOTFALL_BACKUP_DAYS": "2"}, tmp_path)


@pytest.fixture
def store(loaded: Settings) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(loaded.store_path)
    yield opened
    opened.close()


def days(store: DuckDBStore, table: str) -> list[date]:
    return [row[0] for row in store.query(f'SELECT DISTINCT day FROM "{table}" ORDER BY 1')]


def sealed(jobs: Jobs) -> None:
    while jobs.seals.active:
        jobs.seals.go_on(Clock().monotonic() + 1)


def test_detail_is_sealed_by_the_month_after_detail_days_and_everything_goes_after_history_months(
    store: DuckDBStore, loaded: Settings, clock: Fixed
) -> None:
    kept, month, long_ago, gone = (date(2026, 10, 31), date(2026, 10, 1)), date(2026, 9, 30), date(2025, 10, 18), date(2024, 6, 5)
    for batch, day in enumerate((*kept, month, long_ago, gone), 1):
        store.append(visit_row(1, day.toordinal(), visits=20), Position(batch))
    store.close_day(1, TODAY)
    jobs = Jobs(store, loaded, clock, lambda: {1: "UTC"})
    jobs.tend()
    sealed(jobs)
    assert days(store, "visits_detail") == [kept[1], kept[0]]
    assert days(store, "visits_daily") == [long_ago, month, kept[1], kept[0]]
    assert store.query("SELECT first, last, k FROM sealed ORDER BY 1") == [
        (date(2025, 10, 1), date(2025, 10, 31), 10),
        (date(2026, 9, 1), date(2026, 9, 30), 10),
    ]
    clock.now += 10 * 86_400
    jobs.tend()
    sealed(jobs)
    assert days(store, "visits_detail") == []


def test_without_detail_days_each_day_is_sealed_when_it_is_closed(store: DuckDBStore, loaded: Settings, clock: Fixed) -> None:
    jobs = Jobs(store, replace(loaded, detail_days=0), clock, lambda: {1: "UTC"})
    jobs.tend()
    sealed(jobs)
    store.append(visit_row(1, TODAY - 1, visits=20), Position(1))
    store.close_day(1, TODAY - 1)
    jobs.tend(days_closed=True)
    sealed(jobs)
    yesterday = date.fromordinal(TODAY - 1)
    assert store.query("SELECT first, last FROM sealed") == [(yesterday, yesterday)]


def test_no_backup_is_made_while_a_period_is_being_sealed_or_the_file_holds_what_was_deleted(
    store: DuckDBStore, loaded: Settings, clock: Fixed
) -> None:
    store.append(visit_row(1, TODAY - 100, visits=20), Position(1))
    store.close_day(1, TODAY)
    jobs = Jobs(store, loaded, clock, lambda: {1: "UTC"})
    jobs.tend()
    assert backups(loaded.backup_dir) == []
    sealed(jobs)
    held = [store.holds_deleted]
    jobs.tend()
    held.append(store.holds_deleted)
    assert held == [True, False] and len(backups(loaded.backup_dir)) == 1


def test_a_sealing_that_fails_is_told_and_tried_again(
    store: DuckDBStore, loaded: Settings, clock: Fixed, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append(visit_row(1, TODAY - 100, visits=20), Position(1))
    store.close_day(1, TODAY)
    jobs = Jobs(store, loaded, clock, lambda: {1: "UTC"})
    with monkeypatch.context() as broken:
        broken.setattr("collector.store.sealing.Sealing.finish", lambda sealing, writer: 1 / 0)
        jobs.tend()
        sealed(jobs)
    assert "ZeroDivisionError" in jobs.troubles[0] and days(store, "visits_detail")
    clock.now += 600
    jobs.tend()
    sealed(jobs)
    assert jobs.troubles == [] and not days(store, "visits_detail")


def test_a_backup_older_than_backup_days_goes_although_there_are_few(store: DuckDBStore, loaded: Settings, clock: Fixed) -> None:
    jobs = Jobs(store, loaded, clock, dict)
    jobs.backup()
    clock.now += 3 * 86_400
    made = jobs.backup()
    assert backups(loaded.backup_dir) == [made]


def test_a_removed_sites_rows_go_and_those_of_a_lost_list_stay(store: DuckDBStore, loaded: Settings, clock: Fixed) -> None:
    store.append(visit_row(1, TODAY), Position(1))
    store.append(visit_row(2, TODAY), Position(2))
    Jobs(store, loaded, clock, dict).forget_old()
    assert store.query("SELECT site FROM visits_today ORDER BY 1") == [(1,), (2,)]
    Jobs(store, loaded, clock, dict, removed=lambda: [2]).forget_old()
    assert store.query("SELECT site FROM visits_today") == [(1,)]


def test_refusals_of_no_known_site_go_after_history_months_too(store: DuckDBStore, loaded: Settings, clock: Fixed) -> None:
    store.append({"dropped": {(0, TODAY - age, "unknown-site"): [1] for age in (0, 900)}}, Position(1))
    assert Jobs(store, loaded, clock, lambda: {1: "UTC"}).forget_old() == 1
    assert days(store, "dropped") == [date.fromordinal(TODAY)]


def test_a_backup_is_verified_lets_covered_segments_go_and_thins_out_old_ones(store: DuckDBStore, loaded: Settings, clock: Fixed) -> None:
    journal = JournalWriter(loaded.journal_dir, 1, 10**9, segment_bytes_max=60)
    batches = [journal.append(b"x" * 40) for _ in range(5)]
    journal.close()
    store.append(visit_row(1, TODAY), Position(batches[3]))
    jobs = Jobs(store, loaded, clock, dict)
    made = []
    for _ in range(4):
        made.append(jobs.backup())
        clock.now += 86_400
    assert backups(loaded.backup_dir) == made[-2:]
    assert verify(made[-1]).position == batches[3]
    assert first_held(loaded.journal_dir) == batches[3] + 1


def test_the_daily_backup_is_made_once_a_day_and_a_failing_one_is_told(store: DuckDBStore, loaded: Settings, clock: Fixed) -> None:
    jobs = Jobs(store, loaded, clock, dict)
    jobs.tend()
    jobs.tend()
    assert [path.name for path in backups(loaded.backup_dir)] == [stamp(NOW.timestamp())]
    loaded.backup_dir.rename(loaded.data_dir / "elsewhere")
    loaded.backup_dir.write_text("in the way")
    clock.now += 86_400
    jobs.tend()
    assert "backup failed" in jobs.troubles[0]
    loaded.backup_dir.unlink()
    clock.now += 3_600
    jobs.tend()
    assert jobs.last_error == "" and len(backups(loaded.backup_dir)) == 1


def test_the_counts_are_audited_and_a_broken_promise_is_told_until_it_is_mended(
    store: DuckDBStore, loaded: Settings, clock: Fixed, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = Jobs(store, loaded, clock, dict)
    jobs.audit()
    made = last_audit(loaded.data_dir)
    assert made is not None and made.verdict == "kept" and jobs.troubles == []
    with monkeypatch.context() as broken:
        broken.setattr(Audit, "verdict", "broken")
        jobs.audit()
    assert "footfall audit" in jobs.troubles[0]
    jobs.audit()
    assert jobs.troubles == []


def test_an_audit_follows_the_daily_backup(store: DuckDBStore, loaded: Settings, clock: Fixed, monkeypatch: pytest.MonkeyPatch) -> None:
    audited = threading.Event()
    monkeypatch.setattr(Jobs, "_audit_beside", AUDIT_BESIDE)
    monkeypatch.setattr(Jobs, "audit", lambda jobs: audited.set())
    jobs = Jobs(store, loaded, clock, dict)
    jobs.tend()
    assert backups(loaded.backup_dir) and audited.wait(10)
    jobs.stop()


def test_stopping_waits_for_an_audit_which_then_asks_nothing_more(store: DuckDBStore, loaded: Settings, clock: Fixed) -> None:
    jobs = Jobs(store, loaded, clock, dict)
    jobs.stop()
    jobs.audit()
    made = last_audit(loaded.data_dir)
    assert made is not None and made.verdict == "unchecked"


def test_a_clock_set_back_stops_no_backup_and_costs_no_new_one(store: DuckDBStore, loaded: Settings, clock: Fixed) -> None:
    jobs = Jobs(store, replace(loaded, backup_days=1), clock, dict)
    clock.now += 400 * 86_400
    jobs.tend()
    clock.now = NOW.timestamp()
    jobs.tend()
    assert backups(loaded.backup_dir)[0].name == stamp(NOW.timestamp()), "the journal relies on this one"
    clock.now += 86_400
    jobs.tend()
    assert [path.name for path in backups(loaded.backup_dir)] == [stamp(clock.now)]
    assert verify(backups(loaded.backup_dir)[0])


def test_backups_that_a_wrong_clock_stamped_in_the_future_go_before_the_others(store: DuckDBStore, loaded: Settings, clock: Fixed) -> None:
    jobs, ahead = Jobs(store, replace(loaded, backup_days=3), clock, dict), 400 * 86_400
    clock.now += ahead
    wrong = [jobs.backup(), jobs.backup()]
    clock.now -= ahead
    made = []
    for left in (wrong, wrong[1:], []):
        made.append(jobs.backup())
        clock.now += 86_400
        assert backups(loaded.backup_dir) == [*made, *left]


def test_a_backup_from_the_future_is_not_the_last_one_to_a_server_that_starts(store: DuckDBStore, loaded: Settings, clock: Fixed) -> None:
    last = Jobs(store, loaded, clock, dict)
    last.backup()
    clock.now += 400 * 86_400
    Jobs(store, replace(loaded, backup_days=400), clock, dict).backup()
    clock.now = NOW.timestamp() + 600
    assert Jobs(store, loaded, clock, dict).last_backup_s == NOW.timestamp()


def test_rows_whose_deletion_was_cut_short_leave_the_file_with_the_next_look(
    store: DuckDBStore, loaded: Settings, clock: Fixed, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append(visit_row(2, TODAY), Position(1))
    jobs = Jobs(store, loaded, clock, dict, removed=lambda: [2])
    rewritten: list[bool] = []
    real = store.rewrite

    def rewrite() -> None:
        rewritten.append(len(rewritten) > 0)
        if len(rewritten) == 1:
            raise StoreFull("no room")
        real()

    monkeypatch.setattr(store, "rewrite", rewrite)
    with pytest.raises(StoreFull):
        jobs.tend()
    for _ in range(3):
        clock.now += 600
        jobs.tend()
    assert rewritten == [False, True]


def test_a_journal_at_half_its_limit_is_backed_up_within_the_hour(store: DuckDBStore, loaded: Settings, clock: Fixed) -> None:
    narrow = replace(loaded, journal_bytes_max=1_000_000)
    journal = JournalWriter(loaded.journal_dir, 1, 10**9)
    jobs = Jobs(store, narrow, clock, dict)
    jobs.tend()
    clock.now += 3_600
    jobs.tend()
    assert len(backups(loaded.backup_dir)) == 1
    journal.append(b"x" * 600_000)
    journal.close()
    jobs.tend()
    assert len(backups(loaded.backup_dir)) == 2


def test_months_are_calendar_months() -> None:
    assert date.fromordinal(months_before(date(2026, 11, 22).toordinal(), 25)) == date(2024, 10, 1)
    assert date.fromordinal(months_before(date(2026, 1, 31).toordinal(), 1)) == date(2025, 12, 1)
