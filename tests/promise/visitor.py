"""The marked visitor whom the errors quote, and every request that a person or a program can make, with marks wherever one can stand."""

import http.client
import json
from typing import NamedTuple
from urllib.parse import quote

from tests.promise.bait import SITE, WORD, hit
from tests.server import Answer, Server

NUMBER = 27
MARK = f"{WORD}{NUMBER}x"
QUOTED = hit(NUMBER)
ANSWER_S_MAX = 3.0
METRICS_TOKEN = "for-the-test"


class Request(NamedTuple):
    """One request; `told` says who is asking, as a key of `Visitor.headers`."""

    method: str
    path: str
    told: str = ""
    body: bytes | None = None


def _event(**more: str) -> bytes:
    return json.dumps({**QUOTED.body, **more}).encode()


_QUESTION = {"site_id": SITE, "date_range": "7d", "metrics": ["visitors"], "filters": [["is", "event:page", [MARK]]]}
REQUESTS = {
    "event": Request("POST", "/api/event", body=_event()),
    "malformed": Request("POST", "/api/event", body=MARK.encode()),
    "stranger": Request("POST", "/api/event", body=_event(d=f"{MARK}.example")),
    "pixel": Request("GET", f"/pixel.gif?u={quote(f'https://{SITE}/seen?token={MARK}')}"),
    "script": Request("GET", f"/script.js?{MARK}"),
    "home": Request("GET", f"/?{MARK}", "session"),
    "site": Request("GET", f"/site/{SITE}?{MARK}={MARK}", "session"),
    "csv": Request("GET", f"/site/{SITE}/csv?panel=pages&{MARK}", "session"),
    "live": Request("GET", f"/site/{SITE}/live?{MARK}", "session"),
    "nowhere": Request("GET", f"/{MARK}?{MARK}", "session"),
    "sign in": Request("POST", f"/sign-in?{MARK}", "page", f"token={MARK}".encode()),
    "sign out": Request("POST", f"/sign-out?{MARK}", "leaving", b""),
    "query": Request("POST", f"/api/v2/query?{MARK}", "key", json.dumps(_QUESTION).encode()),
    "realtime": Request("GET", f"/api/v1/stats/realtime/visitors?site_id={SITE}&{MARK}", "key"),
    "ready": Request("GET", f"/health/ready?{MARK}"),
    "metrics": Request("GET", f"/metrics?{MARK}", "operator"),
}


class Visitor:
    """Asks a server, each time on a connection of its own."""

    def __init__(self, server: Server) -> None:
        self._server = server
        own_page = {"Sec-Fetch-Site": "same-origin"}
        self.headers: dict[str, dict[str, str]] = {
            "": {},
            "page": own_page,
            "session": server.session(),
            "leaving": {**server.session(), **own_page},
            "key": {"Authorization": f"Bearer {server.keys[SITE]}", "Content-Type": "application/json"},
            "operator": {"Authorization": f"Bearer {METRICS_TOKEN}"},
        }
        self.counted = 0

    def ask(self, name: str) -> Answer:
        """The answer to the request of that name; of a connection cut off an empty one. Raises TimeoutError where there is none."""
        wished = REQUESTS[name]
        connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=ANSWER_S_MAX)
        try:
            connection.request(wished.method, wished.path, wished.body, {**QUOTED.headers, **self.headers[wished.told]})
            found = connection.getresponse()
            answer = Answer(found.status, {name.lower(): value for name, value in found.getheaders()}, found.read())
        except (http.client.HTTPException, ConnectionError):
            answer = Answer(0, {}, b"")
        finally:
            connection.close()
        self.counted += name == "event" and answer.counted
        return answer
