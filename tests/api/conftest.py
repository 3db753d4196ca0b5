"""The API's routes over a small database, with a clock that stands still and keys that are known."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from starlette.applications import Starlette

from collector import settings
from collector.api.routes import routes
from collector.clock import Clock
from collector.control.database import Control, SiteRow
from collector.ops.services import Services
from tests.query.database import NOW_S, SITE, Database, generated

KEY = "ff_good"


@dataclass
class StoppedClock(Clock):
    """A clock that is moved by hand."""

    now_s: float = NOW_S

    def time(self) -> float:
        return self.now_s

    def monotonic(self) -> float:
        return self.now_s


FINNS = [["is", "visit:country", ["FI"]], ["is", "visit:device", ["Mobile"]]]


class Keys:
    """What the API asks of control: which site a key opens, and the segments of that site."""

    def site_for_key(self, token: str, domain: str) -> SiteRow | None:
        if (token, domain) != (KEY, SITE.domain):
            return None
        return SiteRow(SITE.id, SITE.domain, SITE.timezone, (), 0)

    def segments_of(self, site_id: int) -> tuple[tuple[str, list[Any]], ...]:
        return (("Finns on phones", FINNS),) if site_id == SITE.id else ()


@dataclass
class Api:
    """The application, what it was given, and a way to ask it."""

    services: Services
    clock: StoppedClock
    database: Database

    def ask(self, method: str, path: str, *, over_tcp: bool = True, **more: Any) -> httpx.Response:
        """One request, answered in this process."""
        return asyncio.run(self._ask(method, path, over_tcp, more))

    async def _ask(self, method: str, path: str, over_tcp: bool, more: dict[str, Any]) -> httpx.Response:
        app = Starlette(routes=routes(self.services))
        peer = ("192.0.2.1", 4711) if over_tcp else cast(tuple[str, int], None)
        transport = httpx.ASGITransport(app, client=peer)
        async with httpx.AsyncClient(transport=transport, base_url="http://stats.example.com") as client:
            return await client.request(method, path, **more)


@pytest.fixture(scope="session")
def filled() -> Iterator[Database]:
    database = Database()
    database.fill(generated(3, 300))
    minute = int(NOW_S) // 60
    database.connection.execute(
        "INSERT INTO live VALUES (7, ?, '/', 'Google', 'FI', 3, 2), (7, ?, '/a', '', 'SE', 1, 1), (7, ?, '/', '', 'FI', 9, 9)",
        [minute, minute - 4, minute - 5],
    )
    yield database
    database.connection.close()


@pytest.fixture
def api(filled: Database, tmp_path: Path) -> Api:
    clock = StoppedClock()
    found = settings.load({"FOOTFALL_METRICS_TOKEN": "s3cret", "FOOTFALL_DETAIL_DAYS": "30"}, folder=tmp_path)
    services = Services(found, clock, cast(Control, Keys()), filled.run)
    return Api(services, clock, filled)
