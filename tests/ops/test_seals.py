"""When a period is sealed, piece by piece, and that nothing holds the others up: a failure, load, rows that still come."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from collector import settings
from collector.clock import Clock
from collector.ops.seals import Seals
from collector.settings import Settings
from collector.store.duckdb_store import DuckDBStore
from collector.store.errors import StoreFull
from collector.store.interface import Position, Segment
from tests.ops.conftest import StillClock
from tests.store.model import visit_row

K = 10


class At(StillClock):
    """A clock that stands at a moment written as text, in UTC."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.set(text)

    def set(self, text: str) -> None:
        self.now_s = datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(tmp_path / "footfall.duckdb", memory_mb=100)
    yield opened
    opened.close()


def loaded(detail_days: int = 30) -> Settings:
    return replace(settings.load({}, Path.cwd()), detail_days=detail_days)


def count(store: DuckDBStore, day: str, visits: int = 20, site: int = 1) -> None:
    """Visits of a closed day."""
    ordinal = date.fromisoformat(day).toordinal()
    store.append(visit_row(site, ordinal, visits=visits), Position(store.position().batch + 1))
    store.close_day(site, ordinal)


def seals(store: DuckDBStore, clock: Clock, detail_days: int = 30, timezones: dict[int, str] | None = None) -> Seals:
    return Seals(store, loaded(detail_days), clock, lambda: timezones or {}, lambda site: ())


def look_and_seal(sealing: Seals) -> None:
    sealing.look()
    while sealing.active:
        sealing.go_on(0)


def sealed(store: DuckDBStore) -> list[tuple[int, str, str]]:
    return store.query("SELECT site, CAST(first AS VARCHAR), CAST(last AS VARCHAR) FROM sealed ORDER BY ALL")


@pytest.mark.parametrize(
    ("now", "timezone", "due"),
    [
        ("2026-10-30 20:00", "UTC", False),
        ("2026-10-31 02:00", "UTC", True),
        ("2026-10-30 09:00", "Pacific/Kiritimati", False),
        ("2026-10-30 12:00", "Pacific/Kiritimati", True),
        ("2026-10-31 09:00", "Pacific/Pago_Pago", False),
        ("2026-10-31 13:00", "Pacific/Pago_Pago", True),
    ],
)
def test_a_month_is_sealed_when_its_last_day_is_older_than_detail_days_where_the_site_is(
    store: DuckDBStore, now: str, timezone: str, due: bool
) -> None:
    count(store, "2026-09-03")
    look_and_seal(seals(store, At(now), timezones={1: timezone}))
    assert sealed(store) == ([(1, "2026-09-01", "2026-09-30")] if due else [])


def test_a_look_at_nothing_that_is_due_leaves_nothing_active(store: DuckDBStore) -> None:
    count(store, "2026-10-20")
    sealing = seals(store, At("2026-10-25 12:00"))
    sealing.look()
    assert not sealing.active


def test_from_days_to_months_and_back_each_row_of_detail_is_sealed_once(store: DuckDBStore) -> None:
    for day in ("2026-09-01", "2026-09-02"):
        count(store, day)
    look_and_seal(seals(store, At("2026-09-03 12:00"), detail_days=0))
    for day in ("2026-09-03", "2026-09-30"):
        count(store, day)
    look_and_seal(seals(store, At("2026-11-05 12:00")))
    count(store, "2026-11-04")
    look_and_seal(seals(store, At("2026-11-05 12:00"), detail_days=0))
    assert sealed(store) == [
        (1, "2026-09-01", "2026-09-01"),
        (1, "2026-09-01", "2026-09-30"),
        (1, "2026-09-02", "2026-09-02"),
        (1, "2026-11-04", "2026-11-04"),
    ]
    assert store.query("SELECT sum(visits) FROM sealed") == [(100,)]
    pair = "SELECT sum(visits) FROM visits_pairs WHERE dimension = 'country' AND other = 'browser'"
    assert store.query(pair) == [(100,)]


def test_a_clock_set_back_unseals_nothing_and_seals_nothing_too_early(store: DuckDBStore) -> None:
    clock = At("2026-12-05 12:00")
    sealing = seals(store, clock)
    count(store, "2026-10-05")
    look_and_seal(sealing)
    clock.set("2026-11-02 12:00")
    for day in ("2026-10-06", "2026-11-01"):  # late for what is sealed; not old enough
        count(store, day)
    look_and_seal(sealing)
    assert sealed(store) == [(1, "2026-10-01", "2026-10-31")] * 2
    assert store.query("SELECT DISTINCT day FROM visits_detail") == [(date(2026, 11, 1),)]


