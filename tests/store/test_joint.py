"""Three facts in pairs: what all tables tell together pins down no small cell that the single breakdowns leave open."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice, product

import pytest

from collector.facts import Pair
from collector.store import joint
from collector.store.bounds import Bounds
from collector.store.fold import Cell, Table
from collector.store.joint import Beside, bounds_of, hide_jointly, hiding
from collector.store.ranges import Known

K = 3
NAMES = ("country", "device", "source")
WORLDS_MAX = 2_000
# Of 4,000 such sites these few have a small cell that the tables together leave one value.
PINNED = (3844, 2311, 3014, 3170, 87, 1558)
PAIRS: tuple[Pair, ...] = tuple(combinations(NAMES, 2))
# Visits by country, device and source, each with values "0" to "3".
World = Mapping[tuple[str, ...], int]


def world(seed: int) -> dict[tuple[str, ...], int]:
    """A few visits that fall together: most combinations never happen."""
    chance = random.Random(seed)
    sizes = chance.choice(((2, 3, 3), (3, 3, 2), (3, 3, 3), (2, 2, 4), (2, 4, 3)))
    places = product(*("0123"[:size] for size in sizes))
    return {place: visits for place in places if (visits := chance.choice((0, 0, 0, 1, 2, 4, 6)))}


def few(seed: int) -> dict[tuple[str, ...], int]:
    """So few visits that all worlds can be looked at."""
    chance = random.Random(seed)
    return {place: count for place in product("01", "01", "012") if (count := chance.choice((0, 0, 0, 1, 1, 3)))}


def tables(visits: World) -> dict[Pair, Table]:
    found = {}
    for pair in PAIRS:
        cells: Counter[Cell] = Counter()
        for place, count in visits.items():
            cells[place[NAMES.index(pair[0])], place[NAMES.index(pair[1])]] += count
        found[pair] = Table(cells, K)
    return found


def pinned_by(told: Mapping[Pair, Table], bounds: Bounds, beside: Sequence[Beside] = ()) -> list[tuple[Pair, Cell]]:
    return [(pair, cell) for pair, cell, _ in joint.pinned(told, bounds, beside)]


def of_days(visits: World) -> dict[Pair, dict[Cell, int]]:
    """All on one day: nothing that the sums would not tell."""
    return {("day", name): {("", value): count for value, count in sums(visits, at).items()} for at, name in enumerate(NAMES)}


def on_days(visits: World, chance: random.Random) -> dict[Pair, dict[Cell, int]]:
    """On four days, the first two of few visits."""
    found: dict[Pair, Counter[Cell]] = {("day", name): Counter() for name in NAMES}
    for place, count in visits.items():
        for day in chance.choices("0123", (1, 1, 6, 6), k=count):
            for name, value in zip(NAMES, place, strict=True):
                found["day", name][day, value] += 1
    return dict(found)


def sums(visits: World, at: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for place, count in visits.items():
        found[place[at]] += count
    return found


def worlds(visits: World, told: Mapping[Pair, Table]) -> Iterator[dict[tuple[str, ...], int]]:
    """Every world with the same sums and the same kept cells: all that somebody who reads everything can think of."""
    left: Counter[tuple[str, ...]] = Counter({(name, value): n for at, name in enumerate(NAMES) for value, n in sums(visits, at).items()})
    for pair, table in told.items():
        left.update({(*pair, *cell): table.visits(cell) for cell in table.kept})
    known = set(left)

    def lines(place: tuple[str, ...]) -> list[tuple[str, ...]]:
        of = dict(zip(NAMES, place, strict=True))
        return [line for line in [*of.items(), *((*pair, of[pair[0]], of[pair[1]]) for pair in PAIRS)] if line in known]

    places = list(product(*(sums(visits, at) for at in range(len(NAMES)))))

    def fill(at: int, found: dict[tuple[str, ...], int]) -> Iterator[dict[tuple[str, ...], int]]:
        if at == len(places):
            if not any(left.values()):
                yield dict(found)
            return
        on = lines(places[at])
        for count in range(min((left[line] for line in on), default=0) + 1):
            for line in on:
                left[line] -= count
            yield from fill(at + 1, found | {places[at]: count})
            for line in on:
                left[line] += count

    yield from fill(0, {})


def pinned(visits: World, told: Mapping[Pair, Table]) -> set[tuple[Pair, Cell]]:
    """Small cells that have the same visits in every such world, though their row and column alone leave them room."""
    hidden = {(pair, cell) for pair, table in told.items() for cell in table.hidden()}
    seen: dict[tuple[Pair, Cell], set[int]] = {at: set() for at in hidden}
    for possible in worlds(visits, told):
        for (pair, cell), values in seen.items():
            at = [NAMES.index(name) for name in pair]
            values.add(sum(count for place, count in possible.items() if (place[at[0]], place[at[1]]) == cell))
        if all(len(values) > 1 for values in seen.values()):
            return set()
    return {at for at, values in seen.items() if len(values) == 1}


@pytest.mark.parametrize("seed", PINNED)
def test_a_small_cell_that_a_third_fact_pins_down_is_hidden_again(seed: int) -> None:
    visits = world(seed)
    told, days = tables(visits), of_days(visits)
    alone = bounds_of(told, days, kept=False)
    before = [(pair, cell) for pair, cell in pinned_by(told, bounds_of(told, days)) if alone.room(pair, cell)]
    assert before, "each table hides it, and all together do not"
    hide_jointly(told, days)
    after = bounds_of(told, days)
    assert all(after.room(pair, cell) > 0 for pair, cell in before)


@pytest.mark.parametrize("seed", PINNED[:2])
def test_hiding_that_takes_too_many_attempts_ends_with_nothing_told(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joint, "ATTEMPTS_MAX", 0)
    told, days = tables(world(seed)), of_days(world(seed))
    attempts = list(islice(hiding(told, days), 100))
    assert len(attempts) < 100
    assert not pinned_by(told, bounds_of(told, days)) or not any(table.kept for table in told.values())


def test_by_every_world_that_looks_the_same_a_pinned_cell_is_hidden_again() -> None:
    visits = world(PINNED[0])
    told = tables(visits)
    assert pinned(visits, told)
    hide_jointly(told, of_days(visits))
    assert pinned(visits, told) == set()


@pytest.mark.parametrize("seed", range(5))
def test_after_hiding_no_small_cell_is_pinned_down_that_the_sums_leave_open(seed: int) -> None:
    visits = few(seed)
    told = tables(visits)
    hide_jointly(told, of_days(visits))
    assert pinned(visits, told) == set()


def test_where_no_kept_cell_is_near_the_smallest_goes_and_not_all() -> None:
    """The pinned cell shares no value with a kept one, and its own table keeps none."""
    chance = random.Random(1_078)
    places = product("012", "012", "0123")
    visits = {place: count for place in places if (count := chance.choice((0, 0, 0, 0, 0, 1, 1, 2, 3, 5)))}
    by_day = on_days(visits, chance)
    told = tables(visits)
    hide_jointly(told, by_day)
    assert [table.visits(cell) for table in told.values() for cell in table.kept] == [6]
    alone = bounds_of(told, by_day, kept=False)
    assert not [1 for pair, cell in pinned_by(told, bounds_of(told, by_day)) if alone.room(pair, cell)]


@pytest.mark.parametrize("seed", range(5))
def test_bounds_hold_in_every_world_that_looks_the_same(seed: int) -> None:
    visits = few(seed)
    told = tables(visits)
    bounds = bounds_of(told, of_days(visits))
    for possible in islice(worlds(visits, told), WORLDS_MAX):
        for pair, table in told.items():
            at = [NAMES.index(name) for name in pair]
            for cell in table.hidden():
                count = sum(n for place, n in possible.items() if (place[at[0]], place[at[1]]) == cell)
                places = [sorted(table.sums(side)).index(cell[side]) for side in (0, 1)]
                least, most = bounds.of(pair, places[0], places[1])
                assert least <= count <= most


def test_a_day_with_one_visit_tells_nothing_more_than_its_sums() -> None:
    """Days are one more fact: a cell that only a day pins down is hidden with the others."""
    cells = {
        ("FI", "Mobile"): 2,
        ("FI", "Desktop"): 40,
        ("SE", "Mobile"): 40,
        ("SE", "Desktop"): 4,
        ("NO", "Mobile"): 30,
        ("NO", "Desktop"): 30,
    }
    table = Table(cells, K)
    told = {("country", "device"): table}
    by_day: dict[Pair, dict[Cell, int]] = {
        ("day", "country"): {("1", "FI"): 2, ("2", "FI"): 40, ("2", "SE"): 44, ("2", "NO"): 60},
        ("day", "device"): {("1", "Mobile"): 2, ("2", "Mobile"): 70, ("2", "Desktop"): 74},
    }
    hide_jointly(told, by_day)
    bounds, alone = bounds_of(told, by_day), bounds_of(told, by_day, kept=False)
    for cell in table.hidden():
        assert bounds.room(("country", "device"), cell) >= min(3, alone.room(("country", "device"), cell))


def test_nothing_is_done_where_nothing_is_kept_and_the_work_can_be_left_at_any_moment() -> None:
    assert list(hiding({}, {})) == []
    visits = dict.fromkeys(product("01", repeat=3), 1)
    told = tables(visits)
    kept = {pair: set(table.kept) for pair, table in told.items()}
    for _ in hiding(told, of_days(visits)):
        break
    assert {pair: table.kept for pair, table in told.items()} == kept


def test_a_site_of_thousands_of_visits_keeps_nearly_all_that_its_tables_keep_by_themselves() -> None:
    chance = random.Random(4)
    browsers = {"Chrome": "Desktop", "Safari": "Mobile", "Samsung": "Mobile", "Edge": "Desktop", "Lynx": "Desktop"}
    visits = []
    for _ in range(3_000):
        browser = chance.choices(list(browsers), (50, 30, 12, 7, 1))[0]
        country = chance.choices(("FI", "SE", "DE", "JP", "IS"), (60, 25, 10, 4, 1))[0]
        visits.append({"browser": browser, "device": browsers[browser], "country": country, "day": str(chance.randrange(30))})
    tables = {
        pair: Table(Counter((visit[pair[0]], visit[pair[1]]) for visit in visits), 10)
        for pair in combinations(("country", "browser", "device"), 2)
    }
    before = sum(table.visits(cell) for table in tables.values() for cell in table.kept)
    hide_jointly(
        tables, {("day", name): Counter((visit["day"], visit[name]) for visit in visits) for name in ("country", "browser", "device")}
    )
    assert sum(table.visits(cell) for table in tables.values() for cell in table.kept) > 0.9 * before


@pytest.mark.parametrize("seed", [20, 35, 39])
def test_one_returning_visit_that_is_pinned_down_costs_few_cells_and_not_most_of_the_tables(seed: int) -> None:
    """Cells that only share a value with it were left out one after the other, until a quarter of the visits was left."""
    chance = random.Random(seed)
    of = {
        "browser": (("Chrome", "Safari", "Firefox", "Edge", "DuckDuckGo", "Tizen"), (52, 30, 10, 6, 1.2, 0.6)),
        "country": (("FI", "SE", "DE", "NO", "JP", "BR", "IS"), (50, 22, 14, 8, 3, 2, 1)),
        "page": (("/", "/shop", "/blog", "/help", "/news", "/jobs"), (45, 25, 15, 9, 4, 2)),
    }
    visits = []
    for _ in range(1_200):
        values = {name: chance.choices(named, weights)[0] for name, (named, weights) in of.items()}
        visits.append(values | {"day": str(chance.randrange(30)), "new": "1" * (chance.random() > 0.06)})
    new = [visit for visit in visits if visit["new"]]

    def counted(pairs: Iterable[Pair], seen: Sequence[Mapping[str, str]]) -> dict[Pair, dict[Cell, int]]:
        return {pair: Counter((visit[pair[0]], visit[pair[1]]) for visit in seen) for pair in pairs}

    pairs, days = list(combinations(of, 2)), [("day", name) for name in of]
    told = {pair: Table(cells, 10) for pair, cells in counted(pairs, visits).items()}
    beside = [Beside("visitors", True, counted(pairs, new), counted(days, new))]
    before = kept_visits(told)
    hide_jointly(told, counted(days, visits), (), [beside])
    assert kept_visits(told) > 0.8 * before
    bounds, alone = (bounds_of(told, counted(days, visits), (), beside, kept=kept) for kept in (True, False))
    assert not [1 for _, cell, of_cell in joint.pinned(told, bounds, beside) if alone.room(of_cell, cell) > 0]


def kept_visits(told: Mapping[Pair, Table]) -> int:
    return sum(table.visits(cell) for table in told.values() for cell in table.kept)


@pytest.mark.parametrize("attempts", [0, 30])
def test_what_is_told_elsewhere_is_kept_whatever_a_cell_takes(attempts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables that share nothing with the pinned cell stay whole, also where cells are not left out one by one any more."""
    monkeypatch.setattr(joint, "ATTEMPTS_MAX", attempts)
    visits = world(PINNED[0])
    told, days = tables(visits), of_days(visits)
    events = Table({("buy", "shoes"): 40, ("buy", "boots"): 30, ("join", "shoes"): 20, ("join", "boots"): 50}, K)
    kept = set(events.kept)
    hide_jointly(told | {("event", "product"): events}, days)
    alone = bounds_of(told, days, kept=False)
    assert not [1 for pair, cell in pinned_by(told, bounds_of(told, days)) if alone.room(pair, cell)]
    assert kept
    assert events.kept == kept


