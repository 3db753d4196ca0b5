"""The test of the tests: a planted mark is found in every form, and clean bytes are clean."""

import ipaddress
import random
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.promise.bait import hit
from tests.promise.scanner import Scanner

V4, V6 = hit(300).address, hit(302).address
KEY, SALT = b"\x07key\xff\x00\x9ak", bytes(range(100, 132))
WORD = hit(5).user_agent.encode()
SCANNER = Scanner([V4, V6], [KEY], [SALT])


def packed(address: str) -> bytes:
    return ipaddress.ip_address(address).packed


PLANTS: dict[str, bytes] = {
    "v4": V4.encode(),
    "v4 network": V4.rpartition(".")[0].encode() + b".0/24",
    "v4 packed": packed(V4),
    "v4 number": str(int(ipaddress.ip_address(V4))).encode(),
    "v4 as a name": ipaddress.ip_address(V4).reverse_pointer.encode(),
    "v6": V6.encode(),
    "v6 in full": ipaddress.ip_address(V6).exploded.encode(),
    "v6 packed": packed(V6),
    "v6 network packed": packed(V6)[:6],
    "v6 as a name": ipaddress.ip_address(V6).reverse_pointer.encode(),
    "agent": WORD,
    "key": KEY,
    "salt": SALT,
}
DISGUISES: dict[str, Callable[[bytes], bytes]] = {
    "as it is": bytes,
    "reversed": lambda plant: plant[::-1],
    "hex": lambda plant: plant.hex().encode(),
    "upper hex": lambda plant: b"x" + plant.hex().upper().encode(),
    "hex with colons": lambda plant: plant.hex(":").encode(),
    "base64": b64encode,
    "base64 behind one byte": lambda plant: b64encode(b"a" + plant + b"zz"),
    "base64 behind two": lambda plant: urlsafe_b64encode(b"ab" + plant + b"z"),
    "percent": lambda plant: quote(plant, safe="").encode(),
    "upper case": lambda plant: plant.upper() if plant.isascii() else plant,
}
NOISE = random.Random(1).randbytes(3_000)


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_mark_is_found(plant: str, disguise: str) -> None:
    hidden = DISGUISES[disguise](PLANTS[plant])
    if len(PLANTS[plant]) < 6 and "base64" in disguise:
        hidden = b64encode(b"Zm" + PLANTS[plant] + b"Zm")  # a run of eight letters at least
    assert SCANNER.found(NOISE + b"\n" + hidden + b"\n" + NOISE)


def test_a_mark_inside_compressed_bytes_is_found() -> None:
    assert SCANNER.found(zlib.compress(b"x" * 500 + V4.encode() + b"x" * 500))


def test_clean_bytes_are_clean() -> None:
    clean = b"198.51.100.7 2001:db8:1::1 Mozilla/5.0 3323 20260115 https://shop.example/p7 " + b64encode(NOISE) + NOISE.hex().encode()
    assert SCANNER.found(NOISE + clean) == set()
