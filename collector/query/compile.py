"""Plans to one statement: shared scans of the rows, then for each question its own order and page.

Theory. Questions of one dashboard read the same rows, so each kind of reading (fact, rows, days, filter) is one scan,
a common table expression grouped by every set of keys that a question needs of it. Groups are joined to their texts
after the sums are made, when a handful of numbers is left. The statement has one branch a question:

    WITH scan_0 AS MATERIALIZED (…sums by each set of keys…), …
    SELECT 0 AS q, rank, total, d0, m0, m1 FROM (sums of the question's parts) QUALIFY rank …
    UNION ALL SELECT 1 AS q, …

Words in the SQL are ours (facts.py, this file); whatever a person sent is a parameter. Rows come back as (q, rank,
total, d…, m…), unordered: a reader sorts by q and rank.
"""
# ruff: noqa: S608 the words of every statement are from facts.py and this file; a test looks for any other

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from collector.facts import BY_NAME, METRIC_BY_NAME, FactName
from collector.query import condition
from collector.query.fragment import Fragment, fill, join
from collector.query.plan import ANY_PROPERTY, Formula, Part, Plan
from collector.query.words import EVERYTHING, Bucket, Column, Filter, Order, Span

_BUCKET: dict[Bucket, str] = {
    "hour": "day + to_hours(CAST(hour AS INTEGER))",
    "day": "day",
    "week": "CAST(date_trunc('week', day) AS DATE)",
    "month": "CAST(date_trunc('month', day) AS DATE)",
}


