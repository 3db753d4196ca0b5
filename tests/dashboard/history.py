"""A seeded site's past, made by the real visit machine: rows for a store, the same ones each time."""

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TypeVar

from collector.clock import local_day_hour
from collector.event import Acquisition, Device, Drop, Event, Kind, Place
from collector.facts import FactName
from collector.visits.change import Change, deltas
from collector.visits.machine import Visit, apply

_Item = TypeVar("_Item")

Sums = dict[FactName, dict[tuple[object, ...], list[int]]]

PAGES = (
    "/",
    "/pricing",
    "/blog",
    "/blog/how-we-count-visitors-without-knowing-them",
    "/docs",
    "/docs/install",
    "/docs/api",
    "/features",
    "/about",
    "/contact",
    "/blog/a-year-without-cookies",
    "/careers",
    "/shop/a-very-long-product-name-that-does-not-fit-into-one-line-of-a-narrow-panel",
    *(f"/shop/{i}" for i in range(1, 140)),
)
ACQUISITIONS = (
    Acquisition(),
    Acquisition("Google", "Organic Search", "google.com"),
    Acquisition("DuckDuckGo", "Organic Search", "duckduckgo.com"),
    Acquisition("Hacker News", "Referral", "news.ycombinator.com"),
    Acquisition("ChatGPT", "AI Assistant", "chatgpt.com"),
    Acquisition("Newsletter", "Email", "", "newsletter", "email", "autumn-2026"),
    Acquisition("LinkedIn", "Organic Social", "linkedin.com"),
    Acquisition("Google", "Paid Search", "google.com", "google", "cpc", "brand", "headline-a", "web analytics"),
    Acquisition("github.com", "Referral", "github.com/footfall"),
    Acquisition("Bing", "Organic Search", "bing.com"),
    Acquisition("Mastodon", "Organic Social", "mastodon.social"),
)
PLACES = (
    Place("FI", "FI-18", "Helsinki", "Elisa Oyj"),
    Place("FI", "FI-11", "Tampere", "DNA Oyj"),
    Place("SE", "SE-AB", "Stockholm", "Telia Company AB"),
    Place("DE", "DE-BE", "Berlin", "Deutsche Telekom AG"),
    Place("US", "US-CA", "San Francisco", "Comcast Cable Communications, LLC"),
    Place("GB", "GB-LND", "London", "BT"),
    Place("NO", "NO-03", "Oslo", "Telenor Norge AS"),
    Place("FR", "FR-IDF", "Paris", "Orange S.A."),
    Place("NL", "NL-NH", "Amsterdam", "KPN B.V."),
    Place("EE", "EE-37", "Tallinn", "Telia Eesti AS"),
    Place("IN", "IN-KA", "Bengaluru", "Reliance Jio Infocomm Limited"),
    Place(),
)
DEVICES = (
    Device("Chrome", "Chrome 142", "Windows", "Windows 10", "Desktop"),
    Device("Mobile Safari", "Mobile Safari 26", "iOS", "iOS 26", "Mobile"),
    Device("Firefox", "Firefox 144", "Linux", "Linux", "Desktop"),
    Device("Chrome Mobile", "Chrome Mobile 142", "Android", "Android 16", "Mobile"),
    Device("Safari", "Safari 26", "macOS", "macOS 15", "Desktop"),
    Device("Edge", "Edge 142", "Windows", "Windows 10", "Desktop"),
    Device("Samsung Internet", "Samsung Internet 29", "Android", "Android 16", "Tablet"),
)
SCREENS = ("1440–1919 px", "0–575 px", "1920+ px", "992–1439 px", "576–991 px")
LANGUAGES = ("en", "fi", "sv", "de", "fr")

# Visits by local hour, in per mille: people sleep, and mornings and evenings are busiest.
_HOURS = (8, 5, 3, 2, 3, 6, 14, 30, 52, 64, 66, 62, 56, 60, 64, 62, 58, 54, 56, 62, 66, 60, 44, 23)


