"""Searches bytes for the marks of `bait.py` and for keys, in every form in which they could have been written.

Two halves: `views` undoes what an encoder may have done (reversal, hexadecimal, base64 at each of its alignments,
percent signs, UTF-16, zlib), and `marks` looks into each view for addresses as text, as numbers and as packed bytes, in
full and cut to their network, for marked words, and for visitor keys and salts.
"""

import ipaddress
import re
import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from tests.promise.bait import WORD

KEY_BYTES = 8
_TEXTS = re.compile(
    rb"198\.18\.\d{1,3}|\d{1,3}\.18\.198(?!\d)|198[-_]18[-_]\d"  # dotted, in reverse as name servers write it, in names
    rb"|2001:0?db8:ba[0-9a-f]{2}|8\.b\.d\.0\.1\.0\.0\.2"
    rb"|" + WORD.encode(),
    re.IGNORECASE,
)
_DECIMAL = re.compile(rb"(?<!\d)332\d{7}(?!\d)")  # 198.18.0.0 is 3323068416
_V4_NUMBERS = range(int(ipaddress.ip_address("198.18.0.0")), int(ipaddress.ip_address("198.19.0.0")))
_V6_PACKED = re.compile(rb"\x20\x01\x0d\xb8\xba")
_V4_PACKED = re.compile(rb"\xc6\x12..", re.DOTALL)
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}[:\- ]?){4,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-]{8,}")
_ALPHABET = bytes.maketrans(b"-_", b"+/")


class Scanner:
    """Knows which addresses were sent and which keys and salts they had."""

    def __init__(self, addresses: Iterable[str], keys: Iterable[bytes] = (), salts: Iterable[bytes] = ()) -> None:
        packed = {ipaddress.ip_address(address).packed for address in addresses}
        self._v4 = {address for address in packed if len(address) == 4}
        self._keys = frozenset(keys)
        self._salts = tuple(salts)

    def found(self, data: bytes, is_compressed: bool = False) -> set[str]:
        """What was found. In compressed or columnar bytes four of them say nothing, so there packed IPv4 is not looked for."""
        hits: set[str] = set()
        for name, view in views(data):
            hits.update(f"{what} ({name})" for what in self._marks(view, is_compressed))
        return hits

    def _marks(self, view: bytes, is_compressed: bool) -> Iterator[str]:
        for match in _TEXTS.finditer(view):
            yield match[0].decode("latin-1")
        for match in _DECIMAL.finditer(view):
            if int(match[0]) in _V4_NUMBERS:
                yield f"address {match[0]!r}"
        if _V6_PACKED.search(view):
            yield "packed IPv6"
        if not is_compressed:
            yield from (f"packed IPv4 {match[0]!r}" for match in _V4_PACKED.finditer(view) if match[0] in self._v4)
        if any(salt in view for salt in self._salts):
            yield "salt"
        if self._keys and not self._keys.isdisjoint(_windows(view)):
            yield "visitor key"


def _windows(view: bytes) -> Iterator[bytes]:
    return (view[at : at + KEY_BYTES] for at in range(len(view) - KEY_BYTES + 1))


def views(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The data as it is, and as it would be had it been encoded before."""
    yield "raw", data
    yield "reversed", data[::-1]
    yield "words", data.replace(b"\x00", b"")  # UTF-16 and padded columns
    if b"%" in data:
        yield "percent", unquote_to_bytes(data)
    yield "hex", b"\n".join(_unhexed(match[0]) for match in _HEX.finditer(data))
    yield "base64", b"\n".join(_unbased(data))
    with suppress(zlib.error):
        yield "zlib", zlib.decompress(data)


def _unhexed(run: bytes) -> bytes:
    digits = re.sub(rb"[^0-9a-fA-F]", b"", run)
    even, odd = digits[: len(digits) // 2 * 2], digits[1:]
    return bytes.fromhex(even.decode()) + b"\n" + bytes.fromhex(odd[: len(odd) // 2 * 2].decode())


def _unbased(data: bytes) -> Iterator[bytes]:
    """Every run of base64 letters, read from each of its first four: one of them is where the encoder's groups began."""
    for match in _BASE64.finditer(data):
        run = match[0].translate(_ALPHABET)
        for start in range(4):
            yield b64decode(run[start:] + b"A" * (-(len(run) - start) % 4))
