"""The SQL of sealing: old detail → pair rows, days given up, segments. Text only; nothing here runs it.

Temporary tables (`sealing_*`) are the writer's own, in memory: a kill leaves nothing of them.
"""

# Names in these statements come from facts.py; values are bound.
# ruff: noqa: S608

from collections.abc import Iterable, Sequence

from collector import facts
from collector.facts import BY_NAME, HOUR, RARE, FactName, Pair
from collector.store.rollup import MONTH, PAIR_ORDER, something, sums
from collector.store.schema import TABLES, Column, measure_columns, names

# One site's detail of a period.
IN_PERIOD = "site = ? AND day BETWEEN ? AND ?"
# The dimensions a small day gives up: those of its visitors, and the hours.
GIVEN_UP: dict[FactName, tuple[str, ...]] = {
    fact: (HOUR, *(d.name for d in facts.dimensions_of(fact) if d.about == "visitor")) for fact in facts.ROLLED_UP
}
# Who entered on a page saw it. Where as many visits of pages say so as entered there, everybody knows how many they are.
DIAGONAL: Pair = ("entry_page", "page")
# What the statements below make, to be dropped when the sealing has ended.
TEMPORARY = (
    "sealing_rows",
    "sealing_cells",
    "sealing_lines",
    "sealing_entries",
    *(f"sealing_{part}{fact}" for fact in facts.ROLLED_UP for part in ("", "given_")),
)


# Every site and day with detail.
DETAIL_DAYS = "/* days with detail */ " + " UNION ".join(f"SELECT site, day FROM {fact}_detail" for fact in facts.ROLLED_UP)


# Every sealed period of every site.
PERIODS = "/* sealed periods */ SELECT DISTINCT site, first, last FROM sealed"
# The days of a period that were sealed by themselves. Binds site, first and last.
ALONE = "SELECT first AS day FROM sealed WHERE site = ? AND first = last AND first BETWEEN ? AND ?"
LAST_ALONE = f"SELECT max(day) FROM ({ALONE})"


def days(fact: FactName) -> str:
    """Each day of a period with its visits by one fact and its number of rows. Binds site, first and last."""
    return f'SELECT day, CAST(sum(visits) AS BIGINT), count(*) FROM "{fact}_detail" WHERE {IN_PERIOD} GROUP BY day'


def stored(name: str) -> str:
    """The column of a detail row that holds a dimension: a group's number stands for all of its dimensions."""
    return name if name == HOUR else BY_NAME[name].group or name


def rows(fact: FactName, dimensions: Iterable[str], properties: bool, gone: bool) -> str:
    """Detail summed by some dimensions, with `property` that of its properties' rows or "".

    Binds, where any days are gone, those told of as rare; then site, first and last.
    """
    wanted = (*dimensions, *(("property",) if properties else ()))
    columns = tuple(dict.fromkeys(map(stored, wanted)))
    listed = ", ".join(f'"{column}"' for column in columns)
    own = "" if fact != "events" else " AND property <> ''" if properties else " AND property = ''"
    apart = ", list_contains(?, day) AS gone" if gone else ""
    summed = f'SELECT {listed}{apart}, {sums(fact)} FROM "{fact}_detail" WHERE {IN_PERIOD}{own} GROUP BY ALL'
    told = (_told(fact, name) if gone else _text(name) for name in wanted)
    texts = ", ".join(
        [*(f'{text} AS "{name}"' for text, name in zip(told, wanted, strict=True)), *([] if properties else ["'' AS property"])]
    )
    measures = names(measure_columns(fact), "r.")
    return f"CREATE OR REPLACE TEMP TABLE sealing_rows AS SELECT {texts}, {measures} FROM ({summed}) r{_joins(wanted)}"


def _told(fact: FactName, name: str) -> str:
    return f"CASE WHEN gone THEN '{RARE}' ELSE {_text(name)} END" if name in GIVEN_UP[fact] else _text(name)


def cells(fact: FactName, pairs: Sequence[Pair], gone: bool) -> str:
    """The tables of some pairs, from `sealing_rows` by their dimensions. A row is a cell of each: one pass, not one a pair."""
    make = "CREATE OR REPLACE TEMP TABLE sealing_cells AS SELECT"
    if len(pairs) == 1:  # without lists of one, half the work
        return f"{make} {_cells_of_one(fact, *pairs[0], gone)}"
    of_each = {
        "dimension": (f"'{one}'" for one, _ in pairs),
        "other": (f"'{other}'" for _, other in pairs),
        "value": (f'"{one}"' for one, _ in pairs),
        "other_value": (f'"{other}"' for _, other in pairs),
    }
    listed = ", ".join(f"unnest([{', '.join(texts)}]) AS {column}" for column, texts in of_each.items())
    return (
        f"{make} dimension, other, property, value, other_value, {sums(fact)} "
        f"FROM (SELECT property, {listed}, {names(measure_columns(fact))} FROM sealing_rows) GROUP BY ALL HAVING {something(fact)}"
    )


