"""The arms of a statement: the rows that one part of a plan sums, from daily rows, from detail rows or from today's.

An arm's rows are (d…, m…): the question's dimensions in its order, then the plan's terms; a term of another part is 0.
Where plans share a statement (`compile.family_of`), the name of each row's dimension stands before: (name, d0, m…).
"""
# ruff: noqa: S608 the words of every statement are from facts.py and this file; a test looks for any other

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from collector.facts import BY_NAME
from collector.query import condition
from collector.query.fragment import Fragment, fill, join
from collector.query.plan import ANY_PROPERTY, Part, Plan
from collector.query.words import EVERYTHING, Bucket, Column, Span

_BUCKET: dict[Bucket, str] = {
    "hour": "day + to_hours(CAST(hour AS INTEGER))",
    "day": "day",
    "week": "CAST(date_trunc('week', day) AS DATE)",
    "month": "CAST(date_trunc('month', day) AS DATE)",
}
# In daily rows the hour is the value of the dimension "hour".
_DAILY_BUCKET: dict[Bucket, str] = {**_BUCKET, "hour": "day + to_hours(TRY_CAST(value AS INTEGER))"}


@dataclass(frozen=True, slots=True)
class Arm:
    """One part of a plan in its statement: `measures` are its columns or 0, in the order of the plan's terms.

    `names` are the family's dimensions, as daily rows call them; a plan that has its statement to itself has none.
    """

    site: int
    span: Span
    part: Part
    measures: tuple[str, ...]
    names: tuple[str, ...]


def arms_of(site: int, plans: Sequence[Plan]) -> Iterator[Fragment]:
    """The arms of plans that are alike but for their one dimension; each plan must have a span."""
    lead = plans[0]
    assert lead.span is not None, "a plan without rows has no statement"
    for place, part in enumerate(lead.parts):
        names = tuple(dict.fromkeys(plan.parts[place].keys[0].name for plan in plans)) if len(plans) > 1 else ()
        measures = tuple(f'"{measure}"' if view == part.view else "0" for view, measure in lead.terms)
        arm = Arm(site, lead.span, part, measures, names)
        if part.daily is None:
            yield from _detail_rows(arm, (f"{part.fact}_detail", f"{part.fact}_today"))
        else:
            yield _daily_rows(arm)
            yield from _detail_rows(arm, (f"{part.fact}_today",))


def _columns(keys: Sequence[str], measures: Sequence[str]) -> str:
    """A select list under the names that all arms share."""
    return ", ".join([*(f"{key} AS d{place}" for place, key in enumerate(keys)), *_measured(measures)])


def _measured(measures: Sequence[str]) -> list[str]:
    return [f"{measure} AS m{place}" for place, measure in enumerate(measures)]


# --- daily rows --------------------------------------------------------------------------------------------------


def _daily_rows(arm: Arm) -> Fragment:
    keys = [_DAILY_BUCKET[column.bucket] if column.is_time else "value" for column in arm.part.keys]
    name = "dimension AS name, " if arm.names else ""
    select = f"SELECT {name}{_columns(keys, arm.measures)} FROM {arm.part.fact}_daily WHERE {{}}"
    return fill(select, join(" AND ", _daily_where(arm)))


def _daily_where(arm: Arm) -> Iterator[Fragment]:
    part = arm.part
    yield from _of_site(arm)
    yield Fragment("dimension = ?", (part.daily,)) if not arm.names else Fragment(f"dimension IN ({_marks(arm.names)})", arm.names)
    if not arm.span.whole:
        yield _hours(arm.span, "value", "{:02d}".format)
    if part.condition != EVERYTHING:
        yield condition.of_value(part.condition)
    if part.prop:
        yield Fragment("value <> ''") if part.prop == ANY_PROPERTY else Fragment("starts_with(value, ?)", (part.prop + "=",))


# --- rows with all dimensions ------------------------------------------------------------------------------------


def _detail_rows(arm: Arm, tables: Sequence[str]) -> Iterator[Fragment]:
    """Rows as they are; where a group's texts are asked for, first summed by the groups' numbers, then given the texts."""
    groups = tuple(dict.fromkeys(group for column in arm.part.keys if (group := _group(column))))
    stored = dict.fromkeys(_stored(column) for column in arm.part.keys)
    where = join(" AND ", _where(arm))
    if not groups:
        columns = _columns([_stored(column) for column in arm.part.keys], arm.measures)
        yield from (fill(f"SELECT {columns} FROM {table} WHERE {{}}", where) for table in tables)
        return
    keys = [f"{text} AS k{place}" for place, text in enumerate(stored)]
    rows = [fill(f"SELECT {', '.join([*keys, *_measured(arm.measures)])} FROM {table} WHERE {{}}", where) for table in tables]
    yield _with_texts(arm, list(stored), groups, join(" UNION ALL ", rows))


def _with_texts(arm: Arm, stored: list[str], groups: tuple[str, ...], rows: Fragment) -> Fragment:
    """The rows, with the columns `stored` as k0, k1…, summed and joined to their texts."""
    grouped = ", ".join(f"k{place}" for place in range(len(stored)))
    sums = ", ".join(_measured([f"sum(m{place})" for place in range(len(arm.measures))]))
    joins = "".join(f" JOIN {group} ON {group}.id = k{stored.index(group)}" for group in groups)
    source = f"FROM (SELECT {grouped}, {sums} FROM ({{}}) GROUP BY {grouped}){joins}"
    texts = [_text(column, stored) for column in arm.part.keys]
    measures = [f"m{place}" for place in range(len(arm.measures))]
    if not arm.names:
        return fill(f"SELECT {_columns(texts, measures)} {source}", rows)
    values = ", ".join(f'{groups[0]}."{name}"' for name in arm.names)
    each = f"unnest(?::VARCHAR[]) AS name, unnest([{values}]) AS d0, {', '.join(_measured(measures))}"
    return fill(f"SELECT {{}} {source}", Fragment(each, (list(arm.names),)), rows)


def _group(column: Column) -> str:
    return "" if column.is_time else BY_NAME[column.name].group


def _stored(column: Column) -> str:
    """What holds a column in a row: a group's number stands for all of its dimensions."""
    return _BUCKET[column.bucket] if column.is_time else _group(column) or f'"{column.name}"'


def _text(column: Column, stored: list[str]) -> str:
    group = _group(column)
    return f'{group}."{column.name}"' if group else f"k{stored.index(_stored(column))}"


def _where(arm: Arm) -> Iterator[Fragment]:
    part = arm.part
    yield from _of_site(arm)
    if not arm.span.whole:
        yield _hours(arm.span, "hour", int)
    if part.fact == "events":
        # One row for each event and one more for each of its properties: never both kinds at once.
        yield Fragment("property <> ''") if part.prop == ANY_PROPERTY else Fragment("property = ?", (part.prop,))
    if part.condition != EVERYTHING:
        yield condition.of_rows(part.condition)


# --- both --------------------------------------------------------------------------------------------------------


def _of_site(arm: Arm) -> Iterator[Fragment]:
    yield Fragment("site = ?", (arm.site,))
    yield Fragment("day BETWEEN ? AND ?", (arm.span.first, arm.span.last))


def _hours(span: Span, column: str, stored: Callable[[int], Any]) -> Fragment:
    """The hours of the first and the last day; `stored` is how the column holds an hour."""
    first, last = (span.first, stored(span.first_hour)), (span.last, stored(span.last_hour))
    return Fragment(f"(day > ? OR {column} >= ?) AND (day < ? OR {column} <= ?)", (*first, *last))


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
