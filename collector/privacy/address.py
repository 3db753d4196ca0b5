"""From a connection to a truncated address: /24 for IPv4, /48 for IPv6. The full address goes no further than here.

The lengths follow the CNIL's audience-measurement criteria (last octet removed) and common practice for IPv6,
where one household holds a /56 or a /48.
"""

import ipaddress
from socket import AF_INET, AF_INET6, inet_pton

IPV4_KEPT_BYTES = 3
IPV6_KEPT_BYTES = 6
HOPS_MAX = 32  # entries of X-Forwarded-For looked at, from the right; a longer chain is somebody playing
_MAPPED = b"\x00" * 10 + b"\xff\xff"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def packed(address: str) -> bytes:
    """The address in network order, 4 or 16 bytes, or b"" if it is none.

    Accepts what proxies write: a port behind, brackets around IPv6, a zone id; an IPv4-mapped IPv6 address is IPv4.
    """
    try:
        return inet_pton(AF_INET, address)
    except (OSError, ValueError):
        return _packed_odd(address.strip())


def _packed_odd(address: str) -> bytes:
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    address = address.partition("%")[0]
    try:
        if ":" not in address:
            return inet_pton(AF_INET, address)
        full = inet_pton(AF_INET6, address)
    except (OSError, ValueError):
        return b""
    return full[12:] if full.startswith(_MAPPED) else full


def truncated(full: bytes) -> bytes:
    """The kept bytes of a packed address: 3 of an IPv4, 6 of an IPv6 one; b"" of anything else."""
    if len(full) == 4:
        return full[:IPV4_KEPT_BYTES]
    return full[:IPV6_KEPT_BYTES] if len(full) == 16 else b""


class TrustedHops:
    """Which peers' X-Forwarded-For is believed."""

    def __init__(self, networks: tuple[Network, ...]) -> None:
        self._hosts = frozenset(n.network_address.packed for n in networks if n.num_addresses == 1)
        wide = [n for n in networks if n.num_addresses > 1]
        self._networks = [(len(n.network_address.packed), int(n.network_address), int(n.netmask)) for n in wide]
        self._any = bool(networks)

    def __contains__(self, full: bytes) -> bool:
        if full in self._hosts:
            return True
        number = int.from_bytes(full, "big") if self._networks else 0
        return any(len(full) == size and number & mask == base for size, base, mask in self._networks)

    def client(self, peer: str, forwarded_for: str) -> bytes:
        """The packed address of the client: the rightmost one that is not a trusted proxy.

        A header from an untrusted peer changes nothing. An entry that is no address ends the walk at the last hop
        that was one: what stands to the left of it was written by a stranger.
        """
        current = packed(peer)
        if not forwarded_for or not self._any or current not in self:
            return current
        for entry in forwarded_for.split(",")[: -HOPS_MAX - 1 : -1]:
            hop = packed(entry)
            if not hop:
                return current
            current = hop
            if hop not in self:
                return hop
        return current
