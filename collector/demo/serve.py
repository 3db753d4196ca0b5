"""The demo site as a process: answers on a listening socket it is handed, until told to stop."""

import socket

import uvicorn

from collector.demo.site import DOMAIN, demo_app

DRAIN_S = 1


def main(listener: socket.socket, collector_url: str) -> None:
    """Serve the demo site until SIGTERM. Nothing is logged: an access log would hold the visitor's address."""
    config = uvicorn.Config(
        demo_app(collector_url, DOMAIN),
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="critical",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=DRAIN_S,
    )
    uvicorn.Server(config).run(sockets=[listener])
