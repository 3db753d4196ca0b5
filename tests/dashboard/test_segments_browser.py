"""Segments in a real browser: saved, chosen and removed with a script and without, on a desk and on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.harness import House, house, served

pytestmark = pytest.mark.browser

PHONES = [["is", "visit:country", ["FI"]], ["is", "visit:device", ["Mobile"]]]
TWO = "/site/example.com?period=7d&f=is:country:FI&f=is:browser:Chrome"


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as opened:
        opened.add("example.com", 10, 20)
        opened.control.add_segment("example.com", "Phones in Finland, and a name as long as a name can ever be", PHONES)
        yield opened


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page(request: pytest.FixtureRequest, browser: Browser, filled: House) -> Iterator[Page]:
    """A signed-in page, of a browser that runs scripts or does not, that complains of nothing."""
    complaints: list[str] = []
    with served(filled.app) as address:
        context = browser.new_context(base_url=address, java_script_enabled=request.param, reduced_motion="reduce")
        context.add_cookies([{"name": "footfall_session", "value": filled.session(), "url": address}])
        opened = context.new_page()
        opened.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        yield opened
        context.close()
    assert [text for text in complaints if "400 (Bad Request)" not in text] == []


def test_a_view_becomes_a_segment_that_can_be_chosen_and_removed(page: Page, filled: House) -> None:
    page.goto(TWO)
    visitors = page.locator(".figure-value").first.inner_text()
    page.get_by_text("Save as segment").click()
    page.get_by_role("textbox", name="Name").fill("Finns with Chrome")
    page.get_by_role("button", name="Save the segment").click()
    expect(page.locator(".chip-words")).to_have_text("Segment is Finns with Chrome")
    expect(page.locator(".figure-value").first).to_have_text(visitors)
    expect(page.locator("#period")).to_contain_text("Last 7 days")

    page.get_by_role("link", name="Remove the filter Segment is Finns with Chrome").click()
    expect(page.locator(".chip-words")).to_have_count(0)
    page.locator("#segments").click()
    page.get_by_role("navigation", name="Segments").get_by_role("link", name="Finns with Chrome").click()
    expect(page.locator(".figure-value").first).to_have_text(visitors)

    page.locator(".chip-words").click()
    expect(page.get_by_role("heading", name="Segments of example.com")).to_be_visible()
    expect(page.get_by_text("Country is Finland and Browser is Chrome")).to_be_visible()
    page.locator("summary", has_text="Remove Finns with Chrome").click()
    page.get_by_role("button", name="Remove it Finns with Chrome").click()
    expect(page.get_by_text("Finns with Chrome")).to_have_count(0)
    assert len(filled.control.segments()) == 1


def test_a_name_that_is_taken_can_be_changed_at_once(page: Page, filled: House) -> None:
    taken = filled.control.segments()[0].name
    page.goto(TWO)
    page.get_by_text("Save as segment").click()
    page.get_by_role("textbox", name="Name").fill(taken)
    page.get_by_role("button", name="Save the segment").click()
    expect(page.get_by_role("alert")).to_contain_text("exists already")
    page.get_by_role("textbox", name="Name").fill("Another")
    page.get_by_role("button", name="Save the segment").click()
    expect(page.locator(".chip-words")).to_have_text("Segment is Another")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_what_opens_is_all_on_the_screen(browser: Browser, filled: House, width: int) -> None:
    with served(filled.app) as address:
        context = browser.new_context(base_url=address, viewport={"width": width, "height": 800})
        context.add_cookies([{"name": "footfall_session", "value": filled.session(), "url": address}])
        page = context.new_page()
        for where, opener in (
            (TWO, "#save"),
            (TWO, "#segments"),
            (TWO, "#filter"),
            ("/site/example.com/segments", "summary:text('Remove')"),
        ):
            page.goto(where)
            page.locator(opener).first.click()
            box = page.locator("details[open] .menu-body").bounding_box()
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, (opener, box)
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), opener
        context.close()
