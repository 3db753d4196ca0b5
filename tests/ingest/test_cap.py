"""Whoever invents values finds them folded into (other); totals stay, and so does what was there before."""

from collections import Counter

from collector.event import Acquisition, Device, Event, Kind, Place
from collector.facts import OTHER, RARE
from collector.ingest.cap import COMBINATIONS_A_VALUE, ValueCap
from collector.visits.change import deltas
from collector.visits.machine import Visit, apply

VALUES_MAX = 10
HOME = Event(1, b"visitor1", Kind.PAGEVIEW, 1_790_000_000, 740_000, 12, "shop.example", "/", Acquisition(), Place(), Device(), "", "fi")


def made(cap: ValueCap, **changes: object) -> Event:
    fields = {name: getattr(HOME, name) for name in HOME.__struct_fields__}
    return cap.fold(Event(**{**fields, **changes}))


def test_an_event_within_the_limits_is_the_same_object() -> None:
    cap = ValueCap(VALUES_MAX)
    assert cap.fold(HOME) is HOME
    assert cap.fold(HOME) is HOME


def test_new_pages_past_the_limit_are_others_and_established_ones_stay() -> None:
    cap = ValueCap(VALUES_MAX)
    pages = [made(cap, page=f"/{n}").page for n in range(50)]
    assert pages == [f"/{n}" for n in range(VALUES_MAX)] + [OTHER] * 40
    assert made(cap, page="/3").page == "/3"


def test_an_attack_of_invented_pages_keeps_the_totals() -> None:
    cap = ValueCap(VALUES_MAX)
    visits: dict[bytes, Visit] = {}
    views: Counter[str] = Counter()
    for n in range(1_000):
        event = made(cap, page="/" if n % 4 == 0 else f"/invented-{n}", key=b"visitor%d" % (n % 7))
        outcome = apply(visits.get(event.key), event)
        assert isinstance(outcome, tuple)
        visits[event.key], change = outcome
        for fact, key, measures in deltas(change):
            if fact == "pages":
                views[key[-1]] += measures[0]
    assert sum(views.values()) == 1_000
    assert views["/"] == 250
    assert len(views) == VALUES_MAX + 1


def test_each_dimension_has_its_own_limit() -> None:
    cap = ValueCap(VALUES_MAX)
    for n in range(50):
        made(cap, page=f"/{n}")
    event = made(cap, hostname="new.example", language="sv", name="Buy", kind=Kind.CUSTOM, props=(("plan", "Yearly"),))
    assert (event.hostname, event.language, event.name, event.props) == ("new.example", "sv", "Buy", (("plan", "Yearly"),))


def test_a_group_is_folded_field_by_field() -> None:
    cap = ValueCap(VALUES_MAX)
    for n in range(VALUES_MAX):
        made(cap, acquisition=Acquisition(source="Google", utm_campaign=f"c{n}"))
    folded = made(cap, acquisition=Acquisition(source="Google", utm_campaign="one too many")).acquisition
    assert folded == Acquisition(source="Google", utm_campaign=OTHER)


def test_nobody_can_send_what_history_calls_its_small_groups() -> None:
    folded = made(ValueCap(VALUES_MAX), page=RARE, acquisition=Acquisition(RARE, utm_campaign=RARE))
    assert (folded.page, folded.acquisition) == (OTHER, Acquisition(OTHER, utm_campaign=OTHER))


def test_an_empty_value_stays_empty() -> None:
    cap = ValueCap(VALUES_MAX)
    for n in range(50):
        made(cap, language=f"l{n}", place=Place(country=f"C{n}"))
    event = made(cap, language="", place=Place())
    assert (event.language, event.place) == ("", Place())


def test_properties_and_values_are_capped_and_the_event_is_kept() -> None:
    cap = ValueCap(VALUES_MAX)
    for n in range(50):
        event = made(cap, kind=Kind.CUSTOM, name="Buy", props=((f"p{n}", f"v{n}"),))
    assert event.props == ((OTHER, OTHER),)
    assert event.name == "Buy"


def test_a_page_views_name_is_no_event_that_takes_a_place() -> None:
    cap = ValueCap(VALUES_MAX)
    names = [made(cap, kind=Kind.CUSTOM, name=f"event {n}").name for n in range(VALUES_MAX)]
    assert OTHER not in names
    assert made(cap, kind=Kind.PAGEVIEW, name="pageview").name == "pageview"
    assert made(cap, kind=Kind.ENGAGEMENT, name="engagement").name == "engagement"


def test_combinations_of_known_values_are_bounded_too() -> None:
    cap = ValueCap(VALUES_MAX)
    made(cap, place=Place("FI"))
    for n in range(VALUES_MAX**3):
        made(cap, acquisition=Acquisition(utm_source=f"s{n % 10}", utm_medium=f"m{n // 10 % 10}", utm_term=f"t{n // 100}"))
    known = cap._days[1].known
    assert len(known) <= VALUES_MAX * COMBINATIONS_A_VALUE * 3
    new = Acquisition(utm_source="s1", utm_medium="m1", utm_term="t9", utm_content="")
    assert made(cap, acquisition=new).acquisition == Acquisition(utm_source=OTHER, utm_medium=OTHER, utm_term=OTHER)
    assert made(cap, place=Place("FI")).place == Place("FI")


def test_sites_and_days_do_not_share_their_places() -> None:
    cap = ValueCap(VALUES_MAX)
    for n in range(50):
        made(cap, page=f"/{n}")
    assert made(cap, site=2, page="/new").page == "/new"
    assert made(cap, page="/new").page == OTHER
    assert made(cap, day=HOME.day + 1, page="/new").page == "/new"
