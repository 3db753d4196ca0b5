"""Sealed months in a real browser: the last row of a list filters by nothing, and whole months are a key press away."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.chromium import CHROMIUM, QUIET
from tests.dashboard.harness import house, served

pytestmark = pytest.mark.browser

PART = "/site/example.com?period=custom&from=2026-10-05&to=2026-11-22&f=is:country:FI"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A signed-in page of a site whose October is sealed; fails on any complaint of the browser."""
    folder: Path = tmp_path_factory.mktemp("sealed")
    complaints: list[str] = []
    with house(folder) as filled, sync_playwright() as playwright:
        filled.seal(filled.add("example.com", 53, 12), date(2026, 10, 1), date(2026, 10, 31))
        with (
            served(filled.app) as address,
            playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET)) as chromium,
        ):
            context = chromium.new_context(viewport={"width": 390, "height": 800}, base_url=address, reduced_motion="reduce")
            context.add_cookies([{"name": "footfall_session", "value": filled.session(), "url": address}])
            opened = context.new_page()
            opened.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
            yield opened
            context.close()
        chromium.close()
    assert complaints == []


def test_whole_months_are_reached_by_keyboard_and_end_with_a_row_that_filters_by_nothing(page: Page) -> None:
    page.goto(PART)
    expect(page.locator("#panel-sources .only")).to_have_text("1 – 22 Nov 2026 only")
    page.get_by_role("link", name="Show 1 Oct – 22 Nov").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel-sources .only")).to_have_count(0)
    last = page.locator("#panel-sources tfoot th")
    expect(last).to_have_text("In groups under 10 visits")
    expect(last.get_by_role("link")).to_have_count(0)
    assert "from=2026-10-01" in page.url


def test_a_phone_shows_what_is_said_without_sideways_scrolling(page: Page) -> None:
    for path in (PART, f"{PART}&f=is:os:iOS", f"{PART}&places=hours&sources=channels"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_several_notes_are_one_compact_box(page: Page) -> None:
    page.goto(f"{PART}&compare=previous")
    boxes = [box for note in page.locator(".note").all() if (box := note.bounding_box())]
    assert len(boxes) == 2
    assert boxes[1]["y"] == boxes[0]["y"] + boxes[0]["height"]
    assert boxes[0]["height"] + boxes[1]["height"] < 160, "three lines and four, and little more"
