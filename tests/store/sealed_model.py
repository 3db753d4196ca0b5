"""What sealing must leave, in plain Python: the rows of a month in a list, and dicts of sums. No SQL."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from collector import facts
from collector.event import Acquisition, Device, Place
from collector.facts import HOUR, PAIRS, PROPERTY_DIMENSIONS, RARE, ROLLED_UP, FactName, Pair
from collector.store.duckdb_store import DuckDBStore
from collector.store.fold import Table
from collector.store.interface import Rows
from collector.store.joint import hide_jointly, is_looked_at
from collector.store.together import DAYS, Counted, Key, Together, counted
from tests.store.model import _flat

K = 5
SITE = 1
FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)

# (value, other value) -> measures
Cells = dict[tuple[str, str], tuple[int, ...]]
# (dimension, day or first of the month, value) -> measures
Singles = dict[tuple[str, date, str], tuple[int, ...]]

_PLACES = (Place("FI", "FI-18", "Helsinki", "Elisa"), Place("FI", "FI-19"), Place("SE"), Place(), Place("DE"))
_SOURCES = (
    Acquisition(),
    Acquisition("google", "Organic Search"),
    Acquisition("google", "Paid", utm_campaign="kevät; DROP"),
    Acquisition(RARE),
)
_DEVICES = (
    Device("Firefox", "144", "Linux", "", "Desktop"),
    Device("Safari", "26", "iOS", "", "Mobile"),
    Device("Chrome", "", "", "", "Mobile"),
)
_PROPERTIES = (("plan", ("plan=pro", "plan=", "plan=a=b")), ("size", ("size=L", "size=pro", "size=S")))
_PAGES = ("/", "/ä/日本", 'it\'s "quoted"', "", "*country", "/\N{ZERO WIDTH JOINER}\t\n%_\\", "/hinnat")


class Row(NamedTuple):
    """One row of detail: its dimensions by name, with `day` and `hour`, and its measures."""

    fact: FactName
    named: dict[str, Any]
    measures: tuple[int, ...]

    @property
    def day(self) -> date:
        return date.fromordinal(self.named["day"])

    @property
    def visits(self) -> int:
        return self.measures[facts.measures_of(self.fact).index("visits")]

    def value(self, name: str) -> str:
        return f"{self.named[HOUR]:02}" if name == HOUR else self.named[name] if name else ""

    def speaks_for(self, *names: str) -> bool:
        """An event's own row speaks for every dimension but those of its properties, which have rows of their own."""
        return self.fact != "events" or bool(self.named["property"]) == bool(set(names) & PROPERTY_DIMENSIONS)


def month(seed: int, days: Callable[[random.Random], Iterable[tuple[int, int]]], corrections: bool = True) -> Rows:
    """A site's September: `days` gives (day of the month, visits). With corrections that take back more than was there."""
    chance = random.Random(seed)
    rows: dict[FactName, dict[tuple[Any, ...], list[int]]] = {fact: {} for fact in ROLLED_UP}
    for number, visits in days(chance):
        for _ in range(visits):
            _add_visit(rows, chance, FIRST.replace(day=number).toordinal())
    if corrections:
        _add(rows, "visits", (*_start(chance, FIRST.toordinal()), "/x", "/x", *_visitor(chance)), (-2, -1, 0, 0, -1, 7))
    return rows


def _add_visit(rows: dict[FactName, dict[tuple[Any, ...], list[int]]], chance: random.Random, day: int) -> None:
    start, visitor = _start(chance, day), _visitor(chance)
    entry, last, other = (_few(chance, _PAGES) for _ in range(3))
    _add(rows, "visits", (*start, entry, last, *visitor), (1, 1, chance.randint(0, 1), 1, 2, chance.randint(0, 90)))
    for page in sorted({entry, last, other}):  # a set has another order in every process
        _add(rows, "pages", (*start, entry, *visitor, page), (2, 1, chance.randint(0, 1), 9, 40, 1))
    if chance.random() < 0.6:
        # The second event of a visit is counted as an event and no visit.
        for counts in ((1, 1, 1, 990), (1, 0, 0, 10))[: chance.randint(1, 2)]:
            key = (*start, entry, *visitor, other, _few(chance, ("signup", "buy")))
            currency = chance.choice(("EUR", ""))
            _add(rows, "events", (*key, "", "", currency), counts)
            for prop, values in _PROPERTIES:
                _add(rows, "events", (*key, prop, _few(chance, values), currency), counts)


