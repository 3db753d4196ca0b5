"""Date ranges: from what was asked to whole local days or hours, the range to compare with, and the labels of its buckets.

Every relative range ends now and includes today, which is still being counted: `7d` is today and the six days before,
`6mo` this month so far and the five before it, `24h` this hour and the 23 before. `month` and `year` begin at the
first. Hours are the site's wall-clock hours: when clocks go back, the repeated hour is one label with both hours'
counts, and when they go forward the skipped hour has no rows.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from collector import clock
from collector.query.words import RANGE_DAYS_MAX, TIME_LABELS_MAX, Bucket, QuestionError, Span

_EARLIEST = date(1970, 1, 1)
_LATEST = date(9990, 12, 31)
_HOURS = timedelta(hours=23)
_RELATIVE = re.compile(r"([1-9][0-9]{0,4})(d|mo)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EXPECTED = (
    'one of "day", "24h", "month", "year", "all", a number of days or months such as "7d" or "6mo", or a list of two dates or date-times'
)


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, seen from a site: the instant (seconds since 1970 UTC) and its IANA time zone."""

    time_s: float
    timezone: str

    @property
    def today(self) -> date:
        return clock.local(self.time_s, self.timezone).date()


def resolve(asked: Any, moment: Moment, earliest: date | None) -> Span:
    """The local days or hours that a `date_range` names; `earliest` is the site's first day with data, for "all".

    Raises QuestionError for anything else than the documented forms.
    """
    if isinstance(asked, str):
        return _checked(_named(asked, moment, earliest))
    return _checked(between(asked, moment, "date_range"))


def between(asked: Any, moment: Moment, where: str) -> Span:
    """The span of a list of two dates, or of two date-times (without an offset: in the site's time zone)."""
    if not isinstance(asked, list | tuple) or len(asked) != 2 or not all(isinstance(part, str) for part in asked):
        raise QuestionError(f"{where} must be {_EXPECTED}.")
    if all(_DATE.fullmatch(part) for part in asked):
        return _checked(Span(_date(asked[0], where), _date(asked[1], where)))
    first, last = (_local(part, moment.timezone, where) for part in asked)
    if last <= first:
        raise QuestionError(f"{where} ends before it begins.")
    # An end on the full hour is the end of the hour before it; any other moment includes its hour.
    last -= timedelta(microseconds=1)
    return _checked(Span(first.date(), last.date(), first.hour, last.hour))


def _named(asked: str, moment: Moment, earliest: date | None) -> Span:
    today = moment.today
    if asked == "day":
        return Span(today, today)
    if asked == "24h":
        return _last_24_hours(moment)
    if asked == "month":
        return Span(today.replace(day=1), today)
    if asked == "year":
        return Span(today.replace(month=1, day=1), today)
    if asked == "all":
        return Span(min(earliest or today, today), today)
    return _relative(asked, today)


def _relative(asked: str, today: date) -> Span:
    found = _RELATIVE.fullmatch(asked)
    if not found:
        raise QuestionError(f"date_range must be {_EXPECTED}.")
    number = int(found[1])
    if number > (RANGE_DAYS_MAX if found[2] == "d" else RANGE_DAYS_MAX // 31):
        raise QuestionError(f"date_range is longer than {RANGE_DAYS_MAX} days.")
    return Span(today - timedelta(days=number - 1) if found[2] == "d" else _month_before(today, number - 1), today)


def _last_24_hours(moment: Moment) -> Span:
    first = clock.local(moment.time_s - _HOURS.total_seconds(), moment.timezone)
    last = clock.local(moment.time_s, moment.timezone)
    return Span(first.date(), last.date(), first.hour, last.hour)


def _month_before(day: date, months: int) -> date:
    """The first of the month that lies this many months before the day's own."""
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)


def _checked(span: Span) -> Span:
    if span.last < span.first:
        raise QuestionError("date_range ends before it begins.")
    if span.days > RANGE_DAYS_MAX:
        raise QuestionError(f"date_range is longer than {RANGE_DAYS_MAX} days.")
    return span


