"""The demo site: a shop and a blog on a port of its own, with the real snippet, to click through and watch being counted.

It stores nothing on the device either: the cart is in the address. Its content security policy allows itself and the
collector and nothing else, so it also shows that the snippet works on a strict site.
"""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from collector.demo import catalogue
from collector.demo.pdf import text_pdf

_HERE = Path(__file__).parent
DOMAIN = "demo-shop.localhost"
OUTBOUND = "https://www.wikipedia.org/wiki/Tea"
CARD_PATH = "/files/brewing-card.pdf"

Item = TypeVar("Item", catalogue.Product, catalogue.Post, catalogue.Tab)
Endpoint = Callable[[Request], Awaitable[Response]]


def demo_app(collector_url: str, domain: str, dashboard_url: str = "") -> Starlette:
    """The demo site as an ASGI app.

    `collector_url` is where script.js and /api/event are (no trailing slash), `domain` the site's, such as
    demo-shop.localhost; `dashboard_url` is the page the banner leads to (default: the site's page on the collector).
    """
    pages = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    pages.globals.update(
        collector=collector_url,
        domain=domain,
        dashboard=dashboard_url or f"{collector_url}/site/{domain}",
        outbound=OUTBOUND,
        card=CARD_PATH,
        products=catalogue.PRODUCTS,
        posts=catalogue.POSTS,
        tabs=catalogue.TABS,
        plans=catalogue.PLANS,
        currency=catalogue.CURRENCY,
    )
    missing = _page(pages, "missing.html", status=404)

    async def not_found(request: Request, _error: Exception) -> Response:
        return await missing(request)

    headers = Middleware(_Headers, collector_url=collector_url, domain=domain)
    return Starlette(routes=_routes(pages), middleware=[headers], exception_handlers={404: not_found})


def _routes(pages: Environment) -> list[Route | Mount]:
    return [
        Route("/", _page(pages, "home.html")),
        Route("/products", _page(pages, "products.html")),
        Route("/products/{slug}", _page(pages, "product.html", lambda r: {"product": _named(catalogue.PRODUCTS, r)})),
        Route("/cart", _page(pages, "cart.html", _cart)),
        Route("/thank-you", _page(pages, "thanks.html")),
        Route("/sign-up", _page(pages, "sign_up.html")),
        Route("/welcome", _page(pages, "welcome.html")),
        Route("/blog", _page(pages, "blog.html")),
        Route("/blog/{slug}", _page(pages, "post.html", lambda r: {"post": _named(catalogue.POSTS, r)})),
        Route("/guide", _page(pages, "guide.html", lambda r: {"tab": catalogue.TABS[0]})),
        Route("/guide/{slug}", _page(pages, "guide.html", lambda r: {"tab": _named(catalogue.TABS, r)})),
        Route(CARD_PATH, _card),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]


def _page(pages: Environment, name: str, context: Callable[[Request], dict[str, Any]] = lambda _: {}, status: int = 200) -> Endpoint:
    template = pages.get_template(name)

    async def endpoint(request: Request) -> Response:
        return HTMLResponse(template.render(path=request.url.path, **context(request)), status)

    return endpoint


def _named(items: Sequence[Item], request: Request) -> Item:
    """The item the address names. Raises a 404 for any other."""
    for item in items:
        if item.slug == request.path_params["slug"]:
            return item
    raise HTTPException(404)


def _cart(request: Request) -> dict[str, Any]:
    """The cart is what the address says: `?item=enamel-kettle`, or nothing."""
    wanted = request.query_params.get("item")
    return {"product": next((product for product in catalogue.PRODUCTS if product.slug == wanted), None)}


async def _card(_request: Request) -> Response:
    return Response(text_pdf(catalogue.CARD.splitlines()), media_type="application/pdf")


class _Headers(BaseHTTPMiddleware):
    """The same headers on each answer, and one name for the site: hits only count from a hostname that is the site's."""

    def __init__(self, app: Any, collector_url: str, domain: str) -> None:
        super().__init__(app)
        self._domain = domain
        self._policy = (
            f"default-src 'none'; style-src 'self'; img-src 'self' {collector_url}; script-src 'self' {collector_url}; "
            f"connect-src {collector_url}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )

    async def dispatch(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.url.hostname not in (self._domain, "localhost"):
            return RedirectResponse(str(request.url.replace(hostname=self._domain)), status_code=307)
        response = await call_next(request)
        # no-store would keep pages out of the back/forward cache; an ETag would name the visitor's copy.
        response.headers["cache-control"] = "no-cache"
        response.headers["content-security-policy"] = self._policy
        response.headers["x-content-type-options"] = "nosniff"
        for name in ("etag", "last-modified"):
            if name in response.headers:
                del response.headers[name]
        return response
