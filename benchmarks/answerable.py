"""How much is still answerable once a site's days are sealed: the share of visits in kept cells of the commonest crossings.

    python -m benchmarks.answerable                        sites of 100 to 100,000 visits a day, some minutes
    python -m benchmarks.answerable --visits 100 1000      only these

30 days of each site are written into a store, closed, and sealed as the server does it, for each smallest group `k`: as a month,
and as single days (only the first few, DAYS_ALONE). Then the kept pairs are summed. Values are drawn from the lists of
benchmarks.store.Site, each for itself. In a real site they follow each other (a country has its sources), so its visits lie in
fewer and larger cells. How long a list is counts most: 24 hours, 32 sources, 20 campaigns (a ninth of all visits), 80 countries,
8 browsers, 2 kinds of device, and pages that grow with the site. Printed are the tables of docs/privacy-model.md.
"""

import argparse
import shutil
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator
from datetime import date
from itertools import repeat
from pathlib import Path
from typing import Any

from benchmarks.store import NETWORKS, Site, Weighted
from collector.facts import PAIRS
from collector.store.duckdb_store import DuckDBStore
from collector.store.interface import Position

FIRST_DAY, DAYS = date(2026, 9, 1).toordinal(), 30
GROUPS = (5, 10, 20)
PATHS = {100: 200, 1_000: 1_000, 10_000: 4_000, 100_000: 13_500}  # by visits a day
DAYS_ALONE = {100: 10, 1_000: 5, 10_000: 2, 100_000: 1}
ONE_PAGE_SHARE = 0.45  # of visits see one page, as in benchmarks.store: they leave where they came
# Of these so many bounce; the others are engaged, and see some pages more and stay some seconds. So many of all visits are a visitor's
# first of the day. All of that is told with visits, so it counts in what is kept.
BOUNCE_SHARE, NEW_SHARE = 0.8, 0.85
FURTHER_PAGES, SECONDS = 2.0, 60.0  # the mean of those that did not bounce
MEMORY_MB = 1_000

CROSSINGS = {
    "source × entry page": ("source", "entry_page"),
    "country × entry page": ("country", "entry_page"),
    "device × entry page": ("device", "entry_page"),
    "campaign × entry page": ("utm_campaign", "entry_page"),
    "entry × exit page": ("entry_page", "exit_page"),
    "country × source": ("country", "source"),
    "device × source": ("device", "source"),
    "hour × source": ("hour", "source"),
    "country × device": ("country", "device"),
    "browser × device": ("browser", "device"),
}
# Campaigns are asked for by whoever has some: visits without one are not counted as answered.
KEPT = """SELECT dimension, other, CAST(sum(visits) AS BIGINT) FROM visits_pairs
WHERE NOT (dimension = 'utm_campaign' AND value = '') AND NOT (other = 'utm_campaign' AND other_value = '') GROUP BY ALL"""
ALL = """SELECT dimension, CAST(sum(visits) AS BIGINT) FROM visits_daily
WHERE day < ? AND (dimension = '' OR (dimension = 'utm_campaign' AND value <> '')) GROUP BY ALL"""

# By crossing, the share of visits in kept cells, 0 to 1.
Shares = dict[str, float]


def visits(site: Site, day: int, count: int) -> Counter[tuple[Any, ...]]:
    """One day's visits by their keys. Host, screen and language are in no crossing here, and the same for all."""
    chance = site.chance
    entry, further = several(site.pages, site, count), several(site.pages, site, count)
    last = (a if chance.random() < ONE_PAGE_SHARE else b for a, b in zip(entry, further, strict=True))
    drawn = (several(values, site, count) for values in (site.acquisitions, site.places, site.devices))
    hours = several(site.hours, site, count)
    same = (repeat(text) for text in ("", ""))
    return Counter(zip(repeat(1), repeat(day), hours, repeat("example.com"), entry, last, *drawn, *same, strict=False))


