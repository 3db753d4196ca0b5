"""What a running server answers those who should not be asking: other sites' pages, other users of the machine, strangers."""

import http.client
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.server import Answer, Server

# A page of another site, open in a browser on the server's own machine. The second one's name leads to 127.0.0.1.
FOREIGN = {"origin": "https://evil.example", "sec-fetch-site": "cross-site", "content-type": "text/plain"}
REBOUND = {"host": "evil.example:8000"}


def ask(server: Server, method: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """One request as it stands: nothing is followed, and Host is what the headers say."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request(method, path, headers=dict(headers or {}))
        found = connection.getresponse()
        return Answer(found.status, {name.lower(): value for name, value in found.getheaders()}, found.read())
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/internal/backup", "/%69nternal/backup", "http://localhost/internal/backup", "//internal/backup"])
@pytest.mark.parametrize("headers", [{}, FOREIGN, {"x-footfall-operator": "1"}, {"X-Footfall-Operator": "1", "x-footfall-local": "1"}])
def test_nobody_acts_for_the_operator_through_the_port(server: Server, path: str, headers: dict[str, str]) -> None:
    assert ask(server, "POST", path, {"content-length": "0", **headers}).status == 404


def test_the_command_line_acts_through_the_socket_that_is_its_users_alone(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as own:
        folder = Path(own.command("backup").strip())
        assert folder.parent == own.settings.backup_dir and (folder / "manifest.json").is_file()
        assert (own.runtime / "back.sock").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("headers", [REBOUND, {"x-forwarded-for": "127.0.0.1"}, {"host": "localhost", "via": "1.1 proxy"}])
def test_figures_of_the_machine_are_for_the_machine(server: Server, headers: dict[str, str]) -> None:
    assert ask(server, "GET", "/metrics").status == 200
    assert ask(server, "GET", "/metrics", headers).status == 401
