"""A small database that keeps every promise, laid row by row, for each test to break one of them. Its smallest group is 10 visits."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from collector.store.connection import Connection, transaction
from collector.store.duckdb_store import DuckDBStore
from collector.store.locked_store import open_locked

JANUARY = {"first": "2026-01-01", "last": "2026-01-31"}
FEBRUARY = {"first": "2026-02-01", "last": "2026-02-28"}
# Days of January: one of 100 visits and one of 3, which is rare. February has two of 6 visits, which are a group together.
BUSY, QUIET = "2026-01-05", "2026-01-07"
TWO_DAYS = ("2026-02-03", "2026-02-04")


def insert(to: Connection, table: str, **values: Any) -> None:
    """One row of a table; what is not given has the column's default."""
    names, holes = ", ".join(f'"{name}"' for name in values), ", ".join("?" for _ in values)
    to.execute(f'INSERT INTO "{table}" ({names}) VALUES ({holes})', list(values.values()))


def single(to: Connection, fact: str, day: str, dimension: str, value: str, **measures: int) -> None:
    """A row of one dimension: by day, and the month's for it."""
    insert(to, f"{fact}_daily", site=1, dimension=dimension, day=day, value=value, **measures)
    insert(to, f"{fact}_monthly", site=1, dimension=dimension, day=day[:8] + "01", value=value, **measures)


def daily(to: Connection, day: str, dimension: str, **visits: int) -> None:
    """Visits of each value of one dimension, on a day and in its month; "rare" stands for "(rare)", and "total" for the empty value."""
    for name, count in visits.items():
        single(to, "visits", day, dimension, {"rare": "(rare)", "total": ""}.get(name, name), visits=count)


def monthly(to: Connection, month: str, dimension: str, **visits: int) -> None:
    """What the month tells and its days do not."""
    for name, count in visits.items():
        value = {"rare": "(rare)"}.get(name, name)
        insert(to, "visits_monthly", site=1, dimension=dimension, day=month, value=value, visits=count)


def pair(to: Connection, of: str, cell: str, visits: int, table: str = "visits_pairs", **more: Any) -> None:
    """A pair row of January: `of` "country browser", `cell` "FI Firefox"."""
    (dimension, other), (value, other_value) = of.split(), cell.split()
    keys = {"site": 1, "dimension": dimension, "other": other, "value": value, "other_value": other_value, **JANUARY}
    insert(to, table, **{**keys, "visits": visits, **more})


@contextmanager
def clean(folder: Path) -> Iterator[Connection]:
    """A new database with sealed months that keep every promise, days that are not sealed, and texts that look like more than they are."""
    path = folder / "audited.duckdb"
    path.write_bytes(_laid())
    to = open_locked(path, 160)
    try:
        yield to
    finally:
        to.close()


@cache
def _laid() -> bytes:
    """The file, made once."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "audited.duckdb"
        DuckDBStore(path).close()
        to = open_locked(path, 160)
        with transaction(to):
            _fill(to)
        to.close()
        return path.read_bytes()


def _fill(to: Connection) -> None:
    for period, visits in ((JANUARY, 103), (FEBRUARY, 12)):
        insert(to, "sealed", site=1, **period, k=10, visits=visits)
    daily(to, BUSY, "", total=100)
    daily(to, BUSY, "country", FI=80, SE=20)
    daily(to, BUSY, "browser", Firefox=60, Safari=40)
    daily(to, BUSY, "hour", **{"09": 100})
    daily(to, QUIET, "", total=3)
    for dimension in ("country", "browser", "hour"):
        daily(to, QUIET, dimension, rare=3)
    daily(to, QUIET, "entry_page", **{"/": 3})
    pair(to, "country browser", "FI Firefox", 50)
    for day in TWO_DAYS:
        daily(to, day, "", total=6)
        daily(to, day, "country", rare=6)
        daily(to, day, "browser", rare=6)
    monthly(to, "2026-02-01", "country", FI=12, rare=-12)
    monthly(to, "2026-02-01", "browser", Firefox=12, rare=-12)
    pair(to, "country browser", "FI Firefox", 12, **FEBRUARY)
    daily(to, BUSY, "segment", regulars=40)
    monthly(to, "2026-02-01", "segment", regulars=12)
    _fill_pages_and_events(to)
    _fill_open_days(to)


def _fill_pages_and_events(to: Connection) -> None:
    """Rows that count no visit of their own still count a page view or an event."""
    for page, views, visits in (("/a", 30, 20), ("/b", 12, 0)):
        single(to, "pages", BUSY, "page", page, pageviews=views, visits=visits)
    single(to, "pages", BUSY, "country", "FI", pageviews=42, visits=20)
    pair(to, "country page", "FI /a", 20, "pages_pairs", pageviews=30)
    for dimension, value, events in (("event", "Order", 25), ("value", "plan=pro", 25)):
        single(to, "events", BUSY, dimension, value, events=events, visits=25)
    pair(to, "event value", "Order plan=pro", 25, "events_pairs", events=25)


def _fill_open_days(to: Connection) -> None:
    insert(to, "visits_detail", site=1, day="2026-03-20", hour=9, entry_page="/", visits=1)
    insert(to, "visits_detail", site=2, day="2026-01-05", hour=9, entry_page="/", visits=1)  # a site that has sealed nothing
    for minute in (29_000_000, 29_000_060):
        insert(to, "live", site=1, minute=minute, page="/", source="google", country="FI", visitors=1)
    insert(to, "steps", site=1, day=BUSY, from_page="/", to_page="/docs/1.2.3", visits=3)
