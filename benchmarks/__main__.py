"""`make bench`: every benchmark, one after the other, with the machine's name. Minutes; nothing else should run beside it."""

import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

# Name -> arguments. The figures of docs/performance.md are what these print.
ALL: dict[str, list[str]] = {
    "benchmarks.ingest": [],
    "benchmarks.visitors": [],
    "benchmarks.query": [],
    "benchmarks.together": [],
    "benchmarks.store": ["--pageviews", "10000000"],
    "benchmarks.enrich": [],
}


def processor() -> str:
    """The processor's name, as the kernel tells it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def main() -> int:
    print(f"{date.today()}, {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, Linux {platform.release()}")
    failed = 0
    for module, arguments in ALL.items():
        print(f"\n== {module} {' '.join(arguments)}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())
