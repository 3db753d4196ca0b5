"""From a URL to the page it names: host and a cleaned path, nothing that a person or a secret could hide in.

docs/pages.md has the rules as a table, which a test runs. Cleaning a cleaned page changes nothing.
"""

import re
import string
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import idna

from collector.enrich.lru import Bounded, same
from collector.enrich.redact import decoded, redact, redact_named, redact_segments

# Lengths in characters: of a URL that is looked at, of a page that is kept, of one part of a path, of one kept parameter.
URL_MAX = 2000
PAGE_MAX = 500
SEGMENT_MAX = 200
PARAMETER_MAX = 100
# The longest name of a host (RFC 1035).
HOST_MAX = 253
# Stands where something was cut off.
CUT = "…"

_URL = re.compile(r"(https?):[/\\]{2,}([^/\\?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.IGNORECASE | re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_ADDRESS = re.compile(r"\[[0-9a-f:.]{2,45}\]")
_ATOM_CHARACTERS = string.ascii_letters + string.digits


class PageUrl(NamedTuple):
    """A page: lower-case host, cleaned path, and the raw query string for `Sources.acquisition` (never to be kept)."""

    hostname: str
    page: str
    query: str


class Pages:
    """URL → `PageUrl` or None, remembered, with one object for each distinct host and page. See `clean_page`."""

    def __init__(self, query_parameters: frozenset[str] = frozenset(), hash_mode: bool = False, cache_max: int = 20_000) -> None:
        self._query_parameters = query_parameters
        self._hash_mode = hash_mode
        self._shared: Bounded[str, str] = Bounded(same, cache_max)
        self._cache: Bounded[str, PageUrl | None] = Bounded(self._compute, cache_max, lambda url: len(url) <= URL_MAX)
        self.lookup = self._cache.__getitem__

    def forget(self) -> None:
        """Forget every URL seen."""
        self._cache.forget()
        self._shared.forget()

    def _compute(self, url: str) -> PageUrl | None:
        found = clean_page(url, self._query_parameters, self._hash_mode)
        return found and PageUrl(self._shared[found.hostname], self._shared[found.page], found.query)


def clean_page(url: str, query_parameters: frozenset[str] = frozenset(), hash_mode: bool = False) -> PageUrl | None:
    """The page that an http or https URL names; None for any other scheme and for a URL without a usable host.

    `query_parameters` stay part of the page, sorted; with `hash_mode` a fragment that is a route ("#/…", "#!/…") does too.
    """
    found = _split(url)
    if not found:
        return None
    _, authority, path, query, fragment = found
    hostname = clean_host(authority)
    if not hostname:
        return None
    page = clean_path(path) + _kept_query(query, query_parameters)
    if hash_mode and fragment.startswith(("/", "!/")):
        page += _route(fragment, query_parameters)
    return PageUrl(hostname, _cut_page(page), query)


def _split(url: str) -> tuple[str, str, str, str, str] | None:
    """(scheme, authority, path, query, fragment), each "" where it is missing."""
    text = _CONTROL.sub("", url[: 2 * URL_MAX]).strip()
    found = _URL.fullmatch(_cut_url(text))
    if not found:
        return None
    scheme, authority, path, query, fragment = found.groups(default="")
    return scheme, authority, path, query, fragment


def _cut_url(text: str) -> str:
    """At most URL_MAX characters; a part of the path that the cut goes through is dropped, for half a token looks like a word."""
    if len(text) <= URL_MAX:
        return text
    kept = text[:URL_MAX]
    return kept if "?" in kept or "#" in kept else kept[: kept.rfind("/") + 1]


def clean_host(authority: str) -> str:
    """The lower-case host of "user:password@host:port", in ASCII (punycode) form; "" where it is none."""
    host = authority[: 4 * HOST_MAX].rpartition("@")[2].lower()
    if host.startswith("["):
        address = host.partition("]")[0] + "]"
        return address if _ADDRESS.fullmatch(address) else ""
    host = host.partition(":")[0].rstrip(".")
    if len(host) > HOST_MAX:
        return ""
    if not host.isascii():
        host = _punycode(host)
    return host if _HOST.fullmatch(host) else ""


def _punycode(host: str) -> str:
    """As browsers encode it (UTS 46). The interpreter's own encoding, of 2003, makes another name of `straße`; but it has `☕`."""
    try:
        return idna.encode(host, uts46=True).decode("ascii").rstrip(".")
    except (idna.IDNAError, UnicodeError):
        with suppress(UnicodeError):
            return host.encode("idna").decode("ascii").lower().rstrip(".")
    return ""


def clean_path(path: str) -> str:
    """A path as it is shown: "/" first, decoded, tidied, secrets replaced, at most PAGE_MAX characters."""
    segments: list[str] = []
    for segment in _segments(path):
        if segment == "..":
            del segments[-1:]
        else:
            segments.append(segment)
    return _join([_cut(segment, SEGMENT_MAX) for segment in redact_segments(segments)])


def clean_link(link: str) -> str:
    """The address of a link that was followed, as it is kept: host and cleaned path, without scheme, login, query and fragment."""
    address = re.split(r"[?#]", link, maxsplit=1)[0].rpartition("://")[2].removeprefix("//")
    host, _, path = address.partition("/")
    return host.rpartition("@")[2].lower() + clean_path(path)


def _segments(path: str) -> Iterator[str]:
    for segment in decoded(path).replace("\\", "/").split("/"):
        text = segment.strip()
        if text and text != ".":
            yield text


def _join(segments: list[str]) -> str:
    """The segments as one path, the last ones given up for a mark where it would be too long."""
    path = "/" + "/".join(segments)
    if len(path) <= PAGE_MAX:
        return path
    while len(path) > PAGE_MAX - 2:
        path = path[: path.rfind("/")]
    return f"{path}/{CUT}"


def _cut_page(page: str) -> str:
    """A page with parameters or a route that make it too long loses these."""
    return page if len(page) <= PAGE_MAX else re.split(r"[?#]", page, maxsplit=1)[0]


def _cut(text: str, length_max: int) -> str:
    """At most so long, cut between atoms: half a token would look like a word."""
    if len(text) <= length_max:
        return text
    return text[: length_max - 1].rstrip(_ATOM_CHARACTERS).rstrip() + CUT


def _kept_query(query: str, names: frozenset[str]) -> str:
    if not query or not names:
        return ""
    pairs = {name: value for name, value in query_pairs(query) if name in names}
    kept = sorted((_encoded(name), _encoded(_cut(redact_named(name, value), PARAMETER_MAX))) for name, value in pairs.items())
    return "?" + "&".join(f"{name}={value}" for name, value in kept) if kept else ""


def query_pairs(query: str) -> Iterator[tuple[str, str]]:
    """The decoded (name, value) pairs of a query string; a name without "=" has the value ""."""
    for pair in query[:URL_MAX].split("&"):
        name, _, value = pair.partition("=")
        if name:
            yield decoded(name.replace("+", " ")).strip(), decoded(value.replace("+", " ")).strip()


def _encoded(text: str) -> str:
    return text.replace("&", "%26").replace("+", "%2B").replace("=", "%3D").replace(" ", "+")


def _route(fragment: str, query_parameters: frozenset[str]) -> str:
    mark = "!" if fragment.startswith("!") else ""
    path, _, query = fragment.removeprefix("!").partition("?")
    return f"#{mark}{clean_path(path)}{_kept_query(query, query_parameters)}"


def clean_text(value: str, length_max: int) -> str:
    """A value that came in a URL, such as a campaign's name: decoded, one line, secrets replaced, cut."""
    return _cut(redact(" ".join(decoded(_cut(value, URL_MAX)).split())), length_max)