def _cells_of_one(fact: FactName, one: str, other: str, gone: bool) -> str:
    """One pair's: where neither of its values is one of a group's, and no day is gone, the rows are summed already."""
    keys = f"'{one}' AS dimension, '{other}' AS other, property, \"{one}\" AS value, \"{other}\" AS other_value"
    if not gone and facts.GROUPS.keys().isdisjoint((stored(one), stored(other))):
        columns = measure_columns(fact)
        return f"{keys}, {names(columns)} FROM sealing_rows WHERE {' OR '.join(f'{column.quoted} <> 0' for column in columns)}"
    return f'{keys}, {sums(fact)} FROM sealing_rows GROUP BY property, "{one}", "{other}" HAVING {something(fact)}'


# A cell without a visit of its own still is one: a second event of a visit is counted by the first's row.
VISITS = "greatest(visits, 1)"
# How large the largest tables are: those of more cells than a number that is bound.
LARGEST = f"""SELECT property, CAST(sum({VISITS}) AS BIGINT) FROM sealing_cells GROUP BY property, dimension, other HAVING count(*) > ?
ORDER BY property"""


def whole(fact: FactName) -> str:
    """All tables but those of some properties: each cell, its visits, and its sums of `facts.told_with_visits`."""
    told = (measure.name for measure in facts.told_with_visits(fact))
    columns = ", ".join(["dimension, other, property, value, other_value", VISITS, *told])
    return f"SELECT {columns} FROM sealing_cells WHERE NOT list_contains(?, property)"


_OF_CELL = VISITS.replace("visits", "c.visits")
# How many visits entered on each page. Binds site, first and last.
ENTRIES = f"""CREATE OR REPLACE TEMP TABLE sealing_entries AS
SELECT "{DIAGONAL[0]}" AS value, CAST(sum(visits) AS BIGINT) AS visits FROM visits_detail WHERE {IN_PERIOD} GROUP BY 1"""
# A cell of `DIAGONAL` that everybody knows, kept or not.
_KNOWN = f"""(c.dimension = '{DIAGONAL[0]}' AND c.other = '{DIAGONAL[1]}' AND c.value = c.other_value
AND (c.value, {_OF_CELL}) IN (SELECT (value, visits) FROM sealing_entries))"""
KNOWN = f"SELECT value FROM sealing_cells c WHERE {_KNOWN}"
# Of the one table of a property, or of "". They bind it, and k. Sorted, because the database sorts faster than Python (`fold.Table`).
LARGE = f"SELECT value, other_value, {VISITS} FROM sealing_cells c WHERE property = ? AND (visits >= ? OR {_KNOWN}) ORDER BY 1, 2"
REST = tuple(
    f"SELECT {value}, CAST(sum({VISITS}) AS BIGINT) FROM sealing_cells c WHERE property = ? AND visits < ? AND NOT {_KNOWN} GROUP BY 1"
    for value in ("value", "other_value")
)
# What the large table tells of its rows (side 0) and columns (1): see `fold.Table.exposure`.
LINES = "CREATE OR REPLACE TEMP TABLE sealing_lines (side INTEGER, name VARCHAR, exposure BIGINT, visits BIGINT)"
ADD_LINES = "INSERT INTO sealing_lines SELECT side, name, exposure, visits FROM source"
# Small cells for which rule 3 is in doubt. Binds the property, k, all left-out visits and the table's visits.
DOUBTFUL = f"""SELECT c.value, c.other_value, {_OF_CELL} FROM sealing_cells c
JOIN sealing_lines r ON r.side = 0 AND r.name = c.value JOIN sealing_lines o ON o.side = 1 AND o.name = c.other_value
WHERE c.property = ? AND c.visits < ? AND NOT {_KNOWN} AND (r.exposure + o.exposure + {_OF_CELL} > ? OR r.visits + o.visits > ?)"""


def make_staging(fact: FactName) -> str:
    """The empty table in which a fact's kept pairs wait."""
    return f'CREATE OR REPLACE TEMP TABLE sealing_{fact} AS SELECT {names(_pair_columns(fact))} FROM "{fact}_pairs" LIMIT 0'


def stage(fact: FactName) -> str:
    """The cells of k visits or more to the staging. Binds site, first, last and k."""
    listed, measures = names(_pair_columns(fact)), names(measure_columns(fact))
    cells = f"SELECT ?, dimension, other, value, other_value, ?, ?, {measures} FROM sealing_cells WHERE {VISITS} >= ?"
    return f"INSERT INTO sealing_{fact} ({listed}) {cells}"


def unstage(fact: FactName) -> str:
    """Take staged cells back (`source`: dimension, other, value, other_value)."""
    cell = "(dimension, other, value, other_value)"
    return f"DELETE FROM sealing_{fact} WHERE {cell} IN (SELECT {cell} FROM source)"


def publish(fact: FactName) -> str:
    """The staged pairs to the table that questions read, in its order."""
    listed = names(_pair_columns(fact))
    return f'INSERT INTO "{fact}_pairs" ({listed}) SELECT {listed} FROM sealing_{fact} ORDER BY dimension, other, {PAIR_ORDER}'