@dataclass(frozen=True, slots=True)
class Branch:
    """One question of a statement. `keep` limits the answer to rows with these values of a dimension, by its place."""

    plan: Plan
    limit: int
    offset: int = 0
    keep: tuple[tuple[int, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """What makes two scans the same: the tables, the days, the rows. `dimension` is set for a filtered daily scan."""

    fact: FactName
    tables: tuple[str, ...]
    span: Span
    condition: Filter
    prop: str
    bucket: Bucket = ""
    dimension: str = ""

    @property
    def is_daily(self) -> bool:
        return self.tables[0].endswith("_daily")


@dataclass(slots=True)
class _Scan:
    """One scan while the questions are gathered: its sets of keys (for daily rows: dimensions) and its measures."""

    name: str
    sets: list[tuple[str, ...]] = field(default_factory=list)
    measures: list[str] = field(default_factory=list)


_Scans = dict[_Reading, _Scan]


def compile_branches(site: int, branches: list[Branch]) -> Fragment:
    """One statement that answers every branch; row shape as in the file's first lines."""
    scans: _Scans = {}
    for branch in branches:
        for part in branch.plan.parts:
            _gather(part, _covered(branch.plan), scans)
    dimensions = max(len(branch.plan.question.dimensions) for branch in branches)
    width = max(branch.plan.width for branch in branches)
    selects = join("\nUNION ALL\n", (_branch(q, branch, scans, dimensions, width) for q, branch in enumerate(branches)))
    written = join(",\n", (_scan(site, reading, scan) for reading, scan in scans.items()))
    return fill(f"{_comment(branches)}\nWITH {{}}\n{{}}", written, selects)


def _covered(plan: Plan) -> Span:
    assert plan.span is not None, "a plan without rows has no statement"
    return plan.span


def _comment(branches: list[Branch]) -> str:
    """The statement's name, for whoever reads a list of slow ones. A property's name is the asker's own word: left out."""
    return "-- stats: " + "; ".join(dict.fromkeys(_title(branch) for branch in branches))


def _title(branch: Branch) -> str:
    question = branch.plan.question
    by = ", ".join("event:props:*" if column.prop else column.api for column in question.dimensions)
    return ", ".join(question.metrics) + (f" by {by}" if by else "")


# --- gathering scans ---------------------------------------------------------------------------------------------


def _readings(part: Part, span: Span) -> list[_Reading]:
    """The scans of a part: daily rows and today's, or detail rows and today's as one."""
    today = f"{part.fact}_today"
    if part.daily is None:
        return [_Reading(part.fact, (f"{part.fact}_detail", today), span, part.condition, part.prop)]
    bucket: Bucket = next((column.bucket for column in part.keys if column.is_time), "")
    if bucket == "hour":
        bucket = "day"  # the hour itself is the value of the dimension "hour"
    alone = part.daily if part.condition != EVERYTHING or part.prop or not span.whole else ""
    return [
        _Reading(part.fact, (f"{part.fact}_daily",), span, part.condition, part.prop, bucket, alone),
        _Reading(part.fact, (today,), span, part.condition, part.prop),
    ]


def _gather(part: Part, span: Span, scans: _Scans) -> None:
    for reading in _readings(part, span):
        scan = scans.setdefault(reading, _Scan(f"scan_{len(scans)}"))
        keys = _keys(part, reading)
        if keys not in scan.sets:
            scan.sets.append(keys)
        scan.measures.extend(name for name, _ in part.measures if name not in scan.measures)


def _keys(part: Part, reading: _Reading) -> tuple[str, ...]:
    """The set of a scan that a part reads: the daily rows' dimension, or the columns to group by, in a fixed order."""
    if reading.is_daily:
        return (part.daily or "",)
    return tuple(sorted({_physical(column) for column in part.keys}))


def _physical(column: Column) -> str:
    """The column that rows are grouped by: a group's number stands for all of its dimensions."""
    return f"by_{column.bucket}" if column.is_time else BY_NAME[column.name].group or column.name


# --- writing scans -----------------------------------------------------------------------------------------------


def _scan(site: int, reading: _Reading, scan: _Scan) -> Fragment:
    body = _daily_scan(site, reading, scan) if reading.is_daily else _rows_scan(site, reading, scan)
    return fill(f"{scan.name} AS MATERIALIZED (\n{{}})", body)


def _daily_scan(site: int, reading: _Reading, scan: _Scan) -> Fragment:
    names = [keys[0] for keys in scan.sets]
    bucket = f"{_BUCKET[reading.bucket]} AS by_{reading.bucket}, " if reading.bucket else ""
    where = [
        Fragment("site = ?", (site,)),
        Fragment(f"dimension IN ({', '.join('?' * len(names))})", tuple(names)),
        _days(reading.span),
    ]
    if not reading.span.whole:
        where.append(_hours(reading.span, "value", "{:02d}".format))
    if reading.condition != EVERYTHING:
        where.append(condition.of_value(reading.condition))
    if reading.prop:
        where.append(_property_value(reading.prop))
    keys = "dimension, value" + (f", by_{reading.bucket}" if reading.bucket else "")
    return fill(
        f"  SELECT {bucket}dimension, value, {_sums(scan)}\n  FROM {reading.tables[0]}\n  WHERE {{}}\n  GROUP BY {keys}",
        join(" AND ", where),
    )


def _rows_scan(site: int, reading: _Reading, scan: _Scan) -> Fragment:
    # By name: in a store that has grown by a dimension, columns of two tables may stand in different order.
    both = " UNION ALL BY NAME ".join(f"SELECT * FROM {table}" for table in reading.tables)
    source = f"({both})" if len(reading.tables) > 1 else reading.tables[0]
    where = [Fragment("site = ?", (site,)), _days(reading.span)]
    if not reading.span.whole:
        where.append(_hours(reading.span, "hour", int))
    if reading.fact == "events":
        where.append(_property_rows(reading.prop))
    if reading.condition != EVERYTHING:
        where.append(condition.of_rows(reading.condition))
    every = _all_keys(scan)
    selected = "".join(f"{_grouped(name)}, " for name in every)
    mark = f"GROUPING_ID({', '.join(_quoted(name) for name in every)}) AS g, " if len(scan.sets) > 1 else ""
    return fill(
        f"  SELECT {mark}{selected}{_sums(scan)}\n  FROM {source}\n  WHERE {{}}{_group_by(scan)}",
        join(" AND ", where),
    )


def _all_keys(scan: _Scan) -> tuple[str, ...]:
    return tuple(sorted({name for keys in scan.sets for name in keys}))


def _grouped(name: str) -> str:
    return f"{_BUCKET[_bucket_of(name)]} AS {name}" if name.startswith("by_") else _quoted(name)


def _bucket_of(name: str) -> Bucket:
    return next(bucket for bucket in _BUCKET if name == f"by_{bucket}")


def _quoted(name: str) -> str:
    return f'"{name}"'


def _group_by(scan: _Scan) -> str:
    if scan.sets == [()]:
        return ""
    sets = ["(" + ", ".join(_quoted(name) for name in keys) + ")" for keys in scan.sets]
    return "\n  GROUP BY " + (sets[0][1:-1] if len(sets) == 1 else f"GROUPING SETS ({', '.join(sets)})")


def _sums(scan: _Scan) -> str:
    return ", ".join(f"sum({name}) AS {name}" for name in scan.measures)


def _days(span: Span) -> Fragment:
    return Fragment("day BETWEEN ? AND ?", (span.first, span.last))


def _hours(span: Span, column: str, stored: Callable[[int], Any]) -> Fragment:
    """The hours of the first and the last day; `stored` is how the column holds an hour."""
    first, last = (span.first, stored(span.first_hour)), (span.last, stored(span.last_hour))
    return Fragment(f"(day > ? OR {column} >= ?) AND (day < ? OR {column} <= ?)", (*first, *last))


def _property_rows(prop: str) -> Fragment:
    """The events fact has one row for each event and one more for each of its properties: never both kinds at once."""
    if prop == ANY_PROPERTY:
        return Fragment("property <> ''")
    return Fragment("property = ?", (prop,))


def _property_value(prop: str) -> Fragment:
    return Fragment("value <> ''") if prop == ANY_PROPERTY else Fragment("starts_with(value, ?)", (prop + "=",))


# --- branches ----------------------------------------------------------------------------------------------------


def _branch(q: int, branch: Branch, scans: _Scans, dimensions: int, width: int) -> Fragment:
    plan = branch.plan
    parts = join(
        "\n    UNION ALL ",
        (_part_rows(part, reading, scans[reading], plan.width) for part in plan.parts for reading in _readings(part, _covered(plan))),
    )
    own = [f"d{place}" for place in range(len(plan.question.dimensions))]
    padded = own + [f"NULL AS d{place}" for place in range(len(own), dimensions)]
    padded += [f"m{place}" for place in range(plan.width)] + [f"0 AS m{place}" for place in range(plan.width, width)]
    sums = ", ".join([*own, *(f"sum(m{place}) AS m{place}" for place in range(plan.width))])
    some = " OR ".join(f"sum(m{place}) <> 0" for place in range(plan.width))
    group = f"GROUP BY {', '.join(own)} HAVING {some}" if own else f"HAVING {some}"
    return fill(
        f"SELECT {q} AS q, row_number() OVER (ORDER BY {_order(plan)}) AS rank, count(*) OVER () AS total, {', '.join(padded)}\n"
        f"  FROM (SELECT {sums} FROM (\n    {{}}) {{}}{group})\n  QUALIFY {{}}",
        parts,
        _keep(branch),
        Fragment("rank > ? AND rank <= ?", (branch.offset, branch.offset + branch.limit)),
    )


def _keep(branch: Branch) -> Fragment:
    tests = [Fragment(f"d{place} IN (SELECT unnest(?::VARCHAR[]))", (list(values),)) for place, values in branch.keep]
    return fill("WHERE {} ", join(" AND ", tests)) if tests else Fragment("")


def _part_rows(part: Part, reading: _Reading, scan: _Scan, width: int) -> Fragment:
    """One part's rows from one of its scans: the question's dimensions as text, its measures in their places."""
    dimensions = [f"{_text(column, reading, scan)} AS d{place}" for place, column in enumerate(part.keys)]
    own = {place: name for name, place in part.measures}
    measures = [f"{scan.name}.{own[place]} AS m{place}" if place in own else f"0 AS m{place}" for place in range(width)]
    select = f"SELECT {', '.join([*dimensions, *measures])} FROM {scan.name}{_joins(part, reading, scan)}"
    if reading.is_daily:
        return Fragment(f"{select} WHERE dimension = ?", (part.daily or "",))
    return Fragment(f"{select} WHERE g = {_set_number(part, reading, scan)}" if len(scan.sets) > 1 else select)


def _text(column: Column, reading: _Reading, scan: _Scan) -> str:
    if column.bucket == "hour" and reading.is_daily:
        return "CAST(by_day + to_hours(TRY_CAST(value AS INTEGER)) AS VARCHAR)"
    if column.is_time:
        return f"CAST({scan.name}.by_{column.bucket} AS VARCHAR)"
    if reading.is_daily:
        return f"{scan.name}.value"
    return f'{BY_NAME[column.name].group or scan.name}."{column.name}"'


def _joins(part: Part, reading: _Reading, scan: _Scan) -> str:
    if reading.is_daily:
        return ""
    groups = dict.fromkeys(BY_NAME[column.name].group for column in part.keys if not column.is_time)
    return "".join(f" JOIN {group} ON {group}.id = {scan.name}.{group}" for group in groups if group)


def _set_number(part: Part, reading: _Reading, scan: _Scan) -> int:
    """GROUPING_ID of a set: a bit for each key, the first the highest, 1 where the set lacks it."""
    keys = _keys(part, reading)
    return sum((name not in keys) << bit for bit, name in enumerate(reversed(_all_keys(scan))))


def _order(plan: Plan) -> str:
    """The question's order, then its dimensions, so that pages of an answer never overlap."""
    by_metric = {formula.metric: formula for formula in plan.formulas}
    asked = [_one_order(order, by_metric) for order in plan.question.order]
    return ", ".join([*asked, *(f"d{place}" for place in range(len(plan.question.dimensions)))])


def _one_order(order: Order, formulas: dict[str, Formula]) -> str:
    direction = "DESC" if order.descending else "ASC"
    if not order.metric:
        return f"d{order.place} {direction}"
    formula = formulas[order.metric]
    numerator = _added(formula.numerator)
    if not METRIC_BY_NAME[order.metric].denominator:
        return f"{numerator} {direction}"
    return f"CAST({numerator} AS DOUBLE) / nullif({_added(formula.denominator)}, 0) {direction} NULLS LAST"


def _added(places: tuple[int, ...]) -> str:
    return f"m{places[0]}" if len(places) == 1 else "(" + " + ".join(f"m{place}" for place in places) + ")"
