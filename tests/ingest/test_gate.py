"""The gate's steps in their order, each step's refusal, and what is gone after each."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from collector.control.picture import SiteEntry
from collector.enrich.page import PageUrl
from collector.event import Acquisition, Device, Drop, Event, Kind, Place
from collector.ingest import gate as steps
from collector.ingest.gate import STEPS, Gate, Passing, admit
from collector.ingest.hit import Body, RawHit
from collector.privacy.address import TrustedHops
from collector.privacy.key import visitor_key

NOW_S = 1_790_027_000  # 2026-09-21 21:43:20 UTC
SITE = SiteEntry(1, "shop.example", "Europe/Helsinki")
PAGE = PageUrl("shop.example", "/tea", "utm_source=newsletter&utm_medium=email")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


def hit(**changes: str) -> RawHit:
    body = Body("pageview", "https://shop.example/tea", width=1300)
    return RawHit(body, **{"peer": "203.0.113.77", "user_agent": BROWSER, "language": "fi-FI,fi;q=0.9", **changes})


def test_the_steps_are_these_in_this_order() -> None:
    """Reading this list is reading the privacy policy."""
    assert [step.__name__ for step in STEPS] == [
        "hostname_is_the_sites",
        "opt_out_is_honoured",
        "day_is_the_sites",
        "address_is_truncated",
        "programs_are_left_out",
        "visitor_becomes_a_key",
        "place_and_device_are_looked_up",
        "source_is_looked_up",
    ]
    assert all(step.__doc__ for step in STEPS)


def test_a_hit_becomes_an_event_with_all_that_is_looked_up(whole_gate: Gate) -> None:
    event = admit(whole_gate, hit(), SITE, PAGE, NOW_S)
    assert isinstance(event, Event)
    assert (event.site, event.kind, event.time_s, event.hour) == (1, Kind.PAGEVIEW, NOW_S, 0)
    assert (event.hostname, event.page) == ("shop.example", "/tea")
    assert event.place == Place("FI", "", "", "Suomi Oy")
    assert event.device == Device("Firefox", "Firefox 144", "Linux", "Linux", "Desktop")
    assert (event.acquisition.channel, event.acquisition.utm_source) == ("Email", "newsletter")
    assert (event.language, event.screen) == ("fi", "992–1439 px")
    assert event.key == visitor_key(whole_gate.salts.of(1, event.day), 1, bytes([203, 0, 113]), BROWSER.encode())


# what is changed in the hit, the body or the page | why it is refused
REFUSALS = [
    ({}, {}, {"hostname": "copycat.example"}, Drop.HOSTNAME),
    ({"gpc": "1"}, {}, {}, Drop.GPC),
    ({"dnt": "1"}, {}, {}, Drop.DNT),
    ({"gpc": "1", "dnt": "1"}, {}, {}, Drop.GPC),
    ({"user_agent": ""}, {}, {}, Drop.NO_USER_AGENT),
    ({"user_agent": "curl/8.1"}, {}, {}, Drop.BOT),
    ({"user_agent": "Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)"}, {}, {}, Drop.BOT),
    ({"purpose": "prefetch"}, {}, {}, Drop.PREFETCH),
    ({"purpose": "prefetch;anonymous-client-ip"}, {}, {}, Drop.PREFETCH),
    ({"purpose": "preview"}, {}, {}, Drop.PREFETCH),
    ({}, {"webdriver": True}, {}, Drop.WEBDRIVER),
    ({"gpc": "1"}, {"webdriver": True}, {"hostname": "copycat.example"}, Drop.HOSTNAME),
]


@pytest.mark.parametrize(("headers", "body", "page", "reason"), REFUSALS)
def test_a_hit_is_refused_for_the_first_reason_there_is(
    whole_gate: Gate, headers: dict[str, str], body: dict[str, bool], page: dict[str, str], reason: Drop
) -> None:
    refused = hit(**headers)
    for name, value in body.items():
        setattr(refused.body, name, value)
    assert admit(whole_gate, refused, SITE, PAGE._replace(**page), NOW_S) is reason


def test_only_the_value_1_is_a_signal(whole_gate: Gate) -> None:
    for value in ("0", "", "true", "1, 1", "null"):
        assert isinstance(admit(whole_gate, hit(gpc=value, dnt=value), SITE, PAGE, NOW_S), Event), value


def test_do_not_track_may_be_set_aside_and_global_privacy_control_may_not(whole_gate: Gate) -> None:
    lenient = replace(whole_gate, honour_dnt=False)
    assert isinstance(admit(lenient, hit(dnt="1"), SITE, PAGE, NOW_S), Event)
    assert admit(lenient, hit(gpc="1"), SITE, PAGE, NOW_S) is Drop.GPC


def test_who_opts_out_is_not_even_looked_at(whole_gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is computed of an address or a User-Agent before the signals were honoured."""
    seen: list[str] = []

    def truncated(full: bytes) -> bytes:
        seen.append("address")
        return full[:3]

    monkeypatch.setattr(steps, "truncated", truncated)
    assert admit(whole_gate, hit(gpc="1"), SITE, PAGE, NOW_S) is Drop.GPC
    assert seen == []
    admit(whole_gate, hit(), SITE, PAGE, NOW_S)
    assert seen == ["address"]


