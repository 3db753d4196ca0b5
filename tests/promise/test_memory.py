"""What memory keeps of a day that is over: no salt, in no process; and no core file ever holds either."""

import os
import re
import signal
from pathlib import Path

import pytest

from collector.control.database import SiteRow
from collector.control.picture import write_picture
from tests.promise.salt import salt_of
from tests.server import Server, until

GONE_WITHIN_S = 10.0
WEST, EAST = "Etc/GMT+12", "Etc/GMT-14"  # 26 hours apart: a site that moves from one to the other has another day at once

pytestmark = pytest.mark.slow


def memory(pid: int) -> bytes:
    """Everything that a process can read and write in its own memory, maps of the runtime files included."""
    found = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as file:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if match:
                found.append(_region(file.fileno(), int(match[1], 16), int(match[2], 16)))
    return b"".join(found)


def _region(descriptor: int, begin: int, end: int) -> bytes:
    pieces = []
    while begin < end:
        try:
            piece = os.pread(descriptor, min(end - begin, 1 << 24), begin)
        except OSError:  # a guard page
            break
        if not piece:
            break
        pieces.append(piece)
        begin += len(piece)
    return b"".join(pieces)


def holders(server: Server, salt: bytes) -> list[str]:
    """Which of the processes have the salt anywhere in their memory."""
    assert server.process is not None
    pids = {"supervisor": server.process.pid, **server.children()}
    assert set(pids) == {"supervisor", "front", "back"}
    return [role for role, pid in pids.items() if salt in memory(pid)]


@pytest.mark.skipif(os.getuid() != 0, reason="the front lets nobody but root read its memory, which is the point")
def test_when_the_day_is_over_its_salt_is_in_no_memory(tmp_path: Path) -> None:
    with Server(tmp_path / "data", sites={"shop.example": WEST}) as server:
        for number in range(50):
            assert server.send("https://shop.example/", headers={"X-Forwarded-For": f"198.51.{number}.7"}).counted
        salt = salt_of(server.runtime)
        assert holders(server, salt) == ["front"], "today it is there, and nowhere else"
        write_picture(server.settings.sites_path, [SiteRow(1, "shop.example", EAST, (), 0)])
        assert until(lambda: salt_of(server.runtime) != salt, GONE_WITHIN_S)
        assert until(lambda: holders(server, salt) == [], GONE_WITHIN_S), "yesterday's salt is still in memory"
        assert server.send("https://shop.example/").counted
        assert salt_of(server.runtime) != salt


def test_a_front_that_crashes_leaves_no_core(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        front = server.children()["front"]
        limits = Path(f"/proc/{front}/limits").read_text()
        assert re.search(r"^Max core file size\s+0\s+0\s", limits, re.M)
        before = set(Path.cwd().iterdir())
        os.kill(front, signal.SIGSEGV)
        assert until(lambda: "front process ended (-11)" in server.said(), GONE_WITHIN_S), server.said()
        server.wait_live()
        assert {path for path in set(Path.cwd().iterdir()) - before if "core" in path.name} == set()
