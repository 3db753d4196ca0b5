"""What the pages answer over HTTP: who may look, what is in them, what headers they carry."""

import csv
import gzip
import html
import io
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from collector.facts import HOUR, METRIC_BY_NAME
from collector.settings import load
from dashboard.credits import data_credits
from dashboard.format import plain
from dashboard.headers import HEADERS
from dashboard.notes import NOT_TOGETHER, SEVERAL_FIT
from dashboard.panels import HEADLINES, PANELS, Panel, Tab
from dashboard.sites_page import demo
from dashboard.view import FILTERS_MAX, Filter, View, url
from tests.dashboard.corpus import NASTY, nasty_rows
from tests.dashboard.harness import House, house, served

CLOSED = ("/", "/site/example.com", "/site/example.com?panel=pages", "/site/example.com/csv?panel=pages", "/site/example.com/live")
EVERY_TAB = [(panel, tab) for panel in PANELS for tab in panel.tabs]
FIRST_LOAD_BYTES_MAX = 60_000


class Page(HTMLParser):
    """A page taken apart: its elements with their attributes, and its texts."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page(client: httpx.Client, where: str) -> Page:
    answer = client.get(where)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def address_of(domain: str, panel: Panel, tab: Tab, *, whole: bool = False, suffix: str = "") -> str:
    view = View().with_tab(panel, tab)
    return url(domain, view.listing(panel) if whole else view, suffix)


# --- who may look ---


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("cookie", [None, "", "made-up", "x" * 3000])
def test_nobody_sees_a_page_without_a_session(stranger: httpx.Client, path: str, cookie: str | None) -> None:
    answer = stranger.get(path, headers={} if cookie is None else {"cookie": f"footfall_session={cookie}"})
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")


def test_signing_in_leads_on_to_the_view_that_was_asked_for(stranger: httpx.Client, home: House) -> None:
    wanted = "/site/example.com?period=7d&f=is:page:/blog%3Fpage%3D2"
    door = stranger.get(stranger.get(wanted).headers["location"])
    (goal,) = [a["value"] for a in Page(door.text).all("input") if a.get("name") == "to"]
    assert goal == wanted
    form = {"token": home.control.new_sign_in(home.clock.now_s), "to": wanted}
    assert stranger.post("/sign-in", data=form, headers={"sec-fetch-site": "same-origin"}).headers["location"] == wanted


@pytest.mark.parametrize(
    "goal",
    ["//evil.example", "https://evil.example/", "/site/../\\evil.example", "/site/a?\r\nx: y", "/sign-out", "/site/a?" + "x" * 2000, "@x"],
)
def test_signing_in_leads_nowhere_else(stranger: httpx.Client, home: House, goal: str) -> None:
    assert 'name="to"' not in stranger.get("/sign-in", params={"to": goal}).text
    form = {"token": home.control.new_sign_in(home.clock.now_s), "to": goal}
    assert stranger.post("/sign-in", data=form, headers={"sec-fetch-site": "same-origin"}).headers["location"] == "/"


@pytest.mark.parametrize("path", CLOSED)
def test_everybody_signed_in_sees_every_page(member: httpx.Client, path: str) -> None:
    assert member.get(path).status_code == 200


def test_a_link_signs_in_once(stranger: httpx.Client, home: House) -> None:
    token = home.control.new_sign_in(home.clock.now_s)
    answer = stranger.post("/sign-in", data={"token": f"http://x/sign-in#{token}"}, headers={"sec-fetch-site": "same-origin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert re.match(r"footfall_session=[\w-]{20,}; HttpOnly; Max-Age=604800; Path=/; SameSite=lax$", cookie), cookie
    assert stranger.get("/site/example.com").status_code == 200
    again = stranger.post("/sign-in", data={"token": token}, headers={"sec-fetch-site": "same-origin"})
    assert again.status_code == 403
    assert "not valid any more" in again.text
    assert "set-cookie" not in again.headers


def test_a_new_sign_in_ends_the_browsers_session_before(stranger: httpx.Client, home: House) -> None:
    stranger.cookies.set("footfall_session", before := home.session())
    form = {"token": home.control.new_sign_in(home.clock.now_s)}
    assert stranger.post("/sign-in", data=form, headers={"sec-fetch-site": "same-origin"}).status_code == 303
    assert not home.control.session(before, home.clock.now_s)


def test_signing_out_ends_the_session_on_the_server(stranger: httpx.Client, home: House) -> None:
    stranger.cookies.set("footfall_session", secret := home.session())
    assert stranger.get("/site/example.com").status_code == 200
    assert stranger.post("/sign-out", headers={"sec-fetch-site": "same-origin"}).status_code == 303
    assert stranger.get("/site/example.com", headers={"cookie": f"footfall_session={secret}"}).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"origin": "{here}"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "{here}"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "http://["}, 403),
        ({}, 403),
    ],
)
def test_a_form_of_another_site_signs_nobody_in(
    stranger: httpx.Client, address: str, home: House, headers: dict[str, str], status: int
) -> None:
    token = home.control.new_sign_in(home.clock.now_s)
    answer = stranger.post("/sign-in", data={"token": token}, headers={k: v.format(here=address) for k, v in headers.items()})
    assert answer.status_code == status


def test_a_huge_form_is_not_read(stranger: httpx.Client) -> None:
    assert stranger.post("/sign-in", content=b"token=" + b"x" * 100_000, headers={"sec-fetch-site": "same-origin"}).status_code == 403


def test_under_https_the_cookie_is_bound_to_host_and_https(tmp_path: Path) -> None:
    with house(tmp_path, base_url="https://stats.example.com") as secure, served(secure.app) as where:
        token = secure.control.new_sign_in(secure.clock.now_s)
        answer = httpx.post(f"{where}/sign-in", data={"token": token}, headers={"origin": "https://stats.example.com"})
        assert answer.headers["set-cookie"].startswith("__Host-footfall_session=")
        assert "Secure" in answer.headers["set-cookie"]
        assert answer.headers["strict-transport-security"].startswith("max-age=63072000")


@pytest.mark.parametrize(
    "headers", [{"origin": "http://stats.example.com:8000"}, {"origin": "http://10.0.0.5:8000"}, {"origin": "null"}, {}]
)
@pytest.mark.parametrize(
    ("dashboard_port", "way"), [(0, "Open https://stats.example.com/sign-in and"), (9, "through your TLS proxy, or as 127.0.0.1")]
)
def test_over_plain_http_where_no_secure_cookie_is_kept_the_way_in_is_told_and_the_link_stays_good(
    tmp_path: Path, headers: dict[str, str], dashboard_port: int, way: str
) -> None:
    given = {"base_url": "https://stats.example.com", "dashboard_port": dashboard_port}
    with house(tmp_path, **given) as secure, served(secure.app) as where:
        token = secure.control.new_sign_in(secure.clock.now_s)
        answer = httpx.post(f"{where}/sign-in", data={"token": token}, headers=headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
        assert way in answer.text
        by_https = httpx.post(f"{where}/sign-in", data={"token": token}, headers={"sec-fetch-site": "same-origin"})
        assert by_https.status_code == 303


# --- headers ---


@pytest.mark.parametrize("path", [*CLOSED, "/sign-in", "/site/none.example", "/static/0/app.css"])
def test_every_answer_carries_the_security_headers(stranger: httpx.Client, member: httpx.Client, path: str) -> None:
    for answer in (stranger.get(path), member.get(path), member.request("PUT", path)):
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "etag" not in answer.headers
        assert "strict-transport-security" not in answer.headers


def test_static_files_never_change_under_their_address(stranger: httpx.Client) -> None:
    markup = stranger.get("/sign-in").text
    for path in re.findall(r'/static/[^"#]+', markup):
        answer = stranger.get(path)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.text == stranger.get(path, headers={"accept-encoding": "identity"}).text
        assert stranger.get(path.replace("/static/", "/static/0")).status_code == 404
    assert stranger.get("/static/0/../../pages.py").status_code == 404


def test_the_first_load_is_small(member: httpx.Client) -> None:
    answer = member.get("/site/example.com")
    assert answer.headers["content-encoding"] == "gzip"
    total = len(gzip.compress(answer.content, 5))
    total += sum(int(member.get(path).headers["content-length"]) for path in set(re.findall(r'/static/[^"#]+', answer.text)))
    assert 5_000 < total <= FIRST_LOAD_BYTES_MAX


# --- what is in them ---


def test_home_shows_each_site_with_its_figures(member: httpx.Client) -> None:
    texts = page(member, "/").texts
    assert {"example.com", "nasty.example", "empty.example", "Visitors today"} <= set(texts)


def test_home_draws_a_line_of_visitors_and_none_of_nobody(tmp_path: Path) -> None:
    with house(tmp_path) as filled, served(filled.app) as where:
        filled.add("old.example", 20, 3)
        filled.count(nasty_rows(filled.add("young.example"), int(filled.clock.now_s)))
        filled.add("empty.example")
        with httpx.Client(base_url=where, cookies={"footfall_session": filled.session()}) as client:
            home = page(client, "/")
    assert len([path for path in home.all("path") if path["d"]]) == len(home.all("path")) == 1
    assert {"No visit before today", "No visit in these days"} <= set(home.texts)


def test_days_to_come_are_named_and_said_to_be_to_come(member: httpx.Client) -> None:
    texts = page(member, "/site/example.com?period=custom&from=2030-01-01&to=2030-02-01").texts
    assert "These days have not come yet." in texts
    assert "1 Jan – 1 Feb 2030" in texts
    assert "1 Jan 2030" not in texts
    assert "Not compared" in texts


@pytest.mark.parametrize(
    ("filters", "said"),
    [("f=contains:page:/", True), ("f=is:source:Google&f=is_not:event:Buy", True), ("f=is:page:/", False), ("f=contains:city:o", False)],
)
def test_visitors_that_are_a_sum_over_pages_or_events_are_said_to_be_one(member: httpx.Client, filters: str, said: bool) -> None:
    assert (SEVERAL_FIT in page(member, f"/site/example.com?{filters}").texts) == said


@pytest.mark.parametrize(("number", "possible"), [(FILTERS_MAX - 1, True), (FILTERS_MAX, False)])
def test_a_view_that_is_full_of_filters_says_so_where_one_would_be_added(member: httpx.Client, number: int, possible: bool) -> None:
    full = page(member, "/site/example.com?" + "&".join(f"f=is_not:city:{place}" for place in range(number)))
    assert ("Add the filter" in full.texts) == possible
    assert (f"There are {number} filters, and more are not possible. Remove one to add another." in full.texts) != possible


def test_a_filter_of_many_words_can_be_read_in_full(member: httpx.Client) -> None:
    value = "/" + "lång-" * 60 + '?a=1&b="%20"\'🦊'
    shown = page(member, url("example.com", View(filters=(Filter("is_not", "page", value),))))
    assert f"{value}: turn into its opposite" in [link.get("title") for link in shown.all("a")]


def test_beside_a_full_list_a_filter_is_about_what_the_list_is_of(member: httpx.Client) -> None:
    def chosen(where: str) -> list[str | None]:
        return [option["value"] for option in page(member, where).all("option") if "selected" in option]

    assert chosen("/site/example.com?panel=places&places=cities") == ["city"]
    assert chosen("/site/example.com") == []


def test_home_says_how_to_add_a_site_and_which_one_is_no_real_one(member: httpx.Client) -> None:
    texts = page(member, "/").texts
    assert "footfall site add DOMAIN" in texts
    assert texts.count("demo · made-up visits") == sum(text.endswith(".example") for text in texts) >= 2


@pytest.mark.parametrize(
    ("domain", "said"),
    [
        ("tea.example", "demo · made-up visits"),
        ("demo-shop.localhost", "demo · this machine only"),
        ("example.com", ""),
        ("localhost.fi", ""),
    ],
)
def test_a_name_that_no_real_site_can_have_is_a_demo(domain: str, said: str) -> None:
    assert demo(domain) == said


def test_with_one_site_home_leads_there(tmp_path: Path) -> None:
    with house(tmp_path) as small, served(small.app) as where:
        cookies = {"footfall_session": small.session()}
        assert "footfall site add" in httpx.get(where, cookies=cookies).text
        small.add("one.example")
        assert httpx.get(where, cookies=cookies).headers["location"] == "/site/one.example"


def test_the_headline_figures_are_explained(member: httpx.Client) -> None:
    texts = " ".join(page(member, "/site/example.com").texts)
    for name in HEADLINES:
        assert METRIC_BY_NAME[name].label in texts
        assert METRIC_BY_NAME[name].help in texts


def test_the_chart_has_its_figures_in_a_table(member: httpx.Client) -> None:
    markup = member.get("/site/example.com?period=7d").text
    rows = re.findall(r'<th scope="row">(\w\w\w \d+ \w\w\w \d{4}[^<]*)</th><td>(\d+)</td><td>(\d+)</td>', markup)
    assert [name for name, _, _ in rows][-1] == "Sun 22 Nov 2026 (so far)"
    assert len(rows) == 7
    assert all(int(now) > 0 and int(before) > 0 for _, now, before in rows)


def test_where_the_first_days_are_not_kept_the_chart_shows_the_rest(tmp_path: Path) -> None:
    with house(tmp_path) as short:
        short.seal(short.add("example.com", 45, 20), date(2026, 10, 1), date(2026, 10, 31))
        with served(short.app) as where:
            query = "period=year&f=is:country:FI&f=is_not:os:iOS"
            markup = httpx.get(f"{where}/site/example.com?{query}", cookies={"footfall_session": short.session()}).text
    days = re.findall(r'<th scope="row">(\w\w\w \d+ Nov 2026)', markup)
    assert "Not included: 1 Jan – 31 Oct 2026." in markup
    assert (len(days), days[0], days[-1]) == (22, "Sun 1 Nov 2026", "Sun 22 Nov 2026")


def test_a_list_of_fewer_days_than_the_headline_names_them_and_its_shares_are_of_those_days(tmp_path: Path) -> None:
    query = "period=year&f=is:country:FI&sources=channels"
    with house(tmp_path) as short:
        short.seal(short.add("example.com", 45, 20), date(2026, 10, 1), date(2026, 10, 31))
        with served(short.app) as where, httpx.Client(base_url=where, cookies={"footfall_session": short.session()}) as client:
            pages = [client.get(f"/site/example.com?{query}{more}").text for more in ("", "&panel=sources")]
            file = client.get(f"/site/example.com/csv?{query}&panel=sources").headers["content-disposition"]
            (kept,) = csv.DictReader(io.StringIO(client.get(f"/site/example.com/csv?{query}&panel=places").text[1:]))
    assert file.endswith("example.com-channels-2026-11-01-2026-11-22.csv")
    for markup in pages:
        assert NOT_TOGETHER in markup
        assert "Not included" not in markup
        sources = markup.split('id="title-sources"')[1].split("</section>")[0]
        assert '<p class="only">1 – 22 Nov 2026 only</p>' in sources
        shares = [float(share) for share in re.findall(r'class="num share">([\d.]+)%', sources)]
        assert 80 < sum(shares) < 101
    places = pages[0].split('id="title-places"')[1].split("</section>")[0]
    assert 'class="only"' not in places
    assert f'title="{kept["Visitors"]}"' in places


@pytest.mark.parametrize(("panel", "tab"), EVERY_TAB, ids=lambda x: x.key)
def test_every_tab_has_rows_a_full_list_and_a_file(member: httpx.Client, panel: Panel, tab: Tab) -> None:
    shown = member.get(address_of("example.com", panel, tab)).text
    section = shown.split(f'id="panel-{panel.key}"')[1].split("</section>")[0]
    assert '<th scope="row">' in section
    assert 'class="failure"' not in shown
    assert '<th scope="row">' in member.get(address_of("example.com", panel, tab, whole=True)).text
    answer = member.get(address_of("example.com", panel, tab, whole=True, suffix="/csv"))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''example.com-")
    assert len(rows) > 1
    assert all(len(row) == len(rows[0]) for row in rows)


def test_the_rows_of_a_panel_add_up_to_the_headline(member: httpx.Client) -> None:
    answer = member.get("/site/example.com/csv?panel=places")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    total = sum(int(row["Visitors"]) for row in rows)
    assert total > 500
    assert f'title="{total:,}"' in member.get("/site/example.com").text
    assert {row["Country"]: row["Code"] for row in rows}["Finland"] == "FI"


def test_the_columns_of_a_file_say_what_their_numbers_are_of(member: httpx.Client) -> None:
    header = next(csv.reader(io.StringIO(member.get("/site/example.com/csv?panel=pages").content.decode("utf-8-sig"))))
    units = ["Visitors", "Page views", "Bounce rate (%)", "Time on page (seconds)", "Scroll depth (%)", "Exit rate (%)"]
    assert header == ["Page", *units]


def test_a_filter_narrows_every_panel_and_can_be_taken_away(member: httpx.Client) -> None:
    narrowed = page(member, "/site/example.com?f=is:country:SE")
    assert "Remove the filter Country is Sweden" in {a.get("aria-label") for a in narrowed.all("a")}
    assert "/site/example.com?f=is_not:country:SE" in {a["href"] for a in narrowed.all("a")}
    assert "Finland" not in narrowed.texts
    assert "Finland" in page(member, "/site/example.com").texts


@pytest.mark.parametrize(("panel", "tab"), EVERY_TAB, ids=lambda x: x.key)
def test_a_filter_by_any_row_finds_what_the_row_counted(member: httpx.Client, panel: Panel, tab: Tab) -> None:
    rows = member.get(address_of("example.com", panel, tab)).text.split(f'id="panel-{panel.key}"')[1]
    href, value = re.findall(r'<a href="([^"]+)" title="[^"]*">.*?<td class="num" title="([\d,]+)">', rows, re.DOTALL)[0]
    narrowed = member.get(html.unescape(href)).text
    assert f'class="figure-value" title="{value}"' in narrowed


def test_the_filter_form_leads_to_the_narrowed_view(member: httpx.Client) -> None:
    answer = member.get("/site/example.com?period=7d&fd=page&fo=contains&fv=%2Fblog")
    assert (answer.status_code, answer.headers["location"]) == (303, "/site/example.com?period=7d&f=contains:page:/blog")


@pytest.mark.parametrize(("compare", "said"), [("previous", "24 Sep – 23 Oct, until 16:00"), ("year", "24 Oct – 22 Nov 2025, until 16:00")])
def test_it_is_said_what_the_figures_are_compared_with(member: httpx.Client, compare: str, said: str) -> None:
    assert said in " ".join(page(member, f"/site/example.com?compare={compare}").texts)


def test_without_a_comparison_nothing_is_compared(member: httpx.Client) -> None:
    markup = member.get("/site/example.com?compare=none").text
    assert "Not compared" in markup
    assert 'class="change' not in markup


def test_makers_of_place_data_are_named_where_they_ask_for_it() -> None:
    given = {"FOOTFALL_CITY_DB": "/srv/GeoLite2-City.mmdb", "FOOTFALL_COUNTRY_DB": "/srv/dbip-country-lite.mmdb"}
    assert [link.url for link in data_credits(load(given))] == ["https://www.maxmind.com", "https://db-ip.com"]
    assert data_credits(load({})) == ()


def test_a_panel_that_cannot_be_answered_says_so_and_the_others_stand(member: httpx.Client) -> None:
    markup = member.get("/site/example.com?f=is:exit_page:/").text
    assert markup.count('class="failure"') == 2
    assert markup.count("Remove that filter to see this.") == 2
    assert "Finland" in markup


def test_a_site_without_visits_says_how_to_begin(member: httpx.Client, address: str) -> None:
    said = "".join(page(member, "/site/empty.example").texts)
    assert f'<script defer data-domain="empty.example" src="{address}/script.js"></script>' in said
    assert "Waiting for the first visit" in said
    assert "Waiting for the first visit" not in member.get("/site/example.com?period=day&date=2001-01-01").text


def test_the_live_count_is_json(member: httpx.Client) -> None:
    here = member.get("/site/example.com/live").json()
    assert 0 < here["visitors"] <= here["pageviews"]
    assert member.get("/site/empty.example/live").json() == {"visitors": 0, "pageviews": 0}
    assert member.get("/site/none.example/live").status_code == 404


@pytest.mark.parametrize(
    ("query", "moves"),
    [
        ("", True),
        ("?period=day", True),
        ("?panel=pages", True),
        ("?period=custom&from=2026-11-20&to=2026-11-23", True),
        ("?period=day&date=2026-11-21", False),
        ("?period=month&date=2026-10-03", False),
        ("?period=custom&from=2026-11-23&to=2026-11-25", False),
    ],
)
def test_only_a_view_with_today_in_it_keeps_itself_up_to_date(member: httpx.Client, query: str, moves: bool) -> None:
    assert ("data-today" in member.get(f"/site/example.com{query}").text) == moves


@pytest.mark.parametrize("path", ["/site/none.example", "/site/example.com/csv", "/site/%3Cscript%3E", "/site/" + "x" * 500])
def test_what_does_not_exist_is_said_to_be_missing(member: httpx.Client, path: str) -> None:
    answer = member.get(path)
    assert answer.status_code == 404
    assert "<script>" not in answer.text


def test_an_address_of_nothing_says_so_with_all_headers(stranger: httpx.Client) -> None:
    answer = stranger.get("/<script>")
    assert answer.status_code == 404
    assert "No such page" in answer.text
    assert "Sign out" not in answer.text
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert stranger.get("/api/nothing").json() == {"error": "No such page. Nothing lives at this address. Perhaps it has a slip in it."}


def test_a_fault_says_what_to_do_and_shows_nothing_of_the_inside(tmp_path: Path) -> None:
    with house(tmp_path) as sick:
        secret = sick.session()
        sick.services.control = None  # type: ignore[assignment]  # what a broken control database comes to
        with served(sick.app) as where:
            answer = httpx.get(where, cookies={"footfall_session": secret})
            posted = httpx.post(f"{where}/site/example.com/segments", cookies={"footfall_session": secret})
    assert answer.status_code == posted.status_code == 500
    for said in ("Something went wrong here", "Nothing that was counted is lost", "Try again in a moment", "at 13:40:00 UTC"):
        assert said in answer.text and said in posted.text
    assert "NoneType" not in answer.text and "Traceback" not in answer.text
    assert '<a class="button" href="">Try again</a>' in answer.text
    assert ">Try again</a>" not in posted.text, "the address of a form is no page"
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


# --- hostile values ---


@pytest.mark.parametrize(("panel", "tab"), EVERY_TAB, ids=lambda x: x.key)
def test_a_hostile_value_is_shown_as_it_was_sent(member: httpx.Client, panel: Panel, tab: Tab) -> None:
    shown = page(member, address_of("nasty.example", panel, tab, whole=True))
    assert_harmless(shown)
    for value in NASTY if tab.dimension != HOUR else ():
        assert any(plain(value) in text for text in shown.texts)


@pytest.mark.parametrize("value", NASTY)
def test_a_hostile_filter_is_shown_as_it_was_sent(member: httpx.Client, value: str) -> None:
    for panel in ("", "&panel=sources&search=" + quote(value[:200])):
        shown = page(member, f"/site/nasty.example?f=is:source:{quote(value, safe='')}{panel}")
        assert_harmless(shown)
        assert plain(value) in shown.texts


def assert_harmless(shown: Page) -> None:
    """No element or attribute that the templates do not hold, and no link that leads elsewhere."""
    assert [set(script) for script in shown.all("script")] == [{"type", "src"}]
    assert not shown.all("img")
    for tag, attributes in shown.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (tag, attributes)
        for name in ("href", "src", "action"):
            assert (attributes.get(name) or "/").startswith(("/", "#main")), (tag, attributes)
