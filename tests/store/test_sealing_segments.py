"""Segments when their detail is sealed: what is told adds up, and no subtraction of what is told finds a group of fewer than k."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations

import pytest

from collector.event import Acquisition, Device, Place
from collector.store.duckdb_store import DuckDBStore
from collector.store.interface import Rows, Segment
from collector.store.segments import NOT_AT_ALL, Asked, Telling, tell
from tests.store.model import append_all
from tests.store.sealed_model import FIRST, LAST, SITE, K, month

DAYS = tuple(date(2026, 9, day) for day in range(1, 7))
FI = "place IN (SELECT id FROM place WHERE country = ?)"
LINUX = "device IN (SELECT id FROM device WHERE os = ?)"
FIREFOX = "device IN (SELECT id FROM device WHERE browser = ?)"


def some_days(seed: int, conditions: int) -> dict[date, Counter[int]]:
    """Visits of a few days by which conditions hold for them."""
    chance = random.Random(seed)
    spread = chance.choice((2, 8, 30))
    return {day: Counter({bits: int(chance.expovariate(1 / spread)) for bits in range(1 << conditions)}) for day in DAYS}


def holding(days: Mapping[date, Counter[int]], those: Sequence[date] | frozenset[date], wanted: int, without: int = 0) -> int:
    return sum(count for day in those for bits, count in days[day].items() if bits & wanted == wanted and not bits & without)


@pytest.mark.parametrize("seed", range(60))
def test_a_segment_is_told_of_all_days_or_of_none_and_never_of_fewer_than_k(seed: int) -> None:
    days = some_days(seed, 2)
    for place, telling in enumerate(tell(days, [Asked(()), Asked(())], K)):
        assert telling.days | telling.together in (frozenset(), frozenset(DAYS))
        for block in blocks(telling):
            for count in (holding(days, block, 1 << place), holding(days, block, 0, without=1 << place)):
                assert count == 0 or count >= K


def blocks(telling: Telling) -> list[frozenset[date]]:
    return [*(frozenset((day,)) for day in telling.days), *([frozenset(telling.together)] if telling.together else [])]


@pytest.mark.parametrize("seed", range(60))
def test_what_three_segments_told_divide_days_into_is_nothing_or_k(seed: int) -> None:
    """Of each segment's blocks, because days in which two of them are both told are made up of the blocks of the later one."""
    days = some_days(seed, 3)
    telling = tell(days, [Asked(())] * 3, K)
    told = [place for place, how in enumerate(telling) if how.days or how.together]
    for last in told:
        earlier = [place for place in told if place <= last]
        for block in blocks(telling[last]):
            for inside in (set(those) for size in range(len(earlier) + 1) for those in combinations(earlier, size)):
                wanted = sum(1 << place for place in inside)
                count = holding(days, block, wanted, without=sum(1 << place for place in earlier) - wanted)
                assert count == 0 or count >= K


@pytest.mark.parametrize("seed", range(60))
def test_what_a_segment_leaves_of_its_conditions_is_nothing_or_k(seed: int) -> None:
    """Two conditions are single breakdowns, told by day: one of them minus the segment of both."""
    chance = random.Random(seed)
    days = {
        day: Counter({bits: int(chance.expovariate(1 / 8)) for bits in (0b000, 0b010, 0b100, 0b111)}) for day in DAYS
    }  # bit 0 where both hold
    (telling,) = tell(days, [Asked((0b010, 0b100))], K)
    for block in blocks(telling):
        for condition in (0b010, 0b100):
            left, all_of_it = holding(days, block, condition, without=1), holding(days, block, condition)
            assert left == 0 or left >= K or left == all_of_it, "a condition that the segment has nothing of is known by itself"


def test_what_a_segment_leaves_of_a_condition_that_is_turned_round_is_nothing_or_k() -> None:
    """Finns who did not come from Bing (bits: the segment, FI, Bing): all who did not minus these are three of other countries."""
    day = Counter({0b011: 20, 0b110: 20, 0b100: 20, 0b000: 3})
    assert tell({DAYS[0]: day}, [Asked((0b010, 0b100))], K)[0] == NOT_AT_ALL
    assert tell({DAYS[0]: day | Counter({0b000: K})}, [Asked((0b010, 0b100))], K)[0].days


def test_days_that_cannot_be_told_alone_take_the_smallest_of_the_others_along() -> None:
    of = {DAYS[0]: (50, 50), DAYS[1]: (20, 20), DAYS[2]: (2, 30), DAYS[3]: (0, 40)}
    days = {day: Counter({1: inside, 0: outside}) for day, (inside, outside) in of.items()}
    (telling,) = tell(days, [Asked(())], K)
    assert telling.together == {DAYS[1], DAYS[2], DAYS[3]} and telling.days == {DAYS[0]}


