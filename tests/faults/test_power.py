"""The power goes at any step of a write: what was synced is counted exactly once, nothing twice, and a hole in the journal is said.

Each seed is some lives of the real door, journal writer and recorder over a modelled disk (`platter.py`), in a loop without
time (`timeless.py`). At some steps a photo is taken of what a power cut just then could leave. From each photo the
write side and the recorder are started again, some more events come, and everything counted is compared with what was told.
The runtime folder is RAM and gone after each cut; the machine's clock may come back hours behind. The store here is a
ledger that loses nothing it has committed, as DuckDB promises of its file, which is not in the model.
"""

import asyncio
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from collector import facts
from collector.clock import Clock
from collector.facts import FactName
from collector.ingest.door import Door
from collector.journal import frame
from collector.journal.reader import Losses, delete_covered
from collector.journal.runtime_log import RuntimeLog
from collector.journal.writer import JournalWriter
from collector.recorder import Recorder
from collector.store.interface import Position, Rows, Store
from collector.visits.payload import decode_journal
from collector.visits.table import VisitTable
from tests.faults.crowd import DAY_S, event_of
from tests.faults.platter import Platter
from tests.faults.timeless import TimelessLoop

CUTS = (int(os.environ.get("FOOTFALL_TEST_KILLS", "50")) + 1) // 2  # seeds of each durability: some fifteen cuts each
SEEDS = [int(seed) for seed in os.environ.get("FOOTFALL_TEST_SEEDS", "").split()] or list(range(CUTS))
GROUP = 10
LIVES = 3
PHOTO_CHANCE = 0.1  # at each step of a life
BURSTS = 25
BURST_MAX = 12
SEGMENT_BYTES = 6_000  # so small that a life sees some end, with bytes behind that are not synced yet
HOUR_MS = 3_600_000
COUNTED: dict[FactName, str] = {"pages": "pageviews", "events": "events"}

pytestmark = pytest.mark.slow


class Ledger:
    """What `Recorder` needs of a store: counts of each page, and the position they stand at, changed together or not at all."""

    def __init__(self, counts: Counter[int], batch: int) -> None:
        self.counts = counts
        self.batch = batch

    def position(self) -> Position:
        return Position(self.batch)

    def append(self, rows: Rows, position: Position) -> None:
        """As `DuckDBStore.append`."""
        assert position.batch > self.batch, "these rows are already in it"
        self.batch = position.batch
        for fact, measure in COUNTED.items():
            measures = facts.measures_of(fact)
            for key, counts in rows.get(fact, {}).items():
                named = dict(zip(facts.keys_of(fact), key, strict=True))
                if not named.get("property"):
                    self.counts[int(named["page"][1:])] += counts[measures.index(measure)]

    def copy(self) -> "Ledger":
        return Ledger(Counter(self.counts), self.batch)


@dataclass
class Told:
    """What the write side has taken and acknowledged, by the numbers of the events."""

    entered: int = 0
    acknowledged: set[int] = field(default_factory=set)

    def copy(self) -> "Told":
        return Told(self.entered, set(self.acknowledged))


@dataclass
class Photo:
    """One moment: what a power cut would leave of the journal, what is certain in it, and what was told and recorded."""

    left: dict[str, bytes]
    certain: set[int]
    told: Told
    ledger: Ledger
    now_ms: int


@pytest.mark.parametrize("durability", ["power", "process"])
@pytest.mark.parametrize("seeds", [SEEDS[at : at + GROUP] for at in range(0, len(SEEDS), GROUP)], ids=str)
def test_what_was_synced_is_counted_exactly_once_whenever_the_power_goes(seeds: list[int], durability: str, tmp_path: Path) -> None:
    cuts = 0
    for seed in seeds:
        replay = f"seed {seed} again: FOOTFALL_TEST_SEEDS={seed} .venv/bin/pytest tests/faults/test_power.py -k {durability}-"
        try:
            cuts += run(seed, tmp_path / str(seed), durability)
        except AssertionError as error:
            raise AssertionError(f"{replay}\n{error}") from error
    assert cuts > len(seeds)


