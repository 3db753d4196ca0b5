"""The back process: recorder, store, questions, API and dashboard, behind a Unix socket that the front passes requests to.

One thread records, closes days and does the daily housekeeping; the event loop answers, and hands each question of the
store to a pool of threads. When the database turns out damaged the process ends, and the next start rebuilds it.
"""

import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
import uvloop
from starlette.applications import Starlette

from collector.api.routes import routes as api_routes
from collector.clock import Clock
from collector.control.database import Control
from collector.control.picture import publish
from collector.journal.files import segments, size
from collector.journal.reader import first_held
from collector.ops.jobs import Jobs, stamp
from collector.ops.links import dashboard_url, sign_in_link
from collector.ops.quiet import tell
from collector.ops.services import Services
from collector.privacy.runtime import open_runtime
from collector.recorder import Recorder
from collector.settings import Settings, runtime_directory
from collector.store.duckdb_store import TODAY_ROWS_MAX, DuckDBStore
from collector.store.errors import StoreDamaged, StoreError
from collector.store.recovery import open_or_rebuild
from dashboard import error_handlers
from dashboard import routes as dashboard_routes

STEP_EACH_S = 0.4  # between commits: well under the two seconds in which a visit must be seen, long enough to sum
RETRY_S_MAX = 30.0
DRAIN_S = 3
DAMAGED = 75  # EX_TEMPFAIL: the supervisor starts the back again, which rebuilds the database


class Recording(threading.Thread):
    """The thread that writes to the store: record, close days, keep house, and carry out what commands ask for."""

    def __init__(self, store: DuckDBStore, settings: Settings, clock: Clock, control: Control) -> None:
        super().__init__(name="recorder")
        self._store, self._settings, self._clock = store, settings, clock
        self._timezones = lambda: {site.id: site.timezone for site in control.sites()}
        self._halt = threading.Event()
        self._asked: list[tuple[Callable[[], Any], list[Any], threading.Event]] = []
        self.recorder = Recorder(store, settings.journal_dir, clock, self._timezones)
        self.jobs = Jobs(store, settings, clock, self._timezones, control.removed_sites)
        self.trouble = ""
        self._tended_s = 0.0
        self._compacted_s = clock.monotonic()

    def run(self) -> None:
        """Until `stop`. A refusing store is tried again, more and more slowly; a damaged one ends the process."""
        wait = STEP_EACH_S
        while not self._halt.wait(wait if not self._asked else 0):
            try:
                wait = self._once()
                self.trouble = ""
            except StoreDamaged as error:
                print(f"{error} The database is rebuilt at the next start, which comes by itself.", file=sys.stderr, flush=True)
                os._exit(DAMAGED)
            except (StoreError, OSError) as error:
                self.trouble = f"The store takes nothing just now: {error} Events wait in the journal; it is tried again by itself."
                print(self.trouble, file=sys.stderr, flush=True)
                self.recorder = Recorder(self._store, self._settings.journal_dir, self._clock, self._timezones)
                wait = min(max(wait, STEP_EACH_S) * 2, RETRY_S_MAX)
        while self.recorder.step():
            pass

    def stop(self) -> None:
        """Record what is in the journal, then end."""
        self._halt.set()

    def ask(self, what: Callable[[], Any]) -> Any:
        """Have the thread carry out something between two steps; returns its answer or raises its error."""
        answer: list[Any] = []
        done = threading.Event()
        self._asked.append((what, answer, done))
        done.wait()
        if isinstance(answer[0], Exception):
            raise answer[0]
        return answer[0]

    def _once(self) -> float:
        started = self._clock.monotonic()
        recorded = self.recorder.step()
        while self._asked:
            what, answer, done = self._asked.pop(0)
            try:
                answer.append(what())
            except Exception as error:  # handed to whoever asked
                answer.append(error)
            done.set()
        if self._clock.monotonic() - self._tended_s > 5:
            self._tended_s = self._clock.monotonic()
            self.recorder.tend()
            self.jobs.tend()
            self._compact()
        if recorded and self._behind():
            return 0.0
        return max(0.0, STEP_EACH_S - (self._clock.monotonic() - started))

    def _behind(self) -> bool:
        return self.recorder.reader.remaining() > 0

    def _compact(self) -> None:
        if self._clock.monotonic() - self._compacted_s > 600:
            self._compacted_s = self._clock.monotonic()
            sizes = self._store.sizes()
            if sum(sizes.get(f"{fact}_today", 0) for fact in ("visits", "pages", "events")) > TODAY_ROWS_MAX:
                self._store.compact_today()


