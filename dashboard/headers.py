"""The security headers of every dashboard answer, set in one place so that no answer, error or redirect goes without."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing inline, nothing from elsewhere, no string ever becomes markup in the browser (pages are fetched as documents).
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

_FEATURES = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)

HEADERS: dict[str, str] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "no-store",
}

# Two years. Only where the server is known to be reached by https: on plain http the header means nothing.
STRICT_TRANSPORT_SECURITY = "max-age=63072000; includeSubDomains"


def headers_of(https: bool) -> dict[str, str]:
    """All security headers of an answer; `https`: the server is known to be reached by it."""
    return {**HEADERS, "strict-transport-security": STRICT_TRANSPORT_SECURITY} if https else dict(HEADERS)


Handler = Callable[[Request], Awaitable[Response]]


class ByMethod:
    """ASGI application of one address: a handler for each method, and a refusal for all others.

    A route would refuse a method by itself, but outside its middleware and so without the security headers.
    """

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = {**handlers, **({"HEAD": handlers["GET"]} if "GET" in handlers else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        handler = self._handlers.get(request.method)
        if handler is None:
            refusal = PlainTextResponse("This method is of no use here.", 405, {"allow": ", ".join(sorted(self._handlers))})
            await refusal(scope, receive, send)
            return
        answer = await handler(request)
        await answer(scope, receive, send)


class SecurityHeaders:
    """ASGI middleware: adds `HEADERS` to each answer, save those it has set itself (static files have a cache life)."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self._app = app
        self._headers = headers_of(https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sent)