# What the dimensions of visits are called, and those of the pages that they saw; these are the other way round.
OF_ENTRIES, OF_PAGES = ("entry_page", "source"), ("in pages", "page")


@pytest.mark.parametrize("further", [{}, {("/news", "Google"): 4}])
def test_what_entry_pages_hide_pages_do_not_tell(further: dict[Cell, int]) -> None:
    """Each table tells one of three crossings, which hides the other two; both together would tell that all six came from Mastodon."""
    entries = {("/", "Google"): 17, ("/pricing", "Bing"): 17, ("/blog", "Mastodon"): 6}
    pages = Counter(entries) + Counter(further)
    told = {OF_ENTRIES: Table(entries, 10), OF_PAGES: Table({cell[::-1]: visits for cell, visits in pages.items()}, 10)}
    for pair, cell in ((OF_ENTRIES, ("/pricing", "Bing")), (OF_PAGES, ("Google", "/"))):
        told[pair].drop_all()
        told[pair].kept.add(cell)
    parts = [(OF_ENTRIES, OF_PAGES[::-1])]
    assert not pinned_by(told, bounds_of(told, {})), "each by itself"
    assert (OF_ENTRIES, ("/blog", "Mastodon")) in pinned_by(told, bounds_of(told, {}, parts))
    hide_jointly(told, {}, parts)
    assert not pinned_by(told, bounds_of(told, {}, parts))


