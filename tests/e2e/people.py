"""Who walks through the shop: each person a browser, an address and a language of their own, and a patient hand."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from playwright.sync_api import BrowserType, Page

from tests.chromium import CHROMIUM, EXAMPLES_HERE, QUIET
from tests.server import Server, until

# A browser says when it is driven, and Footfall does not count such ones: these keep silent about it.
SILENT = "--disable-blink-features=AutomationControlled"


class Person(NamedTuple):
    """What a browser and a network tell of one person."""

    agent: str
    address: str
    locale: str
    width: int


WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
AINO = Person(WINDOWS, "192.0.2.17", "fi-FI", 1300)
BO = Person(
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/26.0 Mobile/15E148 Safari/604.1",
    "198.51.100.4",
    "sv-SE",
    390,
)
CARL = Person("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "203.0.113.200", "de-DE", 1500)
DORA = Person(f"{WINDOWS} Edg/142.0.0.0", "192.0.2.99", "fi-FI", 2000)
ERIK = Person(
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "198.51.100.250",
    "en-GB",
    390,
)
PEOPLE = (AINO, BO, CARL, DORA, ERIK)


@contextmanager
def walking(chromium: BrowserType, person: Person) -> Iterator[Page]:
    """A tab of this person's own browser. Nothing may be left on the device, and no script may fail.

    The User-Agent is the whole browser's: one that is only a tab's is not on what a page sends as it goes.
    """
    browser = chromium.launch(
        executable_path=CHROMIUM,
        args=[*QUIET, EXAMPLES_HERE, SILENT, f"--user-agent={person.agent}"],
        ignore_default_args=["--disable-back-forward-cache"],  # a person's browser has one
    )
    context = browser.new_context(locale=person.locale, viewport={"width": person.width, "height": 800})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.goto("about:blank")
    page.wait_for_timeout(100)  # what the last page sent as it went is on its way
    assert context.cookies() == []
    assert errors == []
    browser.close()


def look(page: Page) -> None:
    """Stay on a page long enough for the snippet's beat: one second in use, counted by the same browser's clock."""
    page.evaluate("() => new Promise(done => setTimeout(done, 1050))")


def midday_zone() -> str:
    """A time zone in which it is about noon now, so that no test runs over its midnight."""
    ahead = (12 - time.gmtime().tm_hour) % 24
    ahead = ahead - 24 if ahead > 12 else ahead
    return f"Etc/GMT{-ahead:+d}" if ahead else "UTC"  # POSIX signs: west is plus


def printed_link(server: Server) -> str:
    """The one-time link that a started server says."""
    found = until(lambda: re.search(r"Sign in\s+(http\S+)", server.said()), 10)
    assert found is not None
    return found[1]
