"""Whether the clock has leapt ahead: counts are deleted for their age, and a clock set a year ahead by mistake would take them at once.

The data folder keeps when the server was last at work. A clock far past that is wrong, or the server was off for long, and nothing
here tells which: so what deletes by age waits until the server has been at work with such a clock for most of a day. A person who
is told has until then to set it right. A site without traffic is no matter: what counts is that the server ran.
"""

from contextlib import suppress
from pathlib import Path

import msgspec

from collector import lasting
from collector.clock import Clock

LAST_AT_WORK = "last-at-work.json"
DAY_S = 86_400
LEAP_DAYS_MAX = 31  # past it a leap would take more than the one month that may be due anyway
BELIEVED_AFTER_HOURS = 20  # less than a day, so that a server that is restarted each night gets there
NOTED_EACH_S = 600

WHAT = "The clock is {days} days past the moment at which the server was last at work."
DO = (
    "If it is wrong, set it right now. If the server was off for so long, there is nothing to do: "
    f"old counts and backups are deleted, and old detail is sealed, after {BELIEVED_AFTER_HOURS} hours."
)


class _Noted(msgspec.Struct, frozen=True):
    """`time_s`: seconds since 1970 UTC."""

    time_s: float


def leap_days(data_dir: Path, now_s: float) -> int:
    """How many days the server was not at work before now, if they are too many to believe the clock at once; else 0."""
    return _too_many(now_s - _last_at_work(data_dir, now_s))


def _last_at_work(data_dir: Path, now_s: float) -> float:
    try:
        return msgspec.json.decode((data_dir / LAST_AT_WORK).read_bytes(), type=_Noted).time_s
    except (OSError, msgspec.DecodeError):
        return now_s  # a server of before this file, or its first start: there is nothing to compare with


def _too_many(seconds: float) -> int:
    return int(seconds / DAY_S) if seconds > LEAP_DAYS_MAX * DAY_S else 0


class Leap:
    """Owned by the thread that deletes. `trouble` says that the clock has leapt, "" if it has not."""

    def __init__(self, data_dir: Path, clock: Clock) -> None:
        self.trouble = ""
        self._data_dir = data_dir
        self._clock = clock
        self._last_s = _last_at_work(data_dir, clock.time())
        self._seen_at: float | None = None  # this and the next in seconds of `Clock.monotonic`
        self._noted_at: float | None = None

    def leapt(self) -> bool:
        """Whether nothing may be deleted for its age now. To be asked each few minutes; what it believes it notes."""
        now_s, steady_s = self._clock.time(), self._clock.monotonic()
        days = _too_many(now_s - self._last_s)
        if days and not self._believes(steady_s):
            self.trouble = f"{WHAT.format(days=days)} {DO}"
            return True
        self.trouble, self._seen_at, self._last_s = "", None, now_s
        self._note(now_s, steady_s)
        return False

    def _believes(self, steady_s: float) -> bool:
        """Whether the server has been at work for long enough since the leap was seen."""
        if self._seen_at is None:
            self._seen_at = steady_s
        return steady_s - self._seen_at >= BELIEVED_AFTER_HOURS * 3600

    def _note(self, now_s: float, steady_s: float) -> None:
        if self._noted_at is not None and steady_s - self._noted_at < NOTED_EACH_S:
            return
        self._noted_at = steady_s
        with suppress(OSError):  # a full disk is told elsewhere; an older note only makes the next start wait
            lasting.replace(self._data_dir / LAST_AT_WORK, msgspec.json.encode(_Noted(now_s)))
