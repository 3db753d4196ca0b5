"""What holds for any URL, however odd."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.enrich.page import PAGE_MAX, clean_page, clean_path, clean_text
from collector.enrich.redact import decoded, redact

KEPT = frozenset({"q", "page"})
ANY_TEXT = st.text(st.characters(), max_size=120)
SEPARATORS = "/;=@%?#&+-_.: \\"
URLISH = st.text(st.sampled_from(string.ascii_letters + string.digits * 3 + SEPARATORS * 2 + "äß\u0301\ud800\x00"), max_size=120)
ESCAPED = st.lists(
    st.sampled_from(["%", "25", "2F", "3F", "40", "%C3", "%A4", "a", "7", "@", "/", ".", "..", "%00", "eyJ", "+358"]), max_size=40
).map("".join)
PATHS = st.one_of(ANY_TEXT, URLISH, ESCAPED)


@settings(max_examples=400)
@given(PATHS)
def test_cleaning_a_cleaned_page_changes_nothing(path: str) -> None:
    once = clean_page("https://example.com/" + path, KEPT, True)
    assert once is not None
    assert clean_page("https://example.com" + once.page, KEPT, True) == once._replace(query=clean_query(once.page))


def clean_query(page: str) -> str:
    return page.partition("#")[0].partition("?")[2]


@settings(max_examples=300)
@given(PATHS)
def test_a_path_starts_with_a_slash_fits_and_is_one_printable_line(path: str) -> None:
    page = clean_path(path)
    assert page.startswith("/")
    assert len(page) <= PAGE_MAX
    assert "//" not in page
    assert not any(ord(character) < 32 or "\ud800" <= character <= "\udfff" for character in page)


@settings(max_examples=300)
@given(PATHS)
def test_decoding_and_redacting_twice_is_doing_it_once(text: str) -> None:
    assert decoded(decoded(text)) == decoded(text)
    assert redact(redact(decoded(text))) == redact(decoded(text))


@settings(max_examples=300)
@given(st.one_of(PATHS, st.builds("{}:{}".format, st.sampled_from(["http", "HTTPS", "data", "javascript", "file", "ht\ntp"]), PATHS)))
def test_no_text_is_an_error(url: str) -> None:
    found = clean_page(url, KEPT, True)
    assert found is None or found.hostname == found.hostname.lower() != ""
    assert len(clean_text(url, 50)) <= 50
