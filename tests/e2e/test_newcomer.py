"""A newcomer's first hour, in a real browser: sign in, paste the tag, see a visit, filter, export, add and remove a site."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, Page, Response, expect

from tests.chromium import CHROMIUM, EXAMPLES_HERE, QUIET
from tests.e2e.pages import serving
from tests.e2e.people import SILENT, printed_link
from tests.server import BROWSER, Server, until

pytestmark = pytest.mark.browser

SITE, SECOND = "mine.example", "second.example"
FELT_S_MAX = 5.0  # what a person does is felt within 2 s (docs/performance.md); a busy machine gets more
WAITED_S_MAX = 8.0  # a dashboard without a visit looks for one each five seconds


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("newcomer")
    with Server(folder / "data", sites={SITE: "UTC"}) as started:
        yield started


@pytest.fixture(scope="module")
def tag(server: Server) -> str:
    """What `footfall snippet` prints to paste."""
    return server.command("snippet", SITE)


@pytest.fixture(scope="module")
def port(tag: str) -> Iterator[int]:
    """The newcomer's own pages, with the tag pasted in."""
    with serving({"/": f"<h1>Home</h1>{tag}", "/about": f"<h1>About</h1>{tag}"}) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    started = chromium.launch(executable_path=CHROMIUM, args=[*QUIET, EXAMPLES_HERE, SILENT, f"--user-agent={BROWSER}"])
    yield started
    started.close()


@pytest.fixture(scope="module")
def link(server: Server) -> str:
    return printed_link(server)


