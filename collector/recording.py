"""The thread that writes to the store: record, close days, keep house, and carry out what commands ask for."""

import os
import sys
import threading
from collections.abc import Callable
from typing import Any

from collector.clock import Clock
from collector.control.database import Control
from collector.facts import ROLLED_UP
from collector.journal.frame import NewerFormat
from collector.ops.jobs import Jobs
from collector.ops.quiet import told
from collector.recorder import STEP_BYTES_MAX, Recorder
from collector.settings import Settings
from collector.store.duckdb_store import TODAY_ROWS_MAX, DuckDBStore
from collector.store.errors import StoreDamaged, StoreError

STEP_EACH_S = 0.5  # between commits: well under the two seconds in which a visit must be seen, long enough to sum
# Of each step while events come, at most but for a piece that takes longer by itself; else the whole of it.
SEALING_S = STEP_EACH_S / 2
RETRY_S_MAX = 30.0
ASK_LOOK_S = 1.0  # how often whoever asked looks whether the thread still runs
DAMAGED = 75  # EX_TEMPFAIL: the supervisor starts the back again, which rebuilds the database


class Recording(threading.Thread):
    """The thread that writes to the store: record, close days, keep house, and carry out what commands ask for."""

    def __init__(self, store: DuckDBStore, settings: Settings, clock: Clock, control: Control) -> None:
        super().__init__(name="recorder")
        self._store, self._settings, self._clock = store, settings, clock
        self._timezones = lambda: {site.id: site.timezone for site in control.sites()}
        self._halt = threading.Event()
        self._asked: list[tuple[Callable[[], Any], list[Any], threading.Event]] = []
        self.recorder = Recorder(store, settings.journal_dir, clock, self._timezones)
        self.jobs = Jobs(store, settings, clock, self._timezones, control.removed_sites, control.segments_of)
        self.trouble = ""
        self._tended_s = 0.0
        self._merged_rows = 0

    def run(self) -> None:
        """Until `stop`. What goes wrong is tried again, more and more slowly; a damaged store ends the process."""
        wait = STEP_EACH_S
        while not self._halt.wait(wait if not self._asked else 0):
            try:
                wait = self._once()
                self.trouble = ""
            except StoreDamaged as error:
                print(f"{error} The database is rebuilt at the next start, which comes by itself.", file=sys.stderr, flush=True)
                os._exit(DAMAGED)
            except Exception as error:
                why = str(error) if isinstance(error, StoreError | NewerFormat) else f"{told(error)}."
                self.trouble = f"The store takes nothing just now: {why} Events wait in the journal; it is tried again by itself."
                print(self.trouble, file=sys.stderr, flush=True)
                self._answer_asked(refused=error)
                wait = min(max(wait, STEP_EACH_S) * 2, RETRY_S_MAX)
        while self.recorder.step():
            pass
        self.jobs.stop()

    def stop(self) -> None:
        """Record what is in the journal, then end."""
        self._halt.set()

    def ask(self, what: Callable[[], Any]) -> Any:
        """Have the thread carry out something between two steps; returns its answer or raises its error.

        Where the store refuses the step before it, that is the answer. Raises StoreError if the thread has ended.
        """
        answer: list[Any] = []
        done = threading.Event()
        self._asked.append((what, answer, done))
        while not done.wait(ASK_LOOK_S):
            if not self.is_alive():
                raise StoreError("The server is stopping: nothing more is done. Try again when it runs.")
        if isinstance(answer[0], Exception):
            raise answer[0]
        return answer[0]

    def _once(self) -> float:
        started = self._clock.monotonic()
        recorded = self.recorder.step()
        self._answer_asked()
        if self._clock.monotonic() - self._tended_s > 5:
            self._tended_s = self._clock.monotonic()
            self.jobs.tend(days_closed=self.recorder.tend() > 0)
            self._compact()
        self.jobs.seals.go_on(started + (SEALING_S if recorded else STEP_EACH_S), alone=not recorded)
        if recorded and self._behind():
            return 0.0
        return max(0.0, STEP_EACH_S - (self._clock.monotonic() - started))

    def _answer_asked(self, refused: Exception | None = None) -> None:
        """Carry out what was asked, or answer that the store refuses: nobody waits behind it, nor has it tried again at once."""
        while self._asked:
            what, answer, done = self._asked.pop(0)
            try:
                answer.append(refused or what())
            except Exception as error:  # handed to whoever asked
                answer.append(error)
            done.set()

    def _behind(self) -> bool:
        """Whether a whole step is waiting. Under load something always is: a commit for each few events costs ten times as much."""
        return self.recorder.reader.remaining() >= STEP_BYTES_MAX

    def _compact(self) -> None:
        """Merge the rows of the present day where so many have come since the last merge that questions would feel them."""
        rows = self._rows_of_today()
        if rows - self._merged_rows > TODAY_ROWS_MAX:
            self._store.compact_today()
            rows = self._merged_rows = self._rows_of_today()
        self._merged_rows = min(self._merged_rows, rows)  # a day's close takes rows away

    def _rows_of_today(self) -> int:
        sizes = self._store.sizes()
        return sum(sizes.get(f"{fact}_today", 0) for fact in ROLLED_UP)
