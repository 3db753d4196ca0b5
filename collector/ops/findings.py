"""What a check of the installation says, and what it looks at. Both are plain values, so that each check is a function."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from collector.clock import Clock
from collector.settings import Settings

Level = Literal["ok", "warn", "fail"]
LEVELS: tuple[Level, ...] = ("ok", "warn", "fail")  # in rising order


class Finding(NamedTuple):
    """One answer: `what` was found, `where` (a file, a setting), and what to `do` about it ("" for nothing)."""

    level: Level
    what: str
    where: str
    do: str = ""


@dataclass(frozen=True)
class Scene:
    """The machine and the installation that are looked at; tests pass folders of their own for `proc` and `etc`.

    `systemd_runtime` is the service manager's RUNTIME_DIRECTORY.
    """

    settings: Settings
    clock: Clock = field(default_factory=Clock)
    proc: Path = Path("/proc")
    etc: Path = Path("/etc")
    systemd_runtime: str = ""
