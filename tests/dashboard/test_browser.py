"""The dashboard in a real browser: swapping, going back, keys, phone widths, and not one violation of the policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from collector.visits.change import deltas
from collector.visits.machine import apply
from tests.dashboard.harness import ZONE, House
from tests.dashboard.history import Sums, visit_events

pytestmark = pytest.mark.browser

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = (320, 390, 768, 1280, 2000)
MISSING = "/site/none.example"
PATHS = (
    "/",
    "/site/example.com",
    "/site/example.com?period=day",
    "/site/example.com?panel=pages",
    "/site/example.com?f=is:exit_page:/&f=is:country:FI",
    "/site/nasty.example",
    "/site/nasty.example?panel=events",
    "/site/empty.example",
    MISSING,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about; the page fixture fails the test on any."""
    return []


@pytest.fixture
def page(browser: Browser, address: str, home: House, complaints: list[str]) -> Iterator[Page]:
    """A signed-in page that counts its full loads in `window.name`."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=address, reduced_motion="reduce")
    context.add_cookies([{"name": "footfall_session", "value": home.session(), "url": address}])
    opened = context.new_page()
    opened.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


def mark(page: Page) -> None:
    """Leave a mark that a full load would wipe out."""
    page.evaluate("window.unloaded = false")


def is_same_document(page: Page) -> bool:
    return page.evaluate("window.unloaded === false") is True


def test_a_link_from_the_terminal_signs_in_and_leaves_no_token_behind(browser: Browser, address: str, home: House) -> None:
    context = browser.new_context()
    opened = context.new_page()
    sent: list[str] = []
    opened.on("request", lambda request: sent.append(request.url))
    token = home.control.new_sign_in(home.clock.now_s)
    opened.goto(f"{address}/sign-in#{token}")
    expect(opened.get_by_role("heading", name="Sites")).to_be_visible()
    assert not any(token in url for url in sent)
    assert token not in opened.url
    opened.go_back()
    assert token not in opened.url
    context.close()


def test_a_token_can_be_pasted_without_script(browser: Browser, address: str, home: House) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(f"{address}/site/example.com")
    opened.get_by_label("One-time link or its token").fill(f"{address}/sign-in#{home.control.new_sign_in(home.clock.now_s)}")
    opened.get_by_role("button", name="Sign in").click()
    expect(opened.get_by_role("heading", name="Sites")).to_be_visible()
    opened.goto(f"{address}/site/example.com")
    opened.get_by_role("link", name="Sweden").click()
    expect(opened.get_by_label("Remove the filter Country is Sweden")).to_be_visible()
    opened.get_by_role("button", name="Sign out").click()
    expect(opened.get_by_role("heading", name="Sign in to Footfall")).to_be_visible()
    context.close()


def test_a_click_on_a_row_filters_in_place_and_back_undoes_it(page: Page) -> None:
    page.goto("/site/example.com")
    mark(page)
    page.locator("#panel-places").get_by_role("link", name="Sweden").click()
    remove = page.get_by_label("Remove the filter Country is Sweden")
    expect(remove).to_be_visible()
    assert "f=is:country:SE" in page.url
    page.go_back()
    expect(remove).to_be_hidden()
    page.go_forward()
    expect(remove).to_be_visible()
    remove.click()
    expect(remove).to_be_hidden()
    assert page.url.endswith("/site/example.com")
    assert is_same_document(page)


def test_periods_tabs_cards_and_dates_change_in_place(page: Page) -> None:
    page.goto("/site/example.com")
    mark(page)
    page.locator("#period").click()
    page.get_by_role("link", name="Last 7 days").click()
    expect(page.locator("#period")).to_contain_text("16 – 22 Nov")
    page.get_by_label("Earlier").click()
    expect(page.locator("#period")).to_contain_text("9 – 15 Nov")
    page.get_by_role("link", name="Entry pages").click()
    expect(page.locator("#panel-pages thead")).to_contain_text("Entry page")
    page.locator("#card-bounce_rate").click()
    expect(page.locator(".legend").first).to_have_text("Bounce rate")
    page.locator("#period").click()
    page.get_by_label("From").fill("2026-11-03")
    page.get_by_label("To", exact=True).fill("2026-11-05")
    page.get_by_role("button", name="Show these days").click()
    expect(page.locator("#period")).to_contain_text("3 – 5 Nov")
    assert "metric=bounce_rate" in page.url
    assert "pages=entry" in page.url
    assert is_same_document(page)


def test_a_typed_filter_is_added_in_place(page: Page) -> None:
    page.goto("/site/example.com")
    mark(page)
    page.locator("#filter").click()
    page.locator("select[name=fo]").select_option("contains")
    page.locator("select[name=fd]").select_option("page")
    page.locator("input[name=fv]").fill("/blog")
    page.get_by_role("button", name="Add the filter").click()
    expect(page.get_by_label("Remove the filter Page contains /blog")).to_be_visible()
    assert is_same_document(page)
    page.reload()
    expect(page.get_by_label("Remove the filter Page contains /blog")).to_be_visible()


def test_the_full_list_opens_sorts_and_searches_in_place(page: Page) -> None:
    page.goto("/site/example.com")
    mark(page)
    page.locator("#panel-pages .panel-foot a").first.click()
    expect(page.get_by_role("heading", name="Top pages")).to_be_visible()
    page.get_by_role("link", name="Time on page").click()
    expect(page.locator("th[aria-sort]")).to_have_text("Time on page")
    page.get_by_role("searchbox").fill("BLOG")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".rows tbody tr")).to_have_count(3)
    page.get_by_role("link", name="All panels").click()
    expect(page.locator("#panel-sources")).to_be_visible()
    assert is_same_document(page)


def test_the_keyboard_reaches_rows_and_keeps_its_place(page: Page) -> None:
    page.goto("/site/example.com")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the figures")).to_be_focused()
    page.locator("#card-visits").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#card-visits")).to_have_attribute("aria-current", "true")
    expect(page.locator("#card-visits")).to_be_focused()
    page.locator("#period").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Today")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Today")).to_be_hidden()
    expect(page.locator("#period")).to_be_focused()


def test_skipping_to_the_figures_loads_nothing(page: Page) -> None:
    page.goto("/site/example.com")
    page.evaluate("document.querySelector('#view').dataset.kept = 'yes'")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.wait_for_timeout(150)
    expect(page.locator("#view")).to_have_attribute("data-kept", "yes")


def test_the_chart_answers_to_pointer_and_arrow_keys(page: Page) -> None:
    page.goto("/site/example.com?period=7d")
    plot, tip = page.locator(".plot"), page.locator(".tip")
    plot.hover()
    expect(tip).to_be_visible()
    expect(tip).to_contain_text("Nov 2026")
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()
    plot.focus()
    page.keyboard.press("End")
    expect(tip).to_contain_text("Sun 22 Nov 2026 (so far)")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("status")).to_contain_text("Sat 21 Nov 2026")
    page.locator("#card-visits").focus()
    expect(tip).to_be_hidden()


def test_the_first_visit_appears_by_itself(page: Page, home: House) -> None:
    site = home.add("fresh.example")
    page.goto("/site/fresh.example")
    expect(page.get_by_role("heading", name="Waiting for the first visit")).to_be_visible()
    home.count(one_visit(site, int(home.clock.now_s)))
    expect(page.locator("#card-visitors .figure-value")).to_have_text("1", timeout=9000)
    expect(page.locator(".live b")).to_have_text("1")


@pytest.mark.parametrize("path", PATHS)
def test_no_page_scrolls_sideways_or_breaks_the_policy(page: Page, complaints: list[str], path: str) -> None:
    page.goto(path)
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), width
    if path == MISSING:
        complaints[:] = [text for text in complaints if "404 (Not Found)" not in text]


@pytest.mark.parametrize("width", [390, 1280])
def test_every_target_is_at_least_24_pixels_high(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/site/example.com?f=is:country:FI")
    small = page.evaluate(
        """() => [...document.querySelectorAll("main a, main button, main summary, .bar a, .bar button, .bar summary")]
            .filter((e) => e.checkVisibility() && (e.getBoundingClientRect().height < 24 || e.getBoundingClientRect().width < 24))
            .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert small == []


def one_visit(site: int, now_s: int) -> Sums:
    """One page view a moment ago."""
    found: Sums = {}
    outcome = apply(None, next(visit_events(site, ZONE, now_s - 30)))
    assert isinstance(outcome, tuple)
    for fact, key, measures in deltas(outcome[1]):
        found.setdefault(fact, {})[key] = list(measures)
    return found
