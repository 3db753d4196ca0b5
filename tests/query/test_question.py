"""A question that is wrong is refused with the part at fault; one that is right is repeated in the answer."""

from typing import Any

import pytest

from collector.facts import BY_API, METRICS, ROLLED_UP
from collector.query import QuestionError, ask, ask_many
from collector.query.columns import dimension
from collector.query.words import FILTER_DEPTH_MAX, FILTER_NODES_MAX, LIMIT_MAX, QUESTIONS_MAX, TEXT_CHARS_MAX, VALUES_MAX, WILDCARDS_MAX
from tests.query.database import NOW_S, SIGNED_IN, SITE


def nothing(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    return [(None,)] if sql.startswith("-- stats: first day") else []


def asked(**more: Any) -> dict[str, Any]:
    return ask({"site_id": SITE.domain, "metrics": ["visitors"], "date_range": "7d", **more}, SITE, NOW_S, nothing, SIGNED_IN)


def deep(levels: int) -> list[Any]:
    return ["is", "visit:source", ["a"]] if levels == 0 else ["not", deep(levels - 1)]


LEAF = ["is", "visit:source", ["a"]]
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("metrics", {"metrics": []}),
    ("metrics", {"metrics": "visitors"}),
    ("'people'", {"metrics": ["people"]}),
    ("metric", {"metrics": [["visitors"]]}),
    ("twice", {"metrics": ["visitors", "visitors"]}),
    ("more than 20", {"metrics": ["visitors"] * 21}),
    ("date_range", {"date_range": None}),
    ("date_range", {"date_range": "fortnight"}),
    ("date_range", {"date_range": "0d"}),
    ("date_range", {"date_range": "٣d"}),
    ("date_range", {"date_range": "99999d"}),
    ("date_range", {"date_range": "2000mo"}),
    ("date_range", {"date_range": ["2026-01-01"]}),
    ("2026-02-30", {"date_range": ["2026-02-01", "2026-02-30"]}),
    ("ends before", {"date_range": ["2026-02-02", "2026-02-01"]}),
    ("ends before", {"date_range": ["2026-02-02T10:00:00", "2026-02-02T10:00:00"]}),
    ("between", {"date_range": ["1700-01-01", "2026-01-01"]}),
    ("between", {"date_range": ["0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00Z"]}),
    ("longer", {"date_range": ["1970-01-01", "2090-01-01"]}),
    ("ISO 8601", {"date_range": ["yesterday", "today"]}),
    ("ISO 8601", {"date_range": ["2026-01-01T00:00:00+99:00", "2026-01-02T00:00:00Z"]}),
    ("unknown dimension", {"dimensions": ["visit:shoe_size"]}),
    ("unknown dimension", {"dimensions": ["event:reason"]}),
    ("a text", {"dimensions": [7]}),
    ("dimensions", {"dimensions": "visit:source"}),
    ("more than 5", {"dimensions": list(BY_API)[:6]}),
    ("twice", {"dimensions": ["visit:source", "visit:source"]}),
    ("once", {"dimensions": ["time:day", "time:week"]}),
    ("visit:country answers", {"dimensions": ["visit:country_name"]}),
    ("event:goal", {"dimensions": ["event:goal"]}),
    ("property", {"dimensions": ["event:props:"]}),
    ("400 days", {"dimensions": ["time:hour"], "date_range": "500d"}),
    ("filters", {"filters": "x"}),
    ("begins with an operator", {"filters": ["is", "visit:source", ["a"]]}),
    ("operator", {"filters": [[]]}),
    ("'equals'", {"filters": [["equals", "visit:source", ["a"]]]}),
    ("never followed", {"filters": [["has_done", LEAF]]}),
    ("at least one value", {"filters": [["is", "visit:source", []]]}),
    ("at least one value", {"filters": [["is", "visit:source", "a"]]}),
    ("a text", {"filters": [["is", "visit:source", [None]]]}),
    ("longer", {"filters": [["is", "visit:source", ["x" * (TEXT_CHARS_MAX + 1)]]]}),
    ("cannot be stored", {"filters": [["is", "visit:source", ["a\0b"]]]}),
    ("cannot be stored", {"filters": [["is", "visit:source", ["\ud800"]]]}),
    ("values", {"filters": [["is", "visit:source", ["x"] * (VALUES_MAX + 1)]]}),
    ("dimension", {"filters": [["is", "visit:source"]]}),
    ("fourth", {"filters": [[*LEAF, {"case": True}]]}),
    ("case_sensitive", {"filters": [["matches", "visit:source", ["a"], {"case_sensitive": False}]]}),
    ("pattern", {"filters": [["matches", "visit:source", ["(?=a)"]]]}),
    ("wildcards", {"filters": [["is", "event:page", ["*" * (WILDCARDS_MAX + 1)]]]}),
    ("exactly one filter", {"filters": [["not", LEAF, LEAF]]}),
    ("list of", {"filters": [["and", LEAF, LEAF]]}),
    ("at least one filter", {"filters": [["or", []]]}),
    ("nested", {"filters": [deep(FILTER_DEPTH_MAX)]}),
    ("conditions", {"filters": [LEAF] * (FILTER_NODES_MAX + 1)}),
    ("date_range", {"filters": [["is", "time:day", ["2026-01-01"]]]}),
    ("not both", {"filters": [["is", "event:goal", ["Sign up", "Visit /a"]]]}),
    ("event:goal", {"filters": [["contains", "event:goal", ["Sign"]]]}),
    ("one property at a time", {"metrics": ["events"], "dimensions": ["event:props:a"], "filters": [["is", "event:props:b", ["x"]]]}),
    ("last page", {"dimensions": ["event:page"], "filters": [["is", "visit:exit_page", ["/"]]]}),
    ("last page", {"metrics": ["events"], "dimensions": ["visit:exit_page"]}),
    ("only events have", {"metrics": ["bounce_rate"], "dimensions": ["event:name"]}),
    ("only events have", {"metrics": ["pageviews"], "filters": [["is", "event:goal", ["Sign up"]]]}),
    ("needs event:page", {"metrics": ["exit_rate"]}),
    ("order_by", {"order_by": "visitors"}),
    ("order_by", {"order_by": [["visits", "desc"]]}),
    ("direction", {"order_by": [["visitors", "down"]]}),
    ("order_by", {"order_by": [["visitors"]]}),
    ("include", {"include": []}),
    ("'everything'", {"include": {"everything": True}}),
    ("'total_rows'", {"include": {"total_rows": 1}}),
    ("time dimension", {"include": {"time_labels": True}}),
    ("compare", {"include": {"compare": "next_year"}}),
    ("compare", {"include": {"compare": ["2026-01-01"]}}),
    ("time_labels", {"include": {"time_labels": True}, "dimensions": ["time:day"], "date_range": ["1970-01-01", "2060-01-01"]}),
    ("limit", {"pagination": {"limit": 0}}),
    ("limit", {"pagination": {"limit": LIMIT_MAX + 1}}),
    ("limit", {"pagination": {"limit": True}}),
    ("offset", {"pagination": {"offset": -1}}),
    ("offset", {"pagination": {"offset": 10**30}}),
    ("pagination", {"pagination": {"page": 2}}),
    ("'sql'", {"sql": "SELECT 1"}),
]


