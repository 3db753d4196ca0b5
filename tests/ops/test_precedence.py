"""While a month is sealed half of the cores are left to others, and all of them are there again afterwards."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collector.ops import precedence
from collector.ops.precedence import TASKS, on_half_the_cores
from collector.ops.seals import Seals
from collector.store.duckdb_store import DuckDBStore
from tests.ops.conftest import StillClock
from tests.ops.test_seals import count, loaded


def cores_of_threads() -> set[frozenset[int]]:
    return {frozenset(os.sched_getaffinity(int(thread.name))) for thread in TASKS.iterdir()}


@contextmanager
def another_thread() -> Iterator[None]:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    yield
    done.set()
    thread.join()


def test_every_thread_keeps_to_half_of_the_cores_and_has_all_again() -> None:
    cores = os.sched_getaffinity(0)
    with another_thread():
        with on_half_the_cores():
            (kept,) = cores_of_threads()
            assert kept <= cores and len(kept) == (len(cores) + 1) // 2
        assert cores_of_threads() == {frozenset(cores)}


def test_one_core_is_kept() -> None:
    cores = os.sched_getaffinity(0)
    with another_thread():
        precedence._keep_to(sorted(cores)[:1])
        try:
            with on_half_the_cores():
                assert cores_of_threads() == {frozenset(sorted(cores)[:1])}
        finally:
            precedence._keep_to(sorted(cores))


def test_a_thread_that_has_ended_meanwhile_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cores = sorted(os.sched_getaffinity(0))
    ended = threading.Thread(target=lambda: None)
    ended.start()
    ended.join()
    for number in (ended.native_id, os.getpid()):
        (tmp_path / str(number)).mkdir()
    monkeypatch.setattr(precedence, "TASKS", tmp_path)
    precedence._keep_to(cores)
    assert os.sched_getaffinity(0) == set(cores)


@pytest.mark.parametrize("alone", [False, True])
def test_while_events_come_a_month_is_sealed_on_half_of_the_cores(alone: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cores = os.sched_getaffinity(0)
    store, clock = DuckDBStore(tmp_path / "footfall.duckdb", memory_mb=100), StillClock()
    count(store, "2026-09-05")
    clock.now_s = datetime(2026, 12, 1, tzinfo=UTC).timestamp()
    sealing = Seals(store, loaded(), clock, dict, lambda site: ())
    seen: list[int] = []
    real = store.seal

    def seal(*asked: Any) -> Iterator[None]:
        for _ in real(*asked):
            seen.append(len(os.sched_getaffinity(0)))
            yield

    monkeypatch.setattr(store, "seal", seal)
    sealing.look()
    while sealing.active:
        sealing.go_on(0, alone)
        assert os.sched_getaffinity(0) == cores, "what the recorder does besides has all of them"
    assert set(seen) == {len(cores) if alone else (len(cores) + 1) // 2}
    store.close()
