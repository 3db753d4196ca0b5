"""What a shared address tells, for every kind of question: nothing from which a group too small could be found by subtraction."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from collector.facts import RARE
from collector.query import ask, realtime
from tests.query.database import NOW_S, PUBLIC, SIGNED_IN, SITE, TODAY, Database, Row
from tests.query.test_meaning import event, row

K = PUBLIC.smallest_group
YESTERDAY = TODAY - timedelta(days=1)
FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
QUIET = date(2026, 3, 9)  # a day of March, which is not sealed, with few visits
FI = ["is", "visit:country", ["FI"]]


def rows() -> list[Row]:
    """Every day K visits from Finland and K from Sweden, QUIET only one of each; each with a page and an event."""
    found = []
    for number in range((TODAY - FEBRUARY[0]).days + 1):
        day = FEBRUARY[0] + timedelta(days=number)
        for country in ("FI", "SE"):
            shared = {"day": day, "country": country, "visits": 1 if day == QUIET else K, "entry_page": "/", "browser": "Firefox"}
            found += [row("visits", **shared), row("pages", page="/", pageviews=1, **shared)]
            found.append(event("Buy", currency="EUR", revenue=100, day=day, country=country))
    return found


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    made = Database()
    made.fill([one for one in rows() if one[1] > FEBRUARY[1]])
    made.fill_sealed(rows(), *FEBRUARY, K)
    yield made
    made.connection.close()


def asked(database: Database, **more: Any) -> dict[str, Any]:
    return ask({"metrics": ["visits"], "date_range": ["2026-02-01", str(TODAY)], **more}, SITE, NOW_S, database.run, PUBLIC)


def table(answer: dict[str, Any]) -> dict[tuple[str, ...], Any]:
    return {tuple(line["dimensions"]): line["metrics"][0] for line in answer["results"]}


ALL, NO_TODAY, SEALED, NOTHING = ("2026-02-01", "2026-03-31"), ("2026-02-01", "2026-03-30"), ("2026-02-01", "2026-02-28"), None
SEEN: list[tuple[dict[str, Any], tuple[str, str] | None]] = [
    ({}, ALL),
    ({"dimensions": ["time:day"]}, ALL),
    ({"metrics": ["time_on_page", "events"]}, ALL),
    ({"metrics": ["total_revenue"]}, NO_TODAY),
    ({"dimensions": ["visit:country"]}, NO_TODAY),
    ({"dimensions": ["time:month", "visit:entry_page"]}, NO_TODAY),
    ({"dimensions": ["event:page"]}, NO_TODAY),
    ({"dimensions": ["visit:hour"]}, NO_TODAY),
    ({"dimensions": ["time:hour"]}, NO_TODAY),
    ({"filters": [FI]}, NO_TODAY),
    ({"filters": [FI], "dimensions": ["time:day"]}, NO_TODAY),
    ({"date_range": ["2026-02-01T00:00:00", "2026-03-31T05:00:00"]}, NO_TODAY),
    ({"filters": [FI], "dimensions": ["visit:browser"]}, SEALED),
    ({"filters": [FI], "dimensions": ["visit:hour"]}, SEALED),
    ({"filters": [FI], "dimensions": ["time:month", "event:page"]}, SEALED),
    ({"dimensions": ["visit:country", "visit:browser"]}, SEALED),
    ({"filters": [FI], "dimensions": ["visit:os"]}, NOTHING),
    ({"filters": [FI], "dimensions": ["time:hour"]}, NOTHING),
    ({"filters": [FI], "dimensions": ["time:day", "visit:browser"]}, NOTHING),
    ({"filters": [FI], "date_range": ["2026-02-01T00:00:00", "2026-02-20T05:00:00"]}, NOTHING),
    ({"filters": [FI], "dimensions": ["visit:browser"], "date_range": ["2026-02-02", "2026-03-31"]}, NOTHING),
    ({"filters": [FI], "dimensions": ["visit:browser"], "date_range": "day"}, NOTHING),
    ({"filters": [FI, ["is", "visit:browser", ["Firefox"]]], "dimensions": ["visit:device"]}, NOTHING),
    ({"dimensions": ["visit:country"], "date_range": "day"}, NOTHING),
    ({"filters": [["is", "event:name", ["Buy"]]], "metrics": ["average_revenue"]}, SEALED),
]


@pytest.mark.parametrize(("shape", "span"), SEEN, ids=lambda value: repr(value)[:80])
def test_a_public_caller_sees_so_many_days(shape: dict[str, Any], span: tuple[str, str] | None, database: Database) -> None:
    before = len(database.statements)
    found = asked(database, **shape)
    read = " ".join(sql for sql, _ in database.statements[before:])
    days = found["meta"]["days"]
    covered = [days[kind] for kind in ("daily", "pairs", "detail", "today") if days[kind]]
    assert (min(first for first, _ in covered), max(last for _, last in covered)) == span if span else covered == []
    assert bool(days["missing"]) == (span != ALL)
    assert ("reason" in days) == bool(days["missing"])
    # No row of live detail is read, whatever becomes of it, and none of today but for totals.
    assert "_detail" not in read
    assert ("_today" in read) == (span == ALL)
    if span is None:
        assert found["results"] == []


def test_a_live_day_of_few_visits_gives_up_its_visitors_to_the_public_alone(database: Database) -> None:
    day = {"date_range": [str(QUIET)] * 2}
    for dimension in ("visit:country", "visit:hour", "visit:city", "visit:language"):
        found = asked(database, **day, dimensions=[dimension])
        assert table(found) == {(RARE,): 2}
        assert found["meta"]["withheld"]["visits"] == 2
    assert table(asked(database, **day, dimensions=["time:hour"])) == {(RARE,): 2}
    assert table(asked(database, **day, dimensions=["visit:entry_page"])) == {("/",): 2}
    assert table(asked(database, **day)) == {(): 2}
    hidden = asked(database, **day, filters=[FI])
    assert (table(hidden), hidden["meta"]["withheld"]["visits"]) == ({(): 0}, 2)
    raw = {"metrics": ["visits"], **day, "dimensions": ["visit:country"]}
    assert table(ask(raw, SITE, NOW_S, database.run, SIGNED_IN)) == {("FI",): 1, ("SE",): 1}


def test_what_days_tell_adds_up_to_their_total_for_the_public_too(database: Database) -> None:
    for dates in (["2026-02-01", "2026-03-30"], ["2026-02-10", "2026-03-15"], [str(QUIET - timedelta(days=1)), str(QUIET)]):
        total = table(asked(database, date_range=dates))[()]
        for dimension in ("visit:country", "visit:browser", "visit:hour", "visit:entry_page"):
            found = table(asked(database, date_range=dates, dimensions=[dimension]))
            assert sum(found.values()) == total
    events = table(asked(database, metrics=["events"], dimensions=["event:name"]))
    assert events == {("Buy",): 2 * 58}


def test_lists_of_one_group_read_together_give_up_the_same(database: Database) -> None:
    from collector.query import ask_many

    raws = [
        {"metrics": ["visits"], "date_range": ["2026-03-08", "2026-03-10"], "dimensions": [name]}
        for name in ("visit:browser", "visit:os", "visit:device")
    ]
    together = ask_many(raws, SITE, NOW_S, database.run, PUBLIC)
    assert together == [ask(raw, SITE, NOW_S, database.run, PUBLIC) for raw in raws]
    assert table(together[0]) == {("Firefox",): 4 * K, (RARE,): 2}


def test_the_present_is_a_total_for_the_public(database: Database) -> None:
    database.connection.execute("INSERT INTO live VALUES (?, ?, '/', 'Google', 'FI', 2, 1)", [SITE.id, int(NOW_S) // 60])
    public, signed_in = (realtime(SITE, NOW_S, database.run, caller) for caller in (PUBLIC, SIGNED_IN))
    tops = ("pages", "sources", "countries")
    assert {name: value for name, value in public.items() if name not in tops} == {n: v for n, v in signed_in.items() if n not in tops}
    assert ([public[name] for name in tops], all(signed_in[name] for name in tops)) == ([[], [], []], True)
