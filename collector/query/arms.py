"""The arms of a statement: one reading of one fact's rows, for every question that needs it.

An arm's rows are (q, t, d…, m…): the question's number, its bucket of time as text, its other dimensions, and the
measures in their columns. What a question does not have is '' or 0.
"""
# ruff: noqa: S608 the words of every statement are from facts.py and this file; a test looks for any other

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from collector.facts import BY_NAME, FactName
from collector.query import condition
from collector.query.fragment import Fragment, fill, join
from collector.query.plan import ANY_PROPERTY, Part, Plan, Term, ViewName
from collector.query.words import EVERYTHING, Bucket, Column, Filter, Span

_BUCKET: dict[Bucket, str] = {
    "hour": "day + to_hours(CAST(hour AS INTEGER))",
    "day": "day",
    "week": "CAST(date_trunc('week', day) AS DATE)",
    "month": "CAST(date_trunc('month', day) AS DATE)",
}
# In daily rows the hour is the value of the dimension "hour".
_DAILY_HOUR = "day + to_hours(TRY_CAST(value AS INTEGER))"


@dataclass(frozen=True, slots=True)
class _Reading:
    """What makes two arms the same: the fact and how it is looked at, the tables, the days, the rows.

    `alone` is the one dimension of daily rows that are read apart from others: the total, because lists need fewer
    measures than the headline, and whatever has a filter. A bucket of daily rows is the arm's, of detail rows a key.
    """

    view: ViewName
    fact: FactName
    tables: tuple[str, ...]
    span: Span
    condition: Filter
    prop: str
    bucket: Bucket = ""
    alone: str | None = None


@dataclass(slots=True)
class Arm:
    """One reading and who needs it: (question's number, its part), and the measures any of them needs."""

    reading: _Reading
    readers: list[tuple[int, Part]] = field(default_factory=list)
    measures: list[str] = field(default_factory=list)


def gather(plans: Iterable[tuple[int, Plan]]) -> list[Arm]:
    """The arms that numbered plans need together."""
    arms: dict[_Reading, Arm] = {}
    for q, plan in plans:
        assert plan.span is not None, "a plan without rows has no statement"
        for part in plan.parts:
            for reading in _readings(part, plan.span):
                arm = arms.setdefault(reading, Arm(reading))
                arm.readers.append((q, part))
                arm.measures.extend(name for name in part.measures if name not in arm.measures)
    return list(arms.values())


def _readings(part: Part, span: Span) -> list[_Reading]:
    """Daily rows and, apart, today's; or detail rows and today's as one."""
    today = f"{part.fact}_today"
    if part.daily is None:
        return [_Reading(part.view, part.fact, (f"{part.fact}_detail", today), span, part.condition, part.prop)]
    bucket: Bucket = next((column.bucket for column in part.keys if column.is_time), "")
    apart = part.daily in ("", "hour") or part.condition != EVERYTHING or part.prop
    alone = part.daily if apart else None
    return [
        _Reading(part.view, part.fact, (f"{part.fact}_daily",), span, part.condition, part.prop, bucket, alone),
        _Reading(part.view, part.fact, (today,), span, part.condition, part.prop),
    ]


def arm_rows(site: int, arm: Arm, dimensions: int, terms: list[Term]) -> Fragment:
    """A select of the arm's rows; `terms` are the statement's m columns."""
    wanted = [measure if view == arm.reading.view and measure in arm.measures else "" for view, measure in terms]
    if arm.reading.tables[0].endswith("_daily"):
        return _daily_rows(site, arm, dimensions, wanted)
    return _detail_rows(site, arm, dimensions, wanted)


def _select(time: str, values: list[str], wanted: list[str], source: str = "") -> str:
    """The arm's columns in the order that all arms share; `source` is what the measures are read from."""
    measures = [source + measure if measure else "0" for measure in wanted]
    dimensions = [f"{value} AS d{place}" for place, value in enumerate(values)]
    return ", ".join(["q", f"{time} AS t", *dimensions, *(f"{measure} AS m{place}" for place, measure in enumerate(measures))])


