"""The visit machine, against a slow and obvious model of what visits are."""

from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.event import Acquisition, Device, Drop, Event, Kind, Place
from collector.facts import keys_of, measures_of
from collector.visits.change import Change, deltas
from collector.visits.machine import ENGAGED_AFTER_S, SEEN_CHARS_MAX, VISIT_GAP_S, Visit, apply

PLACE, DEVICE = Place("FI", "FI-18", "", "Telia"), Device("Firefox", "Firefox 144", "Linux", "Linux", "Desktop")
PAGES = ("/", "/a", "/b", "/c")
MIDNIGHT_S = 86_400


def event(time_s: int, page: str = "/", kind: Kind = Kind.PAGEVIEW, key: bytes = b"k", source: str = "", **more: Any) -> Event:
    day = 700_000 + time_s // MIDNIGHT_S
    hour = time_s % MIDNIGHT_S // 3600
    visitor = key + str(day).encode()
    return Event(1, visitor, kind, time_s, day, hour, "example.com", page, Acquisition(source), PLACE, DEVICE, "", "fi", **more)


def run(events: list[Event]) -> tuple[list[Change], list[Event]]:
    """The changes of the events that count, and those events."""
    visits: dict[bytes, Visit] = {}
    changes, counted = [], []
    for one in events:
        result = apply(visits.get(one.key), one)
        if not isinstance(result, Drop):
            visits[one.key], change = result
            changes.append(change)
            counted.append(one)
    return changes, counted


def summed(changes: list[Change]) -> dict[tuple[str, tuple[Any, ...]], tuple[int, ...]]:
    """Every row that is not all zero."""
    rows: dict[tuple[str, tuple[Any, ...]], list[int]] = {}
    for change in changes:
        for fact, key, measures in deltas(change):
            row = rows.setdefault((fact, key), [0] * len(measures))
            for at, measure in enumerate(measures):
                row[at] += measure
    return {key: tuple(row) for key, row in rows.items() if any(row)}


def by(rows: dict[Any, tuple[int, ...]], fact: str, *names: str) -> dict[Any, tuple[int, ...]]:
    """One fact's rows summed over all but the named keys."""
    found: dict[Any, list[int]] = {}
    keys = keys_of(fact)  # type: ignore[arg-type]  # a fact's name
    for (of, key), row in rows.items():
        if of == fact:
            wanted = tuple(key[keys.index(name)] for name in names)
            total = found.setdefault(wanted[0] if len(wanted) == 1 else wanted, [0] * len(row))
            for at, measure in enumerate(row):
                total[at] += measure
    return {key: tuple(row) for key, row in found.items() if any(row)}


def test_one_page_view_is_a_bounce() -> None:
    rows = summed(run([event(100, "/a")])[0])
    assert by(rows, "visits", "entry_page", "exit_page") == {("/a", "/a"): (1, 1, 1, 0, 1, 0)}
    assert by(rows, "pages", "page") == {"/a": (1, 1, 1, 0, 0, 0)}


def test_a_second_page_takes_back_the_bounce_and_moves_the_exit() -> None:
    rows = summed(run([event(100, "/a"), event(160, "/b")])[0])
    assert by(rows, "visits", "entry_page", "exit_page") == {("/a", "/b"): (1, 1, 0, 1, 2, 60)}
    assert by(rows, "steps", "from_page", "to_page") == {("/a", "/b"): (1,)}


def test_an_event_ends_a_bounce_unless_it_says_it_is_not_interactive() -> None:
    bounces = measures_of("visits").index("bounces")
    for interactive, expected in ((True, 0), (False, 1)):
        rows = summed(run([event(100), event(101, kind=Kind.CUSTOM, name="x", interactive=interactive)])[0])
        assert by(rows, "visits", "site")[1][bounces] == expected


def test_a_gap_over_thirty_minutes_begins_another_visit_of_the_same_visitor() -> None:
    rows = summed(run([event(100, "/a"), event(100 + VISIT_GAP_S, "/a"), event(101 + 2 * VISIT_GAP_S, "/a")])[0])
    visitors, visits, *_ = by(rows, "visits", "site")[1]
    assert (visitors, visits) == (1, 2)
    assert by(rows, "pages", "page")["/a"][:3] == (3, 2, 1)