def measures(site: Site, key: tuple[Any, ...], count: int) -> list[int]:
    """The measures of so many visits with the same key, in the order of `facts.MEASURES`."""
    entry, last = key[4:6]
    bounces = sum(site.chance.random() < BOUNCE_SHARE for _ in range(count)) if entry == last else 0
    visitors = sum(site.chance.random() < NEW_SHARE for _ in range(count))
    engaged = count - bounces
    further, seconds = (sum(1 + int(site.chance.expovariate(1 / mean)) for _ in range(engaged)) for mean in (FURTHER_PAGES, SECONDS))
    return [visitors, count, bounces, engaged, count + further, seconds]


def several(values: Weighted, site: Site, count: int) -> list[Any]:
    return values.several(site.chance, count)


def build(file: Path, visits_a_day: int) -> None:
    """A store with a month of closed days."""
    site = Site(PATHS[visits_a_day], NETWORKS)
    store = DuckDBStore(file, MEMORY_MB)
    for number in range(DAYS):
        day = FIRST_DAY + number
        counted = visits(site, day, visits_a_day)
        store.append({"visits": {key: measures(site, key, n) for key, n in counted.items()}}, Position(number + 1))
        store.close_day(1, day)
    store.close()


def sealed(file: Path, k: int, periods: list[tuple[int, int]]) -> Shares:
    """What a copy of a store still answers once these periods of it are sealed."""
    copy = file.with_name("copy.duckdb")
    shutil.copy(file, copy)
    store = DuckDBStore(copy, MEMORY_MB)
    for first, last in periods:
        deque(store.seal(1, first, last, k), maxlen=0)
    kept = {frozenset(pair): visits for *pair, visits in store.query(KEPT)}
    whole: dict[str, int] = dict(store.query(ALL, [date.fromordinal(periods[-1][1] + 1)]))
    store.close()
    copy.unlink()
    return {
        name: kept.get(frozenset(pair), 0) / whole["utm_campaign" if "utm_campaign" in pair else ""] for name, pair in CROSSINGS.items()
    }


def measured(visits_a_day: int) -> Iterator[tuple[str, int, Shares]]:
    """By month or by day, k, and what is answered, for one site."""
    month = [(FIRST_DAY, FIRST_DAY + DAYS - 1)]
    days = [(FIRST_DAY + number,) * 2 for number in range(DAYS_ALONE[visits_a_day])]
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as folder:
        file = Path(folder) / "site.duckdb"
        build(file, visits_a_day)
        for k in GROUPS:
            yield "month", k, sealed(file, k, month)
            yield "day", k, sealed(file, k, days)


def said(share: float) -> str:
    """Percent, never rounded up to all or down to none."""
    return "0" if share == 0 else "100" if share == 1 else str(min(99, max(1, round(100 * share))))


def table(period: str, found: dict[tuple[int, str, int], Shares]) -> Iterator[str]:
    """The Markdown table of one kind of period: a row a crossing, a column a site."""
    sites = list(dict.fromkeys(visits_a_day for visits_a_day, _, _ in found))
    yield f"| sealed by {period} | " + " | ".join(f"{visits_a_day:,} a day" for visits_a_day in sites) + " |"
    yield "|---" * (len(sites) + 1) + "|"
    for name in CROSSINGS:
        cells = (" · ".join(said(found[visits_a_day, period, k][name]) for k in GROUPS) for visits_a_day in sites)
        yield f"| {name} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, nargs="+", choices=PATHS, default=list(PATHS), help="a day, of each site")
    assert all(any({*pair} == {*kept} for kept in PAIRS["visits"]) for pair in CROSSINGS.values())
    found: dict[tuple[int, str, int], Shares] = {}
    for visits_a_day in parser.parse_args().visits:
        started = time.perf_counter()
        found |= {(visits_a_day, period, k): shares for period, k, shares in measured(visits_a_day)}
        print(f"{visits_a_day:,} visits a day on {PATHS[visits_a_day]:,} paths: {time.perf_counter() - started:.0f} s", flush=True)
    print(f"\n{date.today()}, % of visits for k = {' · '.join(map(str, GROUPS))}")
    for period in ("month", "day"):
        print("", *table(period, found), sep="\n")


if __name__ == "__main__":
    main()
