"""Answers equal what loops over the plain rows find, whichever rows the statement reads."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from collector.facts import BY_API, BY_NAME, DIMENSIONS
from collector.query import ask, ask_many
from tests.query import oracle
from tests.query.database import FIRST, NOW_S, OTHERS, SITE, TODAY, UNGUARDED, VALUES, Database, Row, generated

LAST_WEEK = (TODAY - timedelta(days=6), TODAY)
WHOLE = (FIRST, TODAY)
VISIT_COLUMNS = [d.api for d in DIMENSIONS if "visits" in d.facts]
SHARED_COLUMNS = [api for api in VISIT_COLUMNS if api != "visit:exit_page"]
OF_VISITS_ALONE = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration", "engagement_rate"]
COLUMNS = {
    "visits": SHARED_COLUMNS,
    "pages": [*SHARED_COLUMNS, "event:page"],
    "events": [*SHARED_COLUMNS, "event:page", "event:name", "event:currency"],
}
ESSENTIAL = {"pages": ["event:page"], "events": ["event:name", "event:currency", "event:property", "event:value", "event:props:plan"]}
TIMES = ["time:hour", "time:day", "time:week", "time:month"]
PATTERNS = ["^.o", "g$", "[A-Z]", "o{2}", "(?i)GOO", "^$"]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return generated(1)


@pytest.fixture(scope="module")
def database(rows: list[Row]) -> Iterator[Database]:
    filled = Database()
    filled.fill(rows, open_days=(TODAY, TODAY - timedelta(days=9)))
    filled.fill(generated(2, 200), site=SITE.id + 1)
    yield filled
    filled.connection.close()


def question(metrics: list[str], dates: tuple[date, date] = WHOLE, **more: Any) -> dict[str, Any]:
    return {
        "site_id": SITE.domain,
        "metrics": metrics,
        "date_range": [day.isoformat() for day in dates],
        "dimensions": [],
        "filters": [],
        **more,
    }


def answered(database: Database, raw: dict[str, Any]) -> dict[tuple[str, ...], list[Any]]:
    found = ask(raw, SITE, NOW_S, database.run, UNGUARDED)["results"]
    keyed = {tuple(row["dimensions"]): row["metrics"] for row in found}
    assert len(keyed) == len(found), "a combination has two rows"
    return keyed


def assert_right(database: Database, rows: list[Row], scope: str, raw: dict[str, Any], dates: tuple[date, date]) -> None:
    assert answered(database, raw) == oracle.expected(rows, scope, raw, *dates)


@pytest.mark.parametrize("metric", list(oracle.ABOUT_VISITS))
def test_every_metric_is_right_in_total_and_by_every_dimension_its_facts_share(metric: str, database: Database, rows: list[Row]) -> None:
    columns = VISIT_COLUMNS if metric in OF_VISITS_ALONE else SHARED_COLUMNS
    for dimensions in [[], *([api] for api in [*columns, *TIMES])]:
        assert_right(database, rows, "visits", question([metric], dimensions=dimensions), WHOLE)


@pytest.mark.parametrize("metric", list(oracle.ABOUT_PAGES))
def test_every_metric_is_right_by_page(metric: str, database: Database, rows: list[Row]) -> None:
    for dimensions in (["event:page"], ["event:page", "visit:country"], ["time:day", "event:page"]):
        assert_right(database, rows, "pages", question([metric], LAST_WEEK, dimensions=dimensions), LAST_WEEK)


@pytest.mark.parametrize("column", ESSENTIAL["events"])
def test_every_metric_of_events_is_right_by_everything_only_events_have(column: str, database: Database, rows: list[Row]) -> None:
    metrics = ["visitors", "visits", "events"] if column == "event:currency" else list(oracle.ABOUT_EVENTS)
    for dimensions in ([column], [column, "visit:browser"], [column, "time:month"]):
        assert_right(database, rows, "events", question(metrics, dimensions=dimensions), WHOLE)


def any_leaf(rng: random.Random, column: str) -> list[Any]:
    name = BY_API[column].name
    values = ["pro", "Free", "(none)"] if column == "event:value" else VALUES.get(name, OTHERS)
    operator = rng.choice(["is", "is_not", "contains", "contains_not", "matches", "matches_not"])
    if operator.startswith("matches"):
        return [operator, column, rng.sample(PATTERNS, rng.randrange(1, 3))]
    chosen = [value for value in rng.sample(values, rng.randrange(1, 3)) if "*" not in value] or ["o"]
    wanted = [value or BY_NAME[name].empty for value in chosen] if operator.startswith("is") else [value[:3] or "o" for value in chosen]
    return [operator, column, wanted, *([{"case_sensitive": False}] if rng.random() < 0.3 else [])]


def any_filter(rng: random.Random, columns: list[str], depth: int = 0) -> list[Any]:
    kind = rng.random()
    if depth < 2 and kind < 0.2:
        return ["not", any_filter(rng, columns, depth + 1)]
    if depth < 2 and kind < 0.5:
        return [rng.choice(["and", "or"]), [any_filter(rng, columns, depth + 1) for _ in range(rng.randrange(1, 4))]]
    return any_leaf(rng, rng.choice(columns))


@pytest.mark.parametrize("seed", range(60))
def test_any_combination_of_metrics_dimensions_and_filters_is_right(seed: int, database: Database, rows: list[Row]) -> None:
    rng = random.Random(seed)
    scope = rng.choice(["visits", "pages", "events"])
    columns = COLUMNS[scope]
    dimensions = rng.sample(columns, rng.randrange(3)) + rng.sample(TIMES, rng.randrange(2))
    filters = [any_filter(rng, columns) for _ in range(rng.randrange(3))]
    if scope != "visits" and not {*ESSENTIAL[scope]} & {*dimensions, *oracle.filtered_on(filters)}:
        dimensions.append(ESSENTIAL[scope][0])
    known = list(oracle.SCOPES[scope])
    metrics = rng.sample([metric for metric in known if "revenue" not in metric], 2)
    dates = rng.choice([WHOLE, LAST_WEEK])
    assert_right(database, rows, scope, question(metrics, dates, dimensions=dimensions, filters=filters), dates)


@pytest.mark.parametrize("column", [api for api in BY_API if {"visits", "pages", "events"} & {*BY_API[api].facts}])
def test_daily_rows_and_detail_rows_give_the_same_answer_for_every_dimension(column: str, database: Database) -> None:
    facts = BY_API[column].facts
    metrics = ["visitors", "visits", *(["time_on_page"] if "pages" in facts else []), *(["events"] if "events" in facts else [])]
    daily = question(metrics, dimensions=[column])
    # A second dimension that is named and changes nothing makes the plan read detail rows.
    detail = {**daily, "filters": [["matches", "visit:region" if column == "visit:city" else "visit:city", [""]]]}
    assert answered(database, daily) == answered(database, detail)
    assert ask(daily, SITE, NOW_S, database.run, UNGUARDED)["meta"]["days"]["detail"] is None
    assert ask(detail, SITE, NOW_S, database.run, UNGUARDED)["meta"]["days"]["daily"] is None


@pytest.mark.parametrize("column", VISIT_COLUMNS)
def test_every_breakdown_adds_up_to_its_total(column: str, database: Database) -> None:
    parts = answered(database, question(["visitors", "visits", "pageviews"], dimensions=[column]))
    total = answered(database, question(["visitors", "visits", "pageviews"]))[()]
    assert [sum(figures) for figures in zip(*parts.values(), strict=True)] == total
    assert total[0] > 0


def test_many_questions_at_once_get_the_answers_each_would_get_alone(database: Database) -> None:
    include = {"compare": "previous_period", "total_rows": True}
    pair = (TODAY - timedelta(days=14), TODAY)
    asked = [question(["visitors", "bounce_rate"], pair, include=include)]
    asked += [
        question(["visitors", "pageviews"], pair, dimensions=[api], include=include, pagination={"limit": 3}) for api in VISIT_COLUMNS
    ]
    asked.append(
        question(["visitors", "exit_rate"], pair, dimensions=["event:page", "time:week"], filters=[["is", "visit:country", ["FI"]]])
    )
    asked.append(question(["total_revenue"], pair, dimensions=["event:name"], include=include))
    asked.append(
        question(["visits", "bounce_rate"], pair, dimensions=["visit:os"], order_by=[["bounce_rate", "asc"], ["visit:os", "desc"]])
    )
    asked.append(question(["visits"], pair, dimensions=["visit:os", "time:day"], order_by=[["visit:os", "desc"], ["visits", "asc"]]))
    assert ask_many(asked, SITE, NOW_S, database.run, UNGUARDED) == [ask(raw, SITE, NOW_S, database.run, UNGUARDED) for raw in asked]


def test_lists_by_dimensions_of_one_group_are_read_by_one_statement_and_others_by_their_own(database: Database) -> None:
    columns = ["visit:browser", "visit:os", "visit:device", "visit:country", "visit:city", "visit:entry_page", "visit:screen"]
    for filters in ([], [["is", "visit:channel", ["Referral"]]]):
        asked = [question(["visits", "bounce_rate"], dimensions=[api], filters=filters, pagination={"limit": 2}) for api in columns]
        before = len(database.statements)
        together = ask_many(asked, SITE, NOW_S, database.run, UNGUARDED)
        assert len(database.statements) - before == 1 + 4  # the sealed periods
        assert together == [ask(raw, SITE, NOW_S, database.run, UNGUARDED) for raw in asked]


def test_the_hour_of_day_is_a_dimension_like_any_other(database: Database, rows: list[Row]) -> None:
    visits = [row for row in rows if row[0] == "visits"]
    raw = question(["visits"], dimensions=["visit:hour"])
    assert answered(database, raw) == {
        (f"{hour:02d}",): [total] for hour in range(24) if (total := sum(row[4]["visits"] for row in visits if row[2] == hour))
    }
    for filters, hours in (
        ([["is", "visit:hour", ["07", "08"]]], {7, 8}),
        ([["is_not", "visit:hour", ["07"]], ["matches", "visit:hour", ["^0"]]], {*range(10)} - {7}),
    ):
        mine = [row for row in visits if row[2] in hours]
        assert answered(database, {**raw, "dimensions": [], "filters": filters}) == {(): [sum(row[4]["visits"] for row in mine)]}
        for country in ("FI", "SE"):
            both = [*filters, ["is", "visit:country", [country]]]
            total = sum(row[4]["visits"] for row in mine if row[3]["country"] == country)
            assert answered(database, {**raw, "dimensions": [], "filters": both}) == {(): [total]}


def test_one_failing_statement_fails_all_of_what_was_asked(database: Database) -> None:
    def failing(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
        if "visit:country" in sql:
            raise RuntimeError("no answer")
        return database.run(sql, parameters)

    with pytest.raises(RuntimeError, match="no answer"):
        ask_many([question(["visits"], dimensions=[api]) for api in VISIT_COLUMNS], SITE, NOW_S, failing, UNGUARDED)


def test_the_hours_at_the_ends_of_a_range_of_hours_are_cut_exactly(database: Database, rows: list[Row]) -> None:
    first, last = TODAY - timedelta(days=3), TODAY - timedelta(days=1)
    span = [f"{first}T05:00:00", f"{last}T09:30:00"]
    inside = [row for row in rows if (first, 5) <= row[1:3] <= (last, 9)]
    for more in ({"dimensions": []}, {"dimensions": ["visit:source"]}, {"dimensions": ["time:hour"]}):
        raw = question(["visits", "pageviews"], **more)
        assert answered(database, {**raw, "date_range": span}) == oracle.expected(inside, "visits", raw, first, last)
