"""Years of sealed history: its size, the dashboard over it, and what sealing a large month costs.

    python -m benchmarks.history [--pageviews 100000000] [--months 24] [--paths 13500] [--keep FILE] [--runs 9]
    python -m benchmarks.history --month 10000000 [--paths 13500]

The first makes two years, month by month: detail rows by SQL from hashes of numbers, closed and sealed as the server does it,
and the file is rewritten; then it prints bytes a page view, and the default dashboard over 24 months, 12 and one, without and
with a filter, and the memory of the process that answers. Targets: 2 B a page view, 50 ms without a filter, 80 ms with one,
500 MB. The second seals one month: at most 60 s.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.query import LISTS, SITE, daily, dashboard, groups, path, zipf
from collector.query import Caller, ask_many
from collector.store.duckdb_store import MEMORY_MB, DuckDBStore

LAST_MONTH = date(2026, 2, 1)
NOW_S = 1774962000.0  # 31 March 2026, 13:00 UTC: the whole of every month above is over
K = 10


def month_before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def last_day(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def detail(connection: duckdb.DuckDBPyConnection, month: date, pageviews: int, paths: int) -> None:
    """One month's visits and their pages, a third as many visits as page views; each month has numbers of its own."""
    visits, seed = pageviews // 3, month.toordinal()
    days = last_day(month).day
    even = f"(hash(v, {seed}, {{salt}}) % 1000000) / 1e6"
    spread = {salt: zipf(800, salt).replace("hash(v,", f"hash(v, {seed},") for salt in (5, 6, 7)}
    own = [path(salt, number, paths).replace("hash(", f"hash({seed}, ") for salt, number in ((3, "v"), (11, "v * 100 + place_in_visit"))]
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE made AS SELECT v, 1 AS site,
        DATE '{month}' + CAST(v * {days} // {visits} AS INTEGER) AS day, CAST(hash(v, {seed}, 1) % 24 AS UTINYINT) AS hour,
        CASE WHEN {even.format(salt=2)} < 0.8 THEN 'example.com' ELSE 'www.example.com' END AS hostname, {own[0]} AS entry_page,
        {spread[5]} AS acquisition, {spread[6]} AS place, {spread[7]} AS device,
        'Screen ' || hash(v, {seed}, 8) % 4 AS screen, 'Language ' || {zipf(30, 9)} AS language,
        1 + CAST(floor(-ln(1 - {even.format(salt=10)}) * 2.47) AS INTEGER) AS views
        FROM range({visits}) t(v)""")
    shared = "site, day, hour, hostname, entry_page, acquisition, place, device, screen, language"
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE seen AS SELECT made.*, place_in_visit AS n,
        CASE WHEN place_in_visit = 0 THEN entry_page ELSE {own[1]} END AS page
        FROM made, LATERAL (SELECT unnest(range(views)) AS place_in_visit)""")
    connection.execute(f"""INSERT INTO visits_detail ({shared}, exit_page, visitors, visits, bounces, engaged, pageviews, seconds)
        SELECT {shared}, page, CAST(hash(v, 12) % 5 <> 0 AS BIGINT), 1, CAST(views = 1 AS BIGINT), CAST(views > 1 AS BIGINT), views,
            hash(v, 13) % 300 FROM seen WHERE n = views - 1 ORDER BY day, acquisition, place, device""")
    connection.execute(f"""INSERT INTO pages_detail ({shared}, page, pageviews, visits, visitors, seconds, scroll_sum, scroll_count)
        SELECT {shared}, page, 1, 1, 1, hash(v, n) % 90, hash(v, n, 1) % 101, 1
        FROM seen ORDER BY day, acquisition, place, device""")
    daily(connection)


def empty(file: Path) -> None:
    """A store with nothing in it but the tuples that travel together."""
    DuckDBStore(file, MEMORY_MB).close()
    connection = duckdb.connect(str(file))
    groups(connection)
    connection.close()


def add_month(file: Path, month: date, pageviews: int, paths: int) -> int:
    """Write a month's detail and daily rows into a store that is closed meanwhile; returns its page views."""
    connection = duckdb.connect(str(file), config={"preserve_insertion_order": True, "memory_limit": "6GB"})
    detail(connection, month, pageviews, paths)
    ((made,),) = connection.execute("SELECT sum(pageviews)::BIGINT FROM pages_detail").fetchall()
    connection.execute("CHECKPOINT")
    connection.close()
    return int(made)


def seal(file: Path, month: date) -> tuple[float, float, float]:
    """Seal a month; returns seconds, seconds of CPU of all threads, and the longest piece's seconds."""
    store = DuckDBStore(file, MEMORY_MB)
    started, spent, pieces = time.perf_counter(), time.process_time(), deque[float]()
    before = started
    for _ in store.seal(1, month.toordinal(), last_day(month).toordinal(), K):
        pieces.append(time.perf_counter() - before)
        before = time.perf_counter()
    pieces.append(time.perf_counter() - before)
    took = (time.perf_counter() - started, time.process_time() - spent, max(pieces))
    store.close()
    return took


