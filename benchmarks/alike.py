"""How often two rows about single visits give themselves away: by their other counts, which only one visit of the day has.

    python -m benchmarks.alike                     sites of 100, 1,000 and 10,000 visits a day
    python -m benchmarks.alike --visits 100        only this

A closed day tells each dimension alone, exactly. Where one visit came from Iceland and one with Lynx, and both saw seven pages in 187
seconds, it probably was the same. Here are 30 days of each site, made as in benchmarks.answerable. Two rows of one day are *matched*
where each is of one visit, and in neither dimension another such row has the same new visitors, bounces, page views and seconds.
Printed is, of all pairs of a single visit's row and another dimension, how many are matched, and how many of the matches are right.
"""

import argparse
import tempfile
from datetime import date
from itertools import combinations
from pathlib import Path

from benchmarks import answerable
from benchmarks.answerable import MEMORY_MB
from collector import facts
from collector.store.duckdb_store import DuckDBStore

# One of each group of dimensions, and the page a visit began with: what is looked up together tells nothing new.
DIMENSIONS = ("hour", "entry_page", "source", "country", "browser_version")
SAME = tuple(name for name in facts.measures_of("visits") if name != "visits")

SINGLE = f"""SELECT day, dimension, value, {", ".join(SAME)},
count(*) OVER (PARTITION BY day, dimension, {", ".join(SAME)}) AS alike
FROM visits_daily WHERE visits = 1 AND list_contains(?, dimension)"""
MATCHED = f"""SELECT a.day, a.dimension, a.value, b.dimension, b.value FROM ({SINGLE}) a JOIN ({SINGLE}) b
USING (day, {", ".join(SAME)}) WHERE a.dimension < b.dimension AND a.alike = 1 AND b.alike = 1"""
TRUE = """SELECT day, lpad(CAST(hour AS VARCHAR), 2, '0'), entry_page, source, country, browser_version FROM visits_detail v
JOIN acquisition ON acquisition.id = v.acquisition JOIN place ON place.id = v.place JOIN device ON device.id = v.device"""


def measured(visits_a_day: int) -> tuple[int, int, int]:
    """Pairs of a single visit's row and another dimension, how many of them are matched, and how many of these are right."""
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as folder:
        file = Path(folder) / "site.duckdb"
        answerable.build(file, visits_a_day)
        store = DuckDBStore(file, MEMORY_MB)
        names = list(DIMENSIONS)
        matched = store.query(MATCHED, [names, names])
        rows = store.query(SINGLE, [names])
        happened = {(day, *pair) for day, *values in store.query(TRUE) for pair in combinations(sorted(zip(names, values, strict=True)), 2)}
        store.close()
    right = sum((day, (one, value), (other, of_other)) in happened for day, one, value, other, of_other in matched)
    return len(rows) * (len(names) - 1), 2 * len(matched), 2 * right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, nargs="+", choices=answerable.PATHS, default=[100, 1_000, 10_000], metavar="A_DAY")
    print(f"{date.today().isoformat()}\n\n| visits a day | single rows × other dimensions | matched | of these right |\n|---|---|---|---|")
    for visits_a_day in parser.parse_args().visits:
        pairs, matched, right = measured(visits_a_day)
        print(f"| {visits_a_day:,} | {pairs:,} | {matched / pairs:.1%} | {right / max(1, matched):.0%} |", flush=True)


if __name__ == "__main__":
    main()
