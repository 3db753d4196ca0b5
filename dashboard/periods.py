"""Periods of local days: which days a choice means, what it is compared with, its buckets and its words. Pure.

Weeks are ISO weeks; buckets are labelled as the Stats API labels them (`2026-11-22 14:00:00`, `2026-11-22`, a week by
its Monday, a month by its first day).
"""

import calendar
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

Period = Literal["day", "7d", "30d", "month", "year", "custom"]
Bucket = Literal["hour", "day", "week", "month"]
Compare = Literal["previous", "year", "none"]

# Ten years: past it a chart has more months than anyone can read.
CUSTOM_DAYS_MAX = 3660

# A line of up to three months is drawn by day, one of up to two years by week.
DAYS_BY_DAY_MAX = 92
DAYS_BY_WEEK_MAX = 731
# An axis longer than this meets the same day or month twice, so its labels name the year.
DAYS_WITHOUT_YEAR_MAX = 366

_ROLLING = {"7d": 7, "30d": 30}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS_FULL = tuple(calendar.month_name)[1:]
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Span(NamedTuple):
    """Local days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: a period, and the day it is about (`anchor`; None: today). A custom one carries its own span."""

    period: Period = "30d"
    anchor: date | None = None
    custom: Span | None = None


def span_of(choice: Choice, today: date) -> Span:
    """The days of a choice. A month or year is whole, also where it reaches into the future."""
    day = min(choice.anchor or today, today)
    if choice.period == "custom" and choice.custom:
        return choice.custom
    if choice.period == "month":
        return Span(day.replace(day=1), _month_end(day))
    if choice.period == "year":
        return Span(date(day.year, 1, 1), date(day.year, 12, 31))
    return Span(day - timedelta(days=_ROLLING.get(choice.period, 1) - 1), day)


def so_far(span: Span, today: date) -> Span:
    """The part of a span that has begun; its first day alone where none has."""
    return Span(span.first, max(span.first, min(span.last, today)))


def compared(choice: Choice, compare: Compare, today: date) -> Span | None:
    """The whole span a choice is compared with, or None."""
    span = span_of(choice, today)
    if compare == "none":
        return None
    if compare == "year":
        return Span(_years_back(span.first), _years_back(span.last))
    return span_of(moved(choice, -1, today), today)


def compared_so_far(choice: Choice, compare: Compare, today: date) -> Span | None:
    """As `compared`, cut to as many days as the choice itself has had: the ninth of a month is compared with nine days."""
    whole = compared(choice, compare, today)
    if whole is None:
        return None
    span = span_of(choice, today)
    gone = so_far(span, today)
    if gone == span:
        return whole
    return Span(whole.first, min(whole.last, whole.first + timedelta(days=gone.days - 1)))


def moved(choice: Choice, steps: int, today: date) -> Choice:
    """The choice one or more of its own lengths earlier (negative) or later; never past today."""
    span = span_of(choice, today)
    if choice.period == "custom":
        shift = timedelta(days=span.days * steps)
        return Choice("custom", None, Span(span.first + shift, span.last + shift))
    if choice.period == "month":
        day = _month_shifted(span.first, steps)
    elif choice.period == "year":
        day = date(max(1, span.first.year + steps), 1, 1)
    else:
        day = span.last + timedelta(days=span.days * steps)
    current = Choice(choice.period)
    # A rolling period is named by its last day, a month or a year by its first.
    reached = span_of(current, today).first if choice.period in ("month", "year") else today
    return current if reached <= day else Choice(choice.period, day)


def is_current(choice: Choice, today: date) -> bool:
    """Whether the choice reaches today (or beyond), so that there is nothing later to go to."""
    return span_of(choice, today).last >= today


def bucket_of(span: Span) -> Bucket:
    """How finely a span is drawn."""
    if span.days == 1:
        return "hour"
    if span.days <= DAYS_BY_DAY_MAX:
        return "day"
    whole_year = span.first.day == 1 and (span.last + timedelta(days=1)).day == 1 and span.days > 300
    return "month" if whole_year or span.days > DAYS_BY_WEEK_MAX else "week"


