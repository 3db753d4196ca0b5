"""What figures mean: money, goals, properties, wildcards, comparison, missing days, pages of rows, visitors now."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from collector.facts import dimensions_of, measures_of
from collector.query import ask, realtime
from tests.query.database import NOW_S, SIGNED_IN, SITE, TODAY, Database, Row

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database()
    yield made
    made.connection.close()


def row(fact: Any, day: date = YESTERDAY, hour: int = 12, **cells: Any) -> Row:
    """One detail row: dimensions as text, measures as numbers, all others empty or 0."""
    values = {dimension.name: str(cells.get(dimension.name, "")) for dimension in dimensions_of(fact)}
    return fact, day, hour, values, {name: int(cells.get(name, 0)) for name in measures_of(fact)}


def asked(database: Database, metrics: list[str], **more: Any) -> dict[str, Any]:
    raw = {"site_id": SITE.domain, "metrics": metrics, "date_range": "7d", **more}
    return ask(raw, SITE, NOW_S, database.run, SIGNED_IN)


def table(answer: dict[str, Any]) -> list[list[Any]]:
    return [[*row["dimensions"], *row["metrics"]] for row in answer["results"]]


def event(name: str, prop: str = "", value: str = "", **cells: Any) -> Row:
    return row("events", event=name, property=prop, value=f"{prop}={value}" if prop else "", events=1, visits=1, visitors=1, **cells)


def test_money_of_one_currency_is_shown_in_its_own_decimals(database: Database) -> None:
    database.fill([event("Buy", currency="JPY", revenue=1250), event("Buy", currency="JPY", revenue=250), event("Look")])
    found = asked(database, ["total_revenue", "average_revenue", "events"])
    assert table(found) == [[{"value": 1500, "currency": "JPY"}, {"value": 750, "currency": "JPY"}, 3]]


def test_money_of_two_currencies_is_not_added(database: Database) -> None:
    database.fill([event("Buy", currency="EUR", revenue=1250), event("Buy", currency="KWD", revenue=1250)])
    found = asked(database, ["total_revenue"])
    assert table(found) == [[None]]
    assert found["meta"]["metric_warnings"]["total_revenue"]["code"] == "no_single_revenue_currency"
    by_currency = asked(database, ["total_revenue"], dimensions=["event:currency"])
    assert table(by_currency) == [["EUR", {"value": 12.5, "currency": "EUR"}], ["KWD", {"value": 1.25, "currency": "KWD"}]]
    only = asked(database, ["total_revenue"], filters=[["is", "event:currency", ["EUR"]]])
    assert table(only) == [[{"value": 12.5, "currency": "EUR"}]]


def test_an_event_with_properties_counts_once_however_many_it_has(database: Database) -> None:
    database.fill([event("Buy"), event("Buy", "plan", "pro"), event("Buy", "size", "L"), event("Look"), event("Look", "plan", "pro")])
    assert table(asked(database, ["events"], filters=[["is", "event:name", ["Buy"]]])) == [[1]]
    assert table(asked(database, ["events"], dimensions=["event:props:plan"])) == [["pro", 2]]
    assert table(asked(database, ["events"], dimensions=["event:property"])) == [["plan", 2], ["size", 1]]
    both = asked(
        database, ["events"], dimensions=["event:props:plan"], filters=[["is", "event:name", ["Buy"]], ["is", "event:props:plan", ["pro"]]]
    )
    assert table(both) == [["pro", 1]]


def test_events_are_page_views_and_custom_events_until_one_is_named(database: Database) -> None:
    database.fill([row("visits", visits=1, pageviews=3), row("pages", page="/", pageviews=3), event("Buy", page="/")])
    assert table(asked(database, ["events"])) == [[4]]
    assert table(asked(database, ["events"], dimensions=["event:page"])) == [["/", 4]]
    assert table(asked(database, ["events"], filters=[["is", "event:goal", ["Buy"]]])) == [[1]]
    assert table(asked(database, ["events"], filters=[["is", "event:goal", ["Visit /"]]])) == [[3]]


PAGES = ["/", "/blog", "/blog/a", "/blog/a/b", "/Blog/a", "/50%", "/a_b", "/axb", "/st*r", "/new\nline"]
WILDCARDS = [
    (["/blog/*"], ["/blog/a", "/blog/a/b"]),
    (["/*/a*"], ["/Blog/a", "/blog/a", "/blog/a/b"]),
    (["*a"], ["/Blog/a", "/blog/a"]),
    (["/50%"], ["/50%"]),
    (["/a_b*"], ["/a_b"]),
    ([r"/st\*r"], ["/st*r"]),
    (["/new*line"], ["/new\nline"]),
    (["/", "/blog*"], ["/", "/blog", "/blog/a", "/blog/a/b"]),
    (["*"], sorted(PAGES)),
]


@pytest.mark.parametrize(("values", "found"), WILDCARDS)
def test_a_star_in_a_page_stands_for_any_text_and_nothing_else_does(values: list[str], found: list[str], database: Database) -> None:
    database.fill([row("pages", page=page, pageviews=1, visits=1, visitors=1) for page in PAGES])
    answer = asked(database, ["pageviews"], dimensions=["event:page"], filters=[["is", "event:page", values]])
    assert [line[0] for line in table(answer)] == found


def test_a_comparison_stands_beside_each_row_with_its_change(database: Database) -> None:
    before = TODAY - timedelta(days=7)
    database.fill(
        [
            row("visits", source="a", visits=6, bounces=3),
            row("visits", source="b", visits=2),
            row("visits", before, source="a", visits=4, bounces=4),
            row("visits", before, source="c", visits=9),
        ]
    )
    found = asked(database, ["visits", "bounce_rate"], dimensions=["visit:source"], include={"compare": "previous_period"})
    assert found["results"] == [
        {"metrics": [6, 50.0], "dimensions": ["a"], "comparison": {"dimensions": ["a"], "metrics": [4, 100.0], "change": [50, -50.0]}},
        {"metrics": [2, 0.0], "dimensions": ["b"], "comparison": {"dimensions": ["b"], "metrics": [0, None], "change": [100, None]}},
    ]
    assert found["meta"]["comparison"]["date_range"] == ["2026-03-18T00:00:00+02:00", "2026-03-24T23:59:59+02:00"]


def test_the_nth_bucket_is_compared_with_the_nth(database: Database) -> None:
    database.fill(
        [
            row("visits", visits=5),
            row("visits", YESTERDAY - timedelta(days=7), visits=4),
            row("visits", YESTERDAY - timedelta(days=6), visits=9),
        ]
    )
    found = asked(database, ["visits"], dimensions=["time:day"], include={"compare": "previous_period"})
    assert found["results"] == [
        {"metrics": [5], "dimensions": ["2026-03-30"], "comparison": {"dimensions": ["2026-03-23"], "metrics": [4], "change": [25]}}
    ]


def test_days_whose_detail_is_gone_are_told_and_not_guessed(database: Database) -> None:
    first = TODAY - timedelta(days=6)
    database.fill([row("visits", first, source="a", visits=1), row("visits", source="a", visits=2)])
    database.note_sealed(first, first)
    both = {"dimensions": ["visit:source", "visit:region"]}
    found = asked(database, ["visits"], **both, include={"compare": "previous_period"})
    assert table(found) == [["a", "(unknown)", 2]]
    assert found["results"][0]["comparison"] is None
    assert found["meta"]["days"]["missing"] == [["2026-03-25", "2026-03-25"]]
    assert found["meta"]["comparison"]["covered"] is False
    alone = asked(database, ["visits"], dimensions=["visit:source"])
    assert (table(alone), alone["meta"]["days"]["missing"]) == ([["a", 3]], [])


def test_a_question_none_of_whose_days_is_covered_has_no_rows(database: Database) -> None:
    database.fill([row("visits", visits=1)])
    database.note_sealed(YESTERDAY, YESTERDAY)
    found = asked(
        database,
        ["visits"],
        date_range=[str(YESTERDAY)] * 2,
        filters=[["is", "visit:source", ["Direct / None"]], ["is", "visit:os", ["(unknown)"]]],
    )
    assert found["results"] == []
    assert found["meta"]["days"]["missing"] == [["2026-03-30", "2026-03-30"]]


def test_what_was_taken_back_entirely_has_no_row(database: Database) -> None:
    database.fill(
        [row("visits", exit_page="/a", visits=1), row("visits", exit_page="/a", visits=-1), row("visits", exit_page="/b", visits=1)]
    )
    assert table(asked(database, ["visits"], dimensions=["visit:exit_page"])) == [["/b", 1]]


def test_pages_of_rows_follow_each_other_without_gap_or_overlap(database: Database) -> None:
    database.fill([row("visits", os=str(number), visits=number % 3 + 1) for number in range(10)])
    shared = {"dimensions": ["visit:os"], "include": {"total_rows": True}}
    whole = table(asked(database, ["visits"], **shared))
    pages = [asked(database, ["visits"], **shared, pagination={"limit": 4, "offset": offset}) for offset in (0, 4, 8, 12)]
    assert [line for page in pages for line in table(page)] == whole
    assert [page["meta"]["total_rows"] for page in pages] == [10] * 4


def test_the_hour_that_clocks_repeat_is_one_label_with_both_hours_in_it(database: Database) -> None:
    day = date(2025, 10, 26)
    database.fill([row("visits", day, 3, visits=1), row("visits", day, 3, source="a", visits=1)], open_days=())
    found = asked(database, ["visits"], date_range=[str(day), str(day)], dimensions=["time:hour"])
    assert table(found) == [["2025-10-26 03:00:00", 2]]


def test_figures_that_add_up_days_or_pages_say_so(database: Database) -> None:
    def code(**more: Any) -> str:
        warnings = asked(database, ["visitors"], **more)["meta"].get("metric_warnings", {})
        return str(warnings.get("visitors", {}).get("code", ""))

    assert code() == "sum_of_days"
    assert code(date_range="day") == ""
    assert code(date_range="day", filters=[["contains", "event:page", ["/"]]]) == "sum_of_parts"
    assert code(date_range="day", filters=[["is", "event:page", ["/"]]]) == ""
    assert code(date_range="day", dimensions=["event:page"]) == ""


def test_all_begins_with_the_sites_first_day(database: Database) -> None:
    database.fill([row("visits", date(2024, 2, 3), visits=1)])
    assert asked(database, ["visits"], date_range="all")["query"]["date_range"][0] == "2024-02-03T00:00:00+02:00"


def test_visitors_now_are_those_of_the_last_minutes(database: Database) -> None:
    minute = int(NOW_S) // 60
    live = [
        (7, minute, "/", "Google", "FI", 3, 2),
        (7, minute - 4, "/a", "", "", 1, 1),
        (7, minute - 5, "/", "Google", "SE", 4, 4),
        (7, minute - 29, "/b", "", "FI", 1, 1),
        (7, minute - 30, "/c", "", "FI", 50, 50),
        (7, minute - 1, "/gone", "", "FI", 0, 1),
        (7, minute - 1, "/gone", "", "FI", 0, -1),
        (8, minute, "/", "", "FI", 70, 70),
    ]
    for values in live:
        database.connection.execute("INSERT INTO live VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    found = realtime(SITE, NOW_S, database.run, SIGNED_IN)
    assert found["visitors"] == 3
    assert len(found["minutes"]) == 30
    assert found["minutes"][-1] == {"minutes_ago": 0, "visitors": 2, "pageviews": 3}
    assert found["minutes"][0] == {"minutes_ago": 29, "visitors": 1, "pageviews": 1}
    assert [(line["name"], line["visitors"]) for line in found["pages"]] == [("/", 6), ("/a", 1), ("/b", 1)]
    assert [(line["name"], line["visitors"]) for line in found["sources"]] == [("Google", 6), ("Direct / None", 2)]
    assert [(line["name"], line["visitors"]) for line in found["countries"]] == [("SE", 4), ("FI", 3), ("(unknown)", 1)]
