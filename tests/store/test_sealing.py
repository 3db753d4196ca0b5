"""What sealing leaves is what a plain model says: kept cells with all their measures, days given up, and every total as before."""

import random
from collections.abc import Callable, Iterable
from datetime import date

import pytest

from collector.event import Acquisition, Device, Place
from collector.facts import PAIRS, RARE, ROLLED_UP, FactName, measures_of
from collector.store import bounds, sealing
from collector.store.duckdb_store import DuckDBStore
from collector.store.fold import Cell
from collector.store.interface import Rows
from tests.store.model import append_all
from tests.store.sealed_model import FIRST, LAST, SITE, K, Sealed, Singles, added, month, pairs_in, singles_in, totals
from tests.store.test_fold import is_safe

Days = Callable[[random.Random], Iterable[tuple[int, int]]]


def big(chance: random.Random) -> Iterable[tuple[int, int]]:
    """Three days that can be told by themselves."""
    return [(day, K + chance.randint(3, 20)) for day in (1, 2, 9)]


def small_together_enough(chance: random.Random) -> Iterable[tuple[int, int]]:
    """One large day, and small ones that together have k visits."""
    return [(1, 20), *((day, chance.randint(1, K - 1)) for day in range(2, 2 + 2 * K))]


def small_and_gone(chance: random.Random) -> Iterable[tuple[int, int]]:
    """Large days, and one visit of another day."""
    return [(2, 30), (3, 12), (20, 1)]


def tiny(chance: random.Random) -> Iterable[tuple[int, int]]:
    """Fewer visits in the month than any group may have."""
    return [(1, 2), (7, 1)]


def _one_day(visits: int) -> Days:
    return lambda chance: [(1, visits)]