def buckets(span: Span, bucket: Bucket) -> list[str]:
    """The labels of every bucket of a span, in order, also of those nothing was counted in."""
    if bucket == "hour":
        return [f"{span.first} {hour:02}:00:00" for hour in range(24)]
    return [day.isoformat() for day in _starts(span, bucket)]


def whole_months(span: Span, gaps: Collection[Span], today: date) -> Span:
    """The span with the whole month at an end where it has a gap, today included at most."""
    firsts, lasts = {gap.first for gap in gaps}, {gap.last for gap in gaps}
    first = span.first.replace(day=1) if span.first in firsts else span.first
    return Span(first, max(span.last, min(_month_end(span.last), today)) if span.last in lasts else span.last)


def is_running(label: str, bucket: Bucket, today: date, hour: int) -> bool:
    """Whether now lies in the bucket of this label."""
    if bucket == "hour":
        return label == f"{today} {hour:02}:00:00"
    return _start(today, bucket).isoformat() == label


def is_future(label: str, bucket: Bucket, today: date, hour: int) -> bool:
    """Whether the bucket of this label has not begun."""
    now = f"{today} {hour:02}:00:00" if bucket == "hour" else _start(today, bucket).isoformat()
    return label > now


def bucket_name(label: str, bucket: Bucket) -> str:
    """A bucket in words: "14:00–15:00", "Sun 22 Nov 2026", "Week of 16 Nov 2026", "November 2026"."""
    if bucket == "hour":
        hour = int(label[11:13])
        return f"{hour:02}:00–{(hour + 1) % 24:02}:00"
    day = date.fromisoformat(label[:10])
    if bucket == "month":
        return f"{_MONTHS_FULL[day.month - 1]} {day.year}"
    text = f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"Week of {text}" if bucket == "week" else f"{_WEEKDAYS[day.weekday()]} {text}"


def bucket_tick(label: str, bucket: Bucket, years: bool = False) -> str:
    """A bucket as an axis label: "14:00", "22 Nov", "Nov"; with `years` "22 Nov 2026", "Nov 2026"."""
    if bucket == "hour":
        return label[11:16]
    day = date.fromisoformat(label[:10])
    text = _MONTHS[day.month - 1] if bucket == "month" else f"{day.day} {_MONTHS[day.month - 1]}"
    return f"{text} {day.year}" if years else text


def span_name(span: Span, this_year: int = 0) -> str:
    """A span in words: "22 Nov 2026", "16 – 22 Nov 2026", "24 Oct – 22 Nov 2026", "November 2026", "2026".

    The year goes without saying for days of `this_year`.
    """
    first, last = span
    if first.day == 1 and last == _month_end(first):
        return f"{_MONTHS_FULL[first.month - 1]} {first.year}"
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
        return str(first.year)
    end = f"{last.day} {_MONTHS[last.month - 1]}" + ("" if first.year == last.year == this_year else f" {last.year}")
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {end}"
    start = f"{first.day} {_MONTHS[first.month - 1]}"
    return f"{start} – {end}" if first.year == last.year else f"{start} {first.year} – {end}"


def _starts(span: Span, bucket: Bucket) -> Iterator[date]:
    day = _start(span.first, bucket)
    while day <= span.last:
        yield day
        day = _month_shifted(day, 1) if bucket == "month" else day + timedelta(days=7 if bucket == "week" else 1)


def _start(day: date, bucket: Bucket) -> date:
    if bucket == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if bucket == "month" else day


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _month_shifted(first: date, months: int) -> date:
    index = max(12, first.year * 12 + first.month - 1 + months)
    return date(index // 12, index % 12 + 1, 1)


def _years_back(day: date) -> date:
    year = max(1, day.year - 1)
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)