def test_an_hour_of_reading_is_one_visit() -> None:
    rows = summed(run([event(100, "/a"), event(3700, "/a", Kind.ENGAGEMENT, seconds=3600, scroll=90)])[0])
    assert by(rows, "visits", "site")[1] == (1, 1, 1, 1, 1, 3600)
    assert by(rows, "pages", "page")["/a"] == (1, 1, 1, 3600, 90, 1)


def test_scroll_depth_is_the_deepest_point_of_a_page_in_a_visit_however_often_it_is_reported() -> None:
    reports = [event(100 + n, "/a", Kind.ENGAGEMENT, seconds=1, scroll=depth) for n, depth in enumerate((20, 60, 60, 40), 1)]
    rows = summed(run([event(100, "/a"), *reports])[0])
    assert by(rows, "pages", "page")["/a"][4:] == (60, 1)


def test_an_engagement_report_never_begins_a_visit() -> None:
    assert apply(None, event(100, kind=Kind.ENGAGEMENT, seconds=5)) is Drop.NO_VISIT
    first = apply(None, event(100, "/a"))
    assert not isinstance(first, Drop)
    assert apply(first[0], event(101, "/b", Kind.ENGAGEMENT, seconds=1)) is Drop.NO_VISIT


def test_a_visit_ends_at_midnight() -> None:
    rows = summed(run([event(MIDNIGHT_S - 10), event(MIDNIGHT_S + 10)])[0])
    assert {day: row[:2] for day, row in by(rows, "visits", "day").items()} == {700_000: (1, 1), 700_001: (1, 1)}


def test_a_clock_stepped_back_splits_no_visit_and_makes_no_negative_time() -> None:
    rows = summed(run([event(5000, "/a"), event(100, "/b")])[0])
    assert by(rows, "visits", "site")[1] == (1, 1, 0, 1, 2, 0)


def test_events_count_once_with_each_property_beside_them() -> None:
    custom = event(101, "/a", Kind.CUSTOM, name="Sign up", props=(("plan", "pro"), ("tier", "1")), currency="EUR", revenue=1250)
    rows = summed(run([event(100, "/a"), custom, custom])[0])
    assert by(rows, "events", "event", "property", "value") == {
        ("Sign up", "", ""): (2, 1, 1, 2500),
        ("Sign up", "plan", "plan=pro"): (2, 1, 1, 2500),
        ("Sign up", "tier", "tier=1"): (2, 1, 1, 2500),
    }


def test_a_page_view_behind_its_own_pages_event_is_no_step() -> None:
    events = [event(10, "/a", Kind.CUSTOM, name="Play"), event(11, "/a"), event(20, "/b")]
    assert by(summed(run(events)[0]), "steps", "from_page", "to_page") == {("/a", "/b"): (1,)}


def test_what_is_remembered_of_a_visit_is_bounded_in_characters() -> None:
    long = [(f"name {at} {'x' * 200}", "y" * 200) for at in range(10)]
    events = [event(at, f"/{at}", Kind.CUSTOM, name=f"Event {at}", props=tuple(long)) for at in range(20)]
    later = VISIT_GAP_S + 100
    events += [event(later + one.time_s, f"/later/{one.page}", Kind.CUSTOM, name=one.name + "!", props=one.props) for one in events]
    visit: Visit | None = None
    for one in events:
        result = apply(visit, one)
        assert not isinstance(result, Drop)
        visit = result[0]
        assert sum(map(len, visit.seen)) <= SEEN_CHARS_MAX
        assert sum(map(len, visit.earlier)) <= SEEN_CHARS_MAX
    assert visit is not None
    assert visit.earlier, "the first visit is remembered by the second"


def test_a_live_visitor_stands_in_one_minute_and_at_one_page() -> None:
    rows = summed(run([event(100, "/a"), event(200, "/b"), event(400, "/b", Kind.ENGAGEMENT, seconds=9)])[0])
    assert by(rows, "live", "minute", "page") == {(1, "/a"): (1, 0), (3, "/b"): (1, 0), (6, "/b"): (0, 1)}


