"""Sealing beside ingest: the events' p99 while a month is being sealed, against the same server with nothing to seal.

    python -m benchmarks.sealing [--pageviews 10000000] [--paths 13500] [--turns 3] [--seconds 20] [--rate 1000]

In turns, in one run, on copies of one database: a server that has nothing due (detail_days = 400), then one for which the month
is (detail_days = 30), so that sealing begins with its first look after the start. The load is half of what is reached, or `--rate`, in
windows; those that lie wholly within the sealing count. Sealing goes piece by piece between the recorder's steps, on half of the cores.
Printed beside is the time behind it, in which the file is rewritten, backed up and audited; and first how long the sealing takes
where no events come. Targets: a fifth more, and 60 s.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from benchmarks import load
from benchmarks.history import add_month, empty, month_before
from benchmarks.server import DOMAIN, Server

WINDOW_S = 2.0
# For the backup and its audit, which come at the start where there is none, or for the sealing: the longest a turn may wait.
WAIT_S = 1_800
NOTHING_DUE, DUE = "400", "30"
# Three months back: the last day is older than 30 days on each day of the year.
MONTHS_BACK = 3

Windows = list[load.Result]


def old_month(today: date) -> date:
    month = today.replace(day=1)
    for _ in range(MONTHS_BACK):
        month = month_before(month)
    return month


class Bench:
    """One database with an old month, and the load for servers on copies of it."""

    def __init__(self, folder: Path, pageviews: int, paths: int, rate: float) -> None:
        self._folder, self._file = folder, folder / "month.duckdb"
        self.month = old_month(date.today())
        empty(self._file)
        self.made = add_month(self._file, self.month, pageviews, paths)
        self._requests = load.page_views(200_000, DOMAIN)
        self.rate = rate or self._half_of_what_is_reached()

    def server(self, detail_days: str) -> Server:
        data = self._folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700)
        shutil.copy(self._file, data / "footfall.duckdb")
        return Server(data, history_months="600", detail_days=detail_days)

    def _half_of_what_is_reached(self) -> float:
        with self.server(NOTHING_DUE) as server:
            wait_for_audit(server)
            full = load.run(server.port, self._requests, 5)
        return full.acknowledged / full.seconds / 2

    def alone(self, seconds: float) -> Windows:
        with self.server(NOTHING_DUE) as server:
            wait_for_audit(server)
            self._window(server)  # fills the caches
            ends = time.monotonic() + seconds
            return list(self._windows(server, lambda: time.monotonic() >= ends))

    def beside(self) -> tuple[Windows, float, Windows]:
        """The windows while the month is sealed, the seconds from the start until it is, and the windows behind it."""
        with self.server(DUE) as server:
            started = time.monotonic()
            self._window(server)
            while_sealing = list(self._windows(server, lambda: self._is_sealed(server)))
            took = time.monotonic() - started
            behind = list(self._windows(server, lambda: is_audited(server)))
        return while_sealing[:-1], took, behind  # the last window was not wholly within it

    def without_events(self) -> float:
        """The seconds from the start until the month is sealed, where nothing else is to be done."""
        with self.server(DUE) as server:
            started = time.monotonic()
            while not self._is_sealed(server):
                give_up_past(started + WAIT_S)
                time.sleep(0.5)
            return time.monotonic() - started

    def _windows(self, server: Server, ended: Callable[[], bool]) -> Iterator[load.Result]:
        deadline = time.monotonic() + WAIT_S
        while not ended():
            give_up_past(deadline)
            yield self._window(server)

    def _window(self, server: Server) -> load.Result:
        return load.run(server.port, self._requests, WINDOW_S, rate=self.rate)

    def _is_sealed(self, server: Server) -> bool:
        """Whether the month's detail is gone: three facts of one of its days are no longer told. A day's detail is read, no more."""
        day = str(self.month.replace(day=2))
        crossed = ["visit:source", "visit:device", "visit:country"]
        answer = server.ask({"metrics": ["visits"], "date_range": [day, day], "dimensions": crossed, "pagination": {"limit": 1}})
        return answer["meta"]["days"]["detail"] is None  # type: ignore[index]  # the shape is the API's


def is_audited(server: Server) -> bool:
    """Whether the first backup was made and audited, which the start begins with, or the sealing ends with."""
    return (server.folder / "audit.json").exists()


def wait_for_audit(server: Server) -> None:
    deadline = time.monotonic() + WAIT_S
    while not is_audited(server):
        give_up_past(deadline)
        time.sleep(0.5)


def give_up_past(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise TimeoutError(f"What was waited for has not come in {WAIT_S} s.")


def p99_ms(windows: Windows) -> float:
    """Of all events of some windows; not a number where there are none."""
    whole = load.Result(latencies=[latency for window in windows for latency in window.latencies])
    return whole.percentile(0.99) * 1e3 if whole.latencies else float("nan")


def turn(bench: Bench, seconds: float) -> tuple[float, float]:
    """Print one turn; returns the p99 in ms of a window, alone and beside: the median, as one burst of others' work spoils a turn's."""
    alone = bench.alone(seconds)
    beside, took, behind = bench.beside()
    lost = sum(sum(window.other.values()) for window in (*alone, *beside, *behind))
    typical = [statistics.median(p99_ms([window]) for window in windows) for windows in (alone, beside)]
    print(f"p99 alone {p99_ms(alone):.1f} ms; while sealing {p99_ms(beside):.1f} ms, in {len(beside)} windows")
    print(
        f"  of the windows' own, the median: alone {typical[0]:.1f} ms, while sealing {typical[1]:.1f} ms: x {typical[1] / typical[0]:.2f}"
    )
    print(
        f"  sealed {took:.0f} s after the start; rewrite, backup and audit behind it: {p99_ms(behind):.1f} ms; not taken: {lost}",
        flush=True,
    )
    return typical[0], typical[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pageviews", type=int, default=10_000_000)
    parser.add_argument("--paths", type=int, default=13_500)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20, help="of load alone, each turn")
    parser.add_argument("--rate", type=float, default=0.0, help="events/s in place of half of what is reached")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="footfall-bench-") as folder:
        bench = Bench(Path(folder), given.pageviews, given.paths, given.rate)
        print(f"{bench.made:,} page views of {bench.month:%B %Y}; {bench.rate:,.0f} events/s", flush=True)
        print(f"without events: sealed {bench.without_events():.0f} s after the start", flush=True)
        found = [turn(bench, given.seconds) for _ in range(given.turns)]
    alone, beside = (statistics.median(figures) for figures in zip(*found, strict=True))
    print(f"p99 while sealing, median of {given.turns}: x {beside / alone:.2f} (a fifth more is allowed)")


if __name__ == "__main__":
    main()
