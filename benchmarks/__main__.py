"""`make bench`: every benchmark, or those that are named (`make bench ARGS="query store"`), one after the other, with the
machine's name. Most of it takes minutes, the two years of `history` as long again as all the others; nothing else should run
beside it."""

import argparse
import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

# The figures of docs/performance.md are what these print.
ALL = (
    "ingest",
    "visitors",
    "query",
    "together",
    "store --pageviews 10000000",
    "store --pageviews 10000000 --paths 1000 --networks 10",
    "store --pageviews 1000000 --days 1",
    "enrich",
    "answerable",
    "alike",
    "history --month 10000000",
    "sealing",
    "history",
)


def processor() -> str:
    """The processor's name, as the kernel tells it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = list(dict.fromkeys(benchmark.split()[0] for benchmark in ALL))
    parser.add_argument("names", nargs="*", metavar="name", help=f"{', '.join(names)}; all of them when none is named")
    chosen = parser.parse_args().names or names
    if unknown := [name for name in chosen if name not in names]:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(names)}")
    print(f"{date.today()}, {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, Linux {platform.release()}")
    failed = 0
    for benchmark in ALL:
        if benchmark.split()[0] in chosen:
            print(f"\n== benchmarks.{benchmark}", flush=True)
            failed |= subprocess.run([sys.executable, "-m", *f"benchmarks.{benchmark}".split()], check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
