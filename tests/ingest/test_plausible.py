"""The native dialect as tables: every key, every limit, money in every kind of currency; and any bytes at all."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from collector.ingest import plausible
from collector.ingest.hit import Body, Refused
from collector.ingest.plausible import body_of

URL = "https://shop.example/"


def said(**keys: Any) -> Body:
    """The body of a page view with further keys; "$" is written `dollar`."""
    return body_of(
        json.dumps({"n": "pageview", "u": URL, **{"$" if key == "dollar" else key: value for key, value in keys.items()}}).encode()
    )


# key, value, field of Body, what it becomes
KEYS: list[tuple[str, Any, str, Any]] = [
    ("n", "Sign up", "name", "Sign up"),
    ("n", 404, "name", "404"),
    ("n", 1.5, "name", "1.5"),
    ("n", "x" * 120, "name", "x" * 120),
    ("d", "shop.example,blog.example", "domains", "shop.example,blog.example"),
    ("domain", "shop.example", "domains", "shop.example"),
    ("d", None, "domains", ""),
    ("r", "https://www.google.com/", "referrer", "https://www.google.com/"),
    ("referrer", "x" * 3000, "referrer", "x" * 2000),
    ("r", None, "referrer", ""),
    ("i", False, "interactive", False),
    ("interactive", False, "interactive", False),
    ("i", True, "interactive", True),
    ("h", 1, "hash_mode", True),
    ("h", True, "hash_mode", True),
    ("hashMode", 1, "hash_mode", True),
    ("h", 0, "hash_mode", False),
    ("h", None, "hash_mode", False),
    ("w", 1280, "width", 1280),
    ("screen_width", 1280.7, "width", 1280),
    ("w", 0, "width", None),
    ("w", -5, "width", None),
    ("w", 10**6, "width", None),
    ("b", True, "webdriver", True),
    ("b", 1, "webdriver", True),
    ("b", False, "webdriver", False),
    ("v", 24, "name", "pageview"),
    ("unknown", {"deep": [1, 2]}, "name", "pageview"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "field", "expected"), KEYS)
def test_a_key_is_read_as(key: str, value: Any, field: str, expected: Any) -> None:
    assert getattr(said(**{key: value}), field) == expected


def test_a_short_key_wins_over_its_long_one() -> None:
    body = said(name="other", url="https://other.example/", domain="other.example", d="shop.example", referrer="x", r="")
    assert (body.name, body.url, body.domains, body.referrer) == ("pageview", URL, "shop.example", "")


def test_a_long_url_is_cut() -> None:
    assert body_of(json.dumps({"n": "x", "u": URL + "y" * 5000}).encode()).url == (URL + "y" * 5000)[:2000]


# what is sent as engagement | scroll, engaged_ms
ENGAGEMENTS: list[tuple[dict[str, Any], tuple[int, int]]] = [
    ({"sd": 40}, (40, 0)),
    ({"scroll_depth": 40.9}, (40, 0)),
    ({"sd": 101}, (100, 0)),
    ({"sd": 255, "e": 10}, (-1, 10)),
    ({"e": 3000}, (-1, 3000)),
    ({"engagement_time": 3000, "scroll_depth": 0}, (0, 3000)),
    ({"e": 29 * 86_400_000}, (-1, 86_400_000)),
]


@pytest.mark.parametrize(("keys", "expected"), ENGAGEMENTS)
def test_an_engagement_is_read_as(keys: dict[str, Any], expected: tuple[int, int]) -> None:
    body = said(n="engagement", **keys)
    assert (body.scroll, body.engaged_ms) == expected


def test_what_only_engagements_say_is_not_read_from_others() -> None:
    body = said(sd=40, e=3000)
    assert (body.scroll, body.engaged_ms) == (-1, 0)


# props as sent | as read
PROPS: list[tuple[Any, tuple[tuple[str, str], ...]]] = [
    ({"b": "2", "a": "1"}, (("a", "1"), ("b", "2"))),
    ('{"b": "2", "a": 1}', (("a", "1"), ("b", "2"))),
    ({"yes": True, "no": False, "int": 5, "float": 1.5}, (("float", "1.5"), ("int", "5"), ("no", "false"), ("yes", "true"))),
    ({"null": None, "empty": "", "list": [1], "object": {"a": 1}, "kept": 0}, (("kept", "0"),)),
    ({"a": "x" * 2000}, (("a", "x" * 200),)),
    ({"k" * 300: "v"}, (("k" * 300, "v"),)),
    ({}, ()),
    (None, ()),
]


@pytest.mark.parametrize(("sent", "expected"), PROPS)
@pytest.mark.parametrize("key", ["p", "props", "m", "meta"])
def test_props_are_read_as(key: str, sent: Any, expected: tuple[tuple[str, str], ...]) -> None:
    assert said(**{key: sent}).props == expected


def test_thirty_props_are_kept_and_one_more_is_refused() -> None:
    assert len(said(p={f"k{n}": n for n in range(30)}).props) == 30
    for sent in ({f"k{n}": n for n in range(31)}, {"k" * 301: 1}, {"k": "v" * 2001}, "no json", "[]", "null", "5"):
        with pytest.raises(Refused) as refused:
            said(p=sent)
        assert refused.value.status == 400


# currency, amount | read as (currency, minor units)
MONEY: list[tuple[Any, Any, tuple[str, int]]] = [
    ("EUR", "12.50", ("EUR", 1250)),
    ("eur", 12.5, ("EUR", 1250)),
    ("USD", 19.99, ("USD", 1999)),
    ("USD", "0.1", ("USD", 10)),
    ("USD", -5, ("USD", -500)),
    ("EUR", "0.005", ("EUR", 0)),
    ("JPY", "1500", ("JPY", 1500)),
    ("ISK", 990, ("ISK", 990)),
    ("JPY", "10.4", ("JPY", 10)),
    ("KWD", "1.234", ("KWD", 1234)),
    ("TND", 2, ("TND", 2000)),
    ("EUR", "1000000000", ("EUR", 10**11)),
    ("EUR", "99999999999", ("", 0)),
    ("EUR", "1e3", ("", 0)),
    ("EUR", "12,50", ("", 0)),
    ("EUR", " 1", ("", 0)),
    ("EUR", "", ("", 0)),
    ("EUR", None, ("", 0)),
    ("EUR", True, ("", 0)),
    ("EUR", [1], ("", 0)),
    ("EURO", 1, ("", 0)),
    ("€", 1, ("", 0)),
    ("ÅÄÖ", 1, ("", 0)),
    (978, 1, ("", 0)),
    (None, 1, ("", 0)),
]


@pytest.mark.parametrize(("currency", "amount", "expected"), MONEY)
@pytest.mark.parametrize("key", ["revenue", "dollar"])
def test_money_is_read_in_minor_units_or_left_out(key: str, currency: Any, amount: Any, expected: tuple[str, int]) -> None:
    body = said(**{key: {"currency": currency, "amount": amount}})
    assert (body.currency, body.revenue) == expected
    as_text = said(**{key: json.dumps({"currency": currency, "amount": amount})})
    assert (as_text.currency, as_text.revenue) == expected


@pytest.mark.parametrize("nonsense", ["", "no json", 5, True, [], {}, {"amount": 5}, {"currency": "EUR"}])
def test_revenue_that_is_none_leaves_the_event(nonsense: Any) -> None:
    body = said(dollar=nonsense)
    assert (body.name, body.currency, body.revenue) == ("pageview", "", 0)


# Anything at all.

NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["pageview", "engagement", URL]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
WORDS = st.sampled_from(
    ["n", "name", "u", "url", "d", "domain", "r", "p", "props", "m", "$", "revenue", "i", "h", "w", "sd", "e", "b", "x"]
)


def holds(data: bytes) -> None:
    """Either a body within every limit, or a refusal with one short sentence."""
    try:
        body = body_of(data)
    except Refused as refused:
        assert refused.status == 400
        assert 0 < len(refused.message) <= 200
        return
    assert 0 < len(body.name) <= plausible.NAME_CHARS_MAX
    assert 0 < len(body.url) <= plausible.URL_CHARS_MAX
    assert len(body.referrer) <= plausible.URL_CHARS_MAX
    assert len(body.props) <= plausible.PROPS_MAX
    assert all(name.encode() is not None and 0 < len(value) <= plausible.PROP_KEPT_CHARS for name, value in body.props)
    assert abs(body.revenue) <= plausible.REVENUE_MINOR_MAX
    assert -1 <= body.scroll <= 100
    assert 0 <= body.engaged_ms <= plausible.ENGAGED_MS_MAX
    texts = [body.name, body.url, body.domains, body.referrer, *(text for pair in body.props for text in pair)]
    assert not any("\x00" in text for text in texts)
    "".join(texts).encode()


@given(st.binary(max_size=300))
def test_any_bytes_are_a_body_or_a_refusal(data: bytes) -> None:
    holds(data)


@given(st.dictionaries(WORDS, NESTED, max_size=8), st.booleans())
@example({"n": "engagement", "u": URL, "sd": 1e300, "e": 1e300}, False)
@example({"n": "x", "u": URL, "$": {"currency": "EUR", "amount": 1e300}}, False)
@example({"n": "x", "u": URL, "p": '{"a": 1e999}'}, True)
def test_any_json_is_a_body_or_a_refusal(keys: dict[str, Any], ascii_only: bool) -> None:
    try:
        data = json.dumps(keys, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:
        data = json.dumps(keys).encode()
    holds(data)


@given(st.dictionaries(WORDS, NESTED, max_size=8), WORDS, st.data())
def test_any_body_with_a_key_twice_is_refused(keys: dict[str, Any], again: str, data: st.DataObject) -> None:
    keys[again] = "x"
    text = json.dumps(keys)
    twice = text[:-1] + f", {json.dumps(again)}{data.draw(st.sampled_from(['', ' ', chr(10)]))}: 1}}"
    with pytest.raises(Refused):
        body_of(twice.encode())


@pytest.mark.parametrize("name", ["Outbound Link: Click", "File Download"])
@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("www.wikipedia.org/wiki/Tea", "www.wikipedia.org/wiki/Tea"),
        ("127.0.0.1:8080/files/brewing-card.pdf", "127.0.0.1:8080/files/brewing-card.pdf"),
        ("other.example/", "other.example/"),
        ("https://me:secret@Other.example/a?token=secret#secret", "other.example/a"),
        ("other.example/reset/x7Gk29qZ", "other.example/reset/:token"),
        ("shop.example/invoices/erik@example.org/invoice.pdf", "shop.example/invoices/:email/invoice.pdf"),
    ],
)
def test_a_followed_links_address_is_cleaned_as_a_pages_is(name: str, link: str, kept: str) -> None:
    assert said(n=name, p={"url": link, "kind": "a@b.example"}).props == (("kind", "a@b.example"), ("url", kept))
