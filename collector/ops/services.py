"""What the faces (API, dashboard) are handed: everything with a life, opened once by the assembly and passed in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from collector.clock import Clock
from collector.control.database import Control
from collector.settings import Settings


@dataclass(slots=True)
class Services:
    """`run` answers one (sql, parameters) from the store, in the calling thread; `health` says what is wrong (empty: nothing).

    `gauges` yields (name, help, labels, value) for /metrics. `actions` are what the command line may ask of a running
    server, by name ("backup", "reload"), each returning a JSON-able answer.
    """

    settings: Settings
    clock: Clock
    control: Control
    run: Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]
    health: Callable[[], list[str]] = list
    gauges: Callable[[], list[tuple[str, str, dict[str, str], float]]] = list
    actions: dict[str, Callable[[], Any]] = field(default_factory=dict)
