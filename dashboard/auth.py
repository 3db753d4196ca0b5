"""Who may look: one-time links become a session cookie, and every page but the sign-in page asks for it.

The token of a link travels in the URL's fragment, which no browser sends, so it reaches no log on the way; the page's
script posts it. Without script it is pasted into the form.
"""

import re
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from collector.ops.links import dashboard_url
from collector.ops.services import Services
from collector.settings import Settings
from dashboard.forms import posted
from dashboard.headers import Handler
from dashboard.render import Renderer

COOKIE = "footfall_session"
# The browser forgets the cookie with the session's own longest life; the server decides whether it is still good.
COOKIE_LIFE_S = 7 * 86400
# A token, and a page to go on to with every character of it escaped.
FORM_BYTES_MAX = 8192
TOKEN_CHARS_MAX = 512
GOAL_CHARS_MAX = 2000

# The one kind of page that signing in leads on to: a site's, in some view. Nothing that fits names another host.
_GOAL = re.compile(r"/site/[\w.%:-]+(?:\?[!-~]*)?", re.ASCII)

NOT_OURS = "This was not sent from Footfall’s own page, so nothing was changed. Go back, reload the page and try again."
FOREIGN = "This was not sent from Footfall’s own page. Open the link from <footfall sign-in> anew; on a network address use https."
PLAIN_HTTP = (
    "This page was opened over plain http, where browsers do not keep the sign-in. Open {there} and use the same link or token: it is "
    "still good."
)
BY_HTTPS = "{address}/sign-in"
# A port of its own is not at the public address, and what leads to it by https is not known here.
BY_PORT = "it through your TLS proxy, or as 127.0.0.1 through a tunnel,"
NOT_VALID = "This link is not valid any more. A link works once, for half an hour. Ask for a new one."


def is_https(services: Services) -> bool:
    """Whether the public address is https, as the settings say."""
    return services.settings.base_url.lower().startswith("https://")


def cookie_name(services: Services) -> str:
    """`__Host-` ties the cookie to this host and to https; browsers refuse that name on plain http."""
    return f"__Host-{COOKIE}" if is_https(services) else COOKIE


def private(services: Services, handler: Handler) -> Handler:
    """The handler, for those who are signed in; all others are shown the way to the sign-in page."""

    async def guarded(request: Request) -> Response:
        secret = request.cookies.get(cookie_name(services), "")
        if secret != "" and await run_in_threadpool(_is_session, services, secret):
            return await handler(request)
        return RedirectResponse(_way_in(request), 303)

    return guarded


def changing(services: Services, render: Renderer, handler: Handler) -> Handler:
    """The handler of a form that changes something: sent from our own pages, by those who are signed in."""

    async def guarded(request: Request) -> Response:
        if sent_from_here(request, services.settings.base_url, trust_silence=True):
            return await handler(request)
        model = {"heading": "Nothing was changed", "text": NOT_OURS, "sites": [], "current": ""}
        return render(request, "message.html", model, 403)

    return private(services, guarded)


def _way_in(request: Request) -> str:
    """The sign-in page that leads on to the page asked for: a bookmark of a view is worth something after a night, too."""
    goal = _goal(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
    return f"/sign-in?{urlencode({'to': goal})}" if goal else "/sign-in"


def _goal(wanted: str) -> str:
    """The page to go on to, "" for anything that is not a page of a site here."""
    return wanted if len(wanted) <= GOAL_CHARS_MAX and _GOAL.fullmatch(wanted) else ""


def _is_session(services: Services, secret: str) -> bool:
    return services.control.session(secret, services.clock.time())


def sent_from_here(request: Request, base_url: str, trust_silence: bool = False) -> bool:
    """Whether a form came from our own pages: by Sec-Fetch-Site, else by Origin.

    A browser that says neither (plain http on a network address, without script) is believed only where
    `trust_silence`: where the SameSite cookie, which it never sends across sites, is all that the form acts on.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin", "null")
    if origin == "null":
        return trust_silence
    here = {request.headers.get("host", "").lower(), _host(base_url)}
    return _host(origin) in here - {""}


def over_plain_http(request: Request) -> bool:
    """Whether a form came over plain http from another machine, where no secure cookie is kept.

    Browsers say Sec-Fetch-Site to https and to loopback alone; one that never does names its page's scheme in Origin.
    """
    return "sec-fetch-site" not in request.headers and not request.headers.get("origin", "null").startswith("https://")


def _host(address: str) -> str:
    """The host and port of an address, "" where there is none to be found."""
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""


class SignIn:
    """The pages for coming and going."""

    def __init__(self, services: Services, render: Renderer) -> None:
        self._services = services
        self._render = render

    async def show(self, request: Request) -> Response:
        """GET /sign-in: how to get a link, and a field for its token."""
        return self._form(request, _goal(request.query_params.get("to", "")))

    async def enter(self, request: Request) -> Response:
        """POST /sign-in: a token for a session cookie."""
        if is_https(self._services) and over_plain_http(request):
            return self._form(request, "", PLAIN_HTTP.format(there=_by_https(self._services.settings)))
        if not sent_from_here(request, self._services.settings.base_url):
            return self._form(request, "", FOREIGN)
        token, goal = await _given(request)
        control, before = self._services.control, request.cookies.get(cookie_name(self._services), "")
        secret = await run_in_threadpool(control.use_sign_in, token, self._services.clock.time(), before) if token else None
        if secret is None:
            return self._form(request, goal, NOT_VALID)
        answer = RedirectResponse(goal or "/", 303)
        self._set_cookie(answer, secret, COOKIE_LIFE_S)
        return answer

    async def leave(self, request: Request) -> Response:
        """POST /sign-out: the session ends on the server, and the cookie goes."""
        answer = RedirectResponse("/sign-in", 303)
        if not sent_from_here(request, self._services.settings.base_url, trust_silence=True):
            return self._form(request, "", FOREIGN)
        secret = request.cookies.get(cookie_name(self._services), "")
        if secret:
            await run_in_threadpool(self._services.control.end_session, secret)
        self._set_cookie(answer, "", 0)
        return answer

    def _form(self, request: Request, goal: str, problem: str = "") -> Response:
        return self._render(request, "sign_in.html", {"goal": goal, "problem": problem}, 403 if problem else 200)

    def _set_cookie(self, answer: Response, value: str, life_s: int) -> None:
        answer.set_cookie(
            cookie_name(self._services), value, max_age=life_s, path="/", secure=is_https(self._services), httponly=True, samesite="lax"
        )


def _by_https(settings: Settings) -> str:
    """Where the sign-in page is safe to open, as the end of "Open …"."""
    return BY_PORT if settings.dashboard_port else BY_HTTPS.format(address=dashboard_url(settings))


class Given(NamedTuple):
    """What the sign-in form holds: a token, and the page to go on to; "" for what is not there."""

    token: str
    goal: str


async def _given(request: Request) -> Given:
    """What a posted form holds, its token bare or as the end of a pasted link; nothing if the body is too big for one."""
    fields = dict(await posted(request, FORM_BYTES_MAX))
    token, goal = (fields.get(name, "") for name in ("token", "to"))
    return Given(token.strip().rpartition("#")[2][:TOKEN_CHARS_MAX], _goal(goal))
