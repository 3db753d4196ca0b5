"""A store that is missing, damaged, old or newer: opened, rebuilt or refused, and never silently wrong."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from collector.store.duckdb_store import DuckDBStore
from collector.store.errors import NewerStore, StoreDamaged, StoreError, StoreLocked
from collector.store.interface import Position
from collector.store.locked_store import open_locked
from collector.store.recovery import TRIES_MAX, Opened, open_or_rebuild, restore_backup
from tests.store.model import DAY, append_all, bytes_of, model, some_rows, stored

NOW = "20261122T031500Z"
ROWS = 40
BATCHES = [some_rows(seed, ROWS) for seed in range(6)]
BACKED_UP = 4


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of all batches, closed, and backups of the first ones; `killed` holds one with a log."""
    folder = tmp_path_factory.mktemp("prepared")
    path = folder / "footfall.duckdb"
    store = DuckDBStore(path, memory_mb=100)
    append_all(store, BATCHES[:2])
    store.backup(folder / "backups" / "2026-11-01")
    append_all(store, BATCHES[2:BACKED_UP])
    store.close_day(1, DAY)
    store.backup(folder / "backups" / "2026-11-02")
    append_all(store, BATCHES[BACKED_UP:])
    store.close()
    _kill_with_log(folder / "killed")
    return folder


def _kill_with_log(folder: Path) -> None:
    """A store whose last three batches are in the write-ahead log alone."""
    folder.mkdir()
    code = (
        "import os, sys; from pathlib import Path; from collector.store.duckdb_store import DuckDBStore\n"
        "from tests.store.model import append_all, some_rows\n"
        f"store, batches = DuckDBStore(Path(sys.argv[1]), memory_mb=100), [some_rows(seed, {ROWS}) for seed in range(6)]\n"
        "append_all(store, batches[:3]); store.checkpoint(); append_all(store, batches[3:]); os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder / "footfall.duckdb")], check=False)
    assert done.returncode == 9


@pytest.fixture
def path(prepared: Path, tmp_path: Path) -> Path:
    """The database file of a copy of the prepared folder."""
    shutil.copytree(prepared / "backups", tmp_path / "backups")
    shutil.copy(prepared / "footfall.duckdb", tmp_path)
    return tmp_path / "footfall.duckdb"


@pytest.fixture
def log(prepared: Path, path: Path) -> Path:
    """The write-ahead log of a store that was killed with its last three batches there, in place of the sound one."""
    for file in (prepared / "killed").iterdir():
        shutil.copy(file, path.parent)
    return path.with_name(path.name + ".wal")


def opened(path: Path, journal_from: int = 1) -> Opened:
    return open_or_rebuild(path, path.parent / "backups", NOW, journal_from, memory_mb=100)


def replay(store: DuckDBStore) -> None:
    """What the recorder does: everything after the store's position."""
    append_all(store, BATCHES[store.position().batch :])


def assert_rebuilt(path: Path, result: Opened) -> None:
    """From the newest backup, and identical once the journal is replayed."""
    assert result.store.position() == Position(BACKED_UP)
    assert stored(result.store) == model(BATCHES[:BACKED_UP])
    replay(result.store)
    assert stored(result.store) == stored(result.store, daily=True) == model(BATCHES)
    result.store.close()
    assert result.report
    assert str(path) in result.report


def flipped(path: Path, offset: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)
        file.seek(offset)
        file.write(bytes([byte[0] ^ 0xFF]))


CORPUS: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "one byte short": lambda path: os.truncate(path, path.stat().st_size - 1),
    "5,000 bytes": lambda path: os.truncate(path, 5000),
    "random bytes": lambda path: path.write_bytes(random.Random(1).randbytes(path.stat().st_size)),
    "another format": lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(8000)),
    "magic": lambda path: flipped(path, 8),
    "version": lambda path: flipped(path, 13),
    "header": lambda path: flipped(path, 4100),
}


@pytest.mark.parametrize("damage", CORPUS)
def test_a_damaged_file_is_set_aside_and_rebuilt_exactly(path: Path, damage: str) -> None:
    CORPUS[damage](path)
    damaged = path.read_bytes()
    result = opened(path)
    assert_rebuilt(path, result)
    aside = path.with_name(f"footfall.duckdb.bad-{NOW}")
    assert aside.read_bytes() == damaged
    assert result.report
    assert str(aside) in result.report
    again = opened(path)
    assert again.report is None
    again.store.close()


