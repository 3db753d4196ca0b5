"""Date ranges to local days and hours, around midnight, months' ends and the days on which clocks change."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collector.query.ranges import Moment, automatic, labels, previous_period, previous_year, resolve, shown
from collector.query.words import Span

HELSINKI = "Europe/Helsinki"


def moment(text: str, timezone: str = HELSINKI) -> Moment:
    return Moment(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).timestamp(), timezone)


def span(first: str, last: str, *hours: int) -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last), *hours)


NAMED = [
    ("day", "2026-03-31T00:00:00", span("2026-03-31", "2026-03-31")),
    ("day", "2026-03-31T23:59:59", span("2026-03-31", "2026-03-31")),
    ("1d", "2026-03-31T12:00:00", span("2026-03-31", "2026-03-31")),
    ("7d", "2026-03-31T12:00:00", span("2026-03-25", "2026-03-31")),
    ("30d", "2026-03-01T12:00:00", span("2026-01-31", "2026-03-01")),
    ("91d", "2026-03-31T12:00:00", span("2025-12-31", "2026-03-31")),
    ("month", "2026-03-01T12:00:00", span("2026-03-01", "2026-03-01")),
    ("month", "2026-03-31T12:00:00", span("2026-03-01", "2026-03-31")),
    ("6mo", "2026-03-31T12:00:00", span("2025-10-01", "2026-03-31")),
    ("12mo", "2026-12-31T12:00:00", span("2026-01-01", "2026-12-31")),
    ("14mo", "2026-01-31T12:00:00", span("2024-12-01", "2026-01-31")),
    ("year", "2026-03-31T12:00:00", span("2026-01-01", "2026-03-31")),
    ("all", "2026-03-31T12:00:00", span("2020-02-02", "2026-03-31")),
    ("24h", "2026-03-31T15:20:00", span("2026-03-30", "2026-03-31", 16, 15)),
    ("24h", "2026-03-31T23:20:00", span("2026-03-31", "2026-03-31")),
]


@pytest.mark.parametrize(("asked", "now", "expected"), NAMED)
def test_a_named_range_ends_today_and_includes_it(asked: str, now: str, expected: Span) -> None:
    assert resolve(asked, moment(now), date(2020, 2, 2)) == expected


def test_today_is_the_sites_own() -> None:
    instant = moment("2026-03-31T23:30:00", "UTC").time_s
    assert resolve("day", Moment(instant, "Pacific/Auckland"), None) == span("2026-04-01", "2026-04-01")
    assert resolve("day", Moment(instant, "America/New_York"), None) == span("2026-03-31", "2026-03-31")


def test_all_without_any_data_is_today() -> None:
    assert resolve("all", moment("2026-03-31T12:00:00"), None) == span("2026-03-31", "2026-03-31")


DATE_TIMES = [
    (["2026-03-01", "2026-03-02"], span("2026-03-01", "2026-03-02")),
    (["2026-03-01T00:00:00+02:00", "2026-03-02T23:59:59+02:00"], span("2026-03-01", "2026-03-02")),
    (["2026-02-28T22:00:00Z", "2026-03-01T22:00:00Z"], span("2026-03-01", "2026-03-01")),
    (["2026-03-01T10:15:00+02:00", "2026-03-01T12:00:00+02:00"], span("2026-03-01", "2026-03-01", 10, 11)),
    (["2026-03-01T10:15:00", "2026-03-01T12:00:01"], span("2026-03-01", "2026-03-01", 10, 12)),
]


@pytest.mark.parametrize(("asked", "expected"), DATE_TIMES)
def test_dates_and_date_times_become_local_days_and_whole_hours(asked: Any, expected: Span) -> None:
    assert resolve(asked, moment("2026-03-31T12:00:00"), None) == expected


def test_24_hours_over_a_change_of_clocks_are_24_real_hours() -> None:
    assert resolve("24h", moment("2026-03-29T12:30:00"), None) == span("2026-03-28", "2026-03-29", 12, 12)
    assert resolve("24h", moment("2026-10-25T12:30:00"), None) == span("2026-10-24", "2026-10-25", 14, 12)


def test_the_period_before_is_as_long_and_ends_where_this_one_begins() -> None:
    assert previous_period(span("2026-03-25", "2026-03-31")) == span("2026-03-18", "2026-03-24")
    assert previous_period(span("2026-03-30", "2026-03-31", 16, 15)) == span("2026-03-29", "2026-03-30", 16, 15)


def test_the_year_before_has_a_28th_of_february_for_a_29th() -> None:
    assert previous_year(span("2024-02-29", "2024-03-31")) == span("2023-02-28", "2023-03-31")


def test_labels_name_every_bucket_once_and_in_order() -> None:
    assert labels(span("2026-03-30", "2026-04-02"), "day") == ["2026-03-30", "2026-03-31", "2026-04-01", "2026-04-02"]
    assert labels(span("2026-03-29", "2026-04-06"), "week") == ["2026-03-23", "2026-03-30", "2026-04-06"]
    assert labels(span("2025-12-31", "2026-02-01"), "month") == ["2025-12-01", "2026-01-01", "2026-02-01"]
    assert labels(span("2026-03-28", "2026-03-29", 22, 1), "hour") == [
        "2026-03-28 22:00:00",
        "2026-03-28 23:00:00",
        "2026-03-29 00:00:00",
        "2026-03-29 01:00:00",
    ]


def test_a_day_of_changed_clocks_has_a_label_for_each_hour_of_the_dial() -> None:
    for day in ("2026-03-29", "2026-10-25"):
        assert len(labels(span(day, day), "hour")) == 24


def test_longer_ranges_get_longer_buckets() -> None:
    ends = {
        "2026-01-02": "hour",
        "2026-01-03": "day",
        "2026-04-10": "day",
        "2026-04-11": "week",
        "2028-01-01": "week",
        "2028-01-02": "month",
    }
    assert {end: automatic(span("2026-01-01", end)) for end in ends} == ends


def test_a_range_is_shown_with_the_offsets_of_its_ends() -> None:
    assert shown(span("2026-03-28", "2026-03-30"), HELSINKI) == ["2026-03-28T00:00:00+02:00", "2026-03-30T23:59:59+03:00"]
