"""kill -9 at any moment and restart: every acknowledged event is counted exactly once, any other at most once.

Each seed is one data folder with a few short lives of the write side (the real door, journal and runtime log) and the
record side (the real recorder and store). Each life ends by SIGKILL: at a random moment or at a named point (`points.py`).
Afterwards the store must equal the model of exactly the counted events, so the visits must have gone on exactly, too.
"""

import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from collector.store.duckdb_store import DuckDBStore
from tests.faults.crowd import changes_of, event_of, rows_of, visits_of
from tests.faults.nursery import Nursery, Side
from tests.faults.points import RECORD_SIDE, USUAL, WRITE_SIDE, Point
from tests.faults.sides import MARK
from tests.store.model import Sums, model, stored

KILLS = int(os.environ.get("FOOTFALL_TEST_KILLS", "50"))
SEEDS = [int(seed) for seed in os.environ.get("FOOTFALL_TEST_SEEDS", "").split()] or list(range(KILLS))
LIVES = 3  # of each seed, so as many kills or more
LIFE_S_MAX = 0.2
GROUP = 5  # seeds a test

pytestmark = pytest.mark.slow


@dataclass
class World:
    """One seed's folders and what its lives have told so far."""

    seed: int
    root: Path
    runtime: Path
    nursery: Nursery
    chance: random.Random
    sides: dict[str, Side] = field(default_factory=dict)
    lives: list[tuple[range, range]] = field(default_factory=list)  # acknowledged; entered but never acknowledged

    def told(self, name: str) -> int:
        """What the write side has told in one of its two files; 0 before it has."""
        path = self.root / name
        data = path.read_bytes() if path.exists() else b""
        return int(MARK.unpack(data)[0]) if data else 0


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Shared: it only forks."""
    opened = Nursery(tmp_path_factory.mktemp("nursery") / "said")
    yield opened
    opened.close()


@pytest.mark.parametrize("seeds", [SEEDS[at : at + GROUP] for at in range(0, len(SEEDS), GROUP)], ids=str)
def test_what_is_acknowledged_is_counted_exactly_once_whatever_is_killed_when(seeds: list[int], tmp_path: Path, nursery: Nursery) -> None:
    for seed in seeds:
        replay = f"seed {seed} again: FOOTFALL_TEST_SEEDS={seed} .venv/bin/pytest tests/faults/test_kills.py -k whatever"
        try:
            counted = run(seed, tmp_path / str(seed), nursery)
        except AssertionError as error:
            raise AssertionError(f"{replay}\n{error}\n{nursery.log.read_text()[-2000:]}") from error
        assert counted > 0, replay


def run(seed: int, root: Path, nursery: Nursery) -> int:
    """One seed from the first life to the last word; returns the number of counted events."""
    root.mkdir()
    runtime = Path(tempfile.mkdtemp(dir="/dev/shm", prefix="footfall-test-"))
    world = World(seed, root, runtime, nursery, random.Random(seed))
    try:
        for _ in range(LIVES):
            live(world)
        finish(world)
        return check(world)
    finally:
        for side in world.sides.values():
            side.kill()
        shutil.rmtree(runtime)


def live(world: World) -> None:
    """Start what does not run, let it work a little, and kill one side or both."""
    chance = world.chance
    victim = chance.choice(("write", "record", "both"))
    point = some_point(chance, victim) if chance.random() < 0.7 else ""
    start(world, "record", point if victim == "record" else "")
    first = world.told("entered")
    start(world, "write", "" if victim == "record" else point, first=first, end=10**6)
    deadline = time.monotonic() + chance.uniform(0.0, LIFE_S_MAX)
    dying = world.sides["record" if victim == "record" else "write"]
    while time.monotonic() < deadline and dying.running():
        time.sleep(0.005)
    # The write side ends with each life, so that what it acknowledged and what it did not can be told apart.
    assert world.sides.pop("write").kill() == -9
    remember(world, first)
    if victim != "write":
        assert world.sides.pop("record").kill() == -9
        if chance.random() < 0.1:
            (world.root / "footfall.duckdb").unlink(missing_ok=True)


def some_point(chance: random.Random, victim: str) -> str:
    """A named point of one side, somewhere in the calls that a short life usually makes."""
    names, finest = (RECORD_SIDE, "sql") if victim == "record" else (WRITE_SIDE, "os.write")
    name = finest if chance.random() < 0.5 else chance.choice(sorted(names))
    when = chance.choice(("before", "after", "middle") if name == "os.write" else ("before", "after"))
    return str(Point(name, when, chance.randint(1, USUAL.get(name, 2)), chance.randint(0, 60)))


def start(world: World, side: str, point: str, **more: int) -> None:
    """Fork one side unless it still runs from an earlier life."""
    if side in world.sides and world.sides[side].running():
        return
    if side in world.sides:
        world.sides.pop(side).wait()
    durability = "power" if world.seed % 3 == 0 else "process"
    order = {"side": side, "root": str(world.root), "runtime": str(world.runtime), "seed": world.seed, "point": point}
    chance = world.chance.randrange(10**9)
    world.sides[side] = world.nursery.start(**order, durability=durability, chance=chance, drain=False, **more)


def remember(world: World, first: int) -> None:
    """Note what the write side acknowledged in the life that began at event `first`, and what it entered."""
    acknowledged, entered = max(first, world.told("acknowledged")), world.told("entered")
    world.lives.append((range(first, acknowledged), range(acknowledged, entered)))


def finish(world: World) -> None:
    """One more life that ends in order: forty events, and everything recorded."""
    if "record" in world.sides:
        world.sides.pop("record").kill()
    first = world.told("entered")
    start(world, "write", "", first=first, end=first + 40)
    assert world.sides.pop("write").wait() == 0, "the write side did not end in order"
    remember(world, first)
    assert world.lives[-1] == (range(first, first + 40), range(first + 40, first + 40))
    order = {"side": "record", "root": str(world.root), "seed": world.seed, "point": "", "chance": 0, "drain": True}
    assert world.nursery.start(**order).wait() == 0, "the record side did not end in order"


def check(world: World) -> int:
    """Compare the store with what was acknowledged, and every row with the model of what it says was counted."""
    store = DuckDBStore(world.root / "footfall.duckdb")
    try:
        times = counted_times(store)
        for acknowledged, open_ended in world.lives:
            assert [times[index] for index in acknowledged] == [1] * len(acknowledged), "an acknowledged event is missing or doubled"
            unanswered = [times[index] for index in open_ended]
            assert unanswered == sorted(unanswered, reverse=True), "events of one life are journalled in their order"
            assert set(unanswered) <= {0, 1}, "an event that nobody acknowledged is doubled"
        counted = [event_of(world.seed, index) for index in sorted(times)]
        assert visit_rows(store) == visits_of(counted)
        everything = without_live(model([rows_of(changes_of(counted))]))
        assert without_live(stored(store)) == everything
        if world.seed % 3 == 0:  # costs as much as the rest of a seed
            assert without_live(stored(store, daily=True)) == everything
        return len(counted)
    finally:
        store.close()


def counted_times(store: DuckDBStore) -> Counter[int]:
    """How many times each event of the crowd was counted, by its number."""
    views = "SELECT page, pageviews AS n FROM pages_today UNION ALL SELECT page, pageviews FROM pages_detail"
    events = (
        "SELECT page, events FROM events_today WHERE property = '' UNION ALL SELECT page, events FROM events_detail WHERE property = ''"
    )
    rows = store.query(f"SELECT page, sum(n)::BIGINT FROM ({views} UNION ALL {events}) GROUP BY page")
    return +Counter({int(page[1:]): n for page, n in rows})


def visit_rows(store: DuckDBStore) -> Counter[tuple[tuple[int, int, str, str], str]]:
    """The store's visits as `crowd.visits_of` has them."""
    measures = ("visitors", "visits", "bounces", "engaged", "pageviews", "seconds")
    columns = ", ".join(("day", "hour", "entry_page", "exit_page", *measures))
    sums: Counter[tuple[tuple[int, int, str, str], str]] = Counter()
    for day, hour, entry, leaving, *counts in store.query(
        f"SELECT {columns} FROM visits_today UNION ALL SELECT {columns} FROM visits_detail"
    ):
        for measure, count in zip(measures, counts, strict=True):
            sums[(day.toordinal(), hour, entry, leaving), measure] += count
    assert not -sums, "a row of counts is below zero"
    return +sums


def without_live(sums: Sums) -> Sums:
    """Live rows are forgotten after an hour, so their sums say nothing later."""
    return Counter({key: count for key, count in sums.items() if key[0] != "live"})
