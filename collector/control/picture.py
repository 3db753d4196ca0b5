"""The read-only picture of the sites that ingest works from: one small JSON file, replaced whole, read without a database.

The front starts and runs on this file alone, so a locked or missing database never makes a browser wait.
By default a site takes hits from its domain and all its subdomains (`www.`, `shop.`, …); listed patterns come on top.
"""

import fcntl
import os
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from collector import lasting
from collector.control.errors import PictureUnreadable
from collector.control.names import WILDCARD, in_letters

if TYPE_CHECKING:  # the front reads the picture and must not pay for the database: 12 MB and 0.2 s
    from collector.control.database import Control, SiteRow

FORMAT_VERSION = 1
# How often ingest looks whether the file changed; one stat costs 1 µs, and a new site counts within half a second.
CHECK_EACH_S = 0.5


class _Site(msgspec.Struct, frozen=True):
    id: int
    domain: str
    timezone: str
    hostnames: tuple[str, ...]


class _File(msgspec.Struct, frozen=True):
    version: int
    sites: tuple[_Site, ...]


@dataclass(frozen=True)
class SiteEntry:
    """One site as ingest sees it. `hostnames` are the listed patterns; `*.example.com` stands for all its subdomains."""

    id: int
    domain: str
    timezone: str
    hostnames: frozenset[str] = frozenset()
    _exact: frozenset[str] = field(init=False, repr=False, compare=False)
    _suffixes: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        wild = sorted(name.removeprefix("*") for name in self.hostnames if name.startswith(WILDCARD))
        object.__setattr__(self, "_exact", self.hostnames | {self.domain})
        object.__setattr__(self, "_suffixes", (f".{self.domain}", *wild))

    def allows(self, hostname: str) -> bool:
        """Whether hits from a page on this hostname (lower case, no port) count for the site."""
        return hostname in self._exact or hostname.endswith(self._suffixes)


@dataclass(frozen=True)
class Picture:
    """All sites by domain, at one moment."""

    by_domain: dict[str, SiteEntry] = field(default_factory=dict)
    # Domains by how people write them, with letters beyond ASCII: decoded once here, so that no event has to be encoded.
    _by_letters: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_letters", {letters: domain for domain in self.by_domain if (letters := in_letters(domain)) != domain})

    def name_of(self, domain: str) -> str:
        """The key in `by_domain` of a domain as a page gives it: any case, with `www.` or a last dot, in letters or punycode."""
        name = domain.strip().rstrip(".").lower().removeprefix("www.")
        return name if name.isascii() else self._by_letters.get(unicodedata.normalize("NFC", name), name)

    @classmethod
    def load(cls, path: Path) -> "Picture":
        """Read the file. Raises PictureUnreadable when it is missing, damaged or of a newer version."""
        try:
            read = msgspec.json.decode(path.read_bytes(), type=_File)
        except OSError as error:
            raise PictureUnreadable(f"{path} cannot be read: {error.strerror}.") from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise PictureUnreadable(f"{path} is damaged ({error}); it is written anew at the next start.") from None
        if read.version != FORMAT_VERSION:
            raise PictureUnreadable(f"{path} was written by another version of Footfall ({read.version}, this one knows {FORMAT_VERSION}).")
        return cls({s.domain: SiteEntry(s.id, s.domain, s.timezone, frozenset(s.hostnames)) for s in read.sites})


class PictureFile:
    """The picture in force: read again when the file changes, the last good one while it cannot be read."""

    def __init__(self, path: Path) -> None:
        """`problem` says why the newest file is not in force, "" when it is."""
        self.problem = ""
        self._path = path
        self._picture = Picture()
        self._mark: tuple[int, int, int] | None = None
        self._next_check_s = float("-inf")

    def current(self, monotonic_s: float) -> Picture:
        """The picture at this moment of a monotonic clock; between two looks at the file it costs one comparison."""
        if monotonic_s >= self._next_check_s:
            self._next_check_s = monotonic_s + CHECK_EACH_S
            self._look()
        return self._picture

    def _look(self) -> None:
        try:
            found = self._path.stat()
        except OSError as error:
            self.problem = f"{self._path} cannot be read: {error.strerror}."
            self._mark = None
            return
        mark = (found.st_mtime_ns, found.st_ino, found.st_size)
        if mark == self._mark:
            return
        try:
            self._picture = Picture.load(self._path)
            self.problem = ""
        except PictureUnreadable as error:
            self.problem = str(error)
        self._mark = mark


def write_picture(path: Path, rows: "Iterable[SiteRow]") -> None:
    """Replace the file by a picture of these sites: a reader sees the old one or the new one, whole, whatever is killed."""
    picture = _File(FORMAT_VERSION, tuple(_Site(row.id, row.domain, row.timezone, row.hostnames) for row in rows))
    lasting.replace(path, msgspec.json.format(msgspec.json.encode(picture), indent=1))


def publish(control: "Control", path: Path) -> None:
    """Write the picture of what the database holds now. Commands that publish at once take turns, so the last word is the newest."""
    with _turn(path):
        write_picture(path, control.sites())


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
