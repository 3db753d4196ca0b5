"""Rows for the tests, and the ten-line model that a store is compared with."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from collector import facts
from collector.event import Acquisition, Device, Place
from collector.facts import FactName
from collector.store.duckdb_store import DuckDBStore
from collector.store.interface import Position, Rows
from collector.store.schema import detail_tables, fact_names

DAY = date(2026, 11, 2).toordinal()
MINUTE = 29_000_000

# (fact, dimension, value, site, time, measure) -> sum, of everything that is not nothing
Sums = Counter[tuple[Any, ...]]

_SOME: dict[str, Sequence[Any]] = {
    "site": (1, 2),
    "day": (DAY, DAY + 1, DAY + 2),
    "hour": (0, 9, 23),
    "minute": (MINUTE, MINUTE + 1),
    "acquisition": (Acquisition(), Acquisition("google", "Organic Search"), Acquisition("google", "Organic Search", utm_campaign="kevät")),
    "place": (Place("FI", "FI-18", "Helsinki", "Elisa"), Place("SE"), Place()),
    "device": (Device("Firefox", "Firefox 144", "Linux", "", "Desktop"), Device("Safari", "Safari 26", "iOS", "iOS 26", "Mobile")),
}
_DIRECT = Acquisition()
_TEXTS = ("", "/", "/hinnat", "/ä/日本", 'it\'s "quoted"')


def some_rows(seed: int, count: int = 12, facts_: Iterable[FactName] = fact_names()) -> Rows:
    """A batch of deltas that repeats keys of other batches often; some measures are negative, some are all zero."""
    chance = random.Random(seed)
    return {fact: {_key(fact, chance): _measures(fact, chance) for _ in range(count)} for fact in facts_}


def visit_row(site: int = 1, day: int = DAY, page: str = "/", acquisition: Acquisition = _DIRECT, visits: int = 1) -> Rows:
    """One row of the visits fact."""
    key = (site, day, 12, "example.com", page, page, acquisition, Place("FI"), Device("Firefox"), "", "fi")
    return {"visits": {key: [visits, visits, 0, 0, visits, 0]}}


def _key(fact: FactName, chance: random.Random) -> tuple[Any, ...]:
    return tuple(chance.choice(_SOME.get(name, _TEXTS)) for name in facts.keys_of(fact))


def _measures(fact: FactName, chance: random.Random) -> list[int]:
    return [chance.choice((0, 0, 1, 2, -1, 3_000_000_000)) for _ in facts.measures_of(fact)]


def model(batches: Iterable[Rows]) -> Sums:
    """What the batches amount to, for every dimension of every fact."""
    sums: Sums = Counter()
    for rows in batches:
        for fact, deltas in rows.items():
            for key, measures in deltas.items():
                named = _flat(fact, key)
                time = named.get("day", named.get("minute"))
                for dimension in (*facts.dimensions_of(fact), None):
                    name = dimension.name if dimension else ""
                    # An event's own row speaks for every dimension but those of its properties, which have rows of their own.
                    if fact == "events" and bool(named["property"]) != (name in facts.PROPERTY_DIMENSIONS):
                        continue
                    value = named[name] if name else ""
                    for measure, amount in zip(facts.measures_of(fact), measures, strict=True):
                        sums[fact, name, value, named["site"], time, measure] += amount
    return _something(sums)


def _flat(fact: FactName, key: tuple[Any, ...]) -> dict[str, Any]:
    named: dict[str, Any] = {"": ""}
    for name, value in zip(facts.keys_of(fact), key, strict=True):
        named.update(zip(facts.GROUPS[name], value, strict=True) if name in facts.GROUPS else [(name, value)])
    return named


def stored(store: DuckDBStore, daily: bool = False) -> Sums:
    """The same from a store: from the rows with all keys or, where there are such, from today's and the daily rows."""
    sums: Sums = Counter()
    for fact in fact_names():
        for table in detail_tables(fact):
            if not (daily and table.endswith("_detail")):
                sums.update(model([{fact: _rows(store, fact, table)}]))
        if daily and fact in facts.ROLLED_UP:
            sums.update(_single_sums(store, fact, f"{fact}_daily"))
    return _something(sums)


def by_month(store: DuckDBStore, table: str) -> Sums:
    """The sums of each fact's "daily" or "monthly" rows, by the first of the month, the hours left out."""
    sums: Sums = Counter()
    for fact in facts.ROLLED_UP:
        for key, amount in _single_sums(store, fact, f"{fact}_{table}").items():
            sums[(*key[:-2], date.fromordinal(key[-2]).replace(day=1), key[-1])] += amount
    return _something(sums)


def _rows(store: DuckDBStore, fact: FactName, table: str) -> dict[tuple[Any, ...], list[int]]:
    """A table's rows as they were appended, equal keys summed."""
    tuples = {group: {row[0]: row[1:] for row in store.query(f'FROM "{group}"')} for group in facts.GROUPS}
    names = facts.keys_of(fact)
    summed: dict[tuple[Any, ...], list[int]] = {}
    columns = ", ".join(f'"{name}"' for name in (*names, *facts.measures_of(fact)))
    for row in store.query(f'SELECT {columns} FROM "{table}"'):
        values = (tuples[name][value] if name in tuples else value for name, value in zip(names, row, strict=False))
        key = tuple(value.toordinal() if isinstance(value, date) else value for value in values)
        measures = row[len(names) :]
        summed[key] = [a + b for a, b in zip(summed.get(key, [0] * len(measures)), measures, strict=True)]
    return summed


def _single_sums(store: DuckDBStore, fact: FactName, table: str) -> Sums:
    sums: Sums = Counter()
    columns = ", ".join(f'"{measure}"' for measure in facts.measures_of(fact))
    rows = store.query(f"SELECT dimension, value, site, day, {columns} FROM \"{table}\" WHERE dimension <> 'hour'")
    for dimension, value, site, day, *amounts in rows:
        for measure, amount in zip(facts.measures_of(fact), amounts, strict=True):
            sums[fact, dimension, value, site, day.toordinal(), measure] += amount
    return sums


def _something(sums: Sums) -> Sums:
    return Counter({key: amount for key, amount in sums.items() if amount})


def append_all(store: DuckDBStore, batches: Sequence[Rows]) -> None:
    """Append the batches one after the other, after what the store has."""
    first = store.position().batch + 1
    for number, rows in enumerate(batches, first):
        store.append(rows, Position(number))


def bytes_of(folder: Path) -> bytes:
    """Every byte of every file below a folder."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