def given_up(fact: FactName) -> str:
    """The daily rows that the small days give up. Binds site and the days."""
    given = GIVEN_UP[fact]
    own = " AND property = ''" if fact == "events" else ""
    listed = ", ".join(f"'{name}'" for name in given)
    each = f"day, unnest([{listed}]) AS dimension, unnest([{', '.join(map(_text, given))}]) AS value, {names(measure_columns(fact), 'r.')}"
    rows_of_days = f'SELECT {each} FROM "{fact}_detail" r{_joins(given)} WHERE site = ? AND list_contains(?, day){own}'
    summed = f"SELECT dimension, day, value, {sums(fact)} FROM ({rows_of_days}) GROUP BY ALL HAVING {something(fact)}"
    return f"CREATE OR REPLACE TEMP TABLE sealing_given_{fact} AS {summed}"


def give_up(fact: FactName, table: str) -> str:
    """Small days' values become one, in the daily or the monthly rows. Binds site twice."""
    day = MONTH if table.endswith("_monthly") else "day"
    minus = ", ".join(f"-{column.quoted}" for column in measure_columns(fact))
    return (
        f'INSERT INTO "{table}" ({names(TABLES[table])}) '
        f"SELECT ?, dimension, {day}, value, {minus} FROM sealing_given_{fact} UNION ALL "
        f"SELECT ?, dimension, {day}, '{RARE}', {sums(fact)} FROM sealing_given_{fact} GROUP BY ALL"
    )


def by_day(fact: FactName, name: str) -> str:
    """A dimension's visits by day, in the shape of a table's cells; then its sums of `facts.told_with_visits`.

    Where small days give the dimension up, these are one, "". Binds, if so, the small days and those told of as rare; then site,
    first and last; for events the property whose rows count, "" for the events themselves.
    """
    day, value = "CAST(day AS VARCHAR)", _text(name)
    if name in GIVEN_UP[fact]:
        day = f"CASE WHEN list_contains(?, day) THEN '' ELSE {day} END"
        value = f"CASE WHEN list_contains(?, day) THEN '{RARE}' ELSE {value} END"
    told = "".join(f", CAST(sum({measure.name}) AS BIGINT)" for measure in facts.told_with_visits(fact))
    own = " AND property = ?" if fact == "events" else ""
    return (
        f"SELECT {day}, {value}, CAST(sum(visits) AS BIGINT){told} "
        f'FROM "{fact}_detail" r{_joins((name,))} WHERE {IN_PERIOD}{own} GROUP BY 1, 2 HAVING sum(visits) > 0'
    )


def segments(fact: FactName, conditions: Iterable[str]) -> str:
    """Detail summed by day and by which conditions hold, a list of yes and no. Binds their values, site, first and last."""
    own = " AND property = ''" if fact == "events" else ""
    return f'SELECT day, [{", ".join(conditions)}] AS holds, {sums(fact)} FROM "{fact}_detail" WHERE {IN_PERIOD}{own} GROUP BY ALL'


def untold(pair: Pair, condition: str) -> str:
    """How many cells of one pair's table belong to a segment and are not staged.

    Binds the condition's values, site, first and last, the days that count in no such cell, dimension and other.
    """
    theirs = f"SELECT * FROM visits_detail WHERE {condition} AND {IN_PERIOD} AND NOT list_contains(?, day)"
    values = f"{_text(pair[0])} AS value, {_text(pair[1])} AS other_value"
    return (
        f"SELECT count(*) FROM (SELECT {values} FROM ({theirs}) r{_joins(pair)} GROUP BY ALL HAVING sum(visits) <> 0) c "
        "ANTI JOIN (SELECT value, other_value FROM sealing_visits WHERE dimension = ? AND other = ?) k USING (value, other_value)"
    )


def forget_detail(fact: FactName) -> str:
    """Binds site, first and last."""
    return f'DELETE FROM "{fact}_detail" WHERE {IN_PERIOD}'


SEALED_BEFORE = "SELECT count(*) FROM sealed WHERE site = ? AND first = ? AND last = ?"
NOTE_SEGMENT = f"INSERT INTO counted ({names(TABLES['counted'])}) VALUES (?, ?, ?, ?)"
NOTE = f"INSERT INTO sealed ({names(TABLES['sealed'])}) VALUES (?, ?, ?, ?, ?)"


def _joins(dimensions: Iterable[str]) -> str:
    """What brings the texts of some dimensions to rows `r`."""
    groups = dict.fromkeys(column for name in dimensions if (column := stored(name)) in facts.GROUPS)
    return "".join(f' JOIN "{group}" ON "{group}".id = r."{group}"' for group in groups)


def _text(name: str) -> str:
    if name == HOUR:
        return "lpad(CAST(hour AS VARCHAR), 2, '0')"
    return f'"{stored(name)}"."{name}"' if stored(name) in facts.GROUPS else f'"{name}"'


def _pair_columns(fact: FactName) -> tuple[Column, ...]:
    return TABLES[f"{fact}_pairs"]