def test_a_sound_file_is_opened_without_a_word(path: Path) -> None:
    result = opened(path)
    assert result.report is None
    assert stored(result.store) == model(BATCHES)
    result.store.close()
    assert sorted(p.name for p in path.parent.iterdir()) == ["backups", "footfall.duckdb"]


def test_a_first_start_makes_a_new_store(tmp_path: Path) -> None:
    result = opened(tmp_path / "footfall.duckdb")
    assert (result.report, result.store.position()) == (None, Position(0))
    result.store.close()


def test_a_missing_file_is_rebuilt_from_the_newest_backup(path: Path) -> None:
    path.unlink()
    assert_rebuilt(path, opened(path))


def test_a_log_without_its_file_is_set_aside_too(path: Path) -> None:
    path.rename(path.with_name("footfall.duckdb.wal"))
    assert_rebuilt(path, opened(path))
    assert path.with_name(f"footfall.duckdb.bad-{NOW}.wal").exists()


def test_a_damaged_file_without_backups_begins_anew_at_zero(tmp_path: Path) -> None:
    path = tmp_path / "footfall.duckdb"
    path.write_bytes(b"rubbish")
    result = opened(path)
    assert result.store.position() == Position(0)
    assert result.report
    assert "No usable backup" in result.report
    replay(result.store)
    assert stored(result.store) == model(BATCHES)
    result.store.close()


def test_a_damaged_backup_is_passed_over_and_named(path: Path) -> None:
    CORPUS["half"](path)
    bad = path.parent / "backups" / "2026-11-02" / "visits_today.parquet"
    flipped(bad, 100)
    result = opened(path)
    assert result.store.position() == Position(2)
    assert result.report
    assert str(bad) in result.report
    replay(result.store)
    assert stored(result.store) == model(BATCHES)
    result.store.close()


def test_a_block_that_only_a_reader_would_meet_is_found_after_the_running_store_met_it(path: Path) -> None:
    for offset in range(12288 + 100, path.stat().st_size, 262144):
        flipped(path, offset)
    try:
        result = opened(path)
    except StoreDamaged:
        pytest.fail("damage at opening is for open_or_rebuild to handle")
    if result.report is None:
        with pytest.raises(StoreDamaged):
            result.store.probe()
        result.store.close()
        result = opened(path)
    assert_rebuilt(path, result)


@pytest.mark.parametrize("offset", [0, 1, 8, 20, 100, -3, -400, -5000])
def test_a_damaged_log_never_gives_a_wrong_sum(path: Path, log: Path, offset: int) -> None:
    flipped(log, offset % log.stat().st_size)
    result = opened(path)
    position = result.store.position().batch
    assert stored(result.store) == model(BATCHES[:position])
    replay(result.store)
    assert stored(result.store) == model(BATCHES)
    result.store.close()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.999])
def test_a_torn_log_loses_whole_batches_only(path: Path, log: Path, share: float) -> None:
    os.truncate(log, int(log.stat().st_size * share))
    result = opened(path)
    position = result.store.position().batch
    assert 3 <= position < 6
    assert stored(result.store) == model(BATCHES[:position])
    result.store.close()


def test_a_log_of_another_database_is_not_taken_for_this_one(path: Path, prepared: Path) -> None:
    shutil.copy(prepared / "killed" / "footfall.duckdb.wal", path.parent)
    result = opened(path)
    position = result.store.position().batch
    assert stored(result.store) == model(BATCHES[:position])
    result.store.close()


def test_a_file_at_which_starts_keep_dying_is_not_tried_for_ever(path: Path) -> None:
    path.with_name("footfall.duckdb.trouble").write_bytes(b"!" * TRIES_MAX)
    assert_rebuilt(path, opened(path))
    assert not path.with_name("footfall.duckdb.trouble").exists()


def test_one_start_that_died_makes_the_next_read_the_whole_file(path: Path) -> None:
    path.with_name("footfall.duckdb.trouble").write_bytes(b"!")
    result = opened(path)
    assert result.report is None
    result.store.close()
    assert not path.with_name("footfall.duckdb.trouble").exists()


