"""The answers to events, as the bytes that go out: made once, or once an error. One shape for errors: {"error": "..."}."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec

from collector.event import Drop

RETRY_AFTER_S = 5
# The connection is closed where the request was not read to its end.
_CLOSING = frozenset({408, 413, 415, 431})

Headers = list[tuple[bytes, bytes]]
OPEN: Headers = [(b"access-control-allow-origin", b"*"), (b"cache-control", b"no-store")]
TAKEN_AS_TOLD = (b"x-content-type-options", b"nosniff")  # no browser guesses that it is something else


def answer(status: int, headers: Headers, body: bytes) -> bytes:
    """A whole HTTP/1.1 answer."""
    lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
    lines += [b"%s: %s" % header for header in (*OPEN, *headers, (b"content-length", b"%d" % len(body)))]
    return b"\r\n".join((*lines, b"", body))


def refusal(status: int, message: str) -> bytes:
    """An error in the one shape."""
    headers: Headers = [(b"content-type", b"application/json"), TAKEN_AS_TOLD]
    if status == 503:
        headers.append((b"retry-after", b"%d" % RETRY_AFTER_S))
    if status in _CLOSING:
        headers.append((b"connection", b"close"))
    return answer(status, headers, msgspec.json.encode({"error": message}))


_TEXT: Headers = [(b"content-type", b"text/plain")]
COUNTED = answer(202, _TEXT, b"ok")
FULL = refusal(503, "the journal takes no events just now")
BROKEN = refusal(500, "something went wrong here; the event was not counted")
_TELLING: Headers = [
    *_TEXT,
    (b"access-control-expose-headers", b"x-footfall, x-plausible-dropped"),
    (b"x-plausible-dropped", b"1"),
]
DROPPED: Mapping[Drop, bytes] = {reason: answer(202, [*_TELLING, (b"x-footfall", reason.value.encode())], b"ok") for reason in Drop}
