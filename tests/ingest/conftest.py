"""One gate for the whole room, and a front for each test."""

from collections.abc import Iterator

import pytest

from collector.enrich.bots import Bots
from collector.enrich.device import Devices
from collector.enrich.page import Pages
from collector.enrich.place import Places
from collector.enrich.source import Sources
from collector.ingest.cap import ValueCap
from collector.ingest.gate import Gate
from collector.privacy.address import TrustedHops
from collector.privacy.salts import Salts
from tests.enrich.test_place import write
from tests.ingest.house import House

# Documentation addresses (RFC 5737, RFC 3849) and where the test's own data says they are.
PLACES = {"203.0.113.0/24": {"country_code": "FI", "isp": "Suomi Oy"}, "198.51.100.0/24": {"country_code": "SE", "isp": "Svea AB"}}


@pytest.fixture(scope="session")
def whole_gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    database = write(tmp_path_factory.mktemp("geo") / "places.mmdb", PLACES)
    salts, places = Salts(None), Places(database, database)
    pages = Pages(frozenset()), Pages(frozenset(), hash_mode=True)
    yield Gate(TrustedHops(()), salts, Devices(), Bots(), places, Sources(), *pages, ValueCap(10_000), honour_dnt=True)
    places.close()
    salts.close()


@pytest.fixture(scope="session")
def front(tmp_path_factory: pytest.TempPathFactory, whole_gate: Gate) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("front"), whole_gate) as opened:
        yield opened


@pytest.fixture
def house(front: House) -> House:
    """The front as if just started: nothing entered, nobody trusted, no value seen."""
    front.forget()
    return front
