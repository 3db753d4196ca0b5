"""A small database with the store's tables, filled from plain rows; and the rows themselves, generated from a seed."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from collector.facts import GROUPS, ROLLED_UP, FactName, columns_of, dimensions_of, keys_of, measures_of
from collector.query import Caller, SiteView
from tests.query import sealing
from tests.query.sealing import Condition, Row

SITE = SiteView(7, "example.com", "Europe/Helsinki")
SIGNED_IN = Caller(10)
PUBLIC = Caller(10, public=True)
# For tests of figures: no group is too small.
UNGUARDED = Caller(1)
TODAY = date(2026, 3, 31)  # two days after the clocks went forward in Helsinki
FIRST = TODAY - timedelta(days=40)
NOW_S = datetime(2026, 3, 31, 15, 20, tzinfo=ZoneInfo(SITE.timezone)).timestamp()

PAIR_COLUMNS = [
    *("site INTEGER", "dimension VARCHAR", "other VARCHAR", "value VARCHAR", "other_value VARCHAR"),
    *("first DATE", "last DATE"),
]

VALUES: dict[str, list[str]] = {
    "hostname": ["example.com", "shop.example.com"],
    "entry_page": ["/", "/blog/one", "/blog/two", "/100%", "/a_b"],
    "exit_page": ["/", "/blog/one", "/pricing", "/a*b"],
    "page": ["/", "/blog/one", "/blog/two", "/pricing", "/a*b", "/Blog/One"],
    "source": ["", "Google", "google", "Ünïcode", "'; DROP TABLE visits_today; --"],
    "channel": ["", "Organic Search", "Referral"],
    "referrer": ["", "google.com", "t.co"],
    "country": ["", "FI", "SE"],
    "browser": ["", "Firefox", "Chrome"],
    "browser_version": ["", "Firefox 144", "Chrome 142"],
    "device": ["", "Desktop", "Mobile"],
    "event": ["Sign up", "Purchase", "Outbound Link: Click"],
    "currency": ["", "EUR"],
}
OTHERS = ["", "one", "Two", "(other)"]
PROPERTIES = ["", "", "plan", "url"]


def generated(seed: int, count: int = 1_500, first: date = FIRST) -> list[Row]:
    """Random rows of the three facts; some take earlier ones back, as a visit that goes on does."""
    rng = random.Random(seed)
    rows = [_row(rng, rng.choice(ROLLED_UP), first) for _ in range(count)]
    for fact, day, hour, values, measures in rng.sample(rows, count // 10):
        rows.append((fact, day, hour, values, {name: -number for name, number in measures.items()}))
    return rows


def _row(rng: random.Random, fact: FactName, first: date) -> Row:
    values = {dimension.name: rng.choice(VALUES.get(dimension.name, OTHERS)) for dimension in dimensions_of(fact)}
    if fact == "events":
        values["property"] = rng.choice(PROPERTIES)
        values["value"] = f"{values['property']}={rng.choice(['pro', 'Free', ''])}" if values["property"] else ""
    measures = {name: rng.randrange(1, 9) for name in measures_of(fact)}
    if fact == "events" and not values["currency"]:
        measures["revenue"] = 0
    day = first + timedelta(days=rng.randrange((TODAY - first).days + 1))
    return fact, day, rng.randrange(24), values, measures


@dataclass
class Database:
    """An in-memory DuckDB with the tables of the store's contract; `run` is what questions are handed."""

    connection: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)
    statements: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    numbers: dict[tuple[str, ...], int] = field(default_factory=dict)
    kinds: dict[str, list[str]] = field(default_factory=dict)
    pending: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {group: [] for group in GROUPS})

    def __post_init__(self) -> None:
        for group, names in GROUPS.items():
            self._create(group, ["id INTEGER", *(f"{name} VARCHAR" for name in names)])
        for fact in ROLLED_UP:
            texts = [f"{name} {'INTEGER' if name in GROUPS else 'VARCHAR'}" for name in columns_of(fact)]
            measures = [f"{name} BIGINT" for name in measures_of(fact)]
            for kind in ("today", "detail"):
                self._create(f"{fact}_{kind}", ["site INTEGER", "day DATE", "hour UTINYINT", *texts, *measures])
            for kind in ("daily", "monthly"):
                self._create(f"{fact}_{kind}", ["site INTEGER", "dimension VARCHAR", "day DATE", "value VARCHAR", *measures])
            self._create(f"{fact}_pairs", [*PAIR_COLUMNS, *measures])
        self._create("counted", ["site INTEGER", "segment VARCHAR", "first DATE", "last DATE"])
        self._create("sealed", ["site INTEGER", "first DATE", "last DATE", "k BIGINT", "visits BIGINT"])
        self._create(
            "live",
            ["site INTEGER", "minute INTEGER", "page VARCHAR", "source VARCHAR", "country VARCHAR", "pageviews BIGINT", "visitors BIGINT"],
        )

    def run(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        """From any thread, as the store does: each statement has a cursor of its own."""
        self.statements.append((sql, tuple(parameters)))
        with self.connection.cursor() as cursor:
            return cursor.execute(sql, list(parameters)).fetchall()

    def fill(self, rows: Iterable[Row], site: int = SITE.id, open_days: Iterable[date] = (TODAY,), daily: bool = True) -> None:
        """Put rows where the store has them: open days' as they came, the others' as detail and as daily rows."""
        opened = set(open_days)
        for fact in ROLLED_UP:
            mine = [row for row in rows if row[0] == fact]
            self._insert(f"{fact}_today", [self._stored(site, row) for row in mine if row[1] in opened])
            closed = [row for row in mine if row[1] not in opened]
            self._insert(f"{fact}_detail", [self._stored(site, row) for row in closed])
            if daily:
                cells = sealing.daily(fact, closed)
                self._insert(f"{fact}_daily", [(site, *cell) for cell in cells])
                self._insert(f"{fact}_monthly", [(site, *cell) for cell in sealing.monthly(cells)])
        for group, fresh in self.pending.items():
            self._insert(group, fresh)
            fresh.clear()

    def fill_sealed(self, rows: Iterable[Row], first: date, last: date, k: int, site: int = SITE.id, **segments: Condition) -> None:
        """Put rows where a sealing of the period has them: daily rows and pairs, no detail."""
        self.note_sealed(first, last, k, site)
        self.connection.executemany(
            "INSERT INTO counted VALUES (?, ?, ?, ?)", [[site, name, first, last] for name in segments] or [[0, "", first, last]]
        )
        made = sealing.sealed([row for row in rows if first <= row[1] <= last], first, last, k, segments)
        for fact in ROLLED_UP:
            self._insert(f"{fact}_daily", [(site, *cells) for cells in made.daily[fact]])
            self._insert(f"{fact}_monthly", [(site, *cells) for cells in made.monthly[fact]])
            self._insert(f"{fact}_pairs", [(site, *cells) for cells in made.pairs[fact]])

    def note_sealed(self, first: date, last: date, k: int = 10, site: int = SITE.id) -> None:
        """Note a period as sealed; its rows are what the caller makes them."""
        self.connection.execute("INSERT INTO sealed VALUES (?, ?, ?, ?, 0)", [site, first, last, k])

    def _create(self, table: str, columns: list[str]) -> None:
        self.connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        self.kinds[table] = [column.split()[1] for column in columns]

    def _stored(self, site: int, row: Row) -> tuple[Any, ...]:
        fact, day, hour, values, measures = row
        keys = {
            "site": site,
            "day": day,
            "hour": hour,
            **values,
            **{group: self._number(group, tuple(values[name] for name in names)) for group, names in GROUPS.items()},
        }
        return (*(keys[name] for name in keys_of(fact)), *(measures[name] for name in measures_of(fact)))

    def _number(self, group: str, values: tuple[str, ...]) -> int:
        """A tuple's number; a new one is written to the group's table with its row."""
        key = (group, *values)
        if key not in self.numbers:
            self.numbers[key] = len(self.numbers) + 1
            self.pending[group].append((self.numbers[key], *values))
        return self.numbers[key]

    def _insert(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        """All rows at once, a list for each column: one at a time takes DuckDB a millisecond each."""
        if rows:
            lists = ", ".join(f"unnest(?::{kind}[])" for kind in self.kinds[table])
            self.connection.execute(f"INSERT INTO {table} SELECT {lists}", [list(column) for column in zip(*rows, strict=True)])
