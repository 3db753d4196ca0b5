"""Three dimensions together are told only of groups large enough; two always are, while detail is kept."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from collector.facts import RARE
from collector.query import Caller, ask, ask_many
from tests.query.database import NOW_S, SIGNED_IN, SITE, TODAY, Database
from tests.query.test_meaning import event, row

K = SIGNED_IN.smallest_group
YESTERDAY = TODAY - timedelta(days=1)
FI, FIREFOX, PHONE = ["is", "visit:country", ["FI"]], ["is", "visit:browser", ["Firefox"]], ["is", "visit:device", ["Mobile"]]


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database()
    yield made
    made.connection.close()


def asked(database: Database, metrics: list[str] | None = None, caller: Caller = SIGNED_IN, **more: Any) -> dict[str, Any]:
    return ask({"metrics": metrics or ["visits"], "date_range": "7d", **more}, SITE, NOW_S, database.run, caller)


def table(answer: dict[str, Any]) -> list[list[Any]]:
    return [[*line["dimensions"], *line["metrics"]] for line in answer["results"]]


def visits(number: int, day: date = YESTERDAY, **cells: Any) -> Any:
    return row("visits", day, visits=number, **cells)


@pytest.mark.parametrize("number", [1, K - 1, K])
def test_one_filter_with_any_breakdown_always_answers(number: int, database: Database) -> None:
    database.fill([visits(number, country="FI", browser="Firefox")])
    for dimensions in (["visit:browser"], ["time:day", "visit:browser"], ["visit:city"], ["visit:hour"]):
        found = asked(database, filters=[FI], dimensions=dimensions)
        assert [line[-1] for line in table(found)] == [number]
        assert "withheld" not in found["meta"]


@pytest.mark.parametrize("day", [TODAY, YESTERDAY])
def test_two_filters_and_a_breakdown_answer_from_the_smallest_group_on(day: date, database: Database) -> None:
    database.fill([visits(K - 2, day, country="FI", browser="Firefox", os="a"), visits(1, day, country="FI", browser="Firefox", os="b")])
    shape: dict[str, Any] = {"filters": [FI, FIREFOX], "dimensions": ["visit:os"]}
    small = asked(database, **shape)
    assert table(small) == [[RARE, K - 1]]
    assert small["meta"]["withheld"]["visits"] == K - 1
    assert asked(database, filters=[FI, FIREFOX])["results"][0]["metrics"] == [K - 1]
    database.fill([visits(1, day, country="FI", browser="Firefox", os="b")], open_days=(day,))
    large = asked(database, **shape)
    assert table(large) == [["a", K - 2], ["b", 2]]
    assert "withheld" not in large["meta"]


def test_three_filters_tell_nothing_of_a_small_group(database: Database) -> None:
    database.fill([visits(K - 1, country="FI", browser="Firefox", device="Mobile"), visits(90, country="SE", device="Mobile")])
    for dimensions in ([], ["time:day"], ["visit:os"], ["visit:os", "visit:city"], ["visit:country"]):
        found = asked(database, ["visits", "bounce_rate"], filters=[FI, FIREFOX, PHONE], dimensions=dimensions)
        assert found["results"] == []
        assert found["meta"]["withheld"]["visits"] is None
        assert found["meta"]["withheld"]["smallest_group"] == K
    database.fill([visits(1, country="FI", browser="Firefox", device="Mobile")])
    assert table(asked(database, filters=[FI, FIREFOX, PHONE])) == [[K]]


def test_several_breakdowns_fold_the_rows_of_groups_that_are_too_small(database: Database) -> None:
    large = [visits(K - 1, country="FI", browser="Firefox", os="a"), visits(1, country="FI", browser="Firefox", os="b")]
    small = [visits(2, country="SE", browser="Firefox", os="a"), visits(3, country="FI", browser="Chrome", os="a")]
    database.fill([*large, *small])
    found = asked(database, dimensions=["visit:country", "visit:browser", "visit:os"])
    assert table(found) == [["FI", "Firefox", "a", K - 1], [RARE, RARE, RARE, 5], ["FI", "Firefox", "b", 1]]
    assert found["meta"]["withheld"]["visits"] == 5
    # The order of the breakdown decides which values are the group's.
    found = asked(database, dimensions=["visit:os", "visit:browser", "visit:country"])
    assert table(found) == [["a", "Firefox", "FI", K - 1], [RARE, RARE, RARE, 4], ["a", "Firefox", "SE", 2]]
    found = asked(database, filters=[FI], dimensions=["visit:browser", "visit:os"])
    assert table(found) == [["Firefox", "a", K - 1], [RARE, RARE, 3], ["Firefox", "b", 1]]


def test_days_are_no_dimension_and_hours_are_one(database: Database) -> None:
    rows = [visits(4, YESTERDAY - timedelta(days=number), country="FI", browser="Firefox", os="a") for number in range(3)]
    database.fill([*rows, row("visits", hour=3, visits=1, country="FI", browser="Firefox", os="b")])
    shape: dict[str, Any] = {"filters": [FI, FIREFOX]}
    by_day = asked(database, **shape, dimensions=["time:day", "visit:os"])
    assert [line[2] for line in table(by_day)] == [4, 4, 4, 1]
    by_hour = asked(database, filters=[FI], dimensions=["visit:hour", "visit:os"])
    assert table(by_hour) == [["12", "a", 12], [RARE, RARE, 1]]
    hours = asked(database, filters=[FI], dimensions=["time:hour", "visit:os"])
    assert table(hours) == [[RARE, RARE, 13]]
    filtered = asked(database, filters=[FI, ["is", "visit:hour", ["03"]]], dimensions=["visit:os"])
    assert table(filtered) == [[RARE, 1]]
    part = asked(database, **shape, date_range=[f"{YESTERDAY}T03:00:00", f"{YESTERDAY}T04:00:00"])
    assert part["results"] == []


def test_a_visit_that_saw_many_pages_counts_once_in_its_group(database: Database) -> None:
    seen = [row("pages", page=f"/{number}", country="FI", browser="Firefox", pageviews=1, visits=1) for number in range(3 * K)]
    database.fill([visits(1, country="FI", browser="Firefox"), *seen])
    shape: dict[str, Any] = {"filters": [FI, FIREFOX], "dimensions": ["event:page"]}
    assert table(asked(database, ["pageviews"], **shape)) == [[RARE, 3 * K]]
    several = {"filters": [FI, ["contains", "event:page", ["/"]]], "dimensions": ["visit:os"]}
    assert table(asked(database, ["pageviews"], **several)) == [[RARE, 3 * K]]
    not_one = {"filters": [FI, ["is_not", "event:page", ["/0"]]], "dimensions": ["visit:os"]}
    assert table(asked(database, ["pageviews"], **not_one)) == [[RARE, 3 * K - 1]]
    grouped = asked(database, ["pageviews"], dimensions=["visit:country", "visit:browser", "event:page"])
    assert table(grouped) == [[RARE, RARE, RARE, 3 * K]]
    database.fill(
        [
            row("pages", page="/0", country="FI", browser="Firefox", pageviews=1, visits=K - 1),
            visits(K - 1, country="FI", browser="Firefox"),
        ]
    )
    assert len(table(asked(database, ["pageviews"], **shape))) == 3 * K
    assert len(table(asked(database, ["pageviews"], **several))) == 1
    assert table(asked(database, ["pageviews"], **not_one)) == [[RARE, 3 * K - 1]]


def test_a_visit_that_sent_many_events_counts_once_in_its_group(database: Database) -> None:
    database.fill([event(f"e{number}", country="FI", currency="EUR") for number in range(3 * K)])
    shape: dict[str, Any] = {"filters": [FI, ["is", "event:currency", ["EUR"]]], "dimensions": ["visit:os"]}
    assert table(asked(database, ["events"], **shape)) == [[RARE, 3 * K]]
    database.fill([event("e0", country="FI", currency="EUR") for _ in range(K)])
    assert table(asked(database, ["events"], **shape)) == [["(unknown)", 4 * K]]


def test_figures_that_no_fact_has_with_all_that_is_named_are_guarded_where_they_are_counted(database: Database) -> None:
    database.fill([visits(K - 1, entry_page="/", exit_page="/end", country="FI", bounces=1)])
    shape: dict[str, Any] = {"filters": [["is", "event:page", ["/"]], ["is", "visit:exit_page", ["/end"]]], "dimensions": ["visit:country"]}
    assert table(asked(database, ["bounce_rate"], **shape)) == [[RARE, 11.1]]


def test_a_page_that_is_also_the_first_of_its_visit_is_counted_where_both_are_known(database: Database) -> None:
    database.fill_sealed([visits(K, entry_page="/", country="FI")], YESTERDAY, YESTERDAY, K)
    filters = [["is", "event:page", ["/"]], ["is", "visit:entry_page", ["/"]]]
    found = asked(database, ["bounce_rate"], filters=filters, dimensions=["visit:country"])
    assert table(found) == [[RARE, 0.0]]


def test_a_comparison_is_about_groups_large_enough_as_well(database: Database) -> None:
    before = YESTERDAY - timedelta(days=7)
    shape: dict[str, Any] = {"filters": [FI, FIREFOX], "dimensions": ["visit:os"], "include": {"compare": "previous_period"}}
    database.fill([visits(K, country="FI", browser="Firefox", os="a"), visits(1, before, country="FI", browser="Firefox", os="a")])
    assert asked(database, **shape)["results"][0]["comparison"] is None
    database.fill([visits(K, before, country="FI", browser="Firefox", os="a")])
    assert asked(database, **shape)["results"][0]["comparison"]["metrics"] == [K + 1]
    grouped: dict[str, Any] = {"dimensions": ["visit:country", "visit:browser", "visit:os"], "include": {"compare": "previous_period"}}
    database.fill([visits(K, country="SE", browser="Firefox", os="a"), visits(2, before, country="SE", browser="Firefox", os="a")])
    lines = {line["dimensions"][0]: line["comparison"] for line in asked(database, **grouped)["results"]}
    assert (lines["FI"]["metrics"], lines["SE"]) == ([K + 1], None)


def test_many_lists_under_the_same_filters_are_guarded_by_one_statement(database: Database) -> None:
    raws = [
        {"metrics": ["visits"], "date_range": "7d", "filters": [FI, FIREFOX], "dimensions": [name]}
        for name in ("visit:os", "visit:source", "visit:city")
    ]
    database.fill([visits(K, country="FI", browser="Firefox")])
    before = len(database.statements)
    ask_many(raws, SITE, NOW_S, database.run, SIGNED_IN)
    assert len(database.statements) - before == 1 + 1 + 3


def test_sealed_days_are_never_asked_for_three(database: Database) -> None:
    database.fill([visits(K, country="FI", browser="Firefox", os="a")])
    database.note_sealed(YESTERDAY, YESTERDAY)
    found = asked(database, filters=[FI, FIREFOX], dimensions=["visit:os"])
    assert (found["results"], found["meta"]["days"]["missing"]) == ([], [["2026-03-25", "2026-03-30"]])
