"""However the same events are cut into batches, restarts, recorder steps, closes and compactions, the store has the same rows."""

import asyncio
import tempfile
from collections import Counter
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.ingest.door import Door
from collector.journal.runtime_log import RuntimeLog
from collector.journal.writer import JournalWriter
from collector.recorder import Recorder
from collector.store.duckdb_store import DuckDBStore
from collector.visits.table import VisitTable
from tests.faults.crowd import DAY, DAY_S, SITE, changes_of, event_of, rows_of
from tests.faults.sides import At
from tests.store.model import Sums, model, stored

Step = int | Literal["restart", "record", "close", "compact", "rewrite", "checkpoint", "reopen", "recorder"]
SEGMENT_BYTES = 6_000
STEPS = st.lists(
    st.one_of(
        st.integers(1, 25),  # that many events as one batch
        st.sampled_from(("restart", "record", "close", "compact", "rewrite", "checkpoint", "reopen", "recorder")),
    ),
    min_size=4,
    max_size=18,
)


class WritePath:
    """From the door to the store; either half can be begun anew on what the other left."""

    def __init__(self, folder: Path, runtime: Path) -> None:
        self._folder, self._runtime = folder, runtime
        self.store = DuckDBStore(folder / "footfall.duckdb", memory_mb=100)
        self._recorder = self._new_recorder()
        self._door = self._new_door()

    def _new_recorder(self) -> Recorder:
        return Recorder(self.store, self._folder / "journal", At(DAY_S), lambda: {SITE: "UTC"})

    def _new_door(self) -> Door:
        journal = JournalWriter(self._folder / "journal", DAY_S * 1000, 10**9, SEGMENT_BYTES)
        return Door(journal, RuntimeLog(self._runtime), VisitTable(1000), "process")

    async def enter(self, seed: int, indexes: range) -> None:
        """These events, as one batch."""
        written = {self._door.enter(event_of(seed, index)) for index in indexes}
        for future in written:
            assert isinstance(future, asyncio.Future) and await future

    async def do(self, step: Step) -> None:
        """One step that changes no count."""
        if step == "restart":
            await self._door.close()
            self._door = self._new_door()
        elif step == "record":
            self._recorder.step()
        elif step == "recorder":
            self._recorder = self._new_recorder()
        elif step == "close":
            self.store.close_day(SITE, DAY)
        elif step == "reopen":
            self.store.close()
            self.store = DuckDBStore(self._folder / "footfall.duckdb", memory_mb=100)
            self._recorder = self._new_recorder()
        elif step == "compact":
            self.store.compact_today()
        elif step == "rewrite":
            self.store.rewrite()
        else:
            self.store.checkpoint()

    async def finish(self) -> Sums:
        """Record the rest; all rows, which by day must be the same."""
        await self._door.close()
        while self._recorder.step():
            pass
        self.store.close_day(SITE, DAY + 10)
        found = stored(self.store)
        assert _but_live(stored(self.store, daily=True)) == _but_live(found)
        self.store.close()
        return found


def _but_live(sums: Sums) -> Sums:
    return Counter({key: count for key, count in sums.items() if key[0] != "live"})


@pytest.mark.slow
@settings(max_examples=12)
@given(seed=st.integers(0, 1000), steps=STEPS)
def test_any_cut_of_the_same_events_gives_the_same_rows(seed: int, steps: list[Step]) -> None:
    async def run(folder: Path, runtime: Path) -> tuple[int, Sums]:
        path, count = WritePath(folder, runtime), 0
        for step in steps:
            if isinstance(step, int):
                await path.enter(seed, range(count, count + step))
                count += step
            else:
                await path.do(step)
        return count, await path.finish()

    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as runtime:
        count, found = asyncio.run(run(Path(folder), Path(runtime)))
    assert found == model([rows_of(changes_of(event_of(seed, index) for index in range(count)))])
