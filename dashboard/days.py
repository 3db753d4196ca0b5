"""The days a page is about, and those it is compared with. Pure."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from dashboard.periods import Bucket, Span, bucket_of, compared, compared_so_far, so_far, span_of
from dashboard.view import View


@dataclass(frozen=True, slots=True)
class Moment:
    """The site's local day and hour."""

    today: date
    hour: int


@dataclass(frozen=True, slots=True)
class Spans:
    """The days a page is about: whole (they may reach into the future), begun, and the ones compared with likewise.

    `until_hour`: the last day is compared up to this hour (0-23), because it is not over; None: as a whole.
    """

    whole: Span
    begun: Span
    before: Span | None
    before_begun: Span | None
    bucket: Bucket
    at: Moment
    until_hour: int | None

    def cut(self, days: Span, bucket: Bucket) -> "Spans":
        """Fewer days, compared with none."""
        return replace(self, whole=days, begun=days, before=None, before_begun=None, bucket=bucket)


def spans(view: View, now: datetime) -> Spans:
    """The days of a view, on the site's calendar; `now` is its wall-clock time."""
    today = now.date()
    whole = span_of(view.choice, today)
    begun = so_far(whole, today)
    # Hours of days long gone are kept for the totals only, so a filtered comparison of several days is by whole days.
    by_hour = begun.last == today and (begun.days == 1 or not view.filters)
    return Spans(
        whole,
        begun,
        compared(view.choice, view.compare, today),
        compared_so_far(view.choice, view.compare, today),
        bucket_of(whole),
        Moment(today, now.hour),
        now.hour if by_hour and now.hour < 23 else None,
    )
