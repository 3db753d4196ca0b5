"""The gate: from a raw hit to an event, as a list of named steps. Reading `STEPS` in order is reading the privacy policy.

Each step looks at the hit and what earlier steps found, and either adds to it or says why the hit is not counted.
Nothing here touches a disk, and every look-up stands behind a bounded cache.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import msgspec

from collector.clock import local_day_hour
from collector.control.picture import SiteEntry
from collector.enrich.bots import Bots
from collector.enrich.device import Devices
from collector.enrich.language import language, screen_class
from collector.enrich.page import Pages, PageUrl
from collector.enrich.place import Places
from collector.enrich.source import Sources
from collector.event import Acquisition, Device, Drop, Event, Kind, Place
from collector.ingest.cap import ValueCap
from collector.ingest.hit import RawHit
from collector.privacy.address import TrustedHops, truncated
from collector.privacy.key import visitor_key
from collector.privacy.signals import refusal
from collector.settings import Settings

USER_AGENT_CHARS_MAX = 512
PREFIXES_MAX = 200_000  # truncated addresses whose place is remembered, at 110 bytes: a busy day's
_KINDS = {"pageview": Kind.PAGEVIEW, "engagement": Kind.ENGAGEMENT}


class DailySalts(Protocol):
    """Where a site's salt of a day comes from."""

    def of(self, site: int, day: int) -> memoryview: ...


@dataclass(slots=True)
class Gate:
    """What the steps look things up in; opened once, owned by the front."""

    trusted: TrustedHops
    salts: DailySalts
    devices: Devices
    bots: Bots
    places: Places
    sources: Sources
    pages: Pages
    hash_pages: Pages
    cap: ValueCap
    honour_dnt: bool

    def forget(self) -> None:
        """Empty every cache: they hold User-Agents, truncated addresses and URLs, which outlive no day."""
        for room in (self.devices, self.bots, self.places, self.sources, self.pages, self.hash_pages):
            room.forget()


def open_gate(settings: Settings, salts: DailySalts) -> Gate:
    """The gate with all its look-ups, as the settings say. Unpacks the embedded geo data at the first start."""
    parameters = frozenset(settings.query_parameters)
    return Gate(
        TrustedHops(settings.trusted_proxies),
        salts,
        Devices(),
        Bots(),
        Places(settings.country_db, settings.network_db, settings.city_db, settings.data_dir / "geo", PREFIXES_MAX),
        Sources(),
        Pages(parameters),
        Pages(parameters, hash_mode=True),
        ValueCap(settings.values_max),
        settings.honour_dnt,
    )


class Passing(msgspec.Struct, gc=False):
    """A hit on its way through the steps for one site, and what they have found. Lives inside `admit`."""

    hit: RawHit
    site: SiteEntry
    time_s: int
    page: PageUrl
    day: int = 0
    hour: int = 0
    address: bytes = b""
    user_agent: str = ""
    key: bytes = b""
    place: Place = Place()
    device: Device = Device()
    acquisition: Acquisition = Acquisition()
    language: str = ""
    screen: str = ""


def hostname_is_the_sites(gate: Gate, it: Passing) -> Drop | None:
    """Only pages of the site's own hosts count: a stranger who copies the snippet counts for nobody."""
    return None if it.site.allows(it.page.hostname) else Drop.HOSTNAME


def opt_out_is_honoured(gate: Gate, it: Passing) -> Drop | None:
    """Global Privacy Control and Do Not Track, before anything about the visitor is computed."""
    return refusal(it.hit.gpc, it.hit.dnt, gate.honour_dnt)


def day_is_the_sites(gate: Gate, it: Passing) -> Drop | None:
    """The server's time in the site's time zone; what the client says of time is never asked."""
    it.day, it.hour = local_day_hour(it.time_s, it.site.timezone)
    return None


def address_is_truncated(gate: Gate, it: Passing) -> Drop | None:
    """The address, found through trusted proxies only, loses its last part at once; the full one is gone after this step."""
    it.address = truncated(gate.trusted.client(it.hit.peer, it.hit.forwarded_for))
    it.hit.peer = it.hit.forwarded_for = ""
    return None


def programs_are_left_out(gate: Gate, it: Passing) -> Drop | None:
    """Crawlers, driven browsers and pages fetched ahead are no visits."""
    it.user_agent = it.hit.user_agent[:USER_AGENT_CHARS_MAX]
    if not it.user_agent:
        return Drop.NO_USER_AGENT
    if it.hit.body.webdriver:
        return Drop.WEBDRIVER
    if it.hit.purpose and ("prefetch" in it.hit.purpose or "preview" in it.hit.purpose or "prerender" in it.hit.purpose):
        return Drop.PREFETCH
    return Drop.BOT if gate.bots.lookup(it.user_agent) else None


def visitor_becomes_a_key(gate: Gate, it: Passing) -> Drop | None:
    """Truncated address and User-Agent are hashed with the site's salt of the day."""
    it.key = visitor_key(gate.salts.of(it.site.id, it.day), it.site.id, it.address, it.user_agent.encode("utf-8", "replace"))
    return None


def place_and_device_are_looked_up(gate: Gate, it: Passing) -> Drop | None:
    """Country and network from the truncated address; browser, system and device class from the User-Agent."""
    it.place = gate.places.lookup(it.address)
    it.device = gate.devices.lookup(it.user_agent)
    it.language = language(it.hit.language)
    it.screen = screen_class(it.hit.body.width)
    return None


def source_is_looked_up(gate: Gate, it: Passing) -> Drop | None:
    """Where the visit came from: campaign parameters, else the referrer's host mapped to a name and a channel.

    Another of the site's own hosts is no source: who comes back from the shop to the blog after an hour was not sent by anyone.
    """
    referrer = it.hit.body.referrer
    if referrer and it.site.allows(gate.sources.referring_host(referrer)):
        referrer = ""
    it.acquisition = gate.sources.acquisition(it.page.query, referrer, it.page.hostname)
    return None


Step = Callable[[Gate, Passing], Drop | None]

STEPS: tuple[Step, ...] = (
    hostname_is_the_sites,
    opt_out_is_honoured,
    day_is_the_sites,
    address_is_truncated,
    programs_are_left_out,
    visitor_becomes_a_key,
    place_and_device_are_looked_up,
    source_is_looked_up,
)


def admit(gate: Gate, hit: RawHit, site: SiteEntry, page: PageUrl, time_s: int) -> Event | Drop:
    """The event a hit is for one site, or why it is not counted. `time_s` is the server's (seconds since 1970 UTC)."""
    it = Passing(hit, site, time_s, page)
    for step in STEPS:
        reason = step(gate, it)
        if reason is not None:
            return reason
    body = hit.body
    event = Event(
        site.id,
        it.key,
        _KINDS.get(body.name, Kind.CUSTOM),
        time_s,
        it.day,
        it.hour,
        page.hostname,
        page.page,
        it.acquisition,
        it.place,
        it.device,
        it.screen,
        it.language,
        body.name,
        body.props,
        body.currency,
        body.revenue,
        body.interactive,
        body.engaged_ms // 1000,
        body.scroll,
    )
    return gate.cap.fold(event)
