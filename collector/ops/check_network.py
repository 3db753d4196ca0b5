"""Checks of what stands between a browser and the collector: who can reach it, whose word for an address is believed, TLS."""

from collections.abc import Iterator

from collector.ops.findings import Finding, Scene
from collector.ops.links import is_loopback
from collector.settings import Network

# A trusted network larger than this holds strangers: no one runs proxies on 16 million addresses.
PREFIX_MIN = {4: 8, 6: 32}


def exposure(scene: Scene) -> Iterator[Finding]:
    """Listening beyond this machine without TLS in front sends addresses and sign-ins over the wire in the open."""
    settings = scene.settings
    if is_loopback(settings.host):
        yield Finding("ok", "Only this machine can reach the port; a proxy brings the rest.", "host")
        return
    do = "Put a TLS proxy in front and listen on 127.0.0.1, or make sure that only the proxy reaches the port."
    if settings.base_url.startswith("https://"):
        do += " Nobody can sign in at the port itself: browsers keep the sign-in by https alone, as base_url is."
    yield Finding("warn", f"The port is open to the network ({settings.host}).", "host", do)


def proxies(scene: Scene) -> Iterator[Finding]:
    """Without its proxy trusted all visitors share the proxy's address; with strangers trusted anyone may claim any."""
    settings = scene.settings
    wide = [str(network) for network in settings.trusted_proxies if _too_wide(network)]
    if wide:
        do = "Name the proxies' own addresses: whoever is trusted can claim to be any visitor."
        yield Finding("fail", f"Strangers are trusted to name a visitor's address: {', '.join(wide)}.", "trusted_proxies", do)
    elif settings.base_url.startswith("https://") and not settings.trusted_proxies:
        do = "Set trusted_proxies to the proxy's address, such as 127.0.0.1."
        yield Finding("fail", "No proxy is trusted, so behind TLS all visitors look like one: the proxy.", "trusted_proxies", do)
    else:
        named = ", ".join(str(network) for network in settings.trusted_proxies) or "none, visitors connect themselves"
        yield Finding("ok", f"Trusted proxies: {named}.", "trusted_proxies")


def base_url(scene: Scene) -> Iterator[Finding]:
    """The public address decides the tag, sign-in links and whether cookies are secure."""
    address = scene.settings.base_url
    if address.startswith("https://"):
        yield Finding("ok", "The public address uses TLS.", "base_url")
    elif address:
        yield Finding(
            "warn", f"The public address {address} is not https: sign-ins and hits can be read on the way.", "base_url", "Use https."
        )
    elif is_loopback(scene.settings.host):
        yield Finding("ok", "No public address is set: this is a collector for this machine.", "base_url")
    else:
        do = "Set base_url, such as https://stats.example.com."
        yield Finding("warn", "No public address is set, so tags and sign-in links name the port itself.", "base_url", do)


def _too_wide(network: Network) -> bool:
    return network.prefixlen < PREFIX_MIN[network.version]