@pytest.mark.parametrize("turned", [False, True])
def test_a_visit_that_ended_in_another_hour_than_it_began_in_hides_nothing(turned: bool) -> None:
    """Its exit page was seen by nobody in the hour it began in: bounds that took this for part of that contradicted each other."""
    exits = Counter({("09", "/"): 30, ("09", "/shop"): 20, ("10", "/"): 40, ("10", "/shop"): 25, ("11", "/"): 15, ("11", "/thanks"): 12})
    pages = Counter(exits)
    exits["10", "/thanks"] += 1  # began at ten, and ended at eleven
    pages["10", "/shop"] += 1
    pages["11", "/thanks"] += 1
    of_exits, of_pages = ("hour", "exit_page"), ("in pages hour", "page")
    seen = (of_pages[::-1], {cell[::-1]: count for cell, count in pages.items()}) if turned else (of_pages, dict(pages))
    told = {of_exits: Table(exits, 3), seen[0]: Table(seen[1], 3)}
    kept = {pair: set(table.kept) for pair, table in told.items()}
    hide_jointly(told, {}, [(of_exits, of_pages)])
    assert {pair: table.kept for pair, table in told.items()} == kept
    assert all(kept.values())


OF_VISITS = ("country", "source")
# Of each cell its visits; then how many of these bounced, and how many page views they had beyond the first. Of the four cells that are
# left out each could have any of eleven visits.
BESIDE = {
    ("FI", "Google"): (40, 9, 50), ("FI", "Bing"): (20, 4, 30), ("FI", "Direct"): (30, 7, 12),
    ("SE", "Google"): (25, 5, 10), ("SE", "Bing"): (2, 0, 3), ("SE", "Direct"): (9, 9, 0),
    ("DE", "Google"): (15, 6, 20), ("DE", "Bing"): (9, 9, 0), ("DE", "Direct"): (2, 2, 0),
}  # fmt: skip
LEFT_OUT = {(country, source) for country in ("SE", "DE") for source in ("Bing", "Direct")}


