"""The daily housekeeping of the back: sealing, retention, rewriting the file, backup, and letting covered journal segments go.

The order matters: rows are sealed and forgotten, and the file is rewritten, before the backup is made, so that a new backup
never holds what was taken; and a journal segment goes only when a verified backup has all of it: store = backup + journal, at
any moment. After a backup all of it is audited, in a thread of its own, because that reads for seconds.
"""

import shutil
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from collector.clock import DAY_OVER_AFTER_S, Clock, local_day_hour
from collector.event import NO_SITE
from collector.journal.files import segments, size
from collector.journal.reader import delete_covered
from collector.ops.audit import audit_and_keep
from collector.ops.leap import Leap
from collector.ops.quiet import told
from collector.ops.seals import SavedSegments, Seals
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
        segments: SavedSegments = lambda site: (),
    ) -> None:
        """`timezones` gives every site's id and IANA time zone, `removed` the ids of removed sites, `segments` the name and
        filters of each segment of a site; anew at each call."""
        self._removed = removed
        self._store = store
        self._settings = settings
        self._clock = clock
        self._timezones = timezones
        self._forgotten: dict[int, int] = {}
        self.seals = Seals(store, settings, clock, self._sites, segments)
        self.last_backup_s = newest_backup_s(settings.backup_dir, clock.time())
        self.last_error = ""
        self.audit_trouble = ""
        self._leap = Leap(settings.data_dir, clock)
        self._auditing: threading.Thread | None = None
        self._stopping = False
        self._not_before_s = 0.0
        self._look = 0

    def tend(self, days_closed: bool = False) -> None:
        """Do what is due, but for the sealing, which `seals.go_on` does. A failing backup is tried again an hour later."""
        look = int(self._clock.time()) // LOOK_EACH_S
        if look != self._look or days_closed:
            self._look = look
            self.forget_old()
            if not self._leap.leapt():
                self.seals.look()
        if self.seals.active:
            return
        if self._store.holds_deleted:
            self._store.rewrite()
        if self._backup_is_due():
            try:
                self.backup()
            except (OSError, StoreError) as error:
                self.last_error = (
                    f"The daily backup failed: {error}. It is tried again in an hour; the journal keeps everything until then."
                )
                self._not_before_s = self._clock.time() + BACKUP_AGAIN_S
            else:
                self._audit_beside()

    @property
    def troubles(self) -> list[str]:
        """What failed last time, in sentences."""
        return [trouble for trouble in (self.last_error, self.seals.trouble, self.audit_trouble, self._leap.trouble) if trouble]

    def _audit_beside(self) -> None:
        if self._auditing is None or not self._auditing.is_alive():
            self._auditing = threading.Thread(target=self.audit, name="audit")
            self._auditing.start()

    def audit(self) -> None:
        """Hold the counts and every backup to the privacy model's promises. What is broken is a trouble until it is mended."""
        try:
            broken = audit_and_keep(self._run, self._settings, self._clock.time()).verdict == "broken"
            self.audit_trouble = "The audit found a promise broken: `footfall audit` says which, and where." if broken else ""
        except Exception as error:
            self.audit_trouble = f"The daily audit failed: {told(error)}."

    def stop(self) -> None:
        """Wait for an audit that is being made; it asks nothing more of the store."""
        self._stopping = True
        if self._auditing is not None:
            self._auditing.join()

    def _run(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        if self._stopping:
            raise StoreError("The server is stopping.")
        return self._store.query(sql, parameters)

    def _sites(self) -> dict[int, str]:
        return {NO_SITE: "UTC", **self._timezones()}

    def _backup_is_due(self) -> bool:
        now = self._clock.time()
        every = BACKUP_EVERY_S if self._journal_share() < JOURNAL_SHARE else BACKUP_AGAIN_S
        # A backup from the future was made before the clock was set back: waiting for its time could take years.
        return now >= self._not_before_s and not 0 <= now - self.last_backup_s < every

    def _journal_share(self) -> float:
        """How much of its limit the journal takes: only a backup frees it."""
        return sum(map(size, segments(self._settings.journal_dir))) / self._settings.journal_bytes_max

    def forget_old(self) -> int:
        """Delete the rows of removed sites, and what is older than `history_months`. Once a site's day; returns rows deleted.

        By a clock that has leapt nothing is old.
        """
        gone = self._forget_removed()
        if self._leap.leapt():
            return gone
        for site, timezone in self._sites().items():
            today = local_day_hour(int(self._clock.time()) - DAY_OVER_AFTER_S, timezone)[0]
            if self._forgotten.get(site) != today:
                gone += self._store.forget(site, months_before(today, self._settings.history_months))
                self._forgotten[site] = today
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
        for old in self._superseded(folder, now):
            shutil.rmtree(old)
        delete_covered(self._settings.journal_dir, position)
        self.last_backup_s = now
        self.last_error = ""
        return folder

    def _superseded(self, newest: Path, now_s: float) -> list[Path]:
        """Backups past their number and past their age: what was deleted from the counts is kept by no older one for longer.

        One from the future was made when the clock was wrong, and would never be old: it goes before the others.
        """
        others = [path for path in backups(self._settings.backup_dir) if path != newest]
        others.sort(key=lambda path: _made_s(path) <= now_s)
        too_many = others[: max(0, len(others) - self._settings.backup_days + 1)]
        oldest_s = now_s - self._settings.backup_days * BACKUP_EVERY_S
        return [path for path in others if path in too_many or (_made_s(path) < oldest_s and not self._leap.leapt())]


def _made_s(backup: Path) -> float:
    return datetime.strptime(backup.name, STAMP).replace(tzinfo=UTC).timestamp()


def stamp(time_s: float) -> str:
    """A moment as a sortable name, in UTC."""
    return datetime.fromtimestamp(time_s, UTC).strftime(STAMP)


def backups(folder: Path) -> list[Path]:
    """The finished backups, oldest first."""
    return sorted(path for path in folder.glob("*Z") if path.is_dir()) if folder.exists() else []


def newest_backup_s(folder: Path, now_s: float) -> float:
    """When the newest backup was made (seconds since 1970 UTC), 0 if there is none. One from the future tells nothing of that."""
    return max((made_s for path in backups(folder) if (made_s := _made_s(path)) <= now_s), default=0.0)


def months_before(day: int, months: int) -> int:
    """The first day (ordinal) of the calendar month that lies `months` months before the month of `day`."""
    moment = date.fromordinal(day)
    index = moment.year * 12 + moment.month - 1 - months
    return date(index // 12, index % 12 + 1, 1).toordinal()
