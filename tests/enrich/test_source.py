"""Where a visit came from."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.enrich.channel import CHANNELS
from collector.enrich.source import CLICK_IDS, REFERRER_MAX, VALUE_MAX, Sources
from collector.enrich.source_table import KINDS, Source, SourceTable, rows
from collector.event import Acquisition

DOC = (Path(__file__).parent.parent.parent / "docs" / "sources.md").read_text()
OWN = "www.example.com"

# query, referrer | source, channel, referrer as kept
TABLE = [
    ("", "", "", "Direct", ""),
    ("", "https://example.com/other-page", "", "Direct", ""),
    ("", "https://shop.example.com/", "", "Direct", ""),
    ("", "https://notexample.com/", "notexample.com", "Referral", "notexample.com"),
    ("", "https://www.google.fi/", "Google", "Organic Search", "google.fi"),
    ("", "https://www.google.co.uk/search?q=private+words", "Google", "Organic Search", "google.co.uk/search"),
    ("", "https://duckduckgo.com/", "DuckDuckGo", "Organic Search", "duckduckgo.com"),
    ("", "https://chatgpt.com/", "ChatGPT", "AI Assistant", "chatgpt.com"),
    ("", "https://gemini.google.com/app", "Gemini", "AI Assistant", "gemini.google.com/app"),
    ("", "https://l.facebook.com/l.php?u=x", "Facebook", "Organic Social", "l.facebook.com/l.php"),
    ("", "https://t.co/aBcDeF", "X", "Organic Social", "t.co/aBcDeF"),
    ("", "https://m.youtube.com/watch", "YouTube", "Organic Video", "m.youtube.com/watch"),
    ("", "https://www.amazon.de/dp/x", "Amazon", "Organic Shopping", "amazon.de/dp/x"),
    ("", "https://mail.google.com/mail/u/0/", "Gmail", "Email", "mail.google.com/mail/u/0"),
    ("", "https://github.com/someone/something", "GitHub", "Referral", "github.com/someone/something"),
    ("", "https://blog.news.co.uk/2026/a-post?x=1#y", "news.co.uk", "Referral", "blog.news.co.uk/2026/a-post"),
    ("", "https://someone.github.io/", "someone.github.io", "Referral", "someone.github.io"),
    ("", "http://192.168.1.10/x", "192.168.1.10", "Referral", "192.168.1.10/x"),
    ("", "http://localhost:3000/a", "localhost", "Referral", "localhost/a"),
    ("", "android-app://com.google.android.gm/", "Gmail", "Email", "com.google.android.gm"),
    ("", "android-app://org.unknown.app/some/path", "org.unknown.app", "Referral", "org.unknown.app"),
    ("", "data:text/html,x", "", "Direct", ""),
    ("", "nonsense", "", "Direct", ""),
    ("utm_source=ig&utm_medium=paid_social", "", "Instagram", "Paid Social", ""),
    ("utm_source=google&utm_medium=cpc", "https://www.google.com/", "Google", "Paid Search", "google.com"),
    ("utm_source=chatgpt.com", "https://chatgpt.com/", "ChatGPT", "AI Assistant", "chatgpt.com"),
    ("utm_source=https://www.linkedin.com/feed", "", "LinkedIn", "Organic Social", ""),
    ("utm_source=newsletter&utm_medium=email", "", "Email", "Email", ""),
    ("utm_source=Spring+Mailing&utm_medium=email", "", "Spring Mailing", "Email", ""),
    ("utm_source=Flyer", "", "Flyer", "Unassigned", ""),
    ("utm_source=Flyer&source=google&ref=x", "", "Flyer", "Unassigned", ""),
    ("source=google&ref=x", "", "Google", "Organic Search", ""),
    ("ref=producthunt", "https://www.google.com/", "Product Hunt", "Organic Social", "google.com"),
    ("via=a-friend", "", "a-friend", "Referral", ""),
    ("UTM_SOURCE=fb", "", "Facebook", "Organic Social", ""),
    ("utm_medium=affiliate", "https://partner.example.org/", "example.org", "Affiliates", "partner.example.org"),
    ("gclid=secret", "https://www.google.com/", "Google", "Paid Search", "google.com"),
    ("gclid=secret", "", "Google", "Paid Search", ""),
    ("gclid=secret", "https://www.youtube.com/", "YouTube", "Paid Video", "youtube.com"),
    ("gclid=secret", "https://other.example.org/", "example.org", "Referral", "other.example.org"),
    ("msclkid=secret", "https://www.bing.com/", "Bing", "Paid Search", "bing.com"),
    ("fbclid=secret", "", "Facebook", "Organic Social", ""),
    ("fbclid=secret", "https://l.instagram.com/", "Instagram", "Organic Social", "l.instagram.com"),
    ("ttclid=secret", "", "TikTok", "Paid Social", ""),
    ("ScCid=secret", "", "Snapchat", "Paid Social", ""),
    ("dclid=secret", "", "Google", "Display", ""),
    ("mc_cid=secret", "", "Mailchimp", "Email", ""),
    ("gclid=", "https://www.google.com/", "Google", "Paid Search", "google.com"),
    ("msclkid=&page=2", "https://www.bing.com/", "Bing", "Paid Search", "bing.com"),
    ("fbclid=", "", "Facebook", "Organic Social", ""),
    ("srsltid=secret", "https://www.google.com/", "Google Shopping", "Organic Shopping", "google.com"),
    ("utm_source=klaviyo&utm_medium=sms", "", "Klaviyo", "SMS", ""),
    ("utm_source=klaviyo&utm_medium=push", "", "Klaviyo", "Mobile Push Notifications", ""),
    ("utm_source=klaviyo&utm_medium=campaign", "", "Klaviyo", "Email", ""),
    ("", "https://someone.blogspot.com/", "Blogger", "Organic Social", "someone.blogspot.com"),
    ("", "https://www-example-com.translate.goog/", "Google Translate", "Referral", "www-example-com.translate.goog"),
    ("gclid=", "https://syndicatedsearch.goog/", "Google", "Paid Search", "syndicatedsearch.goog"),
    ("", "https://us1.campaign-archive.com/", "Mailchimp", "Email", "us1.campaign-archive.com"),
    ("page=2&color=red", "", "", "Direct", ""),
]  # fmt: skip


@pytest.fixture(scope="module")
def sources() -> Sources:
    return Sources(cache_max=1000)


@pytest.mark.parametrize(("query", "referrer", "source", "channel", "shown"), TABLE)
def test_an_arrival_has_a_source_a_channel_and_a_referrer(
    sources: Sources, query: str, referrer: str, source: str, channel: str, shown: str
) -> None:
    assert sources.acquisition(query, referrer, OWN)[:3] == (source, channel, shown)


def test_campaign_values_are_kept_as_given_but_tidied(sources: Sources) -> None:
    found = sources.acquisition(
        "utm_source=Google&utm_medium=CPC&utm_campaign=%20Spring%0A%20Sale%202026&utm_content=a%2Bb&utm_term=ada@example.com", "", OWN
    )
    assert found == Acquisition("Google", "Paid Search", "", "Google", "CPC", "Spring Sale 2026", "a+b", ":email")


def test_the_value_of_a_click_id_goes_nowhere(sources: Sources) -> None:
    for name in CLICK_IDS:
        assert "Marked" not in " ".join(sources.acquisition(f"{name}=MarkedValue&{name.upper()}=Marked", "https://a.example.org/", OWN))


def test_long_values_are_cut(sources: Sources) -> None:
    found = sources.acquisition("utm_campaign=" + "sale-" * 100, "https://other.org" + "/a-part" * 100, OWN)
    assert len(found.utm_campaign) <= VALUE_MAX
    assert len(found.referrer) <= REFERRER_MAX


def test_equal_acquisitions_are_one_object(sources: Sources) -> None:
    assert sources.acquisition("gclid=1", "", OWN) is sources.acquisition("gclid=2", "", OWN)


@settings(max_examples=200)
@given(st.text(st.characters(), max_size=200), st.text(st.characters(), max_size=200))
def test_any_text_gets_a_channel(query: str, referrer: str) -> None:
    for asked in (query, f"utm_source={query}&utm_campaign={referrer}"):
        found = _SOURCES.acquisition(asked, f"https://{referrer}", OWN)
        assert found.channel in CHANNELS
        assert all(len(value) <= REFERRER_MAX for value in found)
        assert not [character for value in found for character in value.encode().decode() if ord(character) < 32]


def test_every_click_id_is_documented_with_its_source() -> None:
    listed = {
        name: (source.strip(), medium.strip())
        for names, source, medium in re.findall(r"^\| (`[^|]+) \|([^|]+)\|([^|]*)\|$", DOC, re.MULTILINE)
        for name in re.findall(r"`([^`]+)`", names)
    }
    assert listed == {name: (click.source, click.medium) for name, click in CLICK_IDS.items()}


def test_every_channel_is_documented_in_order() -> None:
    section = DOC.partition("## Channel")[2]
    assert tuple(re.findall(r"^\| ([A-Z][^|]*?) \|", section, re.MULTILINE)) == CHANNELS


def test_the_table_has_each_key_and_each_name_once() -> None:
    listed = list(rows())
    keys = [key for _, found in listed for key in found]
    assert len(listed) >= 600
    assert len(keys) == len(set(keys))
    assert len({source.name for source, _ in listed}) == len(listed)
    assert {source.kind for source, _ in listed} == set(KINDS)
    assert all(key == key.lower() and not key.startswith("www.") for key in keys)


def test_every_click_ids_source_is_in_the_table() -> None:
    names = {source.name for source, _ in rows()}
    assert {name for click in CLICK_IDS.values() for name in (click.source, *click.family)} <= names


@pytest.mark.parametrize(("host", "name"), [
    ("google.com.br", "Google"),
    ("maps.google.fi", "Google Maps"),
    ("images.google.co.jp", "Google Images"),
    ("some.thing.google.com", "Google"),
    ("google.evil.example", "evil.example"),
    ("en.m.wikipedia.org", "Wikipedia"),
    ("aws.amazon.com", "Amazon Web Services"),
    ("www.amazon.co.uk", "Amazon"),
    ("com", "com"),
    ("a" * 60 + ".b" * 90, "b.b"),
    ("", ""),
])  # fmt: skip
def test_a_host_is_looked_up_as_itself_then_its_parents(host: str, name: str) -> None:
    assert _TABLE.host(host).name == name


def test_a_name_in_any_case_is_its_source() -> None:
    assert _TABLE.word("LINKEDIN") == Source("LinkedIn", "social")
    assert _TABLE.word("hacker news") == Source("Hacker News", "social")
    assert _TABLE.word("my.own.list") == Source("my.own.list")


_SOURCES = Sources(cache_max=100)
_TABLE = SourceTable()
