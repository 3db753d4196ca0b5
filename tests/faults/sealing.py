"""Lives of a store that closes, seals, rewrites and backs up, each killed at its nth step. Run as a program, which only forks.

    python -m tests.faults.sealing ROOT FIRST_STEP …

ROOT/template has the data folder that each life begins with; the life killed at step 7 is lived in ROOT/7.
"""

import os
import shutil
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from collector import lasting, settings
from collector.clock import Clock
from collector.ops.jobs import Jobs, backups
from collector.settings import Settings
from collector.store import bounds
from collector.store.duckdb_store import DuckDBStore
from collector.store.locked_store import Cursor
from collector.store.recovery import open_or_rebuild
from tests.store.sealed_model import LAST, SITE

NOW_S = 1_793_880_000.0  # 5 November 2026: September is due
# In the country's visitors, with a browser that may be told: see `site` in test_sealing_kills.py.
SEGMENT = ("finns", [["is", "visit:country", ["FI"]], ["is", "visit:os", ["Linux"]]])
STEPS: tuple[tuple[Any, str], ...] = ((Cursor, "execute"), (lasting, "publish"), (lasting, "sync"), (lasting, "discard"))


class Still(Clock):
    """Always the same moment."""

    def time(self) -> float:
        return NOW_S


class Unaudited(Jobs):
    """Without the thread that audits beside them: it only reads, and its statements would make the steps uncertain."""

    def _audit_beside(self) -> None:
        pass


def loaded(folder: Path) -> Settings:
    return settings.load({"FOOTFALL_DATA_DIR": str(folder), "FOOTFALL_SMALLEST_GROUP": "5"}, folder)


def opened(folder: Path) -> DuckDBStore:
    at = loaded(folder)
    store, report = open_or_rebuild(at.store_path, at.backup_dir, "then", memory_mb=100)
    assert report is None, report
    return store


def live(store: DuckDBStore, folder: Path) -> None:
    """Close, seal, rewrite and back up until there is no more to do."""
    bounds.ROUNDS_MAX = 5
    store.close_day(SITE, LAST.toordinal())
    jobs = Unaudited(store, loaded(folder), Still(), lambda: {SITE: "UTC"}, segments=lambda site: [SEGMENT])
    while not backups(loaded(folder).backup_dir) or store.holds_deleted:
        jobs.tend()
        while jobs.seals.active:
            jobs.seals.go_on(0)
        assert not jobs.troubles, jobs.troubles


class Steps:
    """Counts statements and what is done to files, and dies at one of them (0: never)."""

    def __init__(self, dies_at: int) -> None:
        self.dies_at, self.taken = dies_at, 0
        for owner, name in STEPS:
            setattr(owner, name, self._counted(getattr(owner, name)))

    def _counted(self, real: Any) -> Any:
        def step(*given: Any, **named: Any) -> Any:
            self.taken += 1
            if self.taken == self.dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **named)

        return step


def main(root: Path, numbers: Iterable[int]) -> None:
    """One forked life after the other; with number 0 the steps of a whole life are printed."""
    for number in numbers:
        folder = root / str(number)
        shutil.copytree(root / "template", folder)
        pid = os.fork()
        if pid == 0:
            steps = Steps(number)
            store = opened(folder)
            live(store, folder)
            store.close()
            print(steps.taken, flush=True)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert status == (-signal.SIGKILL if number else 0), status


if __name__ == "__main__":
    main(Path(sys.argv[1]), map(int, sys.argv[2:]))
