"""The snippet in a real Chromium, against a server that only records."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from snippet.serve import asset
from snippet.tag import tag
from tests.chromium import CHROMIUM, EXAMPLES_HERE, QUIET
from tests.snippet.recorder import Recorder, recording

pytestmark = pytest.mark.browser

# Without its once-a-second beat, what the snippet sees it is told of at once.
BEATLESS = "window.setInterval = () => 0"
TALL = '<div style="height:4000px">tall</div>'
# Playwright makes every page believe it has the focus; these let a test take it away, and hide the page.
CONTROLS = """
  window.focused = true
  document.hasFocus = () => window.focused
  window.hide = hidden => {
    Object.defineProperty(document, 'hidden', {configurable: true, get: () => hidden})
    document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))
  }
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Playwright turns the back/forward cache off; these pages are about it.
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*QUIET, EXAMPLES_HERE], ignore_default_args=["--disable-back-forward-cache"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def site() -> Iterator[Recorder]:
    with recording() as recorder:
        yield recorder


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1000, "height": 800})
    yield made
    made.close()


@pytest.fixture
def tab(context: BrowserContext) -> Iterator[Page]:
    """A tab on which no script may fail."""
    errors: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert errors == []


def wait_for(site: Recorder, tab: Page, name: str, count: int = 1) -> list[dict[str, Any]]:
    """The events of a name, once there are so many."""
    site.until(lambda: len(site.named(name)) >= count, lambda: tab.wait_for_timeout(20))
    tab.wait_for_timeout(200)  # the server may know of a request before the tab tells of it (`sending`)
    assert len(site.named(name)) == count, site.events
    return site.named(name)


def sending(tab: Page) -> list[tuple[str, str]]:
    """A list that fills with (name, address) in the order of sending; arriving, two requests may overtake each other."""
    sent: list[tuple[str, str]] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            body = json.loads(request.post_data or "{}")
            sent.append((body["n"], body["u"]))

    tab.on("request", note)
    return sent


def settle(tab: Page) -> None:
    """Longer than the snippet's beat, so that what it would have noticed it has."""
    tab.wait_for_timeout(1200)


# Views


def test_a_view_is_sent_at_once_with_its_address_domain_and_width(site: Recorder, tab: Page) -> None:
    site.page("/pricing")
    tab.goto(site.url("/pricing"))
    (view,) = wait_for(site, tab, "pageview")
    assert view == {"n": "pageview", "u": site.url("/pricing?"), "d": "shop.example", "r": "", "w": 1000, "b": True, "h": None}
    (headers,) = [headers for method, _, headers in site.requests if method == "POST"]
    assert headers["content-type"].startswith("text/plain") and "cookie" not in headers
    assert "OPTIONS" not in {method for method, _, _ in site.requests}


def test_only_allowed_query_parameters_leave_the_browser_and_of_click_ids_only_the_name(site: Recorder, tab: Page) -> None:
    site.page("/", attributes='data-query="q|page"')
    tab.goto(site.url("/?secret=1&utm_source=news%20letter&x-ref=2&ref=blog&gclid=SECRET&li_fat_id=SECRET&q=a=b&pager=3&page=2&id=4#top"))
    (view,) = wait_for(site, tab, "pageview")
    assert view["u"] == site.url("/?utm_source=news%20letter&ref=blog&gclid=&li_fat_id=&q=a=b&page=2")


def test_the_referrer_is_sent_with_the_first_view_only_and_without_its_query(site: Recorder, tab: Page) -> None:
    site.raw("/from", f'<meta name="referrer" content="unsafe-url"><a href="{site.url("/")}">go</a>')
    site.page("/")
    tab.goto(site.url("/from?typed=secret", "search.example"))
    tab.click("a")
    assert wait_for(site, tab, "pageview")[0]["r"] == site.url("/from", "search.example")
    tab.evaluate("history.pushState({}, '', '/next')")
    assert wait_for(site, tab, "pageview", 2)[1]["r"] == ""


def test_the_canonical_address_replaces_the_path_and_keeps_the_campaign(site: Recorder, tab: Page) -> None:
    site.page("/product", head=f'<link rel="canonical" href="{site.url("/p/1?x=1#y")}">')
    tab.goto(site.url("/product?utm_source=a&colour=red"))
    assert wait_for(site, tab, "pageview")[0]["u"] == site.url("/p/1?utm_source=a")