def sums(site: int, timezone: str, now_s: int, days: int, visits_a_day: int, seed: int = 7) -> Sums:
    """Some days of visits up to an instant, as rows for `Store.append`."""
    found: Sums = {}
    state: dict[tuple[int, bytes], Visit] = {}
    for event in events(site, timezone, now_s, days, visits_a_day, seed):
        outcome = apply(state.get((event.day, event.key)), event)
        if isinstance(outcome, Drop):
            continue
        state[event.day, event.key], change = outcome
        add(found, change)
    return found


def add_visit(found: Sums, events: Iterable[Event]) -> None:
    """Add what one visitor's events in turn do to the counts; each of them counts."""
    visit = None
    for event in events:
        outcome = apply(visit, event)
        assert isinstance(outcome, tuple)
        visit, change = outcome
        add(found, change)


def add(found: Sums, change: Change) -> None:
    """Add what one change does to the counts."""
    for fact, key, measures in deltas(change):
        row = found.setdefault(fact, {}).setdefault(key, [0] * len(measures))
        row[:] = (a + b for a, b in zip(row, measures, strict=True))


def events(site: int, timezone: str, now_s: int, days: int, visits_a_day: int, seed: int) -> Iterator[Event]:
    """The events of every visit, day by day."""
    chance = random.Random(seed)
    today, _ = local_day_hour(now_s, timezone)
    for day in range(today - days + 1, today + 1):
        weekend = date.fromordinal(day).weekday() > 4
        growth = 1 - 0.35 * (today - day) / max(days, 60)
        for number in range(round(visits_a_day * growth * (0.6 if weekend else 1) * chance.uniform(0.85, 1.15))):
            start = _midnight_s(day, timezone) + 3600 * chance.choices(range(24), _HOURS)[0] + chance.randrange(3600)
            yield from (e for e in _visit(chance, site, timezone, start, number) if e.day == day and e.time_s <= now_s)
    for number in range(3):
        yield from (e for e in _visit(chance, site, timezone, now_s - 200, 10**6 + number) if e.time_s <= now_s)


def visit_events(site: int, timezone: str, start_s: int) -> Iterator[Event]:
    """The events of one visit that begins at an instant."""
    return _visit(random.Random(1), site, timezone, start_s, 1)


def _visit(chance: random.Random, site: int, timezone: str, start_s: int, number: int) -> Iterator[Event]:
    who = (
        _pick(chance, ACQUISITIONS),
        _pick(chance, PLACES),
        _pick(chance, DEVICES),
        _pick(chance, SCREENS),
        _pick(chance, LANGUAGES),
    )
    time_s = start_s
    key = number.to_bytes(8, "big")
    for _ in range(chance.choices((1, 2, 3, 4, 6), (45, 22, 15, 10, 8))[0]):
        page = _pick(chance, PAGES)
        stay = int(chance.expovariate(1 / 55))
        yield _event(site, timezone, key, Kind.PAGEVIEW, time_s, page, who)
        time_s += stay
        yield _event(site, timezone, key, Kind.ENGAGEMENT, time_s, page, who, seconds=stay, scroll=chance.randrange(20, 101))
        if chance.random() < 0.06:
            plan = chance.choice(("free", "team", "business"))
            yield _event(site, timezone, key, Kind.CUSTOM, time_s, page, who, name="Sign up", props=(("plan", plan),))
        if chance.random() < 0.08:
            yield _event(site, timezone, key, Kind.CUSTOM, time_s, page, who, name="Outbound link", interactive=False)


def _event(
    site: int,
    timezone: str,
    key: bytes,
    kind: Kind,
    time_s: int,
    page: str,
    who: tuple[Acquisition, Place, Device, str, str],
    **rest: object,
) -> Event:
    day, hour = local_day_hour(time_s, timezone)
    return Event(site, key, kind, time_s, day, hour, "example.com", page, *who, **rest)  # type: ignore[arg-type]  # by name


def _pick(chance: random.Random, items: tuple[_Item, ...]) -> _Item:
    return items[min(len(items) - 1, int(chance.paretovariate(0.9)) - 1)]


def _midnight_s(day: int, timezone: str) -> int:
    """The instant a local day begins: the UTC midnight, moved until the local day and hour say so."""
    guess = int(timedelta(days=day - date(1970, 1, 1).toordinal()).total_seconds())
    return next(s for s in range(guess - 15 * 3600, guess + 15 * 3600, 900) if local_day_hour(s, timezone) == (day, 0))