def test_an_older_copy_put_back_is_noticed_when_the_journal_cannot_fill_the_gap(path: Path) -> None:
    path.unlink()
    store = DuckDBStore(path, memory_mb=100)
    append_all(store, BATCHES[:1])
    store.close()
    assert_rebuilt(path, opened(path, journal_from=4))


def test_a_backup_that_an_operator_chose_stays_though_a_later_one_exists(path: Path) -> None:
    path.unlink()
    restore_backup(path.parent / "backups" / "2026-11-01", path, memory_mb=100)
    for _ in range(2):
        result = opened(path, journal_from=BACKED_UP + 1)
        assert result.store.position() == Position(2)
        assert result.report is not None and f"Batches 3 to {BACKED_UP} are not in the database" in result.report
        result.store.close()
    sound = opened(path, journal_from=3)
    append_all(sound.store, BATCHES[2:])
    sound.store.close()
    last = opened(path, journal_from=len(BATCHES) + 1)
    assert (last.store.position(), last.report) == (Position(len(BATCHES)), None)
    last.store.close()
    assert not path.with_name(path.name + ".chosen").exists()


def test_an_older_copy_put_back_is_simply_caught_up_while_the_journal_has_the_rest(path: Path) -> None:
    path.unlink()
    store = DuckDBStore(path, memory_mb=100)
    append_all(store, BATCHES[:1])
    store.close()
    result = opened(path, journal_from=2)
    assert (result.report, result.store.position()) == (None, Position(1))
    result.store.close()


def test_a_gap_that_nothing_can_fill_is_stated_exactly(path: Path) -> None:
    CORPUS["half"](path)
    result = opened(path, journal_from=6)
    assert result.report
    assert "Batches 5 to 5" in result.report
    result.store.close()


def test_a_file_in_use_is_refused_and_nothing_touched(path: Path) -> None:
    code = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout and holder.stdout.readline() == b"open\n"
    before = bytes_of(path.parent)
    with pytest.raises(StoreLocked, match="another process"):
        opened(path)
    assert bytes_of(path.parent) == before
    holder.communicate()


@pytest.mark.parametrize(
    "change", ["UPDATE meta SET value = '999' WHERE name = 'schema_version'", "ALTER TABLE visits_today ADD COLUMN later VARCHAR"]
)
def test_a_file_of_a_newer_version_is_refused_and_nothing_touched(path: Path, change: str) -> None:
    connection = open_locked(path, memory_mb=100)
    connection.execute(change)
    connection.close()
    before = bytes_of(path.parent)
    with pytest.raises(NewerStore, match="newer version"):
        opened(path)
    assert bytes_of(path.parent) == before


def test_a_file_of_a_newer_database_engine_is_refused_and_nothing_touched(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[12:20] = (2**20).to_bytes(8, "little")
    words = [int.from_bytes(data[at : at + 8], "little") for at in range(8, 4096, 8)]
    checksum = 5381
    for word in words:
        checksum ^= word * 0xBF58476D1CE4E5B9 % 2**64
    data[0:8] = checksum.to_bytes(8, "little")
    path.write_bytes(data)
    with pytest.raises(NewerStore):
        opened(path)
    assert path.read_bytes() == bytes(data)


def test_a_folder_that_cannot_be_written_is_not_taken_for_damage(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StoreError("cannot be opened: Permission denied")

    monkeypatch.setattr("collector.store.recovery.DuckDBStore", refuse)
    with pytest.raises(StoreError, match="Permission denied"):
        opened(path)
    assert path.exists()
    assert not path.with_name("footfall.duckdb.trouble").exists()


def test_a_store_of_an_earlier_list_of_dimensions_is_grown(path: Path) -> None:
    connection = open_locked(path, memory_mb=100)
    connection.execute("ALTER TABLE visits_today DROP COLUMN language")
    connection.execute("ALTER TABLE place DROP COLUMN network")
    connection.execute("DROP TABLE live")
    connection.close()
    result = opened(path)
    assert result.report is None
    assert {row[0] for row in result.store.query("SELECT DISTINCT language FROM visits_today")} == {""}
    append_all(result.store, [some_rows(9)])
    assert result.store.position() == Position(7)
    result.store.close()
