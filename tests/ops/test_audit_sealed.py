"""What sealing leaves keeps every promise that the audit knows, in the database and in its backup."""

import random
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collector.event import Acquisition, Device, Place
from collector.ops.audit import audit
from collector.store.duckdb_store import DuckDBStore
from collector.store.interface import Position, Rows

JANUARY = (date(2026, 1, 1).toordinal(), date(2026, 1, 31).toordinal())
FEBRUARY = (date(2026, 2, 1).toordinal(), date(2026, 2, 28).toordinal())
PLACES = (Place("FI"), Place("FI", "FI-18"), Place("SE"))
DEVICES = (Device("Firefox", "Firefox 144", "Linux", "", "Desktop"), Device("Safari", "Safari 26", "iOS", "", "Mobile"))
SOURCES = (Acquisition(), Acquisition("google", "Organic Search"), Acquisition("news", "Email", utm_campaign="spring"))
PAGES = ("/", "/a", "/b")


def visits(chance: random.Random, number: int, first: int, last: int) -> Rows:
    """Made-up visits of one or two pages; some send an event twice, the second time on a row that counts no visit."""
    rows: dict[Any, dict[Any, list[int]]] = {fact: defaultdict(lambda: [0] * 6) for fact in ("visits", "pages", "events")}
    for _ in range(number):
        entry, exit_page = chance.choice(PAGES), chance.choice(PAGES)
        begin = (1, chance.randint(first, last), chance.choice((1, 9, 22)), "example.com", entry)
        who = (chance.choice(SOURCES), chance.choice(PLACES), chance.choice(DEVICES), "", "fi")
        seen = list(dict.fromkeys((entry, exit_page)))
        add(rows["visits"][*begin, exit_page, *who], 1, 1, 0, 0, len(seen), 9)
        for page in seen:
            add(rows["pages"][*begin, *who, page], 1, 1, 1, 5, 0, 0)
        for again, page in enumerate(seen if chance.random() < 0.3 else ()):
            for prop, value in (("", ""), ("plan", "plan=pro")):
                add(rows["events"][*begin, *who, page, "Sign up", prop, value, ""], 1, 1 - again, 1 - again, 0)
    return {fact: {key: sums[: 4 if fact == "events" else 6] for key, sums in found.items()} for fact, found in rows.items()}


def add(sums: list[int], *more: int) -> None:
    for place, count in enumerate(more):
        sums[place] += count


@pytest.mark.parametrize("seed", range(3))
def test_a_sealed_database_and_its_backup_keep_every_promise(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    store = DuckDBStore(tmp_path / "sealed.duckdb")
    store.append(visits(chance, chance.choice((40, 300, 1500)), *JANUARY), Position(1))
    store.append(visits(chance, chance.choice((3, 15)), *FEBRUARY), Position(2))
    store.close_day(1, FEBRUARY[1])
    for period in (JANUARY, FEBRUARY):
        for _ in store.seal(1, *period, chance.choice((2, 5, 10))):
            pass
    waiting = audit(store.query, tmp_path, 0, 160)
    store.rewrite()
    store.backup(tmp_path / "20260301T000000Z")
    made = audit(store.query, tmp_path, 0, 160, waiting)
    store.close()
    assert (waiting.verdict, made.verdict) == ("waiting", "kept")
    assert len(made.looked) == 2
    assert made.rows > 200


@pytest.mark.parametrize("seed", range(8))
def test_rows_that_come_late_leave_every_promise_kept_too(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    store = DuckDBStore(tmp_path / "sealed.duckdb")
    k = chance.choice((5, 10))
    for batch, number in enumerate((chance.choice((300, 1500)), chance.randint(1, 50), chance.randint(1, 50)), 1):
        store.append(visits(chance, number, *JANUARY), Position(batch))
        store.close_day(1, JANUARY[1])
        for _ in store.seal(1, *JANUARY, k):
            pass
    store.rewrite()
    made = audit(store.query, tmp_path, 0, 160)
    kept = store.query("SELECT count(*) FROM visits_pairs")
    store.close()
    assert made.verdict == "kept", [(promise, made) for promise in made.looked]
    assert kept != [(0,)], "something was left to be kept"
