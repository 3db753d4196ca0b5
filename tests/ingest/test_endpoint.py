"""What the event endpoint answers, over real sockets: what is counted, what is dropped and why, and no trace on the device."""

from ipaddress import ip_network
from typing import Any

import pytest

from collector.event import Drop, Kind
from tests.ingest.house import BLOG, BROWSER, SHOP, UMLAUTS, URL, Answer, House

VIEW = {"n": "pageview", "u": URL, "d": SHOP}
WITH_ANYTHING = ("etag", "set-cookie", "last-modified", "server", "date")

# reason, the body's own keys, the request's own headers
DROPS: list[tuple[Drop, dict[str, Any], dict[str, str]]] = [
    (Drop.UNKNOWN_SITE, {"d": "stranger.example"}, {}),
    (Drop.HOSTNAME, {"u": "https://copycat.example/"}, {}),
    (Drop.GPC, {}, {"sec-gpc": "1"}),
    (Drop.DNT, {}, {"dnt": "1"}),
    (Drop.BOT, {}, {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}),
    (Drop.WEBDRIVER, {"b": True}, {}),
    (Drop.PREFETCH, {}, {"sec-purpose": "prefetch;prerender"}),
    (Drop.PREFETCH, {}, {"purpose": "prefetch"}),
    (Drop.PREFETCH, {}, {"x-moz": "prefetch"}),
    (Drop.NO_USER_AGENT, {}, {"user-agent": ""}),
    (Drop.NO_VISIT, {"n": "engagement", "e": 5000}, {}),
]
# Reasons that are not answered to an event: these are errors with a sentence.
ELSEWHERE = {Drop.MALFORMED, Drop.OVER_LIMIT}


def assert_traceless(answer: Answer) -> None:
    assert not [name for name in WITH_ANYTHING if name in answer.headers], answer.headers


def test_an_event_is_counted_and_answered_in_two_letters(house: House) -> None:
    answer = house.view()
    assert (answer.status, answer.body) == (202, b"ok")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "no-store"
    assert not {"x-footfall", "x-plausible-dropped"} & set(answer.headers)
    assert_traceless(answer)
    assert [(event.site, event.kind, event.page, event.hostname) for event in house.entered] == [(1, Kind.PAGEVIEW, "/", SHOP)]


@pytest.mark.parametrize(("reason", "keys", "headers"), DROPS)
def test_what_is_dropped_says_why_in_a_header_and_looks_counted_otherwise(
    house: House, reason: Drop, keys: dict[str, Any], headers: dict[str, str]
) -> None:
    answer = house.post({**VIEW, **keys}, headers)
    assert (answer.status, answer.body) == (202, b"ok")
    assert (answer.headers["x-footfall"], answer.headers["x-plausible-dropped"]) == (reason.value, "1")
    assert "x-footfall" in answer.headers["access-control-expose-headers"]
    assert_traceless(answer)
    assert house.refused == {(0 if reason is Drop.UNKNOWN_SITE else 1, reason.value): 1}
    house.still_counts()


def test_every_reason_of_the_closed_list_is_held_to_a_test() -> None:
    assert {reason for reason, _, _ in DROPS} | ELSEWHERE == set(Drop)


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/x-www-form-urlencoded", ""])
def test_the_content_type_does_not_matter(house: House, content_type: str) -> None:
    assert house.post(VIEW, {"content-type": content_type}).status == 202
    assert len(house.entered) == 1


def test_a_query_behind_the_address_does_not_matter(house: House) -> None:
    assert house.post(VIEW, path="/api/event?site=1").status == 202
    assert len(house.entered) == 1


def test_long_and_short_keys_say_the_same(house: House) -> None:
    short = {
        "n": "Buy", "u": URL, "d": SHOP, "r": "https://www.google.com/", "p": {"a": "1"}, "$": {"currency": "EUR", "amount": "9.90"},
        "i": False, "w": 1300,
    }  # fmt: skip
    long = {
        "name": "Buy", "url": URL, "domain": SHOP, "referrer": "https://www.google.com/", "props": {"a": "1"},
        "revenue": {"currency": "EUR", "amount": "9.90"}, "interactive": False, "screen_width": 1300,
    }  # fmt: skip
    house.post(short)
    house.post(long)
    first, second = house.entered
    assert first == second
    assert (first.name, first.props, first.currency, first.revenue, first.interactive) == ("Buy", (("a", "1"),), "EUR", 990, False)
    assert (first.acquisition.source, first.screen) == ("Google", "992–1439 px")