def test_a_segment_whose_month_minus_an_earlier_one_is_small_is_not_told() -> None:
    days = {day: Counter({0b11: 20, 0b10: 1, 0b00: 20}) for day in DAYS[:2]}
    first, second = tell(days, [Asked(()), Asked(())], K)
    assert first.days and not second.days and not second.together


def finns(name: str, condition: str, value: str, *dimensions: str) -> Segment:
    """Visits from Finland for which one more condition holds, and who has which dimensions."""
    part = {"visits": (f"({FI} AND {condition})", ("FI", value)), "pages": (f"({FI} AND {condition})", ("FI", value))}
    return Segment(
        name, ("country", *dimensions), {"visits": part["visits"], "pages": part["pages"]}, ((FI, ("FI",)), (condition, (value,)))
    )


def sealed(store: DuckDBStore, rows: Rows, segments: Sequence[Segment]) -> None:
    append_all(store, [rows])
    store.close_day(SITE, LAST.toordinal())
    for _ in store.seal(SITE, FIRST.toordinal(), LAST.toordinal(), K, segments):
        pass


def told(store: DuckDBStore, fact: str, name: str) -> int:
    sql = f"SELECT CAST(coalesce(sum(visits), 0) AS INTEGER) FROM {fact}_monthly WHERE dimension = 'segment' AND value = ?"
    return int(store.query(sql, [name])[0][0])


def test_a_segments_rows_are_those_of_the_detail_and_of_the_facts_that_have_its_dimensions(store: DuckDBStore) -> None:
    rows = month(8, lambda chance: [(day, 60) for day in (1, 2, 3)], corrections=False)
    sealed(store, rows, [finns("finns on linux; --", LINUX, "Linux", "os")])
    for fact in ("visits", "pages"):
        place = 1
        expected = sum(
            measures[place]
            for key, measures in rows[fact].items()
            if any(getattr(part, "country", "") == "FI" for part in key) and any(getattr(part, "os", "") == "Linux" for part in key)
        )
        assert told(store, fact, "finns on linux; --") == expected >= K
    assert told(store, "events", "finns on linux; --") == 0


def visits_of(crossing: Mapping[tuple[str, str], int], day: date) -> Rows:
    """Visits of a day by country and browser, alike in everything else."""
    return {
        "visits": {
            (SITE, day.toordinal(), 9, "example.com", "/", "/", Acquisition(), Place(country), Device(browser), "", ""): [n, n, 0, 0, n, 0]
            for (country, browser), n in crossing.items()
        }
    }


def kept(store: DuckDBStore) -> dict[tuple[str, str], int]:
    sql = "SELECT value, other_value, visits FROM visits_pairs WHERE dimension = 'country' AND other = 'browser'"
    return {(value, other): visits for value, other, visits in store.query(sql)}


def test_a_segment_of_a_pair_is_told_only_where_all_of_its_cells_are(store: DuckDBStore) -> None:
    small = {("FI", "Firefox"): 2, ("FI", "Safari"): 9, ("SE", "Firefox"): 8, ("SE", "Safari"): 40}
    large = {(country, browser): 30 for country in ("FI", "SE", "NO", "DK") for browser in ("Chrome", "Edge", "Opera")}
    browsers = ("Firefox", "Safari", "Chrome", "Edge")
    sealed(store, visits_of(small | large, FIRST), [finns(browser, FIREFOX, browser, "browser") for browser in browsers])
    assert ("FI", "Firefox") not in kept(store) and ("FI", "Chrome") in kept(store)
    for browser in browsers:
        assert told(store, "visits", browser) == kept(store).get(("FI", browser), 0)


def test_days_that_gave_up_everything_are_in_no_segment_as_they_are_in_no_cell(store: DuckDBStore) -> None:
    crossing = {(country, browser): 30 for country in ("FI", "SE") for browser in ("Firefox", "Safari")} | {("FI", "Firefox"): 90}
    append_all(store, [visits_of({("FI", "Firefox"): K - 1}, LAST)])
    sealed(store, visits_of(crossing, FIRST), [finns("f", FIREFOX, "Firefox", "browser")])
    assert kept(store)["FI", "Firefox"] == told(store, "visits", "f") == 90


def test_a_segment_by_day_minus_the_country_of_that_day_is_no_small_group(store: DuckDBStore) -> None:
    large = {(country, browser): 30 for country in ("FI", "SE") for browser in ("Firefox", "Safari")}
    append_all(store, [visits_of(large, FIRST.replace(day=2))])
    sealed(
        store,
        visits_of({("FI", "Firefox"): 12, ("FI", "Safari"): 2, ("SE", "Firefox"): 40}, FIRST),
        [finns("f", FIREFOX, "Firefox", "browser")],
    )
    assert store.query("SELECT count(*) FROM visits_daily WHERE dimension = 'segment'") == [(0,)]
    assert told(store, "visits", "f") == 42
