"""A disk that is full or failing under the write path: nobody is told 202 in vain, visits are undone, and it heals by itself.

A full runtime folder costs no event: it is gone without.
"""

import asyncio
import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from collector.event import Event
from collector.ingest.door import SEGMENTS_AT_LEAST, Door
from collector.ingest.door import open_door as open_door_of
from collector.journal.reader import JournalReader, delete_covered
from collector.journal.runtime_log import RuntimeLog
from collector.journal.writer import JournalWriter, last_batch
from collector.visits.change import Change
from collector.visits.machine import Visit
from collector.visits.payload import decode_journal
from collector.visits.table import VisitTable
from tests.faults.crowd import DAY_S, changes_of, event_of, rows_of

BURSTS = [range(at, at + 6) for at in range(0, 60, 6)]
SEGMENT_BYTES = 4_000
States = list[tuple[int, bytes, Visit]]


class Disk:
    """Calls of `os` that fail from the nth on, so many times; a write puts down `kept` bytes before it fails.

    With `only`, calls about an open file of another name are left alone.
    """

    def __init__(self, name: str, number: int, times: int, kept: int = 0, only: str = "") -> None:
        self._name, self._range, self._kept, self._only = name, range(number, number + times), kept, only
        self._real = getattr(os, name)
        self._calls = 0

    def __call__(self, *given: Any, **named: Any) -> Any:
        if self._only and self._only not in str(Path(f"/proc/self/fd/{given[0]}").readlink()):
            return self._real(*given, **named)
        self._calls += 1
        if self._calls not in self._range:
            return self._real(*given, **named)
        if self._kept and self._calls == self._range.start:
            return self._real(given[0], bytes(given[1])[: self._kept])  # what still fits; the next call says why no more
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @contextmanager
    def failing(self) -> Iterator[None]:
        """While this lasts."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, self._name, self)
            yield


def open_door(folder: Path) -> tuple[Door, VisitTable]:
    """A door on `folder/journal` with small segments, its runtime log in `folder/runtime`."""
    (folder / "runtime").mkdir(parents=True, exist_ok=True)
    table = VisitTable(10_000)
    journal = JournalWriter(folder / "journal", DAY_S * 1000, 10**9, SEGMENT_BYTES)
    return Door(journal, RuntimeLog(folder / "runtime"), table, "process"), table


async def entered(door: Door, burst: Iterable[Event]) -> bool:
    """Whether a burst of events, one batch, was acknowledged."""
    (outcome,) = {door.enter(event) for event in burst}
    assert isinstance(outcome, asyncio.Future)
    return await outcome


def states(table: VisitTable) -> States:
    """All visits, in an order that does not depend on how they came in."""
    return sorted(table.items(), key=lambda item: item[1])


def journalled(folder: Path) -> list[Change]:
    """All changes in the journal; nothing in it may be damaged or missing."""
    reader = JournalReader(folder / "journal", 0)
    changes = [change for batch in reader.read() for change in decode_journal(batch.payload).changes]
    assert (reader.losses.damaged, reader.losses.missing) == (0, [])
    return changes


async def through_a_full_disk(folder: Path, disk: Disk) -> int:
    """Enter the crowd while the disk fails; check each step, and a restart after each. Returns how many bursts were refused."""
    door, table = open_door(folder)
    counted: list[Event] = []
    refused = 0
    for number, burst in enumerate(BURSTS):
        events = [event_of(7, index) for index in burst]
        before = states(table)
        with disk.failing():
            acknowledged = await entered(door, events)
        if acknowledged:
            counted += events
        else:
            refused += 1
            assert states(table) == before, "a refused batch left its mark on the visits"
        await as_after_a_kill(folder, folder.with_name(f"{folder.name}-{number}"), table)
    await door.close()
    assert rows_of(journalled(folder)) == rows_of(changes_of(counted))
    assert refused < len(BURSTS) - 2, "it did not heal by itself"
    return refused


async def as_after_a_kill(folder: Path, copy: Path, table: VisitTable) -> None:
    """A process that began on these files would have the visits that this one has, or none once their log was given up."""
    shutil.copytree(folder, copy)
    again, restored = open_door(copy)
    kept = any((folder / "runtime").iterdir())
    assert states(restored) == (states(table) if kept else []), "a restart would go on with other visits"
    await again.close()
    shutil.rmtree(copy)


@pytest.mark.parametrize("kept", [0, 1, 30])
@pytest.mark.parametrize("times", [2, 5])
def test_a_disk_that_is_full_at_any_write_costs_only_what_was_refused(tmp_path: Path, times: int, kept: int) -> None:
    for number in range(1, 10, 2):
        folder = tmp_path / str(number)
        assert asyncio.run(through_a_full_disk(folder, Disk("write", number, times, kept, ".journal"))) > 0
        assert list((folder / "runtime").iterdir()), "the log of open visits was given up for another's fault"


@pytest.mark.parametrize("kept", [0, 1, 30])
def test_a_runtime_folder_that_is_full_at_any_write_costs_no_event(tmp_path: Path, kept: int, capfd: pytest.CaptureFixture[str]) -> None:
    for number in range(1, 10, 2):
        folder = tmp_path / str(number)
        assert asyncio.run(through_a_full_disk(folder, Disk("write", number, 2, kept, "/runtime/visits-"))) == 0
        assert list((folder / "runtime").iterdir()) == []
        said = capfd.readouterr().err
        assert said.count(f"The runtime folder {folder / 'runtime'} takes nothing (No space left on device): open visits") == 1


def test_a_disk_and_a_runtime_folder_that_are_full_at_once_cost_only_what_was_refused(tmp_path: Path) -> None:
    for number in range(3, 18, 3):
        assert asyncio.run(through_a_full_disk(tmp_path / str(number), Disk("write", number, 5))) > 0


@pytest.mark.parametrize("name", ["open", "fsync", "ftruncate"])
def test_a_disk_that_refuses_another_file_is_no_different(tmp_path: Path, name: str) -> None:
    for number in range(1, 8):
        asyncio.run(through_a_full_disk(tmp_path / str(number), Disk(name, number, 2)))


def test_a_start_on_a_full_disk_refuses_events_until_there_is_room(tmp_path: Path) -> None:
    async def run() -> list[bool]:
        full = Disk("fsync", 1, 2)
        with full.failing():
            door, _ = open_door(tmp_path)
            answers = [await entered(door, [event_of(7, index)]) for index in range(3)]
        await door.close()
        return answers

    assert asyncio.run(run()) == [False, True, True]
    assert rows_of(journalled(tmp_path)) == rows_of(changes_of(event_of(7, index) for index in (1, 2)))


def test_a_runtime_log_that_cannot_begin_anew_goes_on_growing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file is rewritten when it is large; where that fails, the old one must stay the one that is written to."""
    monkeypatch.setattr("collector.ingest.memory.BYTES_MIN", 0)
    monkeypatch.setattr("collector.ingest.memory.BYTES_A_VISIT", 0)
    for number in range(1, 8):
        asyncio.run(through_a_full_disk(tmp_path / str(number), Disk("open", number, 3)))


