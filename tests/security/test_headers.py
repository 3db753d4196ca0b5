"""What every answer carries, whoever gives it: front or back, page or error, script or picture."""

import pytest

from dashboard.headers import HEADERS
from tests.security.test_reach import ask
from tests.server import Server

DASHBOARD = [
    ("GET", "/", 303),
    ("GET", "/sign-in", 200),
    ("PUT", "/sign-in", 405),
    ("POST", "/sign-in", 403),
    ("POST", "/sign-out", 303),
    ("GET", "/site/shop.example", 303),
    ("GET", "/site/shop.example/csv?panel=pages", 303),
    ("GET", "/static/0/app.js", 404),
    ("GET", "/nothing", 404),
    ("GET", "/sign-in/", 404),
    ("GET", "/api/nothing", 404),
]
INTERFACE = [
    ("POST", "/api/v2/query", 401),
    ("GET", "/api/v2/query", 405),
    ("OPTIONS", "/api/v2/query", 405),
    ("GET", "/api/v1/stats/realtime/visitors", 401),
    ("GET", "/health/live", 200),
    ("GET", "/health/ready", 200),
    ("GET", "/metrics", 200),
    ("POST", "/internal/backup", 404),
]
FRONT = [
    ("GET", "/api/event", 405),
    ("OPTIONS", "/api/event", 204),
    ("POST", "/api/event", 400),
    ("POST", "/pixel.gif", 405),
    ("GET", "/pixel.gif?d=shop.example", 200),
    ("GET", "/script.js", 200),
]
TELLING = {"server", "etag", "last-modified", "x-powered-by", "via"}


@pytest.mark.parametrize(("method", "path", "status"), DASHBOARD + INTERFACE + FRONT)
def test_no_answer_is_guessed_at_kept_or_tells_what_gave_it(server: Server, method: str, path: str, status: int) -> None:
    answer = ask(server, method, path, {"content-length": "0"} if method == "POST" else None)
    assert answer.status == status
    assert not TELLING & set(answer.headers)
    assert answer.headers["cache-control"] == ("no-store" if path != "/script.js" else "public, max-age=86400")
    assert answer.headers.get("x-content-type-options") == "nosniff" or not answer.body


@pytest.mark.parametrize(("method", "path", "status"), DASHBOARD)
def test_every_page_has_all_of_the_dashboards_headers(server: Server, method: str, path: str, status: int) -> None:
    headers = {"content-length": "0", "sec-fetch-site": "same-origin"} if method == "POST" else {}
    answer = ask(server, method, path, headers)
    assert answer.status == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize(("method", "path", "status"), INTERFACE)
def test_no_page_takes_in_what_the_api_answers(server: Server, method: str, path: str, status: int) -> None:
    foreign = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    answer = ask(server, method, path, {**foreign, "content-length": "0"} if method == "POST" else foreign)
    assert answer.status == status
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("path", ["/sign-in/", "/site/shop.example/", "/api/v2/query/", "//evil.example/sign-in/", "/sign-in//"])
def test_no_answer_leads_to_what_the_host_header_names(server: Server, path: str) -> None:
    answer = ask(server, "GET", path, {"host": "evil.example"})
    assert answer.status == 404
    assert "location" not in answer.headers