def test_a_site_whose_sealing_fails_holds_up_no_other(store: DuckDBStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for site in (1, 2, 3):
        count(store, "2026-09-03", site=site)
    real = store.seal

    def seal(site: int, first: int, last: int, k: int, segments: Sequence[Segment]) -> Iterator[None]:
        if site == 1:
            raise StoreFull("no room")
        yield from real(site, first, last, k, segments)

    sealing = seals(store, At("2026-12-01 12:00"))
    with monkeypatch.context() as full:
        full.setattr(store, "seal", seal)
        for _ in range(3):
            look_and_seal(sealing)
            assert "no room" in sealing.trouble
        assert [site for site, _, _ in sealed(store)] == [2, 3]
    look_and_seal(sealing)
    assert sealing.trouble == "" and [site for site, _, _ in sealed(store)] == [1, 2, 3]


def test_late_rows_are_sealed_at_once_with_the_period_that_has_the_pairs_of_their_day(store: DuckDBStore) -> None:
    for day in ("2026-09-05", "2026-09-07"):
        count(store, day)
    look_and_seal(seals(store, At("2026-09-08 12:00"), detail_days=0))
    for day in ("2026-09-05", "2026-09-06", "2026-09-10"):  # late; late, of a day without a period; kept
        count(store, day)
    later = seals(store, At("2026-09-11 12:00"))
    look_and_seal(later)
    by_day = [(1, "2026-09-05", "2026-09-05")] * 2 + [(1, "2026-09-06", "2026-09-06"), (1, "2026-09-07", "2026-09-07")]
    assert sealed(store) == by_day
    assert store.query("SELECT DISTINCT day FROM visits_detail") == [(date(2026, 9, 10),)]
    look_and_seal(seals(store, At("2026-11-01 12:00")))
    month = [(1, "2026-09-01", "2026-09-30")]
    assert sealed(store) == sorted(by_day + month)
    count(store, "2026-09-10")
    look_and_seal(seals(store, At("2026-11-02 12:00"), detail_days=0))
    assert sealed(store) == sorted(by_day + 2 * month)


def test_a_month_waits_for_late_rows_of_its_days_that_were_sealed_by_themselves(store: DuckDBStore) -> None:
    count(store, "2026-09-05")
    look_and_seal(seals(store, At("2026-09-06 12:00"), detail_days=0))
    for day in ("2026-09-10", "2026-09-05"):
        count(store, day)
    later = seals(store, At("2026-11-01 12:00"))
    look_and_seal(later)
    assert sealed(store) == [(1, "2026-09-05", "2026-09-05")] * 2
    look_and_seal(later)
    assert sealed(store) == [(1, "2026-09-01", "2026-09-30")] + [(1, "2026-09-05", "2026-09-05")] * 2
    assert store.query("SELECT visits FROM sealed ORDER BY ALL") == [(20,)] * 3


def test_rows_of_a_month_before_all_sealed_ones_are_sealed_as_a_month(store: DuckDBStore) -> None:
    count(store, "2026-09-05")
    look_and_seal(seals(store, At("2026-11-01 12:00")))
    count(store, "2026-01-05")
    look_and_seal(seals(store, At("2026-11-02 12:00")))
    assert sealed(store) == [(1, "2026-01-01", "2026-01-31"), (1, "2026-09-01", "2026-09-30")]


def test_a_segment_saved_between_a_months_days_is_known_from_the_first_day_that_was_sealed_with_it(store: DuckDBStore) -> None:
    count(store, "2026-09-05")
    look_and_seal(seals(store, At("2026-09-06 12:00"), detail_days=0))
    count(store, "2026-09-10")
    finns: list[list[object]] = [["is", "visit:country", ["FI"]], ["is", "visit:browser", ["Firefox"]]]
    look_and_seal(Seals(store, loaded(), At("2026-11-01 12:00"), dict, lambda site: [("finns", finns)]))
    assert store.query("SELECT segment, first, last FROM counted") == [("finns", date(2026, 9, 6), date(2026, 9, 30))]


def test_each_step_of_the_recorder_seals_a_piece_however_late_it_is(store: DuckDBStore) -> None:
    count(store, "2026-09-03")
    clock = At("2026-12-01 12:00")
    sealing = seals(store, clock)
    sealing.look()
    steps = 0
    while sealing.active:
        clock.steady_s += 10
        sealing.go_on(clock.steady_s - 5)
        steps += 1
    assert steps > 5 and sealed(store) == [(1, "2026-09-01", "2026-09-30")]


def test_rows_that_come_between_the_pieces_are_sealed_at_the_next_look_and_hold_up_no_other_site(store: DuckDBStore) -> None:
    for site in (1, 2):
        count(store, "2026-09-03", site=site)
    sealing = seals(store, At("2026-12-01 12:00"))
    sealing.look()
    sealing.go_on(0)
    count(store, "2026-09-04")
    while sealing.active:
        sealing.go_on(0)
    assert [site for site, _, _ in sealed(store)] == [2]
    assert store.query("SELECT sum(visits) FROM visits_detail") == [(40,)], "nothing of a site is deleted that is not sealed"
    assert store.query("SELECT count(*) FROM visits_pairs WHERE site = 1") == [(0,)]
    look_and_seal(sealing)
    assert [site for site, _, _ in sealed(store)] == [1, 2]
    assert store.query("SELECT visits FROM sealed WHERE site = 1") == [(40,)]


def test_a_site_removed_while_it_is_sealed_leaves_nothing(store: DuckDBStore) -> None:
    for removed_at in (0, 1, 8):
        count(store, "2026-09-03")
        pieces = store.seal(1, date(2026, 9, 1).toordinal(), date(2026, 9, 30).toordinal(), K)
        for _ in range(removed_at):
            next(pieces)
        store.remove_site(1)
        for _ in pieces:
            pass
        assert sealed(store) == [] and store.query("SELECT count(*) FROM visits_pairs UNION SELECT count(*) FROM visits_daily") == [(0,)]


def test_a_store_closed_in_the_middle_of_a_sealing_is_as_before_it(tmp_path: Path) -> None:
    path = tmp_path / "again.duckdb"
    store = DuckDBStore(path, memory_mb=100)
    count(store, "2026-09-03")
    sealing = seals(store, At("2026-12-01 12:00"))
    sealing.look()
    for _ in range(5):
        sealing.go_on(0)
    store.close()
    del sealing
    store = DuckDBStore(path, memory_mb=100)
    assert sealed(store) == [] and store.query("SELECT sum(visits) FROM visits_detail") == [(20,)]
    look_and_seal(seals(store, At("2026-12-01 12:00")))
    assert sealed(store) == [(1, "2026-09-01", "2026-09-30")]
    store.close()
