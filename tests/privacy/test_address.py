"""Addresses are found through trusted hops only, and truncated at once."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.privacy.address import TrustedHops, packed, truncated

PROXIES = TrustedHops((ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")))
addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("203.0.113.77", "203.0.113"),
        ("203.0.113.77:51234", "203.0.113"),
        (" 203.0.113.77 ", "203.0.113"),
        ("::ffff:203.0.113.77", "203.0.113"),
        ("[2001:db8:1:2::77]:443", "2001:db8:1"),
        ("2001:db8:1:2::77%eth0", "2001:db8:1"),
        ("nobody", ""),
        ("203.0.113", ""),
        ("", ""),
        ("203.0.113.77\x00", ""),
    ],
)
def test_only_24_bits_of_ipv4_and_48_of_ipv6_are_kept(written: str, kept: str) -> None:
    found = truncated(packed(written))
    if not kept:
        assert found == b""
    elif ":" in kept:
        assert found == ipaddress.ip_address(f"{kept}::").packed[:6]
    else:
        assert found == ipaddress.ip_address(f"{kept}.0").packed[:3]


@given(peer=addresses, header=st.text(max_size=200))
def test_a_header_from_an_untrusted_peer_changes_nothing(peer: str, header: str) -> None:
    if packed(peer) not in PROXIES:
        assert PROXIES.client(peer, header) == packed(peer)
    assert TrustedHops(()).client(peer, header) == packed(peer)


@given(client=addresses, forged=st.lists(addresses, max_size=5), hops=st.integers(0, 3))
def test_the_client_is_the_rightmost_hop_that_is_not_trusted(client: str, forged: list[str], hops: int) -> None:
    if packed(client) in PROXIES:
        return
    chain = [*forged, client, *(f"10.0.0.{n}" for n in range(hops))]
    assert PROXIES.client("10.9.9.9", ", ".join(chain)) == packed(client)


def test_garbage_in_the_chain_ends_the_walk_at_the_last_trusted_hop() -> None:
    assert PROXIES.client("10.0.0.1", "203.0.113.9, unknown, 10.0.0.2") == packed("10.0.0.2")


def test_a_chain_of_trusted_hops_only_answers_its_far_end() -> None:
    assert PROXIES.client("10.0.0.1", "10.0.0.3, 10.0.0.2") == packed("10.0.0.3")


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert len(truncated(packed(text))) in (0, 3, 6)
