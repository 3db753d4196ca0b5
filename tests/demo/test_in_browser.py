"""In a real browser the demo site does what a person expects, and asks the collector for what it should."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from collector.demo.site import demo_app
from tests.chromium import CHROMIUM, QUIET

DOMAIN = "demo-shop.localhost"
WAIT_S = 10

pytestmark = pytest.mark.browser

# Stands in for the snippet: sends each call's arguments on, those kept by the site's stub first.
SCRIPT = b"""
const api = document.querySelector('[data-api]').dataset.api
const send = (...words) => fetch(api, {method: 'POST', keepalive: true, body: JSON.stringify(words)})
const kept = window.footfall && window.footfall.q || []
window.footfall = send
for (const words of kept) send(...words)
"""


class Recorder(BaseHTTPRequestHandler):
    """A collector that only serves a script and records what it is sent."""

    received: list[list[object]]

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/javascript")
        self.end_headers()
        self.wfile.write(SCRIPT)

    def do_POST(self) -> None:
        self.received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(202)
        self.send_header("access-control-allow-origin", "*")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture(scope="module")
def received() -> Iterator[tuple[str, list[list[object]]]]:
    """The recorder's address and what it has received."""
    calls: list[list[object]] = []
    handler = type("Handler", (Recorder,), {"received": calls})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", calls
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def site(received: tuple[str, list[list[object]]]) -> Iterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(demo_app(received[0], DOMAIN), log_level="error", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://{DOMAIN}:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that must finish without one word on its console: a blocked script or style would be one."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    opened = context.new_page()
    words: list[str] = []
    opened.on("console", lambda message: words.append(message.text))
    opened.on("pageerror", lambda error: words.append(str(error)))
    yield opened
    assert context.cookies() == []
    assert opened.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    context.close()
    assert words == []


def await_call(calls: list[list[object]], wanted: list[object]) -> None:
    deadline = time.monotonic() + WAIT_S
    while wanted not in calls and time.monotonic() < deadline:
        time.sleep(0.02)
    assert wanted in calls, calls


def test_the_banner_takes_one_line_of_an_ordinary_screen(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{site}/")
    words, button = page.locator(".banner strong").bounding_box(), page.locator(".banner a").bounding_box()
    assert words and button
    assert words["y"] == button["y"]


def test_the_guides_tabs_change_the_address_without_loading(page: Page, site: str) -> None:
    page.goto(f"{site}/guide")
    page.evaluate("window.same = true")
    page.click("[data-tab=green]")
    assert page.url == f"{site}/guide/green"
    assert page.locator("#panel-green").is_visible() and not page.locator("#panel-black").is_visible()
    assert page.locator("[data-tab=green]").get_attribute("aria-current") == "true"
    page.go_back()
    assert page.url == f"{site}/guide" and page.locator("#panel-black").is_visible()
    assert page.evaluate("window.same")


def test_a_tab_can_be_opened_by_its_address(page: Page, site: str) -> None:
    page.goto(f"{site}/guide/herbal")
    assert page.locator("#panel-herbal").is_visible() and not page.locator("#panel-black").is_visible()


def test_joining_the_club_sends_the_plan(page: Page, site: str, received: tuple[str, list[list[object]]]) -> None:
    page.goto(f"{site}/sign-up")
    page.check("[value=Yearly]")
    page.click("#join")
    page.wait_for_url("**/welcome?*")
    await_call(received[1], ["Sign up", {"props": {"plan": "Yearly"}}])


def test_buying_sends_the_amount_once(page: Page, site: str, received: tuple[str, list[list[object]]]) -> None:
    page.goto(f"{site}/products/enamel-kettle")
    page.click("#add-to-cart")
    page.wait_for_url("**/cart?item=enamel-kettle")
    page.click("#buy")
    page.wait_for_url("**/thank-you?")
    purchase: list[object] = ["Purchase", {"props": {"product": "Enamel kettle"}, "revenue": {"amount": "79.00", "currency": "EUR"}}]
    await_call(received[1], purchase)
    page.reload()
    assert received[1].count(purchase) == 1


def test_the_card_downloads(page: Page, site: str) -> None:
    page.goto(f"{site}/blog/the-right-temperature")
    with page.expect_download() as download:
        page.click("#download")
    assert download.value.suggested_filename == "brewing-card.pdf"


def test_no_page_is_wider_than_a_phone(page: Page, site: str) -> None:
    for path in (
        "/",
        "/products",
        "/products/stoneware-cup",
        "/cart?item=stoneware-cup",
        "/guide",
        "/sign-up",
        "/blog",
        "/blog/caring-for-enamel",
    ):
        page.goto(site + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
