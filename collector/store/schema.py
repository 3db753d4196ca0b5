"""The tables, derived from `facts.py`: nothing here names a dimension.

A store made before a dimension existed is grown by a column with an empty default; one with columns that the list does
not know was written by a newer version and is refused. No primary keys and no indexes: rows are only added, summed and
deleted by day, and an index is bytes and one more thing to be damaged.
"""

from dataclasses import dataclass
from typing import Literal

from collector import facts
from collector.facts import FactName
from collector.store.connection import Connection
from collector.store.errors import NewerStore

SCHEMA_VERSION = 1
# The row of `meta` that says that the file holds deleted rows; a rewrite leaves it out with them.
DELETED = "deleted"

Kind = Literal["site", "day", "hour", "minute", "text", "group", "count"]

# `count` is 64 bits because revenue and seconds are sums; bit-packing makes small ones small on disk.
SQL_TYPE: dict[Kind, str] = {
    "site": "INTEGER DEFAULT 0",
    "day": "DATE",
    "hour": "UTINYINT DEFAULT 0",
    "minute": "INTEGER DEFAULT 0",
    "text": "VARCHAR DEFAULT ''",
    "group": "INTEGER DEFAULT 0",
    "count": "BIGINT DEFAULT 0",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one table."""

    name: str
    kind: Kind

    @property
    def quoted(self) -> str:
        return f'"{self.name}"'


def key_columns(fact: FactName) -> tuple[Column, ...]:
    """One fact's key, in the order of `facts.keys_of`."""
    return tuple(Column(name, _key_kind(name)) for name in facts.keys_of(fact))


def measure_columns(fact: FactName) -> tuple[Column, ...]:
    """One fact's measures, in the order of `facts.measures_of`."""
    return tuple(Column(name, "count") for name in facts.measures_of(fact))


_KEY_KIND: dict[str, Kind] = {"site": "site", "day": "day", "hour": "hour", "minute": "minute", **dict.fromkeys(facts.GROUPS, "group")}


def _key_kind(name: str) -> Kind:
    return _KEY_KIND.get(name, "text")


def tables_of(fact: FactName) -> tuple[str, ...]:
    """The tables that hold one fact by day, by month or by minute; a month's `day` is its first."""
    if fact not in facts.ROLLED_UP:
        return (fact,)
    return (f"{fact}_today", f"{fact}_detail", *single_tables(fact))


def single_tables(fact: FactName) -> tuple[str, str]:
    """The tables that hold one of a fact's dimensions at a time: by day and by month."""
    return f"{fact}_daily", f"{fact}_monthly"


def detail_tables(fact: FactName) -> tuple[str, ...]:
    """The tables that hold one fact's rows with all of their keys."""
    return tuple(table for table in tables_of(fact) if table not in single_tables(fact))


def sealed_tables() -> tuple[str, ...]:
    """The tables that hold sealed periods, each from a `first` to a `last` day."""
    return (*(f"{fact}_pairs" for fact in facts.ROLLED_UP), "sealed", "counted")


def fact_names() -> tuple[FactName, ...]:
    """Every fact, in the order in which `facts.MEASURES` first names it."""
    return tuple(dict.fromkeys(measure.fact for measure in facts.MEASURES))


def _single_columns(fact: FactName) -> tuple[Column, ...]:
    """One dimension at a time, by day or by month."""
    keys = (Column("site", "site"), Column("dimension", "text"), Column("day", "day"), Column("value", "text"))
    return (*keys, *measure_columns(fact))


def _pair_columns(fact: FactName) -> tuple[Column, ...]:
    texts = (Column(name, "text") for name in ("dimension", "other", "value", "other_value"))
    return (Column("site", "site"), *texts, Column("first", "day"), Column("last", "day"), *measure_columns(fact))


# What was sealed: a period, the smallest group it was sealed with and how many visits it had.
_SEALED = (Column("site", "site"), Column("first", "day"), Column("last", "day"), Column("k", "count"), Column("visits", "count"))

# Which segments were counted when a period was sealed: of the others nothing is known there.
_COUNTED = (Column("site", "site"), Column("segment", "text"), Column("first", "day"), Column("last", "day"))


def _tables() -> dict[str, tuple[Column, ...]]:
    tables = {"meta": (Column("name", "text"), Column("value", "text")), "position": (Column("batch", "count"),)}
    for group, names in facts.GROUPS.items():
        tables[group] = (Column("id", "group"), *(Column(name, "text") for name in names))
    for fact in fact_names():
        for table in detail_tables(fact):
            tables[table] = (*key_columns(fact), *measure_columns(fact))
        if fact in facts.ROLLED_UP:
            tables |= dict.fromkeys(single_tables(fact), _single_columns(fact))
            tables[f"{fact}_pairs"] = _pair_columns(fact)
    tables["sealed"] = _SEALED
    tables["counted"] = _COUNTED
    return tables


# Every table by name, with its columns in order.
TABLES: dict[str, tuple[Column, ...]] = _tables()


def names(columns: tuple[Column, ...], prefix: str = "") -> str:
    """The columns as a list for SQL, quoted, each with a prefix such as "t."."""
    return ", ".join(prefix + column.quoted for column in columns)


def create_statements() -> list[str]:
    """The statements that make an empty store's tables, where they are not there yet."""
    return [
        f'CREATE TABLE IF NOT EXISTS "{table}" ({", ".join(f"{c.quoted} {SQL_TYPE[c.kind]}" for c in columns)})'
        for table, columns in TABLES.items()
    ]


def create_tables(connection: Connection) -> None:
    """Make every table that is not there yet."""
    for statement in create_statements():
        connection.execute(statement)


def begin(connection: Connection, lineage: str) -> None:
    """Make an empty store of empty tables. `lineage` names this store and all that is restored from it."""
    connection.execute("INSERT INTO meta (name, value) VALUES ('schema_version', ?), ('lineage', ?)", [str(SCHEMA_VERSION), lineage])
    connection.execute('INSERT INTO "position" (batch) VALUES (0)')


def is_empty(connection: Connection) -> bool:
    """Whether the file has no tables at all: just made, or its maker was killed before it got further."""
    return connection.execute("SELECT count(*) FROM duckdb_tables()") == [(0,)]


def check_version(connection: Connection, where: str) -> None:
    """Raises NewerStore if a later version of this program made the file."""
    found = int(connection.execute("SELECT value FROM meta WHERE name = 'schema_version'")[0][0])
    unknown = [f"{table}.{column}" for table, column in sorted(_present(connection) - _wanted())]
    if found > SCHEMA_VERSION or unknown:
        reason = (
            f"has schema version {found}" if found > SCHEMA_VERSION else f"has columns this version does not know ({', '.join(unknown)})"
        )
        raise NewerStore(
            f"The database {where} was written by a newer version of this program: it {reason}; this one knows {SCHEMA_VERSION}. "
            "Nothing was changed. Start the newer version, or restore a backup made by this one."
        )


def grow(connection: Connection) -> bool:
    """Add the tables and columns that a store of an earlier list lacks; returns whether there were any."""
    before = _present(connection)
    create_tables(connection)
    for table, name in sorted(_wanted() - _present(connection)):
        kind = next(column.kind for column in TABLES[table] if column.name == name)
        connection.execute(f'ALTER TABLE "{table}" ADD COLUMN "{name}" {SQL_TYPE[kind]}')
    return _present(connection) != before


def _wanted() -> set[tuple[str, str]]:
    return {(table, column.name) for table, columns in TABLES.items() for column in columns}


def _present(connection: Connection) -> set[tuple[str, str]]:
    rows = connection.execute("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal")
    return {(str(table), str(column)) for table, column in rows}