@pytest.mark.parametrize("href", ["http://other.example/p/1", "http://shop.example.evil.example/p", "http://[", ""])
def test_a_canonical_address_elsewhere_is_ignored(site: Recorder, tab: Page, href: str) -> None:
    site.page("/product", head=f'<link rel="canonical" href="{href}">')
    tab.goto(site.url("/product"))
    assert wait_for(site, tab, "pageview")[0]["u"] == site.url("/product?")


def test_the_endpoint_can_be_named(site: Recorder, tab: Page) -> None:
    site.page("/", attributes='data-api="/elsewhere"')
    tab.goto(site.url("/"))
    assert wait_for(site, tab, "pageview")
    assert [path for method, path, _ in site.requests if method == "POST"] == ["/elsewhere"]


def test_it_works_under_a_strict_content_security_policy_with_an_integrity_hash(site: Recorder, tab: Page) -> None:
    origin = site.url("", "stats.example")
    policy = f"default-src 'none'; script-src {origin}; connect-src {origin}; img-src {origin}; require-trusted-types-for 'script'"
    site.raw("/", f"<!doctype html><body>{tag('shop.example', origin, pinned=True)}", {"content-security-policy": policy})
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.goto(site.url("/"))
    wait_for(site, tab, "pageview")
    assert [text for text in complaints if "Security Policy" in text or "integrity" in text] == []


def test_a_browser_without_scripts_asks_for_the_picture_and_names_its_page(site: Recorder, browser: Browser) -> None:
    site.raw("/about", f"<!doctype html><body>{tag('shop.example', site.url('', 'stats.example'))}")
    with browser.new_context(java_script_enabled=False) as context:
        context.new_page().goto(site.url("/about"))
    assert [headers["referer"] for _, path, headers in site.requests if path == "/pixel.gif?d=shop.example"] == [site.url("/about")]


# Single-page sites


def test_a_single_page_move_reports_the_page_before_and_counts_the_new_one(site: Recorder, tab: Page) -> None:
    site.page("/", TALL)
    sent = sending(tab)
    tab.goto(site.url("/"))
    settle(tab)
    tab.evaluate("history.pushState({}, '', '/tour/2?tab=1')")
    assert wait_for(site, tab, "pageview", 2)[1]["u"] == site.url("/tour/2?")
    assert sent[1:] == [("engagement", site.url("/?")), ("pageview", site.url("/tour/2?"))]
    tab.evaluate("history.back()")
    assert wait_for(site, tab, "pageview", 3)[2]["u"] == site.url("/?")


def test_a_page_that_is_passed_at_once_is_counted_too(site: Recorder, tab: Page) -> None:
    tab.add_init_script(BEATLESS)
    site.page("/")
    sent = sending(tab)
    tab.goto(site.url("/"))
    wait_for(site, tab, "pageview")
    tab.evaluate("for (let step of [2, 3, 4]) history.pushState({}, '', `/tour/${step}`)")
    wait_for(site, tab, "pageview", 4)
    assert [address for name, address in sent if name == "pageview"] == [
        site.url(f"{path}?") for path in ("/", "/tour/2", "/tour/3", "/tour/4")
    ]


def test_an_event_right_after_a_move_carries_the_new_address_and_follows_its_view(site: Recorder, tab: Page) -> None:
    site.page("/")
    sent = sending(tab)
    tab.goto(site.url("/"))
    wait_for(site, tab, "pageview")
    tab.evaluate("footfall('Before'); history.pushState({}, '', '/next'); footfall('After')")
    wait_for(site, tab, "After")
    told = [event for event in sent if event[0] != "engagement"]
    assert told == [
        ("pageview", site.url("/?")),
        ("Before", site.url("/?")),
        ("pageview", site.url("/next?")),
        ("After", site.url("/next?")),
    ]


