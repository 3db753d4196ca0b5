"""The front goes on counting whatever becomes of the back, of the log, and of the operator's other programs."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from collector import supervisor
from collector.supervisor import BACK_OFF_S, REFUSED, Child
from tests.server import START_S_MAX, Server, until

PAGE = "https://shop.example/"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path / "data") as server:
        yield server


def test_a_log_on_a_full_disk_ends_nothing(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    with Path("/dev/full").open("wb") as full:
        words = [sys.executable, "-m", "collector", "serve"]
        server.process = subprocess.Popen(words, env=server.environment, stdin=subprocess.DEVNULL, stdout=full, stderr=full)
    server.port = server.settings.port
    try:
        assert until(lambda: server.get("/health/live").status == 200, START_S_MAX)
        server.kill("back")
        assert server.send(PAGE).counted
        assert until(lambda: server.get("/health/live").status == 200, START_S_MAX)
        assert server.settled("pageviews", 1) == 1
    finally:
        assert server.stop() == 0


def test_a_database_that_somebody_has_open_holds_up_the_back_alone(own: Server) -> None:
    own.kill("back")
    other = until(lambda: _opened(own.settings.store_path), 10)
    assert other is not None
    try:
        assert until(lambda: "in use by another process" in own.said(), 10)
        for _ in range(5):
            assert own.send(PAGE).counted
            time.sleep(0.1)
        assert own.process is not None and own.process.poll() is None
    finally:
        other.close()
    own.wait_live()
    assert own.settled("pageviews", 5) == 5


def test_a_runtime_folder_that_is_taken_away_costs_no_event_and_the_dashboard_seconds(own: Server) -> None:
    assert own.send(PAGE).counted
    shutil.rmtree(own.runtime)
    assert own.send(PAGE).counted
    assert until(lambda: f"The runtime folder {own.runtime} was emptied" in own.said(), 10)
    own.wait_live()
    assert own.settled("pageviews", 2) == 2
    assert own.total("visitors") == 1
    assert own.command("backup"), "other commands reach the running server again"


def test_a_folder_that_others_may_enter_meanwhile_is_not_used_again(own: Server) -> None:
    own.runtime.chmod(0o755)
    (own.runtime / "back.sock").unlink()
    assert until(lambda: f"The socket {own.runtime}/back.sock is gone" in own.said(), 10)
    assert f"The runtime folder {own.runtime} is open to others and not used" in own.said()
    assert own.send(PAGE).counted
    assert not (own.runtime / "back.sock").exists()


def _opened(path: Path) -> duckdb.DuckDBPyConnection | None:
    try:
        return duckdb.connect(path)
    except duckdb.Error:
        return None


class _Ended:
    """A process that has ended."""

    def __init__(self, code: int) -> None:
        self._code = code

    def poll(self) -> int:
        return self._code


def ended(code: int) -> Child:
    child = Child("front", {}, (), ())
    child.process = _Ended(code)  # type: ignore[assignment]  # all that is asked of it
    return child


def test_a_refusal_at_the_first_start_ends_all_and_a_later_one_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Child, "start", lambda child, now_s: setattr(child, "started_s", now_s))
    assert not supervisor._keep(ended(REFUSED), 1.0)
    later = ended(1)
    assert supervisor._keep(later, 1.0)
    later.process = _Ended(REFUSED)  # type: ignore[assignment]  # likewise
    assert all(supervisor._keep(later, 1.0 + second) for second in range(60))


def test_a_child_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    tried = []

    def start(child: Child, now_s: float) -> None:
        tried.append(now_s)
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(Child, "start", start)
    child = ended(-9)
    for now_s in range(100, 130):
        assert supervisor._keep(child, float(now_s))
    assert len(tried) == pytest.approx(30 / BACK_OFF_S[-1], abs=1)
    assert "cannot be started: BlockingIOError (Resource temporarily unavailable)" in capsys.readouterr().err


@pytest.mark.parametrize("logged", [True, False])
def test_a_sign_in_link_is_told_to_a_person_and_not_to_the_journal(tmp_path: Path, logged: bool) -> None:
    server = Server(tmp_path / "data")
    server.log.touch()
    found = server.log.stat()
    server.environment["JOURNAL_STREAM"] = f"{found.st_dev}:{found.st_ino + (not logged)}"
    with server:
        assert until(lambda: "Sign in" in server.said(), START_S_MAX)
    assert ("/sign-in#" in server.said()) is not logged
