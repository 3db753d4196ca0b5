"""The real `footfall serve` on a disk that is full for a while or whose sync fails once: it heals by itself, and nothing is lost.

In a runtime folder that is full it counts all the same.
"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from collector.front import STATUS_FILE
from tests.faults.hooks import FAILING_SYNC, FULL_DISK, hooked
from tests.faults.load import Load
from tests.server import DOMAIN, Server, event, midday_zone, until

DISK = "96m"
LESS_THAN_THE_SALTS, LITTLE_MORE = "64k", "600k"  # the salts take 480 kB
FULL_S_MAX = 20.0
DISK_FAILED = 74

pytestmark = pytest.mark.slow


@contextmanager
def small_disk(point: Path, size: str = DISK) -> Iterator[bool]:
    """A file system of its own at `point`, if this user may mount one."""
    point.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", str(point)]
    mounted = subprocess.run(command, capture_output=True, timeout=10).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(point)], check=True, timeout=10)


@contextmanager
def needed_disk(point: Path, size: str) -> Iterator[None]:
    """The same for a test that means nothing without one."""
    with small_disk(point, size) as real:
        if not real:
            pytest.skip("this user may not mount a file system")
        yield


def fill(path: Path) -> None:
    """Write until the disk is full to the last byte."""
    size = 1 << 20
    with path.open("ab", buffering=0) as file:
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2


def test_a_full_disk_is_answered_503_and_counting_goes_on_when_there_is_room(tmp_path: Path) -> None:
    flag = tmp_path / "full"
    with small_disk(tmp_path / "disk") as real:
        environment = {} if real else hooked(tmp_path / "hook", FULL_DISK.format(flag=str(flag)))
        begin: Callable[[], None] = (lambda: fill(tmp_path / "disk" / "ballast")) if real else flag.touch
        end = (tmp_path / "disk" / "ballast").unlink if real else flag.unlink
        with Server(tmp_path / "disk" / "data", environment=environment) as server, Load(server) as load:
            load.wait_for(more=100)
            begin()
            assert until(lambda: load.statuses[503] >= 20, FULL_S_MAX), load.statuses
            with suppress(FileNotFoundError):
                end()
            load.wait_for(more=100)
            load.stop()
            load.check()
            assert set(load.statuses) == {202, 503}
            assert "there is room" in server.said()
            assert server.stop() == 0


def test_a_failing_sync_ends_the_front_which_comes_back_without_a_false_word(tmp_path: Path) -> None:
    flag = tmp_path / "failing"
    environment = hooked(tmp_path / "hook", FAILING_SYNC.format(flag=str(flag)))
    with Server(tmp_path / "data", environment=environment, durability="power") as server, Load(server) as load:
        load.wait_for(more=50)
        flag.touch()
        assert until(lambda: f"The front process ended ({DISK_FAILED})" in server.said(), FULL_S_MAX), server.said()
        load.wait_for(more=50)
        load.stop()
        load.check()
        assert sum(map(len, load.unanswered)) > 0, "somebody was told that a lost sync was none"
        assert "Syncing the journal failed" in server.said()
        assert server.stop() == 0


def test_a_start_in_a_full_runtime_folder_counts_with_the_salts_in_memory(tmp_path: Path) -> None:
    folder = tmp_path / "runtime"
    with needed_disk(folder, LESS_THAN_THE_SALTS), Server(tmp_path / "data", {DOMAIN: midday_zone()}, runtime_dir=str(folder)) as server:
        assert [server.send(f"https://shop.example/{number}").status for number in range(3)] == [202] * 3
        assert server.settled("pageviews", 3) == 3
        assert (server.total("visits"), server.total("visitors")) == (1, 1)
        assert server.said().count(f"The runtime folder {folder} takes nothing (No space left on device): salts and") == 1
        assert "process ended" not in server.said()
        assert {path.name for path in folder.iterdir()} <= {"back.sock", STATUS_FILE}
        assert server.stop() == 0


def test_a_runtime_folder_that_fills_up_costs_no_event_and_a_restart_of_the_front_the_open_visits(tmp_path: Path) -> None:
    folder = tmp_path / "runtime"
    with needed_disk(folder, LITTLE_MORE), Server(tmp_path / "data", {DOMAIN: midday_zone()}, runtime_dir=str(folder)) as server:
        assert server.send("https://shop.example/").counted
        fill(folder / "ballast")
        sender = server.sender()
        sent = 1 + sum(sender.send(event(f"https://shop.example/{number}")).counted for number in range(60))
        assert sent == 61
        assert f"The runtime folder {folder} takes nothing (No space left on device): open visits stay" in server.said()
        before = server.kill("front")
        assert until(lambda: server.children().get("front", before) != before, FULL_S_MAX)
        assert until(lambda: server.send("https://shop.example/again").counted, FULL_S_MAX)
        sender.close()
        assert server.settled("pageviews", 62) == 62
        assert (server.total("visits"), server.total("visitors")) == (2, 2)
        assert server.stop() == 0
