"""Questions are parsed once and looked at before they run, whoever asks them again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.store import readers
from collector.store.connection import Connection
from collector.store.locked_store import open_locked
from collector.store.readers import Readers


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = open_locked(tmp_path / "some.duckdb", memory_mb=64)
    opened.execute("CREATE TABLE numbers AS SELECT range AS number FROM range(10)")
    yield opened
    opened.close()


@pytest.fixture
def asking(connection: Connection) -> Iterator[Readers]:
    made = Readers(connection, timeout_s=20)
    yield made
    made.close()


def test_a_text_asked_again_is_answered_for_its_own_parameters_from_the_rows_as_they_are(asking: Readers, connection: Connection) -> None:
    sql = "SELECT count(*) FROM numbers WHERE number < ?"
    assert [asking.query(sql, [limit]) for limit in (3, 7)] == [[(3,)], [(7,)]]
    connection.execute("INSERT INTO numbers VALUES (0)")
    assert asking.query(sql, [3]) == [(4,)]


@pytest.mark.parametrize("sql", ["DELETE FROM numbers", "SELECT 1; SELECT 2", "", "COMMIT"])
def test_what_was_refused_once_is_refused_again(sql: str, asking: Readers) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="one SELECT"):
            asking.query(sql, [])
    assert asking.query("SELECT count(*) FROM numbers", []) == [(10,)]


def test_any_number_of_different_texts_is_answered_and_few_are_kept(asking: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "KEPT_MAX", 3)
    texts = [f"SELECT {number} FROM numbers LIMIT 1" for number in range(8)]
    assert [asking.query(text, []) for text in [*texts, *texts]] == [[(number,)] for number in [*range(8), *range(8)]]
    assert asking.kept <= 3


def test_a_very_long_text_is_answered_and_not_kept(asking: Readers) -> None:
    assert asking.query(f"SELECT count(*) FROM numbers WHERE number IN ({', '.join(['?'] * 5_000)})", [1] * 5_000) == [(1,)]
    assert asking.kept == 0


def test_a_text_is_answered_from_the_database_that_took_the_others_place(asking: Readers, tmp_path: Path) -> None:
    sql = "SELECT count(*) FROM numbers"
    assert asking.query(sql, []) == [(10,)]
    other = open_locked(tmp_path / "other.duckdb", memory_mb=64)
    other.execute("CREATE TABLE numbers AS SELECT 1 AS number")
    with asking.paused():
        asking.replace(other)
    assert asking.query(sql, []) == [(1,)]
    with asking.paused():
        other.close()
