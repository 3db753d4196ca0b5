"""Named points at which a test process dies. Armed in test children only: the code under test knows nothing of it.

A point is written `name:when:number[:bytes]`, such as `os.write:middle:7:12`: at the 7th call of `os.write` 12 bytes are
written and the process is killed. `when` is before, after, or (for writes) middle.
"""

import os
import signal
from pathlib import Path
from typing import Any, NamedTuple

from collector import lasting
from collector.ingest.door import Door
from collector.ingest.memory import VisitMemory
from collector.journal import writer as journal_writer
from collector.journal.runtime_log import RuntimeLog
from collector.journal.writer import JournalWriter
from collector.store import duckdb_store
from collector.store.duckdb_store import DuckDBStore
from collector.store.locked_store import Cursor

WRITE_SIDE: dict[str, tuple[Any, str]] = {
    "os.write": (os, "write"),
    "os.fsync": (os, "fsync"),
    "os.fdatasync": (os, "fdatasync"),
    "os.open": (os, "open"),
    "path.unlink": (Path, "unlink"),
    "journal.append": (JournalWriter, "append"),
    "journal.begin": (JournalWriter, "_begin_segment"),
    "journal.synced": (journal_writer, "_sync_and_close"),
    "runtime.append": (RuntimeLog, "append"),
    "runtime.begin": (RuntimeLog, "begin"),
    "runtime.drop": (RuntimeLog, "drop_older"),
    "door.flush": (Door, "_flush"),
    "memory.restore": (VisitMemory, "restore"),
    "memory.tend": (VisitMemory, "tend"),
}
RECORD_SIDE: dict[str, tuple[Any, str]] = {
    "sql": (Cursor, "execute"),
    "store.append": (DuckDBStore, "append"),
    "store.close_day": (DuckDBStore, "close_day"),
    "store.checkpoint": (DuckDBStore, "checkpoint"),
    "store.rewrite": (DuckDBStore, "rewrite"),
    "store.backup": (DuckDBStore, "backup"),
    "lasting.publish": (lasting, "publish"),
    "lasting.sync": (lasting, "sync"),
    "discard": (duckdb_store, "discard_database"),
    "path.unlink": (Path, "unlink"),
    "path.rename": (Path, "rename"),
}
# How many calls of each a short life makes, at least roughly: a point past them never comes, and the kill is at random instead.
USUAL = {"os.write": 60, "sql": 60, "journal.append": 20, "runtime.append": 20, "door.flush": 20, "lasting.sync": 6, "path.unlink": 4}


class Point(NamedTuple):
    """Where a process dies."""

    name: str
    when: str
    number: int
    bytes: int = 0

    def __str__(self) -> str:
        return ":".join(map(str, self))


def parse(text: str) -> Point:
    """The point that `str(point)` wrote."""
    name, when, number, count = text.split(":")
    return Point(name, when, int(number), int(count))


def die() -> None:
    """kill -9 of this very process."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: Point) -> None:
    """Replace the function of that name by one that dies at its nth call from now."""
    owner, attribute = {**WRITE_SIDE, **RECORD_SIDE}[point.name]
    real = getattr(owner, attribute)
    calls = 0

    def counted(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls != point.number:
            return real(*given, **named)
        if point.when == "before":
            die()
        if point.when == "middle":
            real(given[0], bytes(given[1])[: point.bytes])
            die()
        answer = real(*given, **named)
        die()
        return answer

    setattr(owner, attribute, counted)