def test_after_truncation_no_full_address_is_left(whole_gate: Gate) -> None:
    trusting = replace(whole_gate, trusted=TrustedHops((ip_network("203.0.113.77/32"),)))
    it = Passing(hit(forwarded_for="198.51.100.200"), SITE, NOW_S, PAGE)
    assert steps.address_is_truncated(trusting, it) is None
    assert (it.hit.peer, it.hit.forwarded_for, it.address) == ("", "", bytes([198, 51, 100]))


def test_a_refused_hit_takes_no_salt_and_leaves_no_key(whole_gate: Gate) -> None:
    class NoSalts:
        def of(self, site: int, day: int) -> memoryview:
            raise AssertionError("a refused hit must not reach the salt")

    without = replace(whole_gate, salts=NoSalts())
    assert admit(without, hit(user_agent="curl/8.1"), SITE, PAGE, NOW_S) is Drop.BOT
    assert admit(without, hit(gpc="1"), SITE, PAGE, NOW_S) is Drop.GPC


def test_neighbours_share_a_network_and_days_and_sites_share_no_key(whole_gate: Gate) -> None:
    def key(site: SiteEntry = SITE, now_s: int = NOW_S, **changes: str) -> bytes:
        event = admit(whole_gate, hit(**changes), site, PAGE, now_s)
        assert isinstance(event, Event)
        return event.key

    same = key()
    assert key(peer="203.0.113.1") == same
    assert key(peer="198.51.100.1") != same
    assert key(user_agent=BROWSER.replace("144", "145")) != same
    assert key(user_agent=BROWSER + " " * 400 + "x" * 200) != same
    assert key(site=SiteEntry(2, "shop.example", "UTC")) != same
    assert key(now_s=NOW_S + 86_400) != same


def test_a_user_agent_is_read_up_to_512_characters(whole_gate: Gate) -> None:
    long = BROWSER.ljust(512, "x")
    one = admit(whole_gate, hit(user_agent=long), SITE, PAGE, NOW_S)
    two = admit(whole_gate, hit(user_agent=long + "more"), SITE, PAGE, NOW_S)
    assert isinstance(one, Event)
    assert isinstance(two, Event)
    assert one.key == two.key


def test_the_campaign_of_a_site_without_any_is_direct(whole_gate: Gate) -> None:
    event = admit(whole_gate, hit(), SITE, PAGE._replace(query=""), NOW_S)
    assert isinstance(event, Event)
    assert event.acquisition == Acquisition(channel="Direct")


@pytest.mark.parametrize(
    ("referrer", "source"),
    [
        ("https://www.shop.example/", ""),
        ("https://pay.shop.example/done", ""),
        ("https://shop.example.org/", ""),
        ("https://help.example.net/", ""),
        ("https://example.net/", "example.net"),
        ("https://notshop.example/", "notshop.example"),
    ],
)
def test_no_host_of_the_site_itself_is_a_source(whole_gate: Gate, referrer: str, source: str) -> None:
    site = SiteEntry(1, "shop.example", "UTC", frozenset({"shop.example.org", "*.example.net"}))
    given = hit()
    given.body.referrer = referrer
    event = admit(whole_gate, given, site, PageUrl("blog.shop.example", "/", ""), NOW_S)
    assert isinstance(event, Event)
    assert event.acquisition.source == source
    assert event.acquisition.channel == ("Referral" if source else "Direct")


def test_forgetting_empties_every_cache(whole_gate: Gate) -> None:
    admit(whole_gate, hit(), SITE, PAGE, NOW_S)
    whole_gate.forget()
    for room in (whole_gate.devices, whole_gate.bots, whole_gate.places, whole_gate.sources, whole_gate.pages, whole_gate.hash_pages):
        assert len(room._cache) == 0, room
