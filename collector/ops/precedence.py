"""The front goes first: whoever waits for a browser's answer has the processor before whoever counts, seals and writes backups.

On two cores sealing a large month takes both for half a minute, and the database's threads answer to no lock of ours.
"""

import os
from contextlib import suppress
from pathlib import Path

# A ninth of a front's share where both want all of a core, all of it where the front wants none.
NICENESS = 10
# Where the kernel shares out cores by session (CONFIG_SCHED_AUTOGROUP), a process's own niceness counts within its session alone.
SESSION = Path("/proc/self/autogroup")


def step_back() -> None:
    """Let others go first from now on. It costs nothing while no other wants the processor.

    Of this thread and those that it will start: Linux keeps niceness by thread, so it is called before there are others.
    """
    os.setpriority(os.PRIO_PROCESS, 0, max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))
    with suppress(OSError):  # no such kernel, or no such file in this container
        SESSION.write_text(str(NICENESS))
