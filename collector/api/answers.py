"""What every endpoint of the API answers with: JSON, and for whatever goes wrong one shape, `{"error": "…"}`."""

import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from collector.query import QuestionError
from collector.store.errors import QueryTimeout

logger = logging.getLogger("footfall.api")

# Figures belong to who asked, and an ETag would be an identifier: nothing is kept and nothing is tagged. No page may take an
# answer in, as a frame or as data of its own.
HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}
BUSY_RETRY_S = 5

Handler = Callable[[Request], Awaitable[Response]]


class ApiError(Exception):
    """A refusal: its HTTP status, a sentence for the caller, and headers that go with the status."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


def as_json(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer of JSON."""
    return Response(msgspec.json.encode(content), status, {**HEADERS, **(headers or {})}, "application/json")


def as_error(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """The one shape of errors."""
    return as_json({"error": message}, status, headers)


class Endpoint:
    """One handler behind its methods, as an ASGI app: whatever the handler raises becomes an answer of the one shape.

    An ASGI app and not a function, so that a wrong method is answered here and not by the router's plain text.
    """

    def __init__(self, handler: Handler, *methods: str) -> None:
        self._handler = handler
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self._answer(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method not in self._methods:
            allowed = ", ".join(self._methods)
            return as_error(405, f"This address takes {allowed}.", {"allow": allowed})
        try:
            return await self._handler(request)
        except ApiError as error:
            return as_error(error.status, error.message, error.headers)
        except QuestionError as error:
            return as_error(400, str(error))
        except QueryTimeout:
            return as_error(503, "The answer took too long; ask for fewer days or dimensions.", {"retry-after": str(BUSY_RETRY_S)})
        except ClientDisconnect:
            raise
        except Exception as error:
            _log(getattr(self._handler, "__qualname__", "handler"), error)
            return as_error(500, "Something went wrong on the server; its log says where.")


def _log(what: str, error: Exception) -> None:
    """Where it happened and of what kind. Never the message: a database's may quote what somebody sent."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    logger.error("%s failed: %s at %s:%s", what, type(error).__name__, frame.filename, frame.lineno)
