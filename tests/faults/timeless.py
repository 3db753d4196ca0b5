"""An event loop in which no time passes but what its timers wait for, and another thread's work comes when chance says so.

The same seed gives the same run, step for step, at any load of the machine; an hour of waiting takes none.
"""

import asyncio
import random
import selectors
from collections.abc import Callable
from typing import Any

THREAD_S_MAX = 0.02  # until what was handed to a thread is done


class TimelessLoop(asyncio.SelectorEventLoop):
    """Not for anything that waits for a file descriptor."""

    def __init__(self, chance: random.Random) -> None:
        self._now_s = 0.0
        self._chance = chance
        super().__init__(_Jumping(self))

    def time(self) -> float:
        """Seconds since the loop began, as its timers count them."""
        return self._now_s

    def jump(self, seconds: float) -> None:
        """Let time pass."""
        self._now_s += seconds

    def run_in_executor(  # type: ignore[override]  # the typeshed's has type variables that say nothing here
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        """Run it here, a little later: what the loop does until then comes before it."""
        done = self.create_future()
        self.call_later(self._chance.uniform(0, THREAD_S_MAX), lambda: done.set_result(func(*args)))
        return done


class _Jumping(selectors.SelectSelector):
    """Instead of waiting it lets the loop's time jump."""

    def __init__(self, loop: TimelessLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._loop.jump(max(timeout or 0.0, 0.0))
        return super().select(0)
