"""Sums past 64 bits: a question is answered, and its figure stays at the end, as the close keeps it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.query import ask
from collector.store.duckdb_store import DuckDBStore
from collector.store.interface import Position
from tests.query.database import NOW_S, SITE, TODAY, UNGUARDED, generated
from tests.query.sealing import Row
from tests.query.test_store import as_batch

LARGEST = 2**63 - 1
EUR = {"value": round(LARGEST / 100, 2), "currency": "EUR"}


def paid(days_ago: int, revenue: int, page: str = "/") -> Row:
    fact, _, hour, values, measures = next(row for row in generated(1) if row[0] == "events")
    values = values | {"property": "", "value": "", "currency": "EUR", "event": "Purchase", "page": page, "hostname": "example.com"}
    return fact, TODAY - timedelta(days=days_ago), hour, values, measures | {"revenue": revenue}


@pytest.mark.parametrize("days_ago", [[0, 0], [3, 4], [40, 39]], ids=["today", "closed days", "months"])
@pytest.mark.parametrize(
    "asked",
    [
        {"dimensions": ["event:name"]},
        {"dimensions": ["event:name", "event:page"]},
        {"dimensions": ["event:name"], "filters": [["is", "event:page", ["/"]]]},
        {"dimensions": ["event:name", "visit:country", "visit:browser"]},
    ],
    ids=["one", "two", "filtered", "three"],
)
def test_revenue_past_64_bits_is_told_as_the_largest_sum(days_ago: list[int], asked: dict[str, Any], tmp_path: Path) -> None:
    opened = DuckDBStore(tmp_path / "footfall.duckdb")
    for batch, day in enumerate(days_ago, 1):
        opened.append(as_batch([paid(day, LARGEST - 5)]), Position(batch))
    opened.close_day(SITE.id, TODAY.toordinal() - 1)
    raw = {"metrics": ["total_revenue", "average_revenue"], "date_range": [str(TODAY - timedelta(days=60)), str(TODAY)], **asked}
    answer = ask(raw, SITE, NOW_S, opened.query, UNGUARDED)
    opened.close()
    assert answer["results"][0]["metrics"][0] == EUR
