"""The visitor key: keyed BLAKE2b over site, truncated address and User-Agent, with the site's salt of the day."""

from hashlib import blake2b

KEY_BYTES = 8  # 64 bits: among 1 million visitors of a day the chance that any two share a key is 3 in 100 million
SALT_BYTES = 32


def visitor_key(salt: bytes | memoryview, site: int, address: bytes, user_agent: bytes) -> bytes:
    """8 bytes that stand for one visitor of one site until its midnight.

    `address` is truncated (3 or 6 bytes). Its length is part of the input, so that no two inputs run together.
    """
    return blake2b(b"%d:%d:%b%b" % (site, len(address), address, user_agent), digest_size=KEY_BYTES, key=salt).digest()
