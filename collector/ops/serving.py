"""uvicorn as every process here runs it: no access log, no names of ours in headers, no trust in a client's headers."""

from typing import Any

import uvicorn


def quiet_server(app: Any, drain_s: int, **more: Any) -> uvicorn.Server:
    """A server of an ASGI application that logs nothing (an access log would hold addresses) and believes no proxy header.

    `drain_s` is how long requests under way may take once it is told to stop; `more` are further uvicorn settings.
    """
    config = uvicorn.Config(
        app,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="critical",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=drain_s,
        **more,
    )
    return uvicorn.Server(config)
