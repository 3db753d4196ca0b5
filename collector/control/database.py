"""The control database: sites, Stats API keys, saved segments, signing in. Safe to use from several commands and the server at once."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from collector.clock import Clock, local
from collector.control import secret, segments, sign_in
from collector.control.errors import ControlError, DatabaseUnusable, DuplicateSite, TooMany, UnknownKey, UnknownSite
from collector.control.names import clean_domain, clean_patterns, clean_timezone
from collector.control.schema import keys, one_sentence, open_engine, removed, sites
from collector.control.segments import Filters, SegmentRow

KEY_PREFIX = "ff_"
KEY_NAME_CHARACTERS_MAX = 100
SITES_MAX = 10_000  # the picture is read whole: about 150 bytes a site, 1.5 MB at most


class SiteRow(NamedTuple):
    """One site. `hostnames` are the listed patterns beside its domain and subdomains; `created` is in seconds since 1970 UTC."""

    id: int
    domain: str
    timezone: str
    hostnames: tuple[str, ...]
    created: int


class KeyRow(NamedTuple):
    """One Stats API key, without its secret. `last_used` is a day such as 2026-11-22, or "" for never."""

    id: int
    domain: str
    name: str
    created: int
    last_used: str


class Control:
    """Sites, keys and signing in. One connection pool; each write is one transaction. `close` lets go of the file."""

    def __init__(self, url: str, clock: Clock | None = None) -> None:
        """Open (and make, at the first start) the database. Raises DatabaseUnusable."""
        self._url = url
        self._engine = open_engine(url)
        self._writer = self._engine.execution_options(writes=True)
        self._clock = clock or Clock()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start. Raises DatabaseUnusable when it cannot be had or kept."""
        with one_sentence(self._url), self._writer.begin() as connection:
            yield connection

    def _note(self, work: Callable[[Connection], object]) -> None:
        """Write what may be left out: on a full disk who may see the figures sees them all the same."""
        with suppress(DatabaseUnusable), self._writing() as connection:
            work(connection)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with one_sentence(self._url), self._engine.connect() as connection:
            yield connection

    def add_site(self, domain: str, timezone: str = "UTC", hostnames: Iterable[str] = ()) -> SiteRow:
        """A new site. Raises BadDomain, BadTimezone, DuplicateSite."""
        name, zone, patterns = clean_domain(domain), clean_timezone(timezone), clean_patterns(hostnames)
        values = {"domain": name, "timezone": zone, "hostnames": json.dumps(patterns), "created": int(self._clock.time())}
        try:
            with self._writing() as connection:
                _refuse_past_limit(connection)
                connection.execute(insert(sites).values(values))
                return _required(connection, name)
        except IntegrityError:
            raise DuplicateSite(f"The site {name} exists already.") from None

    def sites(self) -> list[SiteRow]:
        """All sites by domain."""
        with self._reading() as connection:
            return [_site(row) for row in connection.execute(select(sites).order_by(sites.c.domain))]

    def site(self, domain: str) -> SiteRow | None:
        """The site of a domain (as a person writes it), or None."""
        try:
            name = clean_domain(domain)
        except ControlError:
            return None
        with self._reading() as connection:
            return _find(connection, name)

    def require_site(self, domain: str) -> SiteRow:
        """The site of a domain. Raises BadDomain, UnknownSite."""
        with self._reading() as connection:
            return _required(connection, domain)

    def remove_site(self, domain: str) -> SiteRow:
        """Forget a site and its keys; its number is never given again. Raises UnknownSite."""
        with self._writing() as connection:
            row = _required(connection, domain)
            connection.execute(delete(sites).where(sites.c.id == row.id))
            connection.execute(insert(removed).values(site_id=row.id))
            return row

    def removed_sites(self) -> list[int]:
        """The numbers of all sites that were ever removed: their counts are to be deleted, and stay deleted."""
        with self._reading() as connection:
            return [row.site_id for row in connection.execute(select(removed.c.site_id))]

    def add_key(self, domain: str, name: str = "") -> str:
        """A new Stats API key's secret, which is kept nowhere: only its hash is. Raises UnknownSite."""
        token = KEY_PREFIX + secret.new()
        label = " ".join(name.split())[:KEY_NAME_CHARACTERS_MAX]
        with self._writing() as connection:
            row = _required(connection, domain)
            values = {"site_id": row.id, "name": label, "hash": secret.digest(token), "created": int(self._clock.time()), "last_used": ""}
            connection.execute(insert(keys).values(values))
        return token

    def keys(self, domain: str = "") -> list[KeyRow]:
        """The keys of one site, or of all, oldest first. Raises UnknownSite."""
        columns = (keys.c.id, sites.c.domain, keys.c.name, keys.c.created, keys.c.last_used)
        statement = select(*columns).join(sites).order_by(keys.c.id)
        with self._reading() as connection:
            if domain:
                statement = statement.where(sites.c.id == _required(connection, domain).id)
            return [KeyRow(*row) for row in connection.execute(statement)]

    def remove_key(self, number: int) -> KeyRow:
        """Forget a key at once. Raises UnknownKey."""
        found = [row for row in self.keys() if row.id == number]
        with self._writing() as connection:
            removed = connection.execute(delete(keys).where(keys.c.id == number)).rowcount
        if not found or not removed:
            raise UnknownKey(f"There is no key {number}. `footfall key list` shows them.")
        return found[0]

    def site_for_key(self, token: str, domain: str) -> SiteRow | None:
        """The site of a domain if this key may ask about it, else None. Notes the day of use.

        The look-up is by the hash of a 256-bit random secret, so its timing tells nothing about any other key.
        """
        try:
            name = clean_domain(domain)
        except ControlError:
            return None
        statement = select(sites, keys.c.last_used).join(keys).where(keys.c.hash == secret.digest(token), sites.c.domain == name)
        with self._reading() as connection:
            row = connection.execute(statement).first()
        if row is None:
            return None
        self._note_use(token, row.last_used)
        return _site(row)

    def _note_use(self, token: str, last_used: str) -> None:
        """At most one write a key a day: a day says whether a key is in use, and more would be a log of its holder."""
        today = local(self._clock.time(), "UTC").date().isoformat()
        if last_used == today:
            return
        noted = update(keys).where(keys.c.hash == secret.digest(token)).values(last_used=today)
        self._note(lambda connection: connection.execute(noted))

    def add_segment(self, domain: str, name: str, filters: Filters) -> SegmentRow:
        """Save conditions, which the caller has checked, under a name. Raises BadSegment, DuplicateSegment, TooMany, UnknownSite."""
        label, now_s = segments.clean_name(name), int(self._clock.time())
        with self._writing() as connection:
            row = _required(connection, domain)
            segments.add(connection, row.id, label, filters, now_s)
            return segments.required(connection, row.id, label)

    def segments(self, domain: str = "") -> list[SegmentRow]:
        """The segments of one site, or of all: by domain, oldest first. Raises UnknownSite."""
        with self._reading() as connection:
            return segments.kept(connection, _required(connection, domain).id if domain else None)

    def require_segment(self, domain: str, name: str) -> SegmentRow:
        """The segment of a site with this name, as a person writes both. Raises BadSegment, UnknownSegment, UnknownSite."""
        with self._reading() as connection:
            return segments.required(connection, _required(connection, domain).id, segments.clean_name(name))

    def segments_of(self, site_id: int) -> tuple[tuple[str, Filters], ...]:
        """The names and conditions of a site's segments, oldest first: what answering its questions and sealing its history takes."""
        with self._reading() as connection:
            return tuple((row.name, row.filters) for row in segments.kept(connection, site_id))

    def remove_segment(self, domain: str, name: str) -> SegmentRow:
        """Forget a segment; its name is never given to another of the site. Raises BadSegment, UnknownSegment, UnknownSite."""
        label, now_s = segments.clean_name(name), int(self._clock.time())
        with self._writing() as connection:
            return segments.remove(connection, _required(connection, domain).id, label, now_s)

    def new_sign_in(self, now_s: float) -> str:
        """A one-time token for the administrator; it dies after `sign_in.TOKEN_LIFE_S`."""
        with self._writing() as connection:
            return sign_in.issue(connection, int(now_s))

    def use_sign_in(self, token: str, now_s: float, instead_of: str = "") -> str | None:
        """A session's secret for a live token, once; None for any other. The session `instead_of` ends with the beginning of this one."""
        with self._writing() as connection:
            session = sign_in.redeem(connection, token, int(now_s))
            if session is not None and instead_of:
                sign_in.end(connection, instead_of)
            return session

    def session(self, session: str, now_s: float) -> bool:
        """Whether a session is alive; being asked keeps it from idling out."""
        now = int(now_s)
        with self._reading() as connection:
            idle = sign_in.idle_until(connection, session, now)
        if idle is not None and now + sign_in.SESSION_IDLE_S - idle >= sign_in.IDLE_NOTED_EACH_S:
            self._note(lambda connection: sign_in.touch(connection, session, now))
        return idle is not None

    def end_session(self, session: str) -> None:
        """Sign out: the session's secret opens nothing any more."""
        with self._writing() as connection:
            sign_in.end(connection, session)

    def end_all_sessions(self) -> None:
        """Sign out everywhere: no session and no link that was given out opens anything any more."""
        with self._writing() as connection:
            sign_in.end_all(connection)


def _site(row: Row[Any]) -> SiteRow:
    return SiteRow(row.id, row.domain, row.timezone, tuple(json.loads(row.hostnames)), row.created)


def _find(connection: Connection, name: str) -> SiteRow | None:
    row = connection.execute(select(sites).where(sites.c.domain == name)).first()
    return None if row is None else _site(row)


def _required(connection: Connection, domain: str) -> SiteRow:
    name = clean_domain(domain)
    row = _find(connection, name)
    if row is None:
        raise UnknownSite(f"There is no site {name}. `footfall site list` shows them, `footfall site add {name}` adds it.")
    return row


def _refuse_past_limit(connection: Connection) -> None:
    if (connection.scalar(select(func.count()).select_from(sites)) or 0) >= SITES_MAX:
        raise TooMany(f"There are {SITES_MAX} sites already, and no more are possible.")
