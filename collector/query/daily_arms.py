"""Arms of rows of one dimension: monthly ones for the whole months of a range, daily ones for the days before and after.

A day of few visits gives up its values where they are about visitors: its daily rows become one, of the value RARE. Sealing writes
that; the monthly rows still tell them, where a month's such days have enough visits together. Days that are not sealed give up
theirs to a public caller as they are read.
"""
# ruff: noqa: S608 the words of every statement are from facts.py and these files; a test looks for any other

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from collector.facts import RARE
from collector.query import condition
from collector.query.arm import DAILY_BUCKET, Arm, columns, in_hours, marks, of_site
from collector.query.columns import SEGMENT, tells_of_visitors
from collector.query.fragment import Fragment, fill, join
from collector.query.history import whole_months
from collector.query.part import ANY_PROPERTY
from collector.query.plan import gives_up
from collector.query.reach import Reach
from collector.query.words import EVERYTHING, Span

# The two kinds of tables that have one dimension at a time; a month's `day` is its first.
Grain = Literal["daily", "monthly"]

_DAY = timedelta(days=1)

# Days with fewer visits than the last parameter, as a person without rights sees them.
_GIVING_UP = (
    "(SELECT * REPLACE (CASE WHEN day BETWEEN ? AND ? AND day NOT IN (SELECT day FROM visits_daily WHERE site = ? AND dimension = '' "
    f"GROUP BY day HAVING sum(visits) >= ?) THEN '{RARE}' ELSE value END AS value) FROM {{fact}}_daily)"
)


def daily_rows(arm: Arm) -> Iterator[Fragment]:
    """The daily rows that answer a part."""
    name = arm.part.daily
    assert name is not None, "the part has daily rows"
    keys = [DAILY_BUCKET[column.bucket] if column.is_time else "value" for column in arm.part.keys]
    tests = tuple(_tests(arm))
    select = f"SELECT {'dimension AS name, ' if arm.names else ''}{columns(keys, arm.measures)} FROM {{}} WHERE {{}}"
    for grain, span in readings(arm.span, arm.reach):
        yield fill(select, source(arm, grain, name), join(" AND ", (*of_dimension(arm.site, arm.names or (name,), span), *tests)))


def segment_rows(arm: Arm) -> Iterator[Fragment]:
    """The sealed days of a part that names a segment alone."""
    sealed, part = arm.reach.sealed, arm.part
    assert sealed is not None, "there are sealed days"
    keys = [DAILY_BUCKET[column.bucket] for column in part.keys]
    for grain, span in readings(sealed, arm.reach):
        where = (*of_dimension(arm.site, (SEGMENT,), span), Fragment("value = ?", (part.segment,)))
        yield fill(f"SELECT {columns(keys, arm.measures)} FROM {part.fact}_{grain} WHERE {{}}", join(" AND ", where))


def given_up(arm: Arm) -> Fragment | None:
    """The visits that a part cannot tell because their days gave up what its filters or hours ask; None where there are none."""
    name, left_out = arm.part.daily, left_out_of(arm)
    if left_out is None or name is None:
        return None
    rare = [
        fill("SELECT visits FROM {} WHERE {} AND NOT ({})", source(arm, grain, name), rare_rows(arm.site, name, span), left_out)
        for grain, span in readings(arm.span, arm.reach)
    ]
    return fill("SELECT sum(visits) FROM ({})", join(" UNION ALL ", rare))


def rare_rows(site: int, name: str, span: Span) -> Fragment:
    """The rows of what days, or months, gave up."""
    return join(" AND ", (*of_dimension(site, (name,), span), Fragment("value = ?", (RARE,))))


def readings(span: Span, reach: Reach) -> Iterator[tuple[Grain, Span]]:
    """Which rows of a dimension tell which days of a span."""
    months = whole_months(span, reach.by_month)
    if months is None:
        yield "daily", span
        return
    yield "monthly", months
    if span.first < months.first:
        yield "daily", replace(span, last=months.first - _DAY)
    if months.last < span.last:
        yield "daily", replace(span, first=months.last + _DAY)


def of_dimension(site: int, names: tuple[str, ...], span: Span) -> Iterator[Fragment]:
    """The rows of one dimension, or of several alike."""
    yield from of_site(site, span)
    yield Fragment("dimension = ?", names) if len(names) == 1 else Fragment(f"dimension IN ({marks(names)})", names)


def source(arm: Arm, grain: Grain, name: str) -> Fragment:
    """Where rows of a dimension are read. Months give up nothing: who may not see all of a day reads only sealed ones."""
    fact, kept = arm.part.fact, arm.reach.kept
    if grain == "monthly" or not arm.reach.small_days or kept is None or not tells_of_visitors(name):
        return Fragment(f"{fact}_{grain}")
    return Fragment(_GIVING_UP.format(fact=fact), (kept.first, kept.last, arm.site, arm.reach.small_days))


def left_out_of(arm: Arm) -> Fragment | None:
    """What is true of the rows that are counted: none that might or might not be asked for. None where there is no such row."""
    if not gives_up(arm.part, arm.reach):
        return None
    if arm.part.condition != EVERYTHING:
        return Fragment("value <> ?", (RARE,))
    if arm.span.whole:
        return None
    within = _whole_days(arm.span)
    return Fragment("(value <> ? OR day BETWEEN ? AND ?)", (RARE, within.first, within.last))


def of_property(prop: str, column: str) -> Iterator[Fragment]:
    """The rows of a property's values, or of any property's; `column` holds "name=value"."""
    if prop:
        yield Fragment(f"{column} <> ''") if prop == ANY_PROPERTY else Fragment(f"starts_with({column}, ?)", (prop + "=",))


def _tests(arm: Arm) -> Iterator[Fragment]:
    part = arm.part
    if not arm.span.whole:
        # The whole of a first day has its given up hours too: RARE comes before "00".
        yield in_hours(arm.span, "value", lambda hour: f"{hour:02d}" if hour else "")
    if (left_out := left_out_of(arm)) is not None:
        yield left_out
    if part.condition != EVERYTHING:
        yield condition.of_value(part.condition)
    yield from of_property(part.prop, "value")


def _whole_days(span: Span) -> Span:
    """The days that a span has all hours of."""
    return Span(span.first + timedelta(days=span.first_hour > 0), span.last - timedelta(days=span.last_hour < 23))