def test_an_event_counts_once_for_each_site_it_names(house: House) -> None:
    gate_open = {"n": "pageview", "u": "https://shop.example/x"}
    assert house.post({**gate_open, "d": f"www.{SHOP.upper()}, {SHOP},{SHOP}"}).status == 202
    assert [event.site for event in house.entered] == [1]


def test_of_several_sites_each_counts_or_refuses_for_itself(house: House) -> None:
    answer = house.post({**VIEW, "d": f"stranger.example,{SHOP},{BLOG}"})
    assert answer.status == 202
    assert "x-footfall" not in answer.headers
    assert [event.site for event in house.entered] == [1]
    assert house.refused == {(0, "unknown-site"): 1, (2, "hostname"): 1}


def test_more_sites_than_ten_are_too_many(house: House) -> None:
    answer = house.post({**VIEW, "d": ",".join([SHOP] * 11)})
    assert (answer.status, answer.error) == (400, "more than 10 domains")
    assert house.entered == []


@pytest.mark.parametrize(
    "domain",
    [
        UMLAUTS,
        f" WWW.{UMLAUTS.upper()}.",
        "ra\u0308ksmo\u0308rga\u030as.example",
        "xn--rksmrgs-5wao1o.example",
        "Xn--rksmrgs-5wao1o.example.",
    ],
)
@pytest.mark.parametrize("host", [UMLAUTS, "xn--rksmrgs-5wao1o.example"])
def test_a_domain_with_umlauts_is_found_in_each_of_its_forms(house: House, domain: str, host: str) -> None:
    assert "x-footfall" not in house.post({**VIEW, "d": domain, "u": f"https://{host}/"}).headers
    assert [(event.site, event.hostname) for event in house.entered] == [(3, "xn--rksmrgs-5wao1o.example")]


def test_a_domain_in_several_forms_is_one_site(house: House) -> None:
    forms = [UMLAUTS, "xn--rksmrgs-5wao1o.example", f"{UMLAUTS}.", f"www.{UMLAUTS}"]
    house.post({**VIEW, "d": ",".join(forms), "u": f"https://{UMLAUTS}/"})
    assert [event.site for event in house.entered] == [3]


@pytest.mark.parametrize("domain", ["ö" * 254, "ö" * 253, ".", "\u0301.example", "a b", "ö..example", "127.0.0.1"])
def test_what_is_no_domain_is_no_site(house: House, domain: str) -> None:
    assert house.post({**VIEW, "d": domain}).headers["x-footfall"] == Drop.UNKNOWN_SITE.value


def test_without_a_domain_the_pages_own_host_is_the_site(house: House) -> None:
    assert house.post({"n": "pageview", "u": f"https://www.{SHOP}/hi"}).status == 202
    assert [(event.site, event.hostname) for event in house.entered] == [(1, f"www.{SHOP}")]


def test_a_listed_wildcard_hostname_counts(house: House) -> None:
    house.post({"n": "pageview", "u": "https://en.blog.example.net/", "d": BLOG})
    assert [(event.site, event.hostname) for event in house.entered] == [(2, "en.blog.example.net")]


def test_the_sites_own_day_and_hour_are_charged(house: House) -> None:
    house.now_s = 1_790_027_000.0  # 2026-09-21 21:43:20 UTC, and after midnight in Helsinki
    house.post({"n": "pageview", "u": f"https://{BLOG}/", "d": BLOG})
    house.view()
    (blog, shop) = house.entered
    assert (blog.hour, shop.hour) == (0, 21)
    assert blog.day == shop.day + 1


def test_a_preflight_is_allowed_for_a_day(house: House) -> None:
    answer = house.request("OPTIONS", "/api/event", {"origin": "https://shop.example", "access-control-request-method": "POST"})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "content-type"
    assert answer.headers["access-control-max-age"] == "86400"
    assert_traceless(answer)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_no_other_method_counts(house: House, method: str) -> None:
    answer = house.request(method, "/api/event")
    assert (answer.status, answer.headers["allow"]) == (405, "POST, OPTIONS")
    assert answer.error == "send events with POST"
    assert_traceless(answer)
    house.still_counts()


