"""A change: what one event does to the counts, with no key in it. And the deltas that follow from it, by a pure function."""

from collections.abc import Iterator
from typing import Any

import msgspec

from collector.facts import FactName

# visitors, visits, bounces, engaged, pageviews, seconds: the measures of the visits fact, in order.
Totals = tuple[int, int, int, int, int, int]


class Change(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One visit's counts before and after an event. The minute (since 1970 UTC) is its finest time.

    `day` (ordinal) and `hour` are those of the visit's beginning, in the site's time zone: a visit's counts are charged
    to its first hour. `exit_before` is "" and `before` all zero for a new visit. `page_counts` are the measures of the
    pages fact or empty; `events` are (property, "name=value", new to the visit, new to the visitor's day) rows.
    """

    site: int
    minute: int
    day: int
    hour: int
    hostname: str
    entry_page: str
    exit_before: str
    exit_page: str
    acquisition: tuple[str, ...]
    place: tuple[str, ...]
    device: tuple[str, ...]
    screen: str
    language: str
    minute_before: int
    before: Totals
    after: Totals
    page: str
    page_counts: tuple[int, ...] = ()
    from_page: str = ""
    event: str = ""
    events: tuple[tuple[str, str, int, int], ...] = ()
    currency: str = ""
    revenue: int = 0


Delta = tuple[FactName, tuple[Any, ...], tuple[int, ...]]


def deltas(change: Change) -> Iterator[Delta]:
    """The signed increments of a change: (fact, row key as `facts.keys_of`, measures as `facts.measures_of`)."""
    c = change
    where = (c.site, c.day, c.hour, c.hostname, c.entry_page)
    who = (c.acquisition, c.place, c.device, c.screen, c.language)
    after = c.after
    if not c.before[1]:
        yield "visits", (*where, c.exit_page, *who), after
    elif c.exit_before == c.exit_page:
        yield "visits", (*where, c.exit_page, *who), tuple(a - b for a, b in zip(after, c.before, strict=True))
    else:
        yield "visits", (*where, c.exit_before, *who), tuple(-b for b in c.before)
        yield "visits", (*where, c.exit_page, *who), after
    if c.page_counts:
        yield "pages", (*where, *who, c.page), c.page_counts
    if c.from_page:
        yield "steps", (c.site, c.day, c.from_page, c.page), (1,)
    for prop, value, visits, visitors in c.events:
        yield "events", (*where, *who, c.page, c.event, prop, value, c.currency), (1, visits, visitors, c.revenue)
    yield from _live(c)


def _live(c: Change) -> Iterator[Delta]:
    """A visit stands in the minute and at the page of its last sign of life; its earlier place is taken back."""
    views = c.page_counts[0] if c.page_counts else 0
    source, country = c.acquisition[0], c.place[0]
    if c.before[1] and (c.minute_before, c.exit_before) == (c.minute, c.exit_page):
        if views:
            yield "live", (c.site, c.minute, c.exit_page, source, country), (views, 0)
        return
    if c.before[1]:
        yield "live", (c.site, c.minute_before, c.exit_before, source, country), (0, -1)
    yield "live", (c.site, c.minute, c.exit_page, source, country), (views, 1)