def _start(chance: random.Random, day: int) -> tuple[Any, ...]:
    return (SITE, day, _few(chance, (9, 0, 23, 14)), _few(chance, ("example.com", "shop.example.com")))


def _visitor(chance: random.Random) -> tuple[Any, ...]:
    return (_few(chance, _SOURCES), _few(chance, _PLACES), _few(chance, _DEVICES), _few(chance, ("", "393x852")), "fi")


def _few(chance: random.Random, values: tuple[Any, ...]) -> Any:
    return values[min(int(chance.expovariate(1)), len(values) - 1)]


def _add(rows: dict[FactName, dict[tuple[Any, ...], list[int]]], fact: FactName, key: tuple[Any, ...], measures: tuple[int, ...]) -> None:
    present = rows[fact].setdefault(key, [0] * len(measures))
    present[:] = [a + b for a, b in zip(present, measures, strict=True)]


class Sealed:
    """What one sealing of these rows must leave."""

    def __init__(self, rows: Rows, k: int = K) -> None:
        self._kept: dict[FactName, dict[tuple[str, str], Cells]] = {}
        self._rows = [Row(fact, _flat(fact, key), tuple(amounts)) for fact, deltas in rows.items() for key, amounts in deltas.items()]
        self._k = k
        by_day = Counter({row.day: 0 for row in self._rows})
        by_day.update(_summed((row.day, row.visits) for row in self._rows if row.fact == "visits"))
        self.visits = sum(by_day.values())
        self.small = {day for day, visits in by_day.items() if visits < k}
        self.gone = self.small if sum(by_day[day] for day in self.small) < k else set()

    def tables(self, fact: FactName) -> dict[tuple[str, str], Cells]:
        """Each pair's whole table."""
        found: dict[tuple[str, str], Cells] = {}
        for pair in PAIRS[fact]:
            cells = _sums(
                ((self._value(row, pair[0]), self._value(row, pair[1])), row.measures) for row in self._of(fact) if row.speaks_for(*pair)
            )
            if cells:
                found[pair] = cells
        return found

    def pairs(self, fact: FactName) -> dict[tuple[str, str], Cells]:
        """Each pair's kept cells."""
        if not self._kept:
            self._decide()
        return self._kept[fact]

    def _decide(self) -> None:
        """The values of each property share out its events, so they are decided by themselves."""
        whole = {fact: self.tables(fact) for fact in ROLLED_UP}
        tables: dict[FactName, dict[Key, Table]] = {fact: {} for fact in ROLLED_UP}
        for fact in ROLLED_UP:
            place = facts.measures_of(fact).index("visits")
            for pair in sorted(whole[fact]):
                for prop in sorted({_property(pair, cell) for cell in whole[fact][pair]}):
                    cells = {cell: max(1, of[place]) for cell, of in whole[fact][pair].items() if _property(pair, cell) == prop}
                    known = {page for page, _ in self.known(pair, cells)}
                    tables[fact][pair, prop] = Table(cells, self._k, diagonal=known)
        self._hide(tables, whole)
        for fact in ROLLED_UP:
            kept: dict[tuple[str, str], Cells] = {}
            for (pair, _), table in tables[fact].items():
                kept[pair] = kept.get(pair, {}) | {cell: whole[fact][pair][cell] for cell in table.stored}
            self._kept[fact] = {pair: cells for pair, cells in kept.items() if cells}

    def known(self, pair: Pair, visits: Mapping[tuple[str, str], int]) -> set[tuple[str, str]]:
        """The cells that everybody knows: as many of those who entered on a page saw it as entered there."""
        entered = _summed((row.value("entry_page"), row.visits) for row in self._of("visits"))
        same = {(page, page) for page, count in entered.items() if visits.get((page, page)) == count}
        return same if pair == ("entry_page", "page") else set()

    def _hide(self, tables: Mapping[FactName, Mapping[Key, Table]], whole: Mapping[FactName, Mapping[Pair, Cells]]) -> None:
        """What tables tell together, with the days and with what is told with visits."""
        together = Together({day.isoformat() for day in self.small})
        for fact in ROLLED_UP:
            small = {key: table for key, table in tables[fact].items() if is_looked_at(table)}
            told = [facts.measures_of(fact).index(measure.name) for measure in facts.told_with_visits(fact)]
            of_each: dict[Key, Counted] = {}
            for (pair, prop), table in small.items():
                cells = whole[fact][pair]
                of_each[pair, prop] = counted(
                    fact, {cell: [visits, *(cells[cell][n] for n in told)] for cell, visits in table.cells.items()}
                )
            together.add(fact, small, of_each, partial(self._by_day, fact))
        hide_jointly(together.tables, together.by_day, list(together.parts()), together.beside, DAYS)

    def daily(self, fact: FactName) -> Singles:
        """The daily rows of every dimension and the total: small days have given up their values."""
        return _sums(((name, row.day, self._told(row, name, self.small)), row.measures) for row, name in self._single(fact))

    def monthly(self, fact: FactName) -> Singles:
        """The monthly ones: only what is not even told for the month has been given up."""
        return _sums(((name, FIRST, self._told(row, name, self.gone)), row.measures) for row, name in self._single(fact))

    def _single(self, fact: FactName) -> Iterator[tuple[Row, str]]:
        for name in ("", HOUR, *(d.name for d in facts.dimensions_of(fact))):
            yield from ((row, name) for row in self._of(fact) if row.speaks_for(name))

    def _of(self, fact: FactName) -> list[Row]:
        return [row for row in self._rows if row.fact == fact]

    def _value(self, row: Row, name: str) -> str:
        return self._told(row, name, self.gone)

    def _told(self, row: Row, name: str, hidden: set[date]) -> str:
        return RARE if row.day in hidden and _about_visitors(name) else row.value(name)

    def _by_day(self, fact: FactName, name: str, prop: str) -> Counted:
        rows = [row for row in self._of(fact) if row.speaks_for(name) and (not prop or row.value("property") == prop)]
        given_up = self.small if _about_visitors(name) else set()
        sums = _sums((("" if row.day in given_up else row.day.isoformat(), self._value(row, name)), row.measures) for row in rows)
        places = [facts.measures_of(fact).index(measure) for measure in ("visits", *(told.name for told in facts.told_with_visits(fact)))]
        return counted(fact, {cell: [of[place] for place in places] for cell, of in sums.items() if of[places[0]] > 0})


