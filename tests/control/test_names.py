"""A site's name is a hostname in the form browsers send, and everything else is refused with a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.control.errors import BadDomain, BadTimezone
from collector.control.names import DOMAIN_CHARACTERS_MAX, HOSTNAMES_MAX, clean_domain, clean_pattern, clean_patterns, clean_timezone


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("example.com", "example.com"),
        ("  Example.COM. ", "example.com"),
        ("www.example.com", "example.com"),
        ("www.com", "www.com"),
        ("blog.example.com", "blog.example.com"),
        ("demo-shop.localhost", "demo-shop.localhost"),
        ("localhost", "localhost"),
        ("äiti.fi", "xn--iti-pla.fi"),
        ("straße.de", "xn--strae-oqa.de"),
        ("xn--iti-pla.fi", "xn--iti-pla.fi"),
        ("1.example", "1.example"),
    ],
)
def test_a_domain_is_kept_as_browsers_send_it(given_text: str, kept: str) -> None:
    assert clean_domain(given_text) == kept


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("https://example.com", "scheme"),
        ("example.com/shop", "path"),
        ("example.com:8080", "port"),
        ("me@example.com", "user name"),
        ("example.com?x=1", "query"),
        ("", "not a hostname"),
        (".", "not a hostname"),
        ("a..b", "not a hostname"),
        ("-a.example", "not a hostname"),
        ("a b.example", "not a hostname"),
        ("under_score.example", "not a hostname"),
        ("a" * 64 + ".example", "not a hostname"),
        ("a.example\n", None),
        ("a\nb.example", "not a hostname"),
        ("*.example.com", "not a hostname"),
        ("192.0.2.1", "address"),
        ("\ud800.example", "no domain may have"),
        ("☃\u200b\u202e.example", "no domain may have"),
        ("a." * 127 + "example", str(DOMAIN_CHARACTERS_MAX)),
    ],
)
def test_what_is_no_domain_is_refused_with_the_reason(text: str, word: str | None) -> None:
    if word is None:  # white space around a name is a slip of the hand, not an error
        assert clean_domain(text) == "a.example"
        return
    with pytest.raises(BadDomain, match=word):
        clean_domain(text)


@given(st.text(max_size=60))
def test_cleaning_answers_any_text_and_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        kept = clean_domain(text)
    except BadDomain:
        return
    assert kept.isascii() and kept == kept.lower() and len(kept) <= DOMAIN_CHARACTERS_MAX
    assert clean_domain(kept) == kept or kept.startswith("www.")


def test_a_pattern_is_a_hostname_or_a_wildcard_for_subdomains() -> None:
    assert clean_pattern("*.Example.org") == "*.example.org"
    assert clean_pattern("www.other.example") == "www.other.example"
    for text in ("*", "*.", "*example.org", "a.*.example", "**.example"):
        with pytest.raises(BadDomain):
            clean_pattern(text)


def test_patterns_are_kept_once_and_have_a_limit() -> None:
    assert clean_patterns(["b.example", "a.example", "B.example"]) == ("a.example", "b.example")
    with pytest.raises(BadDomain, match=str(HOSTNAMES_MAX)):
        clean_patterns(f"h{n}.example" for n in range(HOSTNAMES_MAX + 1))


def test_a_time_zone_is_one_the_machine_knows() -> None:
    assert clean_timezone("Europe/Helsinki") == "Europe/Helsinki"
    assert clean_timezone(" UTC ") == "UTC"
    with pytest.raises(BadTimezone, match="did you mean Europe/Helsinki"):
        clean_timezone("Europe/Helsingki")
    for text in ("", "Europe", "../UTC", "/etc/localtime", "Mars/Olympus", "\0", "+02:00", "a" * 5000):
        with pytest.raises(BadTimezone):
            clean_timezone(text)