def test_back_and_forward_within_a_single_page_site_are_seen_at_once(site: Recorder, tab: Page) -> None:
    tab.add_init_script(BEATLESS)
    # Chromium calls the window's own listeners in the order they came, capturing or not: this one is before the snippet's.
    site.page("/", "<script>addEventListener('popstate', () => setTimeout(() => footfall('Routed')))</script>")
    sent = sending(tab)
    tab.goto(site.url("/"))
    wait_for(site, tab, "pageview")
    tab.evaluate("history.pushState({}, '', '/two')")
    tab.evaluate("history.back()")
    wait_for(site, tab, "Routed")
    tab.evaluate("history.forward()")
    wait_for(site, tab, "Routed", 2)
    assert [event for event in sent if event[0] == "Routed"] == [("Routed", site.url("/?")), ("Routed", site.url("/two?"))]
    assert [address for name, address in sent if name == "pageview"] == [site.url(f"{path}?") for path in ("/", "/two", "/", "/two")]


# A router may keep the browser's own function from before the snippet came; `replaceState` is for the beat.
@pytest.mark.parametrize("move", ["History.prototype.pushState.call(history, {}, '', '/next')", "history.replaceState({}, '', '/next')"])
def test_a_move_that_nobody_tells_of_is_seen_by_the_beat(site: Recorder, tab: Page, move: str) -> None:
    site.page("/")
    tab.goto(site.url("/"))
    wait_for(site, tab, "pageview")
    tab.evaluate(move)
    assert wait_for(site, tab, "pageview", 2)[1]["u"] == site.url("/next?")


def test_an_address_replaced_right_away_or_while_leaving_is_no_view(site: Recorder, tab: Page) -> None:
    tab.add_init_script(BEATLESS)
    site.page("/", "<script>addEventListener('pagehide', () => history.replaceState({scrolled: 0}, ''))</script>")
    sent = sending(tab)
    tab.goto(site.url("/"))
    wait_for(site, tab, "pageview")
    tab.evaluate("history.replaceState({}, '', '/redirect'); history.pushState({}, '', '/target')")
    wait_for(site, tab, "pageview", 2)
    tab.goto("about:blank")
    site.until(lambda: bool(site.named("engagement")), lambda: tab.wait_for_timeout(20))
    assert [address for name, address in sent if name == "pageview"] == [site.url("/?"), site.url("/target?")]


def test_the_history_of_the_page_works_as_before(site: Recorder, tab: Page) -> None:
    before = "let own = history.pushState; history.pushState = function () { pushes.push(arguments.length); own.apply(this, arguments) }"
    site.page("/", head=f"<script>window.pushes = []; {before}</script>")
    tab.goto(site.url("/"))
    wait_for(site, tab, "pageview")
    told = tab.evaluate("""() => {
      let length = history.length, thrown
      let answers = [history.pushState({at: 1}, '', '/one'), history.replaceState({at: 2}, '')]
      try { history.pushState(() => {}, '', '/lost') } catch (error) { thrown = error.name }
      let silent = answers[0] === undefined && answers[1] === undefined
      return [silent, history.length - length, history.state, location.pathname, thrown, pushes]
    }""")
    assert told == [True, 1, {"at": 2}, "/one", "DataCloneError", [3, 3]]
    assert wait_for(site, tab, "pageview", 2)[1]["u"] == site.url("/one?")


def test_a_change_of_query_fragment_or_state_alone_is_no_view(site: Recorder, tab: Page) -> None:
    site.page("/")
    tab.goto(site.url("/?utm_source=a"))
    for address in ("/", "/?tab=2", "/#part"):
        tab.evaluate(f"history.replaceState({{}}, '', '{address}')")
        settle(tab)
    wait_for(site, tab, "pageview")


def test_in_hash_mode_the_fragment_is_part_of_the_page(site: Recorder, tab: Page) -> None:
    tab.add_init_script(BEATLESS)
    site.page("/", attributes='data-hash="1"')
    tab.goto(site.url("/?utm_source=a#/one"))
    tab.evaluate("location.hash = '/two'")
    first, second = wait_for(site, tab, "pageview", 2)
    assert (first["u"], first["h"]) == (site.url("/?utm_source=a#/one"), 1)
    assert second["u"] == site.url("/?utm_source=a#/two")


# Back/forward cache and prerender


