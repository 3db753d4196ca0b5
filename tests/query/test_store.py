"""The same questions through the embedded store itself: its tables are the ones the statements are written for."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collector.facts import DIMENSIONS, GROUPS, RARE, keys_of
from collector.query import ask, realtime
from collector.store.duckdb_store import DuckDBStore
from collector.store.interface import Position
from tests.query import oracle
from tests.query.database import FIRST, NOW_S, SITE, TODAY, UNGUARDED, Row, generated

ROWS = [row for row in generated(11, 600) if row[0] != "events"]


def as_batch(rows: list[Row]) -> dict[Any, dict[Any, Any]]:
    """Rows as the recorder hands them over: summed by key."""
    batch: dict[Any, dict[Any, Any]] = {}
    for fact, day, hour, values, measures in rows:
        tuples = {group: tuple(values[name] for name in names) for group, names in GROUPS.items()}
        cells = {"site": SITE.id, "day": day.toordinal(), "hour": hour, **values, **tuples}
        sums = batch.setdefault(fact, {}).setdefault(tuple(cells[name] for name in keys_of(fact)), [0] * len(measures))
        for place, number in enumerate(measures.values()):
            sums[place] += number
    return batch


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(Path(tmp_path_factory.mktemp("store")) / "footfall.duckdb")
    opened.append(as_batch(ROWS), Position(1))
    opened.close_day(SITE.id, TODAY.toordinal() - 1)
    yield opened
    opened.close()


@pytest.mark.parametrize("filters", [[], [["contains_not", "visit:language", ["w"]]]], ids=["daily", "detail"])
def test_the_stores_own_rows_give_the_figures_of_the_plain_rows(filters: list[Any], store: DuckDBStore) -> None:
    for api in [d.api for d in DIMENSIONS if "visits" in d.facts] + ["event:page", "time:hour"]:
        scope = "pages" if api == "event:page" else "visits"
        raw = {"site_id": SITE.domain, "metrics": ["visitors", "bounce_rate"], "date_range": [str(FIRST), str(TODAY)]}
        raw |= {"dimensions": [api], "filters": filters}
        found = {tuple(row["dimensions"]): row["metrics"] for row in ask(raw, SITE, NOW_S, store.query, UNGUARDED)["results"]}
        assert found == oracle.expected(ROWS, scope, raw, FIRST, TODAY)
        assert found


def test_what_the_store_keeps_of_sealed_days_and_the_rest_are_what_it_told_before(tmp_path: Path) -> None:
    opened = DuckDBStore(tmp_path / "footfall.duckdb")
    opened.append(as_batch(generated(12, 900)), Position(1))
    opened.close_day(SITE.id, TODAY.toordinal() - 1)
    dates = {"date_range": ["2026-02-01", "2026-02-28"]}
    pairs = [
        ("visit:country", "visit:device"),
        ("visit:hour", "visit:source"),
        ("event:page", "visit:browser"),
        ("event:name", "event:page"),
    ]
    raws = [{"metrics": ["visitors", "visits"], **dates, "dimensions": [*pair]} for pair in pairs]
    raws += [{**raw, "dimensions": raw["dimensions"][:1]} for raw in raws]
    before = [by_first(ask(raw, SITE, NOW_S, opened.query, UNGUARDED)) for raw in raws]
    for _ in opened.seal(SITE.id, date(2026, 2, 1).toordinal(), date(2026, 2, 28).toordinal(), 10):
        pass
    after = [ask(raw, SITE, NOW_S, opened.query, UNGUARDED) for raw in raws]
    opened.close()
    assert [sum(found.values()) for found in before] == [sum(by_first(answer).values()) for answer in after]
    assert any("withheld" in answer["meta"] for answer in after)
    for exact, crossed, alone in zip(before, after[: len(pairs)], after[len(pairs) :], strict=False):
        assert crossed["meta"]["days"]["pairs"] == ["2026-02-01", "2026-02-28"]
        assert by_first(crossed) == by_first(alone)
        assert RARE in by_first(alone) or by_first(alone) == exact


def by_first(answer: dict[str, Any]) -> dict[str, int]:
    """The visits of each value of an answer's first dimension."""
    found: Counter[str] = Counter()
    for line in answer["results"]:
        found[line["dimensions"][0]] += line["metrics"][1]
    return {value: visits for value, visits in found.items() if visits}


def test_the_store_knows_the_live_rows(store: DuckDBStore) -> None:
    assert realtime(SITE, NOW_S, store.query, UNGUARDED)["visitors"] == 0
