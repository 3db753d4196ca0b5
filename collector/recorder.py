"""The recorder: reads the journal in order, sums equal deltas, commits them with the journal position. Order, and no rules.

Nothing acknowledged is lost and nothing is counted twice, whatever is killed when: the position is in the same store
transaction as the counts, and the journal keeps what the store and a backup do not have yet. A batch that the store can
never take is set aside and passed over: no other waits for it. Only the recorder says that a day is closed.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from collector.clock import DAY_OVER_AFTER_S, Clock, local_day_hour
from collector.event import NO_SITE
from collector.facts import FactName
from collector.journal.files import set_aside
from collector.journal.reader import Batch, JournalReader
from collector.store.errors import RowsRefused
from collector.store.interface import Position, Store
from collector.visits.change import deltas
from collector.visits.payload import JournalBatch, decode_journal

STEP_BYTES_MAX = 4 * 1024 * 1024  # of journal a commit: 15,000 events or so
LIVE_MINUTES = 60
Sums = dict[FactName, dict[tuple[object, ...], list[int]]]


class Recorder:
    """Owned by one thread of the back."""

    def __init__(self, store: Store, folder: Path, clock: Clock, timezones: Callable[[], dict[int, str]]) -> None:
        """`timezones` gives every site's id and IANA time zone, anew at each call."""
        self._store = store
        self._folder = folder
        self._clock = clock
        self._timezones = timezones
        self._reader = JournalReader(folder, store.position().batch)
        self._in_step = True  # whether all that the reader has read is in the store
        self._closed: dict[int, int] = {}
        self._live_minute = 0
        self.poisoned = 0
        self.recorded = 0

    @property
    def reader(self) -> JournalReader:
        """Where the recorder stands in the journal, and what it could not read."""
        return self._reader

    def step(self) -> int:
        """Record what is new in the journal, up to STEP_BYTES_MAX; returns the number of changes. One transaction, as a rule.

        Raises what the store or the disk says; the next step then begins where the store stands.
        """
        if not self._in_step:
            self._reader = JournalReader(self._folder, self._store.position().batch)
        self._in_step = False
        batches = list(self._reader.read(STEP_BYTES_MAX))
        changes = self._record(batches) if batches else 0
        self._in_step = True
        return changes

    def tend(self) -> int:
        """Close the days that have ended, and forget live rows past their hour; returns how many days were closed.

        Closing is additive, so a row that comes later still finds its way when its day is closed again.
        """
        now = self._clock.time()
        minute = int(now) // 60
        if minute != self._live_minute:
            self._live_minute = minute
            self._store.forget_live(minute - LIVE_MINUTES)
        closed = 0
        for site, timezone in {NO_SITE: "UTC", **self._timezones()}.items():
            yesterday = local_day_hour(int(now) - DAY_OVER_AFTER_S, timezone)[0] - 1
            if self._closed.get(site) != yesterday:
                closed += bool(self._store.close_day(site, yesterday))
                self._closed[site] = yesterday
        return closed

    def _record(self, batches: Sequence[Batch]) -> int:
        """Commit the batches; in halves if they hold something that can never be stored, down to the one that does."""
        try:
            return self._commit(batches)
        except RowsRefused as refused:
            if len(batches) == 1:
                self._leave_out(batches[0], refused)
                return 0
        middle = len(batches) // 2
        return self._record(batches[:middle]) + self._record(batches[middle:])

    def _commit(self, batches: Sequence[Batch]) -> int:
        sums: Sums = {}
        changes = sum(_add(batch, sums) for batch in batches)
        self._store.append(sums, Position(batches[-1].number))
        self.recorded += changes
        return changes

    def _leave_out(self, batch: Batch, refused: RowsRefused) -> None:
        path = set_aside(self._folder, f"batch-{batch.number}", batch.payload)
        self._store.append({}, Position(batch.number))
        self.poisoned += 1
        print(
            f"Batch {batch.number} of the journal counts for nothing: {refused} It was set aside as {path}, and recording goes on. "
            "Did another version of Footfall write it?",
            file=sys.stderr,
            flush=True,
        )


def _add(batch: Batch, sums: Sums) -> int:
    """Returns the number of changes. Raises RowsRefused for what is whole by its checksum, but no batch of this format."""
    try:
        decoded = decode_journal(batch.payload)
        _sum(decoded, sums)
    except (ValueError, IndexError) as error:
        raise RowsRefused(f"It is not of this format ({type(error).__name__}).") from error
    return len(decoded.changes)


def _sum(batch: JournalBatch, sums: Sums) -> None:
    for change in batch.changes:
        for fact, key, measures in deltas(change):
            rows = sums.setdefault(fact, {})
            present = rows.get(key)
            if present is None:
                rows[key] = list(measures)
            elif len(present) != len(measures):
                raise ValueError(f"{fact} has {len(present)} measures and not {len(measures)}")
            else:
                for at, measure in enumerate(measures):
                    present[at] += measure
    for site, day, reason, count in batch.refusals:
        row = sums.setdefault("dropped", {}).setdefault((site, day, reason), [0])
        row[0] += count