@pytest.mark.parametrize(("place", "name", "once"), [(1, "bounces", True), (2, "pageviews", False)])
def test_what_is_told_with_visits_pins_down_no_small_cell(place: int, name: str, once: bool) -> None:
    """What is left of Sweden and of Bing bounced in all but two visits, and had three page views more: those of Swedes from Bing."""
    told = {OF_VISITS: Table({cell: counts[0] for cell, counts in BESIDE.items()}, 5)}
    told[OF_VISITS].drop_all()
    told[OF_VISITS].kept |= BESIDE.keys() - LEFT_OUT
    beside = [Beside(name, once, {OF_VISITS: {cell: counts[place] for cell, counts in BESIDE.items()}}, {})]
    assert not pinned_by(told, bounds_of(told, {}))
    assert (OF_VISITS, ("SE", "Bing")) in pinned_by(told, bounds_of(told, {}, (), beside), beside)
    hide_jointly(told, {}, (), [beside])
    assert not pinned_by(told, bounds_of(told, {}, (), beside), beside)


def test_what_contradicts_the_visits_is_still_held_to_its_own_sums() -> None:
    """Germans had page views on a day without a German: bounds by both contradict each other, and would hide nothing."""
    further = {cell: counts[2] for cell, counts in BESIDE.items()}
    told = {OF_VISITS: Table({cell: counts[0] for cell, counts in BESIDE.items()}, 5)}
    told[OF_VISITS].drop_all()
    told[OF_VISITS].kept |= BESIDE.keys() - LEFT_OUT
    days = {("day", "country"): {("1", "FI"): 90, ("1", "SE"): 36, ("1", "DE"): 0, ("2", "DE"): 26}}
    beside = [Beside("pageviews", False, {OF_VISITS: further}, {("day", "country"): {("1", "FI"): 92, ("1", "SE"): 13, ("1", "DE"): 20}})]
    assert bounds_of(told, days, (), beside).contradict
    apart = bounds_of(told, days, (), beside, linked=False)
    assert not apart.contradict
    assert (OF_VISITS, ("SE", "Bing")) in pinned_by(told, apart, beside)
    hide_jointly(told, days, (), [beside])
    assert not pinned_by(told, bounds_of(told, days, (), beside, linked=False), beside)


