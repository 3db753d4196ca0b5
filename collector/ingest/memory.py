"""The visits' memory: keeps the log in the RAM-backed runtime folder in step with the table, so that a killed front goes on exactly.

States are written before their batch goes to the journal, under its number. A log that has grown, or that holds an ended
day, is begun anew: the table is copied into the new generation a slice at a time, beside the states of new batches, and
the old generation goes when the copy is whole. A slice is copied only when the journal has all that the table knows.
A folder that is full costs no event: the log is given up until a day ends, and a restart meanwhile forgets the open visits.
"""

import sys

from collector.journal.runtime_log import RuntimeLog
from collector.privacy.runtime import WITHOUT_IT
from collector.visits.machine import Visit
from collector.visits.payload import StateBatch, decode_states, encode
from collector.visits.table import VisitTable

COPIED_AT_ONCE = 100  # visits, of 76 kB at most each: under the log's limit of one payload (`frame.PAYLOAD_BYTES_MAX`)
BYTES_MIN = 8 * 1024 * 1024  # a log smaller than this is never worth rewriting for its size
BYTES_A_VISIT = 400  # of log: it is rewritten when it passes twice what its visits need


class VisitMemory:
    """Owned by the door, as the log and the table are."""

    def __init__(self, log: RuntimeLog, table: VisitTable) -> None:
        self._log = log
        self._table = table
        self._to_copy: list[tuple[int, list[bytes]]] = []
        self._stale = False

    def restore(self, last_batch: int) -> None:
        """Take over the visits that the last process left, as far as the journal has their batches, and begin anew."""
        for payload in self._log.read(last_batch):
            for site, key, visit in decode_states(payload).states:
                held = self._table.of_site(site)
                if not held or next(iter(held.values())).day <= visit.day:
                    self._table.of(site, visit.day)[key] = visit
        try:
            self._begin()
            while self._to_copy:
                self._copy(last_batch)
            self._log.drop_older()
        except OSError as error:
            self._go_without(error)

    def record(self, batch: int, states: list[tuple[int, bytes, Visit]]) -> None:
        """Write the states that a batch leaves behind, before the batch; without room for them, go on without the log.

        Raises OSError where the log cannot even be deleted; then `take_back` is due.
        """
        try:
            self._log.append(batch, encode(StateBatch(states)))
        except OSError as error:
            self._go_without(error)

    def take_back(self, batch: int) -> None:
        """The journal does not have this batch: nor shall the log, if it came to that."""
        self._log.take_back(batch)

    def day_ended(self) -> None:
        """Visits were forgotten: their keys shall leave the folder too."""
        self._stale = True

    def tend(self, last_batch: int) -> None:
        """Rewrite where it is due. To be called when the journal has everything up to `last_batch`, and the table nothing more."""
        try:
            if self._to_copy:
                self._copy(last_batch)
                if not self._to_copy:
                    self._log.drop_older()
            elif self._stale or self._log.length > max(BYTES_MIN, 2 * BYTES_A_VISIT * len(self._table)):
                self._begin()
                self._stale = False
                if not self._to_copy:
                    self._log.drop_older()
        except OSError:  # no room in the folder: the present log goes on growing, and the next time tries again
            return

    def close(self) -> None:
        """Let go of the log; it stays for a restart."""
        self._log.close()

    def _go_without(self, error: OSError) -> None:
        self._log.give_up()
        self._to_copy = []
        print(
            f"The runtime folder {self._log.folder} takes nothing ({error.strerror}): open visits stay in memory only. {WITHOUT_IT} "
            "It is tried again when a day ends; make room there, or set another runtime_dir and restart.",
            file=sys.stderr,
            flush=True,
        )

    def _begin(self) -> None:
        self._log.begin()
        self._to_copy = [(site, keys) for site, keys in self._table.keys_by_site() if keys]

    def _copy(self, last_batch: int) -> None:
        site, keys = self._to_copy[-1]
        visits = self._table.of_site(site)
        slice_ = [(site, key, visits[key]) for key in keys[-COPIED_AT_ONCE:] if key in visits]
        try:
            self._log.append(last_batch, encode(StateBatch(slice_)))
        except OSError:
            self._log.take_back(last_batch)
            raise
        del keys[-COPIED_AT_ONCE:]
        if not keys:
            self._to_copy.pop()
