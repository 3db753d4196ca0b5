"""The daily housekeeping of the back: retention, rewriting the file, backup, and letting covered journal segments go.

The order matters: rows are forgotten before the backup is made, so that a new backup never holds what retention took;
and a journal segment goes only when a verified backup has all of it: store = backup + journal, at any moment.
"""

import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from collector.clock import DAY_OVER_AFTER_S, Clock, local_day_hour
from collector.event import NO_SITE
from collector.journal.files import segments, size
from collector.journal.reader import delete_covered
from collector.settings import Settings
from collector.store.backup import verify
from collector.store.duckdb_store import DuckDBStore
from collector.store.errors import StoreError

BACKUP_EVERY_S = 24 * 3600
JOURNAL_SHARE = 0.5  # of its limit: past it a backup is made as often as BACKUP_AGAIN_S, so that segments can go
BACKUP_AGAIN_S = 3600
LOOK_EACH_S = 600  # for days that have ended and sites that are gone
SITES = "/* sites with rows */ SELECT site FROM visits_daily UNION SELECT site FROM visits_today UNION SELECT site FROM dropped"
STAMP = "%Y%m%dT%H%M%SZ"


class Jobs:
    """Run by the recorder's thread, between its steps: nothing writes to the store meanwhile."""

    def __init__(
        self,
        store: DuckDBStore,
        settings: Settings,
        clock: Clock,
        timezones: Callable[[], dict[int, str]],
        removed: Callable[[], Iterable[int]] = tuple,
    ) -> None:
        """`timezones` gives every site's id and IANA time zone, `removed` the ids of removed sites; anew at each call."""
        self._removed = removed
        self._store = store
        self._settings = settings
        self._clock = clock
        self._timezones = timezones
        self._forgotten: dict[int, int] = {}
        self.last_backup_s = newest_backup_s(settings.backup_dir)
        self.last_error = ""
        self._not_before_s = 0.0
        self._look = 0
        self._to_rewrite = False  # rows were deleted that the file still holds

    def tend(self) -> None:
        """Do what is due. A failing backup is reported in `last_error` and tried again an hour later."""
        look = int(self._clock.time()) // LOOK_EACH_S
        if look != self._look:
            self._look = look
            self.forget_old()
            if self._to_rewrite:
                self._store.rewrite()
                self._to_rewrite = False
        if self._backup_is_due():
            try:
                self.backup()
            except (OSError, StoreError) as error:
                self.last_error = (
                    f"The daily backup failed: {error}. It is tried again in an hour; the journal keeps everything until then."
                )
                self._not_before_s = self._clock.time() + BACKUP_AGAIN_S

    def _backup_is_due(self) -> bool:
        now = self._clock.time()
        every = BACKUP_EVERY_S if self._journal_share() < JOURNAL_SHARE else BACKUP_AGAIN_S
        # A backup from the future was made before the clock was set back: waiting for its time could take years.
        return now >= self._not_before_s and not 0 <= now - self.last_backup_s < every

    def _journal_share(self) -> float:
        """How much of its limit the journal takes: only a backup frees it."""
        return sum(map(size, segments(self._settings.journal_dir))) / self._settings.journal_bytes_max

    def forget_old(self) -> int:
        """Delete the rows of removed sites, and what is older than `detail_days` and `history_months`.

        Once a site's day; returns rows deleted.
        """
        gone = self._forget_removed()
        self._to_rewrite |= gone > 0
        for site, timezone in {NO_SITE: "UTC", **self._timezones()}.items():
            today = local_day_hour(int(self._clock.time()) - DAY_OVER_AFTER_S, timezone)[0]
            if self._forgotten.get(site) != today:
                detail = today - self._settings.detail_days
                rows = self._store.forget(site, detail, months_before(today, self._settings.history_months))
                self._to_rewrite |= rows > 0
                self._forgotten[site] = today
                gone += rows
        return gone

    def _forget_removed(self) -> int:
        """Rows of removed sites go for good; returns how many sites had some."""
        present = {site for (site,) in self._store.query(SITES)}
        gone = present & set(self._removed())
        for site in gone:
            self._store.remove_site(site)
        return len(gone)

    def backup(self) -> Path:
        """Back the store up, verify it, thin out older ones and let covered journal segments go. Raises OSError."""
        now = self._clock.time()
        while (folder := self._settings.backup_dir / stamp(now)).exists():  # a second one in the same second, or a clock set back
            now += 1
        self._store.backup(folder, folder.name)
        position = verify(folder).position
        others = [path for path in backups(self._settings.backup_dir) if path != folder]  # one from the future sorts behind it
        for old in others[: max(0, len(others) - self._settings.backup_days + 1)]:
            shutil.rmtree(old)
        delete_covered(self._settings.journal_dir, position)
        self.last_backup_s = now
        self.last_error = ""
        return folder


def stamp(time_s: float) -> str:
    """A moment as a sortable name, in UTC."""
    return datetime.fromtimestamp(time_s, UTC).strftime(STAMP)


def backups(folder: Path) -> list[Path]:
    """The finished backups, oldest first."""
    return sorted(path for path in folder.glob("*Z") if path.is_dir()) if folder.exists() else []


def newest_backup_s(folder: Path) -> float:
    """When the newest backup was made (seconds since 1970 UTC), 0 if there is none."""
    existing = backups(folder)
    return datetime.strptime(existing[-1].name, STAMP).replace(tzinfo=UTC).timestamp() if existing else 0.0


def months_before(day: int, months: int) -> int:
    """The first day (ordinal) of the calendar month that lies `months` months before the month of `day`."""
    moment = date.fromordinal(day)
    index = moment.year * 12 + moment.month - 1 - months
    return date(index // 12, index % 12 + 1, 1).toordinal()
