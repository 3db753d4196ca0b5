"""The visit machine: what one event does to one visitor's visit. A pure function: `apply(visit, event, site)`.

The theory. A visit is a visitor's events with no gap over 30 minutes; it ends at the site's midnight, since the
visitor key does. Every change leaves the counts right at that moment: a second page view takes back the bounce and
moves the exit page (-1/+1) with all that the visit had counted there. So nothing happens when a visit ends: it is
forgotten, and no timer, crash or restart can leave a count open.

States are immutable, so a refused batch is undone by putting the old ones back.
"""

from bisect import bisect_right
from itertools import accumulate

import msgspec

from collector.event import Acquisition, Device, Drop, Event, Kind, Place
from collector.visits.change import Change, Totals

VISIT_GAP_S = 30 * 60
ENGAGED_AFTER_S = 10  # GA4's engaged session: over 10 seconds, or two page views, or an event
SEEN_MAX = 500  # pages and events remembered a visit; past it a page's visits and visitors are no longer counted
SEEN_CHARS_MAX = 8_000  # of all of these together: 200 pages of 40; without it one program's events took 500 kB a visit


class Visit(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One visitor's present visit, and what earlier ones of the day already counted.

    `new` is 1 if this is the visitor's first visit of the day. `seen` are the pages ("/…") and events (event mark and
    name) this visit has counted, `depths` how far each was scrolled (percent, -1 for not known), `earlier` what the
    day's earlier visits saw. 250 bytes at one page view.
    """

    day: int
    hour: int
    start_s: int
    last_s: int
    hostname: str
    entry_page: str
    exit_page: str
    acquisition: Acquisition
    place: Place
    device: Device
    screen: str
    language: str
    new: int
    pageviews: int
    interactions: int
    seen: tuple[str, ...]
    depths: tuple[int, ...]
    earlier: tuple[str, ...]

    def totals(self) -> Totals:
        """What this visit has counted so far, at its present exit page."""
        seconds = self.last_s - self.start_s
        active = self.interactions > 0
        bounce = self.pageviews <= 1 and not active
        engaged = active or self.pageviews > 1 or seconds >= ENGAGED_AFTER_S
        return (self.new, 1, int(bounce), int(engaged), self.pageviews, seconds)


UNKNOWN = (-1,)  # one object for the many visits of one page
NOTHING: Totals = (0, 0, 0, 0, 0, 0)


def apply(visit: Visit | None, event: Event) -> tuple[Visit, Change] | Drop:
    """The visitor's state after an event, and what the event does to the counts; or why it counts for nothing.

    `visit` is the visitor's last state, None for a visitor not seen today. An engagement report never begins a visit.
    """
    present = visit if visit is not None and _goes_on(visit, event) else None
    if event.kind is Kind.ENGAGEMENT:
        if present is None or event.page not in present.seen:
            return Drop.NO_VISIT
        depths, deeper, first = _deepest(present, event)
        after = _later(present, event, present.exit_page, 0, 0, present.seen, depths)
        return after, _change(present, after, event, page=(0, 0, 0, event.seconds, deeper, first))
    before = present or _begun(visit, event)
    if event.kind is Kind.PAGEVIEW:
        new_here, seen, new_today = _first_sight(before, event.page)
        after = _later(before, event, event.page, 1, 0, seen)
        step = present.exit_page if present is not None and new_here and present.exit_page != event.page else ""
        return after, _change(present, after, event, page=(1, new_here, new_today, 0, 0, 0), from_page=step)
    marks = _marks(event)
    counted = []
    seen = before.seen
    for _, _, mark in marks:
        new_here, seen, new_today = _first_sight(msgspec.structs.replace(before, seen=seen), mark)
        counted.append((new_here, new_today))
    after = _later(before, event, before.exit_page, 0, int(event.interactive), seen)
    rows = tuple((prop, value, *new) for (prop, value, _), new in zip(marks, counted, strict=True))
    return after, _change(present, after, event, events=rows)


def _goes_on(visit: Visit, event: Event) -> bool:
    """Whether the event belongs to the visitor's last visit.

    The gap is measured to the moment the event began: an engagement report ends the seconds it tells of, so an hour of
    reading is one visit. A clock stepped back does not split a visit.
    """
    return visit.day == event.day and event.time_s - event.seconds - visit.last_s <= VISIT_GAP_S


def _begun(last: Visit | None, event: Event) -> Visit:
    """A visit at the moment it begins: nothing counted yet."""
    again = last is not None and last.day == event.day
    return Visit(
        event.day,
        event.hour,
        event.time_s,
        event.time_s,
        event.hostname,
        event.page,
        event.page,
        event.acquisition,
        event.place,
        event.device,
        event.screen,
        event.language,
        new=0 if again else 1,
        pageviews=0,
        interactions=0,
        seen=(),
        depths=(),
        earlier=_union(last) if again and last is not None else (),
    )


def _union(last: Visit) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(last.earlier + last.seen))[:SEEN_MAX]
    return kept[: bisect_right(list(accumulate(map(len, kept))), SEEN_CHARS_MAX)]


def _deepest(visit: Visit, event: Event) -> tuple[tuple[int, ...], int, int]:
    """(the depths now, by how much the page's depth in this visit grew, 1 if it was not known before).

    A browser reports the deepest point so far each time it leaves the page: only what is added may be counted.
    """
    at = visit.seen.index(event.page)
    known = visit.depths[at]
    if event.scroll <= known:
        return visit.depths, 0, 0
    depths = (*visit.depths[:at], event.scroll, *visit.depths[at + 1 :])
    return depths, event.scroll - max(known, 0), int(known < 0)


def _later(
    visit: Visit,
    event: Event,
    exit_page: str,
    pageviews: int,
    interactions: int,
    seen: tuple[str, ...],
    depths: tuple[int, ...] | None = None,
) -> Visit:
    """The visit after an event. New sights have no depth yet."""
    if depths is None:
        depths = visit.depths if seen is visit.seen else visit.depths + UNKNOWN * (len(seen) - len(visit.depths))
    return Visit(
        visit.day,
        visit.hour,
        visit.start_s,
        event.time_s if event.time_s > visit.last_s else visit.last_s,
        visit.hostname,
        visit.entry_page,
        exit_page,
        visit.acquisition,
        visit.place,
        visit.device,
        visit.screen,
        visit.language,
        visit.new,
        visit.pageviews + pageviews,
        visit.interactions + interactions,
        seen,
        depths,
        visit.earlier,
    )


def _first_sight(visit: Visit, what: str) -> tuple[int, tuple[str, ...], int]:
    """(1 if the visit had not seen it, what it has now seen, 1 if the visitor had not seen it today)."""
    seen = visit.seen
    if what in seen or len(seen) >= SEEN_MAX or len(what) + sum(map(len, seen)) > SEEN_CHARS_MAX:
        return 0, seen, 0
    return 1, (*seen, what), int(what not in visit.earlier)


EVENT_MARK = "\x00"  # no page begins with it


def _marks(event: Event) -> list[tuple[str, str, str]]:
    """One row for the event itself, then one a property: (property, "name=value", what marks it as seen)."""
    name = EVENT_MARK + event.name
    return [("", "", name), *((prop, f"{prop}={value}", f"{name}{EVENT_MARK}{prop}={value}") for prop, value in event.props)]


def _change(
    present: Visit | None,
    after: Visit,
    event: Event,
    page: tuple[int, ...] = (),
    events: tuple[tuple[str, str, int, int], ...] = (),
    from_page: str = "",
) -> Change:
    return Change(
        site=event.site,
        minute=after.last_s // 60,
        day=after.day,
        hour=after.hour,
        hostname=after.hostname,
        entry_page=after.entry_page,
        exit_before="" if present is None else present.exit_page,
        exit_page=after.exit_page,
        acquisition=after.acquisition,
        place=after.place,
        device=after.device,
        screen=after.screen,
        language=after.language,
        minute_before=0 if present is None else present.last_s // 60,
        before=NOTHING if present is None else present.totals(),
        after=after.totals(),
        page=event.page,
        page_counts=page,
        from_page=from_page,
        event=event.name if events else "",
        events=events,
        currency=event.currency,
        revenue=event.revenue,
    )
