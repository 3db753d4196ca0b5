"""The small parts: tables follow the one list, columns keep every value, numbers of tuples are never shared."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector import facts
from collector.store.arrow import Batch
from collector.store.errors import StoreDamaged, StoreError, StoreFull, StoreLocked
from collector.store.groups import Numbers
from collector.store.locked_store import named_errors, open_locked, parquet_shop
from collector.store.rollup import close_alone, close_detail
from collector.store.schema import TABLES, Column, create_tables, fact_names, sealed_tables, tables_of

duckdb = pytest.importorskip("duckdb")

COLUMNS = (Column("t", "text"), Column("d", "day"), Column("h", "hour"), Column("g", "group"), Column("c", "count"))


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8")),
            st.integers(1, 3_652_059),
            st.integers(0, 23),
            st.integers(-(2**31), 2**31 - 1),
            st.integers(-(2**63), 2**63 - 1),
        ),
        min_size=1,
        max_size=50,
    )
)
def test_every_value_arrives_as_it_was_sent(rows: list[tuple[Any, ...]]) -> None:
    with parquet_shop(Path("/nonexistent")) as connection:
        connection.execute("CREATE TABLE t (t VARCHAR, d DATE, h UTINYINT, g INTEGER, c BIGINT)")
        connection.execute("INSERT INTO t SELECT * FROM source", source=Batch(COLUMNS, list(zip(*rows, strict=True))))
        arrived = connection.execute("SELECT t, CAST(d - DATE '0001-01-01' AS BIGINT) + 1, h, g, c FROM t")
        assert sorted(arrived) == sorted(rows)


@pytest.mark.parametrize(("kind", "value"), [("hour", 256), ("hour", -1), ("group", 2**31), ("count", 2**63), ("day", 2**40)])
def test_a_number_that_does_not_fit_its_column_is_refused(kind: Any, value: int) -> None:
    with pytest.raises(OverflowError):
        Batch([Column("x", kind)], [[value]])


def test_there_is_a_table_for_every_fact_with_all_of_its_columns() -> None:
    expected = {"meta", "position", *facts.GROUPS, *(table for fact in fact_names() for table in tables_of(fact)), *sealed_tables()}
    assert set(TABLES) == expected
    for fact in facts.ROLLED_UP:
        columns = [column.name for column in TABLES[f"{fact}_detail"]]
        assert columns == [*facts.keys_of(fact), *facts.measures_of(fact)]
        assert TABLES[f"{fact}_detail"] == TABLES[f"{fact}_today"]


@pytest.mark.parametrize("fact", facts.ROLLED_UP)
def test_the_statements_of_a_close_name_every_dimension_and_say_what_they_are(fact: facts.FactName) -> None:
    assert all(f"'{dimension.name}' AS dimension" in close_alone(fact) for dimension in facts.dimensions_of(fact))
    assert close_alone(fact).startswith("/* close alone */")
    assert close_detail(fact).startswith("/* close detail */")


def test_a_tuple_keeps_its_number_and_two_tuples_never_share_one(tmp_path: Path) -> None:
    connection = open_locked(tmp_path / "numbers.duckdb", memory_mb=100)
    create_tables(connection)
    numbers, seen = Numbers("place", connection, known_max=7), dict[tuple[str, ...], int]()
    for start in (0, 3, 1, 20, 0, 15):
        tuples = [("FI", "", str(n), "") for n in range(start, start + 6)] * 2
        for values, number in zip(tuples, numbers.of(tuples), strict=True):
            assert seen.setdefault(values, number) == number
    assert len(set(seen.values())) == len(seen)
    assert Numbers("place", connection).of(list(seen)) == list(seen.values())
    assert connection.execute("SELECT count(*), count(DISTINCT id) FROM place") == [(len(seen), len(seen))]
    connection.close()


def test_memory_holds_no_more_tuples_than_it_may(tmp_path: Path) -> None:
    connection = open_locked(tmp_path / "numbers.duckdb", memory_mb=100)
    create_tables(connection)
    numbers, fresh = Numbers("place", connection, known_max=10), count()
    for _ in range(10):
        numbers.of([("FI", "", str(next(fresh)), "") for _ in range(6)])
        assert len(numbers._known) <= 10 + 6
    connection.close()


@pytest.mark.parametrize(
    ("raised", "named"),
    [
        (duckdb.IOException("Could not write file: No space left on device"), StoreFull),
        (duckdb.IOException("Could not set lock on file"), StoreLocked),
        (duckdb.IOException("Cannot open file: Permission denied"), StoreError),
        (duckdb.IOException("Could not read enough bytes from file"), StoreDamaged),
        (duckdb.FatalException("database has been invalidated"), StoreDamaged),
        (duckdb.Error("Corrupt database file: computed checksum 1 does not match stored checksum 2"), StoreDamaged),
        (duckdb.OutOfMemoryException("failed to allocate data"), StoreFull),
        (duckdb.BinderException("no such column"), StoreError),
    ],
)
def test_each_error_has_the_name_that_says_what_to_do(raised: Exception, named: type[StoreError]) -> None:
    with pytest.raises(StoreError, match=r"footfall\.duckdb") as caught, named_errors("footfall.duckdb"):
        raise raised
    assert type(caught.value) is named