# --- daily rows --------------------------------------------------------------------------------------------------


def _daily_rows(site: int, arm: Arm, dimensions: int, wanted: list[str]) -> Fragment:
    """Rows of one dimension each, summed, then joined to the questions that ask for it.

    Summed by value alone where there is one dimension: over a million rows that takes half as long as by two keys.
    """
    reading = arm.reading
    names = tuple(dict.fromkeys(part.daily for _, part in arm.readers))
    time = _DAILY_HOUR if reading.bucket == "hour" else _BUCKET.get(reading.bucket, "")
    # One dimension at most: whatever columns other questions of the statement have more of, these rows have not.
    shown = [q for q, part in arm.readers if any(not column.is_time for column in part.keys)]
    values = [_for_questions({"value": shown}, len(arm.readers)), *["''"] * dimensions][:dimensions]
    select = _select("CAST(bucket AS VARCHAR)" if time else "''", values, wanted)
    keys = ["dimension", "value"] if len(names) > 1 else ["value"]
    columns = [*keys, *([f"{time} AS bucket"] if time else []), *(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in arm.measures)]
    grouping = ", ".join([*keys, "bucket"] if time else keys)
    summed = fill(
        f"\n      SELECT {', '.join(columns)}\n      FROM {reading.tables[0]}\n      WHERE {{}}\n      GROUP BY {grouping}",
        join(" AND ", _daily_where(site, reading, names)),
    )
    return fill(f"SELECT {select}\n    FROM ({{}}) JOIN {{}}", summed, _askers(arm, len(names) > 1))


def _askers(arm: Arm, several: bool) -> Fragment:
    """The questions of the arm, each with its dimension where there are several."""
    if not several:
        return Fragment("(VALUES " + ", ".join(f"({q})" for q, _ in arm.readers) + ") AS asked(q) ON TRUE")
    listed = join(", ", (Fragment(f"({q}, ?)", (part.daily,)) for q, part in arm.readers))
    return fill("(VALUES {}) AS asked(q, dimension) USING (dimension)", listed)


def _daily_where(site: int, reading: _Reading, names: tuple[str | None, ...]) -> list[Fragment]:
    one_of = "dimension = ?" if len(names) == 1 else f"dimension IN ({', '.join('?' * len(names))})"
    where = [Fragment("site = ?", (site,)), _days(reading.span), Fragment(one_of, names)]
    if not reading.span.whole:
        where.append(_hours(reading.span, "value", "{:02d}".format))
    if reading.condition != EVERYTHING:
        where.append(condition.of_value(reading.condition))
    if reading.prop:
        where.append(Fragment("value <> ''") if reading.prop == ANY_PROPERTY else Fragment("starts_with(value, ?)", (reading.prop + "=",)))
    return where


def _for_questions(values: dict[str, list[int]], readers: int) -> str:
    """The value that each question has, '' for those that have none."""
    present = {value: qs for value, qs in values.items() if qs}
    if len(present) == 1 and len(next(iter(present.values()))) == readers:
        return next(iter(present))
    cases = "".join(f" WHEN q IN ({', '.join(map(str, qs))}) THEN {value}" for value, qs in present.items())
    return f"CASE{cases} ELSE '' END" if cases else "''"


# --- detail rows -------------------------------------------------------------------------------------------------


def _detail_rows(site: int, arm: Arm, dimensions: int, wanted: list[str]) -> Fragment:
    """Rows with all dimensions, summed by each question's keys in one pass, then given their groups' texts."""
    sets = list(dict.fromkeys(_keys(part) for _, part in arm.readers))
    every = tuple(sorted({name for keys in sets for name in keys}))
    asked = ", ".join(f"({q}, {_set_number(_keys(part), every)})" for q, part in arm.readers)
    times: dict[str, list[int]] = {}
    values: list[dict[str, list[int]]] = [{} for _ in range(dimensions)]
    for q, part in arm.readers:
        _place_columns(q, part, times, values)
    count = len(arm.readers)
    select = _select(_for_questions(times, count), [_for_questions(value, count) for value in values], wanted, "s.")
    joins = "".join(f" LEFT JOIN {group} ON {group}.id = s.{group}" for group in _groups(arm))
    return fill(
        f"SELECT {select}\n    FROM ({{}}) AS s JOIN (VALUES {asked}) AS asked(q, g) USING (g){joins}",
        _summed(site, arm, sets, every),
    )


