"""The front goes first: whoever waits for a browser's answer has the processor before whoever counts, seals and writes backups.

On two cores sealing a large month takes both for half a minute, and the database's threads answer to no lock of ours.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# A ninth of a front's share where both want all of a core, all of it where the front wants none.
NICENESS = 10
# Where the kernel shares out cores by session (CONFIG_SCHED_AUTOGROUP), a process's own niceness counts within its session alone.
SESSION = Path("/proc/self/autogroup")
TASKS = Path("/proc/self/task")


def step_back() -> None:
    """Let others go first from now on. It costs nothing while no other wants the processor.

    Of this thread and those that it will start: Linux keeps niceness by thread, so it is called before there are others.
    """
    os.setpriority(os.PRIO_PROCESS, 0, max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))
    with suppress(OSError):  # no such kernel, or no such file in this container
        SESSION.write_text(str(NICENESS))


@contextmanager
def on_half_the_cores() -> Iterator[None]:
    """Leave half of the cores to others for a while, where there are two or more: all threads of this process keep to the rest.

    Niceness alone lets the events' p99 grow by two fifths while a large month is sealed on two cores, this by less than a tenth.
    """
    cores = sorted(os.sched_getaffinity(0))
    _keep_to(cores[len(cores) // 2 :])
    try:
        yield
    finally:
        _keep_to(cores)


def _keep_to(cores: list[int]) -> None:
    for thread in TASKS.iterdir():
        with suppress(OSError):  # it has ended
            os.sched_setaffinity(int(thread.name), cores)
