"""The country and network data that come with Footfall: shipped compressed, unpacked once into a folder of the server's.

The reader maps a raw file into memory, and the raw files are three times the size of the shipped ones (18 MB against
6.5 MB), hence the unpacking at first start: half a second, once. What is unpacked carries its checksum in its name,
so newer data of a newer version never meet an older file, and an interrupted start leaves a temporary name only.
`scripts/enrich_unpack_geo.py` makes the shipped files and says how to renew them.
"""

import hashlib
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from collector import lasting

DATA = Path(__file__).parent / "data"

# How much is unpacked and written at a time. Written in one piece, a file is cached in huge pages where the kernel has them, and
# each look-up maps 2 MB: 6 MB of the memory of a front that had looked up nothing (ext4, Linux 6.18).
PIECE_BYTES = 65_536


class Embedded(NamedTuple):
    """One shipped database: its name, and the size in bytes and sha256 of the raw file."""

    name: str
    raw_bytes: int
    sha256: str

    @property
    def file_name(self) -> str:
        """What the unpacked file is called."""
        return f"{self.name}-{self.sha256[:8]}.mmdb"


COUNTRY = Embedded("user-country", 7605413, "a6fee9536266abe05bb6b0c34b5215728b85d1f92ceef3390b24a0e5f5f8d9d5")
NETWORK = Embedded("origin-asn", 10522671, "a6b66cae34776ef4e2c5e5dd04d7cdf72c24eb4ddad4d81f4c18ecc4a0e69926")

LICENCE = "Public domain (PDDL 1.0), ip-location-db"


def ensure_embedded(folder: Path) -> tuple[Path, Path]:
    """The paths of the raw (country, network) databases in `folder`, unpacked there if they are not, or are damaged.

    Raises OSError when the folder cannot be written, ValueError when a shipped file is damaged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return _ensure(COUNTRY, folder), _ensure(NETWORK, folder)


def _ensure(data: Embedded, folder: Path) -> Path:
    path = folder / data.file_name
    if not _is_whole(path, data):
        lasting.replace(path, _unpacked(data))  # two processes may do this at once and both are right
    return path


def _is_whole(path: Path, data: Embedded) -> bool:
    try:
        if path.stat().st_size != data.raw_bytes:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == data.sha256
    except FileNotFoundError:
        return False


def _unpacked(data: Embedded) -> Iterator[bytes]:
    """The raw file in pieces. Raises ValueError, after the last at the latest, when what is shipped is damaged."""
    source = DATA / f"{data.name}.mmdb.xz"
    damaged = ValueError(f"{source} is damaged: install Footfall again.")
    digest = hashlib.sha256()
    try:
        with lzma.open(source) as file:
            while piece := file.read(PIECE_BYTES):
                digest.update(piece)
                yield piece
    except (lzma.LZMAError, EOFError):
        raise damaged from None
    if digest.hexdigest() != data.sha256:
        raise damaged
