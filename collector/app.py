"""The inside of `footfall serve`, `backup`, `audit` and `restore`: each prepares the data folder and locks it, or asks who has it."""

import errno
import fcntl
import json
import os
import socket
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collector import lasting
from collector.clock import Clock
from collector.ops.data_folder import FORMAT, FORMAT_FILE, refuse_unfit
from collector.ops.links import collector_url
from collector.ops.quiet import outlive_the_log
from collector.ops.refusal import Refusal
from collector.privacy.runtime import open_runtime
from collector.settings import Settings, runtime_directory
from collector.supervisor import Between, Child, supervise

if TYPE_CHECKING:
    from collector.ops.audit import Audit

LOCK_FILE = ".lock"
SOCKET_NAME = "back.sock"
SOCKET_PATH_MAX = 100  # bytes; Linux takes 107
BACKLOG = 1024
AUDIT_TIMEOUT_S = 600.0  # of one statement, where nobody else asks the database anything


class InUse(Refusal):
    """A server runs on this data folder."""


def prepare(settings: Settings) -> int:
    """Make and lock the data folder; returns the lock's descriptor. Raises Refusal, having touched nothing."""
    folder = settings.data_dir
    refuse_unfit(folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        why = f"The data folder {folder} cannot be written ({error.strerror})."
        raise Refusal(f"{why} Give this user the right, or set data_dir.") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise InUse(f"The data folder {folder} is in use by another Footfall. Stop that one, or set another data_dir.") from None
    if not (folder / FORMAT_FILE).exists():
        lasting.replace(folder / FORMAT_FILE, b"%d\n" % FORMAT)  # half a number or none would refuse every start after a power cut
    return descriptor


def listen(host: str, port: int) -> socket.socket:
    """The public listening socket. Raises Refusal where the port is taken or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        why = "the port is in use by another program" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
        raise Refusal(f"Footfall cannot listen on {host}:{port}: {why}. Set another host or port.") from None
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def _ports(settings: Settings) -> list[int]:
    """The public port, and the dashboard's own if there is one."""
    return [settings.port, *([settings.dashboard_port] if settings.dashboard_port else [])]


def back_socket_path(settings: Settings) -> Path:
    """Where the back listens: in the private runtime folder, or in the data folder where there is no RAM for one."""
    runtime, _ = open_runtime(settings.runtime_dir, runtime_directory(), settings.data_dir)
    path = (runtime or settings.data_dir.resolve()) / SOCKET_NAME
    if len(str(path)) > SOCKET_PATH_MAX:
        raise Refusal(f"The path {path} is too long for a socket. Set a shorter runtime_dir or data_dir.")
    return path


def _listen_unix(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # the data folder is locked, so nobody listens there any more
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def _listen_again(settings: Settings, path: Path) -> socket.socket:
    """The same in a folder that was taken away. Raises Refusal where it cannot be this user's alone again."""
    runtime, warning = open_runtime(settings.runtime_dir, runtime_directory(), settings.data_dir)
    if path.parent not in (runtime, settings.data_dir.resolve()):
        raise Refusal(warning)
    return _listen_unix(path)


def serve(settings: Settings, demo: bool = False) -> int:
    """Run until told to stop; returns the exit code. Raises Refusal before anything is started."""
    outlive_the_log()
    with ExitStack() as unless_refused:
        public = [unless_refused.enter_context(listen(settings.host, port)) for port in _ports(settings)]
        lock = prepare(settings)
        unless_refused.pop_all()
    path = back_socket_path(settings)
    behind = _listen_unix(path)
    port = public[0].getsockname()[1]
    order = {"settings": settings.raw(), "socket_path": str(path), "port": port}
    children = [
        Child("front", order, tuple(public), (lock,)),
        Child("back", order, (behind,), (lock,), order_once={"greet": True}),
    ]
    if demo:
        _fill_demo(order, lock)
        site = listen("127.0.0.1", 0)
        print(f"Demo shop   http://127.0.0.1:{site.getsockname()[1]}/   click around, then watch the dashboard", flush=True)
        children.append(Child("demo", {**order, "collector": collector_url(settings, port)}, (site,), ()))
    between = Between(path, partial(_listen_again, settings, path), children[1])
    try:
        return supervise(children, between, Clock())
    finally:
        path.unlink(missing_ok=True)


def _fill_demo(order: dict[str, Any], lock: int) -> None:
    child = Child("history", order, (), (lock,))
    child.start(0.0)
    assert child.process is not None
    if child.process.wait() != 0:
        raise Refusal("The demo's generated history could not be made; see the message above.")


def backup(settings: Settings) -> str:
    """Make a backup now: through the running server if there is one, else directly. Returns where it is."""
    try:
        lock = prepare(settings)
    except InUse:
        return _ask_running(back_socket_path(settings), "backup")["folder"]
    try:
        return _backup_directly(settings)
    finally:
        os.close(lock)


def _backup_directly(settings: Settings) -> str:
    from collector.back import open_store
    from collector.ops.jobs import Jobs
    from collector.recorder import Recorder

    clock = Clock()
    store = open_store(settings, clock)
    try:
        recorder = Recorder(store, settings.journal_dir, clock, dict)
        while recorder.step():
            pass
        return str(Jobs(store, settings, clock, dict).backup())
    finally:
        store.close()


def audit(settings: Settings) -> "Audit":
    """Hold the rows to what is promised of them: through the running server if there is one, else in the file itself."""
    from msgspec import convert

    from collector.ops.audit import Audit

    try:
        lock = prepare(settings)
    except InUse:
        return convert(_ask_running(back_socket_path(settings), "audit"), Audit)
    try:
        return _audit_directly(settings)
    finally:
        os.close(lock)


def _audit_directly(settings: Settings) -> "Audit":
    """Nothing is rebuilt and nothing made: without a database only the backups are looked at."""
    from collector.ops.audit import audit_and_keep
    from collector.store.duckdb_store import DuckDBStore

    if not settings.store_path.exists():
        return audit_and_keep(None, settings, Clock().time())
    store = DuckDBStore(settings.store_path, settings.database_memory_mb, AUDIT_TIMEOUT_S)
    try:
        return audit_and_keep(store.query, settings, Clock().time())
    finally:
        store.close()


def _ask_running(path: Path, action: str) -> dict[str, str]:
    import http.client

    from collector.api.access import OPERATOR_HEADER

    connection = http.client.HTTPConnection("localhost", timeout=600)
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.sock.connect(str(path))
        connection.request("POST", f"/internal/{action}", headers={OPERATOR_HEADER: "1", "content-length": "0"})
        response = connection.getresponse()
        answer: dict[str, str] = json.loads(response.read())
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Refusal(f"The running server did not answer ({error}).") from None
    if response.status != 200:
        raise Refusal(f"The running server could not do it: {answer.get('error', response.status)}")
    return answer


def restore(settings: Settings, folder: Path) -> str:
    """Put a backup back and read the journal behind it again; the present database is set aside. The server must be stopped."""
    from collector.back import open_store
    from collector.ops.jobs import stamp
    from collector.recorder import Recorder
    from collector.store.backup import verify
    from collector.store.recovery import restore_backup

    lock = prepare(settings)
    clock = Clock()
    try:
        verify(folder)
        aside = f"{settings.store_path.name}.bad-{stamp(clock.time())}"
        moved = _set_aside(settings.store_path, aside)
        try:
            restore_backup(folder, settings.store_path)
        except BaseException:
            for path, away in moved.items():
                away.rename(path)
            raise
        store = open_store(settings, clock)
        recorder = Recorder(store, settings.journal_dir, clock, dict)
        changes = 0
        while step := recorder.step():
            changes += step
        store.close()
    finally:
        os.close(lock)
    return f"Restored {folder}, and {changes} changes from the journal since. The database before it was set aside as {aside}."


def _set_aside(store_path: Path, aside: str) -> dict[Path, Path]:
    """Give the database and the files beside it another name; returns the new paths by the old."""
    name = store_path.name
    present = [path for path in store_path.parent.glob(f"{name}*") if not path.name.startswith((f"{name}.bad-", f"{name}.new"))]
    return {path: path.rename(path.with_name(path.name.replace(name, aside, 1))) for path in present}
