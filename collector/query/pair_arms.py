"""Arms of pair rows: the crossings of two dimensions that are kept of sealed periods, and what is left of their margin.

The kept pairs of a value are a part of its daily rows, exact to the day; the rest is told as one row of the value RARE, so that
nothing is silently left out:   pairs + (daily rows - pairs) = daily rows.
"""
# ruff: noqa: S608 the words of every statement are from facts.py and these files; a test looks for any other

from collections.abc import Iterator

from collector.facts import HOUR, RARE, Pair
from collector.query import condition
from collector.query.arm import DAILY_BUCKET, Arm, columns
from collector.query.columns import tells_of_visitors
from collector.query.daily_arms import of_dimension, of_property, rare_rows, readings
from collector.query.fragment import Fragment, fill, join
from collector.query.part import has_margin, margin_of
from collector.query.words import EVERYTHING, AllOf, Bucket, Column, Filter, Span, leaves

_PAIR_BUCKET: dict[Bucket, str] = {
    "hour": '"first" + to_hours(TRY_CAST({hour} AS INTEGER))',
    "day": '"first"',
    "week": "CAST(date_trunc('week', \"first\") AS DATE)",
    "month": "CAST(date_trunc('month', \"first\") AS DATE)",
}


def pair_rows(arm: Arm) -> Iterator[Fragment]:
    """The sealed periods of a part that names a pair: its kept rows, and the rest of the margin if that is known."""
    pair = _pair(arm)
    keys = [_key(column, pair, None) for column in arm.part.keys]
    yield fill(f"SELECT {columns(keys, arm.measures)} FROM {arm.part.fact}_pairs WHERE {{}}", _of_pair(arm, arm.part.condition))
    margin = margin_of(arm.part)
    if margin is not None:
        keys = [_margin_key(column, margin) for column in arm.part.keys]
        yield from _margin(arm, margin, arm.part.condition, columns(keys, arm.measures))
        yield _kept_of_margin(arm, pair, margin)


def may_be_withheld(arm: Arm) -> Fragment | None:
    """At most how many visits the answer leaves out, for each dimension that bounds it; None where it leaves out none.

    Where the filters name both dimensions, what is left of each of the two margins.
    """
    pair, margin = _pair(arm), margin_of(arm.part)
    if margin is not None:
        given_up = list(_given_up(arm, margin, arm.part.condition))
        return fill("SELECT sum(visits) FROM ({})", join(" UNION ALL ", given_up)) if given_up else None
    bounds = [_left_of(arm, name) for name in pair if has_margin(pair, name) and name in arm.part.filtered]
    return join(" UNION ALL ", bounds) if bounds else None


def _kept_of_margin(arm: Arm, pair: Pair, margin: str) -> Fragment:
    keys = [_key(column, pair, margin) for column in arm.part.keys]
    taken = [measure if measure == "0" else f"-{measure}" for measure in arm.measures]
    return fill(f"SELECT {columns(keys, taken)} FROM {arm.part.fact}_pairs WHERE {{}}", _of_pair(arm, arm.part.condition))


def _left_of(arm: Arm, name: str) -> Fragment:
    """The visits of the values of one dimension that fit the filters, without the kept ones; those given up may fit."""
    mine = _on_alone(arm.part.condition, name)
    kept = fill(f"SELECT -visits AS visits FROM {arm.part.fact}_pairs WHERE {{}}", _of_pair(arm, mine))
    rows = (*_margin(arm, name, mine, "visits"), kept, *_given_up(arm, name, mine))
    return fill("SELECT sum(visits) FROM ({})", join(" UNION ALL ", rows))


def _given_up(arm: Arm, name: str, asked: Filter) -> Iterator[Fragment]:
    """The visits whose days gave up a dimension that is filtered on."""
    if asked == EVERYTHING or not tells_of_visitors(name):
        return
    for grain, span in readings(_sealed(arm), arm.reach):
        yield fill(f"SELECT visits FROM {arm.part.fact}_{grain} WHERE {{}}", rare_rows(arm.site, name, span))


def _of_pair(arm: Arm, asked: Filter) -> Fragment:
    pair, sealed = _pair(arm), _sealed(arm)
    tests = [
        Fragment("site = ?", (arm.site,)),
        Fragment("dimension = ? AND other = ?", pair),
        Fragment('"first" BETWEEN ? AND ?', (sealed.first, sealed.last)),
    ]
    if asked != EVERYTHING:
        tests.append(condition.of_pair(asked, pair))
    return join(" AND ", [*tests, *of_property(arm.part.prop, _column("value", pair))])


def _margin(arm: Arm, name: str, asked: Filter, listed: str) -> Iterator[Fragment]:
    """The daily rows of one dimension that fit the filters; `listed` is what to select."""
    tests = [condition.of_value(asked)] if asked != EVERYTHING else []
    if tests and tells_of_visitors(name):
        tests.insert(0, Fragment("value <> ?", (RARE,)))
    tests += of_property(arm.part.prop, "value")
    for grain, span in readings(_sealed(arm), arm.reach):
        where = (*of_dimension(arm.site, (name,), span), *tests)
        yield fill(f"SELECT {listed} FROM {arm.part.fact}_{grain} WHERE {{}}", join(" AND ", where))


def _on_alone(asked: Filter, name: str) -> Filter:
    """Those of a filter's parts that name one dimension and no other; without the rest it lets more through."""
    parts = asked.parts if isinstance(asked, AllOf) else (asked,)
    return AllOf(tuple(part for part in parts if {leaf.column.name for leaf in leaves(part)} == {name}))


def _key(column: Column, pair: Pair, margin: str | None) -> str:
    """A dimension in pair rows; with a `margin` those of the other dimension are withheld."""
    name = HOUR if column.bucket == "hour" else column.name
    if margin is not None and name != margin and not (column.is_time and column.bucket != "hour"):
        return _withheld(column)
    return _PAIR_BUCKET[column.bucket].format(hour=_column(HOUR, pair)) if column.is_time else _column(name, pair)


def _margin_key(column: Column, margin: str) -> str:
    """A dimension in the margin's daily rows, where the other one is withheld."""
    if column.is_time:
        return DAILY_BUCKET[column.bucket] if column.bucket != "hour" or margin == HOUR else _withheld(column)
    return "value" if column.name == margin else _withheld(column)


def _withheld(column: Column) -> str:
    """What stands for a value that is withheld; an hour that is has no bucket."""
    return "CAST(NULL AS TIMESTAMP)" if column.is_time else f"'{RARE}'"


def _column(name: str, pair: Pair) -> str:
    return "value" if name == pair[0] else "other_value"


def _pair(arm: Arm) -> Pair:
    assert arm.part.pair is not None, "the part names a pair"
    return arm.part.pair


def _sealed(arm: Arm) -> Span:
    assert arm.reach.sealed is not None, "there are sealed days"
    return arm.reach.sealed
