"""Questions beside ingest: what a marketer's clicking costs the visitors. 10 million page views in the store, half load on the door.

    .venv/bin/python -m benchmarks.together [--store FILE] [--seconds 15]

The default dashboard (90 days, no filter) is asked once a second through the Stats API's own code path while events come
at half of what the machine takes; the events' p99 with and without the questions is compared in one run, in turns.
"""

import argparse
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path

from benchmarks import load
from benchmarks.query import LISTS, TODAY, build
from benchmarks.server import DOMAIN, Server

TURNS = 3


def ask_all(server: Server) -> float:
    """The dashboard's questions, one by one as an API client would; milliseconds for all."""
    span = [str(TODAY.replace(month=1, day=1)), str(TODAY)]
    started = time.perf_counter()
    server.ask({"metrics": ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"], "date_range": span})
    server.ask({"metrics": ["visitors"], "date_range": span, "dimensions": ["time:day"]})
    for name in LISTS:
        server.ask({"metrics": ["visitors"], "date_range": span, "dimensions": [name], "pagination": {"limit": 9}})
    return (time.perf_counter() - started) * 1e3


class Asking(threading.Thread):
    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.server, self.halt, self.took = server, threading.Event(), list[float]()

    def run(self) -> None:
        while not self.halt.wait(max(0.0, 1.0 - (self.took[-1] / 1e3 if self.took else 0.0))):
            self.took.append(ask_all(self.server))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--store", type=Path, help="a file that `benchmarks.query --keep` made")
    arguments.add_argument("--seconds", type=float, default=15)
    given = arguments.parse_args()
    requests = load.page_views(200_000, DOMAIN)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir(mode=0o700)
        if given.store:
            shutil.copy(given.store, data / "footfall.duckdb")
        else:
            build(data / "footfall.duckdb", 10_000_000)
        with Server(data, history_months="600", detail_days="400") as server:
            full = load.run(server.port, requests, 5)
            rate = full.acknowledged / full.seconds / 2
            alone, beside, took = [], [], []
            for _ in range(TURNS):
                alone.append(load.run(server.port, requests, given.seconds, rate=rate).percentile(0.99) * 1e3)
                asking = Asking(server)
                asking.start()
                beside.append(load.run(server.port, requests, given.seconds, rate=rate).percentile(0.99) * 1e3)
                asking.halt.set()
                asking.join()
                took += asking.took
    ratio = statistics.median(beside) / statistics.median(alone)
    print(f"half load      {rate:,.0f} events/s")
    print(f"p99 alone      {', '.join(f'{ms:.1f}' for ms in alone)} ms")
    print(f"p99 beside     {', '.join(f'{ms:.1f}' for ms in beside)} ms  (x {ratio:.2f}; a fifth more is allowed)")
    print(f"all questions  {statistics.median(took):.0f} ms, one after the other over HTTP, under that load")


if __name__ == "__main__":
    main()
