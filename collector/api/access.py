"""Who may ask what: bearer keys for figures, and the machine's own operator for the rest."""

import hashlib
import hmac

from starlette.requests import Request

from collector.api.answers import ApiError
from collector.api.rate import RateLimit
from collector.clock import Clock

LOCAL_HEADER = "x-footfall-local"
OPERATOR_HEADER = "x-footfall-operator"
TOKEN_CHARS_MAX = 200
_BEARER = "bearer "


def bearer(request: Request) -> str:
    """The token of `Authorization: Bearer …`, "" if there is none."""
    header = request.headers.get("authorization", "")
    token = header[len(_BEARER) :].strip() if header[: len(_BEARER)].lower() == _BEARER else ""
    return token if len(token) <= TOKEN_CHARS_MAX else ""


def required_bearer(request: Request) -> str:
    """As `bearer`. Raises ApiError 401 if there is none."""
    token = bearer(request)
    if not token:
        raise unauthorized("Send a Stats API key as Authorization: Bearer <key>.")
    return token


def unauthorized(message: str) -> ApiError:
    return ApiError(401, message, {"www-authenticate": "Bearer"})


def is_local(request: Request) -> bool:
    """Whether the front vouches for a peer on this machine.

    The front sets the header, and strips it from what comes from outside. It reaches the back over a Unix socket, which
    has no peer address: on a TCP port of the back's own the header means nothing.
    """
    return not _over_tcp(request) and request.headers.get(LOCAL_HEADER) == "1"


def is_operator(request: Request) -> bool:
    """Whether the command line asks, itself, over the Unix socket that only the server's user may open.

    The front sets this header for nobody and strips it from everybody: a page that is open in a browser on this machine,
    and every other user of it, could ask as a peer on this machine.
    """
    return not _over_tcp(request) and request.headers.get(OPERATOR_HEADER) == "1"


def _over_tcp(request: Request) -> bool:
    return request.client is not None and request.client.host != ""


def is_same(given: str, secret: str) -> bool:
    """Compare in constant time; an empty secret fits nothing."""
    return secret != "" and hmac.compare_digest(given.encode(), secret.encode())


def spend(limit: RateLimit, clock: Clock, token: str) -> None:
    """Count a request of this key. Raises ApiError 429. The key itself is not kept: its hash is."""
    wait_s = limit.wait_s(hashlib.sha256(token.encode()).digest()[:16], clock.monotonic())
    if wait_s:
        raise ApiError(429, "Too many requests with this key.", {"retry-after": str(wait_s)})
