"""Questions from any thread: a few at once, each with a cursor of its own and a time limit; all wait while the file is swapped.

A question is one SELECT in a read-only transaction. Both are needed: the kind of statement alone lets a WITH that
deletes pass as a SELECT, and the transaction alone could be ended by a second statement.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from collector.store.connection import Answer, Connection, Parsed, snapshot
from collector.store.errors import QueryTimeout

# More at once would only share the same two cores and the same memory limit.
QUERIES_MAX = 4
# How often the watchdog looks. It counts its looks instead of reading a clock: a question may run one tick too long.
TICK_S = 0.1
# Statements that were found to be one SELECT are kept parsed, by their text: parsing one twice, to look and to run it, takes
# the engine 0.8 ms, a third of a small question. A dashboard has some twenty; its values are not in the text. At most
# 512 x 8,000 characters, some 20 MB parsed; when full, it begins anew.
KEPT_MAX = 512
KEPT_CHARS_MAX = 8_000


class Readers:
    """The readers' side of one open database."""

    def __init__(self, connection: Connection, timeout_s: float) -> None:
        self._connection = connection
        self._timeout_s = timeout_s
        self._idle: list[Connection] = []
        self._kept: dict[str, Parsed] = {}
        self._running = 0
        self._paused = False
        self._changed = threading.Condition()
        self._watchdog = Watchdog(max(1, round(timeout_s / TICK_S)))

    @property
    def kept(self) -> int:
        """How many statements are kept parsed."""
        return len(self._kept)

    def query(self, sql: str, parameters: Sequence[Any]) -> Answer:
        """One SELECT's rows. Raises QueryTimeout, and ValueError for anything but one SELECT."""
        with self.cursor() as cursor, self._watchdog.watching(cursor):
            statement = self._kept.get(sql) or self._only_select(cursor, sql)
            with snapshot(cursor):
                return cursor.answer(statement, parameters)

    def _only_select(self, cursor: Connection, sql: str) -> Parsed:
        statements = cursor.parse(sql)
        if [statement.kind for statement in statements] != ["SELECT"]:
            found = ", ".join(statement.kind for statement in statements)
            raise ValueError(f"A question is one SELECT; this is {found or 'nothing'}.")
        if len(sql) <= KEPT_CHARS_MAX:
            if len(self._kept) >= KEPT_MAX:
                self._kept = {}
            self._kept[sql] = statements[0]
        return statements[0]

    @contextmanager
    def cursor(self) -> Iterator[Connection]:
        """A cursor for one thread, kept for the next one unless something went wrong with it."""
        with self._changed:
            if not self._changed.wait_for(lambda: not self._paused and self._running < QUERIES_MAX, self._timeout_s):
                raise QueryTimeout(f"No place was free among the {QUERIES_MAX} questions that may run at once.")
            self._running += 1
            cursor = self._idle.pop() if self._idle else self._connection.cursor()
        try:
            yield cursor
        except BaseException:
            self._leave()
            raise
        self._leave(cursor)

    @contextmanager
    def paused(self, wait_s: float | None = None) -> Iterator[None]:
        """No cursor is out during the block, and none of the old ones comes back after it. Raises QueryTimeout after `wait_s`."""
        with self._changed:
            self._changed.wait_for(lambda: not self._paused)
            self._paused = True
        try:
            with self._changed:
                if not self._changed.wait_for(lambda: self._running == 0, wait_s):
                    raise QueryTimeout("Somebody is still reading.")
            while self._idle:
                self._idle.pop().close()
            yield
        finally:
            with self._changed:
                self._paused = False
                self._changed.notify_all()

    def replace(self, connection: Connection) -> None:
        """Read from another database from now on; only while paused."""
        self._connection = connection
        self._kept = {}

    def close(self) -> None:
        self._watchdog.stop()

    def _leave(self, cursor: Connection | None = None) -> None:
        with self._changed:
            self._running -= 1
            if cursor is not None:
                self._idle.append(cursor)
            self._changed.notify_all()


class Watchdog:
    """One thread that interrupts what runs too long (a timer a question would start a thread each: 0.2 ms)."""

    def __init__(self, ticks_max: int) -> None:
        self._ticks_max = ticks_max
        self._ticks: dict[Connection, int] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self, cursor: Connection) -> Iterator[None]:
        """Interrupt the cursor if the block takes too long. Never after the block: the lock sees to it."""
        with self._lock:
            self._ticks[cursor] = 0
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="store-watchdog", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                del self._ticks[cursor]

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(TICK_S):
            with self._lock:
                for cursor in self._ticks:
                    self._ticks[cursor] += 1
                    if self._ticks[cursor] >= self._ticks_max:
                        cursor.interrupt()
