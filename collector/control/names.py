"""Domains, hostnames and time zones as control keeps them: checked, lower-cased, in the form browsers send."""

import difflib
import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo, available_timezones

import idna

from collector.control.errors import BadDomain, BadTimezone

DOMAIN_CHARACTERS_MAX = 253  # RFC 1035 2.3.4: 255 octets on the wire, two of them lengths
HOSTNAMES_MAX = 100  # listed hostnames of one site; ingest walks the wildcards among them
WILDCARD = "*."

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
# What a person pastes instead of a domain, with the word for it.
_NOT_A_DOMAIN = (("://", "a scheme"), ("/", "a path"), ("@", "a user name"), ("?", "a query"), ("#", "a fragment"), (":", "a port"))


def clean_domain(text: str) -> str:
    """The domain a site is known by: a hostname without `www.`. Raises BadDomain."""
    name = clean_hostname(text)
    bare = name.removeprefix("www.")
    return bare if "." in bare else name  # www.com is a domain of its own


def clean_hostname(text: str) -> str:
    """A hostname as a browser sends it: lower case, IDN as punycode (UTS 46), no trailing dot. Raises BadDomain."""
    name = text.strip().rstrip(".")
    for mark, word in _NOT_A_DOMAIN:
        if mark in name:
            raise BadDomain(f"{text.strip()!r} holds {word}; give the hostname alone, such as example.com.")
    name = _ascii(name.lower(), text)
    if len(name) > DOMAIN_CHARACTERS_MAX:
        raise BadDomain(f"A domain has at most {DOMAIN_CHARACTERS_MAX} characters; this one has {len(name)}.")
    labels = name.split(".")
    if not all(_LABEL.match(label) for label in labels):
        raise BadDomain(f"{text.strip()!r} is not a hostname: letters, digits and hyphens with dots between, such as example.com.")
    # A host whose last label is a number is an IPv4 address to every browser (WHATWG URL 3.5).
    if labels[-1].isdigit():
        raise BadDomain(f"{text.strip()!r} is an address; a site is named by a hostname, such as example.com.")
    return name


def _ascii(name: str, text: str) -> str:
    if name.isascii():
        return name
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise BadDomain(f"{text.strip()!r} is not a hostname: it holds characters no domain may have.") from None


def in_letters(hostname: str) -> str:
    """A checked hostname as people write it, punycode decoded; itself where that is no name (browsers take more than the list)."""
    try:
        return idna.decode(hostname) if "xn--" in hostname else hostname
    except idna.IDNAError:
        return hostname


def clean_pattern(text: str) -> str:
    """A hostname, or `*.` and a hostname for all its subdomains. Raises BadDomain."""
    text = text.strip()
    if text.startswith(WILDCARD):
        return WILDCARD + clean_hostname(text.removeprefix(WILDCARD))
    return clean_hostname(text)


def clean_patterns(texts: Iterable[str]) -> tuple[str, ...]:
    """Checked hostname patterns, sorted, each once. Raises BadDomain."""
    patterns = tuple(sorted({clean_pattern(text) for text in texts}))
    if len(patterns) > HOSTNAMES_MAX:
        raise BadDomain(
            f"A site has at most {HOSTNAMES_MAX} listed hostnames; these are {len(patterns)}. A wildcard such as *.example.com may help."
        )
    return patterns


def clean_timezone(text: str) -> str:
    """An IANA time zone name that this machine knows. Raises BadTimezone, with the nearest names."""
    name = text.strip()
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError; a folder's name is an OSError
        near = difflib.get_close_matches(name, sorted(available_timezones()), n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "give an IANA name such as Europe/Helsinki."
        raise BadTimezone(f"Unknown time zone {name!r}: {hint}") from None
    return name
