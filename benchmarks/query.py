"""The default dashboard's questions on 10 million page views over 90 days, in the embedded store.

    python -m benchmarks.query [--pageviews 10000000] [--keep FILE] [--runs 9]

The rows are made by SQL from hashes of numbers, so they are the same in every run: 13,500 paths with a Zipf tail, 30
sources, 250 networks, 40 browsers, 3 page views a visit. Closed days lie as the nightly rewrite leaves them and the last of
them as its close does; today is rows as they came. Targets: 40 ms for 30 or 90 days without a filter, 150 ms for 30 days
with one or two. Printed beside: the CPU time of all threads, which a busy machine changes less, and the load it was under.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from collector.facts import GROUPS, FactName, dimensions_of, measures_of
from collector.query import Caller, Run, SiteView, ask, ask_many
from collector.store import rollup
from collector.store.duckdb_store import DuckDBStore

DAYS = 90
PATHS = 13_500
TODAY = date(2026, 3, 31)
NOW_S = datetime(2026, 3, 31, 15).timestamp()
CALLER = Caller(10)
SITE = SiteView(1, "example.com", "UTC")
NAMES = ("example.com", "www.example.com")

LISTS = (
    "event:page",
    "visit:entry_page",
    "visit:exit_page",
    "visit:source",
    "visit:country",
    "visit:network",
    "visit:browser",
    "visit:os",
    "visit:device",
)
HEADLINE = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration"]

# Evenly spread 0…1 from a row's number `v` and a salt; and a rank with a Zipf tail, small ones often.
EVEN = "(hash(v, {salt}) % 1000000) / 1e6"
ZIPF = "CAST(floor(pow({count}, (hash(v, {salt}) % 1000000) / 1e6)) AS INTEGER)"
PATH = "'/' || ['', 'blog/', 'docs/', 'shop/'][1 + {rank} % 4] || {rank}"


def zipf(count: int, salt: int) -> str:
    return ZIPF.format(count=count, salt=salt)


def path(salt: int, number: str = "v", paths: int = PATHS) -> str:
    return PATH.format(rank=zipf(paths, salt).replace("(v,", f"({number},"))


def groups(connection: duckdb.DuckDBPyConnection) -> None:
    """The tuples that travel together, each group a few hundred."""
    texts = {
        "acquisition": """CASE id % 31 WHEN 1 THEN '' ELSE 'Source ' || id % 31 END, 'Channel ' || id % 8,
            'ref' || id % 31 || '.com', '', '', '', '', ''""",
        "place": "chr(CAST(65 + id % 26 AS INTEGER)) || chr(CAST(65 + id % 7 AS INTEGER)), '', '', 'Network ' || id % 250",
        "device": "'Browser ' || id % 10, 'Browser ' || id % 40, 'OS ' || id % 6, 'OS ' || id % 20, 'Device ' || id % 3",
    }
    for group, names in GROUPS.items():
        connection.execute(
            f"INSERT INTO {group} (id, {', '.join(names)}) SELECT CAST(id AS INTEGER), {texts[group]} FROM range(1, 801) t(id)"
        )


def rows(connection: duckdb.DuckDBPyConnection, pageviews: int) -> None:
    """Visits and their pages, in the order of their days; the last day stays open."""
    visits = pageviews // 3
    first = TODAY - timedelta(days=DAYS - 1)
    connection.execute(f"""CREATE TEMP TABLE made AS SELECT v, 1 AS site,
        DATE '{first}' + CAST(v * {DAYS} // {visits} AS INTEGER) AS day, CAST(hash(v, 1) % 24 AS UTINYINT) AS hour,
        CASE WHEN {EVEN.format(salt=2)} < 0.8 THEN '{NAMES[0]}' ELSE '{NAMES[1]}' END AS hostname, {path(3)} AS entry_page,
        {zipf(800, 5)} AS acquisition, {zipf(800, 6)} AS place, {zipf(800, 7)} AS device,
        'Screen ' || hash(v, 8) % 4 AS screen, 'Language ' || {zipf(30, 9)} AS language,
        1 + CAST(floor(-ln(1 - {EVEN.format(salt=10)}) * 2.47) AS INTEGER) AS views
        FROM range({visits}) t(v)""")
    connection.execute(f"""CREATE TEMP TABLE seen AS SELECT made.*, place_in_visit AS n,
        CASE WHEN place_in_visit = 0 THEN entry_page ELSE {path(11, "v * 100 + place_in_visit")} END AS page
        FROM made, LATERAL (SELECT unnest(range(views)) AS place_in_visit)""")
    shared = "site, day, hour, hostname, entry_page, acquisition, place, device, screen, language"
    for kind, when in (("detail", "<"), ("today", "=")):
        connection.execute(f"""INSERT INTO visits_{kind} ({shared}, exit_page, visitors, visits, bounces, engaged, pageviews, seconds)
            SELECT {shared}, page, CAST(hash(v, 12) % 5 <> 0 AS BIGINT), 1,
                CAST(views = 1 AS BIGINT) AS bounces, CAST(views > 1 AS BIGINT), views, hash(v, 13) % 300
            FROM seen WHERE n = views - 1 AND day {when} DATE '{TODAY}' ORDER BY {lying("visits", kind, "v")}""")
        connection.execute(f"""INSERT INTO pages_{kind} ({shared}, page, pageviews, visits, visitors, seconds, scroll_sum, scroll_count)
            SELECT {shared}, page, 1, 1, 1, hash(v, n) % 90, hash(v, n, 1) % 101, 1
            FROM seen WHERE day {when} DATE '{TODAY}' ORDER BY {lying("pages", kind, "v, n")}""")


def lying(fact: FactName, kind: str, as_they_came: str) -> str:
    """The order of a kind of rows on disk."""
    return rollup.detail_order(fact) if kind == "detail" else as_they_came


def daily(connection: duckdb.DuckDBPyConnection) -> None:
    """Daily rows of the closed days, sorted as by a rewrite, but for those of the last, which was closed after it; and monthly rows."""
    facts: tuple[FactName, ...] = ("visits", "pages")
    for fact in facts:
        measures = measures_of(fact)
        sums = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in measures)
        selects = [f"SELECT 1 AS site, '' AS dimension, day, '' AS value, {sums} FROM {fact}_detail GROUP BY day"]
        selects.append(f"SELECT 1, 'hour', day, lpad(CAST(hour AS VARCHAR), 2, '0') AS value, {sums} FROM {fact}_detail GROUP BY day, hour")
        for dimension in dimensions_of(fact):
            joined = f"{fact}_detail t" + (f" JOIN {dimension.group} g ON g.id = t.{dimension.group}" if dimension.group else "")
            value = f"{'g' if dimension.group else 't'}.{dimension.name}"
            selects.append(f"SELECT 1, '{dimension.name}', day, {value} AS value, {sums} FROM {joined} GROUP BY day, {value}")
        columns = f"site, dimension, day, value, {', '.join(measures)}"
        order = f"day = DATE '{TODAY - timedelta(days=1)}', {rollup.single_order(fact)}"
        connection.execute(f"CREATE TEMP TABLE {rollup.CLOSING} AS {' UNION ALL '.join(selects)}")
        connection.execute(f"INSERT INTO {fact}_daily ({columns}) SELECT {columns} FROM {rollup.CLOSING} ORDER BY {order}")
        connection.execute(rollup.close_monthly(fact))
        connection.execute(f"DROP TABLE {rollup.CLOSING}")


def build(file: Path, pageviews: int) -> None:
    """A store's file with the rows in it."""
    DuckDBStore(file).close()
    connection = duckdb.connect(str(file), config={"preserve_insertion_order": True, "memory_limit": "6GB"})
    groups(connection)
    rows(connection, pageviews)
    daily(connection)
    connection.execute("CHECKPOINT")
    connection.close()


def dashboard(date_range: str, filters: list[Any]) -> list[dict[str, Any]]:
    """Everything that the default dashboard asks when it opens."""
    shared = {"site_id": SITE.domain, "date_range": date_range, "filters": filters}
    compared = {**shared, "include": {"compare": "previous_period"}}
    questions = [{**compared, "metrics": HEADLINE}, {**compared, "metrics": ["visitors"], "dimensions": ["time:day"]}]
    listed = {**shared, "metrics": ["visitors"], "include": {"total_rows": True}, "pagination": {"limit": 9}}
    return questions + [{**listed, "dimensions": [name]} for name in LISTS]


CASES: list[tuple[str, str, list[Any], int]] = [
    ("30 days", "30d", [], 40),
    ("90 days", "90d", [], 40),
    ("30 days, one filter (source)", "30d", [["is", "visit:source", ["Source 2"]]], 150),
    ("30 days, one filter (browser)", "30d", [["is", "visit:browser", ["Browser 1"]]], 150),
    ("30 days, one filter (entry page)", "30d", [["is", "visit:entry_page", ["/blog/1"]]], 150),
    ("30 days, two filters", "30d", [["is", "visit:source", ["Source 2"]], ["is", "visit:device", ["Device 1"]]], 150),
]


def measure(store: DuckDBStore, runs: int) -> None:
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'case':<36}{'best':>10}{'median':>10}{'slowest':>10}{'CPU':>10}{'target':>10}{'statements':>12}")
    for name, date_range, filters, target_ms in CASES:
        questions = dashboard(date_range, filters)
        show(name, target_ms, store, runs, partial(ask_many, questions, SITE, NOW_S, caller=CALLER))
    for question in dashboard("90d", []):
        if question.get("dimensions") in (["event:page"], ["visit:device"]):
            name = f"90 days, {question['dimensions'][0]} alone"
            show(name, 0, store, runs, partial(ask, question, SITE, NOW_S, caller=CALLER))