def run(seed: int, root: Path, durability: str) -> int:
    """Some lives, each from a photo of the one before, and a check of every photo. Returns how many there were."""
    chance = random.Random(f"{seed}:{durability}")
    photo = Photo({}, set(), Told(), Ledger(Counter(), 0), DAY_S * 1000)
    cuts = 0
    for number in range(LIVES):
        photos: list[Photo] = []
        life(Life(seed, chance, durability), photo, root / str(number), BURSTS, photos)
        for at, each in enumerate(photos):
            lost = check(Life(seed, random.Random(f"{seed}:{number}:{at}"), durability), each, root / f"{number}-{at}")
            each.told.acknowledged -= lost
        cuts += len(photos)
        photo = chance.choice(photos) if photos else photo
    return cuts


@dataclass
class Life:
    """What one run of write side and recorder is made with."""

    seed: int
    chance: random.Random
    durability: str


def life(made: Life, before: Photo, folder: Path, bursts: int, photos: list[Photo] | None) -> tuple[Told, Ledger, Losses]:
    """Start from what a power cut left, live, and end in order; with `photos`, add some of the moments between.

    Returns what was told and counted in the end, and what the recorder said of holes in the journal.
    """
    folder.mkdir(parents=True)
    for name, data in before.left.items():
        (folder / name).write_bytes(data)
    told, ledger = before.told.copy(), before.ledger.copy()
    now_ms = before.now_ms + made.chance.choice((HOUR_MS, 0, -HOUR_MS))

    def step() -> None:
        if photos is not None and made.chance.random() < PHOTO_CHANCE:
            certain = pages_of(platter.certain())
            photos.append(Photo(platter.survivors(made.chance), certain, told.copy(), ledger.copy(), now_ms))

    platter = Platter(folder, step)
    with platter.spinning(), asyncio.Runner(loop_factory=lambda: TimelessLoop(made.chance)) as runner:
        losses = runner.run(live(made, folder, now_ms, bursts, told, ledger))
    return told, ledger, losses


async def live(made: Life, folder: Path, now_ms: int, bursts: int, told: Told, ledger: Ledger) -> Losses:
    """Enter bursts of events, record now and then, let go of segments as behind a backup."""
    chance = made.chance
    recorder = Recorder(cast(Store, ledger), folder, Clock(), dict)
    if chance.random() < 0.5:  # the back may start before the front
        recorder.step()
    journal = JournalWriter(folder, now_ms, 10**9, SEGMENT_BYTES)
    door = Door(journal, RuntimeLog(None), VisitTable(10_000), made.durability)
    for _ in range(bursts):
        for _ in range(chance.randint(1, BURST_MAX)):
            enter(door, made.seed, told)
        await asyncio.sleep(chance.choice((0, 0.003, 0.003, 0.01, 0.4)))
        if chance.random() < 0.3:
            recorder.step()
        if chance.random() < 0.05:
            delete_covered(folder, ledger.batch)
    await door.close()
    while recorder.step():
        pass
    return recorder.reader.losses


def enter(door: Door, seed: int, told: Told) -> None:
    """One event, and a note when it is acknowledged."""
    index = told.entered
    told.entered += 1
    written: Any = door.enter(event_of(seed, index))
    written.add_done_callback(lambda done: told.acknowledged.update([index] if done.result() else []))


def pages_of(segments: dict[str, bytes]) -> set[int]:
    """The events in the whole records of some segments."""
    payloads = [
        item.payload
        for data in segments.values()
        for item in frame.records(data, frame.SEGMENT_HEADER_BYTES)
        if isinstance(item, frame.Record)
    ]
    return {int(change.page[1:]) for payload in payloads for change in decode_journal(payload).changes}


def check(made: Life, photo: Photo, folder: Path) -> set[int]:
    """The power goes at the photo's moment: start again, and compare what is counted with what was told. Returns what was lost."""
    told, ledger, losses = life(made, photo, folder, 4, None)
    later = range(photo.told.entered, told.entered)
    counted = +ledger.counts
    assert set(counted.values()) == {1}, "an event is counted twice"
    assert set(counted) <= set(range(told.entered)), "an event is counted that was never sent"
    assert told.acknowledged.issuperset(later), "an event after the power cut was not acknowledged"
    assert set(later) <= set(counted), "an event that was acknowledged after the power cut is not counted"
    assert photo.certain <= set(counted), "an event that was synced is not counted"
    lost = photo.told.acknowledged - set(counted)
    if made.durability == "power":
        assert not lost, "an event that was acknowledged is not counted"
    kept = set(counted) - set(photo.ledger.counts) - set(later)
    if lost and kept and max(kept) > min(lost):
        assert losses.damaged or losses.missing, "the journal shows a hole, and nobody says so"
    return lost
