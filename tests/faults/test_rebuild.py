"""A database file that is damaged, deleted or of yesterday is rebuilt at the next start, from backup and journal, to the same rows."""

import os
import random
import shutil
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path

import pytest

from collector import settings
from collector.back import open_store
from collector.clock import Clock
from collector.journal.files import segments
from collector.journal.writer import JournalWriter
from collector.ops.jobs import Jobs, backups
from collector.recorder import Recorder
from collector.store.duckdb_store import DuckDBStore
from collector.visits.payload import JournalBatch, encode
from tests.faults.crowd import DAY_S, changes_of, event_of, rows_of
from tests.faults.sides import At
from tests.server import BROWSER, Server, event
from tests.store.model import Sums, model, stored

EVENTS = 120

pytestmark = pytest.mark.slow


def send_crowd(server: Server, seed: int) -> None:
    """A hundred and some page views and events of a few visitors."""
    chance = random.Random(seed)
    sender = server.sender()
    for number in range(EVENTS):
        headers = {"X-Forwarded-For": f"203.0.{chance.randrange(8)}.9", "User-Agent": f"{BROWSER} {chance.randrange(3)}"}
        name = chance.choice(("pageview", "pageview", "pageview", "Sign up"))
        page = f"https://shop.example/p{chance.randrange(20)}?utm_source=s{chance.randrange(3)}"
        assert sender.send(event(page, name, r="https://www.google.com/", p={"plan": f"plan {number % 4}"}), headers).counted
    sender.close()


def rows(store: DuckDBStore) -> Sums:
    """Every row but the live ones, which are forgotten after an hour; the same by day."""
    found = stored(store)
    assert stored(store, daily=True) == found
    return type(found)({key: count for key, count in found.items() if key[0] != "live"})


def started(folder: Path) -> Sums:
    """The rows after a start of the back on a data folder, once it has caught up with the journal."""
    loaded = settings.load({"FOOTFALL_DATA_DIR": str(folder)}, folder=folder)
    store = open_store(loaded, Clock())
    try:
        recorder = Recorder(store, loaded.journal_dir, Clock(), dict)
        while recorder.step():
            pass
        return rows(store)
    finally:
        store.close()


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def random_bytes(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))


def overwritten_in_the_middle(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(random.Random(2).randbytes(8192))


def beside_a_strange_log(path: Path) -> None:
    path.with_name(path.name + ".wal").write_bytes(random.Random(3).randbytes(50_000))


DAMAGES: tuple[Callable[[Path], None], ...] = (
    Path.unlink,
    truncated,
    emptied,
    random_bytes,
    overwritten_in_the_middle,
    beside_a_strange_log,
)


@pytest.fixture(scope="module", params=["journal alone", "backup and journal"])
def used(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a server that was used and stopped; with a backup, the journal that it covers is gone."""
    with Server(tmp_path_factory.mktemp("used") / "data") as server:
        send_crowd(server, 1)
        if request.param == "backup and journal":
            make_the_backup_needed(server)
            send_crowd(server, 2)
        assert server.stop() == 0
    return server.folder


def make_the_backup_needed(server: Server) -> None:
    """Make a backup, and see the journal that it covers go: a new segment begins with each start of the front."""
    first = segments(server.settings.journal_dir)[0]
    server.kill("front")
    server.wait_live()
    assert server.send("https://shop.example/after").counted
    assert Path(server.command("backup").strip()).is_dir()
    assert first not in segments(server.settings.journal_dir)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_database_is_rebuilt_to_the_same_rows(
    used: Path, tmp_path: Path, damage: Callable[[Path], None], capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(used, folder)
    before = started(folder)
    assert sum(count for key, count in before.items() if key[0] == "pages") > EVENTS
    damage(folder / "footfall.duckdb")
    assert started(folder) == before
    assert damage is beside_a_strange_log or "nothing is lost" in capfd.readouterr().err


def test_a_served_footfall_rebuilds_a_deleted_database_by_itself(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        send_crowd(server, 1)
        assert server.stop() == 0  # all that was sent is in the store then
        server.start()
        before = server.total("pageviews")
        assert server.stop() == 0
        server.settings.store_path.unlink()
        server.start()
        assert server.settled("pageviews", before) == before > 0
        assert "nothing is lost" in server.said()


def test_two_backups_within_one_second_are_two(tmp_path: Path) -> None:
    """The first one of a fresh installation comes by itself, perhaps just when somebody asks for another."""
    loaded = settings.load({"FOOTFALL_DATA_DIR": str(tmp_path)}, folder=tmp_path)
    store = DuckDBStore(loaded.store_path)
    jobs = Jobs(store, loaded, At(DAY_S), dict)
    made = [jobs.backup() for _ in range(3)]
    store.close()
    assert backups(loaded.backup_dir) == made
    assert len(set(made)) == 3


def test_a_batch_that_no_reader_understands_is_set_apart_alone_and_counted(tmp_path: Path) -> None:
    """Whole by its checksum, but no batch of this format: the next one is counted all the same."""
    changes = changes_of(event_of(3, index) for index in range(20))
    journal = JournalWriter(tmp_path / "journal", DAY_S * 1000, 10**9)
    chance = random.Random(5)
    poison = [b"", b"\xc1", b"\x92", b"\x91" * 100_000, b"\x92\x90\xa3abc", *(chance.randbytes(50) for _ in range(50))]
    for change, garbage in zip_longest(changes, poison):
        journal.append(garbage)
        if change is not None:
            journal.append(encode(JournalBatch([change], [])))
    journal.close()
    store = DuckDBStore(tmp_path / "footfall.duckdb")
    recorder = Recorder(store, tmp_path / "journal", Clock(), dict)
    while recorder.reader.remaining():
        recorder.step()
    assert stored(store) == model([rows_of(changes)])
    assert (recorder.poisoned, recorder.recorded) == (len(poison), len(changes))
    store.close()
