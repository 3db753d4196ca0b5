"""A control database of its own for each test, with a clock that stands still until told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.clock import Clock
from collector.control.database import Control

NOW_S = 1_790_000_000  # 2026-09-21, a Monday


class StillClock(Clock):
    """A clock that shows `now_s`."""

    def __init__(self) -> None:
        self.now_s: float = NOW_S

    def time(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'control.sqlite'}"


@pytest.fixture
def control(url: str, clock: StillClock) -> Iterator[Control]:
    opened = Control(url, clock)
    yield opened
    opened.close()
