"""The test's end of the nursery (`sides.py`): start a side of the write path, kill it, wait for it."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

WAIT_S_MAX = 60.0


class Nursery:
    """One process that forks the sides. What they say on standard error is kept in `log`."""

    def __init__(self, log: Path) -> None:
        self.log = log
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.sides"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=file, text=True
            )

    def start(self, **order: Any) -> "Side":
        """Fork one side; see `sides.write_side` and `record_side` for what an order holds."""
        return Side(self, int(self.asked(order)))

    def asked(self, order: dict[str, Any]) -> str:
        """The nursery's one-line answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, self.log.read_text()
        return answer

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(WAIT_S_MAX)
        self._process.stdout.close()


class Side:
    """One forked process."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self.pid = pid

    def kill(self) -> int:
        """kill -9, unless it is dead already; returns its exit status (negative: the signal)."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return self.wait()

    def wait(self) -> int:
        """Its exit status once it has ended. One that hangs is killed, which its status shows."""
        deadline = time.monotonic() + WAIT_S_MAX
        while self.running() and time.monotonic() < deadline:
            time.sleep(0.002)
        if self.running():
            os.kill(self.pid, signal.SIGKILL)
        return os.waitstatus_to_exitcode(int(self._nursery.asked({"wait": self.pid})))

    def running(self) -> bool:
        """Whether it has not ended; it is a zombie until it is waited for."""
        state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state not in "ZX"
