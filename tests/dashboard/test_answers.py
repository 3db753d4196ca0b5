"""A question that cannot be answered costs its own panel and no other."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from collector.query import Caller, SiteView
from collector.store.errors import QueryTimeout
from dashboard.answers import NOT_NOW, Answer, Failure, Source, outcomes
from dashboard.periods import Span
from dashboard.questions import headline, series
from dashboard.view import Filter, View
from tests.dashboard.harness import ZONE, House, house, served

DAYS = Span(date(2026, 11, 1), date(2026, 11, 22))


def source(home: House) -> Source:
    row = home.control.site("example.com")
    assert row
    return Source(SiteView(row.id, row.domain, ZONE), home.clock.now_s, home.store.query, Caller(10))


def test_a_question_without_an_answer_leaves_the_others_alone(home: House) -> None:
    asked = {
        "good": headline(View(), DAYS),
        "bad": {**headline(View(), DAYS), "metrics": ["charm"]},
        "line": series(View(), "visits", DAYS, "day"),
    }
    found = outcomes(asked, source(home))
    assert isinstance(found["good"], Answer)
    assert isinstance(found["line"], Answer)
    assert len(found["line"].rows) == 22
    assert isinstance(found["bad"], Failure)
    assert "charm" in found["bad"].reason


def test_a_store_that_fails_is_said_in_plain_words_and_logged(home: House, caplog: pytest.LogCaptureFixture) -> None:
    def slow(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        raise QueryTimeout("20 s")

    good = source(home)
    found = outcomes({"line": series(View(), "visits", DAYS, "day")}, Source(good.site, good.now_s, slow, good.caller))
    assert found == {"line": Failure(NOT_NOW)}
    assert "QueryTimeout" in caplog.text


def test_what_an_answer_leaves_out_is_told(tmp_path: Path) -> None:
    view = View().with_filter(Filter("is", "country", "FI"))
    two_facts = {**headline(view, Span(date(2026, 10, 20), DAYS.last)), "dimensions": ["visit:browser"]}
    with house(tmp_path) as sealed:
        sealed.seal(sealed.add("example.com", 45, 20), date(2026, 10, 1), date(2026, 10, 31))
        found = outcomes({"rows": two_facts}, source(sealed))["rows"]
    assert isinstance(found, Answer)
    assert found.gaps == (Span(date(2026, 10, 20), date(2026, 10, 31)),)
    assert found.covered(Span(date(2026, 10, 20), DAYS.last)) == DAYS


def test_a_page_stands_when_nothing_can_be_answered(tmp_path: Any, caplog: pytest.LogCaptureFixture) -> None:
    def broken(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        raise OSError("no disk")

    with house(tmp_path) as sick:
        sick.add("example.com")
        sick.services.run = broken
        with served(sick.app) as where:
            answer = httpx.get(f"{where}/site/example.com", cookies={"footfall_session": sick.session()})
    assert answer.status_code == 200
    assert answer.text.count(NOT_NOW) == 6  # once above the panels, and in each of these
    assert "no disk" not in answer.text
    assert "no disk" in caplog.text
