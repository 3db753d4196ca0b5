"""The addresses a person is told: where the dashboard is, and the one-time link that signs in."""

import ipaddress

from collector.settings import Settings


def dashboard_url(settings: Settings, port: int = 0) -> str:
    """The dashboard's address without a trailing slash: `base_url`, else the address listened on.

    `port` is the one in use, for a server that asked the system for a free one.
    """
    if settings.base_url and not settings.dashboard_port:
        return settings.base_url.rstrip("/")
    return f"http://{_reachable(settings.host)}:{port or settings.dashboard_port or settings.port}"


def collector_url(settings: Settings, port: int = 0) -> str:
    """The collector's public address without a trailing slash, as pages name it."""
    return settings.base_url.rstrip("/") or f"http://{_reachable(settings.host)}:{port or settings.port}"


def sign_in_link(settings: Settings, token: str, port: int = 0) -> str:
    """A link that signs in once. The token stands in the fragment, which browsers keep out of requests and so out of logs."""
    return f"{dashboard_url(settings, port)}/sign-in#{token}"


def is_loopback(host: str) -> bool:
    """Whether listening on this host is listening to this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reachable(host: str) -> str:
    """A host a browser on this machine can open: 0.0.0.0 and :: are no destinations."""
    if host in ("", "0.0.0.0"):  # noqa: S104  # compared with, not bound to
        return "127.0.0.1"
    if host == "::":
        return "[::1]"
    return f"[{host}]" if ":" in host else host
