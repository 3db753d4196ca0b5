"""The database reaches nothing but its own file, and a question cannot write."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.store.connection import Connection
from collector.store.duckdb_store import DuckDBStore
from collector.store.errors import QueryTimeout, StoreError
from collector.store.interface import Position
from collector.store.locked_store import open_locked, parquet_shop
from tests.store.model import append_all, model, stored, visit_row

ELSEWHERE = (
    "COPY meta TO '{folder}/out.csv'",
    "COPY meta TO '{folder}/out.parquet'",
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '{folder}/out'",
    "ATTACH '{folder}/other.duckdb'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_parquet('/etc/passwd')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{folder}/any.duckdb_extension'",
    "CREATE PERSISTENT SECRET s (TYPE http)",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "SET memory_limit = '10GB'",
    "SET allowed_directories = ['/']",
    "SET temp_directory = '/tmp'",
    "PRAGMA enable_profiling = 'json'",
    "CALL enable_logging(storage_path = '{folder}/log')",
)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    path = tmp_path_factory.mktemp("locked") / "footfall.duckdb"
    DuckDBStore(path).close()
    connection = open_locked(path, memory_mb=100)
    yield connection
    connection.close()


@pytest.mark.parametrize("statement", ELSEWHERE)
def test_the_database_can_reach_no_other_file_extension_or_setting(connection: Connection, statement: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        connection.execute(statement.format(folder=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_parquet_shop_reaches_its_folder_and_nothing_else(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "in-out"
    inside.mkdir()
    outside.mkdir()
    copy = "COPY (SELECT 1 AS one) TO ? (FORMAT parquet)"
    with parquet_shop(inside) as shop:
        shop.execute(copy, [str(inside / "one.parquet")])
        assert shop.execute("SELECT * FROM read_parquet(?)", [str(inside / "one.parquet")]) == [(1,)]
        for path in (outside / "x.parquet", inside / ".." / "x.parquet", Path("x.parquet"), Path(".tmp") / "x.parquet"):
            with pytest.raises(StoreError):
                shop.execute(copy, [str(path)])
        with pytest.raises(StoreError):
            shop.execute("SELECT * FROM read_csv('/etc/passwd')")
        assert shop.execute("SELECT count(*) FROM duckdb_tables()") == [(0,)]
    assert [path.name for path in sorted(tmp_path.rglob("*.parquet"))] == ["one.parquet"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM visits_today",
        "WITH gone AS (DELETE FROM visits_today RETURNING *) SELECT * FROM gone",
        "SELECT 1; DELETE FROM visits_today",
        "COMMIT; DELETE FROM visits_today",
        "INSERT INTO meta VALUES ('a', 'b')",
        "DROP TABLE visits_today",
        "CREATE TABLE other (a INTEGER)",
        "CHECKPOINT",
        "PRAGMA version",
        "",
    ],
)
def test_a_question_is_one_select_that_writes_nothing(store: DuckDBStore, statement: str) -> None:
    append_all(store, [visit_row()])
    with pytest.raises((ValueError, StoreError)):
        store.query(statement)
    assert stored(store) == model([visit_row()])


def test_a_wrong_question_leaves_the_next_ones_alone(store: DuckDBStore) -> None:
    with pytest.raises(StoreError, match="BinderException"):
        store.query("SELECT nonsense FROM meta")
    assert store.query("SELECT ? + 1", [41]) == [(42,)]


def test_a_question_that_takes_too_long_is_stopped_and_the_next_one_answers(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "footfall.duckdb", memory_mb=100, query_timeout_s=0.2)
    with pytest.raises(QueryTimeout):
        store.query("SELECT count(*) FROM range(10000000000) a WHERE hash(a.range) = 1")
    assert store.query("SELECT 1") == [(1,)]
    store.close()


def test_questions_from_many_threads_are_answered_beside_appends_and_rewrites(store: DuckDBStore) -> None:
    answers: list[int] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            ((visits, batch),) = store.query('SELECT (SELECT coalesce(sum(visits), 0) FROM visits_today), batch FROM "position"')
            answers.append(int(visits) - batch)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for number in range(1, 11):
        store.append(visit_row(), Position(number))
        if number % 5 == 0:
            store.rewrite()
    stop.set()
    for thread in threads:
        thread.join()
    assert answers
    assert set(answers) == {0}
