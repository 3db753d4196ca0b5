"""Checks of the data folder: who may read it, what fills it, how old its backup and its place data are, which version wrote it."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from maxminddb import InvalidDatabaseError, open_database

from collector.control.errors import DatabaseUnusable
from collector.control.schema import check_version
from collector.enrich.embedded import COUNTRY, NETWORK
from collector.ops.findings import Finding, Level, Scene

GEO_AGE_MAX_DAYS = 180  # operators trade address ranges: about one network in a hundred changes hands in half a year
BACKUP_AGE_MAX_DAYS = 2  # one is made each day, and one day may be missed
JOURNAL_FULL_WARN, JOURNAL_FULL_FAIL = 0.5, 0.9  # of journal_bytes_max; a healthy journal holds a day
DISK_FREE_MIN_BYTES = 1_000_000_000
DAY_S = 86_400


def data_folder(scene: Scene) -> Iterator[Finding]:
    """Counts of few people are nobody else's business, and the control database opens the dashboard."""
    folder = scene.settings.data_dir
    try:
        mode = stat.S_IMODE(folder.stat().st_mode)
        next(folder.iterdir(), None)
    except FileNotFoundError:
        yield Finding("ok", "There is no data folder yet; the first start makes it.", str(folder))
        return
    except OSError as error:
        yield Finding("fail", f"The data folder cannot be read: {error.strerror}.", str(folder), "Run as the user that runs the server.")
        return
    yield _openness(folder, mode)


def _openness(folder: Path, mode: int) -> Finding:
    do = f"Run `chmod 700 {folder}`."
    if mode & stat.S_IRWXO:
        return Finding("fail", f"Everyone on this machine may enter the data folder (mode {mode:o}).", str(folder), do)
    if mode & stat.S_IRWXG:
        return Finding("warn", f"The data folder is open to a group (mode {mode:o}).", str(folder), do)
    return Finding("ok", "The data folder is private.", str(folder))


def version(scene: Scene) -> Iterator[Finding]:
    """Data of a newer version is not for this one to touch."""
    if not scene.settings.database_url and not (scene.settings.data_dir / "control.sqlite").exists():
        return
    try:
        check_version(scene.settings.control_url)
    except DatabaseUnusable as error:
        yield Finding("fail", str(error), "control database", "See the sentence; nothing was changed.")
        return
    yield Finding("ok", "The control database is of this version.", "control database")


def journal(scene: Scene) -> Iterator[Finding]:
    """A journal at its limit refuses events."""
    folder = scene.settings.journal_dir
    used, most = _bytes_in(folder), scene.settings.journal_bytes_max
    share = used / most
    level: Level = "fail" if share >= JOURNAL_FULL_FAIL else "warn" if share >= JOURNAL_FULL_WARN else "ok"
    do = "" if level == "ok" else "Look at the log for why the store or the backup is behind; at the limit events are refused with 503."
    yield Finding(level, f"The journal holds {used:,} of {most:,} bytes.", str(folder), do)


def disk(scene: Scene) -> Iterator[Finding]:
    """The disk must have room for the journal to grow."""
    folder = _existing(scene.settings.data_dir)
    free = shutil.disk_usage(folder).free
    if free < DISK_FREE_MIN_BYTES:
        do = "Make room: when the disk is full, events are refused."
        yield Finding("fail", f"The disk has {free:,} bytes left, under {DISK_FREE_MIN_BYTES:,}.", str(folder), do)
        return
    yield Finding("ok", f"The disk has {free / 1e9:,.1f} GB left.", str(folder))


def backup(scene: Scene) -> Iterator[Finding]:
    """Store = backup + journal: without a backup a lost database file is lost as far as the journal goes back."""
    settings = scene.settings
    if not settings.store_path.exists():
        return
    now_s = scene.clock.time()
    made = [path.stat().st_mtime for path in settings.backup_dir.iterdir() if path.is_dir()] if settings.backup_dir.is_dir() else []
    age_days = (now_s - max(made, default=settings.store_path.stat().st_ctime)) / DAY_S
    if age_days > BACKUP_AGE_MAX_DAYS:
        what = f"The last backup is {age_days:.0f} days old." if made else "There is no backup."
        yield Finding("warn", what, str(settings.backup_dir), "Run `footfall backup` and look at the log for why the daily one failed.")
        return
    yield Finding(
        "ok", "The last backup is fresh." if made else "The store is new; its first backup is due within a day.", str(settings.backup_dir)
    )


def place_data(scene: Scene) -> Iterator[Finding]:
    """Old place data counts visits into the wrong country."""
    for path in _place_files(scene):
        yield _place_age(path, scene.clock.time())


def _place_age(path: Path, now_s: float) -> Finding:
    try:
        with open_database(path) as reader:
            age_days = (now_s - reader.metadata().build_epoch) / DAY_S
    except (OSError, ValueError, InvalidDatabaseError) as error:
        return Finding("fail", f"The place data cannot be read: {error}.", str(path), "Bring the file again, or leave the setting empty.")
    if age_days > GEO_AGE_MAX_DAYS:
        return Finding("warn", f"The place data is {age_days:.0f} days old.", str(path), "Update Footfall, or bring newer files.")
    return Finding("ok", f"The place data is {max(age_days, 0):.0f} days old.", str(path))


def _place_files(scene: Scene) -> list[Path]:
    """The files in use: those the settings name, and the embedded ones where the first start has unpacked them."""
    settings = scene.settings
    found = [path for path in (settings.country_db, settings.network_db, settings.city_db) if path]
    for named, embedded in ((settings.country_db, COUNTRY), (settings.network_db, NETWORK)):
        if not named and settings.data_dir.is_dir():
            found += settings.data_dir.glob(f"*/{embedded.file_name}")
    return found


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir()) if folder.is_dir() else 0


def _existing(path: Path) -> Path:
    """The folder itself or its nearest parent that exists."""
    path = path.absolute()
    return next(folder for folder in (path, *path.parents) if folder.exists())
