"""An audit in words, for people; as JSON, for machines; and the published statements, for whoever runs them alone."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from collector.ops.audit import DATABASE, Audit, Check, Place, Verdict, worst
from collector.ops.jobs import STAMP
from collector.ops.promises import PROMISES, Promise

# So many places of one promise are listed; the JSON has all that were found.
PLACES_SHOWN_MAX = 10

WORDS: dict[Verdict, str] = {"kept": "kept", "waiting": "waiting", "unchecked": "unchecked", "broken": "BROKEN"}
SUMMARY: dict[Verdict, str] = {
    "kept": "Every promise is kept.",
    "waiting": "Every promise is kept. Old or late rows are being sealed, or wait for it, a day at most.",
    "unchecked": "Not everything could be checked.",
    "broken": "A promise is broken.",
}
EXIT_CODES: dict[Verdict, int] = {"kept": 0, "waiting": 0, "broken": 1, "unchecked": 2}


def as_text(made: Audit, when: str) -> str:
    """A line a promise, the places where one is broken, and what was looked at. `when` is its date, for people."""
    blocks = [_block(made, promise) for promise in PROMISES]
    return f"{when}: {SUMMARY[made.verdict]}\n{looked_at(made)}\n\n" + "".join(blocks)


def looked_at(made: Audit) -> str:
    """What was looked at, in one sentence."""
    moments = [_moment(looked.name) for looked in made.looked if looked.name != DATABASE]
    backups = [f"the backup{'s' if len(moments) > 1 else ''} of {_joined(moments)}"] if moments else []
    names = [DATABASE] * (len(made.looked) - len(moments)) + backups
    return f"{made.rows:,} rows were looked at: {_joined(names)}." if names else "There was nothing to look at: no database and no backup."


def named(name: str) -> str:
    """What has a name in an audit, for people: the database, or a backup by its moment."""
    return name if name == DATABASE else f"the backup of {_moment(name)}"


def _moment(folder: str) -> str:
    """When a backup was made, by its folder's name; a name that somebody gave it stays as it is."""
    try:
        moment = datetime.strptime(folder, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return folder
    return f"{moment.day} {moment:%B %Y at %H:%M} UTC"


def _joined(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _block(made: Audit, promise: Promise) -> str:
    found = made.of(promise.name)
    lines = [f"{WORDS[worst(check for _, check in found)]:<10}{promise.says}"]
    lines += [f"          {named(name)}: {line}" for name, check in found for line in told(check)]
    return "\n".join(lines) + "\n"


def told(check: Check) -> list[str]:
    """What there is to say of a check: nothing where its promise is kept."""
    if check.why:
        return [check.why]
    more = len(check.places) - PLACES_SHOWN_MAX
    return [*map(place, check.places[:PLACES_SHOWN_MAX]), *([f"and {more} places more"] if more > 0 else [])]


def place(found: Place) -> str:
    """One place, such as "visits_pairs, site 3, 2026-01-01 to 2026-01-31, country × page: 12 rows"."""
    days = [day.isoformat() for day in dict.fromkeys((found.first, found.last)) if day]
    parts = [found.table, f"site {found.site}" if found.site is not None else "", " to ".join(days), found.what]
    return f"{', '.join(filter(None, parts))}: {found.rows:,} {'row' if found.rows == 1 else 'rows'}"


def to_json(made: Audit) -> str:
    """The audit with its verdict, one JSON object."""
    return msgspec.json.format(msgspec.json.encode({"verdict": made.verdict, **msgspec.to_builtins(made)}), indent=2).decode() + "\n"


def statements() -> str:
    """All published statements, to be run one after the other: each answers with nothing where its promise is kept."""
    return "\n\n".join(f"{promise.sql};" for promise in PROMISES) + "\n"
