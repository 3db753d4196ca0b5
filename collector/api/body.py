"""A request's JSON body, within limits; anything else is refused with the status that says why."""

import asyncio
from typing import Any

import msgspec
from starlette.requests import Request

from collector.api.answers import ApiError

# The largest legal question: 1,000 values of 60 characters. A dashboard's are under 1 KiB.
BODY_BYTES_MAX = 64 * 1024
BODY_TIMEOUT_S = 10


async def json_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object. Raises ApiError 400, 408, 413 or 415."""
    _check_type(request)
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            body = await _read(request)
    except TimeoutError:
        raise ApiError(408, f"The body took longer than {BODY_TIMEOUT_S} seconds.") from None
    try:
        decoded = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise ApiError(400, "The body is not valid JSON.") from None
    if not isinstance(decoded, dict):
        raise ApiError(400, "The body must be a JSON object.")
    return decoded


def _check_type(request: Request) -> None:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise ApiError(415, "Send the question as content-type: application/json.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ApiError(415, "Compressed bodies are not taken.")


async def _read(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > BODY_BYTES_MAX:
        raise _too_large()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise _too_large()
    return bytes(body)


def _too_large() -> ApiError:
    return ApiError(413, f"The body is larger than {BODY_BYTES_MAX} bytes.")
