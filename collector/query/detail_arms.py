"""Arms of rows with all dimensions: detail and today's. A group's dimensions stand there behind its number."""
# ruff: noqa: S608 the words of every statement are from facts.py and these files; a test looks for any other

from collections.abc import Iterator, Sequence

from collector.facts import HOUR
from collector.query import condition
from collector.query.arm import BUCKET, Arm, columns, in_hours, measured, of_site
from collector.query.columns import KNOWN
from collector.query.fragment import Fragment, fill, join
from collector.query.part import ANY_PROPERTY
from collector.query.words import EVERYTHING, Column, Span

Table = tuple[str, Span]  # its name, and the days to read


def detail_rows(arm: Arm, tables: Sequence[Table]) -> Iterator[Fragment]:
    """Rows as they are; where a group's texts are asked for, first summed by the groups' numbers, then given the texts."""
    groups = tuple(dict.fromkeys(group for column in arm.part.keys if (group := _group(column))))
    stored = dict.fromkeys(_stored(column) for column in arm.part.keys)
    if not groups:
        listed = columns([_stored(column) for column in arm.part.keys], arm.measures)
        yield from (_select(listed, table, arm) for table in tables)
        return
    listed = ", ".join([*(f"{text} AS k{place}" for place, text in enumerate(stored)), *measured(arm.measures)])
    rows = join(" UNION ALL ", (_select(listed, table, arm) for table in tables))
    yield _with_texts(arm, list(stored), groups, rows)


def _select(listed: str, table: Table, arm: Arm) -> Fragment:
    name, span = table
    return fill(f"SELECT {listed} FROM {name} WHERE {{}}", join(" AND ", _where(arm, span)))


def _with_texts(arm: Arm, stored: list[str], groups: tuple[str, ...], rows: Fragment) -> Fragment:
    """The rows, with the columns `stored` as k0, k1…, summed and joined to their texts."""
    grouped = ", ".join(f"k{place}" for place in range(len(stored)))
    sums = ", ".join(measured([f"sum(m{place})" for place in range(len(arm.measures))]))
    joins = "".join(f" JOIN {group} ON {group}.id = k{stored.index(group)}" for group in groups)
    source = f"FROM (SELECT {grouped}, {sums} FROM ({{}}) GROUP BY {grouped}){joins}"
    texts = [_text(column, stored) for column in arm.part.keys]
    measures = [f"m{place}" for place in range(len(arm.measures))]
    if not arm.names:
        return fill(f"SELECT {columns(texts, measures)} {source}", rows)
    values = ", ".join(f'{groups[0]}."{name}"' for name in arm.names)
    each = f"unnest(?::VARCHAR[]) AS name, unnest([{values}]) AS d0, {', '.join(measured(measures))}"
    return fill(f"SELECT {{}} {source}", Fragment(each, (list(arm.names),)), rows)


def _group(column: Column) -> str:
    return "" if column.is_time else KNOWN[column.name].group


def _stored(column: Column) -> str:
    """What holds a column in a row: a group's number stands for all of its dimensions."""
    if column.is_time:
        return BUCKET[column.bucket]
    return condition.HOUR_TEXT if column.name == HOUR else _group(column) or f'"{column.name}"'


def _text(column: Column, stored: list[str]) -> str:
    group = _group(column)
    return f'{group}."{column.name}"' if group else f"k{stored.index(_stored(column))}"


def _where(arm: Arm, span: Span) -> Iterator[Fragment]:
    part = arm.part
    yield from of_site(arm.site, span)
    if not span.whole:
        yield in_hours(span, "hour", int)
    if part.fact == "events":
        # One row for each event and one more for each of its properties: never both kinds at once.
        yield Fragment("property <> ''") if part.prop == ANY_PROPERTY else Fragment("property = ?", (part.prop,))
    if part.condition != EVERYTHING:
        yield condition.of_rows(part.condition)
