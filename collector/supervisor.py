"""Keeps the child processes running: restarts whichever ends, stops all, and opens the door between front and back anew if it goes.

The supervisor owns what outlives a child: the lock on the data folder, the listening sockets (so that a connection made
while a child restarts waits instead of failing) and nothing else. It imports little and does little, so it stays up.
"""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collector.clock import Clock
from collector.ops.quiet import told
from collector.ops.refusal import Refusal
from collector.privacy.runtime import WITHOUT_IT

BACK_OFF_S = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
STEADY_S = 60.0  # a child that ran this long is forgiven its earlier ends
STOP_S = 4.5
POLL_S = 0.05
BETWEEN_LOOK_S = 1.0
REFUSED = 78  # EX_CONFIG: a child that found something only an operator can change


@dataclass
class Child:
    """One process that is kept running."""

    role: str
    order: dict[str, Any]
    sockets: tuple[socket.socket, ...]
    keep: tuple[int, ...]
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    ends: int = 0
    due_s: float = 0.0
    order_once: dict[str, Any] = field(default_factory=dict)

    def start(self, now_s: float) -> None:
        """Start it and give it its orders over its standard input, which stays open: its end tells that we are gone."""
        numbers = [s.fileno() for s in self.sockets]
        command = [sys.executable, "-m", "collector.child"]
        self.process = subprocess.Popen(  # noqa: S603  # our own interpreter, our own module
            command, stdin=subprocess.PIPE, pass_fds=[*numbers, *self.keep], start_new_session=True
        )
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({**self.order, **self.order_once, "role": self.role, "sockets": numbers}).encode() + b"\n")
        self.process.stdin.flush()
        self.order_once = {}
        self.started_s = now_s


@dataclass
class Between:
    """The socket by which the front reaches the back. Its file may be taken away while we run.

    systemd-logind does so to all that a user has on /dev/shm when the user's last session ends (RemoveIPC=, logind.conf(5)).
    """

    path: Path
    open: Callable[[], socket.socket]  # where `path` is; raises OSError or Refusal where that cannot be
    back: Child
    due_s: float = 0.0

    def tend(self, now_s: float) -> None:
        """Look whether it is there, once a second; if not, open it anew and let the back begin again with it."""
        if now_s < self.due_s:
            return
        self.due_s = now_s + BETWEEN_LOOK_S
        try:
            if self.path.exists():
                return
            opened = self.open()
        except (OSError, Refusal) as error:
            self.due_s = now_s + BACK_OFF_S[-1]
            why = str(error) if isinstance(error, Refusal) else told(error)
            print(
                f"The socket {self.path} is gone, and the dashboard does not answer. It is tried again. {why}", file=sys.stderr, flush=True
            )
            return
        print(
            f"The runtime folder {self.path.parent} was emptied: the dashboard's process begins again with a new one. {WITHOUT_IT} "
            "If that was the end of your login, run Footfall as a service.",
            file=sys.stderr,
            flush=True,
        )
        self.back.sockets[0].close()
        self.back.sockets = (opened,)
        if self.back.process is not None:
            self.back.process.terminate()


def supervise(children: list[Child], between: Between, clock: Clock) -> int:
    """Run the children until told to stop; returns the exit code, 2 if one was refused at its first start."""
    stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: stop.append(received))
    for child in children:
        child.start(clock.monotonic())
    refused = False
    while not stop and not refused:
        clock.sleep(POLL_S)
        for child in children:
            refused = refused or not _keep(child, clock.monotonic())
        between.tend(clock.monotonic())
    _stop_all(children, clock)
    return 2 if refused else 0


def _keep(child: Child, now_s: float) -> bool:
    """Restart the child if it has ended, not before its back-off; False if at its first start it was refused.

    A refusal later on, of a database that somebody else has open just then, must not stop the other child.
    """
    assert child.process is not None
    code = child.process.poll()
    if code is None:
        return True
    if code == REFUSED and not child.due_s:
        return False
    if child.due_s <= child.started_s:
        child.ends = 0 if now_s - child.started_s > STEADY_S else child.ends
        wait = BACK_OFF_S[min(child.ends, len(BACK_OFF_S) - 1)]
        child.ends += 1
        child.due_s = now_s + wait
        print(f"The {child.role} process ended ({code}); it is started again in {wait} s.", file=sys.stderr, flush=True)
    if now_s >= child.due_s:
        _start_again(child, now_s)
    return True


def _start_again(child: Child, now_s: float) -> None:
    try:
        child.start(now_s)
    except OSError as error:  # no process or no memory to be had just now
        child.due_s = now_s + BACK_OFF_S[-1]
        print(f"The {child.role} process cannot be started: {told(error)}. It is tried again.", file=sys.stderr, flush=True)


def _stop_all(children: list[Child], clock: Clock) -> None:
    """Front first, so that the back records the last of what the front wrote. What does not end in time is killed."""
    deadline = clock.monotonic() + STOP_S
    for child in children:
        process = child.process
        if process is None:
            continue
        process.terminate()
        while process.poll() is None and clock.monotonic() < deadline:
            clock.sleep(0.01)
        if process.poll() is None:
            process.kill()
        process.wait()