def test_with_no_descriptor_left_for_a_sync_its_events_wait_for_the_next_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.ingest.door.SYNC_INTERVAL_S", 0.02)

    async def run() -> list[bool]:
        table = VisitTable(10_000)
        door = Door(JournalWriter(tmp_path / "journal", DAY_S * 1000, 10**9), RuntimeLog(None), table, "power")
        with Disk("dup", 1, 3).failing():
            async with asyncio.timeout(10):
                answers = [await entered(door, [event_of(7, index)]) for index in range(3)]
        await door.close()
        return answers

    assert asyncio.run(run()) == [True, True, True]
    assert len(journalled(tmp_path)) == 3


def test_a_journal_at_its_size_limit_refuses_and_goes_on_when_segments_have_gone(tmp_path: Path) -> None:
    limit = 80_000

    async def run() -> tuple[int, list[bool]]:
        door, _ = open_door_of(tmp_path / "journal", None, DAY_S, limit, 10_000)("process")
        counted = 0
        while await entered(door, [event_of(7, counted)]):
            counted += 1
        assert not await entered(door, [event_of(7, counted)])
        assert sum(path.stat().st_size for path in (tmp_path / "journal").iterdir()) <= limit * (SEGMENTS_AT_LEAST + 1) / SEGMENTS_AT_LEAST
        delete_covered(tmp_path / "journal", last_batch(tmp_path / "journal") or 0)
        answers = [await entered(door, [event_of(7, index)]) for index in range(counted, counted + 3)]
        await door.close()
        return counted, answers

    counted, answers = asyncio.run(run())
    assert counted > 50
    assert answers == [True, True, True]