def test_a_page_that_comes_back_from_the_back_forward_cache_is_a_new_view(site: Recorder, tab: Page) -> None:
    site.page("/", "<script>addEventListener('pageshow', event => window.persisted = event.persisted)</script>")
    site.page("/two")
    tab.goto(site.url("/"))
    wait_for(site, tab, "pageview")
    tab.goto(site.url("/two"))
    wait_for(site, tab, "pageview", 2)
    tab.evaluate("history.back()")
    tab.wait_for_url(site.url("/"), wait_until="commit")
    assert wait_for(site, tab, "pageview", 3)[2]["u"] == site.url("/?")
    assert tab.evaluate("window.persisted") is True
    assert site.named("pageview")[2]["r"] == ""


@pytest.mark.parametrize("state", ["prerendering", "in the background"])
def test_a_page_that_nobody_can_see_yet_is_not_counted_until_it_is_seen(site: Recorder, tab: Page, state: str) -> None:
    prerendering = str(state == "prerendering").lower()
    tab.add_init_script(f"Object.defineProperty(document, 'prerendering', {{configurable: true, get: () => {prerendering}}})")
    tab.add_init_script(CONTROLS + "window.hide(true)")
    stub = "window.footfall = window.footfall || function () { (footfall.q = footfall.q || []).push(arguments) }"
    site.page("/", head=f"<script>{stub}; footfall('Early')</script>")
    sent = sending(tab)
    tab.goto(site.url("/"))
    settle(tab)
    assert site.events == []
    tab.evaluate("""() => {
      Object.defineProperty(document, 'prerendering', {get: () => false})
      document.dispatchEvent(new Event('prerenderingchange'))
      hide(false)
    }""")
    wait_for(site, tab, "Early")
    assert [name for name, _ in sent] == ["pageview", "Early"]


def test_a_page_that_is_never_seen_sends_nothing(site: Recorder, tab: Page) -> None:
    tab.add_init_script(CONTROLS + "window.hide(true)")
    site.page("/")
    tab.goto(site.url("/"))
    settle(tab)
    tab.goto("about:blank")
    settle(tab)
    assert "/script.js" in [path for _, path, _ in site.requests]
    assert site.events == []


# Time and scroll depth


def test_only_seconds_visible_and_focused_are_engaged(site: Recorder, tab: Page) -> None:
    tab.add_init_script(CONTROLS)
    site.page("/", TALL)
    tab.goto(site.url("/"))
    tab.evaluate("window.focused = false")
    tab.wait_for_timeout(2200)
    tab.evaluate("hide(true); window.focused = true")
    tab.wait_for_timeout(2200)
    tab.evaluate("hide(false)")
    tab.wait_for_timeout(1200)
    tab.evaluate("hide(true)")
    assert 1000 <= wait_for(site, tab, "engagement")[0]["e"] <= 3000
    tab.evaluate("hide(false)")
    tab.wait_for_timeout(2900)
    tab.evaluate("hide(true)")
    assert 3000 <= wait_for(site, tab, "engagement", 2)[1]["e"] <= 4000


def test_scroll_depth_is_the_deepest_point_in_percent_of_the_height_at_the_end(site: Recorder, tab: Page) -> None:
    tab.add_init_script(CONTROLS)
    site.page("/", TALL)
    tab.goto(site.url("/"))
    tab.evaluate("scrollTo(0, 1200)")
    settle(tab)
    tab.evaluate("scrollTo(0, 0); document.body.style.height = '8000px'; hide(true)")
    assert 24 <= wait_for(site, tab, "engagement")[0]["sd"] <= 25


def test_reports_add_up_and_nothing_new_is_not_reported(site: Recorder, tab: Page) -> None:
    tab.add_init_script(CONTROLS)
    site.page("/", TALL)
    tab.goto(site.url("/"))
    settle(tab)
    tab.evaluate("hide(true); hide(false); hide(true); hide(false)")
    first = wait_for(site, tab, "engagement")[0]
    tab.evaluate("scrollTo(0, 9999)")
    settle(tab)
    tab.evaluate("hide(true)")
    second = wait_for(site, tab, "engagement", 2)[1]
    assert first["sd"] < second["sd"] <= 100 and second["sd"] >= 99
    assert first["e"] + second["e"] <= 4000


