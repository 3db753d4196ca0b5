"""The only reader of time. Everything else is told what time it is."""

import time
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
# Past a site's midnight its day is taken as over, to be closed and forgotten: every event of it has long been read by then.
DAY_OVER_AFTER_S = 120


class Clock:
    """The machine's clocks; tests pass one of their own with the same three methods."""

    def time(self) -> float:
        """Seconds since 1970 UTC."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never step, for intervals only."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(time_s: float, timezone: str) -> datetime:
    """The wall-clock time in an IANA zone at an instant (seconds since 1970 UTC)."""
    return datetime.fromtimestamp(time_s, UTC).astimezone(_zone(timezone))


@lru_cache(maxsize=4096)
def _local_hour(quarter: int, timezone: str) -> tuple[int, int]:
    moment = local(quarter * 900, timezone)
    return moment.toordinal(), moment.hour


def local_day_hour(time_s: int, timezone: str) -> tuple[int, int]:
    """The site's local (day ordinal, hour) at an instant. Every zone's offset since 1972 is a multiple of 15 minutes."""
    return _local_hour(time_s // 900, timezone)