def _date(text: str, where: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise QuestionError(f"{where} has a date that does not exist: {text[:40]!r}.") from None
    return _known(day, where)


def _known(day: date, where: str) -> date:
    if not _EARLIEST <= day <= _LATEST:
        raise QuestionError(f"{where} must lie between {_EARLIEST} and {_LATEST}.")
    return day


def _local(text: str, timezone: str, where: str) -> datetime:
    """The site's wall-clock time of an ISO 8601 date-time, without its zone."""
    try:
        moment = datetime.fromisoformat(text)
        _known(moment.date(), where)
        return (moment.astimezone(ZoneInfo(timezone)) if moment.tzinfo else moment).replace(tzinfo=None)
    except QuestionError:
        raise
    except (ValueError, OverflowError):
        raise QuestionError(f"{where} has something that is no ISO 8601 date or date-time: {text[:40]!r}.") from None


def previous_period(span: Span) -> Span:
    """As many days, or hours, right before."""
    if span.whole:
        return Span(span.first - timedelta(days=span.days), span.first - timedelta(days=1))
    first, last = hours_of(span)
    length = last - first + timedelta(hours=1)
    return _from_hours(first - length, last - length)


def previous_year(span: Span) -> Span:
    """The same dates a year before; 29 February becomes the 28th."""
    return Span(_year_before(span.first), _year_before(span.last), span.first_hour, span.last_hour)


def _year_before(day: date) -> date:
    year = day.year - 1
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def hours_of(span: Span) -> tuple[datetime, datetime]:
    """Its first and last hour, as wall-clock times."""
    start = datetime(span.first.year, span.first.month, span.first.day, span.first_hour)  # noqa: DTZ001 wall-clock by design
    end = datetime(span.last.year, span.last.month, span.last.day, span.last_hour)  # noqa: DTZ001 wall-clock by design
    return start, end


def _from_hours(first: datetime, last: datetime) -> Span:
    return Span(first.date(), last.date(), first.hour, last.hour)


def automatic(span: Span) -> Bucket:
    """The bucket of the plain `time` dimension: hours up to two days, days up to 100, weeks up to two years, else months."""
    if span.days <= 2:
        return "hour"
    if span.days <= 100:
        return "day"
    return "week" if span.days <= 731 else "month"


def labels(span: Span, bucket: Bucket) -> list[str]:
    """Every bucket's label in order, as the rows of an answer name them. Raises QuestionError past TIME_LABELS_MAX."""
    found: list[str] = []
    for label in _walk(span, bucket):
        if len(found) == TIME_LABELS_MAX:
            raise QuestionError(f"time_labels would be more than {TIME_LABELS_MAX}; ask for longer buckets or a shorter date_range.")
        found.append(label)
    return found


def _walk(span: Span, bucket: Bucket) -> Iterator[str]:
    if bucket == "hour":
        hour, last_hour = hours_of(span)
        while hour <= last_hour:
            yield f"{hour:%Y-%m-%d %H}:00:00"
            hour += timedelta(hours=1)
        return
    day = bucket_start(span.first, bucket)
    while day <= span.last:
        yield day.isoformat()
        day = _next_bucket(day, bucket)


def bucket_start(day: date, bucket: Bucket) -> date:
    """The day a day's bucket is named after: itself, its Monday or its month's first."""
    if bucket == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if bucket == "month" else day


def _next_bucket(day: date, bucket: Bucket) -> date:
    if bucket == "month":
        return _month_before(day, -1)
    return day + timedelta(days=7 if bucket == "week" else 1)


def shown(span: Span, timezone: str) -> list[str]:
    """The span as two ISO 8601 date-times in the site's zone, the last second included, as answers repeat it."""
    first, last = hours_of(span)
    zone = ZoneInfo(timezone)
    return [first.replace(tzinfo=zone).isoformat(), (last + timedelta(minutes=59, seconds=59)).replace(tzinfo=zone).isoformat()]