@pytest.mark.parametrize(("words", "more"), WRONG)
def test_a_wrong_question_is_refused_with_the_part_at_fault(words: str, more: dict[str, Any]) -> None:
    with pytest.raises(QuestionError, match=r"\.$") as caught:
        asked(**more)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 600


def test_what_is_just_within_every_limit_is_answered() -> None:
    asked(metrics=[metric.name for metric in METRICS if metric.name != "exit_rate"])
    asked(filters=[LEAF] * FILTER_NODES_MAX)
    asked(filters=[deep(FILTER_DEPTH_MAX - 1)])
    asked(filters=[["is", "visit:source", [str(number) for number in range(VALUES_MAX)]]])
    asked(filters=[["contains", "visit:source", ["x" * TEXT_CHARS_MAX]]])
    asked(date_range=["1970-01-01", "2069-12-30"], dimensions=["time:month"])


def test_more_questions_than_the_limit_are_refused() -> None:
    raw = {"site_id": SITE.domain, "metrics": ["visitors"], "date_range": "day"}
    assert len(ask_many([raw] * QUESTIONS_MAX, SITE, NOW_S, nothing, SIGNED_IN)) == QUESTIONS_MAX
    with pytest.raises(QuestionError):
        ask_many([raw] * (QUESTIONS_MAX + 1), SITE, NOW_S, nothing, SIGNED_IN)


def test_every_dimension_of_a_lasting_fact_can_be_asked() -> None:
    for api, known in BY_API.items():
        if set(known.facts) & set(ROLLED_UP):
            assert dimension(api, "day").name == known.name


def test_the_answer_repeats_the_question_with_its_defaults() -> None:
    raw = {"filters": [["not", LEAF]], "dimensions": ["time", "visit:city_name"], "include": {"imports": True}}
    found = asked(**raw)
    assert found["query"] == {
        "site_id": "example.com",
        "metrics": ["visitors"],
        "date_range": ["2026-03-25T00:00:00+02:00", "2026-03-31T23:59:59+03:00"],
        "filters": raw["filters"],
        "dimensions": ["time", "visit:city_name"],
        "order_by": [["time", "asc"], ["visitors", "desc"]],
        "include": {"imports": True},
        "pagination": {"offset": 0, "limit": LIMIT_MAX},
    }
    assert found["meta"]["imports_included"] is False
