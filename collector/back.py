"""The back process: recorder, store, questions, API and dashboard, behind a Unix socket that the front passes requests to.

One thread records, closes days and does the daily housekeeping; the event loop answers, and hands each question of the
store to a pool of threads. When the database turns out damaged the process ends, and the next start rebuilds it.
"""

import gc
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from starlette.applications import Starlette

from collector.api.routes import routes as api_routes
from collector.clock import Clock
from collector.control.database import Control
from collector.control.picture import publish
from collector.journal.files import segments, size
from collector.journal.reader import first_held
from collector.ops.audit import audit_and_keep
from collector.ops.jobs import stamp
from collector.ops.links import dashboard_url, sign_in_link
from collector.ops.quiet import hush, is_logged, tell
from collector.ops.services import Services
from collector.ops.serving import quiet_server
from collector.privacy.runtime import keep_memory_private, open_runtime
from collector.recording import Recording
from collector.settings import Settings, journal_stream, runtime_directory
from collector.store.duckdb_store import DuckDBStore
from collector.store.recovery import open_or_rebuild
from dashboard import error_handlers
from dashboard import routes as dashboard_routes

DRAIN_S = 3


def services(
    settings: Settings, clock: Clock, store: DuckDBStore, control: Control, recording: Recording, runtime: Path | None
) -> Services:
    """What the API and the dashboard are handed."""

    def health() -> list[str]:
        losses = recording.recorder.reader.losses
        found = [recording.trouble, *recording.jobs.troubles, _front_state(runtime).get("problem", "")]
        if losses.damaged or losses.missing:
            found.append(f"The journal has {losses.damaged} damaged places and {len(losses.missing)} gaps; see the folder journal/damaged.")
        if recording.recorder.poisoned:
            found.append(f"{recording.recorder.poisoned} batches of the journal can never be stored; see the folder journal/damaged.")
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
        actions={
            "backup": lambda: {"folder": str(recording.ask(recording.jobs.backup))},
            "audit": lambda: msgspec.to_builtins(audit_and_keep(store.query, settings, clock.time())),
        },
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
        ("footfall_journal_poisoned", "Whole batches that can never be stored.", {}, recording.recorder.poisoned),
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


_BROKEN = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]


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
                await send({"type": "http.response.start", "status": 500, "headers": _BROKEN})
                await send({"type": "http.response.body", "body": body})


def application(handed: Services) -> Quiet:
    """API and dashboard as one ASGI application."""
    routes = [*api_routes(handed), *dashboard_routes(handed)]
    app = Starlette(routes=routes, exception_handlers=error_handlers(handed))
    app.router.redirect_slashes = False  # it would lead to what the Host header names, and from https to http
    return Quiet(app)


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
    """Tell the administrator, once, where the dashboard is and how to get in: with a link, unless others may read it in a log."""
    print(f"Dashboard   {dashboard_url(settings, port)}/")
    if is_logged(sys.stdout.fileno(), journal_stream()):
        print("Sign in     with the link that `footfall sign-in` prints", flush=True)
        return
    link = sign_in_link(settings, control.new_sign_in(clock.time()), port)
    print(f"Sign in     {link}   (once, within half an hour; `footfall sign-in` prints a new link)", flush=True)


def main(settings: Settings, listener: socket.socket, greet_port: int) -> None:
    """The back process, until told to stop: then it records what is left and checkpoints. `greet_port` 0: no greeting."""
    keep_memory_private()
    hush()
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
        app = application(services(settings, clock, store, control, recording, runtime))
        uvloop.run(quiet_server(app, DRAIN_S).serve(sockets=[listener]))
    finally:
        recording.stop()
        recording.join()
        store.close()
        control.close()
