"""The SQL of a day's close: rows as appended → compacted detail, daily and monthly rows. Text only; nothing here runs it.

Every sum is of the rows that are being moved and of nothing else, so closing is additive: late rows are closed again.
"""

# Names in these statements come from facts.py; values are bound.
# ruff: noqa: S608

from collections.abc import Iterator

from collector import facts
from collector.facts import COUNT_MAX, Dimension, FactName, Group
from collector.store.schema import TABLES, key_columns, measure_columns, names

# The rows of one site up to one day.
UP_TO_DAY = "site = ? AND day <= ?"
# One of so many parts of them. Rows of two places never merge, and lie apart on disk anyway.
PART = f"{UP_TO_DAY} AND place % ? = ?"

# A day's month, by its first day.
MONTH = "CAST(date_trunc('month', day) AS DATE)"
# The writer's own table of rows on their way.
CLOSING = "closing"

# What the rows of one pair of dimensions are sorted by. Rows of like size lie together, so that their counts pack into few bits, and
# in them those of a value, as questions read them. Of two years' 12.5 million rows: 10.2 bytes a row, 16.3 by value alone. By all
# counts it is 10.1, and a filter takes a third more CPU; this a tenth to a third more for a page, and no more for short lists.
PAIR_ORDER = "floor(log2(greatest(visits, 1))) DESC, value, first, other_value"

# So many rows are merged and sorted at once for each MB that the database may take, at 250 bytes a row: 1 million with 320 MB. The close
# of 1 million page views takes 1.9 s so, 2.5 s in two parts with 160 MB, and 3 s there at once, through temporary files.
PART_ROWS_A_MB = 3_200


# The order of detail rows on disk, after site and day; rows alike in these lie as they come. Few and numbers where they can
# be: of 1 million pages rows the sort takes 0.5 s of CPU so and 1.6 s by the whole key, and the file is as large. Measured on
# 350,000 visits rows: 16.6 bytes a row with bounces first, 18.9 without; on pages rows another order of these changes nothing.
DETAIL_ORDER: dict[FactName, tuple[str, ...]] = {
    "visits": ("bounces DESC", "acquisition", "place", "device"),
    "pages": ("acquisition", "place", "device"),
    "events": ("event", "property", "value", "page"),
}


def part_rows(memory_mb: int) -> int:
    """How many rows are merged and sorted at once."""
    return PART_ROWS_A_MB * memory_mb


def moving(fact: FactName) -> str:
    """How many rows a close is about. Binds site and day."""
    return f'/* moving */ SELECT count(*) FROM "{fact}_today" WHERE {UP_TO_DAY}'


def close_detail(fact: FactName) -> str:
    """today → detail: equal keys in one row, rows that sum to nothing left out. Binds site, day, parts and part."""
    target = f'"{fact}_detail" ({_all_names(fact)})'
    return f"/* close detail */ INSERT INTO {target} {compacted(fact, f'{fact}_today', PART)} ORDER BY {detail_order(fact)}"


def compacted(fact: FactName, table: str, where: str) -> str:
    """A SELECT of a table's rows with equal keys summed into one."""
    return f'SELECT {names(key_columns(fact))}, {sums(fact)} FROM "{table}" WHERE {where} GROUP BY ALL {_not_nothing(fact)}'


def merged_single(fact: FactName, table: str, where: str = "TRUE") -> str:
    """A SELECT of some of a fact's daily or monthly rows with equal keys summed into one, in their order."""
    rows = f'SELECT site, dimension, day, "value", {sums(fact)} FROM "{table}" WHERE {where} GROUP BY ALL {_not_nothing(fact)}'
    return f"SELECT * FROM ({rows}) ORDER BY {single_order(fact)}"


def merged_pairs(fact: FactName, where: str = "TRUE") -> str:
    """A SELECT of some of a fact's pair rows with equal keys summed into one, in their order."""
    keys = names(tuple(column for column in TABLES[f"{fact}_pairs"] if column.kind != "count"))
    rows = f'SELECT {keys}, {sums(fact)} FROM "{fact}_pairs" WHERE {where} GROUP BY ALL {_not_nothing(fact)}'
    return f"SELECT * FROM ({rows}) ORDER BY site, dimension, other, {PAIR_ORDER}"


def close_alone(fact: FactName) -> str:
    """today → what `close_daily` and `close_monthly` add: every dimension alone, the hours, and the total under the empty name.

    Binds site and day once.
    """
    selects = [_one(fact, name, value, relation) for name, value, relation in _daily_sources(fact)]
    return f"/* close alone */ CREATE TEMP TABLE {CLOSING} AS WITH {', '.join(_relations(fact))} {' UNION ALL '.join(selects)}"


def close_daily(fact: FactName) -> str:
    """The rows of `close_alone` → daily."""
    table = f"{fact}_daily"
    listed = names(TABLES[table])
    return f'/* close daily */ INSERT INTO "{table}" ({listed}) SELECT {listed} FROM {CLOSING} ORDER BY {single_order(fact)}'