def test_days_of_a_dimension_without_a_table_that_is_looked_at_bind_nothing() -> None:
    told = {OF_VISITS: Table({cell: counts[0] for cell, counts in BESIDE.items()}, 5)}
    told["country", "hostname"] = Table({("FI", "example.com"): 90, ("SE", "example.com"): 36, ("DE", "example.com"): 26}, 5)
    bounced = Beside(
        "bounces",
        True,
        {OF_VISITS: {cell: counts[1] for cell, counts in BESIDE.items()}},
        {("day", "hostname"): {("1", "example.com"): 51}},
    )
    hide_jointly(told, {("day", "hostname"): {("1", "example.com"): 152}}, (), [[bounced]])
    assert told["country", "hostname"].kept


def known(rows: dict[str, int], columns: dict[str, int]) -> Known:
    return Known(rows, columns, lambda cell: (0, min(rows[cell[0]], columns[cell[1]])))


def test_where_page_views_were_added_up_there_was_a_visit_and_without_a_visit_are_none() -> None:
    """Of six visits, three from each country and each source, all further page views are of Finns from Google."""
    further = ("more country", "more source")
    both = {"FI": 3, "SE": 3}, {"Google": 3, "Bing": 3}
    tables = {OF_VISITS: known(*both), further: known({"FI": 5, "SE": 0}, {"Google": 5, "Bing": 0})}
    unlinked, linked = Bounds(tables, [OF_VISITS]), Bounds(tables, [OF_VISITS], links=[(OF_VISITS, further)])
    assert unlinked.of(OF_VISITS, 0, 0) == (0, 3)
    assert linked.room(OF_VISITS, ("FI", "Google")) == 2
    none = Known({"FI": 3, "SE": 3}, {"Google": 4, "Bing": 2}, lambda cell: (0, 0) if cell == ("FI", "Bing") else (0, 3))
    tables = {OF_VISITS: none, further: known({"FI": 2, "SE": 5}, {"Google": 4, "Bing": 3})}
    assert Bounds(tables, []).room(further, ("FI", "Bing")) == 2
    assert Bounds(tables, [], links=[(OF_VISITS, further)]).room(further, ("FI", "Bing")) == 0


