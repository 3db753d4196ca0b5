"""How an unforeseen error is told: by type and place only. Its message could carry what a browser sent.

`hush` holds the whole process to that: what Python or a library would print of an error by itself has the message in it.
`outlive_the_log` sees to it that telling goes wrong without harm.
"""

import io
import logging
import os
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

_OURS = ("collector", "dashboard", "footfall")  # loggers whose messages are our own words


def tell(error: BaseException, what: str = "") -> None:
    """One line on stderr, as `told` has it, behind what failed."""
    print(f"{what}{': ' if what else ''}{told(error)}", file=sys.stderr, flush=True)


def outlive_the_log() -> None:
    """From now on what cannot be printed is lost, without an error: a log on a full disk, or at whose end nobody reads.

    With an error, a supervisor that tells of a child's end would end itself, and the front's clock stop before midnight.
    """
    sys.stdout, sys.stderr = _forgiving(1), _forgiving(2)


def _forgiving(descriptor: int) -> io.TextIOWrapper:
    raw = _Forgiving(descriptor, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", "backslashreplace", line_buffering=True)


class _Forgiving(io.FileIO):
    """A file that takes everything, and keeps what it can."""

    def write(self, data: Any) -> int:
        """All of it, as far as anyone is told."""
        try:
            return super().write(data) or len(data)
        except OSError:
            return len(data)


def hush() -> None:
    """From now on nothing in this process prints an error's message: no hook of Python's, and no library that logs."""
    sys.excepthook = lambda _kind, error, _trace: tell(error)
    threading.excepthook = lambda args: tell(args.exc_value or args.exc_type(), "A thread ended")
    sys.unraisablehook = lambda args: tell(args.exc_value or args.exc_type())
    logging.basicConfig(handlers=[_Telling()], level=logging.WARNING, force=True)


def is_logged(descriptor: int, journal: str) -> bool:
    """Whether what is written there is kept in the system's journal. `journal` is systemd's word for where that is."""
    state = os.fstat(descriptor)
    return journal == f"{state.st_dev}:{state.st_ino}"


def told(error: BaseException) -> str:
    """The error's type, the system's words where it has a number of the system's, and the file, line and function it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    where = frames[-1] if frames else None
    place = f" at {Path(where.filename).name}:{where.lineno} ({where.name})" if where else ""
    why = f" ({os.strerror(error.errno)})" if isinstance(error, OSError) and error.errno else ""
    return f"{type(error).__name__}{why}{place}"


class _Telling(logging.Handler):
    """What is logged: our records in their words, a library's by its name (asyncio's words quote what a callback was given)."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line on stderr."""
        what = record.getMessage() if record.name.startswith(_OURS) else f"{record.name}, {record.levelname.lower()}"
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            print(what, file=sys.stderr, flush=True)
        else:
            tell(error, what)
