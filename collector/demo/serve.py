"""The demo site as a process: answers on a listening socket it is handed, until told to stop."""

import socket

from collector.demo.site import DOMAIN, demo_app
from collector.ops.serving import quiet_server

DRAIN_S = 1


def main(listener: socket.socket, collector_url: str) -> None:
    """Serve the demo site until SIGTERM. Nothing is logged: an access log would hold the visitor's address."""
    quiet_server(demo_app(collector_url, DOMAIN), DRAIN_S).run(sockets=[listener])
