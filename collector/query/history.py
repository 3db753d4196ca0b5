"""The sealed past of a site: which days have no detail any more, and which of a range their pair rows can cover.

A sealed period (`sealed` in the store) is a calendar month or one day. Its pair rows have the grain of the period: a range, or a
bucket of time, that ends in its middle cannot be answered from them. Every day up to the end of the last period is sealed,
those that had no row included.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from collector.query.words import Bucket, SiteView, Span

Run = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

_DAY = timedelta(days=1)
_SQL = """-- stats: sealed periods
SELECT first, last, min(k) FROM sealed WHERE site = ? GROUP BY first, last ORDER BY first"""
_COUNTED = """-- stats: segments counted
SELECT segment, min(first) FROM counted WHERE site = ? GROUP BY segment"""


@dataclass(frozen=True, slots=True)
class Period:
    """One sealed period: local days `first` to `last`, both included, and the smallest group it was sealed with."""

    first: date
    last: date
    smallest_group: int


@dataclass(frozen=True, slots=True)
class History:
    """The sealed periods of one site, by their first day.

    `counted`: the first day of the first period of which a segment was counted. Of what was sealed before it was saved, nobody knows.
    """

    periods: tuple[Period, ...] = ()
    counted: Mapping[str, date] = field(default_factory=dict)

    @property
    def detail_from(self) -> date | None:
        """The first day whose detail is kept; None where all is."""
        return max(period.last for period in self.periods) + _DAY if self.periods else None

    def sealed(self, span: Span) -> Span | None:
        """The days of a span that are sealed."""
        return _cut(span, None, self.detail_from - _DAY) if self.detail_from else None

    def kept(self, span: Span) -> Span | None:
        """The days of a span whose detail is kept."""
        return _cut(span, self.detail_from, None)

    def aligned(self, span: Span, bucket: Bucket) -> Span | None:
        """A span without the periods at its ends that it has only a part of, and from the last on that its buckets divide."""
        first, last = span.first, span.last
        for period in self.periods:
            if period.first < first <= period.last or (first <= period.last and period.first <= last and not _fits(period, bucket)):
                first = period.last + _DAY
        for period in sorted(self.periods, key=lambda period: period.last, reverse=True):
            if period.first <= last < period.last:
                last = period.first - _DAY
        return _cut(span, first, last)

    def with_segments(self, span: Span, segments: Iterable[str]) -> Span | None:
        """The days of a span of which these segments are known: where their detail is kept, and where they were counted."""
        if self.detail_from is None:
            return span
        return _cut(span, max((self.counted.get(name, self.detail_from) for name in segments), default=None), None)

    def smallest_group(self, span: Span | None) -> int:
        """The largest group of those that the sealed days of a span were sealed with; 0 where there are none."""
        groups = (p.smallest_group for p in self.periods if span and p.first <= span.last and span.first <= p.last)
        return max(groups, default=0)


def load(site: SiteView, run: Run) -> History:
    """The site's history as the store has it."""
    periods = tuple(Period(*row) for row in run(_SQL, (site.id,)))
    return History(periods, dict(run(_COUNTED, (site.id,))) if periods and site.segments else {})


def closed(span: Span, today: date) -> Span | None:
    """The days of a span before today."""
    return _cut(span, None, today - _DAY)


def whole_months(span: Span, within: Span | None) -> Span | None:
    """The calendar months that lie wholly in both spans."""
    if within is None or not span.whole:
        return None
    first, last = max(span.first, within.first), min(span.last, within.last)
    first = first if first.day == 1 else _month_after(first)
    last = last if (last + _DAY).day == 1 else last.replace(day=1) - _DAY
    return Span(first, last) if first < last else None


def holds_months(bucket: Bucket) -> bool:
    """Whether a month lies in one bucket."""
    return bucket in ("", "month")


def _fits(period: Period, bucket: Bucket) -> bool:
    return holds_months(bucket) or period.first == period.last


def _month_after(day: date) -> date:
    """The first of the month after a day's."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _cut(span: Span, first: date | None, last: date | None) -> Span | None:
    """What lies from `first` to `last` (None: no limit); a moved end begins or ends with its day."""
    if first and first > span.first:
        span = replace(span, first=first, first_hour=0)
    if last and last < span.last:
        span = replace(span, last=last, last_hour=23)
    return span if span.first <= span.last else None
