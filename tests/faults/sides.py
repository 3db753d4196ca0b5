"""The two halves of the write path as bare processes, to be killed: a nursery forks them, each already loaded.

The write side enters a seeded crowd through the real door; the record side reads the journal into the real store.
The nursery reads one order a line (JSON) and answers with the child's pid, then with its exit status when it has ended:
a fork costs a millisecond, where a fresh interpreter costs a second.
"""

import asyncio
import json
import os
import random
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop

from collector import settings
from collector.clock import Clock
from collector.ingest import door as door_module
from collector.ingest import memory as memory_module
from collector.ingest.door import Door
from collector.journal.reader import first_held
from collector.journal.runtime_log import RuntimeLog
from collector.journal.writer import JournalWriter
from collector.ops.jobs import Jobs
from collector.recorder import Recorder
from collector.store.recovery import open_or_rebuild
from collector.visits.table import VisitTable
from tests.faults import points
from tests.faults.crowd import DAY_S, SITE, event_of

SEGMENT_BYTES = 20_000  # small, so that a short life sees segments end
RUNTIME_BYTES = 6_000  # likewise the generations of the runtime log
BURST_MAX = 12
MARK = struct.Struct("<I")


class At(Clock):
    """A clock whose time of day stands still."""

    def __init__(self, time_s: float) -> None:
        self._time_s = time_s

    def time(self) -> float:
        """Always the same."""
        return self._time_s


def write_side(order: dict[str, Any]) -> None:
    """Enter the crowd's events from `first` to before `end`, and tell how far in two files, `entered` and `acknowledged`: a number each."""
    root = Path(order["root"])
    setattr(memory_module, "BYTES_MIN", RUNTIME_BYTES)  # noqa: B010 - a constant of another module
    setattr(memory_module, "BYTES_A_VISIT", 20)  # noqa: B010
    setattr(memory_module, "COPIED_AT_ONCE", 3)  # noqa: B010
    setattr(door_module, "SYNC_INTERVAL_S", 0.01)  # noqa: B010
    tell = {name: os.open(root / name, os.O_WRONLY | os.O_CREAT, 0o600) for name in ("entered", "acknowledged")}

    async def run() -> None:
        journal = JournalWriter(root / "journal", DAY_S * 1000, 10**9, SEGMENT_BYTES)
        door = Door(journal, RuntimeLog(Path(order["runtime"])), VisitTable(10_000), order["durability"])
        chance = random.Random(order["chance"])
        index = order["first"]
        while index < order["end"]:
            burst = range(index, min(index + chance.randint(1, BURST_MAX), order["end"]))
            index = burst.stop
            os.pwrite(tell["entered"], MARK.pack(index), 0)
            outcomes = {id(future): future for future in (door.enter(event_of(order["seed"], at)) for at in burst)}
            assert all([await future for future in outcomes.values()])  # type: ignore[misc]  # the crowd is never dropped
            os.pwrite(tell["acknowledged"], MARK.pack(index), 0)
            await asyncio.sleep(chance.choice((0, 0.002, 0.006)))
        await door.close()

    uvloop.run(run())


def record_side(order: dict[str, Any]) -> None:
    """Record what the journal has until killed, with closes, checkpoints, rewrites and a backup between; or, with `drain`, to its end."""
    loaded = settings.load({"FOOTFALL_DATA_DIR": order["root"]}, folder=Path(order["root"]))
    chance = random.Random(order["chance"])
    opened = open_or_rebuild(loaded.store_path, loaded.backup_dir, str(time.time_ns()), first_held(loaded.journal_dir), 100)
    store = opened.store
    clock = At(DAY_S + 3 * 86_400)
    recorder = Recorder(store, loaded.journal_dir, clock, lambda: {SITE: "UTC"})
    # A backup's name is its second; in this clock each hundredth of a second is one.
    jobs = Jobs(store, loaded, At(time.time() * 100), lambda: {SITE: "UTC"})
    chores: list[Callable[[], object]] = [recorder.tend, store.checkpoint, store.rewrite, store.compact_today, jobs.backup]
    while not order["drain"]:
        recorder.step()
        if chores and chance.random() < 0.4:
            chores.pop(chance.randrange(len(chores)))()
        time.sleep(chance.choice((0, 0.002, 0.01)))
    while recorder.step():
        pass
    recorder.tend()
    store.close()


def _run(order: dict[str, Any]) -> None:
    code = 1
    try:
        if order["point"]:
            points.arm(points.parse(order["point"]))
        {"write": write_side, "record": record_side}[order["side"]](order)
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def nursery() -> None:
    """Fork a child an order. Nothing here has a thread, so a fork is whole."""
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            print(os.waitpid(order["wait"], 0)[1], flush=True)
            continue
        child = os.fork()
        if not child:
            _run(order)
        print(child, flush=True)


if __name__ == "__main__":
    nursery()
