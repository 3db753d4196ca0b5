"""An installation with nothing wrong, in folders of its own, for each check to break in one way."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collector.clock import Clock
from collector.ops.findings import Scene
from collector.settings import load

NOW_S = 1_790_000_000.0  # 2026-09-21
DAY_S = 86_400


class StillClock(Clock):
    """A clock that shows `now_s`, moves only while someone sleeps, and steps by `step_s` then."""

    def __init__(self) -> None:
        self.now_s, self.steady_s, self.step_s = NOW_S, 0.0, 0.0

    def time(self) -> float:
        return self.now_s

    def monotonic(self) -> float:
        return self.steady_s

    def sleep(self, seconds: float) -> None:
        self.steady_s += seconds
        self.now_s += seconds + self.step_s


MakeScene = Callable[..., Scene]


@pytest.fixture
def make_scene(tmp_path: Path) -> MakeScene:
    """A function of settings to a scene: a private data folder, RAM at tmp_path/ram, no swap, a proxy-less /etc."""
    data, proc, etc = (tmp_path / name for name in ("data", "proc", "etc"))
    for folder in (data, proc, etc):
        folder.mkdir(mode=0o700)
    (proc / "mounts").write_text(f"/dev/sda / ext4 rw 0 0\ntmpfs {tmp_path}/ram tmpfs rw 0 0\n")
    (proc / "sys/kernel").mkdir(parents=True)
    (proc / "sys/kernel/core_pattern").write_text("core\n")
    (proc / "swaps").write_text("Filename Type Size Used Priority\n")
    os.utime(data, (NOW_S, NOW_S))

    def make(**given: Any) -> Scene:
        changes = {name: given.pop(name) for name in ("systemd_runtime",) if name in given}
        settings = load({}, tmp_path, {"data_dir": str(data), "runtime_dir": str(tmp_path / "ram" / "footfall"), **given})
        return replace(Scene(settings, StillClock(), proc, etc), **changes)

    return make