@pytest.mark.parametrize("leave", ["navigate", "close"])
def test_leaving_reports_what_was_not_reported(site: Recorder, tab: Page, leave: str) -> None:
    site.page("/", TALL)
    tab.goto(site.url("/"))
    settle(tab)
    if leave == "navigate":
        tab.goto("about:blank")
    else:
        tab.close()
    site.until(lambda: bool(site.named("engagement")))
    assert len(site.named("engagement")) == 1 and 15 <= site.named("engagement")[0]["sd"] <= 25


# Events


def test_custom_events_carry_properties_and_revenue_and_call_back(site: Recorder, tab: Page) -> None:
    site.page("/")
    tab.goto(site.url("/"))
    wait_for(site, tab, "pageview")
    tab.evaluate("""() => new Promise(callback => footfall('Sign up', {
      props: {plan: 'pro'}, revenue: {currency: 'EUR', amount: '12.50'}, interactive: false, callback}))""")
    (event,) = wait_for(site, tab, "Sign up")
    assert event["props"] == {"plan": "pro"} and event["interactive"] is False
    assert event["revenue"] == {"currency": "EUR", "amount": "12.50"}
    assert event["u"] == site.url("/?") and event["d"] == "shop.example"


def test_events_queued_before_the_script_came_follow_the_view_under_either_name(site: Recorder, tab: Page) -> None:
    stubs = "".join(
        f"window.{name} = window.{name} || function () {{ ({name}.q = {name}.q || []).push(arguments) }};"
        for name in ("footfall", "plausible")
    )
    site.page("/", head=f"<script>{stubs} footfall('One', {{props: {{a: 1}}}}); plausible('Two')</script>")
    tab.goto(site.url("/"))
    wait_for(site, tab, "Two")
    tab.evaluate("plausible('Three')")
    wait_for(site, tab, "Three")
    assert sorted(event["n"] for event in site.events) == ["One", "Three", "Two", "pageview"]
    assert site.named("One")[0]["props"] == {"a": 1}


def test_a_callback_is_called_even_when_nothing_is_sent_or_the_collector_is_away(site: Recorder, tab: Page) -> None:
    site.page("/", attributes=f'data-api="http://127.0.0.1:{site.port}/"')
    site.page("/silent")
    for address in ("/#footfall-ignore", "/silent#footfall-ignore"):
        tab.goto(site.url(address))
        tab.evaluate("new Promise(callback => footfall('Sign up', {callback}))")
    tab.goto("about:blank")
    tab.route("**/api/event", lambda route: route.abort())
    tab.goto(site.url("/silent"))
    tab.evaluate("new Promise(callback => footfall('Sign up', {callback}))")
    assert site.events == []


def test_a_click_on_a_tagged_element_or_inside_it_is_its_event(site: Recorder, tab: Page) -> None:
    site.page(
        "/",
        '<button data-footfall-event="Sign up" data-footfall-plan="pro" data-footfall-plan-name="Pro 2" data-other="x"><b>Go</b></button>',
    )
    tab.goto(site.url("/"))
    tab.click("b")
    assert wait_for(site, tab, "Sign up")[0]["props"] == {"plan": "pro", "plan-name": "Pro 2"}


def test_a_tagged_form_is_counted_when_it_is_sent_and_not_when_it_is_clicked(site: Recorder, tab: Page) -> None:
    fields = '<input name="mail"><input type="submit">'
    site.page("/", f'<form data-footfall-event="Ask" data-footfall-topic="price" onsubmit="return false">{fields}</form>')
    tab.goto(site.url("/"))
    tab.fill("[name=mail]", "jane@mail.example")
    tab.click("[name=mail]")
    tab.click("[type=submit]")
    settle(tab)
    assert wait_for(site, tab, "Ask")[0]["props"] == {"topic": "price"}
    assert "jane" not in str(site.events)


def test_an_outbound_link_is_counted_without_its_query_even_if_the_page_stops_the_click(site: Recorder, tab: Page) -> None:
    link = f'<a href="{site.url("/there?mail=jane#x", "other.example")}" onclick="event.stopPropagation(); return false"><i>out</i></a>'
    site.page("/", link + '<a id="in" href="#here">in</a><a id="mail" href="mailto:jane@firm.zip">mail</a>')
    tab.goto(site.url("/"))
    tab.click("i")
    tab.click("#in")
    settle(tab)
    assert wait_for(site, tab, "Outbound Link: Click")[0]["props"] == {"url": f"other.example:{site.port}/there"}
    tab.evaluate("document.querySelector('#mail').dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))")
    settle(tab)
    assert {event["n"] for event in site.events} <= {"pageview", "Outbound Link: Click", "engagement"}


