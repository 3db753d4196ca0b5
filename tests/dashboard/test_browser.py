"""The dashboard in a real browser: swapping, going back, keys, phone widths, and not one violation of the policy."""

import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.harness import ZONE, House
from tests.dashboard.history import Sums, add_visit, visit_events

pytestmark = pytest.mark.browser

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


@dataclass(frozen=True, slots=True)
class Lively:
    """An open dashboard whose site is being visited."""

    page: Page
    home: House
    site: int

    def visit(self, seen: bool = True) -> None:
        """One more visitor, and time for the page to notice."""
        self.home.count(one_visit(self.site, int(self.home.clock.now_s)))
        if seen:
            count = int(self.page.locator(".live b").inner_text())
            self.run(1_100)
            expect(self.page.locator(".live b")).to_have_text(str(count + 1))

    def run(self, ms: int) -> None:
        """Let the page's timers run, about a second at a time: the page reads each answer before its next question is due."""
        for _ in range(0, ms, 1_100):
            with nullcontext() if self.page.evaluate("document.hidden") else self.page.expect_response("**/live"):
                self.page.clock.run_for(1_100)
            self.page.evaluate("fetch(document.querySelector('[data-live]').dataset.live).then((answer) => answer.text())")

    def hide(self, hidden: bool) -> None:
        """What the browser says when the tab goes out of sight or comes back."""
        self.page.evaluate("hidden => Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })", hidden)
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def page_requests(self) -> list[str]:
        """The addresses of the views asked for from now on."""
        asked: list[str] = []
        self.page.on("request", lambda request: asked.append(request.url) if not request.url.endswith("/live") else None)
        return asked


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
    expect(opened.get_by_role("heading", name="example.com: Last 30 days")).to_be_visible()
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
    assert page.url.endswith("/site/example.com?f=contains:page:/blog")
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
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
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
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^Sat 21 Nov 2026: \d+; Sat 14 Nov 2026: \d+$"))
    page.locator("#card-visits").focus()
    expect(tip).to_be_hidden()


def test_the_first_visit_appears_by_itself(page: Page, home: House) -> None:
    site = home.add("fresh.example")
    page.goto("/site/fresh.example")
    expect(page.get_by_role("heading", name="Waiting for the first visit")).to_be_visible()
    home.count(one_visit(site, int(home.clock.now_s)))
    expect(page.locator("#card-visitors .figure-value")).to_have_text("1", timeout=9000)
    expect(page.locator(".live b")).to_have_text("1")


HOUR_S = 3600
VISITORS = "#card-visitors .figure-value"


@pytest.fixture
def lively(page: Page, home: House) -> Lively:
    """A site with one visit, open in a page whose timers run only when told to."""
    domain = f"lively{len(home.control.sites())}.example"
    site = home.add(domain)
    home.count(one_visit(site, int(home.clock.now_s)))
    page.clock.install(time=0)
    page.clock.pause_at(1_000)  # an installed clock goes on by itself until it is paused: on a busy machine by seconds a test
    page.goto(f"/site/{domain}")
    expect(page.locator(VISITORS)).to_have_text("1")
    return Lively(page, home, site)


def test_a_new_visit_is_seen_in_the_figures_without_a_jump(lively: Lively) -> None:
    page = lively.page
    mark(page)
    page.set_viewport_size({"width": 1280, "height": 500})
    page.locator(".data summary").click()
    page.locator("#panel-devices").scroll_into_view_if_needed()
    page.locator("#card-visits").evaluate("card => card.focus({ preventScroll: true })")
    y = page.evaluate("scrollY")
    lively.visit()
    expect(page.locator(VISITORS)).to_have_text("2")
    expect(page.locator(".data tbody")).to_be_visible()
    expect(page.locator("#card-visits")).to_be_focused()
    assert page.evaluate("scrollY") == y > 0
    assert is_same_document(page)


def test_the_figures_are_asked_for_at_most_each_second_and_a_half(lively: Lively) -> None:
    asked = lively.page_requests()
    lively.visit()
    expect(lively.page.locator(VISITORS)).to_have_text("2")
    lively.visit()
    assert len(asked) == 1
    lively.visit()
    expect(lively.page.locator(VISITORS)).to_have_text("4")
    assert len(asked) == 2


def test_nothing_is_asked_while_nothing_happens_or_nobody_looks(lively: Lively) -> None:
    asked = lively.page_requests()
    lively.run(20_000)
    lively.hide(True)
    lively.visit(seen=False)
    lively.run(20_000)
    assert asked == []
    lively.hide(False)
    expect(lively.page.locator(VISITORS)).to_have_text("2")


def test_coming_back_to_the_page_brings_the_figures_up_to_date(lively: Lively) -> None:
    lively.home.count(one_visit(lively.site, int(lively.home.clock.now_s) - HOUR_S))
    lively.run(2_000)
    expect(lively.page.locator(VISITORS)).to_have_text("1")
    lively.hide(False)
    expect(lively.page.locator(VISITORS)).to_have_text("2")


def test_a_page_whose_session_has_ended_leads_to_the_sign_in_page(lively: Lively) -> None:
    lively.page.context.clear_cookies()
    lively.page.clock.run_for(1_100)
    expect(lively.page.get_by_role("heading", name="Sign in to Footfall")).to_be_visible()


