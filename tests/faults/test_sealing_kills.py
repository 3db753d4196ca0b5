"""kill -9 at each statement of closing, sealing, rewriting and backing up: whoever goes on gets to the same end."""

import os
import random
import subprocess
import sys
from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from collector.event import Acquisition, Device, Place
from collector.facts import RARE
from collector.ops.jobs import backups
from collector.store import bounds
from collector.store.backup import verify
from collector.store.duckdb_store import DuckDBStore
from collector.store.interface import Rows
from collector.store.schema import TABLES, names
from tests.faults.sealing import live, loaded, opened
from tests.store.model import append_all
from tests.store.sealed_model import FIRST, SITE, month

# As many of some 300 steps by default; all of them in `make sim`.
KILLS = int(os.environ.get("FOOTFALL_TEST_KILLS", "50")) // 3

pytestmark = [pytest.mark.slow, pytest.mark.timeout(60 + 20 * KILLS)]


def site() -> list[Rows]:
    """A month with a large day whose pairs are kept, small days that are told together, and a segment."""
    large = {}
    for hour, page, source in product((0, 9), ("/", "/hinnat"), (Acquisition(), Acquisition("google", "Organic Search"))):
        key = (SITE, FIRST.toordinal(), hour, "example.com", page, "/", source)
        for country, browser, system, n in (
            ("FI", "Firefox", "Linux", 90),
            ("FI", "Safari", "iOS", 50),
            ("SE", "Firefox", "Linux", 40),
            ("SE", "Safari", "iOS", 30),
        ):
            visitor = (Place(country), Device(browser, "", system), "", "")
            large[*key, *visitor] = [n, n, n // 3, n - n // 3, 2 * n, 40 * n]
    return [{"visits": large}, month(1, lambda chance: [(2, 3), (3, 4)], corrections=False)]


def run(root: Path, *numbers: int) -> str:
    """What the lives said."""
    command = [sys.executable, "-m", "tests.faults.sealing", str(root), *map(str, numbers)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60 + 10 * len(numbers)).stdout


def state(store: DuckDBStore) -> dict[str, Counter[tuple[object, ...]]]:
    """Every row of every table."""
    return {table: Counter(store.query(f'SELECT {names(columns)} FROM "{table}"')) for table, columns in TABLES.items()}


def test_whatever_is_killed_when_the_end_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "ROUNDS_MAX", 5)
    (tmp_path / "template").mkdir()
    store = opened(tmp_path / "template")
    append_all(store, site())
    store.close()
    steps = int(run(tmp_path, 0))
    numbers = sorted(random.Random(4).sample(range(1, steps + 1), min(KILLS, steps)))
    run(tmp_path, *numbers)
    expected = end_of(tmp_path / "0")
    assert expected["visits_pairs"] and expected["sealed"] and not expected["visits_detail"] and not expected["visits_today"]
    assert any(row[1] == "segment" for row in expected["visits_monthly"])
    assert any((row[1], row[3]) == ("country", RARE) for row in expected["visits_daily"])
    for number in numbers:
        assert end_of(tmp_path / str(number)) == expected, f"killed at step {number} of {steps}"


def end_of(folder: Path) -> dict[str, Counter[tuple[object, ...]]]:
    """What a folder comes to when its life goes on without a kill; nothing half done is left beside it."""
    store = opened(folder)
    live(store, folder)
    end = state(store)
    assert not store.holds_deleted
    store.close()
    (made,) = backups(loaded(folder).backup_dir)
    assert {entry.table: entry.rows for entry in verify(made).tables} == {table: rows.total() for table, rows in end.items()}
    left = {path.name for path in folder.rglob("*") if path.suffix in (".new", ".tmp", ".wal")}
    assert left == set(), left
    return end
