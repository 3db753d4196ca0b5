"""The types that travel from ingest to the store: `Event`, `Visit`, `Change`. None of them can hold an address.

All are immutable. The tuples `Acquisition`, `Place` and `Device` are shared between visits, never copied.
Field order of the three is the order of their dimensions in `facts.DIMENSIONS` (a test compares them).
"""

from enum import IntEnum, StrEnum
from typing import NamedTuple

import msgspec


class Acquisition(NamedTuple):
    """Where a visit came from. Empty strings where nothing is known."""

    source: str = ""
    channel: str = ""
    referrer: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_content: str = ""
    utm_term: str = ""


class Place(NamedTuple):
    """Where a truncated address is: ISO 3166 codes, a city's name with its country, the network's operator."""

    country: str = ""
    region: str = ""
    city: str = ""
    network: str = ""


class Device(NamedTuple):
    """What a User-Agent says, coarsely: families and major versions ("Firefox 144"), and a device class."""

    browser: str = ""
    browser_version: str = ""
    os: str = ""
    os_version: str = ""
    device: str = ""


class Kind(IntEnum):
    """What happened."""

    PAGEVIEW = 0
    ENGAGEMENT = 1
    CUSTOM = 2


NO_SITE = 0  # what was refused before its site was known is counted here, by days in UTC


class Drop(StrEnum):
    """Why an event was not counted: a closed list. Sent back as `x-footfall`, counted per site in `dropped`."""

    UNKNOWN_SITE = "unknown-site"
    HOSTNAME = "hostname"
    GPC = "gpc"
    DNT = "dnt"
    BOT = "bot"
    WEBDRIVER = "webdriver"
    PREFETCH = "prefetch"
    NO_USER_AGENT = "no-user-agent"
    NO_VISIT = "no-visit"
    MALFORMED = "malformed"
    OVER_LIMIT = "over-limit"


class Event(msgspec.Struct, frozen=True, gc=False):
    """What is left of a raw hit. Lives in memory for microseconds.

    `key` is the visitor key (8 bytes). `time_s` is the server's UTC time in whole seconds; `day` is the site's local
    day as a proleptic ordinal (`date.toordinal`), `hour` the site's local hour, 0-23. `seconds` is engaged time,
    `scroll` a percentage 0-100 or -1 for none. `props` are (name, value) pairs. `revenue` is in minor units of
    `currency` (ISO 4217), 0 and "" for none.
    """

    site: int
    key: bytes
    kind: Kind
    time_s: int
    day: int
    hour: int
    hostname: str
    page: str
    acquisition: Acquisition
    place: Place
    device: Device
    screen: str
    language: str
    name: str = ""
    props: tuple[tuple[str, str], ...] = ()
    currency: str = ""
    revenue: int = 0
    interactive: bool = True
    seconds: int = 0
    scroll: int = -1
