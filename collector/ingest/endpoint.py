"""The public endpoint: events, as the protocol hands them over, and the pixel, as a plain ASGI application.

An event is answered 202 when its change is in the journal; counted and not counted look alike to a browser but for two
headers that the site's owner can read there.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from collector.clock import Clock, local_day_hour
from collector.control.picture import PictureFile, SiteEntry
from collector.event import NO_SITE, Drop, Event
from collector.ingest import pixel, plausible
from collector.ingest.answers import DROPPED, OPEN, TAKEN_AS_TOLD, Headers, refusal
from collector.ingest.door import Door
from collector.ingest.gate import Gate, admit
from collector.ingest.hit import Body, Given, Refused, given_headers, raw_hit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
LENGTH_DIGITS_MAX = 9
DOMAINS_MAX = 10

_PREFLIGHT: Headers = [
    *OPEN,
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type"),
    (b"access-control-max-age", b"86400"),
]
_PICTURE: Headers = [
    *OPEN,
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"content-type", b"image/gif"),
    TAKEN_AS_TOLD,
    (b"content-length", b"%d" % len(pixel.GIF)),
]


class Ingest:
    """Answers `POST /api/event` and `GET /pixel.gif`."""

    def __init__(self, gate: Gate, door: Door, picture: PictureFile, clock: Clock) -> None:
        self._gate = gate
        self._door = door
        self._picture = picture
        self._clock = clock

    def take(self, given: Given, data: bytes, peer: str) -> "bytes | asyncio.Future[bool]":
        """One event in the native dialect: the whole answer, or what says whether it is in the journal (COUNTED, FULL)."""
        try:
            outcome = self._count(plausible.body_of(data), peer, given)
        except Refused as refused:
            return self.refuse(refused)
        return DROPPED[outcome] if isinstance(outcome, Drop) else outcome

    def check(self, given: Given) -> bytes | None:
        """Refuse an event by its headers alone, before any of its body is read; None: go on."""
        if given.get(b"content-encoding", b"identity").lower() != b"identity":
            return self.refuse(Refused(415, "send the body as it is, not compressed"))
        length = given.get(b"content-length", b"0")
        if len(length) > LENGTH_DIGITS_MAX or int(length) > plausible.BODY_BYTES_MAX:
            return self.refuse(Refused(413, f"the body is over {plausible.BODY_BYTES_MAX} bytes"))
        return None

    def refuse(self, refused: Refused) -> bytes:
        """Count an event that is malformed or over a limit; returns the answer to it."""
        self._door.refuse(NO_SITE, self._day(), _reason(refused).value)
        return refusal(refused.status, refused.message)

    async def event(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is asked of the event's address otherwise: the protocol takes the events themselves (protocol.py)."""
        if scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": _PREFLIGHT})
            await send({"type": "http.response.body", "body": b""})
        elif scope["method"] == "POST":
            await respond(send, 400, "send the next request when this one is answered", [(b"connection", b"close")])
        else:
            await respond(send, 405, "send events with POST", [(b"allow", b"POST, OPTIONS")])

    async def pixel(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One page view of a browser without scripts. It gets its picture whatever happens."""
        if scope["method"] != "GET":
            await respond(send, 405, "the pixel is shown by GET", [(b"allow", b"GET")])
            return
        extra: Headers = []
        try:
            given = given_headers(scope["headers"])
            outcome = self._count(pixel.body_of(scope["query_string"], given), peer_of(scope), given)
            if isinstance(outcome, asyncio.Future):
                await outcome
            elif isinstance(outcome, Drop):
                extra = [(b"x-footfall", outcome.value.encode())]
        except Refused as refused:
            self._door.refuse(NO_SITE, self._day(), _reason(refused).value)
            extra = [(b"x-footfall", _reason(refused).value.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": [*_PICTURE, *extra]})
        await send({"type": "http.response.body", "body": pixel.GIF})

    def _count(self, body: Body, peer: str, given: Given) -> "asyncio.Future[bool] | Drop":
        """Count the event once for every site it names; what one of them answers stands for all. Raises Refused(400)."""
        page = (self._gate.hash_pages if body.hash_mode else self._gate.pages).lookup(body.url)
        if page is None:
            raise Refused(400, "url must be a full http or https address")
        time_s = int(self._clock.time())
        answer: asyncio.Future[bool] | Drop = Drop.UNKNOWN_SITE
        for site in self._sites(body.domains or page.hostname):
            if site is None:
                self._door.refuse(NO_SITE, self._day(), Drop.UNKNOWN_SITE.value)
                continue
            outcome = admit(self._gate, raw_hit(body, peer, given), site, page, time_s)
            result = self._door.enter(outcome) if isinstance(outcome, Event) else outcome
            if isinstance(result, Drop):
                self._door.refuse(site.id, local_day_hour(time_s, site.timezone)[0], result.value)
                answer = result if isinstance(answer, Drop) else answer
            else:
                answer = result
        return answer

    def _sites(self, domains: str) -> list[SiteEntry | None]:
        picture = self._picture.current(self._clock.monotonic())
        known = picture.by_domain.get(domains)
        if known is not None:
            return [known]
        listed = domains.split(",", DOMAINS_MAX)
        if len(listed) > DOMAINS_MAX:
            raise Refused(400, f"more than {DOMAINS_MAX} domains")
        return [picture.by_domain.get(name) for name in dict.fromkeys(map(picture.name_of, listed))]

    def _day(self) -> int:
        return local_day_hour(int(self._clock.time()), "UTC")[0]


def peer_of(scope: Scope) -> str:
    """The address at the other end of the connection, "" for a Unix socket."""
    client: tuple[str, int] | None = scope["client"]
    return client[0] if client else ""


def _reason(refused: Refused) -> Drop:
    return Drop.MALFORMED if refused.status == 400 else Drop.OVER_LIMIT


async def respond(send: Send, status: int, message: str, extra: Headers | None = None) -> None:
    """An error in the one shape, as ASGI messages."""
    body = msgspec.json.encode({"error": message})
    headers = [*OPEN, (b"content-type", b"application/json"), TAKEN_AS_TOLD, (b"content-length", b"%d" % len(body)), *(extra or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
