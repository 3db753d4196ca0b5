"""kill -9 at any moment: the store holds exactly the batches up to its position, and goes on from there."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from collector.store.recovery import open_or_rebuild
from tests.store.model import append_all, model, some_rows, stored

ROWS = 20
# Appends batch after batch with closes, merges and rewrites between, and says which batch was committed.
WRITER = f"""
import sys
from pathlib import Path
from collector.store.interface import Position
from collector.store.recovery import open_or_rebuild
from tests.store.model import DAY, some_rows

path = Path(sys.argv[1])
store, _ = open_or_rebuild(path, path.parent / "backups", "then", memory_mb=100)
for batch in range(store.position().batch + 1, 10_000):
    store.append(some_rows(batch % 50, {ROWS}), Position(batch))
    print(batch, flush=True)
    if batch % 7 == 0:
        store.close_day(1 + batch % 2, DAY + batch % 3)
    if batch % 11 == 0:
        store.compact_today()
    if batch % 13 == 0:
        store.rewrite()
    if batch % 5 == 0:
        store.checkpoint()
"""


@pytest.mark.parametrize("seed", range(5))
def test_a_store_killed_twice_at_random_has_all_it_committed_and_nothing_twice(tmp_path: Path, seed: int) -> None:
    path, chance = tmp_path / "footfall.duckdb", random.Random(seed)
    committed = 0
    for _ in range(2):
        committed = max(committed, _run_and_kill(path, chance))
        store, report = open_or_rebuild(path, tmp_path / "backups", "now", memory_mb=100)
        position = store.position().batch
        assert report is None
        assert committed <= position <= committed + 1
        expected = model([some_rows(batch % 50, ROWS) for batch in range(1, position + 1)])
        assert stored(store) == stored(store, daily=True) == expected != {}
        append_all(store, [some_rows((position + 1) % 50, ROWS)])
        store.close()
        committed = position + 1


def _run_and_kill(path: Path, chance: random.Random) -> int:
    """Let a writer run a little after its first commit, kill it, and return the last batch it said it had committed."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
    assert writer.stdout
    said = writer.stdout.readline()
    assert said
    time.sleep(chance.uniform(0, 0.6))
    writer.send_signal(signal.SIGKILL)
    rest, _ = writer.communicate()
    return int((said + rest).split()[-1])