def test_an_open_menu_and_a_focused_row_are_left_alone(lively: Lively) -> None:
    page = lively.page
    row = page.locator("#panel-places tbody a").first
    row.focus()
    lively.visit()
    expect(page.locator(VISITORS)).to_have_text("2")
    expect(row).to_be_focused()
    page.locator("#period").click()
    lively.run(6_000)
    lively.visit()
    expect(page.get_by_role("link", name="Today")).to_be_visible()
    expect(page.locator(VISITORS)).to_have_text("2")
    page.keyboard.press("Escape")
    lively.run(6_000)
    expect(page.locator(VISITORS)).to_have_text("3")
    expect(page.locator("#panel-places tbody td").first).to_have_text("3")


def test_the_live_count_has_its_word_on_a_phone_too_and_takes_hardly_more_room(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto("/site/example.com")
    live, word = (page.locator(place).bounding_box() for place in (".live", ".live-words > :last-child"))
    assert live and word
    expect(page.locator(".live-words > :last-child")).to_have_text("now")
    assert word["width"] > 16
    assert live["width"] < 56
    assert live["y"] <= word["y"] < word["y"] + word["height"] <= 56


@pytest.mark.parametrize("place", [".chip-words", ".chip-off", "#panel-pages tbody a"])
def test_a_ring_of_focus_is_drawn_where_nothing_cuts_it(page: Page, place: str) -> None:
    page.goto("/site/example.com?f=is:country:FI")
    page.keyboard.press("Tab")
    page.locator(place).first.focus()
    style = page.evaluate("(({ outlineStyle, outlineOffset }) => [outlineStyle, outlineOffset])(getComputedStyle(document.activeElement))")
    assert style == ["solid", "-2px"]


def test_the_figures_as_a_table_are_whole_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto("/site/example.com")
    page.locator(".data summary").click()
    assert page.locator(".data .scroll").evaluate("box => box.scrollWidth <= box.clientWidth")


@pytest.mark.parametrize("panel", ["panel=events", "panel=pages&pages=exit", "panel=pages"])
def test_a_full_list_on_a_phone_shows_its_first_figures_and_no_row_taller_than_six_lines(page: Page, panel: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/site/nasty.example?period=day&{panel}")
    first = page.locator(".full tbody td").first.bounding_box()
    assert first and first["x"] + first["width"] < 300
    assert page.evaluate("Math.max(...[...document.querySelectorAll('.full tbody tr')].map((row) => row.offsetHeight))") <= 150


def test_on_paper_a_page_names_its_site_its_days_and_its_filters_and_nothing_is_cut(page: Page) -> None:
    page.set_viewport_size({"width": 718, "height": 1000})
    page.emulate_media(media="print")
    page.goto("/site/example.com?f=is:country:FI")
    heading = page.get_by_role("heading", name="example.com: Last 30 days, 24 Oct – 22 Nov, Country is Finland")
    box = heading.bounding_box()
    assert box and box["width"] > 300
    expect(page.locator(".bar, .toolbar").filter(visible=True)).to_have_count(0)
    page.goto("/site/example.com?panel=pages&search=blog")
    expect(page.get_by_role("searchbox")).to_be_visible()
    assert page.locator(".scroll").evaluate("box => box.scrollWidth <= box.clientWidth")


def test_colours_that_are_forced_leave_the_chart_and_the_chosen_row_to_be_seen(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    page.goto("/site/example.com?f=is:country:FI")
    text, line = (
        page.evaluate(f"getComputedStyle(document.querySelector('{place}')).{what}")
        for place, what in (("h2", "color"), (".line-now", "stroke"))
    )
    assert line == text


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_comparison_and_filter_share_a_line_and_no_menu_is_cut(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/site/example.com")
    compare, filters = (page.locator(f"#{name}").bounding_box() for name in ("compare", "filter"))
    assert compare and filters
    assert abs(compare["y"] - filters["y"]) < 4
    assert compare["x"] + compare["width"] <= filters["x"]
    for menu in ("period", "compare", "filter"):
        page.locator(f"#{menu}").click()
        body = page.locator(f"#{menu} + .menu-body")
        assert body.evaluate("body => body.scrollWidth <= body.clientWidth"), menu
        page.keyboard.press("Escape")


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
    add_visit(found, [next(visit_events(site, ZONE, now_s - 30))])
    return found


def test_hours_and_what_is_not_told_apart_are_reached_by_keyboard_and_only_rows_filter(page: Page) -> None:
    page.goto("/site/example.com")
    mark(page)
    tab = page.locator("#panel-places").get_by_role("link", name="Hours", exact=True)
    tab.focus()
    page.keyboard.press("Enter")
    rows = page.locator("#panel-places .in-turn tbody th a")
    expect(rows.first).to_have_text(re.compile(r"^0\d:00–0\d:00$"))
    chosen = rows.nth(10).inner_text()
    rows.nth(10).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".chip b")).to_have_text(chosen)
    assert is_same_document(page)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves_or_fades_where_that_is_not_wished_for(page: Page, motion: Literal["reduce", "no-preference"]) -> None:
    page.emulate_media(reduced_motion=motion)
    page.goto("/site/example.com")
    lasting = page.evaluate(
        """() => {
            document.querySelector(".live-dot").classList.add("on");
            document.getElementById("view").setAttribute("aria-busy", "true");
            getComputedStyle(document.getElementById("view")).opacity;
            return document.getAnimations().filter((each) => each.effect.getTiming().duration > 0).length;
        }"""
    )
    assert lasting == (0 if motion == "reduce" else 2)
    assert page.evaluate("getComputedStyle(document.getElementById('view')).opacity") == "1", "a quick answer does not blink"
