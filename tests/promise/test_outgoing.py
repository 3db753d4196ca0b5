"""The collector opens no connection of its own accord, and writes nowhere but where it says: every attempt is listened to.

The kernel counts connections and datagrams in a network namespace that holds a server and its client alone (`island.py`).
Beside that, an audit hook in each process notes what Python asks of the system: connections, name look-ups, datagrams,
programs started, and files opened for writing.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.ops.precedence import SESSION
from tests.faults.hooks import hooked
from tests.server import Server, midday_zone

LISTENER = """
import json, os, sys
notes = os.open({notes!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
watched = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.sendto", "socket.sendmsg",
    "socket.bind", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "ftplib.connect", "smtplib.connect", "urllib.Request")
writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT
def listen(name, given):
    if name in watched or name == "open" and isinstance(given[2], int) and given[2] & writing:
        os.write(notes, json.dumps([name, [str(value) for value in given[-2:] if name != "open"] or str(given[0])]).encode() + b"\\n")
sys.addaudithook(listen)
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, list[tuple[str, list[str] | str]]]]:
    """What was noted in a run that saw visits, questions, pages, a backup, a restart of each child and an orderly end."""
    folder = tmp_path_factory.mktemp("outgoing")
    notes = folder / "notes"
    environment = hooked(folder / "hook", LISTENER.format(notes=str(notes)))
    with Server(folder / "data", sites={"shop.example": midday_zone()}, environment=environment) as server:
        for number in range(50):
            referrer = f"https://ref{number}.example/a"
            sent = {"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9"}
            assert server.send(f"https://shop.example/{number}?utm_source=s", headers=sent, r=referrer).counted
        assert server.settled("pageviews", 50) == 50
        for role in ("front", "back"):
            server.kill(role)
            server.wait_live()
        cookie = server.session()
        for path in ("/", "/site/shop.example", "/health/ready", "/metrics", "/script.js", "/pixel.gif?d=shop.example", "/nothing"):
            assert server.get(path, cookie).status in (200, 404)
        server.command("backup")
        assert server.stop() == 0
        yield server, [(name, given) for name, given in map(json.loads, notes.read_text().splitlines())]


def test_the_kernel_counts_no_connection_and_no_datagram_but_the_clients_own(tmp_path: Path) -> None:
    """Works for root and, where user namespaces are allowed, for anybody."""
    options = ["--net"] if os.getuid() == 0 else ["--net", "--map-root-user"]
    command = ["unshare", *options, sys.executable, "-m", "tests.promise.island", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    counted = json.loads(done.stdout)
    assert counted["stored"] == 40 and counted["ended"] == 0
    assert counted["tcp"] == counted["own"] > 40
    assert counted["udp"] == counted["icmp"] == 0


def test_the_only_connections_python_is_asked_for_are_to_the_back(noted: tuple[Server, list[tuple[str, list[str] | str]]]) -> None:
    server, notes = noted
    connected = {given[-1] for name, given in notes if name == "socket.connect"}
    assert connected == {str(server.runtime / "back.sock")}


def test_no_name_is_looked_up_and_no_datagram_sent(noted: tuple[Server, list[tuple[str, list[str] | str]]]) -> None:
    _, notes = noted
    assert {name for name, _ in notes} <= {"socket.connect", "socket.bind", "subprocess.Popen", "os.posix_spawn", "open"}


def test_it_listens_at_its_port_and_its_private_socket_only(noted: tuple[Server, list[tuple[str, list[str] | str]]]) -> None:
    server, notes = noted
    bound = {given[-1] for name, given in notes if name == "socket.bind"}
    assert bound == {f"('127.0.0.1', {server.port})", str(server.runtime / "back.sock")}


def test_the_only_programs_started_are_its_own_children(noted: tuple[Server, list[tuple[str, list[str] | str]]]) -> None:
    _, notes = noted
    assert [name for name, _ in notes].count("subprocess.Popen") == 4


def test_it_writes_in_its_data_and_runtime_folders_only(noted: tuple[Server, list[tuple[str, list[str] | str]]]) -> None:
    server, notes = noted
    written = {Path(str(given)) for name, given in notes if name == "open" and not str(given).isdigit()}
    assert any(path.suffix == ".journal" for path in written)
    elsewhere = {path for path in written if server.folder not in path.parents and server.runtime not in path.parents}
    assert elsewhere <= {Path(os.devnull), SESSION}  # which is no file, but a word to the kernel
