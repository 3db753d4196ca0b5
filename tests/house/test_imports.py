"""Who may import what: levels, rooms and the few doors to the world outside."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.source import ROOT, attributes, calls, imported, modules, names

# A library or a part of the standard library, and the only modules that may import it (a trailing slash: that room).
ONLY_IN = {
    "duckdb": ("collector/store/locked_store.py",),
    "nanoarrow": ("collector/store/",),
    "sqlalchemy": ("collector/control/",),
    "maxminddb": ("collector/enrich/", "collector/ops/check_data.py"),
    "ua_parser_rs": ("collector/enrich/",),
    "jinja2": ("dashboard/", "collector/demo/"),
    "starlette": ("collector/api/", "collector/back.py", "collector/demo/", "dashboard/"),
    "uvicorn": ("collector/ops/serving.py", "collector/ingest/protocol.py"),
    "click": ("collector/cli.py",),
    "rich": ("collector/demo/",),
    "time": ("collector/clock.py",),
    "random": ("collector/demo/",),
    "secrets": ("collector/control/secret.py", "collector/store/duckdb_store.py"),
    "mmap": ("collector/privacy/salts.py",),
    "subprocess": ("collector/supervisor.py",),
    # Sockets are listened on, or are the Unix socket between our own processes; `privacy/address.py` parses text with it.
    "socket": (
        "collector/app.py",
        "collector/back.py",
        "collector/child.py",
        "collector/front.py",
        "collector/demo/",
        "collector/ops/passthrough.py",
        "collector/privacy/address.py",
        "collector/supervisor.py",
    ),
    "http.client": ("collector/app.py",),
    # What opens connections to elsewhere, runs what it reads, or is a second way into a database: nowhere at all.
    **dict.fromkeys(("urllib.request", "ssl", "smtplib", "ftplib", "requests", "httpx", "pickle", "marshal", "sqlite3"), ()),
}

# What only the back needs, and what is read as data: in the front each would be memory and time at every start for nothing.
NOT_IN_FRONT = {"sqlalchemy", "duckdb", "nanoarrow", "starlette", "jinja2", "crawleruseragents"}

PASSTHROUGH = "collector/ops/passthrough.py"

DATES = {f"{kind}.{method}" for kind in ("datetime", "date", "datetime.datetime") for method in ("now", "utcnow", "today")}


def test_the_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_room_has_its_level() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"][0]
    levels = {name.strip() for layer in contract["layers"] for name in layer.split("|")}
    rooms = {".".join(Path(path).with_suffix("").parts[: 2 if path.startswith("collector") else 1]) for path in modules()}
    assert rooms - {"collector.__init__"} == levels


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_used_in_its_own_room_alone(library: str) -> None:
    users = {path for path, tree in modules().items() if any(f"{name}.".startswith(f"{library}.") for name in imported(tree))}
    assert {path for path in users if not _within(path, ONLY_IN[library])} == set()
    assert users or not ONLY_IN[library], f"nobody uses {library} any more"


def test_the_front_carries_none_of_the_libraries_of_the_back() -> None:
    code = "import sys, collector.front, collector.enrich.bots as bots; bots.Bots(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & NOT_IN_FRONT == set()


def test_only_ingest_sees_the_type_that_can_hold_an_address() -> None:
    seeing = {path for path, tree in modules().items() if {"RawHit", "raw_hit", "Body"} & (names(tree) | attributes(tree))}
    assert {path for path in seeing if not _within(path, ("collector/ingest/",))} == {"collector/demo/history.py"}


def test_only_the_clock_reads_the_time() -> None:
    readers = {path for path, tree in modules().items() for _, called in calls(tree) if called in DATES or called.startswith("time.")}
    assert readers == {"collector/clock.py"}


def test_only_the_settings_read_the_environment() -> None:
    readers = {path for path, tree in modules().items() if {"environ", "getenv"} & attributes(tree)}
    assert readers == {"collector/settings.py"}


def test_only_the_passthrough_connects_and_only_to_a_unix_socket() -> None:
    called = {(path, name.rpartition(".")[2]) for path, tree in modules().items() for _, name in calls(tree)}
    connecting = {"open_connection", "create_connection", "open_unix_connection", "create_unix_connection", "sock_connect", "urlopen"}
    assert {(path, name) for path, name in called if name in {*connecting, "getaddrinfo"}} == {(PASSTHROUGH, "sock_connect")}
    assert {name for name in attributes(modules()[PASSTHROUGH]) if name.startswith("AF_")} == {"AF_UNIX"}


def _within(path: str, rooms: tuple[str, ...]) -> bool:
    return any(path == room or (room.endswith("/") and path.startswith(room)) for room in rooms)
