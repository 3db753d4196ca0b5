"""A real `footfall serve` for tests: started on a free port, asked, sent events, killed by pid, stopped and cleaned up.

with Server(tmp_path / "data", sites={"shop.example": "Europe/Helsinki"}) as server:
    assert server.send("https://shop.example/").counted
    assert server.settled("pageviews", 1) == 1
"""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from collector import settings
from collector.control.database import Control
from collector.control.picture import publish
from collector.settings import Settings

DOMAIN = "shop.example"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
START_S_MAX = 30.0
STOP_S_MAX = 15.0
LISTENING = "0A"  # the state of a listening socket in /proc/net/tcp
T = TypeVar("T")


class Answer(NamedTuple):
    """What the server answered to one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def counted(self) -> bool:
        """Whether an event was acknowledged and not dropped."""
        return self.status == 202 and "x-footfall" not in self.headers


def until(look: Callable[[], T], seconds: float, each_s: float = 0.02) -> T:
    """What `look` returns as soon as it is true, or at last when the time is up. An OSError counts as not yet."""
    deadline = time.monotonic() + seconds
    while True:
        last = time.monotonic() > deadline
        try:
            found = look()
        except OSError:
            if last:
                raise
        else:
            if found or last:
                return found
        time.sleep(each_s)


class Server:
    """One data folder and the processes on it. May be started, stopped and killed many times; `with` starts and ends it."""

    def __init__(
        self, folder: Path, sites: Mapping[str, str] | None = None, environment: Mapping[str, str] | None = None, **given: str
    ) -> None:
        """`sites` are domains and their time zones; `given` are settings by name; `environment` is added to the processes' own."""
        self.folder = folder
        self.log = folder.with_name(folder.name + ".log")
        self.runtime = Path(tempfile.mkdtemp(dir="/dev/shm", prefix="footfall-test-"))
        self.port = 0
        self.keys: dict[str, str] = {}
        self.process: subprocess.Popen[bytes] | None = None
        wished = {
            "data_dir": str(folder),
            "runtime_dir": str(self.runtime),
            "trusted_proxies": "127.0.0.1",
            "port": str(free_port()),
            **given,
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FOOTFALL_")}
        self.environment = {**kept, **(environment or {}), **{f"FOOTFALL_{name.upper()}": value for name, value in wished.items()}}
        self.settings: Settings = settings.load(self.environment, folder=folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._add(sites or {DOMAIN: "UTC"})

    def _add(self, sites: Mapping[str, str]) -> None:
        control = Control(self.settings.control_url)
        try:
            for domain, timezone in sites.items():
                control.add_site(domain, timezone)
                self.keys[domain] = control.add_key(domain)
            publish(control, self.settings.sites_path)
        finally:
            control.close()

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            shutil.rmtree(self.runtime, ignore_errors=True)

    def command(self, *words: str) -> str:
        """The standard output of one `footfall` command, which must succeed."""
        whole = [sys.executable, "-m", "collector", *words]
        done = subprocess.run(whole, env=self.environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    def start(self, wait: bool = True) -> None:
        """Start `footfall serve`; all it says goes to `log`. With `wait`, front and back answer when this returns."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "collector", "serve"], env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.port = self.settings.port
        if wait:
            self.wait_live()

    def wait_live(self) -> None:
        """Wait until both children answer."""
        assert until(lambda: self.get("/health/live").status == 200, START_S_MAX), self.said()

    def stop(self) -> int:
        """Ask it to end, and return its exit code; 0 if it does not run."""
        if self.process is None:
            return 0
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self.kill_all()
            raise
        self.process = None
        return code

    def kill_all(self) -> None:
        """kill -9 of the supervisor and every child at once, as when the machine stops."""
        assert self.process is not None
        for pid in [self.process.pid, *self.children().values()]:
            _kill(pid)
        self.process.wait(STOP_S_MAX)
        self.process = None

    def kill(self, role: str) -> int:
        """kill -9 of "front", "back" or "supervisor"; returns the pid that was."""
        assert self.process is not None
        pid = self.process.pid if role == "supervisor" else self.children()[role]
        _kill(pid)
        if role == "supervisor":
            self.process.wait(STOP_S_MAX)
            self.process = None
        return pid

    def children(self) -> dict[str, int]:
        """The pids of "front" and "back". The front is the one that holds the listening port."""
        assert self.process is not None
        text = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        inode = _listener(self.port)
        return {("front" if inode in _sockets(pid) else "back"): pid for pid in map(int, text.split()) if alive(pid)}

    def said(self) -> str:
        """What the processes wrote to standard output and error so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """One GET on a connection of its own. Raises OSError while nobody listens."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=dict(headers or {}))
        try:
            with urllib.request.urlopen(request, timeout=20) as found:
                return Answer(found.status, _lower(found.headers), found.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _lower(error.headers), error.read())
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error

    def session(self) -> dict[str, str]:
        """The headers of somebody who is signed in."""
        control = Control(self.settings.control_url)
        try:
            secret = control.use_sign_in(control.new_sign_in(time.time()), time.time())
        finally:
            control.close()
        return {"Cookie": f"footfall_session={secret}"}

    def ask(self, question: Mapping[str, Any], domain: str = "") -> dict[str, Any]:
        """The Stats API's answer to one question about a site (the first by default)."""
        site = domain or next(iter(self.keys))
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v2/query",
            json.dumps({"site_id": site, "date_range": "7d", **question}).encode(),
            {"Authorization": f"Bearer {self.keys[site]}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def total(self, metric: str = "pageviews", domain: str = "", date_range: Any = "7d") -> int:
        """One metric's total. The default range is today and the six days before, so that a midnight in the test is no edge."""
        answer = self.ask({"metrics": [metric], "date_range": date_range}, domain)
        return int(answer["results"][0]["metrics"][0])

    def settled(self, metric: str, expected: int, domain: str = "", seconds: float = 20.0) -> int:
        """The total once it has reached what is expected (events are counted within a second), or after `seconds`."""
        until(lambda: self.total(metric, domain) >= expected, seconds, 0.1)
        return self.total(metric, domain)

    def sender(self) -> "Sender":
        """A connection for events, kept open."""
        return Sender(self.port)

    def send(self, url: str, name: str = "pageview", headers: Mapping[str, str] | None = None, **more: Any) -> Answer:
        """One event on a connection of its own. `more` are further keys of the body."""
        sender = self.sender()
        try:
            return sender.send(event(url, name, **more), headers)
        finally:
            sender.close()


class Sender:
    """One client's connection to the event endpoint. Not for two threads at once."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

    def send(self, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Raises OSError where the answer did not come: then the event may count or not."""
        sent = {"User-Agent": BROWSER, "Content-Type": "text/plain", **(headers or {})}
        try:
            self._connection.request("POST", "/api/event", body, sent)
            found = self._connection.getresponse()
            return Answer(found.status, _lower(found.headers), found.read())
        except http.client.HTTPException as error:
            self.close()
            raise ConnectionError(str(error)) from error
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Let go; the next `send` connects anew."""
        self._connection.close()


def event(url: str, name: str = "pageview", **more: Any) -> bytes:
    """The body of one event in the native dialect."""
    return json.dumps({"n": name, "u": url, **more}).encode()


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _listener(port: int) -> str:
    """The inode of the socket that listens on a loopback port, as /proc names it."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
            return fields[9]
    return ""


def _sockets(pid: int) -> set[str]:
    found = set()
    with suppress(FileNotFoundError, ProcessLookupError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):
                found.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
    return found


def _lower(headers: "Message[str, str]") -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def midday_zone() -> str:
    """A time zone where it is about noon, so that no midnight passes while a test runs."""
    ahead = 12 - time.gmtime().tm_hour
    return "UTC" if ahead == 0 else f"Etc/GMT{-ahead:+d}"
