"""Rows from one database to another, as Arrow: for the rewrite of the file, backups and restores."""

# Names in these statements come from facts.py; values are bound.
# ruff: noqa: S608

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple, get_args

from collector import facts
from collector.facts import FactName
from collector.store import rollup
from collector.store.connection import Answer, Connection, Stream
from collector.store.schema import DELETED, TABLES, Column, detail_tables, fact_names, names, single_tables

# So many daily or pair rows are merged and sorted at once: 25 million at once ended a memory limit of 160 MB.
SHARE_ROWS_MAX = 500_000


class Part(NamedTuple):
    """One SELECT whose rows belong into a table."""

    table: str
    sql: str
    parameters: tuple[object, ...] = ()


def rewritten(connection: Connection) -> Iterator[Part]:
    """Everything worth keeping, in the order it should lie in: equal keys summed, no group's tuple that no row uses."""
    yield Part("meta", "SELECT name, value FROM meta WHERE name <> ?", (DELETED,))
    yield Part("position", 'SELECT batch FROM "position"')
    for group in facts.GROUPS:
        yield Part(group, f'SELECT {names(TABLES[group])} FROM "{group}" WHERE {_used(group)} ORDER BY id')
    for table in ("sealed", "counted"):
        yield Part(table, f"SELECT {names(TABLES[table])} FROM {table} ORDER BY ALL")
    for fact in fact_names():
        yield from _rewritten_fact(connection, fact)


def _rewritten_fact(connection: Connection, fact: FactName) -> Iterator[Part]:
    for table in detail_tables(fact):
        if table.endswith("_detail"):  # merged and sorted by the close: to do it again would take most of a rewrite's time
            yield Part(table, f'SELECT {names(TABLES[table])} FROM "{table}"')
        else:
            yield from _by_day(connection, fact, table)
    if fact in facts.ROLLED_UP:
        for table in single_tables(fact):
            for where, parameters in _shares(connection, table, ("site", "dimension", "date_trunc('month', day)")):
                yield Part(table, rollup.merged_single(fact, table, where), parameters)
        for where, parameters in _shares(connection, f"{fact}_pairs", ("site", "dimension", "other")):
            yield Part(f"{fact}_pairs", rollup.merged_pairs(fact, where), parameters)


def _shares(connection: Connection, table: str, keys: tuple[str, ...]) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Conditions that share out a table's rows by its leading keys, in order, so that merging a share needs little memory.

    A whole table where it is small, else a site, else a site's dimension and so on, as far as the keys go.
    """
    counted = connection.execute(f'SELECT {", ".join(keys)}, count(*) FROM "{table}" GROUP BY ALL ORDER BY ALL')
    yield from _split(counted, keys, ())


def _split(counted: Answer, keys: tuple[str, ...], found: tuple[object, ...]) -> Iterator[tuple[str, tuple[object, ...]]]:
    depth = len(found)
    if depth == len(keys) or sum(row[-1] for row in counted) <= SHARE_ROWS_MAX:
        yield " AND ".join(f"{key} = ?" for key in keys[:depth]) or "TRUE", found
        return
    for value, rows in groupby(counted, key=lambda row: row[depth]):
        yield from _split(list(rows), keys, (*found, value))


def _by_day(connection: Connection, fact: FactName, table: str) -> Iterator[Part]:
    """Day by day, so that sorting needs the memory of one day."""
    time = "minute" if fact == "live" else "day"
    for (moment,) in connection.execute(f'SELECT DISTINCT "{time}" FROM "{table}" ORDER BY ALL'):
        rows = rollup.compacted(fact, table, f'"{time}" = ?')
        sql = f"{rows} ORDER BY {rollup.detail_order(fact)}"
        yield Part(table, sql, (moment,))


def _used(group: str) -> str:
    users = [table for fact in get_args(FactName) for table in detail_tables(fact) if group in facts.columns_of(fact)]
    return " OR ".join(f'id IN (SELECT "{group}" FROM "{table}")' for table in users)


def insert(target: Connection, table: str, source: Stream, columns: tuple[Column, ...] | None = None) -> int:
    """Add a source's rows to a table, by name; columns the source lacks get their default. Returns the rows added."""
    listed = names(columns or TABLES[table])
    answer: Answer = target.execute(f'INSERT INTO "{table}" ({listed}) SELECT {listed} FROM source', source=source)
    return int(answer[0][0])
