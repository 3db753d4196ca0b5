"""The dashboard's addresses: each a small handler that reads the request, asks in a worker thread and renders."""

import logging
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from collector.control.database import SiteRow
from collector.ops.audit import last_audit
from collector.ops.services import Services
from collector.query import Caller, SiteView, realtime
from collector.query.realtime import CURRENT_MINUTES
from dashboard import assets, site_page
from dashboard.answers import Failure, Source
from dashboard.auth import SignIn, is_https, private
from dashboard.credits import data_credits
from dashboard.headers import ByMethod, Handler, SecurityHeaders
from dashboard.navigation import Link
from dashboard.opening import usual_period
from dashboard.privacy_page import privacy_page
from dashboard.render import Renderer
from dashboard.sites_page import SITES_SHOWN_MAX, site_cards
from dashboard.view import View, asked_filter, read, url

_log = logging.getLogger(__name__)


def routes(services: Services) -> list[BaseRoute]:
    """Every route of the dashboard, each with its security headers."""
    files = assets.load()
    render = Renderer(files)
    pages, sign_in = Pages(services, render), SignIn(services, render)
    public: dict[str, dict[str, Handler]] = {
        "/static/{version}/{name}": {"GET": files.serve},
        "/sign-in": {"GET": sign_in.show, "POST": sign_in.enter},
        "/sign-out": {"POST": sign_in.leave},
    }
    closed: dict[str, Handler] = {
        "/": pages.home,
        "/site/{domain}": pages.site,
        "/site/{domain}/csv": pages.csv,
        "/site/{domain}/live": pages.live,
        "/privacy": pages.privacy,
    }
    behind_session = {path: {"GET": private(services, handler)} for path, handler in closed.items()}
    return [Route(path, SecurityHeaders(ByMethod(handlers), is_https(services))) for path, handlers in (public | behind_session).items()]


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages behind the session."""

    services: Services
    render: Renderer

    async def home(self, request: Request) -> Response:
        """GET /: all sites at a glance; with one site, that site."""
        sites = await run_in_threadpool(self.services.control.sites)
        if len(sites) == 1:
            return RedirectResponse(url(sites[0].domain, View()), 303)
        cards = await run_in_threadpool(site_cards, [self._source(row) for row in sites[:SITES_SHOWN_MAX]])
        further = [Link(row.domain, url(row.domain, View())) for row in sites[SITES_SHOWN_MAX:]]
        return self.render(request, "sites.html", {"cards": cards, "further": further, **self._frame(sites, "")})

    async def site(self, request: Request) -> Response:
        """GET /site/{domain}: the dashboard, or with `panel` in the query one panel's full list."""
        sites, row = await self._found(request)
        if row is None:
            return self._no_site(request, sites)
        pairs = request.query_params.multi_items()
        view = await self._view(request, row)
        added = asked_filter(pairs)
        if added:
            return RedirectResponse(url(row.domain, view.with_filter(added)), 303)
        make = site_page.full_list if view.panel else site_page.overview
        live = await run_in_threadpool(_live, self._source(row))  # first: what comes in between is then seen as new
        page = await run_in_threadpool(make, view, self._source(row))
        model = {"page": page, "view": view, "site": row, "live": live, "live_url": url(row.domain, View(), "/live")}
        return self.render(request, "site.html", {**model, "collector_url": self._base_url(request), **self._frame(sites, row.domain)})

    async def csv(self, request: Request) -> Response:
        """GET /site/{domain}/csv?panel=…: one full list as a file."""
        sites, row = await self._found(request)
        if row is None:
            return self._no_site(request, sites)
        view = await self._view(request, row)
        if not view.panel:
            return self._no_site(request, sites)
        made = await run_in_threadpool(site_page.csv_file, view, self._source(row))
        if isinstance(made, Failure):
            model = {"heading": "This list cannot be answered", "text": made.reason, **self._frame(sites, row.domain)}
            return self.render(request, "message.html", model, 400)
        name, body = made
        headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
        return Response(body, headers=headers, media_type="text/csv")

    async def live(self, request: Request) -> Response:
        """GET /site/{domain}/live: the last five minutes, as {"visitors": 3, "pageviews": 8}; null where it cannot be told."""
        _, row = await self._found(request)
        if row is None:
            return JSONResponse({"error": "There is no such site."}, 404)
        live = await run_in_threadpool(_live, self._source(row))
        return JSONResponse({"visitors": live and live.visitors, "pageviews": live and live.pageviews})

    async def privacy(self, request: Request) -> Response:
        """GET /privacy: the latest audit of the history."""
        sites = await run_in_threadpool(self.services.control.sites)
        made = await run_in_threadpool(last_audit, self.services.settings.data_dir)
        page = privacy_page(made, self.services.clock.time())
        return self.render(request, "privacy.html", {"page": page, **self._frame(sites, "")})

    async def _found(self, request: Request) -> tuple[list[SiteRow], SiteRow | None]:
        sites = await run_in_threadpool(self.services.control.sites)
        return sites, next((row for row in sites if row.domain == request.path_params["domain"]), None)

    async def _view(self, request: Request, row: SiteRow) -> View:
        usual = await run_in_threadpool(usual_period, self._source(row), row.created)
        return read(request.query_params.multi_items(), usual)

    def _no_site(self, request: Request, sites: list[SiteRow]) -> Response:
        text = "Nothing lives at this address. Perhaps the site was removed, or the address has a slip in it."
        return self.render(request, "message.html", {"heading": "No such page", "text": text, **self._frame(sites, "")}, 404)

    def _source(self, row: SiteRow) -> Source:
        services = self.services
        caller = Caller(services.settings.smallest_group)
        return Source(SiteView(row.id, row.domain, row.timezone), services.clock.time(), services.run, caller)

    def _frame(self, sites: list[SiteRow], current: str) -> dict[str, object]:
        """What every page has around it: the site switcher and the credits."""
        links = [Link(row.domain, url(row.domain, View()), row.domain == current) for row in sites[:SITES_SHOWN_MAX]]
        return {"sites": links, "current": current, "credits": data_credits(self.services.settings)}

    def _base_url(self, request: Request) -> str:
        return (self.services.settings.base_url or str(request.base_url)).rstrip("/")


class Live(NamedTuple):
    """What happened in the last five minutes."""

    visitors: int
    pageviews: int


def _live(source: Source) -> Live | None:
    """The last five minutes; None where they cannot be told just now, which must not cost the page."""
    try:
        found = realtime(source.site, source.now_s, source.run, source.caller)
    except Exception:
        _log.exception("The live visitors were not counted.")
        return None
    return Live(found["visitors"], sum(minute["pageviews"] for minute in found["minutes"][-CURRENT_MINUTES:]))