def close_monthly(fact: FactName) -> str:
    """The rows of `close_alone` → monthly, so that questions about months read thirty times fewer."""
    return f"/* close monthly */ {into_monthly(fact, CLOSING)}"


def into_monthly(fact: FactName, table: str, where: str = "TRUE") -> str:
    """Some rows of single dimensions by day → monthly."""
    listed = names(TABLES[f"{fact}_monthly"])
    rows = f"SELECT site, dimension, {MONTH} AS day, value, {sums(fact)} FROM {table} WHERE {where} GROUP BY ALL {_not_nothing(fact)}"
    return f'INSERT INTO "{fact}_monthly" ({listed}) SELECT {listed} FROM ({rows}) ORDER BY {single_order(fact)}'


def detail_order(fact: FactName) -> str:
    """What rows of a fact are sorted by, for ORDER BY: where the fact has no order of its own, its whole key."""
    keys = [column.quoted for column in key_columns(fact)]
    if fact not in DETAIL_ORDER:
        return ", ".join(keys)
    return ", ".join(('"site"', '"day"', *(_quoted(term) for term in DETAIL_ORDER[fact])))


def single_order(fact: FactName) -> str:
    """What daily and monthly rows are sorted by. A month's most counted values come first, so that the long tail of small numbers
    lies together and packs into few bits: 8 bytes a row, 21 when sorted by day and value."""
    counts = ", ".join(f"{column.quoted} DESC" for column in measure_columns(fact))
    return f"site, dimension, date_trunc('month', day), {counts}, \"value\", day"


def _quoted(term: str) -> str:
    name, _, direction = term.partition(" ")
    return f'"{name}" {direction}'.rstrip()


def _daily_sources(fact: FactName) -> Iterator[tuple[str, str, str]]:
    """(daily dimension, its value as SQL, the relation to read) for each kind of daily row."""
    yield "", "''", "moved"
    yield "hour", "lpad(CAST(hour AS VARCHAR), 2, '0')", "moved"
    for dimension in facts.dimensions_of(fact):
        yield dimension.name, f'"{dimension.name}"', _relation(dimension)


def _relation(dimension: Dimension) -> str:
    if dimension.name in facts.PROPERTY_DIMENSIONS:
        return "moved_properties"
    return f"moved_{dimension.group}" if dimension.group else "moved"


def _relations(fact: FactName) -> Iterator[str]:
    """The rows that move, and for each group the same already summed by its number and joined to its texts.

    The rows are read anew for each dimension: a scan of one column hands texts on as numbers of a dictionary, and one scan
    that is shared by all has to spell them out. Of 1 million page views that takes 0.64 s of CPU so and 1.0 s shared.
    """
    if fact == "events":  # an event's own row has no property; its properties' rows repeat its counts
        yield f'moved_all AS NOT MATERIALIZED (SELECT * FROM "{fact}_today" WHERE {UP_TO_DAY})'
        yield "moved AS NOT MATERIALIZED (SELECT * FROM moved_all WHERE property = '')"
        yield "moved_properties AS NOT MATERIALIZED (SELECT * FROM moved_all WHERE property <> '')"
    else:
        yield f'moved AS NOT MATERIALIZED (SELECT * FROM "{fact}_today" WHERE {UP_TO_DAY})'
    for group, members in facts.GROUPS.items():
        if group in facts.columns_of(fact):
            yield _group_relation(fact, group, members)


def _group_relation(fact: FactName, group: Group, members: tuple[str, ...]) -> str:
    texts = ", ".join(f'g."{name}"' for name in members)
    counts = names(measure_columns(fact), "m.")
    summed = f"SELECT site, day, {group}, {sums(fact)} FROM moved GROUP BY ALL"
    return f'moved_{group} AS MATERIALIZED (SELECT m.site, m.day, {texts}, {counts} FROM ({summed}) m JOIN "{group}" g ON g.id = m.{group})'


def _one(fact: FactName, name: str, value: str, relation: str) -> str:
    return f"SELECT site, '{name}' AS dimension, day, {value} AS value, {sums(fact)} FROM {relation} GROUP BY ALL {_not_nothing(fact)}"


def _all_names(fact: FactName) -> str:
    return names((*key_columns(fact), *measure_columns(fact)))


def sums(fact: FactName) -> str:
    """Each measure's sum; one past 64 bits stays at their end, because an error would hold up every close of the site."""
    return ", ".join(f"CAST({_bounded(f'sum({column.quoted})')} AS BIGINT) AS {column.quoted}" for column in measure_columns(fact))


def _bounded(total: str) -> str:
    return f"least(greatest({total}, -{COUNT_MAX}), {COUNT_MAX})"


def _not_nothing(fact: FactName) -> str:
    return f"HAVING {something(fact)}"


def something(fact: FactName) -> str:
    """The condition that rows together are not nothing."""
    return " OR ".join(f"sum({column.quoted}) <> 0" for column in measure_columns(fact))
