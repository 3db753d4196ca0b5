"""`footfall serve` starts or says in one sentence why not; it ends in order, in time and with nothing lost."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from collector.ops.precedence import NICENESS
from tests.faults.load import Load
from tests.server import Server, free_port

STOP_S = 5.0

pytestmark = pytest.mark.slow


def refused(folder: Path, runtime: Path, **given: str) -> str:
    """What `footfall serve` says on standard error when it refuses to start."""
    wished = {"data_dir": str(folder), "runtime_dir": str(runtime), "port": str(free_port()), **given}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOOTFALL_")}
    environment = {**kept, **{f"FOOTFALL_{name.upper()}": value for name, value in wished.items()}}
    done = subprocess.run([sys.executable, "-m", "collector", "serve"], env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def listing(folder: Path) -> Mapping[str, tuple[int, int]]:
    """Every file and folder below one, with size and time of change."""
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in sorted(folder.rglob("*"))}


def test_a_port_in_use_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refused(tmp_path / "data", tmp_path / "runtime", port=str(port))
    assert f"127.0.0.1:{port}" in said and "in use" in said
    assert listing(tmp_path) == {}


def test_a_data_folder_in_use_is_named_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = listing(tmp_path)
        said = refused(folder, tmp_path / "runtime")
        assert listing(tmp_path) == before
    assert str(folder) in said and "in use by another Footfall" in said


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    before = listing(tmp_path)
    assert f"{tmp_path / 'file' / 'data'} cannot be written" in refused(tmp_path / "file" / "data", tmp_path / "runtime")
    assert listing(tmp_path) == before


@pytest.mark.parametrize(("content", "word"), [("2", "newer Footfall"), ("999\n", "newer Footfall"), ("one\n", "damaged"), ("", "damaged")])
def test_a_data_folder_of_another_format_is_refused_and_not_touched(tmp_path: Path, content: str, word: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "FORMAT").write_text(content)
    before = listing(tmp_path)
    said = refused(folder, tmp_path / "runtime")
    assert str(folder) in said and word in said
    assert listing(tmp_path) == before


def niceness(pid: int) -> set[int]:
    """Of all threads of a process."""
    return {os.getpriority(os.PRIO_PROCESS, int(thread.name)) for thread in Path(f"/proc/{pid}/task").iterdir()}


def test_where_cores_are_short_the_front_goes_before_the_back_with_all_its_threads(tmp_path: Path) -> None:
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    with Server(tmp_path / "data") as server:
        children = server.children()
        assert niceness(children["front"]) == {ours}
        assert niceness(children["back"]) == {max(ours, NICENESS)}


def test_told_to_end_under_load_it_ends_in_time_with_all_it_acknowledged(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        with Load(server) as load:
            load.wait_for(more=200)
            assert server.process is not None
            started = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            assert server.process.wait(STOP_S) == 0
            assert time.monotonic() - started < STOP_S
            # What is sent meanwhile meets a closed port.
        assert not (server.folder / "footfall.duckdb.wal").exists(), "the database was not checkpointed"
        server.start()
        load.check()
        assert server.stop() == 0