def test_an_outbound_click_that_leaves_the_page_arrives(site: Recorder, tab: Page) -> None:
    site.page("/", f'<a href="{site.url("/there", "other.example")}">out</a>')
    site.raw("/there", "there")
    tab.goto(site.url("/"))
    tab.click("a")
    wait_for(site, tab, "Outbound Link: Click")


@pytest.mark.parametrize("file", ["a.pdf", "b.DOCX", "c.xls", "d.zip", "e.csv"])
def test_a_link_to_a_file_is_a_download_wherever_it_lies(site: Recorder, tab: Page, file: str) -> None:
    site.page("/", f'<a href="{site.url("/files/" + file, "cdn.example")}?token=SECRET" onclick="return false">file</a>')
    tab.goto(site.url("/"))
    tab.click("a")
    assert wait_for(site, tab, "File Download")[0]["props"] == {"url": f"cdn.example:{site.port}/files/{file}"}
    assert site.named("Outbound Link: Click") == []


# Silence


def _walk(site: Recorder, tab: Page, address: str) -> None:
    tab.goto(address)
    settle(tab)
    tab.evaluate("window.footfall && footfall('Sign up')")
    tab.click("a")
    tab.goto("about:blank")
    settle(tab)
    assert "/script.js" in [path for _, path, _ in site.requests]


def test_global_privacy_control_sends_nothing_at_all(site: Recorder, tab: Page) -> None:
    tab.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true})")
    site.page("/", '<a href="http://other.example/" onclick="return false">out</a>')
    _walk(site, tab, site.url("/"))
    assert "POST" not in {method for method, _, _ in site.requests}


def test_an_address_with_the_ignore_fragment_sends_nothing(site: Recorder, tab: Page) -> None:
    site.page("/", '<a href="http://other.example/" onclick="return false">out</a>')
    _walk(site, tab, site.url("/#footfall-ignore"))
    assert "POST" not in {method for method, _, _ in site.requests}


def test_local_pages_are_counted_only_when_told_to(site: Recorder, tab: Page) -> None:
    for attributes, count in (("", 0), ("data-local", 1)):
        site.page("/", '<a href="http://other.example/" onclick="return false">out</a>', attributes)
        _walk(site, tab, f"http://127.0.0.1:{site.port}/")
        assert len(site.named("pageview")) == count


def test_nothing_is_stored_and_nothing_is_read_back(site: Recorder, context: BrowserContext, tab: Page) -> None:
    site.page("/", TALL + '<a href="http://other.example/" onclick="return false">out</a>')
    tab.goto(site.url("/"))
    wait_for(site, tab, "pageview")
    tab.click("a")
    tab.evaluate("footfall('Sign up', {props: {plan: 'pro'}})")
    wait_for(site, tab, "Sign up")
    kept = tab.evaluate("""async () => [localStorage.length, sessionStorage.length, document.cookie, window.name,
      (await indexedDB.databases()).length, (await window.caches?.keys() ?? []).length, history.state]""")
    assert kept == [0, 0, "", "", 0, 0, None]
    assert context.cookies() == []
    assert [headers for _, _, headers in site.requests if {"cookie", "if-none-match", "if-modified-since"} & set(headers)] == []


@pytest.mark.parametrize("how", ["as a module", "inlined", "before the body"])
def test_an_unusual_embed_never_breaks_the_page(site: Recorder, tab: Page, how: str) -> None:
    script = asset("/script.js")
    assert script is not None
    source = site.url("/script.js", "stats.example")
    kind = 'type="module" crossorigin' if how == "as a module" else ""
    inlined = f"<script>{script.body.decode()}</script>"
    site.raw("/", "<!doctype html>" + (inlined if how == "inlined" else f'<script {kind} src="{source}"></script>') + "<body><p>page</p>")
    tab.goto(site.url("/"))
    tab.click("p")
    settle(tab)
    assert len(site.named("pageview")) == (1 if how == "before the body" else 0)
