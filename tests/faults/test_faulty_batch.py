"""A batch that meets a fault of ours, not of the disk, costs this batch only: nobody waits for ever, no other visit is lost."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collector.ingest import door as door_module
from collector.ingest import memory as memory_module
from collector.ingest.door import Door
from collector.journal import frame
from collector.journal.runtime_log import RuntimeLog
from collector.journal.writer import JournalWriter
from collector.visits.table import VisitTable
from tests.faults.crowd import DAY, SITE, event_of
from tests.faults.timeless import TimelessLoop

SEED = 1
Break = Callable[[pytest.MonkeyPatch], None]


def fails(*_: object) -> bytes:
    """As a library that quotes what it was given."""
    raise KeyError("Mozilla/5.0")


def states(broken: pytest.MonkeyPatch) -> None:
    broken.setattr(memory_module, "encode", fails)


def changes(broken: pytest.MonkeyPatch) -> None:
    broken.setattr(door_module, "encode", fails)


def size(broken: pytest.MonkeyPatch) -> None:
    broken.setattr(frame, "PAYLOAD_BYTES_MAX", 100)


async def entered(door: Door, events: range) -> list[bool]:
    """What those who sent these events are told: whether they count."""
    outcomes: Any = [door.enter(event_of(SEED, index)) for index in events]
    return [await outcome for outcome in outcomes]


async def a_life(root: Path, break_something: Break, monkeypatch: pytest.MonkeyPatch) -> tuple[object, object]:
    """A good batch, one that meets the fault, a good one, an end without order; returns the visits before it and behind it."""
    told: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
    table = VisitTable(10_000)
    journal = JournalWriter(root / "journal", 1, 10**9)
    door = Door(journal, RuntimeLog(root / "runtime"), table, "process")
    assert await entered(door, range(10)) == [True] * 10
    good = dict(table.of(SITE, DAY))
    with monkeypatch.context() as broken:
        break_something(broken)
        assert await entered(door, range(10, 20)) == [False] * 10
    assert dict(table.of(SITE, DAY)) == good, "the visits did not go back to where they were"
    assert [type(error) for error in told] in ([KeyError], [ValueError])
    assert await entered(door, range(20, 30)) == [True] * 10
    again = VisitTable(10_000)
    Door(JournalWriter(root / "journal", 1, 10**9), RuntimeLog(root / "runtime"), again, "process")
    return dict(table.of(SITE, DAY)), dict(again.of(SITE, DAY))


@pytest.mark.parametrize("break_something", [states, changes, size])
def test_a_batch_that_meets_a_fault_is_refused_and_visits_go_on_exactly_behind_it(
    break_something: Break, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runtime").mkdir()
    with asyncio.Runner(loop_factory=lambda: TimelessLoop(random.Random(SEED))) as runner:
        before, behind = runner.run(a_life(tmp_path, break_something, monkeypatch))
    assert before
    assert behind == before
