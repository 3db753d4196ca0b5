"""Periods are the days people mean by them, on the site's calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.periods import (
    Bucket,
    Choice,
    Compare,
    Period,
    Span,
    bucket_name,
    bucket_of,
    bucket_tick,
    buckets,
    compared,
    compared_so_far,
    is_current,
    is_future,
    is_running,
    moved,
    so_far,
    span_name,
    span_of,
)

TODAY = date(2026, 11, 22)
PERIODS: tuple[Period, ...] = ("day", "7d", "30d", "month", "year")


def span(first: str, last: str) -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("day", "2026-11-22", "2026-11-22"),
        ("7d", "2026-11-16", "2026-11-22"),
        ("30d", "2026-10-24", "2026-11-22"),
        ("month", "2026-11-01", "2026-11-30"),
        ("year", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_period_is_these_days(period: Period, first: str, last: str) -> None:
    assert span_of(Choice(period), TODAY) == span(first, last)
    assert so_far(span_of(Choice(period), TODAY), TODAY).last == TODAY


@pytest.mark.parametrize(
    ("period", "compare", "first", "last"),
    [
        ("day", "previous", "2026-11-21", "2026-11-21"),
        ("7d", "previous", "2026-11-09", "2026-11-15"),
        ("30d", "previous", "2026-09-24", "2026-10-23"),
        ("month", "previous", "2026-10-01", "2026-10-22"),
        ("year", "previous", "2025-01-01", "2025-11-22"),
        ("7d", "year", "2025-11-16", "2025-11-22"),
        ("month", "year", "2025-11-01", "2025-11-22"),
    ],
)
def test_a_period_is_compared_with_as_many_days(period: Period, compare: Compare, first: str, last: str) -> None:
    assert compared_so_far(Choice(period), compare, TODAY) == span(first, last)


def test_a_long_month_so_far_is_compared_with_no_more_than_the_whole_month_before() -> None:
    assert compared_so_far(Choice("month"), "previous", date(2026, 3, 30)) == span("2026-02-01", "2026-02-28")
    assert compared(Choice("day", date(2024, 2, 29)), "year", TODAY) == span("2023-02-28", "2023-02-28")
    assert compared(Choice(), "none", TODAY) is None


@given(st.sampled_from(PERIODS), st.dates(date(1990, 1, 1), TODAY), st.integers(1, 30))
@example("30d", date(2026, 11, 1), 1)  # reaches into the last 30 days without being them
def test_going_earlier_and_later_again_comes_back(period: Period, day: date, steps: int) -> None:
    choice = Choice(period, day)
    back = moved(choice, -steps, TODAY)
    assert span_of(back, TODAY).last < span_of(choice, TODAY).first
    assert span_of(moved(back, steps, TODAY), TODAY) == span_of(choice, TODAY)


@given(st.sampled_from(PERIODS), st.dates(date(1990, 1, 1), TODAY))
def test_periods_side_by_side_leave_no_day_out(period: Period, day: date) -> None:
    choice = Choice(period, day)
    assert span_of(moved(choice, -1, TODAY), TODAY).last == span_of(choice, TODAY).first - timedelta(days=1)


@given(st.sampled_from(PERIODS))
def test_nothing_is_later_than_today(period: Period) -> None:
    assert is_current(Choice(period), TODAY)
    assert moved(moved(Choice(period), -1, TODAY), 1, TODAY) == Choice(period)
    assert moved(Choice(period), 1, TODAY) == Choice(period)


def test_a_custom_period_moves_by_its_own_length() -> None:
    choice = Choice("custom", None, span("2026-03-01", "2026-03-10"))
    assert moved(choice, -1, TODAY).custom == span("2026-02-19", "2026-02-28")


@pytest.mark.parametrize(("days", "bucket"), [(1, "hour"), (2, "day"), (92, "day"), (93, "week"), (731, "week"), (732, "month")])
def test_long_spans_are_drawn_in_coarser_buckets(days: int, bucket: Bucket) -> None:
    first = date(2024, 1, 10)
    assert bucket_of(Span(first, first + timedelta(days=days - 1))) == bucket


def test_a_year_is_drawn_by_month() -> None:
    assert bucket_of(span("2026-01-01", "2026-12-31")) == "month"


def test_buckets_carry_the_labels_of_the_api() -> None:
    assert buckets(span("2026-11-22", "2026-11-22"), "hour")[23] == "2026-11-22 23:00:00"
    assert buckets(span("2026-11-18", "2026-11-24"), "week") == ["2026-11-16", "2026-11-23"]
    assert buckets(span("2026-11-18", "2027-01-02"), "month") == ["2026-11-01", "2026-12-01", "2027-01-01"]
    assert buckets(span("2026-02-27", "2026-03-01"), "day") == ["2026-02-27", "2026-02-28", "2026-03-01"]


def test_a_bucket_is_past_running_or_to_come() -> None:
    labels = ["2026-11-09", "2026-11-16", "2026-11-23"]
    assert [is_running(label, "week", TODAY, 15) for label in labels] == [False, True, False]
    assert [is_future(label, "week", TODAY, 15) for label in labels] == [False, False, True]
    assert is_running("2026-11-22 15:00:00", "hour", TODAY, 15)
    assert is_future("2026-11-22 16:00:00", "hour", TODAY, 15)


def test_buckets_and_spans_are_said_in_words() -> None:
    assert bucket_name("2026-11-22 23:00:00", "hour") == "23:00–00:00"
    assert bucket_name("2026-11-22", "day") == "Sun 22 Nov 2026"
    assert bucket_name("2026-11-16", "week") == "Week of 16 Nov 2026"
    assert bucket_name("2026-11-01", "month") == "November 2026"
    assert [bucket_tick(label, "day") for label in ("2026-11-22",)] == ["22 Nov"]
    assert bucket_tick("2026-11-01", "month") == "Nov"
    assert span_name(span("2026-11-22", "2026-11-22")) == "22 Nov 2026"
    assert span_name(span("2026-11-16", "2026-11-22"), 2026) == "16 – 22 Nov"
    assert span_name(span("2026-10-24", "2026-11-22")) == "24 Oct – 22 Nov 2026"
    assert span_name(span("2025-12-24", "2026-01-22")) == "24 Dec 2025 – 22 Jan 2026"
    assert span_name(span("2026-11-01", "2026-11-30")) == "November 2026"
    assert span_name(span("2025-01-01", "2025-12-31")) == "2025"