def test_three_facts_combined_have_page_views_only_where_they_have_a_visit() -> None:
    """No Swede uses Lynx, so the page views beyond the first of whoever came from Bing by Lynx are a Finn's."""
    names = {"country": {"FI": 4, "SE": 4}, "source": {"Bing": 4, "Google": 4}, "browser": {"Lynx": 4, "Edge": 4}}
    more = {"country": {"FI": 3, "SE": 3}, "source": {"Bing": 3, "Google": 3}, "browser": {"Lynx": 3, "Edge": 3}}
    tables: dict[Pair, Known] = {}
    for pair in combinations(names, 2):
        tables[pair] = known(names[pair[0]], names[pair[1]])
        tables[f"more {pair[0]}", f"more {pair[1]}"] = known(more[pair[0]], more[pair[1]])
    tables["country", "browser"] = Known(names["country"], names["browser"], lambda cell: (0, 0) if cell == ("SE", "Lynx") else (0, 4))
    tables["more source", "more browser"] = Known(
        more["source"], more["browser"], lambda cell: (3, 3) if cell in (("Bing", "Lynx"), ("Google", "Edge")) else (0, 0)
    )
    links = [(pair, (f"more {pair[0]}", f"more {pair[1]}")) for pair in combinations(names, 2)]
    assert Bounds(tables, list(tables)).room(("more country", "more source"), ("FI", "Bing")) > 0
    bounds = Bounds(tables, list(tables), links=links)
    assert bounds.room(("more country", "more source"), ("FI", "Bing")) == 0
    assert bounds.room(("country", "source"), ("FI", "Bing")) < 4
