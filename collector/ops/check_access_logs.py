"""Checks whether the proxy in front writes visitors' addresses to its own log, which would break the first promise.

Looks at nginx and Caddy in their usual folders, as far as it may read them, and only at the server blocks that are ours:
those that name our public host or pass to our port. docs/deploy.md shows configurations that pass.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
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


class File(NamedTuple):
    """One configuration file, read."""

    path: Path
    root: Directive


def access_logs(scene: Scene) -> Iterator[Finding]:
    """A warning for each line that logs visitors' addresses; one all-clear when our blocks were seen and log none."""
    nginx_files = _read(sorted((scene.etc / "nginx").rglob("*")), config_tree.nginx)
    caddy_files = _read([scene.etc / "caddy" / "Caddyfile"], config_tree.caddy)
    servers = [(file, block) for file in nginx_files for block in file.root.walk() if block.name == "server" and _is_ours(block, scene)]
    sites = [(file, block) for file in caddy_files for block in file.root.inner if _is_ours(block, scene)]
    findings = [*_nginx_findings(nginx_files, servers), *(found for file, site in sites for found in _caddy_findings(file, site))]
    yield from findings
    if (servers or sites) and not findings:
        yield Finding(
            "ok", "The proxy's log holds no visitor's address.", ", ".join(sorted({str(file.path) for file, _ in servers + sites}))
        )


def _read(paths: list[Path], parse: Callable[[str], Directive]) -> list[File]:
    files = []
    for path in paths[:FILES_MAX]:
        try:
            if path.is_file() and path.stat().st_size <= FILE_BYTES_MAX:
                files.append(File(path, parse(path.read_text(encoding="utf-8", errors="replace"))))
        except OSError:  # not ours to read: what cannot be seen is not judged
            continue
    return files


def _is_ours(block: Directive, scene: Scene) -> bool:
    host, port = urlsplit(scene.settings.base_url).hostname, scene.settings.port
    names = {word.rstrip(",").removeprefix("https://").split(":")[0] for word in block.words}
    for inner in block.walk():
        if inner.name == "server_name":
            names.update(inner.words[1:])
        if inner.name in ("proxy_pass", "reverse_proxy") and any(word.rstrip("/").endswith(f":{port}") for word in inner.words[1:]):
            return True
    return host in names


def _nginx_findings(files: list[File], servers: list[tuple[File, Directive]]) -> Iterator[Finding]:
    formats = {d.words[1]: " ".join(d.words[2:]) for file in files for d in file.root.walk() if d.name == "log_format" and len(d.words) > 2}
    outer = [(file, d) for file in files for d in _outside_servers(file.root)]
    for file, server in servers:
        own = [(file, d) for d in server.walk()]
        yield from _open_access_logs(file, server, own, outer, formats)
        yield from _open_error_logs(file, server, own, outer)


def _open_access_logs(
    file: File, server: Directive, own: list[tuple[File, Directive]], outer: list[tuple[File, Directive]], formats: dict[str, str]
) -> Iterator[Finding]:
    logs = _in_force("access_log", server, own, outer)
    if not logs:
        yield Finding(
            "warn", "nginx logs every visitor's address: no access_log is set, and its own default does.", _at(file, server), _NGINX_DO
        )
    for where, log in logs:
        name = _format_name(log)
        if name and (name == COMBINED or _ADDRESS.search(formats.get(name, ""))):
            yield Finding("warn", f"nginx logs every visitor's address (format {name}).", _at(where, log), _NGINX_DO)


def _open_error_logs(
    file: File, server: Directive, own: list[tuple[File, Directive]], outer: list[tuple[File, Directive]]
) -> Iterator[Finding]:
    logs = _in_force("error_log", server, own, outer)
    do = "Set `error_log /dev/null;` or a level of crit for this server."
    loud = [(where, log) for where, log in logs if "/dev/null" not in log.words and log.words[-1] not in _QUIET_LEVELS]
    for where, log in loud or ([] if logs else [(file, server)]):
        yield Finding("warn", "nginx's error log names the visitor's address with each error.", _at(where, log), do)


def _in_force(
    name: str, server: Directive, own: list[tuple[File, Directive]], outer: list[tuple[File, Directive]]
) -> list[tuple[File, Directive]]:
    """The directives of a name that apply somewhere in a server: its own, and those from outside unless it overrides them."""
    inside = [(file, d) for file, d in own if d.name == name]
    if any(d.name == name for d in server.inner):
        return inside
    return inside + [(file, d) for file, d in outer if d.name == name]


def _outside_servers(root: Directive) -> Iterator[Directive]:
    stack = root.inner[::-1]
    while stack:
        found = stack.pop()
        yield found
        if found.name in ("http", ""):
            stack.extend(found.inner[::-1])


def _format_name(log: Directive) -> str:
    """The format of an access_log directive, "" when it is off or goes nowhere."""
    words = log.words[1:]
    if not words or words[0] in ("off", "/dev/null"):
        return ""
    return words[1] if len(words) > 1 and "=" not in words[1] else COMBINED


def _caddy_findings(file: File, site: Directive) -> Iterator[Finding]:
    for log in site.inner:
        if log.name == "log" and not _caddy_masks(log):
            yield Finding("warn", "Caddy logs every visitor's address.", _at(file, log), _CADDY_DO)


def _caddy_masks(log: Directive) -> bool:
    inside = list(log.walk())
    if any(directive.words[:2] == ("output", "discard") for directive in inside):
        return True
    masked = {directive.name for directive in inside if len(directive.words) > 1 and directive.words[1] in _CADDY_MASKS}
    return masked.issuperset(_CADDY_ADDRESSES)


def _at(file: File, directive: Directive) -> str:
    return f"{file.path}:{directive.line}"
