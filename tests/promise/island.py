"""A network of its own with nothing but loopback in it, where the kernel counts every connection and datagram.

Run in a new network namespace (`unshare --net`): serves, counts, shows, backs up; prints what the kernel and we counted.
Loops such as uvloop's connect in C, where no Python hook hears them: the kernel's own counters hear everything.
"""

import fcntl
import json
import socket
import struct
import sys
from pathlib import Path
from typing import Any

from tests.server import Server, midday_zone

SIOCSIFFLAGS, IFF_UP = 0x8914, 1  # <linux/sockios.h>, <net/if.h>


def loopback_up() -> None:
    """Begin the namespace's loopback, which is made down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def counters() -> dict[str, int]:
    """The kernel's counters of this namespace: TCP connections begun, UDP datagrams sent, raw packets out by protocol."""
    found: dict[str, int] = {}
    lines = Path("/proc/self/net/snmp").read_text().splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=True):
        protocol, *fields = names.split()
        found.update({protocol + field: int(value) for field, value in zip(fields, values.split()[1:], strict=True)})
    return {"tcp": found["Tcp:ActiveOpens"], "udp": found["Udp:OutDatagrams"], "icmp": found["Icmp:OutEchos"]}


def live(folder: Path) -> dict[str, Any]:
    """A server's ordinary day; what was counted."""
    own = 0

    def listen(name: str, given: tuple[Any, ...]) -> None:
        nonlocal own
        own += name == "socket.connect" and given[0].family == socket.AF_INET

    sys.addaudithook(listen)
    with Server(folder / "data", sites={"shop.example": midday_zone()}) as server:
        for number in range(40):
            sent = {"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9"}
            assert server.send(f"https://shop.example/{number}", headers=sent, r=f"https://ref{number}.example/a").counted
        stored = server.settled("pageviews", 40)
        for role in ("front", "back"):
            server.kill(role)
            server.wait_live()
        cookie = server.session()
        for path in ("/", "/site/shop.example", "/health/ready", "/metrics", "/script.js", "/nothing"):
            server.get(path, cookie)
        server.command("backup")
        ended = server.stop()
    return {"stored": stored, "ended": ended, "own": own, **counters()}


if __name__ == "__main__":
    loopback_up()
    print(json.dumps(live(Path(sys.argv[1]))))
