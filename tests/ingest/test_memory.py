"""What a restart needs stays in the runtime folder, and no longer than the day; an idle journal ends its segment."""

import asyncio
import errno
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from collector.event import Acquisition, Device, Drop, Event, Kind, Place
from collector.ingest import door as door_module
from collector.ingest import memory
from collector.ingest.door import Door, open_door
from collector.journal.files import segments
from collector.visits.table import VisitTable

DAY = 739_000


def event(number: int, day: int = DAY) -> Event:
    key = b"key %04d" % number
    return Event(
        1, key, Kind.PAGEVIEW, 1_800_000_000 + number, day, 12, "x.example", "/", Acquisition(), Place(), Device(), "", "fi"
    )  # fmt: skip


def in_door(folder: Path, work: Callable[[Door, VisitTable], Coroutine[Any, Any, None]]) -> None:
    """Run something with a door on a journal and a runtime folder of this folder's, and close it."""
    runtime = folder / "runtime"
    runtime.mkdir(exist_ok=True)

    async def run() -> None:
        door, table = open_door(folder / "journal", runtime, 1_800_000_000.0, 10**9, 10**6)("process")
        await work(door, table)
        await door.close()

    asyncio.run(run())


async def entered(door: Door, *events: Event) -> None:
    results = [door.enter(one) for one in events]
    assert all([await result for result in results if not isinstance(result, Drop)])


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_an_ended_days_keys_leave_the_runtime_folder(tmp_path: Path) -> None:
    async def work(door: Door, table: VisitTable) -> None:
        await entered(door, event(1), event(2))
        assert b"key 0001" in bytes_in(tmp_path / "runtime")
        table.end_days({1: DAY + 1})
        door.days_ended()
        await entered(door, event(3, DAY + 1))  # begins the log anew
        await entered(door, event(4, DAY + 1))  # and this finds it whole
        assert b"key 0001" not in bytes_in(tmp_path / "runtime")
        assert b"key 0003" in bytes_in(tmp_path / "runtime")

    in_door(tmp_path, work)


def test_an_ended_days_keys_leave_an_idle_collector_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "SYNC_INTERVAL_S", 0.01)

    async def work(door: Door, table: VisitTable) -> None:
        await entered(door, event(1))
        table.end_days({1: DAY + 1})
        door.days_ended()
        await asyncio.sleep(0.2)
        assert b"key 0001" not in bytes_in(tmp_path / "runtime")

    in_door(tmp_path, work)


def test_visits_go_on_after_a_log_was_begun_anew_a_slice_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "BYTES_MIN", 2_000)
    monkeypatch.setattr(memory, "BYTES_A_VISIT", 10)
    monkeypatch.setattr(memory, "COPIED_AT_ONCE", 3)

    async def many(door: Door, table: VisitTable) -> None:
        for number in range(60):
            await entered(door, event(number))

    async def count(door: Door, table: VisitTable) -> None:
        assert len(table) == 60

    in_door(tmp_path, many)
    in_door(tmp_path, count)


class Full:
    """`os.write` to the log of open visits, which fails while `full`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, full: bool = False) -> None:
        self.full = full
        self._real = os.write
        monkeypatch.setattr(os, "write", self)

    def __call__(self, descriptor: int, data: bytes) -> int:
        if self.full and "/runtime/visits-" in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._real(descriptor, data)


def test_a_log_that_was_given_up_for_want_of_room_begins_anew_when_a_day_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Full(monkeypatch)

    async def work(door: Door, table: VisitTable) -> None:
        await entered(door, event(1))
        folder.full = True
        await entered(door, event(2))
        assert list((tmp_path / "runtime").iterdir()) == [], "what is out of date must not be believed"
        folder.full = False
        await entered(door, event(3))
        assert list((tmp_path / "runtime").iterdir()) == []
        door.days_ended()
        await entered(door, event(4))
        await entered(door, event(5))

    async def count(door: Door, table: VisitTable) -> None:
        assert len(table) == 5

    in_door(tmp_path, work)
    in_door(tmp_path, count)


def test_a_start_whose_open_visits_have_no_room_goes_on_with_them_and_without_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async def one(door: Door, table: VisitTable) -> None:
        await entered(door, event(1))

    async def another(door: Door, table: VisitTable) -> None:
        assert len(table) == 1
        await entered(door, event(2))
        assert list((tmp_path / "runtime").iterdir()) == []

    async def none(door: Door, table: VisitTable) -> None:
        assert len(table) == 0

    in_door(tmp_path, one)
    folder = Full(monkeypatch, full=True)
    in_door(tmp_path, another)
    assert capfd.readouterr().err.count("takes nothing") == 1
    folder.full = False
    in_door(tmp_path, none)


def test_a_segment_with_changes_is_ended_after_its_time_and_an_empty_one_never(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "SYNC_INTERVAL_S", 0.01)
    monkeypatch.setattr(door_module, "SEGMENT_S_MAX", 0.05)

    async def work(door: Door, table: VisitTable) -> None:
        await entered(door, event(1))
        await asyncio.sleep(0.5)
        assert len(segments(tmp_path / "journal")) == 2

    in_door(tmp_path, work)
