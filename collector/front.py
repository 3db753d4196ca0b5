"""The front process: answers the snippet, the pixel and events itself and passes everything else through to the back.

It holds what must not be lost or seen: the salts, the open visits, the journal. It needs neither the database nor the
back to run: if the back is down, the front goes on accepting.
"""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import uvloop

from collector.clock import Clock, local_day_hour
from collector.control.picture import PictureFile
from collector.ingest.answers import BROKEN
from collector.ingest.door import Door, open_door
from collector.ingest.endpoint import Ingest, Receive, Scope, Send, respond
from collector.ingest.gate import Gate, open_gate
from collector.ingest.hit import Given, Refused
from collector.ingest.protocol import FrontProtocol
from collector.journal.runtime_log import RuntimeLog
from collector.ops.passthrough import Passthrough
from collector.ops.quiet import hush, tell
from collector.ops.serving import quiet_server
from collector.privacy.runtime import keep_memory_private, open_runtime
from collector.privacy.salts import Salts, open_salts
from collector.settings import Settings, runtime_directory
from collector.visits.table import VisitTable
from snippet.serve import asset

KEEP_ALIVE_S = 30
DRAIN_S = 4
TICK_S = 1.0
STATUS_FILE = "front.json"

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]


class Front:
    """The ASGI application of the public port."""

    def __init__(self, ingest: Ingest, passthrough: Passthrough, dashboard_port: int) -> None:
        """`dashboard_port` 0: one port for all; else that port passes through, and the other one only counts."""
        self._ingest = ingest
        self._passthrough = passthrough
        self._dashboard_port = dashboard_port
        self._own: dict[str, Handler] = {"/api/event": ingest.event, "/pixel.gif": ingest.pixel}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request that is no event."""
        try:
            handler = self._own.get(scope["path"])
            if handler is not None:
                await handler(scope, receive, send)
            elif await _asset(scope, send):
                return
            elif self._dashboard_port in (0, scope["server"][1]):
                await self._passthrough(scope, receive, send)
            else:
                await respond(send, 404, "only events are taken here")
        except ConnectionError:
            return
        except Exception as error:
            tell(error)
            await respond(send, 500, "something went wrong here")

    def check(self, given: Given) -> bytes | None:
        """`Ingest.check`, for the protocol."""
        return self._ingest.check(given)

    def take(self, given: Given, data: bytes, peer: str) -> "bytes | asyncio.Future[bool]":
        """`Ingest.take`, for the protocol; what goes wrong costs this event only."""
        try:
            return self._ingest.take(given, data, peer)
        except Exception as error:
            tell(error)
            return BROKEN

    def refuse(self, refused: Refused) -> bytes:
        """`Ingest.refuse`, for the protocol."""
        return self._ingest.refuse(refused)


async def _asset(scope: Scope, send: Send) -> bool:
    if scope["method"] not in ("GET", "HEAD"):
        return False
    encodings = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
    found = asset(scope["path"], encodings.decode("latin-1"))
    if found is None:
        return False
    await send({"type": "http.response.start", "status": 200, "headers": list(found.headers)})
    await send({"type": "http.response.body", "body": found.body if scope["method"] == "GET" else b""})
    return True


class Tick:
    """What happens once a second: ended days are overwritten and forgotten, geo data re-opened, the front's state told."""

    def __init__(
        self, gate: Gate, salts: Salts, table: VisitTable, door: Door, picture: PictureFile, clock: Clock, status: Path | None
    ) -> None:
        self._gate, self._salts, self._table, self._door = gate, salts, table, door
        self._picture, self._clock, self._status = picture, clock, status
        self._geo_checked_s = 0.0

    async def run(self) -> None:
        """Until cancelled, whatever goes wrong in a second: the next one tries again, for no midnight may pass unseen."""
        while True:
            try:
                self.once()
            except Exception as error:
                tell(error)
            await asyncio.sleep(TICK_S)

    def once(self) -> None:
        """One tick."""
        now = int(self._clock.time())
        sites = self._picture.current(self._clock.monotonic()).by_domain.values()
        days = {site.id: local_day_hour(now, site.timezone)[0] for site in sites}
        if self._salts.overwrite_ended(days):
            self._gate.forget()
            self._door.days_ended()
        self._table.end_days(days)
        if self._clock.monotonic() - self._geo_checked_s > 60:
            self._geo_checked_s = self._clock.monotonic()
            self._gate.places.reopen_if_changed()
        if self._status is not None:
            with suppress(OSError):  # no room in the runtime folder just now
                self._tell_state(self._status)

    def _tell_state(self, status: Path) -> None:
        state = {
            "counted": self._door.counted,
            "refused": self._door.refused,
            "failed_batches": self._door.failed_batches,
            "visitors": len(self._table),
            "evicted": self._table.evicted,
            "problem": self._picture.problem,
        }
        temporary = status.with_suffix(".new")
        temporary.write_bytes(msgspec.json.encode(state))
        temporary.replace(status)


def _open_salts(runtime: Path | None) -> tuple[Salts, Path | None]:
    """The salts, and where open visits are kept: nowhere if the salts are not, for a visit without its salt is nobody's."""
    salts, warning = open_salts(runtime)
    if runtime is None or not warning:
        return salts, runtime
    print(warning, file=sys.stderr, flush=True)
    RuntimeLog(runtime).give_up()
    return salts, None


async def serve(settings: Settings, listeners: list[socket.socket], socket_path: Path, runtime: Path | None, clock: Clock) -> None:
    """Run until told to stop, then drain."""
    salts, kept = _open_salts(runtime)
    gate = open_gate(settings, salts)
    make_door = open_door(settings.journal_dir, kept, clock.time(), settings.journal_bytes_max, settings.visitors_max)
    door, table = make_door(settings.durability)
    picture = PictureFile(settings.sites_path)
    tick = Tick(gate, salts, table, door, picture, clock, runtime / STATUS_FILE if runtime else None)
    app = Front(Ingest(gate, door, picture, clock), Passthrough(socket_path), settings.dashboard_port)
    server = quiet_server(app, DRAIN_S, http=FrontProtocol, date_header=False, timeout_keep_alive=KEEP_ALIVE_S)
    # Without this the collector of garbage walks a million open visits again and again; nothing here makes cycles that last.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    ticking = asyncio.create_task(tick.run())
    try:
        await server.serve(sockets=listeners)
    finally:
        ticking.cancel()
        await door.close()
        salts.close()


def main(settings: Settings, listeners: list[socket.socket], socket_path: Path) -> None:
    """The front process."""
    keep_memory_private()
    hush()
    runtime, warning = open_runtime(settings.runtime_dir, runtime_directory(), settings.data_dir)
    if warning:
        print(warning, file=sys.stderr)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # uvicorn handles it while it serves, and hands it on afterwards
    uvloop.run(serve(settings, listeners, socket_path, runtime, Clock()))
