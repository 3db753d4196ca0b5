"""Where a visit came from: source, channel, referrer and campaign, from the page's query string and the referrer.

The source is what the URL says (utm_source, source, ref, via), else the referrer, else a click id's network. Parameters
are picked by name, so nothing has to be stripped; of click ids only the name is looked at, the value goes nowhere.
docs/sources.md describes it for people.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from collector.enrich.channel import Arrival, channel
from collector.enrich.lru import Bounded, same
from collector.enrich.page import CUT, clean_page, clean_text, query_pairs
from collector.enrich.source_table import Source, SourceTable
from collector.event import Acquisition

# Lengths in characters: of a campaign value and a referrer that are kept, of a query and a referrer that are remembered.
VALUE_MAX = 200
REFERRER_MAX = 300
REMEMBERED_MAX = 2000

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
# Names that say the source, the strongest first.
SOURCE_PARAMETERS = ("utm_source", "source", "ref", "via")

_APP = re.compile(r"(?:android|ios)-app://([A-Za-z0-9._-]{1,200})")


class Click(NamedTuple):
    """What the presence of a click id says: the network, the medium it proves ("" for none), and the network's other sources."""

    source: str
    medium: str = ""
    family: tuple[str, ...] = ()


# By lower-case name, the strongest first. fbclid and epik are on free links too, so they prove no medium.
CLICK_IDS: Mapping[str, Click] = {
    "gclid": Click("Google", "cpc", ("YouTube", "Gmail", "Google Maps", "Google Shopping", "Google Discover")),
    "gbraid": Click("Google", "cpc", ("YouTube", "Gmail", "Google Maps", "Google Shopping", "Google Discover")),
    "wbraid": Click("Google", "cpc", ("YouTube", "Gmail", "Google Maps", "Google Shopping", "Google Discover")),
    "dclid": Click("Google", "display", ("YouTube",)),
    "srsltid": Click("Google Shopping", "", ("Google",)),
    "msclkid": Click("Bing", "cpc", ("Yahoo", "DuckDuckGo", "Ecosia", "MSN")),
    "ttclid": Click("TikTok", "cpc"),
    "twclid": Click("X", "cpc"),
    "li_fat_id": Click("LinkedIn", "cpc"),
    "yclid": Click("Yandex", "cpc"),
    "rdt_cid": Click("Reddit", "cpc"),
    "sccid": Click("Snapchat", "cpc"),
    "mc_cid": Click("Mailchimp", "email"),
    "_hsenc": Click("HubSpot", "email"),
    "_kx": Click("Klaviyo", "email"),
    "igshid": Click("Instagram"),
    "igsh": Click("Instagram"),
    "fbclid": Click("Facebook", "", ("Instagram", "Messenger", "Threads", "WhatsApp")),
    "epik": Click("Pinterest"),
}
# Found where Google shows a shop's free listings: these are shopping whatever the referrer says.
_OVERRULES = "srsltid"

_WANTED = frozenset((*SOURCE_PARAMETERS, *UTM, *CLICK_IDS))


class _Referral(NamedTuple):
    """A referrer: its host ("" for none), its source, and host and path as kept."""

    host: str = ""
    source: Source = Source()
    shown: str = ""


class Sources:
    """(query, referrer, own host) → `Acquisition`, remembered. Equal acquisitions are one object."""

    def __init__(self, cache_max: int = 20_000, table: SourceTable | None = None) -> None:
        self._table = table or SourceTable()
        self._shared: Bounded[Acquisition, Acquisition] = Bounded(same, cache_max)
        self._referrals: Bounded[str, _Referral] = Bounded(self._referral, cache_max, _is_ordinary)
        self._cache: Bounded[tuple[str, str, str], Acquisition] = Bounded(self._compute, cache_max, _are_ordinary)

    def acquisition(self, query: str, referrer: str, own_host: str) -> Acquisition:
        """Where a visit came from.

        `query` is the page's raw query string without "?", `referrer` the full referring URL or "", `own_host` the
        page's lower-case host: a referrer of the same site is none.
        """
        return self._cache[query, referrer, own_host]

    def referring_host(self, referrer: str) -> str:
        """The lower-case host (without "www.") or app that a referring URL names, "" for none."""
        return self._referrals[referrer].host

    def forget(self) -> None:
        """Forget every query and referrer seen."""
        self._cache.forget()
        self._referrals.forget()

    def _compute(self, key: tuple[str, str, str]) -> Acquisition:
        query, referrer, own_host = key
        said = _parameters(query) if query else {}
        referral = self._referrals[referrer] if referrer else _Referral()
        if _is_own(referral.host, own_host):
            referral = _Referral()
        utm = [said.get(name, "") for name in UTM]
        source, medium = self._source(said, referral)
        arrival = Arrival(source.name.lower(), source.kind, (utm[1] or medium).lower(), utm[2].lower())
        return self._shared[Acquisition(source.name, channel(arrival), referral.shown, *utm)]

    def _source(self, said: Mapping[str, str], referral: _Referral) -> tuple[Source, str]:
        """The source, and the medium that goes without saying."""
        tag = next((name for name in SOURCE_PARAMETERS if said.get(name)), "")
        source = self._table.word(said[tag]) if tag else referral.source
        click = next((CLICK_IDS[name] for name in CLICK_IDS if name in said), Click(""))
        if not source.name or (_OVERRULES in said and source.name in click.family):
            source = self._table.word(click.source) if click.source else Source()
        if click.medium and source.name in (click.source, *click.family):
            return source, click.medium
        is_link = source.kind in ("", "other") and source.name and tag != "utm_source"
        return source, "referral" if is_link else ""

    def _referral(self, referrer: str) -> _Referral:
        app = _APP.match(referrer)
        if app:
            package = app[1].lower()
            known = self._table.host(package)
            return _Referral(package, known if known.kind else Source(package), package)
        found = clean_page(referrer)
        if not found:
            return _Referral()
        host = found.hostname.removeprefix("www.")
        return _Referral(host, self._table.host(host), _shown(host, found.page))


def _parameters(query: str) -> dict[str, str]:
    """The first non-empty value of each wanted parameter, cleaned, by lower-case name; of a click id the name alone.

    A click id counts without a value too: the snippet leaves the value behind in the browser.
    """
    found: dict[str, str] = {}
    for name, value in query_pairs(query):
        key = name.lower()
        if key in CLICK_IDS:
            found[key] = ""
        elif value and key in _WANTED and key not in found:
            found[key] = clean_text(value, VALUE_MAX)
    return found


def _is_own(host: str, own_host: str) -> bool:
    """The same host, with or without "www.", or one below it."""
    own = own_host.removeprefix("www.")
    return bool(own) and (host == own or host.endswith(f".{own}"))


def _shown(host: str, page: str) -> str:
    """Host and path as kept; the last parts of a long path are given up for a mark."""
    shown = host + page.removesuffix("/")
    if len(shown) <= REFERRER_MAX:
        return shown
    while len(shown) > REFERRER_MAX - 2:
        shown = shown.rpartition("/")[0]
    return f"{shown}/{CUT}"


def _is_ordinary(text: str) -> bool:
    return len(text) <= REMEMBERED_MAX


def _are_ordinary(key: tuple[str, str, str]) -> bool:
    return sum(map(len, key)) <= REMEMBERED_MAX