def _property(pair: tuple[str, str], cell: tuple[str, str]) -> str:
    """The name of the property whose value a cell is about, "" for none."""
    return next((value.partition("=")[0] for name, value in zip(pair, cell, strict=True) if name == "value"), "")


def _about_visitors(name: str) -> bool:
    return name == HOUR or (bool(name) and facts.BY_NAME[name].about == "visitor")


def _summed(amounts: Iterable[tuple[Any, int]]) -> Counter[Any]:
    sums: Counter[Any] = Counter()
    for key, amount in amounts:
        sums[key] += amount
    return sums


def _sums(rows: Iterable[tuple[Any, tuple[int, ...]]]) -> dict[Any, tuple[int, ...]]:
    """Measures by key; nothing of what sums to nothing."""
    lists: defaultdict[Any, list[tuple[int, ...]]] = defaultdict(list)
    for key, measures in rows:
        lists[key].append(measures)
    sums = {key: tuple(map(sum, zip(*found, strict=True))) for key, found in lists.items()}
    return {key: measures for key, measures in sums.items() if any(measures)}


def added(*parts: dict[Any, tuple[int, ...]]) -> dict[Any, tuple[int, ...]]:
    """The sum of what several sealings must leave."""
    return _sums(item for part in parts for item in part.items())


def pairs_in(store: DuckDBStore, fact: FactName, first: date = FIRST, last: date = LAST) -> dict[tuple[str, str], Cells]:
    """A period's kept cells as they are in a store."""
    listed = ", ".join(f'"{name}"' for name in facts.measures_of(fact))
    sql = f'SELECT dimension, other, value, other_value, {listed} FROM "{fact}_pairs" WHERE site = ? AND first = ? AND last = ?'
    found: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
    for dimension, other, value, other_value, *measures in store.query(sql, [SITE, first, last]):
        found[dimension, other].append(((value, other_value), tuple(measures)))
    return {pair: _sums(cells) for pair, cells in found.items()}


def singles_in(store: DuckDBStore, table: str) -> Singles:
    """The daily or monthly rows as they are in a store, equal keys summed."""
    fact = next(fact for fact in ROLLED_UP if table.startswith(fact))
    listed = ", ".join(f'"{name}"' for name in facts.measures_of(fact))
    sql = f'SELECT dimension, day, value, {listed} FROM "{table}" WHERE site = ?'
    return _sums(((dimension, day, value), tuple(measures)) for dimension, day, value, *measures in store.query(sql, [SITE]))


def totals(singles: Singles) -> dict[str, tuple[int, ...]]:
    """Each dimension's sum over all of its rows."""
    return _sums((name, measures) for (name, _, _), measures in singles.items())
