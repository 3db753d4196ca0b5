"""What every home of the rows must hold, whatever it is built on."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from collector import facts
from collector.event import Acquisition, Device, Place
from collector.store.connection import snapshot
from collector.store.duckdb_store import DuckDBStore
from collector.store.errors import RowsRefused
from collector.store.interface import Position, Rows
from collector.store.locked_store import open_locked
from collector.store.recovery import restore_backup
from tests.store.conftest import HOMES, Opener
from tests.store.model import DAY, MINUTE, append_all, by_month, model, some_rows, stored, visit_row


def test_a_new_store_has_nothing_and_stands_at_zero(store: DuckDBStore) -> None:
    assert store.position() == Position(0)
    assert stored(store) == {}


def test_what_is_appended_is_what_is_summed(store: DuckDBStore) -> None:
    batches = [some_rows(seed) for seed in range(5)]
    append_all(store, batches)
    assert stored(store) == model(batches) != {}
    assert store.position() == Position(5)


def test_a_position_that_is_not_past_the_present_one_is_refused_and_adds_nothing(store: DuckDBStore) -> None:
    store.append(visit_row(), Position(7))
    for batch in (7, 6, 0):
        with pytest.raises(ValueError, match="not past"):
            store.append(visit_row(), Position(batch))
    assert stored(store) == model([visit_row()])
    assert store.position() == Position(7)


def test_an_append_that_fails_adds_nothing_and_the_next_one_goes_on(store: DuckDBStore) -> None:
    good = some_rows(1)
    key, _ = next(iter(good["visits"].items()))
    broken: Rows = {**some_rows(2), "steps": {(1, DAY, "/a", "/b"): [2**63]}, "visits": {key: [1, 1, 1, 1, 1, 1]}}
    with pytest.raises(RowsRefused):
        store.append(broken, Position(1))
    assert (store.position(), stored(store)) == (Position(0), {})
    append_all(store, [good])
    assert stored(store) == model([good])


def test_a_delta_of_nothing_leaves_no_row(store: DuckDBStore) -> None:
    ((key, _),) = visit_row()["visits"].items()
    store.append({"visits": {key: [0, 0, 0, 0, 0, 0]}}, Position(1))
    assert store.query("SELECT count(*) FROM visits_today") == [(0,)]


def test_rows_that_sum_to_nothing_are_gone_after_the_close(store: DuckDBStore) -> None:
    append_all(store, [visit_row(visits=1), visit_row(visits=-1), visit_row(page="/b")])
    assert store.close_day(1, DAY) == 3
    assert store.query("SELECT count(*) FROM visits_detail") == [(1,)]
    assert store.query("SELECT value FROM visits_daily WHERE dimension = 'entry_page'") == [("/b",)]


def test_equal_keys_are_one_row_after_the_close(store: DuckDBStore) -> None:
    append_all(store, [visit_row()] * 4)
    store.close_day(1, DAY)
    assert store.query("SELECT visits FROM visits_detail") == [(4,)]


def test_a_close_in_many_parts_moves_what_a_close_in_one_does(store: DuckDBStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.store.rollup.part_rows", lambda memory_mb: 5)
    batches = [some_rows(seed) for seed in range(5)]
    append_all(store, batches)
    rows = sum(count for table, count in store.sizes().items() if table.endswith("_today"))
    assert sum(store.close_day(site, DAY + 2) for site in (1, 2)) == rows > 10 * 5
    for fact in facts.ROLLED_UP:
        assert store.query(f"SELECT count(*) FROM {fact}_today") == [(0,)]
        keys = ", ".join(f'"{name}"' for name in facts.keys_of(fact) if name not in facts.GROUPS)
        groups = ", ".join(name for name in facts.keys_of(fact) if name in facts.GROUPS)
        assert store.query(f"SELECT 1 FROM {fact}_detail GROUP BY {keys}, {groups} HAVING count(*) > 1") == []
    assert stored(store) == stored(store, daily=True) == model(batches)


def test_a_close_leaves_other_sites_and_later_days_alone(store: DuckDBStore) -> None:
    append_all(store, [visit_row(1, DAY - 1), visit_row(1, DAY), visit_row(1, DAY + 1), visit_row(2, DAY)])
    assert store.close_day(1, DAY) == 2
    assert store.query("SELECT site, day - DATE '2026-11-02' FROM visits_today ORDER BY ALL") == [(1, 1), (2, 0)]


def test_late_rows_are_added_by_another_close(store: DuckDBStore) -> None:
    batches = [visit_row(), visit_row(page="/late")]
    append_all(store, batches[:1])
    store.close_day(1, DAY)
    append_all(store, batches[1:])
    store.close_day(1, DAY)
    store.close_day(1, DAY)
    assert stored(store) == stored(store, daily=True) == model(batches)


def test_daily_rows_of_every_dimension_and_of_the_hours_sum_to_the_total(store: DuckDBStore) -> None:
    append_all(store, [some_rows(seed) for seed in range(5)])
    for site in (1, 2):
        store.close_day(site, DAY + 2)
    for fact in facts.ROLLED_UP:
        sums = ", ".join(f"sum({measure})" for measure in facts.measures_of(fact))
        names = {row[0] for row in store.query(f"SELECT DISTINCT dimension FROM {fact}_daily")}
        assert names == {"", "hour", *(dimension.name for dimension in facts.dimensions_of(fact))}
        ordinary = f"FROM {fact}_daily WHERE dimension NOT IN ('property', 'value')"
        per_dimension = store.query(f"SELECT site, day, {sums} {ordinary} GROUP BY dimension, site, day")
        totals = store.query(f"SELECT site, day, {sums} {ordinary} AND dimension = '' GROUP BY site, day")
        assert set(per_dimension) == set(totals) != set()


def test_a_store_of_before_there_were_monthly_rows_has_them_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "old.duckdb"
    store = DuckDBStore(path)
    append_all(store, [some_rows(seed) for seed in range(5)])
    for site in (1, 2):
        store.close_day(site, DAY + 2)
    expected = by_month(store, "monthly")
    store.close()
    before = open_locked(path, memory_mb=100)
    for fact in facts.ROLLED_UP:
        before.execute(f"DROP TABLE {fact}_monthly")
    before.close()
    for _ in range(2):
        again = DuckDBStore(path)
        assert by_month(again, "monthly") == by_month(again, "daily") == expected != {}
        again.close()


def test_an_events_daily_rows_are_its_own_and_not_its_properties(store: DuckDBStore) -> None:
    key = (1, DAY, 12, "example.com", "/", Acquisition(), Place("FI"), Device("Firefox"), "", "fi", "/", "Sign up")
    append_all(store, [{"events": {(*key, "", "", ""): [2, 1, 1, 0], (*key, "plan", "plan=pro", ""): [2, 1, 1, 0]}}])
    store.close_day(1, DAY)
    rows = store.query("SELECT dimension, value, events FROM events_daily WHERE dimension IN ('', 'event', 'property', 'value') ORDER BY 1")
    assert rows == [("", "", 2), ("event", "Sign up", 2), ("property", "plan", 2), ("value", "plan=pro", 2)]


def test_hours_are_two_digits(store: DuckDBStore) -> None:
    append_all(store, [some_rows(seed) for seed in range(5)])
    store.close_day(1, DAY + 2)
    assert {row[0] for row in store.query("SELECT value FROM pages_daily WHERE dimension = 'hour'")} == {"00", "09", "23"}


def test_forgetting_deletes_what_is_older_of_its_own_site_only(store: DuckDBStore) -> None:
    october = date(2026, 10, 31).toordinal()
    days = (october, DAY, DAY + 1)
    append_all(store, [visit_row(site, day) for site in (1, 2) for day in days])
    append_all(store, [{"steps": {(1, day, "/a", "/b"): [1]}, "dropped": {(1, day, "bot"): [1]}} for day in days])
    for site in (1, 2):
        store.close_day(site, DAY + 3)
    alone = store.query("SELECT count(*) FROM visits_daily WHERE site = 1 AND day < DATE '2026-11-01'")[0][0]
    assert store.forget(1, DAY + 1) == 1 + 2 * alone + 2, "whole months: the second of November is kept, and everything of October goes"
    left = "SELECT site, count(DISTINCT day) FROM {} GROUP BY site ORDER BY site"
    assert store.query(left.format("visits_detail")) == [(1, 2), (2, 3)]
    assert store.query(left.format("visits_daily")) == [(1, 2), (2, 3)]
    assert store.query(left.format("visits_monthly")) == [(1, 1), (2, 2)]
    assert store.query(left.format("steps")) == store.query(left.format("dropped")) == [(1, 2)]


def test_forgetting_history_takes_rows_that_were_never_closed_too(store: DuckDBStore) -> None:
    october = date(2026, 10, 31).toordinal()
    append_all(store, [visit_row(1, october), visit_row(1, DAY)])
    assert store.forget(1, october) == 0
    assert store.forget(1, DAY) == 1
    assert stored(store) == model([visit_row(1, DAY)])


def test_live_rows_older_than_a_minute_are_forgotten(store: DuckDBStore) -> None:
    append_all(store, [{"live": {(1, MINUTE + n, "/", "", "FI"): [1, 1] for n in range(3)}}])
    store.forget_live(MINUTE + 2)
    assert store.query("SELECT minute FROM live") == [(MINUTE + 2,)]


def test_a_removed_site_has_no_row_in_any_table(store: DuckDBStore) -> None:
    batches = [some_rows(seed) for seed in range(3)]
    append_all(store, batches)
    store.close_day(1, DAY)
    store.remove_site(1)
    assert stored(store) == {key: amount for key, amount in model(batches).items() if key[3] == 2} != {}


def test_merging_equal_keys_of_the_day_changes_no_sum(store: DuckDBStore) -> None:
    batches = [some_rows(seed) for seed in (1, 1, 2)]
    append_all(store, batches)
    rows = sum(count for table, count in store.sizes().items() if table.endswith("_today"))
    assert 0 < store.compact_today() < rows
    assert store.compact_today() == 0
    assert stored(store) == model(batches)


def test_a_closed_store_opened_again_goes_on_where_it_was(opener: Opener, tmp_path: Path) -> None:
    batches = [some_rows(1), some_rows(2)]
    for number in (0, 1):
        store = opener(tmp_path / "footfall.duckdb")
        append_all(store, batches[number : number + 1])
        store.close()
        store.close()
    store = opener(tmp_path / "footfall.duckdb")
    assert (store.position(), stored(store)) == (Position(2), model(batches))
    store.close()


def test_a_checkpoint_is_left_for_later_while_a_backup_reads_and_done_otherwise(
    store: DuckDBStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.store.duckdb_store.CHECKPOINT_WAIT_S", 0.05)
    append_all(store, [visit_row()])
    with store._readers.cursor() as cursor, snapshot(cursor):
        cursor.execute("SELECT count(*) FROM visits_today")
        store.checkpoint()
        assert store.sizes()["wal_bytes"] > 0
    store.checkpoint()
    assert store.sizes()["wal_bytes"] == 0


class AnyHistory(RuleBasedStateMachine):
    """Any order of batches, closes, merges, rewrites, restarts and restores leaves the sums that the batches amount to."""

    home = HOMES["duckdb"]

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "footfall.duckdb"
        self.batches: list[Rows] = []
        self.backups = 0
        self.store = type(self).home(self.path)

    @rule(seed=st.integers(0, 40), count=st.integers(1, 6))
    def append(self, seed: int, count: int) -> None:
        self.batches.append(some_rows(seed, count))
        self.store.append(self.batches[-1], Position(len(self.batches)))

    @rule(site=st.sampled_from((1, 2)), day=st.integers(DAY, DAY + 2))
    def close_day(self, site: int, day: int) -> None:
        self.store.close_day(site, day)

    @rule(site=st.sampled_from((None, 1, 2)))
    def compact(self, site: int | None) -> None:
        self.store.compact_today(site)

    @rule()
    def rewrite(self) -> None:
        self.store.rewrite()

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = type(self).home(self.path)

    @rule()
    def restore(self) -> None:
        self.backups += 1
        folder = self.folder / f"backup-{self.backups}"
        self.store.backup(folder)
        self.store.close()
        self.path.unlink()
        restore_backup(folder, self.path)
        self.store = type(self).home(self.path)

    @invariant()
    def sums_are_those_of_the_batches(self) -> None:
        expected = model(self.batches)
        assert stored(self.store) == expected
        assert stored(self.store, daily=True) == expected
        assert by_month(self.store, "monthly") == by_month(self.store, "daily")
        assert self.store.position() == Position(len(self.batches))

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=7, stateful_step_count=10, suppress_health_check=list(HealthCheck))