def _keys(part: Part) -> tuple[str, ...]:
    """The columns a part is grouped by: a group's number stands for all of its dimensions."""
    return tuple(sorted({_physical(column) for column in part.keys}))


def _physical(column: Column) -> str:
    return f"by_{column.bucket}" if column.is_time else BY_NAME[column.name].group or column.name


def _place_columns(q: int, part: Part, times: dict[str, list[int]], values: list[dict[str, list[int]]]) -> None:
    place = 0
    for column in part.keys:
        if column.is_time:
            times.setdefault(f"CAST(by_{column.bucket} AS VARCHAR)", []).append(q)
        else:
            text = f'{BY_NAME[column.name].group or "s"}."{column.name}"'
            values[place].setdefault(text, []).append(q)
            place += 1


def _groups(arm: Arm) -> list[str]:
    found = (BY_NAME[column.name].group for _, part in arm.readers for column in part.keys if not column.is_time)
    return list(dict.fromkeys(group for group in found if group))


def _set_number(keys: tuple[str, ...], every: tuple[str, ...]) -> int:
    """GROUPING_ID of a set: a bit for each key, the first the highest, 1 where the set lacks it."""
    return sum((name not in keys) << bit for bit, name in enumerate(reversed(every)))


def _summed(site: int, arm: Arm, sets: list[tuple[str, ...]], every: tuple[str, ...]) -> Fragment:
    reading = arm.reading
    # By name: in a store that has grown by a dimension, columns of two tables may stand in different order.
    both = " UNION ALL BY NAME ".join(f"SELECT * FROM {table}" for table in reading.tables)
    source = f"({both})" if len(reading.tables) > 1 else reading.tables[0]
    mark = f"GROUPING_ID({', '.join(map(_quoted, every))})" if every else "0"
    keys = "".join(f"{_grouped(name)}, " for name in every)
    sums = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in arm.measures)
    select = f"SELECT {mark} AS g, {keys}{sums}\n      FROM {source}"
    return fill(f"\n      {select}\n      WHERE {{}}{_grouping(sets)}", join(" AND ", _where(site, reading)))


def _grouping(sets: list[tuple[str, ...]]) -> str:
    if sets == [()]:
        return ""
    return "\n      GROUP BY GROUPING SETS (" + ", ".join(f"({', '.join(map(_quoted, keys))})" for keys in sets) + ")"


def _where(site: int, reading: _Reading) -> list[Fragment]:
    where = [Fragment("site = ?", (site,)), _days(reading.span)]
    if not reading.span.whole:
        where.append(_hours(reading.span, "hour", int))
    if reading.fact == "events":
        # One row for each event and one more for each of its properties: never both kinds at once.
        where.append(Fragment("property <> ''") if reading.prop == ANY_PROPERTY else Fragment("property = ?", (reading.prop,)))
    if reading.condition != EVERYTHING:
        where.append(condition.of_rows(reading.condition))
    return where


def _grouped(name: str) -> str:
    for bucket, text in _BUCKET.items():
        if name == f"by_{bucket}":
            return f"{text} AS {name}"
    return _quoted(name)


def _quoted(name: str) -> str:
    return f'"{name}"'


# --- both --------------------------------------------------------------------------------------------------------


def _days(span: Span) -> Fragment:
    return Fragment("day BETWEEN ? AND ?", (span.first, span.last))


def _hours(span: Span, column: str, stored: Callable[[int], Any]) -> Fragment:
    """The hours of the first and the last day; `stored` is how the column holds an hour."""
    first, last = (span.first, stored(span.first_hour)), (span.last, stored(span.last_hour))
    return Fragment(f"(day > ? OR {column} >= ?) AND (day < ? OR {column} <= ?)", (*first, *last))
