"""The front as the world meets it: the real ASGI application under uvicorn with its own protocol, in a thread, on a free port."""

import asyncio
import errno
import json
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, cast

from collector.clock import Clock
from collector.control.database import SiteRow
from collector.control.names import clean_domain
from collector.control.picture import PictureFile, write_picture
from collector.event import Drop, Event
from collector.front import Front
from collector.ingest.cap import ValueCap
from collector.ingest.door import Door
from collector.ingest.endpoint import Ingest
from collector.ingest.gate import Gate
from collector.ingest.protocol import FrontProtocol
from collector.journal.runtime_log import RuntimeLog
from collector.journal.writer import JournalWriter
from collector.ops.passthrough import Passthrough
from collector.ops.serving import quiet_server
from collector.privacy.address import Network, TrustedHops
from collector.visits.machine import Visit
from collector.visits.table import VisitTable

SHOP, BLOG = "shop.example", "blog.example"
UMLAUTS = "räksmörgås.example"
SITES = (
    SiteRow(1, SHOP, "UTC", (), 0),
    SiteRow(2, BLOG, "Europe/Helsinki", ("*.blog.example.net",), 0),
    SiteRow(3, clean_domain(UMLAUTS), "UTC", (), 0),
)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
URL = f"https://{SHOP}/"
PATIENCE_S = 10.0
START_S = 1_790_000_000.0  # 2026-09-21 14:13:20 UTC
VALUES_MAX = 10_000


class Answer(NamedTuple):
    """One HTTP answer. `headers` has lower-case names, the last of each."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> str:
        """The sentence of an error in the one shape; fails for any other body."""
        found = json.loads(self.body)
        assert list(found) == ["error"], found
        assert self.headers["content-type"] == "application/json"
        return str(found["error"])


@dataclass
class House:
    """`entered` are the events that reached the door, `refused` the reasons counted by site; `now_s` is the time, `full` the disk."""

    folder: Path
    gate: Gate
    back: Path = Path("nobody.sock")
    entered: list[Event] = field(default_factory=list)
    refused: Counter[tuple[int, str]] = field(default_factory=Counter)
    now_s: float = START_S
    port: int = 0
    full: bool = False
    said: list[str] = field(default_factory=list)
    table: VisitTable = field(default_factory=lambda: VisitTable(1000))

    def trusting(self, *networks: Network) -> None:
        """Believe X-Forwarded-For of these networks from here on."""
        self.gate.trusted = TrustedHops(networks)

    def forget(self) -> None:
        """Be as if just started: nothing entered, nobody trusted, no value and no visitor seen."""
        self.entered.clear()
        self.refused.clear()
        self.full = False
        self.now_s = START_S
        self.trusting()
        self.gate.cap = ValueCap(VALUES_MAX)
        self.table.end_days({})

    def __enter__(self) -> "House":
        write_picture(self.folder / "sites.json", SITES)
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.port = self._listener.getsockname()[1]
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._ready.wait(PATIENCE_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)
        self._listener.close()

    async def _serve(self) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: self.said.append(repr(context)))
        journal = _Journal(self)
        door = _Watched(self, Door(journal, RuntimeLog(None), self.table, "process"))
        ingest = Ingest(self.gate, cast(Door, door), PictureFile(self.folder / "sites.json"), _Told(self))
        front = Front(ingest, Passthrough(self.back), 0)
        self._server = quiet_server(front, 1, http=FrontProtocol, date_header=False)
        self._ready.set()
        await self._server.serve(sockets=[self._listener])
        await door.close()

    def visits(self) -> list[Visit]:
        """The visits that are open now."""
        return [visit for _, _, visit in self.table.items()]

    def connections(self) -> set[Any]:
        """What is open now."""
        return self._server.server_state.connections

    def tasks(self) -> set[Any]:
        """The requests under way now."""
        return self._server.server_state.tasks

    # Asking.

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)

    def raw(self, request: bytes) -> Answer:
        """What is answered to these bytes, read to the answer's end."""
        with self.connect() as connection:
            connection.sendall(request)
            return read(connection)

    def post(self, body: bytes | Mapping[str, Any], headers: Mapping[str, str] | None = None, path: str = "/api/event") -> Answer:
        """One event from a browser."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.request("POST", path, headers, data)

    def request(self, method: str, path: str, headers: Mapping[str, str] | None = None, data: bytes = b"") -> Answer:
        """One request; a header given as "" is left out."""
        sent = {"host": "stats.example", "user-agent": BROWSER, "content-type": "text/plain", **(headers or {})}
        if data or method == "POST":
            sent.setdefault("content-length", str(len(data)))
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items() if value)
        return self.raw(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + data)

    def view(self, **more: Any) -> Answer:
        """An ordinary page view."""
        return self.post({"n": "pageview", "u": URL, "d": SHOP, **more})

    def still_counts(self) -> None:
        """An ordinary event is counted, as if nothing had happened."""
        before = len(self.entered)
        answer = self.view()
        assert (answer.status, answer.body, "x-footfall" in answer.headers) == (202, b"ok", False), answer
        assert len(self.entered) == before + 1
        assert self.said == []


class _Told(Clock):
    """A clock that says what it is told."""

    def __init__(self, house: House) -> None:
        self._house = house

    def time(self) -> float:
        return self._house.now_s


class _Journal(JournalWriter):
    """A journal on a disk that can be full."""

    def __init__(self, house: House) -> None:
        super().__init__(house.folder / "journal", int(house.now_s * 1000), 10**9)
        self._house = house

    def append(self, payload: bytes) -> int:
        if self._house.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().append(payload)


class _Watched:
    """A door with a witness beside it."""

    def __init__(self, house: House, door: Door) -> None:
        self._house, self._door = house, door
        self.close = door.close

    def enter(self, event: Event) -> "Drop | asyncio.Future[bool]":
        self._house.entered.append(event)
        return self._door.enter(event)

    def refuse(self, site: int, day: int, reason: str) -> None:
        self._house.refused[(site, reason)] += 1
        self._door.refuse(site, day, reason)


def read(connection: socket.socket, data: bytes = b"") -> Answer:
    """One answer, to its end by Content-Length, by chunks or by the connection's. Raises ConnectionError where there is none."""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65_536)
        if not piece:
            raise ConnectionError(f"closed after {data!r}")
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 100 "):
        return read(connection, body)
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    chunked = headers.get("transfer-encoding") == "chunked"
    length = int(headers.get("content-length", "0" if not chunked else "-1"))
    while len(body) < length or (chunked and not body.endswith(b"0\r\n\r\n")):
        piece = connection.recv(65_536)
        if not piece:
            break
        body += piece
    return Answer(int(first.split()[1]), headers, _unchunked(body) if chunked else body)


def _unchunked(body: bytes) -> bytes:
    found = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        found += body[: int(size, 16)]
        body = body[int(size, 16) + 2 :]
    return found


def until(look: Callable[[], bool], seconds: float = PATIENCE_S) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not look() and time.monotonic() < deadline:
        time.sleep(0.01)
    return look()
