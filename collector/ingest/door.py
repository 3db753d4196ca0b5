"""The door: every event passes it one way. Applies events to visits, gathers their changes, writes them as one batch.

The batch is the unit of cost: all that arrives within GATHER_S is one write to the runtime log and one to the journal,
in that order and under one number. When the journal refuses (disk full, size limit), the visits go back to
their states before the batch, and nobody is told 202. When the disk lies (a sync fails), the process ends at once:
what was acknowledged since the last good sync may be lost, and pretending otherwise would be worse.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from collector.event import Drop, Event
from collector.ingest.memory import VisitMemory
from collector.journal.runtime_log import RuntimeLog
from collector.journal.writer import SEGMENT_BYTES_MAX, JournalWriter
from collector.visits.change import Change
from collector.visits.machine import Visit, apply
from collector.visits.payload import JournalBatch, encode
from collector.visits.table import VisitTable

# A batch. A change is 35 kB at most (a body of 8 KiB, its properties' names twice) and a state 76 kB (what is remembered of a
# visit, at 4 bytes a character): so many stay under the journal's payload limit, and 50,000 events/s fill one in GATHER_S.
CHANGES_MAX = 100
GATHER_S = 0.002  # at 6,300 events/s a fifth less CPU and half the p99 of a batch each turn of the loop; nobody sees 2 ms
SYNC_INTERVAL_S = 1.0
SEGMENT_S_MAX = 3600.0  # a segment with changes is ended after this, so that the next backup lets it go
SEGMENTS_AT_LEAST = 8  # the journal's size is looked at where a segment ends, so it passes its limit by an eighth at most
DISK_FAILED = 74  # EX_IOERR: the supervisor restarts the front on a new segment


class Door:
    """Owned by the front's event loop; nothing here may be called from another thread."""

    def __init__(self, journal: JournalWriter, log: RuntimeLog, table: VisitTable, durability: str) -> None:
        self._journal = journal
        self._table = table
        self._memory = VisitMemory(log, table)
        self._power = durability == "power"
        self._loop = asyncio.get_running_loop()
        self._changes: list[Change] = []
        self._before: dict[bytes, tuple[int, dict[bytes, Visit], Visit | None]] = {}
        self._refusals: dict[tuple[int, int, str], int] = {}
        self._written: asyncio.Future[bool] = self._loop.create_future()
        self._unsynced: list[asyncio.Future[bool]] = []
        self._syncing = False
        self._dirty = False
        self._segment_s = self._loop.time()
        self.counted = 0
        self.refused = 0
        self.failed_batches = 0
        self._memory.restore(journal.last_batch)
        self._sync_timer = self._loop.call_later(SYNC_INTERVAL_S, self._sync_tick)

    def enter(self, event: Event) -> "Drop | asyncio.Future[bool]":
        """Apply one event. Returns why it counts for nothing, or what resolves when its batch is as durable as the
        setting says: True, or False if the journal refused it.
        """
        visits = self._table.of(event.site, event.day)
        before = visits.get(event.key)
        result = apply(before, event)
        if isinstance(result, Drop):
            return result
        if event.key not in self._before:
            self._before[event.key] = (event.site, visits, before)
        visits[event.key], change = result
        written = self._written
        if not self._changes:
            self._loop.call_later(GATHER_S, self._flush)
        self._changes.append(change)
        if len(self._changes) >= CHANGES_MAX:
            self._flush()
        return written

    def refuse(self, site: int, day: int, reason: str) -> None:
        """Count an event that was not counted. It goes with the next batch; nobody waits for it."""
        key = (site, day, reason)
        self._refusals[key] = self._refusals.get(key, 0) + 1
        self.refused += 1

    def days_ended(self) -> None:
        """Some site's day is over: its visits are forgotten, in the runtime folder too."""
        self._memory.day_ended()

    async def close(self) -> None:
        """Write and sync what is left."""
        self._sync_timer.cancel()
        if self._changes or self._refusals:
            self._flush()
        while self._syncing:
            await asyncio.sleep(0.01)
        self._journal.close()
        self._memory.close()

    def _flush(self) -> None:
        if not self._changes and not self._refusals:
            return
        changes, before, refusals, written = self._changes, self._before, self._refusals, self._written
        self._changes, self._before, self._refusals = [], {}, {}
        self._written = self._loop.create_future()
        try:
            states = [(site, key, visits[key]) for key, (site, visits, _) in before.items() if key in visits]
            self._memory.record(self._journal.next_batch, states)
            self._journal.append(encode(JournalBatch(changes, [(*key, count) for key, count in refusals.items()])))
        except BaseException as error:
            self._refusals = refusals
            written.set_result(False)
            self._undo(before)
            if not isinstance(error, OSError):  # a fault of ours: whoever called tells it, and nobody waits for ever
                raise
            self._say(error)
            return
        self.counted += len(changes)
        self._dirty = True
        if self._power:
            self._unsynced.append(written)
            self._start_sync()
        else:
            written.set_result(True)
        self._table.tend()
        self._memory.tend(self._journal.last_batch)

    def _say(self, error: OSError) -> None:
        if self.failed_batches == 1 or self.failed_batches % 1000 == 0:
            print(
                f"The journal refused a batch ({_words(error)}); visitors get 503 until there is room. It heals by itself.", file=sys.stderr
            )

    def _undo(self, before: dict[bytes, tuple[int, dict[bytes, Visit], Visit | None]]) -> None:
        self.failed_batches += 1
        for key, (_, visits, visit) in before.items():
            if visit is None:
                visits.pop(key, None)
            else:
                visits[key] = visit
        self._memory.take_back(self._journal.next_batch)

    # Making it last.

    def _sync_tick(self) -> None:
        self._sync_timer = self._loop.call_later(SYNC_INTERVAL_S, self._sync_tick)
        if not self._changes:
            self._flush()
            self._rest()
        if self._unsynced or (self._dirty and not self._power):
            self._start_sync()

    def _rest(self) -> None:
        """What is due when nothing is under way: no change may wait in an open segment, nor a key in the log, for long."""
        self._memory.tend(self._journal.last_batch)
        if self._loop.time() - self._segment_s > SEGMENT_S_MAX:
            self._segment_s = self._loop.time()
            with suppress(OSError):  # full just now: the next hour tries again
                self._journal.rotate()

    def _start_sync(self) -> None:
        if self._syncing:
            return
        try:
            sync = self._journal.unsynced()
        except OSError:  # no descriptor left (thousands of connections): who waits for this sync, waits for the next tick
            return
        self._syncing = True
        self._dirty = False
        waiting, self._unsynced = self._unsynced, []
        done = self._loop.run_in_executor(None, sync)
        done.add_done_callback(lambda finished: self._synced(finished, waiting))

    def _synced(self, finished: "asyncio.Future[None]", waiting: list[asyncio.Future[bool]]) -> None:
        error = finished.exception()
        if error is not None:
            print(
                f"Syncing the journal failed ({_words(error)}). The front ends now and begins a new segment.", file=sys.stderr, flush=True
            )
            os._exit(DISK_FAILED)
        for written in waiting:
            written.set_result(True)
        self._syncing = False
        if self._unsynced:
            self._start_sync()


def _words(error: BaseException) -> str:
    """The system's words for an error of the disk; of any other only its type, for its message may quote a visitor."""
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else type(error).__name__


def open_door(
    folder: Path, runtime: Path | None, now_s: float, bytes_max: int, visitors_max: int
) -> Callable[[str], tuple[Door, VisitTable]]:
    """Open the files behind a door; the returned function makes it and its table, inside an event loop, for a durability."""
    journal = JournalWriter(folder, int(now_s * 1000), bytes_max, min(SEGMENT_BYTES_MAX, bytes_max // SEGMENTS_AT_LEAST))
    table = VisitTable(visitors_max)
    return lambda durability: (Door(journal, RuntimeLog(runtime), table, durability), table)
