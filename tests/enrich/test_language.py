"""Language and screen, coarsely."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.enrich.language import SCREEN_CLASSES, language, screen_class


@pytest.mark.parametrize(("header", "tag"), [
    ("fi-FI,fi;q=0.9,en;q=0.8", "fi"),
    ("en", "en"),
    (" sv-SE", "sv"),
    ("zh-Hant-TW", "zh"),
    ("EN_us", "en"),
    ("gsw-CH", "gsw"),
    ("*", ""),
    ("", ""),
    ("finnish", ""),
    ("x-klingon", ""),
    ("f", ""),
    ("12", ""),
])  # fmt: skip
def test_a_header_becomes_its_first_primary_language(header: str, tag: str) -> None:
    assert language(header) == tag


@pytest.mark.parametrize(("width", "label"), [
    (None, ""), (0, ""), (-5, ""), (1, "0–575 px"), (575, "0–575 px"), (576, "576–991 px"), (991, "576–991 px"), (992, "992–1439 px"),
    (1439, "992–1439 px"), (1440, "1440–1919 px"), (1919, "1440–1919 px"), (1920, "1920+ px"), (10**30, "1920+ px"),
])  # fmt: skip
def test_a_width_falls_into_a_band(width: int | None, label: str) -> None:
    assert screen_class(width) == label


@given(st.text(st.characters()))
def test_any_text_has_a_language_of_two_or_three_letters_or_none(text: str) -> None:
    assert language(text) == "" or (len(language(text)) in (2, 3) and language(text).isascii() and language(text).islower())


@given(st.integers())
def test_any_width_has_a_listed_band(width: int) -> None:
    assert screen_class(width) in ("", *SCREEN_CLASSES)
