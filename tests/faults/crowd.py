"""A seeded crowd of visitors, and the model that says what counting them must come to.

Event number `index` of a seed is always the same event, and its page carries the index: the store itself tells which
events were counted. Times are the events' own, a minute apart, so no run depends on the clock.
"""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from collector.event import Acquisition, Device, Drop, Event, Kind, Place
from collector.facts import FactName
from collector.visits.change import Change, deltas
from collector.visits.machine import Visit, apply

SITE = 1
DAY = date(2026, 3, 10).toordinal()
DAY_S = 1_773_100_800  # that day's midnight, UTC
MINUTE_S = 60
VISITORS = 30
GAP_S = 30 * 60
ENGAGED_AFTER_S = 10
Row = tuple[int, int, str, str]  # day, hour, entry page, exit page


def event_of(seed: int, index: int) -> Event:
    """One event of the crowd: a page view, or one in five times a custom event with a property."""
    chance = random.Random(f"{seed}:{index}")
    visitor = chance.randrange(VISITORS)
    offset_s = index * MINUTE_S + chance.randrange(MINUTE_S)  # so an event is never before the one of a smaller index
    custom = chance.random() < 0.2
    return Event(
        site=SITE,
        key=visitor.to_bytes(8, "big"),
        kind=Kind.CUSTOM if custom else Kind.PAGEVIEW,
        time_s=DAY_S + offset_s,
        day=DAY + offset_s // 86_400,
        hour=offset_s % 86_400 // 3600,
        hostname="shop.example",
        page=f"/{index}",
        acquisition=Acquisition(source=f"source {visitor % 3}"),
        place=Place(country=f"C{visitor % 4}"),
        device=Device(browser=f"Browser {visitor % 2}"),
        screen="",
        language="fi",
        name="Sign up" if custom else "pageview",
        props=(("plan", f"plan {index % 3}"),) if custom else (),
    )


def changes_of(events: Iterable[Event]) -> list[Change]:
    """What the events do to the counts, one after the other, had nothing gone wrong."""
    visits: dict[bytes, Visit] = {}
    changes = []
    for event in events:
        result = apply(visits.get(event.key), event)
        assert not isinstance(result, Drop)
        visits[event.key], change = result
        changes.append(change)
    return changes


def rows_of(changes: Iterable[Change]) -> dict[FactName, dict[tuple[Any, ...], list[int]]]:
    """The rows that changes come to, those of nothing left out."""
    sums: dict[FactName, dict[tuple[Any, ...], list[int]]] = {}
    for change in changes:
        for fact, key, measures in deltas(change):
            rows = sums.setdefault(fact, {})
            rows[key] = [a + b for a, b in zip(rows.get(key, [0] * len(measures)), measures, strict=True)]
    return {fact: {key: measures for key, measures in rows.items() if any(measures)} for fact, rows in sums.items()}


def visits_of(events: Iterable[Event]) -> Counter[tuple[Row, str]]:
    """(row of the visits fact, measure) -> count, from the definition of a visit alone. Events in the order they were counted."""
    sums: Counter[tuple[Row, str]] = Counter()
    seen_today = set()
    for visit in _split(events):
        first, last = visit[0], visit[-1]
        views = [event for event in visit if event.kind is Kind.PAGEVIEW]
        visitor = (first.day, first.key)
        row = (first.day, first.hour, first.page, views[-1].page if views else first.page)
        seconds = last.time_s - first.time_s
        bounce = len(visit) == len(views) == 1
        sums[row, "visits"] += 1
        sums[row, "visitors"] += visitor not in seen_today
        sums[row, "bounces"] += bounce
        sums[row, "engaged"] += not bounce or seconds >= ENGAGED_AFTER_S
        sums[row, "pageviews"] += len(views)
        sums[row, "seconds"] += seconds
        seen_today.add(visitor)
    return +sums


def _split(events: Iterable[Event]) -> list[list[Event]]:
    """The visits, in the order of their beginnings: a visitor's events of one day with no gap over half an hour."""
    visits: list[list[Event]] = []
    latest: dict[tuple[int, bytes], list[Event]] = {}
    for event in events:
        visit = latest.get((event.day, event.key))
        if visit is None or event.time_s - visit[-1].time_s > GAP_S:
            visit = latest[event.day, event.key] = []
            visits.append(visit)
        visit.append(event)
    return visits
