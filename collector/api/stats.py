"""The Stats API: questions by POST, visitors now by GET. Parsing and figures are query's; here are keys, limits and threads."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from collector import query
from collector.api.access import required_bearer, spend, unauthorized
from collector.api.answers import BUSY_RETRY_S, ApiError, as_json
from collector.api.body import json_object
from collector.api.rate import RateLimit
from collector.control.database import SiteRow
from collector.ops.services import Services
from collector.query import Caller, SiteView

T = TypeVar("T")

# The store answers four at once; more would hold threads that only wait. Behind them a queue, and past it a refusal.
QUESTIONS_AT_ONCE = 4
QUESTIONS_WAITING_MAX = 100
DOMAIN_CHARS_MAX = 253


class Stats:
    """The two endpoints, with the counters they share."""

    def __init__(self, services: Services, limit: RateLimit | None = None) -> None:
        self._services = services
        self._limit = limit or RateLimit()
        self._places = asyncio.Semaphore(QUESTIONS_AT_ONCE)
        self._waiting = 0

    async def query(self, request: Request) -> Response:
        """POST /api/v2/query: one question's answer."""
        token = required_bearer(request)
        raw = await json_object(request)
        site = await self._site(token, raw.get("site_id"))
        return as_json(await self._in_turn(lambda: self._ask(raw, site)))

    async def visitors_now(self, request: Request) -> Response:
        """GET /api/v1/stats/realtime/visitors?site_id=: the visitors of the last five minutes, a bare number."""
        token = required_bearer(request)
        site = await self._site(token, request.query_params.get("site_id"))
        now_s = self._services.clock.time()
        found = await self._in_turn(lambda: query.realtime(_view(site), now_s, self._services.run, self._caller))
        return as_json(found["visitors"])

    async def _site(self, token: str, domain: Any) -> SiteRow:
        """The site that the key may ask about. Raises ApiError 400, 401, 429."""
        if not isinstance(domain, str) or not 0 < len(domain) <= DOMAIN_CHARS_MAX:
            raise ApiError(400, "site_id must be the site's domain.")
        site = await run_in_threadpool(self._services.control.site_for_key, token, domain)
        if site is None:
            raise unauthorized("The key is not valid for this site_id.")
        spend(self._limit, self._services.clock, token)
        return site

    def _ask(self, raw: dict[str, Any], site: SiteRow) -> dict[str, Any]:
        view = replace(_view(site), segments=self._services.control.segments_of(site.id))
        return query.ask(raw, view, self._services.clock.time(), self._services.run, self._caller)

    @property
    def _caller(self) -> Caller:
        """Whoever has a key is signed in."""
        return Caller(self._services.settings.smallest_group)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        """Do blocking work in a thread when a place is free. Raises ApiError 503 if too many wait already."""
        if self._waiting >= QUESTIONS_WAITING_MAX:
            raise ApiError(503, "Too many questions at once.", {"retry-after": str(BUSY_RETRY_S)})
        self._waiting += 1
        try:
            async with self._places:
                return await run_in_threadpool(work)
        finally:
            self._waiting -= 1


def _view(site: SiteRow) -> SiteView:
    return SiteView(site.id, site.domain, site.timezone)
