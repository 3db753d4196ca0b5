"""`footfall audit`: the published statements over the database and every backup, and what their answers amount to.

The rows are asked as anybody could ask them, by `store/audit_sql.py`, which is printed in docs/privacy-model.md. The latest
result lies in the data folder as `audit.json`, for the dashboard.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from collector import lasting
from collector.ops.promises import PROMISES, Promise, PromiseName
from collector.settings import Settings
from collector.store.audit_sql import ROWS
from collector.store.backup import MANIFEST
from collector.store.backup_tables import backup_tables
from collector.store.errors import StoreError

AUDIT_FILE = "audit.json"
DATABASE = "the database"
# Late rows wait for the next sealing, a day at most; one more passes where the server was stopped meanwhile.
WAIT_S_MAX = 2 * 86400

# From best to worst for the person who asks.
Verdict = Literal["kept", "waiting", "unchecked", "broken"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

# Answers one (sql, parameters), in the calling thread; raises StoreError.
Run = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]


class Place(msgspec.Struct, frozen=True):
    """Where a promise is broken: a table, a site's number, a period or day, dimensions or a column, and in how many rows."""

    table: str
    site: int | None
    first: date | None
    last: date | None
    what: str
    rows: int


class Check(msgspec.Struct, frozen=True):
    """One promise in one set of rows. `why` it could not be checked; `since_s` (since 1970 UTC) its rows wait, 0: they do not."""

    promise: PromiseName
    verdict: Verdict
    places: tuple[Place, ...] = ()
    why: str = ""
    since_s: int = 0


class Looked(msgspec.Struct, frozen=True):
    """What was looked at: the database, or a backup by its folder's name; its number of rows, and each promise's check."""

    name: str
    rows: int
    checks: tuple[Check, ...]


class Audit(msgspec.Struct, frozen=True):
    """One audit: when it was made (seconds since 1970 UTC), and all that was looked at, the database first."""

    made_s: int
    looked: tuple[Looked, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of all."""
        return worst(check for looked in self.looked for check in looked.checks)

    @property
    def rows(self) -> int:
        return sum(looked.rows for looked in self.looked)

    def of(self, name: PromiseName) -> list[tuple[str, Check]]:
        """One promise in everything that was looked at: (what, check)."""
        return [(looked.name, check) for looked in self.looked for check in looked.checks if check.promise == name]


def worst(checks: Iterator[Check]) -> Verdict:
    """The worst verdict; "unchecked" for no check at all."""
    return max((check.verdict for check in checks), key=VERDICTS.index, default="unchecked")


def audit(run: Run | None, backup_dir: Path, now_s: float, memory_mb: int, before: Audit | None = None) -> Audit:
    """Look at the database (`run`; None: there is none) and at each backup, which may take `memory_mb`; `before` is the last audit."""
    looked = [_database(run, now_s, before)] if run else []
    return Audit(int(now_s), (*looked, *(_backup(folder, memory_mb) for folder in backup_folders(backup_dir))))


def audit_and_keep(run: Run | None, settings: Settings, now_s: float) -> Audit:
    """Audit, and leave the result for the dashboard and the next time. Raises OSError where it cannot be written."""
    made = audit(run, settings.backup_dir, now_s, settings.database_memory_mb, last_audit(settings.data_dir))
    lasting.replace(settings.data_dir / AUDIT_FILE, msgspec.json.encode(made))
    return made


def last_audit(data_dir: Path) -> Audit | None:
    """The latest result; None where there is none, or none that this version can read."""
    try:
        return msgspec.json.decode((data_dir / AUDIT_FILE).read_bytes(), type=Audit)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def backup_folders(backup_dir: Path) -> list[Path]:
    """Every finished backup, by name, whoever put it there."""
    return sorted(path.parent for path in backup_dir.glob(f"*/{MANIFEST}") if not path.parent.name.startswith("."))


def _database(run: Run, now_s: float, before: Audit | None) -> Looked:
    found = _looked(DATABASE, run)
    earlier = {check.promise: check for check in _checks_of_database(before)}
    checks = tuple(_waited(check, earlier.get(check.promise), int(now_s)) for check in found.checks)
    return msgspec.structs.replace(found, checks=checks)


def _checks_of_database(made: Audit | None) -> tuple[Check, ...]:
    return next((looked.checks for looked in made.looked if looked.name == DATABASE), ()) if made else ()


def _waited(check: Check, before: Check | None, now_s: int) -> Check:
    """Rows that waited at the last audit, and are the same, wait since then; after WAIT_S_MAX nobody comes for them."""
    if check.verdict != "waiting":
        return check
    same = before is not None and before.since_s > 0 and before.places == check.places
    since_s = before.since_s if before is not None and same else now_s
    return msgspec.structs.replace(check, since_s=since_s, verdict="broken" if now_s - since_s > WAIT_S_MAX else "waiting")


def _backup(folder: Path, memory_mb: int) -> Looked:
    """What waited when a backup was made waits in it for ever: that is told, and goes with the backup."""
    try:
        with backup_tables(folder, memory_mb) as tables:
            return _looked(folder.name, tables.execute)
    except StoreError as error:
        return Looked(folder.name, 0, tuple(Check(promise.name, "unchecked", why=str(error)) for promise in PROMISES))


def _looked(name: str, run: Run) -> Looked:
    return Looked(name, _rows(run), tuple(_check(promise, run) for promise in PROMISES))


def _rows(run: Run) -> int:
    try:
        return int(run(ROWS, ())[0][0])
    except StoreError:
        return 0  # the checks tell why


def _check(promise: Promise, run: Run) -> Check:
    try:
        places = tuple(Place(*row) for row in run(promise.sql, ()))
    except StoreError as error:
        return Check(promise.name, "unchecked", why=str(error))
    if not places:
        return Check(promise.name, "kept")
    return Check(promise.name, "waiting" if promise.late else "broken", places)
