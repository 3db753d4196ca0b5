"""Figures read as people say them."""

from collections import Counter

import pytest

from collector.facts import METRIC_BY_NAME
from dashboard.format import change, duration, exact, figure, plain, share, short_count, tick
from dashboard.names import COUNTRIES, LANGUAGES, code, codes_like, value_name
from dashboard.names_regions import REGIONS
from dashboard.table import to_csv

VISITORS, BOUNCE, LENGTH, VIEWS, SCROLL = (
    METRIC_BY_NAME[name] for name in ("visitors", "bounce_rate", "visit_duration", "views_per_visit", "scroll_depth")
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (9_999, "9,999"),
        (10_000, "10.0k"),
        (12_345, "12.3k"),
        (99_949, "99.9k"),
        (99_950, "100k"),
        (999_499, "999k"),
        (999_500, "1.00M"),
        (1_234_567, "1.23M"),
        (12_345_678_901, "12.3B"),
        (-12_345, "-12.3k"),
    ],
)
def test_a_count_keeps_the_digits_that_matter(value: int, text: str) -> None:
    assert short_count(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59.4, "59s"), (59.6, "1m 00s"), (133, "2m 13s"), (3600, "1h 00m"), (86_400, "24h 00m")]
)
def test_a_duration_is_said_in_two_units(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 10, "0%"), (1, 3, "33%"), (1, 30, "3.3%"), (1, 5000, "<0.1%"), (5, 0, ""), (996, 10_000, "10%"), (12, 10, "120%")],
)
def test_a_share_never_pretends_to_be_more_exact_than_it_reads(part: int, whole: int, text: str) -> None:
    assert share(part, whole) == text


def test_a_figure_is_short_and_its_title_is_exact() -> None:
    assert (figure(VISITORS, 12_345), exact(VISITORS, 12_345)) == ("12.3k", "12,345")
    assert (figure(BOUNCE, 41.96), figure(VIEWS, 2.5), figure(LENGTH, 125)) == ("42.0%", "2.50", "2m 05s")
    assert {figure(metric, None) for metric in METRIC_BY_NAME.values()} == {"–"}
    assert [tick(BOUNCE, 20.0), tick(VIEWS, 2.5), tick(VISITORS, 20_000), tick(LENGTH, 60)] == ["20%", "2.5", "20.0k", "1m 00s"]


def test_none_and_all_are_said_without_a_decimal_and_almost_all_with_one() -> None:
    assert [figure(BOUNCE, value) for value in (0, 0.0, 100.0, 99.9, 0.1)] == ["0%", "0%", "100%", "99.9%", "0.1%"]
    assert change(BOUNCE, 12.0, 0.0).spoken == "12.0 percentage points more than before (0%)"


def test_less_of_a_bounce_rate_is_good_news_and_more_visitors_too() -> None:
    assert change(VISITORS, 120, 100).tone == change(BOUNCE, 40, 50).tone == "good"
    assert change(VISITORS, 80, 100).tone == change(BOUNCE, 60, 50).tone == "bad"


def test_a_change_is_said_by_arrow_text_and_sentence() -> None:
    up = change(VISITORS, 120, 100)
    assert (up.arrow, up.text, up.spoken) == ("▲", "20%", "20% more than before (100)")
    assert change(VISITORS, 100, 100).text == "0%"
    assert change(VISITORS, 5, 0).text == "new"
    assert change(VISITORS, 0, 0).text == change(VISITORS, None, 5).text == change(VISITORS, 5, None).text == "–"
    assert change(VISITORS, 10**6, 1).text == ">1,000%"


def test_a_percentage_changes_by_points() -> None:
    up, down, same = change(BOUNCE, 42.0, 40.8), change(SCROLL, 60, 61), change(BOUNCE, 40.84, 40.8)
    assert (up.arrow, up.text, up.tone) == ("▲", "1.2 pts", "bad")
    assert up.spoken == "1.2 percentage points more than before (40.8%)"
    assert (down.arrow, down.text, down.spoken) == ("▼", "1 pt", "1 percentage point less than before (61%)")
    assert (same.arrow, same.text, same.spoken, same.tone) == ("→", "0 pts", "As before (40.8%)", "flat")
    assert change(BOUNCE, 5.0, 0).text == "5.0 pts"
    assert change(BOUNCE, 0, 0).text == "0 pts"
    assert change(BOUNCE, None, 5).text == "–"


def test_invisible_and_turning_characters_are_made_visible() -> None:
    assert plain("a\u202eb\x00c\u200bd\u2066e\n") == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffd"
    assert plain("/päivä/日本/نام\u200cها") == "/päivä/日本/نام\u200cها"


def test_codes_are_shown_by_name() -> None:
    assert value_name("country", "FI") == "Finland"
    assert value_name("country", "(unknown)") == "(unknown)"
    assert value_name("region", "FI-18") == "Uusimaa, Finland"
    assert value_name("region", "IN-KA") == "Region KA, India"
    assert [value_name("region", odd) for odd in ("", "(unknown)", "FI", "FI-", "XX-1")] == ["", "(unknown)", "FI", "FI-", "XX-1"]
    assert value_name("language", "pt-BR") == "Portuguese (Brazil)"
    assert value_name("page", "FI") == "FI"
    assert len(COUNTRIES) == 250
    assert Counter(code[:2] for code in REGIONS).items() >= {"FI": 19, "SE": 21, "DK": 5, "DE": 16, "US": 51, "CH": 26}.items()
    assert {code[:2] for code in REGIONS} <= COUNTRIES.keys()
    assert all(len(code) == 2 and code.isupper() for code in COUNTRIES)
    assert all(code.islower() for code in LANGUAGES)


def test_an_hour_is_found_however_it_is_written() -> None:
    assert value_name("hour", "09") == "09:00–10:00"
    assert [code("hour", typed) for typed in ("9", "09", " 9:00 ", "9.00", "23:00–00:00")] == ["09", "09", "09", "09", "23"]
    assert [code("hour", typed) for typed in ("noon", "9:30")] == ["noon", "9:30"]
    assert code("page", "9") == "9"


def test_a_region_is_found_by_its_name_and_by_its_countrys() -> None:
    assert code("region", " uusimaa") == "FI-18"
    assert codes_like("region", "götaland") == ["SE-O"]
    assert len(codes_like("region", "finland")) == 19
    assert codes_like("page", "finland") == []


@pytest.mark.parametrize("lead", list("=+-@\t\r\n＝＋－＠"))
def test_no_cell_of_a_csv_is_a_formula(lead: str) -> None:
    for cell in (f'{lead}HYPERLINK("x")', f"{lead}1", " =1", f"\ufeff{lead}1", f"\u200b \u202e{lead}1"):
        line = to_csv(["page"], [[cell, 5]]).decode("utf-8-sig").split("\r\n", 1)[1]
        assert line.startswith("\"'")


def test_a_csv_keeps_numbers_as_numbers_and_quotes_texts() -> None:
    made = to_csv(["Page", "Visitors"], [['a "b", c', 12], ["x", 1.5], ["y", None]])
    assert made == b'\xef\xbb\xbf"Page","Visitors"\r\n"a ""b"", c",12\r\n"x",1.5\r\n"y",""\r\n'
