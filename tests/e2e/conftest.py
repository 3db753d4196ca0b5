"""The whole product: a real `footfall serve`, the demo shop with the real snippet, and a real Chromium."""

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import BrowserType, sync_playwright

from collector.demo.site import DOMAIN, demo_app
from tests.e2e.people import PEOPLE, midday_zone
from tests.e2e.proxy import proxying
from tests.enrich.test_place import write
from tests.server import Server

# Documentation networks (RFC 5737), and where the test's own data says that they are.
PLACES = {
    "192.0.2.0/24": {"country": {"iso_code": "FI"}, "subdivisions": [{"iso_code": "18"}], "city": {"names": {"en": "Helsinki"}}},
    "198.51.100.0/24": {"country": {"iso_code": "SE"}, "subdivisions": [{"iso_code": "AB"}], "city": {"names": {"en": "Stockholm"}}},
    "203.0.113.0/24": {"country": {"iso_code": "DE"}},
}
NETWORKS = {"192.0.2.0/24": {"isp": "Elisa"}, "198.51.100.0/24": {"isp": "Telia"}, "203.0.113.0/24": {"isp": "Telekom"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("footfall")
    places, networks = str(write(folder / "places.mmdb", PLACES)), str(write(folder / "networks.mmdb", NETWORKS))
    with Server(folder / "data", sites={DOMAIN: midday_zone()}, country_db=places, network_db=networks, city_db=places) as started:
        yield started


@pytest.fixture(scope="module")
def collector(server: Server) -> Iterator[str]:
    """The collector's public address, with a proxy in front that knows each person's own."""
    with proxying(server.port, {person.agent: person.address for person in PEOPLE}) as address:
        yield address


@pytest.fixture(scope="module")
def shop(collector: str) -> Iterator[str]:
    """The demo shop's address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(demo_app(collector, DOMAIN), log_level="error", lifespan="off", ws="none"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://{DOMAIN}:{listener.getsockname()[1]}"
    running.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[BrowserType]:
    with sync_playwright() as playwright:
        yield playwright.chromium