def test_head_is_answered_without_a_body(house: House) -> None:
    with house.connect() as connection:
        connection.sendall(b"HEAD /api/event HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert answer.endswith(b"\r\n\r\n")


def test_a_url_that_is_no_web_page_is_refused(house: House) -> None:
    for url in ("data:text/html,x", "file:///etc/passwd", "/relative", "https://", "javascript:alert(1)"):
        answer = house.post({**VIEW, "u": url})
        assert (answer.status, answer.error) == (400, "url must be a full http or https address"), url
    assert house.entered == []
    house.still_counts()


# Who is believed about the address.

FORWARDING = (
    "x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip", "true-client-ip", "fastly-client-ip", "x-client-ip",
    "x-cluster-client-ip", "x-forwarded", "forwarded-for", "x-plausible-ip", "b-forwarded-for", "x-appengine-user-ip",
)  # fmt: skip
FINLAND, SWEDEN = "203.0.113.9", "198.51.100.7"


@pytest.mark.parametrize("header", FORWARDING)
def test_no_header_from_a_stranger_changes_place_or_visitor(house: House, header: str) -> None:
    house.view()
    value = f"for={FINLAND}" if header == "forwarded" else FINLAND
    house.post(VIEW, {header: value})
    plain, spoofed = house.entered
    assert spoofed == plain
    assert spoofed.place.country == ""


def test_only_the_hop_that_a_trusted_proxy_saw_is_believed(house: House) -> None:
    house.trusting(ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"))
    for chain in (FINLAND, f"{SWEDEN}, {FINLAND}", f"{SWEDEN},{FINLAND}, 10.1.2.3", f"junk, {FINLAND}"):
        house.post(VIEW, {"x-forwarded-for": chain})
    assert {event.place.country for event in house.entered} == {"FI"}
    assert len({event.key for event in house.entered}) == 1
    for header in FORWARDING[1:]:
        house.entered.clear()
        house.post(VIEW, {"x-forwarded-for": FINLAND, header: SWEDEN})
        assert house.entered[0].place == ("FI", "", "", "Suomi Oy"), header


def test_two_forwarding_headers_are_one_list(house: House) -> None:
    house.trusting(ip_network("127.0.0.1/32"))
    head = f"POST /api/event HTTP/1.1\r\nhost: x\r\nuser-agent: {BROWSER}\r\nx-forwarded-for: {SWEDEN}\r\nx-forwarded-for: {FINLAND}\r\n"
    body = b'{"n":"pageview","u":"https://shop.example/","d":"shop.example"}'
    assert house.raw(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body).status == 202
    assert house.entered[0].place.country == "FI"


# The pixel.


def test_the_pixel_counts_the_page_that_shows_it(house: House) -> None:
    answer = house.request("GET", f"/pixel.gif?d={SHOP}", {"referer": f"https://{SHOP}/about?secret=1"})
    assert_is_picture(answer)
    assert "x-footfall" not in answer.headers
    assert [(event.site, event.kind, event.page) for event in house.entered] == [(1, Kind.PAGEVIEW, "/about")]


# query, headers, reason
PIXELS = [
    ("", {}, "malformed"),
    (f"d={SHOP}", {}, "malformed"),
    (f"d={SHOP}&u=ftp://x", {}, "malformed"),
    (f"d={SHOP}&u=" + "x" * 4_000, {}, "malformed"),
    ("&".join(f"a{n}=1" for n in range(60)), {}, "malformed"),
    ("d=stranger.example&u=https://stranger.example/", {}, "unknown-site"),
    (f"d={SHOP}&u=https://copycat.example/", {}, "hostname"),
    (f"d={SHOP}&u={URL}", {"sec-gpc": "1"}, "gpc"),
    (f"d={SHOP}&u={URL}", {"user-agent": "curl/8"}, "bot"),
    (f"d={SHOP}&u=%00%ff%FE", {}, "malformed"),
]


@pytest.mark.parametrize(("query", "headers", "reason"), PIXELS)
def test_the_pixel_is_shown_whatever_happens(house: House, query: str, headers: dict[str, str], reason: str) -> None:
    answer = house.request("GET", f"/pixel.gif?{query}", headers)
    assert_is_picture(answer)
    assert answer.headers["x-footfall"] == reason
    assert sum(house.refused.values()) == 1
    assert house.entered == []
    house.still_counts()


def test_looking_at_the_pixel_with_another_method_counts_nothing(house: House) -> None:
    for method in ("POST", "OPTIONS", "DELETE"):
        answer = house.request(method, f"/pixel.gif?d={SHOP}&u={URL}")
        assert (answer.status, answer.headers["allow"]) == (405, "GET")
    assert house.entered == []


def assert_is_picture(answer: Answer) -> None:
    assert (answer.status, answer.headers["content-type"]) == (200, "image/gif")
    assert (answer.body[:10], answer.body[-1:]) == (b"GIF89a\x01\x00\x01\x00", b";")
    assert len(answer.body) == 43 == int(answer.headers["content-length"])
    assert answer.headers["cache-control"] == "no-store"
    assert_traceless(answer)
