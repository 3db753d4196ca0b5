"""What is deleted and rewritten is in no byte of any file; what is kept is kept."""

import random
from pathlib import Path

from collector.event import Acquisition
from collector.store.duckdb_store import DuckDBStore
from collector.store.interface import Rows
from tests.store.conftest import Opener
from tests.store.model import DAY, append_all, bytes_of, model, stored, visit_row


def marker(number: int) -> str:
    """Text that no compression shortens, different in every place."""
    return f"/marker-{random.Random(number).randbytes(24).hex()}"


def marked(number: int, day: int, site: int = 1) -> Rows:
    return visit_row(site, day, marker(number), Acquisition(marker(number + 1000), utm_campaign=marker(number + 2000)))


def found(folder: Path, numbers: list[int]) -> set[str]:
    """Which of the markers are somewhere in a folder, whole or in their telling half."""
    data = bytes_of(folder)
    texts = [marker(number + part) for number in numbers for part in (0, 1000, 2000)]
    return {text for text in texts if text.encode() in data or text[-30:].encode() in data}


def test_forgotten_rows_and_their_tuples_are_in_no_byte_after_the_rewrite(store: DuckDBStore, tmp_path: Path) -> None:
    old, kept = list(range(5)), list(range(5, 10))
    append_all(store, [marked(number, DAY) for number in old] + [marked(number, DAY + 30) for number in kept])
    store.close_day(1, DAY)
    store.checkpoint()
    assert found(tmp_path, old)
    store.forget(1, DAY + 30)
    store.rewrite()
    assert found(tmp_path, old) == set()
    assert found(tmp_path, kept)
    assert stored(store) == model([marked(number, DAY + 30) for number in kept])


def test_rows_still_in_the_write_ahead_log_are_gone_after_the_rewrite_too(store: DuckDBStore, tmp_path: Path) -> None:
    append_all(store, [marked(1, DAY)])
    assert found(tmp_path, [1])
    store.remove_site(1)
    store.rewrite()
    assert found(tmp_path, [1]) == set()


def test_a_tuple_that_was_dropped_gets_a_number_again_when_it_comes_back(store: DuckDBStore) -> None:
    row = visit_row(acquisition=Acquisition("back.example"))
    other = visit_row(site=2, acquisition=Acquisition("other.example"))
    append_all(store, [row, other])
    store.remove_site(1)
    store.rewrite()
    append_all(store, [row])
    assert stored(store) == model([row, other])


def test_a_rewrite_that_fails_leaves_the_store_as_it_was(store: DuckDBStore, tmp_path: Path) -> None:
    append_all(store, [visit_row()])
    blocker = tmp_path / "footfall.duckdb.new"
    blocker.mkdir()
    (blocker / "in the way").touch()
    store.rewrite()
    assert stored(store) == model([visit_row()])
    assert not blocker.exists()


def test_what_a_killed_process_had_in_temporary_files_is_gone_when_the_store_is_opened_again(opener: Opener, tmp_path: Path) -> None:
    path = tmp_path / "footfall.duckdb"
    opener(path).close()
    left = tmp_path / "footfall.duckdb.tmp"
    left.mkdir(exist_ok=True)
    (left / "duckdb_temp_7_0_storage_DEFAULT-0.tmp").write_text(marker(1))
    assert found(tmp_path, [1])
    opener(path).close()
    assert found(tmp_path, [1]) == set()
