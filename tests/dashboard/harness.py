"""The dashboard alone, on a store and a control database of its own, with a clock that stands still.

`python -m tests.dashboard.harness FOLDER PORT` serves it for a look; it prints a sign-in link.
"""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

import dashboard
from collector.clock import Clock, local_day_hour
from collector.control.database import Control
from collector.ops.services import Services
from collector.settings import load
from collector.store.duckdb_store import DuckDBStore
from collector.store.interface import Position
from tests.dashboard.history import Sums, sums

# A Sunday afternoon in Helsinki.
NOW_S = int(datetime(2026, 11, 22, 13, 40, tzinfo=UTC).timestamp())
ZONE = "Europe/Helsinki"


class StillClock(Clock):
    """A clock that shows one instant until it is set."""

    def __init__(self, now_s: float = NOW_S) -> None:
        self.now_s = now_s

    def time(self) -> float:
        return self.now_s


@dataclass(slots=True)
class House:
    """Everything the dashboard stands on."""

    services: Services
    store: DuckDBStore
    control: Control
    clock: StillClock

    @property
    def app(self) -> Starlette:
        return Starlette(routes=dashboard.routes(self.services), exception_handlers=dict(dashboard.error_handlers(self.services)))

    def add(self, domain: str, days: int = 0, visits_a_day: int = 0, timezone: str = ZONE) -> int:
        """A site with some past; its number."""
        site = self.control.add_site(domain, timezone).id
        if days:
            self.count(sums(site, timezone, int(self.clock.now_s), days, visits_a_day))
            self.store.close_day(site, local_day_hour(int(self.clock.now_s), timezone)[0] - 1)
        return site

    def count(self, rows: Sums) -> None:
        """Add rows to the store."""
        self.store.append(rows, Position(self.store.position().batch + 1))

    def seal(self, site: int, first: date, last: date) -> None:
        """Seal a period of a site's past."""
        for _ in self.store.seal(site, first.toordinal(), last.toordinal(), self.services.settings.smallest_group):
            pass

    def session(self) -> str:
        """The secret of a new session."""
        secret = self.control.use_sign_in(self.control.new_sign_in(self.clock.now_s), self.clock.now_s)
        assert secret
        return secret


@contextmanager
def house(folder: Path, **settings: object) -> Iterator[House]:
    """A house in a folder, closed again."""
    clock = StillClock()
    folder.mkdir(parents=True, exist_ok=True)
    made = load({}, folder, {"data_dir": str(folder), **settings})
    control = Control(made.control_url, clock)
    store = DuckDBStore(made.store_path)
    try:
        yield House(Services(made, clock, control, store.query), store, control, clock)
    finally:
        store.close()
        control.close()


@contextmanager
def served(app: Starlette, port: int = 0) -> Iterator[str]:
    """The app on a loopback port (0: a free one); yields its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def main(folder: str, port: str) -> None:
    """Serve a filled house until interrupted."""
    with house(Path(folder)) as filled:
        if not filled.control.sites():
            filled.add("example.com", 400, 420)
            filled.add("shop.example", 40, 90)
            filled.add("new.example")
        with served(filled.app, int(port)) as address:
            print(f"{address}/sign-in#{filled.control.new_sign_in(filled.clock.now_s)}", flush=True)
            threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:3])
