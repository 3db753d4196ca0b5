"""Memory for each further visitor of a day, measured at a million, through the real visit machine and its table."""

import argparse
import re
from pathlib import Path

from collector.event import Acquisition, Device, Event, Kind, Place
from collector.privacy.key import visitor_key
from collector.visits.machine import apply
from collector.visits.table import VisitTable

VISITORS = 1_000_000
SALT = bytes(32)
DAY_S = 1_800_000_000


def resident_mb() -> float:
    match = re.search(r"^Pss:\s+(\d+)", Path("/proc/self/smaps_rollup").read_text(), re.M)
    assert match is not None
    return int(match.group(1)) / 1024


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--visitors", type=int, default=VISITORS)
    count = arguments.parse_args().visitors
    # What the look-up caches share between visits, as in the front.
    devices = [Device("Chrome", f"Chrome {n}", "Windows", "Windows 11", "Desktop") for n in range(40)]
    places = [Place("FI", f"FI-{n % 19:02}", "", f"Operator {n}") for n in range(3_000)]
    sources = [Acquisition(f"Source {n}", "Referral", f"https://site{n}.example/") for n in range(30)]
    pages = [f"/article-{n}" for n in range(13_500)]
    table = VisitTable(count * 2)
    before = resident_mb()
    for n in range(count):
        key = visitor_key(SALT, 1, n.to_bytes(4, "big")[1:], b"agent %d" % (n % 40))
        event = Event(
            1, key, Kind.PAGEVIEW, DAY_S + n // 12, 739_000, 12, "example.com", pages[n * 7919 % 13_500], sources[n % 30],
            places[n % 3_000], devices[n % 40], "1280-1535 px", "fi",
        )  # fmt: skip
        visits = table.of(1, 739_000)
        result = apply(visits.get(key), event)
        assert not isinstance(result, str)
        visits[key] = result[0]
    used = resident_mb() - before
    print(f"visitors       {len(table):,}: {used:,.0f} MB, {used * 1024 * 1024 / len(table):.0f} bytes for each")


if __name__ == "__main__":
    main()
