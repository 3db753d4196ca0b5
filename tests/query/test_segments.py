"""Segments: asked by name, answered from detail while there is some, then from what sealing kept of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from collector.query import QuestionError, ask, check_segment, segment_condition
from tests.query.database import NOW_S, PUBLIC, SIGNED_IN, SITE, TODAY, UNGUARDED, Database, generated

FEBRUARY = (date(2026, 2, 1), date(2026, 2, 28))
FINNS_ON_FIREFOX = [["is", "visit:country", ["FI"]], ["is", "visit:browser", ["Firefox"]]]
WIDER = [["or", [["is", "visit:country", ["FI"]], ["is_not", "visit:device", ["Mobile"]]]], ["contains", "visit:entry_page", ["/"]]]
LEAVING = [["is", "visit:country", ["FI"]], ["is", "visit:exit_page", ["/"]]]
SEGMENTS = {"Finns": FINNS_ON_FIREFOX, "wider": WIDER, "leaving": LEAVING}
NAMED = replace(SITE, segments=tuple(SEGMENTS.items()))
BY_NAME = {"filters": [["is", "segment", ["Finns"]]]}


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    made, rows = Database(), generated(21, 900, FEBRUARY[0])
    made.fill([row for row in rows if row[1] > FEBRUARY[1]])
    made.fill_sealed(rows, *FEBRUARY, -1_000_000, Finns=lambda values: (values["country"], values["browser"]) == ("FI", "Firefox"))
    yield made
    made.connection.close()


@pytest.fixture(scope="module")
def detail() -> Iterator[Database]:
    made = Database()
    made.fill(generated(21, 900, FEBRUARY[0]))
    yield made
    made.connection.close()


def asked(database: Database, dates: tuple[date, date] = (FEBRUARY[0], TODAY), caller: Any = UNGUARDED, **more: Any) -> dict[str, Any]:
    raw = {"metrics": ["visits", "pageviews"], "date_range": [str(day) for day in dates], **more}
    return ask(raw, NAMED, NOW_S, database.run, caller)


def table(answer: dict[str, Any]) -> dict[tuple[str, ...], Any]:
    return {tuple(line["dimensions"]): line["metrics"] for line in answer["results"]}


@pytest.mark.parametrize("name", list(SEGMENTS))
def test_a_segment_answers_as_its_definition_while_detail_is_kept(name: str, detail: Database) -> None:
    for more in ({}, {"dimensions": ["visit:os"]}, {"dimensions": ["time:hour"]}, {"dimensions": ["time:week", "visit:source"]}):
        found = asked(detail, filters=[["is", "segment", [name]]], **more)
        assert table(found) == table(asked(detail, filters=SEGMENTS[name], **more)) != {}
        assert found["query"]["filters"] == [["is", "segment", [name]]]


def test_a_segment_alone_answers_over_sealed_days(database: Database, detail: Database) -> None:
    for dates in ((FEBRUARY[0], TODAY), (date(2026, 2, 10), date(2026, 3, 10)), FEBRUARY):
        for dimensions in ([], ["time:day"], ["time:week"], ["time:month"]):
            found = asked(database, dates, **BY_NAME, dimensions=dimensions)
            assert table(found) == table(asked(detail, dates, **BY_NAME, dimensions=dimensions)) != {}
            assert found["meta"]["days"]["missing"] == []
            assert found["meta"]["days"]["daily"] == [str(dates[0]), "2026-02-28"]
            assert found["meta"]["withheld"]["visits"] is None


def test_a_segment_with_anything_else_needs_detail(database: Database) -> None:
    for more in (
        {"dimensions": ["visit:os"]},
        {"dimensions": ["time:hour"]},
        {"filters": [*BY_NAME["filters"], ["is", "visit:os", ["one"]]]},
    ):
        found = asked(database, **{**BY_NAME, **more})
        assert found["meta"]["days"]["missing"] == [["2026-02-01", "2026-02-28"]]
        assert "withheld" not in found["meta"]


def test_months_told_together_belong_to_whole_months_alone(database: Database) -> None:
    database.connection.execute("INSERT INTO visits_monthly VALUES (?, 'segment', '2026-02-01', 'Finns', 0, 1000, 0, 0, 0, 0)", [SITE.id])
    try:
        alone = {day: table(asked(database, (date(2026, 2, day), TODAY), **BY_NAME))[()][0] for day in (1, 2)}
        assert alone[1] >= 1000 > alone[2]
        by_day = table(asked(database, **BY_NAME, dimensions=["time:day"]))
        assert max(row[0] for row in by_day.values()) < 1000
        assert table(asked(database, **BY_NAME, dimensions=["time:month"]))[("2026-02-01",)][0] >= 1000
    finally:
        database.connection.execute("DELETE FROM visits_monthly WHERE visits = 1000")


def test_a_segment_counts_as_the_dimensions_of_its_definition(detail: Database) -> None:
    three = [*FINNS_ON_FIREFOX, ["is", "visit:device", ["Mobile"]]]
    site = replace(SITE, segments=(("three", three), ("Finns", FINNS_ON_FIREFOX)))
    day = [str(TODAY - timedelta(days=1))] * 2
    for name, dimensions in (("three", []), ("Finns", ["visit:os"])):
        raw = {"metrics": ["visits"], "date_range": day, "filters": [["is", "segment", [name]]], "dimensions": dimensions}
        by_definition = {**raw, "filters": dict(site.segments)[name]}
        found, same = (ask(one, site, NOW_S, detail.run, replace(SIGNED_IN, smallest_group=1000)) for one in (raw, by_definition))
        assert found["results"] == same["results"]
        assert found["meta"]["withheld"] == same["meta"]["withheld"]


def test_the_public_sees_segments_of_sealed_days(database: Database) -> None:
    found = asked(database, caller=PUBLIC, **BY_NAME)
    assert found["meta"]["days"]["daily"] == ["2026-02-01", "2026-02-28"]
    assert found["meta"]["days"]["missing"] == [["2026-03-01", "2026-03-31"]]


WRONG = [
    ("no segment 'others'", {"filters": [["is", "segment", ["others"]]]}),
    ("one segment", {"filters": [["is", "segment", ["Finns", "wider"]]]}),
    ("takes only", {"filters": [["is_not", "segment", ["Finns"]]]}),
    ("takes only", {"filters": [["is", "segment", ["Finns"], {"case_sensitive": False}]]}),
    ("stands alone", {"filters": [["not", ["is", "segment", ["Finns"]]]]}),
    ("stands alone", {"filters": [["or", [["is", "segment", ["Finns"]]]]]}),
    ("only be filtered on", {"dimensions": ["segment"]}),
    ("at least one value", {"filters": [["is", "segment", []]]}),
]


@pytest.mark.parametrize(("words", "more"), WRONG)
def test_a_wrong_use_of_a_segment_is_refused_with_the_way_out(words: str, more: dict[str, Any], detail: Database) -> None:
    with pytest.raises(QuestionError, match=r"\.$") as caught:
        asked(detail, **more)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("words", "definition"),
    [
        ("2 conditions", [["is", "visit:country", ["FI"]]]),
        ("2 conditions", []),
        ("event:page is not", [["is", "visit:country", ["FI"]], ["is", "event:page", ["/"]]]),
        ("event:goal is not", [["is", "visit:country", ["FI"]], ["is", "event:goal", ["Buy"]]]),
        ("visit:hour is not", [["is", "visit:country", ["FI"]], ["is", "visit:hour", ["07"]]]),
        ("no segment", [["is", "visit:country", ["FI"]], ["is", "segment", ["Finns"]]]),
        ("must be a list", "Finns"),
    ],
)
def test_a_definition_that_is_no_segment_is_refused(words: str, definition: Any) -> None:
    with pytest.raises(QuestionError, match=words):
        check_segment(definition)


def test_a_definitions_dimensions_are_told_once_each() -> None:
    assert check_segment(WIDER) == ("country", "device", "entry_page")
    assert check_segment([["is", "visit:country", ["FI"]], ["is_not", "visit:country", ["SE"]]]) == ("country",)


def test_a_definition_is_a_condition_on_the_detail_of_facts_that_have_its_dimensions(detail: Database) -> None:
    assert segment_condition(LEAVING, "pages") is None
    assert segment_condition(LEAVING, "events") is None
    for name, definition in SEGMENTS.items():
        condition = segment_condition(definition, "visits")
        assert condition is not None
        text, values = condition
        sql = f"SELECT sum(visits) FROM (SELECT * FROM visits_detail UNION ALL SELECT * FROM visits_today) WHERE {text}"
        assert detail.run(sql, values)[0][0] == table(asked(detail, filters=[["is", "segment", [name]]]))[()][0]


def test_months_sealed_before_a_segment_was_saved_are_missing_and_not_nothing(database: Database) -> None:
    found = asked(database, filters=[["is", "segment", ["wider"]]])
    assert found["meta"]["days"]["missing"] == [[str(day) for day in FEBRUARY]]
    assert found["results"][0]["metrics"][0] > 0
    counted = asked(database, **BY_NAME)
    assert counted["meta"]["days"]["missing"] == []
