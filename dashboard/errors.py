"""What is answered where nothing lives, or where something broke: what to do, the security headers, nothing of the inside."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from collector.clock import Clock
from collector.ops.services import Services
from dashboard import assets
from dashboard.auth import is_https
from dashboard.headers import headers_of
from dashboard.render import Renderer

ErrorHandler = Callable[[Request, Exception], Awaitable[Response]]

TEXTS = {
    404: ("No such page", "Nothing lives at this address. Perhaps it has a slip in it."),
    500: (
        "Something went wrong here",
        "Nothing that was counted is lost, and counting goes on. Try again in a moment. If it happens again, tell whoever runs this server:"
        " its log has it at {time}.",
    ),
}


def error_handlers(services: Services) -> dict[int, ErrorHandler]:
    """By status, for `Starlette(exception_handlers=…)`. Under /api/ the answer is JSON: {"error": "…"}."""
    render = Renderer(assets.load())
    headers = headers_of(is_https(services))
    return {status: _handler(status, render, headers, services.clock) for status in TEXTS}


def _handler(status: int, render: Renderer, headers: dict[str, str], clock: Clock) -> ErrorHandler:
    heading, template = TEXTS[status]

    async def handle(request: Request, _: Exception) -> Response:
        text = template.format(time=f"{datetime.fromtimestamp(clock.time(), UTC):%H:%M:%S} UTC")
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": f"{heading}. {text}"}, status, headers)
        again = status >= 500 and request.method == "GET"
        answer = render(request, "message.html", {"heading": heading, "text": text, "again": again, "sites": [], "current": ""}, status)
        answer.headers.update(headers)
        return answer

    return handle
