"""The public endpoint, as a plain ASGI application: events, the pixel, and what else the front answers itself.

No router and no middleware stand on the hot path. An event is answered 202 when its change is in the journal; counted
and not counted look alike to a browser but for two headers that the site's owner can read there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import msgspec

from collector.clock import Clock, local_day_hour
from collector.control.picture import PictureFile, SiteEntry
from collector.event import Drop, Event
from collector.ingest import pixel, plausible
from collector.ingest.door import Door
from collector.ingest.gate import Gate, admit
from collector.ingest.hit import Body, Given, Refused, given_headers, raw_hit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

LENGTH_DIGITS_MAX = 9
DOMAINS_MAX = 10
RETRY_AFTER_S = b"5"

# Few headers on the answer that goes out by the thousand: uvicorn looks each of them over, 0.6 us a header.
_OPEN: Headers = [(b"access-control-allow-origin", b"*"), (b"cache-control", b"no-store")]
_TEXT: Headers = [*_OPEN, (b"content-type", b"text/plain"), (b"content-length", b"2")]
_COUNTED = {"type": "http.response.start", "status": 202, "headers": _TEXT}
_TELLING: Headers = [*_TEXT, (b"access-control-expose-headers", b"x-footfall, x-plausible-dropped"), (b"x-plausible-dropped", b"1")]
_DROPPED: Mapping[str, MutableMapping[str, Any]] = {
    reason: {"type": "http.response.start", "status": 202, "headers": [*_TELLING, (b"x-footfall", reason.value.encode())]}
    for reason in Drop
}
_OK = {"type": "http.response.body", "body": b"ok"}
_PREFLIGHT: Headers = [
    *_OPEN,
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type"),
    (b"access-control-max-age", b"86400"),
]
_EMPTY_GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
_GIF: Headers = [
    *_OPEN,
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"content-type", b"image/gif"),
    (b"content-length", b"%d" % len(_EMPTY_GIF)),
]


class Ingest:
    """Answers `POST /api/event` and `GET /pixel.gif`."""

    def __init__(self, gate: Gate, door: Door, picture: PictureFile, clock: Clock) -> None:
        self._gate = gate
        self._door = door
        self._picture = picture
        self._clock = clock

    async def event(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One event, in the native dialect."""
        if scope["method"] != "POST":
            await self._other_method(scope, send)
            return
        try:
            given = given_headers(scope["headers"])
            outcome = self._count(plausible.body_of(await _read(given, receive)), scope, given)
        except Refused as refused:
            self._door.refuse(0, self._day(), _reason(refused).value)
            await respond(send, refused.status, refused.message)
            return
        if isinstance(outcome, Drop):
            await send(_DROPPED[outcome])
        elif await outcome:
            await send(_COUNTED)
        else:
            await respond(send, 503, "the journal takes no events just now", [(b"retry-after", RETRY_AFTER_S)])
            return
        await send(_OK)

    async def pixel(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One page view of a browser without scripts. It gets its picture whatever happens."""
        if scope["method"] != "GET":
            await respond(send, 405, "the pixel is shown by GET", [(b"allow", b"GET")])
            return
        extra: Headers = []
        try:
            given = given_headers(scope["headers"])
            outcome = self._count(pixel.body_of(scope["query_string"], given), scope, given)
            if isinstance(outcome, asyncio.Future):
                await outcome
            elif isinstance(outcome, Drop):
                extra = [(b"x-footfall", outcome.value.encode())]
        except Refused as refused:
            self._door.refuse(0, self._day(), _reason(refused).value)
            extra = [(b"x-footfall", _reason(refused).value.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": [*_GIF, *extra]})
        await send({"type": "http.response.body", "body": _EMPTY_GIF})

    def _count(self, body: Body, scope: Scope, given: Given) -> "asyncio.Future[bool] | Drop":
        """Count the event once for every site it names; what one of them answers stands for all. Raises Refused(400)."""
        page = (self._gate.hash_pages if body.hash_mode else self._gate.pages).lookup(body.url)
        if page is None:
            raise Refused(400, "url must be a full http or https address")
        time_s = int(self._clock.time())
        peer = scope["client"][0] if scope["client"] else ""
        answer: asyncio.Future[bool] | Drop = Drop.UNKNOWN_SITE
        for site in self._sites(body.domains or page.hostname):
            if site is None:
                self._door.refuse(0, self._day(), Drop.UNKNOWN_SITE.value)
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
        by_domain = self._picture.current(self._clock.monotonic()).by_domain
        known = by_domain.get(domains)
        if known is not None:
            return [known]
        listed = domains.split(",", DOMAINS_MAX)
        if len(listed) > DOMAINS_MAX:
            raise Refused(400, f"more than {DOMAINS_MAX} domains")
        return [by_domain.get(name) for name in dict.fromkeys(domain.strip().lower().removeprefix("www.") for domain in listed)]

    def _day(self) -> int:
        return local_day_hour(int(self._clock.time()), "UTC")[0]

    async def _other_method(self, scope: Scope, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": _PREFLIGHT})
            await send({"type": "http.response.body", "body": b""})
        else:
            await respond(send, 405, "send events with POST", [(b"allow", b"POST, OPTIONS")])


def _reason(refused: Refused) -> Drop:
    return Drop.MALFORMED if refused.status == 400 else Drop.OVER_LIMIT


async def _read(given: Given, receive: Receive) -> bytes:
    """The body, at most BODY_BYTES_MAX of it. Raises Refused before reading more. A late one ends with its connection (protocol.py)."""
    if given.get(b"content-encoding", b"identity").lower() != b"identity":
        raise Refused(415, "send the body as it is, not compressed")
    length = given.get(b"content-length", b"0")
    if len(length) > LENGTH_DIGITS_MAX or int(length) > plausible.BODY_BYTES_MAX:
        raise Refused(413, f"the body is over {plausible.BODY_BYTES_MAX} bytes")
    message = await receive()
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        body = await _read_on(body, receive)
    if len(body) > plausible.BODY_BYTES_MAX:
        raise Refused(413, f"the body is over {plausible.BODY_BYTES_MAX} bytes")
    return body


async def _read_on(body: bytes, receive: Receive) -> bytes:
    while len(body) <= plausible.BODY_BYTES_MAX:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "the connection ended inside the body")
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body


async def respond(send: Send, status: int, message: str, extra: Headers | None = None) -> None:
    """An error in the one shape: {"error": "..."}. The connection is closed where the request was not read to its end."""
    body = msgspec.json.encode({"error": message})
    headers = [*_OPEN, (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), *(extra or [])]
    if status in (408, 413, 415, 431):
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
