"""One house with a past, served once for all tests of the dashboard that ask by HTTP."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.chromium import CHROMIUM, QUIET
from tests.dashboard.corpus import nasty_rows
from tests.dashboard.harness import House, house, served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Three sites: one with visits, one whose visitors sent hostile values, one not visited yet."""
    folder: Path = tmp_path_factory.mktemp("house")
    with house(folder) as filled:
        filled.add("example.com", 45, 40)
        filled.count(nasty_rows(filled.add("nasty.example"), int(filled.clock.now_s)))
        filled.add("empty.example")
        yield filled


@pytest.fixture(scope="session")
def address(home: House) -> Iterator[str]:
    """Where the house answers."""
    with served(home.app) as where:
        yield where


@pytest.fixture
def stranger(address: str) -> Iterator[httpx.Client]:
    """A client that is not signed in."""
    with httpx.Client(base_url=address) as client:
        yield client


@pytest.fixture
def member(address: str, home: House) -> Iterator[httpx.Client]:
    """A client that is signed in."""
    with httpx.Client(base_url=address, cookies={"footfall_session": home.session()}) as client:
        yield client