some_events = st.lists(
    st.builds(
        lambda gap, who, page, kind, name, seconds: (gap, who, page, kind, name, seconds),
        st.integers(0, 2500),
        st.integers(0, 2),
        st.sampled_from(PAGES),
        st.sampled_from((Kind.PAGEVIEW, Kind.PAGEVIEW, Kind.PAGEVIEW, Kind.ENGAGEMENT, Kind.CUSTOM)),
        st.sampled_from(("Sign up", "Buy")),
        st.integers(0, 200),
    ),
    max_size=40,
)


def made(drawn: list[tuple[int, int, str, Kind, str, int]]) -> list[Event]:
    time_s, found = 80_000, []
    for gap, who, page, kind, name, seconds in drawn:
        time_s += gap
        more: dict[str, Any] = {}
        if kind is Kind.CUSTOM:
            more = {"name": name, "props": (("plan", str(who)),)}
        elif kind is Kind.ENGAGEMENT:
            more = {"seconds": seconds, "scroll": seconds % 101}
        found.append(event(time_s, page, kind, f"v{who}".encode(), **more))
    return found


def model(events: list[Event]) -> dict[str, Any]:
    """Visits by walking each visitor's counted events; figures by looking at each visit as a whole."""
    per_visitor: dict[bytes, list[list[Event]]] = defaultdict(list)
    for one in events:
        visits = per_visitor[one.key]
        fresh = not visits or one.time_s - one.seconds - max(e.time_s for e in visits[-1]) > VISIT_GAP_S
        visits.append([one]) if fresh else visits[-1].append(one)
    exits: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
    pages: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
    for visits in per_visitor.values():
        seen_today: set[str] = set()
        for number, visit in enumerate(visits):
            views = [e.page for e in visit if e.kind is Kind.PAGEVIEW]
            custom = sum(e.kind is Kind.CUSTOM for e in visit)
            seconds = visit[-1].time_s - visit[0].time_s
            exit_page = views[-1] if views else visit[0].page
            engaged = custom > 0 or len(views) > 1 or seconds >= ENGAGED_AFTER_S
            row = (int(number == 0), 1, int(len(views) <= 1 and not custom), int(engaged), len(views), seconds)
            exits[exit_page] = [a + b for a, b in zip(exits[exit_page], row, strict=True)]
            for page in set(views):
                pages[page][1] += 1
                pages[page][2] += page not in seen_today
            seen_today |= set(views)
            for one in visit:
                if one.kind is Kind.PAGEVIEW:
                    pages[one.page][0] += 1
                elif one.kind is Kind.ENGAGEMENT:
                    pages[one.page][3] += one.seconds
            for page in set(views):
                depths = [e.scroll for e in visit if e.kind is Kind.ENGAGEMENT and e.page == page]
                pages[page][4] += max(depths, default=0)
                pages[page][5] += bool(depths)
    return {"exits": {k: tuple(v) for k, v in exits.items()}, "pages": {k: tuple(v) for k, v in pages.items()}}


@settings(max_examples=300)
@given(some_events)
def test_the_counts_are_those_of_whole_visits_looked_at_afterwards(drawn: list[Any]) -> None:
    changes, counted = run(made(drawn))
    rows, expected = summed(changes), model(counted)
    assert by(rows, "visits", "exit_page") == expected["exits"]
    assert by(rows, "pages", "page") == expected["pages"]


@settings(max_examples=200)
@given(some_events)
def test_totals_are_the_sum_of_every_breakdown_and_no_count_is_negative(drawn: list[Any]) -> None:
    rows = summed(run(made(drawn))[0])
    for fact in ("visits", "pages", "events"):
        total = by(rows, fact, "site")
        for name in keys_of(fact):
            parts = by(rows, fact, name)
            assert [sum(column) for column in zip(*parts.values(), strict=True)] == [
                sum(column) for column in zip(*total.values(), strict=True)
            ]
    assert all(measure >= 0 for row in rows.values() for measure in row)


@settings(max_examples=200)
@given(some_events)
def test_every_delta_fits_the_tables_of_the_one_list(drawn: list[Any]) -> None:
    for change in run(made(drawn))[0]:
        for fact, key, measures in deltas(change):
            assert len(key) == len(keys_of(fact))
            assert len(measures) == len(measures_of(fact))
