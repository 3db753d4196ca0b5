"""`make bench`: every benchmark, one after the other, with the machine's name. Most of it takes minutes, the two years of
`benchmarks.history` as long again as all the others; nothing else should run beside it."""

import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

# The figures of docs/performance.md are what these print.
ALL = (
    "benchmarks.ingest",
    "benchmarks.visitors",
    "benchmarks.query",
    "benchmarks.together",
    "benchmarks.store --pageviews 10000000",
    "benchmarks.store --pageviews 10000000 --paths 1000 --networks 10",
    "benchmarks.store --pageviews 1000000 --days 1",
    "benchmarks.enrich",
    "benchmarks.answerable",
    "benchmarks.history --month 10000000",
    "benchmarks.sealing",
    "benchmarks.history",
)


def processor() -> str:
    """The processor's name, as the kernel tells it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def main() -> int:
    print(f"{date.today()}, {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, Linux {platform.release()}")
    failed = 0
    for benchmark in ALL:
        print(f"\n== {benchmark}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", *benchmark.split()], check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
