"""Which days of a question can be covered, by the rows it needs and by who asks. One span, so that all figures are of the same days.

A public caller sees less, because whoever may ask for a day and for its month, or twice on a running day, may subtract: totals of
any day, one dimension of closed days (small days give up their values as sealed ones do), two of sealed periods, three never.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from collector.facts import METRIC_BY_NAME
from collector.query.history import History, closed, holds_months
from collector.query.part import Needs, Part
from collector.query.words import Bucket, Caller, Question, Span


@dataclass(frozen=True, slots=True)
class Asking:
    """What a plan depends on besides its question: who asks, what of the site is sealed, and the site's today."""

    caller: Caller
    history: History
    today: date


@dataclass(frozen=True, slots=True)
class Reach:
    """The days that an answer covers. `span` is all of them, None if there are none; `sealed` and `kept` are its two ends.

    `by_month`: the days of which monthly rows may tell; None where its buckets divide months.
    `live`: whether rows of today count. `small_days`: a day of `kept` with fewer visits gives up its values too; 0 where none does.
    """

    span: Span | None
    sealed: Span | None = None
    kept: Span | None = None
    by_month: Span | None = None
    live: bool = True
    small_days: int = 0


_Covered = Callable[[Span, Asking, Bucket], Span | None]


def _all(span: Span, asking: Asking, bucket: Bucket) -> Span | None:
    return span


def _kept(span: Span, asking: Asking, bucket: Bucket) -> Span | None:
    return asking.history.kept(span)


def _closed(span: Span, asking: Asking, bucket: Bucket) -> Span | None:
    return closed(span, asking.today)


def _sealed(span: Span, asking: Asking, bucket: Bucket) -> Span | None:
    return asking.history.sealed(span)


def _aligned(span: Span, asking: Asking, bucket: Bucket) -> Span | None:
    return asking.history.aligned(span, bucket)


def _sealed_and_aligned(span: Span, asking: Asking, bucket: Bucket) -> Span | None:
    sealed = asking.history.sealed(span)
    return sealed and asking.history.aligned(sealed, bucket)


def _none(span: Span, asking: Asking, bucket: Bucket) -> Span | None:
    return None


_SIGNED_IN: dict[Needs, _Covered] = {
    Needs.TOTALS: _all,
    Needs.DAILY: _all,
    Needs.SEGMENT: _all,
    Needs.PAIRS: _aligned,
    Needs.DETAIL: _kept,
}
_PUBLIC: dict[Needs, _Covered] = {
    Needs.TOTALS: _all,
    Needs.DAILY: _closed,
    Needs.SEGMENT: _sealed,
    Needs.PAIRS: _sealed_and_aligned,
    Needs.DETAIL: _none,
}


def reach_of(question: Question, parts: Sequence[Part], asking: Asking) -> Reach:
    """What of the question's range its parts can cover together."""
    public, needs, bucket = asking.caller.public, _needs(question, parts), _bucket(question)
    span = (_PUBLIC if public else _SIGNED_IN)[needs](question.span, asking, bucket)
    if span is not None and needs == Needs.SEGMENT:
        span = asking.history.with_segments(span, (part.segment for part in parts))
    if span is None:
        return Reach(None)
    sealed, kept = asking.history.sealed(span), asking.history.kept(span)
    return Reach(
        span,
        sealed,
        kept,
        by_month=(sealed if public else span) if holds_months(bucket) else None,
        live=not public or needs == Needs.TOTALS,
        small_days=asking.caller.smallest_group if public and needs == Needs.DAILY and kept else 0,
    )


def _needs(question: Question, parts: Sequence[Part]) -> Needs:
    """What its most demanding part needs; money is told with its currency, which is a dimension."""
    money = any(METRIC_BY_NAME[metric].unit == "money" for metric in question.metrics)
    return max(Needs.DAILY if money else Needs.TOTALS, *(part.needs for part in parts))


def _bucket(question: Question) -> Bucket:
    return next((column.bucket for column in question.dimensions if column.is_time), "")
