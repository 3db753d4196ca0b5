"""What five people do in the shop, each in a browser of their own."""

import time
from collections import defaultdict

from playwright.sync_api import BrowserType, Page

from collector.demo.site import DOMAIN
from tests.e2e.people import AINO, BO, CARL, DORA, ERIK, look, walking
from tests.server import until

POST = "/blog/the-right-temperature"
KETTLE = "/products/enamel-kettle"
VIEWS = 16  # of all five
ALL_SHOWN_S_MAX = 20.0


class Walk:
    """What the browsers themselves saw: how deep each view was scrolled, how long each visit lasted, how soon it was shown."""

    def __init__(self, shop: str) -> None:
        self.shop = shop
        self.depths: dict[str, list[int]] = defaultdict(list)
        self.lengths_s: list[float] = []
        self.shown_after_s = 0.0

    def view(self, page: Page, again: bool = False) -> None:
        """Look at the page that is shown, and note its depth; `again` after scrolling within the same view."""
        look(page)
        path = str(page.evaluate("location.pathname"))
        depth = int(page.evaluate("Math.floor(100 * (scrollY + innerHeight) / document.documentElement.scrollHeight)"))
        self.depths[path][-1:] = [depth] if again else [*self.depths[path][-1:], depth]

    def follow(self, page: Page, name: str, to: str) -> None:
        """Click on a link, and look at where it leads."""
        page.get_by_role("link", name=name).first.click()
        page.wait_for_url(to)
        self.view(page)


def aino_reads_and_downloads(walk: Walk, chromium: BrowserType) -> None:
    with walking(chromium, AINO) as page:
        page.goto(walk.shop)
        walk.view(page)
        walk.follow(page, "Enamel kettle", f"**{KETTLE}")
        walk.follow(page, "Read:", f"**{POST}")
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        walk.view(page, again=True)
        with page.expect_download():
            page.click("#download")


def bo_bounces(walk: Walk, chromium: BrowserType) -> None:
    with walking(chromium, BO) as page:
        page.goto(walk.shop)
        walk.view(page)


def carl_searches_and_tours(walk: Walk, chromium: BrowserType) -> None:
    with walking(chromium, CARL) as page:
        page.goto(f"{walk.shop}/guide", referer="https://www.google.com/")
        walk.view(page)
        page.evaluate("window.untouched = true")
        walk.follow(page, "Green", "**/guide/green")
        walk.follow(page, "Herbal", "**/guide/herbal")
        assert page.evaluate("window.untouched"), "the tour is one document"
        page.evaluate("addEventListener('pageshow', event => window.persisted = event.persisted)")
        page.get_by_role("link", name="Blog", exact=True).click()
        page.wait_for_url("**/blog")
        walk.view(page)
        page.evaluate("history.back()")
        page.wait_for_url("**/guide/herbal", wait_until="commit")
        assert page.evaluate("window.persisted"), "the page comes from the back/forward cache"
        look(page)  # the first beat sees that the page is back, the second is the first second of the new view
        walk.view(page)


def dora_signs_up(walk: Walk, chromium: BrowserType) -> None:
    with walking(chromium, DORA) as page:
        page.goto(f"{walk.shop}/?utm_source=newsletter&utm_medium=email&utm_campaign=autumn")
        walk.view(page)
        walk.follow(page, "Tea club", "**/sign-up")
        page.check("[value=Yearly]")
        page.click("#join")
        page.wait_for_url("**/welcome?*")
        walk.view(page)


def erik_buys(walk: Walk, chromium: BrowserType, desk: Page) -> None:
    started = time.monotonic()
    with walking(chromium, ERIK) as page:
        page.context.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="Tea is a drink."))
        page.goto(f"{walk.shop}/products?utm_source=google&utm_medium=cpc&utm_campaign=kettles&gclid=secret")
        walk.view(page)
        walk.follow(page, "Enamel kettle", f"**{KETTLE}")
        page.click("#add-to-cart")
        page.wait_for_url("**/cart?item=enamel-kettle")
        walk.view(page)
        page.click("#buy")
        page.wait_for_url("**/thank-you?")
        clicked = time.monotonic()
        until(lambda: shown(desk, "pageviews") == str(VIEWS), ALL_SHOWN_S_MAX)
        walk.shown_after_s = time.monotonic() - clicked
        walk.view(page)
        page.click("#outbound")
        page.wait_for_url("https://www.wikipedia.org/**")
        walk.lengths_s.append(time.monotonic() - started)


def shown(desk: Page, metric: str) -> str:
    """A headline figure on the dashboard of today, loaded anew."""
    desk.goto(f"/site/{DOMAIN}?period=day")
    figure = desk.locator(f"#card-{metric} .figure-value")
    return figure.inner_text() if figure.count() else ""