def services(
    settings: Settings, clock: Clock, store: DuckDBStore, control: Control, recording: Recording, runtime: Path | None
) -> Services:
    """What the API and the dashboard are handed."""

    def health() -> list[str]:
        losses = recording.recorder.reader.losses
        found = [recording.trouble, recording.jobs.last_error, _front_state(runtime).get("problem", "")]
        if losses.damaged or losses.missing:
            found.append(f"The journal has {losses.damaged} damaged places and {len(losses.missing)} gaps; see the folder journal/damaged.")
        if not recording.is_alive():
            found.append("The recorder has stopped.")
        return [reason for reason in found if reason]

    return Services(
        settings,
        clock,
        control,
        run=store.query,
        health=health,
        gauges=lambda: _gauges(settings, store, recording, _front_state(runtime)),
        actions={"backup": lambda: {"folder": str(recording.ask(recording.jobs.backup))}},
    )


def _front_state(runtime: Path | None) -> dict[str, Any]:
    """What the front last told of itself; empty while it has not."""
    if runtime is None:
        return {}
    try:
        state: dict[str, Any] = msgspec.json.decode((runtime / "front.json").read_bytes())
    except (OSError, msgspec.DecodeError):
        return {}
    return state


def _gauges(
    settings: Settings, store: DuckDBStore, recording: Recording, front: dict[str, Any]
) -> list[tuple[str, str, dict[str, str], float]]:
    journal = segments(settings.journal_dir)
    found: list[tuple[str, str, dict[str, str], float]] = [
        ("footfall_changes_recorded_total", "Changes recorded since the back started.", {}, recording.recorder.recorded),
        ("footfall_journal_bytes", "Bytes of journal on disk.", {}, sum(map(size, journal))),
        ("footfall_journal_segments", "Journal files on disk.", {}, len(journal)),
        ("footfall_journal_unread_bytes", "Journal that the store does not have yet.", {}, recording.recorder.reader.remaining()),
        ("footfall_journal_damaged", "Damaged places in the journal.", {}, recording.recorder.reader.losses.damaged),
        ("footfall_last_backup_seconds", "When the last backup was made, in seconds since 1970.", {}, recording.jobs.last_backup_s),
    ]
    for name, help_text in (
        ("counted", "Events counted since the front started."),
        ("refused", "Events not counted since the front started."),
        ("failed_batches", "Batches the journal refused."),
        ("visitors", "Visitors remembered."),
        ("evicted", "Visitors forgotten early, at visitors_max."),
    ):
        if name in front:
            found.append((f"footfall_front_{name}", help_text, {}, front[name]))
    found += [("footfall_store_rows", "Rows, by table.", {"table": table}, rows) for table, rows in store.sizes().items()]
    return found


class Quiet:
    """The outermost application: an error is told by type and place, never by a message that could carry user text."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        started = False

        async def sending(message: Any) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            tell(error)
            if not started:
                body = b'{"error":"something went wrong here"}'
                await send({"type": "http.response.start", "status": 500, "headers": [(b"content-type", b"application/json")]})
                await send({"type": "http.response.body", "body": body})


async def _answer(app: Any, listener: socket.socket) -> None:
    config = uvicorn.Config(
        app,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="critical",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=DRAIN_S,
    )
    await uvicorn.Server(config).serve(sockets=[listener])


def application(handed: Services) -> Quiet:
    """API and dashboard as one ASGI application."""
    routes = [*api_routes(handed), *dashboard_routes(handed)]
    return Quiet(Starlette(routes=routes, exception_handlers=error_handlers(handed)))


def open_store(settings: Settings, clock: Clock) -> DuckDBStore:
    """The store, rebuilt if it must be; says so where an operator sees it."""
    opened = open_or_rebuild(
        settings.store_path,
        settings.backup_dir,
        stamp(clock.time()),
        first_held(settings.journal_dir),
        settings.database_memory_mb,
    )
    if opened.report:
        print(opened.report, file=sys.stderr, flush=True)
    return opened.store


def greet(settings: Settings, control: Control, clock: Clock, port: int) -> None:
    """Tell the administrator, once, where the dashboard is and how to get in."""
    link = sign_in_link(settings, control.new_sign_in(clock.time()), port)
    print(f"Dashboard   {dashboard_url(settings, port)}/")
    print(f"Sign in     {link}   (once, within half an hour; `footfall sign-in` prints a new link)", flush=True)


def main(settings: Settings, listener: socket.socket, greet_port: int) -> None:
    """The back process, until told to stop: then it records what is left and checkpoints. `greet_port` 0: no greeting."""
    clock = Clock()
    runtime, _ = open_runtime(settings.runtime_dir, runtime_directory(), settings.data_dir)
    control = Control(settings.control_url)
    publish(control, settings.sites_path)
    store = open_store(settings, clock)
    recording = Recording(store, settings, clock, control)
    recording.start()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # uvicorn handles it while it serves, and hands it on afterwards
    if greet_port:
        greet(settings, control, clock, greet_port)
    try:
        uvloop.run(_answer(application(services(settings, clock, store, control, recording, runtime)), listener))
    finally:
        recording.stop()
        recording.join()
        store.close()
        control.close()
