"""The dashboard's addresses: each a small handler that reads the request, asks in a worker thread and renders."""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from collector.control.database import SiteRow
from collector.control.errors import BadSegment, UnknownSegment
from collector.ops.audit import last_audit
from collector.ops.services import Services
from collector.query import Caller, SiteView, realtime
from collector.query.realtime import CURRENT_MINUTES
from dashboard import assets, site_page
from dashboard.answers import Failure, Source
from dashboard.auth import SignIn, changing, is_https, private
from dashboard.credits import data_credits
from dashboard.forms import posted
from dashboard.headers import ByMethod, Handler, SecurityHeaders
from dashboard.navigation import Link
from dashboard.opening import usual_period
from dashboard.privacy_page import privacy_page
from dashboard.render import Renderer
from dashboard.segments_page import FORM_BYTES_MAX, Unsaved, save, segments_page
from dashboard.sites_page import SITES_SHOWN_MAX, site_cards
from dashboard.view import SEGMENT, Filter, View, asked_filter, read, url

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
    closed: dict[str, dict[str, Handler]] = {
        "/": {"GET": pages.home},
        "/site/{domain}": {"GET": pages.site},
        "/site/{domain}/csv": {"GET": pages.csv},
        "/site/{domain}/live": {"GET": pages.live},
        "/site/{domain}/segments": {"GET": pages.segments, "POST": pages.save_segment},
        "/site/{domain}/segments/remove": {"POST": pages.remove_segment},
        "/privacy": {"GET": pages.privacy},
    }
    guards: dict[str, Callable[[Handler], Handler]] = {"GET": partial(private, services), "POST": partial(changing, services, render)}
    behind_session = {path: {method: guards[method](handler) for method, handler in handlers.items()} for path, handlers in closed.items()}
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
        view = await self._view(pairs, row)
        added = asked_filter(pairs)
        if added:
            return RedirectResponse(url(row.domain, view.with_filter(added)), 303)
        make = site_page.full_list if view.panel else site_page.overview
        live = await run_in_threadpool(_live, self._source(row))  # first: what comes in between is then seen as new
        page = await run_in_threadpool(make, view, await self._knowing_segments(row))
        model = {"page": page, "view": view, "site": row, "live": live, "live_url": url(row.domain, View(), "/live")}
        return self.render(request, "site.html", {**model, "collector_url": self._base_url(request), **self._frame(sites, row.domain)})

    async def csv(self, request: Request) -> Response:
        """GET /site/{domain}/csv?panel=…: one full list as a file."""
        sites, row = await self._found(request)
        if row is None:
            return self._no_site(request, sites)
        view = await self._view(request.query_params.multi_items(), row)
        if not view.panel:
            return self._no_site(request, sites)
        made = await run_in_threadpool(site_page.csv_file, view, await self._knowing_segments(row))
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

    async def segments(self, request: Request) -> Response:
        """GET /site/{domain}/segments: the saved segments of a site."""
        sites, row = await self._found(request)
        return self._no_site(request, sites) if row is None else await self._segments_page(request, sites, row)

    async def save_segment(self, request: Request) -> Response:
        """POST /site/{domain}/segments: the filters of a view saved under a name; leads back to the view, narrowed by that name."""
        sites, row = await self._found(request)
        if row is None:
            return self._no_site(request, sites)
        pairs = await posted(request, FORM_BYTES_MAX)
        view, name = await self._view(pairs, row), dict(pairs).get("name", "")
        saved = await run_in_threadpool(save, self.services.control, row, name, view)
        if isinstance(saved, Unsaved):
            return await self._segments_page(request, sites, row, saved)
        return RedirectResponse(url(row.domain, replace(view, filters=(Filter("is", SEGMENT, saved.name),), page=1)), 303)

    async def remove_segment(self, request: Request) -> Response:
        """POST /site/{domain}/segments/remove: forget a segment; leads to those that are left. One that is gone already is no fault."""
        sites, row = await self._found(request)
        if row is None:
            return self._no_site(request, sites)
        name = dict(await posted(request, FORM_BYTES_MAX)).get("name", "")
        with suppress(UnknownSegment, BadSegment):
            await run_in_threadpool(self.services.control.remove_segment, row.domain, name)
        return RedirectResponse(url(row.domain, View(), "/segments"), 303)

    async def _found(self, request: Request) -> tuple[list[SiteRow], SiteRow | None]:
        sites = await run_in_threadpool(self.services.control.sites)
        return sites, next((row for row in sites if row.domain == request.path_params["domain"]), None)

    async def _view(self, pairs: Iterable[tuple[str, str]], row: SiteRow) -> View:
        usual = await run_in_threadpool(usual_period, self._source(row), row.created)
        return read(pairs, usual)

    async def _segments_page(self, request: Request, sites: list[SiteRow], row: SiteRow, unsaved: Unsaved | None = None) -> Response:
        page = await run_in_threadpool(segments_page, self.services.control, row, self.services.clock.time(), unsaved)
        return self.render(request, "segments.html", {"page": page, "site": row, **self._frame(sites, row.domain)}, 400 if unsaved else 200)

    def _no_site(self, request: Request, sites: list[SiteRow]) -> Response:
        text = "Nothing lives at this address. Perhaps the site was removed, or the address has a slip in it."
        return self.render(request, "message.html", {"heading": "No such page", "text": text, **self._frame(sites, "")}, 404)

    def _source(self, row: SiteRow) -> Source:
        services = self.services
        caller = Caller(services.settings.smallest_group)
        return Source(SiteView(row.id, row.domain, row.timezone), services.clock.time(), services.run, caller)

    async def _knowing_segments(self, row: SiteRow) -> Source:
        """The source of the figures of one site, whose segments can be asked for."""
        source = self._source(row)
        segments = await run_in_threadpool(self.services.control.segments_of, row.id)
        return replace(source, site=replace(source.site, segments=segments))

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
