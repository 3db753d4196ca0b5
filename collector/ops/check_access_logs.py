"""Checks whether the proxy in front writes visitors' addresses to its own log, which would break the first promise.

Reads nginx's and Caddy's configuration as they do themselves, from the main file through what it includes, as far as it
may, and judges only the server blocks that are ours: those that name our public host or pass to our port.
docs/deploy.md shows configurations that pass.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from collector.ops import config_tree
from collector.ops.config_tree import Directive
from collector.ops.findings import Finding, Scene

FILES_MAX = 500
FILE_BYTES_MAX = 1_000_000

# Every variable of nginx that holds a whole address, or a header in which proxies write one.
_ADDRESS = re.compile(
    r"\$\{?(?:(?:binary_)?remote_addr|realip_remote_addr|proxy_add_x_forwarded_for"
    r"|http_(?:x_forwarded_for|x_real_ip|forwarded|cf_connecting_ip|true_client_ip|x_client_ip))(?![a-z0-9_])"
)
COMBINED = "combined"  # nginx's built-in format, used where none is named; it begins with $remote_addr
_QUIET_LEVELS = frozenset({"crit", "alert", "emerg"})  # each line of a lower level ends with "client: <address>"
_CADDY_ADDRESSES = ("request>remote_ip", "request>client_ip")
_CADDY_MASKS = frozenset({"ip_mask", "delete", "replace"})  # `hash` is none: four billion addresses are hashed in seconds
_NGINX_DO = "Log a masked address (a map on $remote_addr and a log_format of your own) or `access_log off;`: see docs/deploy.md."
_CADDY_DO = "Mask both with `format filter`, `request>remote_ip ip_mask 24 48` and `request>client_ip ip_mask 24 48`: see docs/deploy.md."


class _Files:
    """Reads configuration files by the patterns that include them, a bounded number of them."""

    def __init__(self, etc: Path, home: Path, parse: Callable[[str, str], Directive]) -> None:
        self._etc, self._home, self._parse, self._left = etc, home, parse, FILES_MAX

    def directives(self, pattern: str) -> list[Directive]:
        """The directives of all files that match: a relative pattern is meant from `home`, one in /etc from our `etc`."""
        if pattern.startswith("/etc/"):
            pattern = str(self._etc / pattern.removeprefix("/etc/"))
        base, within = (Path("/"), pattern.lstrip("/")) if pattern.startswith("/") else (self._home, pattern)
        try:
            return [directive for path in sorted(base.glob(within)) for directive in self._read(path)]
        except (OSError, ValueError, NotImplementedError):  # a pattern glob does not know, a folder that is not ours to read
            return []

    def _read(self, path: Path) -> list[Directive]:
        self._left -= 1
        try:
            if self._left < 0 or not path.is_file() or path.stat().st_size > FILE_BYTES_MAX:
                return []
            return self._parse(path.read_text(encoding="utf-8", errors="replace"), str(path)).inner
        except OSError:  # not ours to read: what cannot be seen is not judged
            return []


def access_logs(scene: Scene) -> Iterator[Finding]:
    """A warning for each line that logs visitors' addresses; one all-clear when our blocks were seen and log none."""
    nginx, caddy = _nginx(scene.etc), _caddy(scene.etc)
    servers = [block for block in nginx.walk() if block.name == "server" and _is_ours(block, scene)]
    sites = [block for block in caddy.inner if _is_ours(block, scene)]
    findings = [*_nginx_findings(nginx, servers), *(finding for site in sites for finding in _caddy_findings(site))]
    yield from dict.fromkeys(findings)  # a line outside all servers counts once, however many it applies to
    if (servers or sites) and not findings:
        yield Finding("ok", "The proxy's log holds no visitor's address.", ", ".join(sorted({block.file for block in servers + sites})))


def _nginx(etc: Path) -> Directive:
    files = _Files(etc, etc / "nginx", config_tree.nginx)
    return config_tree.included(Directive((), inner=files.directives("nginx.conf")), "include", files.directives)


def _caddy(etc: Path) -> Directive:
    files = _Files(etc, etc / "caddy", config_tree.caddy)
    root = Directive((), inner=files.directives("Caddyfile"))
    snippets = {block.name: block.inner for block in root.inner if block.name.startswith("(")}

    def brought(word: str) -> list[Directive]:
        return snippets[f"({word})"] if f"({word})" in snippets else files.directives(word)

    return config_tree.included(root, "import", brought)


def _is_ours(block: Directive, scene: Scene) -> bool:
    host, port = urlsplit(scene.settings.base_url).hostname, scene.settings.port
    names = {word.rstrip(",").removeprefix("https://").split(":")[0] for word in block.words}
    for inner in block.walk():
        if inner.name == "server_name":
            names.update(inner.words[1:])
        if inner.name in ("proxy_pass", "reverse_proxy") and any(word.rstrip("/").endswith(f":{port}") for word in inner.words[1:]):
            return True
    return host in names


def _nginx_findings(root: Directive, servers: list[Directive]) -> Iterator[Finding]:
    formats = {d.words[1]: " ".join(d.words[2:]) for d in root.walk() if d.name == "log_format" and len(d.words) > 2}
    outer = [*root.inner, *(d for http in root.inner if http.name == "http" for d in http.inner)]
    for server in servers:
        yield from _open_access_logs(server, _in_force("access_log", server, outer), formats)
        yield from _open_error_logs(server, _in_force("error_log", server, outer))


def _in_force(name: str, server: Directive, outer: list[Directive]) -> list[Directive]:
    """The directives of a name that apply somewhere in a server: its own, and those from outside unless it overrides them."""
    inside = [d for d in server.walk() if d.name == name]
    if any(d.name == name for d in server.inner):
        return inside
    return inside + [d for d in outer if d.name == name]


def _open_access_logs(server: Directive, logs: list[Directive], formats: dict[str, str]) -> Iterator[Finding]:
    if not logs:
        yield Finding(
            "warn", "nginx logs every visitor's address: no access_log is set, and its own default does.", server.where, _NGINX_DO
        )
    for log in logs:
        name = _format_name(log)
        if name and (name == COMBINED or _ADDRESS.search(formats.get(name, ""))):
            yield Finding("warn", f"nginx logs every visitor's address (format {name}).", log.where, _NGINX_DO)


def _open_error_logs(server: Directive, logs: list[Directive]) -> Iterator[Finding]:
    do = "Set `error_log /dev/null;` or a level of crit for this server."
    loud = [log for log in logs if "/dev/null" not in log.words and log.words[-1] not in _QUIET_LEVELS]
    for directive in loud or ([] if logs else [server]):
        yield Finding("warn", "nginx's error log names the visitor's address with each error.", directive.where, do)


def _format_name(log: Directive) -> str:
    """The format of an access_log directive, "" when it is off or goes nowhere."""
    words = log.words[1:]
    if not words or words[0] in ("off", "/dev/null"):
        return ""
    return words[1] if len(words) > 1 and "=" not in words[1] else COMBINED


def _caddy_findings(site: Directive) -> Iterator[Finding]:
    for log in site.inner:
        if log.name == "log" and not _caddy_masks(log):
            yield Finding("warn", "Caddy logs every visitor's address.", log.where, _CADDY_DO)


def _caddy_masks(log: Directive) -> bool:
    inside = list(log.walk())
    if any(directive.words[:2] == ("output", "discard") for directive in inside):
        return True
    masked = {directive.name for directive in inside if len(directive.words) > 1 and directive.words[1] in _CADDY_MASKS}
    return masked.issuperset(_CADDY_ADDRESSES)
