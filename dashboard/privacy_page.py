"""The page about the latest audit: what is promised of the history, whether it is kept, and how to check that by oneself."""

from dataclasses import dataclass
from datetime import UTC, datetime

from collector.ops.audit import Audit, Verdict, worst
from collector.ops.audit_text import looked_at, named, told
from collector.ops.promises import PROMISES

# The audit follows the daily backup; a result that is older than this says that it did not run.
STALE_S = 2 * 86_400

HEADINGS: dict[Verdict, tuple[str, str]] = {
    "kept": ("Every promise is kept", "The history of your sites tells about groups of visits, and about nobody."),
    "waiting": (
        "Every promise is kept",
        "Old or late figures are being sealed, or wait for it, a day at most.",
    ),
    "unchecked": ("Not everything could be checked", "What could not be read is named below. Whoever runs this server can see why."),
    "broken": ("A promise is broken", "Tell whoever runs this server. Until it is put right, share no figures of the marked kind."),
}
NEVER = (
    "Not checked yet",
    "The first check comes some minutes after the first start, when what is old is sealed; then there is one each day. Whoever runs this "
    "server can have it run at once.",
)
WORDS: dict[Verdict, str] = {"kept": "Kept", "waiting": "Waiting", "unchecked": "Not checked", "broken": "Broken"}


@dataclass(frozen=True, slots=True)
class Row:
    """One promise: the verdict in a word, what it says and means, and what there is to tell of places."""

    verdict: Verdict
    word: str
    says: str
    means: str
    places: list[str]


@dataclass(frozen=True, slots=True)
class PrivacyPage:
    """The latest audit as a page. `when` is empty where there was none yet; `stale` says that it is too old."""

    heading: str
    text: str
    when: str
    looked_at: str
    stale: bool
    is_broken: bool
    rows: list[Row]


def privacy_page(made: Audit | None, now_s: float) -> PrivacyPage:
    """The page of the latest audit, at an instant (seconds since 1970 UTC)."""
    if made is None:
        return PrivacyPage(*NEVER, "", "", False, False, _rows(Audit(0, ())))
    heading, text = HEADINGS[made.verdict]
    moment = datetime.fromtimestamp(made.made_s, UTC)
    when = f"{moment.day} {moment:%B %Y, %H:%M} UTC"
    return PrivacyPage(heading, text, when, looked_at(made), now_s - made.made_s > STALE_S, made.verdict == "broken", _rows(made))


def _rows(made: Audit) -> list[Row]:
    rows = []
    for promise in PROMISES:
        found = made.of(promise.name)
        verdict = worst(check for _, check in found)
        places = [f"{named(name)}: {line}" for name, check in found for line in told(check)]
        rows.append(Row(verdict, WORDS[verdict], promise.says, promise.means, places))
    return rows
