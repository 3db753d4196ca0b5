"""A server that only records: it serves the pages it is given and the built snippet, and keeps every event it is sent."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from collector.ingest.pixel import GIF
from snippet.serve import asset

# The snippet's beat is one second and a busy machine is slow; a passing test never waits this long.
PATIENCE_S = 10.0


class Recorder:
    """`events` are the bodies posted to /api/event, in order; `requests` the (method, path, headers) of all requests."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, Mapping[str, str]]] = {}
        self.events: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.port = 0

    def page(self, path: str, body: str = "", attributes: str = "", head: str = "", headers: Mapping[str, str] | None = None) -> None:
        """Serve a page with the snippet; its collector is stats.example on the same port."""
        script = f'<script defer data-domain="shop.example" src="http://stats.example:{self.port}/script.js" {attributes}></script>'
        self.raw(path, f"<!doctype html><html><head><title>{path}</title>{head}{script}</head><body>{body}</body></html>", headers)

    def raw(self, path: str, html: str, headers: Mapping[str, str] | None = None) -> None:
        """Serve a page as it is."""
        self.pages[path] = (html, headers or {})

    def url(self, path: str, host: str = "shop.example") -> str:
        """The address of a page; the browser resolves every host to this server."""
        return f"http://{host}:{self.port}{path}"

    def named(self, name: str) -> list[dict[str, Any]]:
        """The events of one name, in order."""
        return [event for event in self.events if event["n"] == name]

    def until(self, told: Callable[[], bool], meanwhile: Callable[[], object] = lambda: time.sleep(0.02)) -> None:
        """Wait for the record to say something. Raises AssertionError with the record when it does not."""
        deadline = time.monotonic() + PATIENCE_S
        while not told():
            assert time.monotonic() < deadline, self.events
            meanwhile()


def _handler(recorder: Recorder) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._record()
            path = urlsplit(self.path).path
            script = asset(path, self.headers.get("accept-encoding", ""))
            if script is not None:
                self._answer(200, script.body, {name.decode(): value.decode() for name, value in script.headers})
            elif path == "/pixel.gif":
                self._answer(200, GIF, {"content-type": "image/gif"})
            elif path in recorder.pages:
                html, headers = recorder.pages[path]
                self._answer(200, html.encode(), {"content-type": "text/html; charset=utf-8", **headers})
            else:
                self._answer(404, b"")

        def do_POST(self) -> None:
            self._record()
            body = self.rfile.read(int(self.headers["content-length"]))
            recorder.events.append(json.loads(body))
            self._answer(202, b"ok", {"access-control-allow-origin": "*"})

        def do_OPTIONS(self) -> None:
            self._record()
            self._answer(400, b"")

        def _record(self) -> None:
            recorder.requests.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))

        def _answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {**(headers or {}), "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@contextmanager
def recording() -> Iterator[Recorder]:
    """A recorder on a free port of the loopback."""
    recorder = Recorder()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(recorder))
    server.daemon_threads = True
    recorder.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