MONTHS = (big, small_together_enough, small_and_gone, tiny)


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here is asked what becomes of what was decided; tests/store/test_joint.py asks whether it was decided well."""
    monkeypatch.setattr(bounds, "ROUNDS_MAX", 2)


def closed(store: DuckDBStore, *batches: Rows) -> None:
    append_all(store, batches)
    store.close_day(SITE, LAST.toordinal())


def seal(store: DuckDBStore, first: date = FIRST, last: date = LAST) -> None:
    for _ in store.seal(SITE, first.toordinal(), last.toordinal(), K):
        pass


def singles_add_up(store: DuckDBStore, fact: FactName, sealings: Iterable[Sealed]) -> None:
    assert singles_in(store, f"{fact}_daily") == added(*(one.daily(fact) for one in sealings)), fact
    assert singles_in(store, f"{fact}_monthly") == added(*(one.monthly(fact) for one in sealings)), fact


def all_singles(store: DuckDBStore) -> dict[str, Singles]:
    return {table: singles_in(store, table) for fact in ROLLED_UP for table in (f"{fact}_daily", f"{fact}_monthly")}


def holds(store: DuckDBStore, *sealings: Sealed) -> None:
    """The store has what these sealings together must leave, and nothing else."""
    for fact in ROLLED_UP:
        kept = {pair: added(*(one.pairs(fact).get(pair, {}) for one in sealings)) for pair in PAIRS[fact]}
        assert pairs_in(store, fact) == {pair: cells for pair, cells in kept.items() if cells}, fact
        singles_add_up(store, fact, sealings)
        assert store.query(f'SELECT count(*) FROM "{fact}_detail"') == [(0,)]
    assert store.query("SELECT visits FROM sealed ORDER BY 1") == sorted((one.visits,) for one in sealings)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("days", MONTHS)
def test_a_sealed_month_is_what_the_model_says_for_every_fact_pair_and_measure(store: DuckDBStore, days: Days, seed: int) -> None:
    rows = month(seed, days)
    closed(store, rows)
    before = {table: totals(rows) for table, rows in all_singles(store).items()}
    seal(store)
    holds(store, Sealed(rows))
    assert {table: totals(rows) for table, rows in all_singles(store).items()} == before, "every dimension's total is as it was"


def test_what_is_kept_and_what_is_folded_make_up_each_single_breakdown(store: DuckDBStore) -> None:
    rows = month(1, big, corrections=False)
    closed(store, rows)
    seal(store)
    model = Sealed(rows)
    for fact in ROLLED_UP:
        monthly = singles_in(store, f"{fact}_monthly")
        for pair, whole in model.tables(fact).items():
            kept = pairs_in(store, fact).get(pair, {})
            # An event is in each of its properties' rows, so these make up the values' breakdown and no other.
            for side in (pair.index("value"),) if "value" in pair else (0, 1):
                for value in {cell[side] for cell in whole}:
                    folded = [measures for cell, measures in whole.items() if cell[side] == value and cell not in kept]
                    row = [measures for cell, measures in kept.items() if cell[side] == value]
                    single = [measures for (name, _, told), measures in monthly.items() if (name, told) == (pair[side], value)]
                    assert _sum(folded + row) == _sum(single), (fact, pair, value)


def _sum(rows: list[tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    return added(*({"": measures} for measures in rows))


def test_a_day_sealed_by_itself_is_what_the_model_says(store: DuckDBStore) -> None:
    for visits in (30, K - 1):
        rows = month(visits, _one_day(visits))
        closed(store, rows)
        seal(store, FIRST, FIRST)
        model = Sealed(rows)
        for fact in ROLLED_UP:
            assert pairs_in(store, fact, FIRST, FIRST) == model.pairs(fact)
        store.remove_site(SITE)


def test_rows_that_come_late_are_sealed_from_themselves_and_add_up(store: DuckDBStore) -> None:
    rows, late = month(1, big), month(2, small_together_enough)
    closed(store, rows)
    seal(store)
    closed(store, late)
    seal(store)
    adds_up(store, Sealed(rows), Sealed(late))
    before = {fact: pairs_in(store, fact) for fact in ROLLED_UP}, all_singles(store)
    store.rewrite()
    assert ({fact: pairs_in(store, fact) for fact in ROLLED_UP}, all_singles(store)) == before


def adds_up(store: DuckDBStore, *sealings: Sealed) -> None:
    """Daily and monthly rows are the sum of what the sealings leave, and so is each cell that is still kept."""
    for fact in ROLLED_UP:
        singles_add_up(store, fact, sealings)
        for pair, cells in pairs_in(store, fact).items():
            kept = added(*(one.pairs(fact).get(pair, {}) for one in sealings))
            assert cells.items() <= kept.items(), (fact, pair)
        assert store.query(f'SELECT count(*) FROM "{fact}_detail"') == [(0,)]


def test_a_few_rows_that_come_late_change_no_cell_that_is_still_kept(store: DuckDBStore) -> None:
    rows, late = month(3, big), month(4, _one_day(2), corrections=False)
    closed(store, rows)
    seal(store)
    before = pairs_in(store, "pages")
    closed(store, late)
    seal(store)
    adds_up(store, Sealed(rows), Sealed(late))
    assert all(cells.items() <= before[pair].items() for pair, cells in pairs_in(store, "pages").items())
    told = store.query("SELECT sum(visits) FROM visits_daily WHERE dimension = 'country' AND day = ? AND value = ?", [FIRST, RARE])
    assert told == [(2,)]


def test_rows_that_come_between_the_pieces_delete_nothing_and_are_sealed_with_the_rest(store: DuckDBStore) -> None:
    rows, late = month(5, big), month(6, small_and_gone)
    for at in (0, 1, 5):
        closed(store, rows)
        pieces = store.seal(SITE, FIRST.toordinal(), LAST.toordinal(), K)
        for _ in range(at):
            next(pieces)
        closed(store, late)
        for _ in pieces:
            pass
        if at:
            assert store.query("SELECT count(*) FROM sealed") == [(0,)]
            seal(store)
        whole = {fact: {key: list(amounts) for key, amounts in rows[fact].items()} for fact in ROLLED_UP}
        for fact in ROLLED_UP:
            for key, amounts in late[fact].items():
                whole[fact][key] = [a + b for a, b in zip(whole[fact].get(key, [0] * len(amounts)), amounts, strict=True)]
        holds(store, Sealed(whole))
        store.remove_site(SITE)


@pytest.mark.parametrize("seed", range(2))
def test_a_fact_looked_at_as_a_whole_and_table_by_table_is_decided_alike(
    store: DuckDBStore, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "TOGETHER_ROWS_MAX", 0)
    rows = month(seed, small_together_enough)
    closed(store, rows)
    seal(store)
    holds(store, Sealed(rows))


@pytest.mark.parametrize("seed", range(2))
def test_tables_too_large_to_be_looked_at_whole_are_decided_as_safely(
    store: DuckDBStore, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "WHOLE_CELLS_MAX", 3)
    rows = month(seed, big, corrections=False)
    closed(store, rows)
    seal(store)
    model = Sealed(rows)
    found = 0
    for fact in ROLLED_UP:
        place = measures_of(fact).index("visits")
        for pair, cells in pairs_in(store, fact).items():
            whole = model.tables(fact)[pair]
            assert cells.items() <= whole.items(), "with all their measures"
            for visits in by_property(pair, {cell: max(1, measures[place]) for cell, measures in whole.items()}):
                is_safe(visits, cells.keys() & visits.keys(), model.known(pair, visits))
                found += 1
    assert found


def by_property(pair: tuple[str, str], visits: dict[Cell, int]) -> list[dict[Cell, int]]:
    """The tables that are decided by themselves."""
    if "value" not in pair:
        return [visits]
    side = pair.index("value")
    names = {cell[side].partition("=")[0] for cell in visits}
    return [{cell: count for cell, count in visits.items() if cell[side].startswith(f"{name}=")} for name in sorted(names)]


def test_the_values_of_one_property_are_not_hidden_by_those_of_another(store: DuckDBStore) -> None:
    """Every event has both, so 20 events less 15 with one plan would be the 5 with the other, whatever their size."""
    key = (SITE, FIRST.toordinal(), 9, "example.com", "/", Acquisition(), Place("FI"), Device(), "", "", "/", "buy")
    values = {("plan", "plan=pro"): 15, ("plan", "plan=free"): 4, ("size", "size=L"): 11, ("size", "size=S"): 8, ("", ""): 19}
    closed(store, {"events": {(*key, prop, value, "EUR"): [n, n, n, 0] for (prop, value), n in values.items()}})
    seal(store)
    assert pairs_in(store, "events").get(("event", "value"), {}).keys() <= {("buy", "size=L"), ("buy", "size=S")}, (
        "a plan of its own would tell the other"
    )
