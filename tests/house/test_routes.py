"""Every address of the back is in docs/protocol.md with who may ask it, and nobody else is answered."""

import asyncio
import re
from collections.abc import Iterator

import httpx
import pytest
from starlette.routing import Route

from collector import settings
from collector.api.routes import routes as api_routes
from collector.back import application
from collector.clock import Clock
from collector.control.database import Control
from collector.ops.services import Services
from dashboard import routes as dashboard_routes
from tests.docs.pages import coded, page, section, table

TEXT = section(page("docs/protocol.md"), "## Addresses")
TOLD = {coded(row[0])[0]: row[1] for row in table(TEXT[TEXT.index("| who may ask") :])}
# What a stranger from elsewhere is answered, whatever the method: not found, wrong method, no key, or the way to sign in.
REFUSED = {
    "a key of the site": {401, 405},
    "this machine, or `metrics_token`": {401, 405},
    "the `footfall` command": {404, 405},
    "who is signed in": {303, 405},
}
CLAIMS = {
    "x-footfall-local": "1",
    "x-footfall-operator": "1",
    "x-forwarded-for": "127.0.0.1",
    "authorization": "Bearer nothing",
    "cookie": "footfall_session=nothing",
}
PLACES = {"domain": "example.com", "action": "backup"}
QUESTION = {"site_id": "example.com", "metrics": ["visitors"], "date_range": "day"}


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    folder = tmp_path_factory.mktemp("data")
    loaded = settings.load({"FOOTFALL_DATA_DIR": str(folder), "FOOTFALL_METRICS_TOKEN": "a-token"}, folder)
    control = Control(loaded.control_url)
    control.add_site("example.com")
    yield Services(loaded, Clock(), control, run=lambda sql, parameters: [], actions={"backup": dict})
    control.close()


def test_every_address_is_listed_and_no_other(services: Services) -> None:
    routes = [*api_routes(services), *dashboard_routes(services)]
    assert all(isinstance(route, Route) for route in routes)
    assert list(TOLD) == [route.path for route in routes if isinstance(route, Route)]


@pytest.mark.parametrize("address", [address for address, who in TOLD.items() if who in REFUSED])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_stranger_is_not_answered(address: str, method: str, services: Services) -> None:
    """From elsewhere, without key or session, and with every header that claims to be somebody."""
    path = re.sub(r"\{(\w+)\}", lambda found: PLACES[found[1]], address)
    response = asyncio.run(asked(services, method, path))
    assert response.status_code in REFUSED[TOLD[address]]
    if response.status_code == 303:
        assert response.headers["location"].partition("?")[0] == "/sign-in"


def test_everybody_else_is_named() -> None:
    assert set(TOLD.values()) == {*REFUSED, "everybody"}


async def asked(services: Services, method: str, path: str) -> httpx.Response:
    """One request of a peer elsewhere, with a question that would be answered if it had a key."""
    transport = httpx.ASGITransport(application(services), client=("192.0.2.1", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://stats.example.com") as client:
        return await client.request(method, path, headers=CLAIMS, params={"site_id": "example.com"}, json=QUESTION)