@pytest.fixture(scope="module")
def desk(browser: Browser, server: Server, link: str) -> Iterator[Page]:
    """The dashboard, signed in, on which no script may fail and nothing may break the policy."""
    context = browser.new_context(base_url=f"http://127.0.0.1:{server.port}", accept_downloads=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(link)
    page.wait_for_url(f"**/site/{SITE}")
    yield page
    assert complaints == []
    context.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """A visitor's tab."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def visit(tab: Page, url: str) -> Response:
    """Open a page, and return the collector's answer to its view."""
    with tab.expect_response("**/api/event") as answered:
        tab.goto(url)
    return answered.value


@pytest.fixture(scope="module")
def first_shown_s(desk: Page, browser: Browser, port: int) -> float:
    """The first visit, to both pages, while the dashboard waits for it; the seconds until it was shown."""
    expect(desk.get_by_role("heading", name=f"Waiting for the first visit to {SITE}")).to_be_visible()
    tab = browser.new_page()
    assert visit(tab, f"http://{SITE}:{port}/").status == 202
    started = time.monotonic()
    assert visit(tab, f"http://{SITE}:{port}/about").status == 202
    tab.close()
    expect(desk.locator("#card-visitors .figure-value")).to_have_text("1", timeout=15_000)
    return time.monotonic() - started


def test_a_site_waits_for_its_first_visit_and_shows_it_by_itself(first_shown_s: float) -> None:
    assert first_shown_s < WAITED_S_MAX


def test_the_tag_that_was_printed_is_the_tag_that_the_page_shows(desk: Page, server: Server, tag: str) -> None:
    assert f'<script defer data-domain="{SITE}" src="http://127.0.0.1:{server.port}/script.js"></script>' in tag
    assert f'http://127.0.0.1:{server.port}/pixel.gif?d={SITE}"' in tag


def test_a_link_signs_in_once(desk: Page, browser: Browser, link: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    expect(page.get_by_text("This link is not valid any more.")).to_be_visible()
    page.goto(link.partition("/sign-in")[0])
    expect(page.get_by_role("heading", name="Sign in to Footfall")).to_be_visible()
    assert context.cookies() == []
    context.close()


def test_a_new_link_signs_in_beside_the_running_server(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.command("sign-in").strip())
    page.wait_for_url(f"**/site/{SITE}")
    (cookie,) = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    context.close()


def test_a_visit_in_another_browser_is_felt_by_the_live_counter(desk: Page, first_shown_s: float, chromium: BrowserType, port: int) -> None:
    live = desk.locator("[data-live] b, .live b").first
    expect(live).not_to_have_text("0")
    before = int(live.inner_text())
    other = chromium.launch(executable_path=CHROMIUM, args=[*QUIET, EXAMPLES_HERE, SILENT, f"--user-agent={BROWSER} Another/1.0"])
    page = other.new_page()
    assert visit(page, f"http://{SITE}:{port}/about").status == 202
    started = time.monotonic()
    expect(live).to_have_text(str(before + 1), timeout=10_000)
    assert time.monotonic() - started < FELT_S_MAX
    desk.reload()
    expect(live).to_have_text(str(before + 1))
    other.close()


def test_a_visit_is_in_the_figures_seconds_later(desk: Page, first_shown_s: float, tab: Page, port: int) -> None:
    desk.goto(f"/site/{SITE}?period=day")
    before = int(desk.locator("#card-pageviews .figure-value").inner_text())
    assert visit(tab, f"http://{SITE}:{port}/about").status == 202
    started = time.monotonic()
    until(lambda: _reloaded(desk, "pageviews") == before + 1, 10)
    assert time.monotonic() - started < FELT_S_MAX


def _reloaded(desk: Page, metric: str) -> int:
    desk.reload()
    return int(desk.locator(f"#card-{metric} .figure-value").inner_text())


def test_a_row_filters_and_the_back_button_takes_it_back(desk: Page, first_shown_s: float, server: Server) -> None:
    desk.goto(f"/site/{SITE}?period=day")
    all_views = desk.locator("#card-pageviews .figure-value").inner_text()
    desk.locator("#panel-pages").get_by_role("link", name="/about", exact=True).click()
    chip = desk.get_by_label("Remove the filter Page is /about")
    expect(chip).to_be_visible()
    about = server.ask({"metrics": ["pageviews"], "filters": [["is", "event:page", ["/about"]]]})["results"][0]["metrics"][0]
    expect(desk.locator("#card-pageviews .figure-value")).to_have_text(str(about))
    desk.go_back()
    expect(chip).to_be_hidden()
    expect(desk.locator("#card-pageviews .figure-value")).to_have_text(all_views)


def test_a_list_downloads_as_csv(desk: Page, first_shown_s: float, tmp_path: Path) -> None:
    desk.goto(f"/site/{SITE}?period=day")
    with desk.expect_download() as started:
        desk.locator("#panel-pages").get_by_role("link", name="CSV").click()
    path = tmp_path / "list.csv"
    started.value.save_as(path)
    assert started.value.suggested_filename.endswith(".csv")
    first, *rows = path.read_text(encoding="utf-8-sig").splitlines()
    assert first.startswith('"Page","Visitors",')
    assert sorted(row.partition(",")[0] for row in rows) == ['"/"', '"/about"']


def test_a_browser_without_scripts_is_counted_by_the_picture(first_shown_s: float, browser: Browser, server: Server, port: int) -> None:
    before = server.total("pageviews")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    with page.expect_response("**/pixel.gif*") as answered:
        page.goto(f"http://{SITE}:{port}/about")
    assert answered.value.status == 200
    assert "x-footfall" not in answered.value.headers
    assert context.cookies() == []
    context.close()
    assert server.settled("pageviews", before + 1) == before + 1


def test_a_copied_tag_on_a_strangers_host_counts_for_nobody(first_shown_s: float, tab: Page, server: Server, port: int) -> None:
    before = server.total("pageviews")
    answer = visit(tab, f"http://copycat.example:{port}/")
    assert answer.headers["x-footfall"] == "hostname"
    assert tab.evaluate("fetch(document.querySelector('script').src).then(r => r.status)") == 200
    assert visit(tab, f"http://www.{SITE}:{port}/").headers.get("x-footfall") is None
    assert server.settled("pageviews", before + 1) == before + 1


def test_a_site_is_counted_two_seconds_after_it_was_added_and_no_more_after_it_was_removed(server: Server) -> None:
    url = f"https://{SECOND}/"
    assert server.send(url).headers["x-footfall"] == "unknown-site"
    server.command("site", "add", SECOND)
    assert until(lambda: server.send(url).counted, FELT_S_MAX)
    server.keys[SECOND] = server.command("key", "add", "--site", SECOND).split()[-1]
    assert server.settled("visitors", 1, SECOND) == 1
    server.command("site", "remove", SECOND, "--yes")
    assert until(lambda: server.send(url).headers.get("x-footfall") == "unknown-site", FELT_S_MAX)
    assert asked_with(server, server.keys.pop(SECOND), SECOND) == 401


def test_a_key_opens_its_own_site_only_and_not_after_it_was_removed(server: Server) -> None:
    key = server.command("key", "add", "--site", SITE, "--name", "report").split()[-1]
    assert asked_with(server, key, SITE) == 200
    assert asked_with(server, key, "other.example") == 401
    assert asked_with(server, "x" * 40, SITE) == 401
    number = next(line.split("\t")[0] for line in server.command("key", "list").splitlines() if line.endswith("report"))
    server.command("key", "remove", number)
    assert asked_with(server, key, SITE) == 401


def asked_with(server: Server, key: str, site: str) -> int:
    """The status of a question with this key."""
    body = json.dumps({"site_id": site, "metrics": ["visitors"], "date_range": "day"}).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}/api/v2/query", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
