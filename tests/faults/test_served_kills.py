"""The real `footfall serve` under load, its processes killed with SIGKILL one after the other: nothing acknowledged is lost or doubled."""

from pathlib import Path

import pytest

from tests.faults.load import VISITORS, Load
from tests.server import Server, alive, midday_zone, until

ORPHANS_END_S = 5.0

pytestmark = pytest.mark.slow


def test_front_back_supervisor_and_all_at_once_are_killed_and_every_acknowledged_event_is_counted_once(tmp_path: Path) -> None:
    with Server(tmp_path / "data", sites={"shop.example": midday_zone()}) as server:
        with Load(server) as load:
            for role in ("front", "back", "front", "back", "supervisor", "all", "front"):
                load.wait_for(more=60)
                kill(server, role)
            load.wait_for(more=60)
        load.check()
        assert server.total("visitors") == server.total("visits") == VISITORS, "the visits did not go on where they were"
        assert server.stop() == 0


def kill(server: Server, role: str) -> None:
    """Kill one process or all; start again what nobody else starts."""
    if role == "all":
        server.kill_all()
        server.start()
    elif role == "supervisor":
        children = server.children()
        server.kill("supervisor")
        assert until(lambda: not any(alive(pid) for pid in children.values()), ORPHANS_END_S), "the children outlived their supervisor"
        server.start()
    else:
        before = server.kill(role)
        until(lambda: server.children().get(role, before) != before, 10)
        server.wait_live()
