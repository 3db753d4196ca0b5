"""Saved segments: a site's named filters, and the rules of their names. Functions over an open transaction.

When a period is sealed, a segment's counts are kept under its name. So a name means the same conditions for ever: they are
not changed, and a name whose segment was removed is not given to another.
"""

import json
import unicodedata
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from collector.control.errors import BadSegment, DuplicateSegment, TooMany, UnknownSegment
from collector.control.schema import segments, sites

SEGMENTS_MAX = 20  # of one site: each is one more row a day and one more pass over the detail when a period is sealed
NAMES_MAX = 500  # of one site, those of removed segments included: 60 characters each, 30 KB a site
NAME_CHARACTERS_MAX = 60
FILTERS_CHARACTERS_MAX = 8_000  # as JSON; every question of the site reads its segments' definitions: 160 KB at most

# Names that begin so are the store's own: "(rare)" for groups too small to be told, "*country" for a month in stores of before.
_RESERVED = ("(", "*")

# The conditions of a segment as the Stats API writes filters: [["is", "visit:country", ["FI"]], …]. Whoever saves has checked them.
Filters = list[Any]


class SegmentRow(NamedTuple):
    """One segment of one site. `created` is in seconds since 1970 UTC."""

    id: int
    domain: str
    name: str
    filters: Filters
    created: int


def clean_name(text: str) -> str:
    """A segment's name as it is kept: one line, no space around it, one way of writing each letter. Raises BadSegment."""
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    if not name:
        raise BadSegment("A segment needs a name. Type one by which you will know it again.")
    if len(name) > NAME_CHARACTERS_MAX:
        raise BadSegment(f"This name has {len(name):,} characters, and {NAME_CHARACTERS_MAX} are the most. Choose a shorter one.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        raise BadSegment("This name has a character in it that cannot be seen. Type the name anew.")
    if name.startswith(_RESERVED):
        raise BadSegment(f"A name cannot begin with {' or '.join(_RESERVED)}, as figures of Footfall's own do. Choose another name.")
    return name


def add(connection: Connection, site_id: int, name: str, filters: Filters, now_s: int) -> None:
    """Save a segment under a clean name. Raises BadSegment, DuplicateSegment, TooMany."""
    text = json.dumps(filters)
    if len(text) > FILTERS_CHARACTERS_MAX:
        raise BadSegment(
            f"These filters have {len(text):,} characters, and {FILTERS_CHARACTERS_MAX:,} are the most. Remove one or shorten it."
        )
    _refuse_taken(connection, site_id, name)
    _refuse_past_limits(connection, site_id)
    connection.execute(insert(segments).values(site_id=site_id, name=name, filters=text, created=now_s))


def kept(connection: Connection, site_id: int | None = None) -> list[SegmentRow]:
    """The segments of one site, or of all: by domain, oldest first. Of two that cannot both be told, sealing tells the older."""
    columns = (segments.c.id, sites.c.domain, segments.c.name, segments.c.filters, segments.c.created)
    statement = select(*columns).join(sites).where(segments.c.removed.is_(None)).order_by(sites.c.domain, segments.c.id)
    if site_id is not None:
        statement = statement.where(segments.c.site_id == site_id)
    return [
        SegmentRow(number, domain, name, json.loads(filters), created)
        for number, domain, name, filters, created in connection.execute(statement)
    ]


def required(connection: Connection, site_id: int, name: str) -> SegmentRow:
    """The segment of a site with this clean name. Raises UnknownSegment."""
    found = next((row for row in kept(connection, site_id) if row.name == name), None)
    if found is None:
        raise UnknownSegment(f"There is no segment {name!r} of this site. `footfall segment list` shows them.")
    return found


def remove(connection: Connection, site_id: int, name: str, now_s: int) -> SegmentRow:
    """Forget a segment but for its name. Raises UnknownSegment."""
    found = required(connection, site_id, name)
    connection.execute(update(segments).where(segments.c.id == found.id).values(filters="[]", removed=now_s))
    return found


def _refuse_taken(connection: Connection, site_id: int, name: str) -> None:
    taken = connection.execute(select(segments.c.removed).where(segments.c.site_id == site_id, segments.c.name == name)).first()
    if taken is None:
        return
    if taken.removed is None:
        raise DuplicateSegment(f"The segment {name!r} exists already. Choose another name.")
    raise DuplicateSegment(f"{name!r} was the name of a segment that was removed, and its figures are kept under it. Choose another name.")


def _refuse_past_limits(connection: Connection, site_id: int) -> None:
    counts = select(func.count(), func.count(segments.c.removed)).where(segments.c.site_id == site_id)
    ever, gone = connection.execute(counts).one()
    if ever - gone >= SEGMENTS_MAX:
        raise TooMany(f"This site has {SEGMENTS_MAX} segments already, and more are not possible. Remove one first.")
    if ever >= NAMES_MAX:
        raise TooMany(f"This site has had {NAMES_MAX} segments, and no more are possible.")