def show(name: str, target_ms: int, store: DuckDBStore, runs: int, answer: Callable[[Run], object]) -> None:
    """One line of the table; the first run, which warms the file's cache, is left out."""
    asked: list[str] = []

    def run(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return store.query(sql, parameters)

    answer(run)
    statements, wall, cpu = len(asked), [], []
    for _ in range(runs):
        start, spent = time.perf_counter(), time.process_time()
        answer(run)
        wall.append(1000 * (time.perf_counter() - start))
        cpu.append(1000 * (time.process_time() - spent))
    figures = "".join(f"{figure:>7.1f} ms" for figure in (min(wall), statistics.median(wall), max(wall), statistics.median(cpu)))
    print(f"{name:<36}{figures}{f'{target_ms} ms' if target_ms else '':>10}{statements:>12}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pageviews", type=int, default=10_000_000)
    parser.add_argument("--keep", type=Path, help="use this file, and make it if it is not there")
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as folder:
        file = options.keep or Path(folder) / "query.duckdb"
        if not file.exists():
            start = time.perf_counter()
            build(file, options.pageviews)
            print(f"{options.pageviews:,} page views in {time.perf_counter() - start:.0f} s, {file.stat().st_size / 1e6:.0f} MB")
        store = DuckDBStore(file)
        try:
            measure(store, options.runs)
        finally:
            store.close()


if __name__ == "__main__":
    main()
