"""What is answered where nothing lives, or where something broke: one sentence, the security headers, nothing of the inside."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from collector.ops.services import Services
from dashboard import assets
from dashboard.auth import is_https
from dashboard.headers import headers_of
from dashboard.render import Renderer

ErrorHandler = Callable[[Request, Exception], Awaitable[Response]]

TEXTS = {
    404: ("No such page", "Nothing lives at this address. Perhaps it has a slip in it."),
    500: ("Something went wrong here", "What it was stands in the server’s log. Counting goes on meanwhile."),
}


def error_handlers(services: Services) -> dict[int, ErrorHandler]:
    """By status, for `Starlette(exception_handlers=…)`. Under /api/ the answer is JSON: {"error": "…"}."""
    render = Renderer(assets.load())
    headers = headers_of(is_https(services))
    return {status: _handler(status, render, headers) for status in TEXTS}


def _handler(status: int, render: Renderer, headers: dict[str, str]) -> ErrorHandler:
    heading, text = TEXTS[status]

    async def handle(request: Request, _: Exception) -> Response:
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": f"{heading}. {text}"}, status, headers)
        answer = render(request, "message.html", {"heading": heading, "text": text, "sites": [], "current": ""}, status)
        answer.headers.update(headers)
        return answer

    return handle