def build(file: Path, pageviews: int, months: int, paths: int) -> int:
    empty(file)
    month, made = LAST_MONTH, 0
    for _ in range(months):
        made += add_month(file, month, pageviews // months, paths)
        took, cpu, _ = seal(file, month)
        print(f"  {month:%Y-%m}: {made:,} page views in all, sealed in {took:.1f} s ({cpu:.1f} s of CPU)", flush=True)
        month = month_before(month)
    store = DuckDBStore(file, MEMORY_MB)
    store.rewrite()
    store.close()
    return made


def sizes(file: Path, pageviews: int) -> None:
    store = DuckDBStore(file, MEMORY_MB)
    rows = store.sizes()
    store.close()
    kept = {table: count for table, count in rows.items() if table.endswith(("_daily", "_monthly", "_pairs")) and count}
    print(f"file              {rows['file_bytes']:,} B: {rows['file_bytes'] / pageviews:.2f} B a page view")
    print("rows              " + ", ".join(f"{table} {count:,}" for table, count in kept.items()))


def cases(months: int) -> list[tuple[str, date, list[Any], int]]:
    """A name, the first month, filters, and the target in ms."""
    first = LAST_MONTH
    for _ in range(months - 1):
        first = month_before(first)
    year = max(first, date(LAST_MONTH.year - 1, LAST_MONTH.month % 12 + 1, 1))
    found: list[tuple[str, date, list[Any], int]] = []
    for name, begin in {f"{months} months": first, "12 months": year, "one month": LAST_MONTH}.items():
        found.append((name, begin, [], 50))
        for api, value in (("visit:source", "Source 2"), ("visit:browser", "Browser 1"), ("visit:entry_page", "/blog/1")):
            found.append((f"{name}, {api.partition(':')[2]}", begin, [["is", api, [value]]], 80))
    return found


def asked(begin: date, filters: list[Any]) -> list[dict[str, Any]]:
    """The default dashboard's questions; its line has a point a month where there are several."""
    span = [begin.isoformat(), last_day(LAST_MONTH).isoformat()]
    questions = [{**question, "date_range": span} for question in dashboard("30d", filters)]
    if begin < LAST_MONTH:
        questions[1]["dimensions"] = ["time:month"]
    return questions


def measure(file: Path, months: int, runs: int) -> None:
    store = DuckDBStore(file, MEMORY_MB)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {len(LISTS)} lists, headline and line in each")
    print(f"{'case':<28}{'best':>10}{'median':>10}{'CPU':>10}{'target':>10}{'rows':>8}{'withheld':>10}")
    for name, begin, filters, target in cases(months):
        questions = asked(begin, filters)
        wall, cpu = [], []
        answers = ask_many(questions, SITE, NOW_S, store.query, Caller(K))
        for _ in range(runs):
            start, spent = time.perf_counter(), time.process_time()
            answers = ask_many(questions, SITE, NOW_S, store.query, Caller(K))
            wall.append(1e3 * (time.perf_counter() - start))
            cpu.append(1e3 * (time.process_time() - spent))
        given = sum(len(answer["results"]) for answer in answers)
        withheld = sum("withheld" in answer["meta"] for answer in answers)
        figures = "".join(f"{figure:>7.1f} ms" for figure in (min(wall), statistics.median(wall), statistics.median(cpu)))
        print(f"{name:<28}{figures}{f'{target} ms':>10}{given:>8}{withheld:>10}")
    store.close()
    # Not ru_maxrss: a process begins with its parent's, and the parent has sealed.
    (peak_kb,) = (int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    print(f"memory            {peak_kb / 1024:.0f} MB at most (target 500)")


def one_month(pageviews: int, paths: int) -> None:
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as folder:
        file = Path(folder) / "month.duckdb"
        empty(file)
        made = add_month(file, LAST_MONTH, pageviews, paths)
        took, cpu, longest = seal(file, LAST_MONTH)
        print(f"sealing {made:,} page views: {took:.1f} s ({cpu:.1f} s of CPU), longest piece {longest:.2f} s; target 60 s")
        sizes(file, made)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pageviews", type=int, default=100_000_000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--paths", type=int, default=13_500)
    parser.add_argument("--month", type=int, help="only seal one month of so many page views")
    parser.add_argument("--keep", type=Path, help="use this file, and make it if it is not there")
    parser.add_argument("--runs", type=int, default=9)
    given = parser.parse_args()
    if given.month:
        one_month(given.month, given.paths)
        return
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as folder:
        file = given.keep or Path(folder) / "history.duckdb"
        if not file.exists():
            made = build(file, given.pageviews, given.months, given.paths)
            # Measured in a process of its own, whose memory is that of answering alone.
            again = [*sys.argv[1:], "--keep", str(file), "--pageviews", str(made)]
            sys.exit(subprocess.run([sys.executable, "-m", "benchmarks.history", *again], check=False).returncode)
        sizes(file, given.pageviews)
        measure(file, given.months, given.runs)


if __name__ == "__main__":
    main()
