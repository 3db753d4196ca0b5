"""Reads the salt that a running front keeps in its runtime folder's file."""

import struct
from pathlib import Path

from collector.privacy.key import SALT_BYTES
from collector.privacy.salts import FILE_NAME

_SLOT = struct.Struct(f"<QQ{SALT_BYTES}s")  # site, day, salt; a slot of no site was never used


def salt_of(runtime: Path) -> bytes:
    """The salt of the one site that there is."""
    data = (runtime / FILE_NAME).read_bytes()
    (salt,) = [salt for site, _, salt in _SLOT.iter_unpack(data[: len(data) // _SLOT.size * _SLOT.size]) if site]
    return bytes(salt)
