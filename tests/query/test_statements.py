"""The SQL itself: reviewed as files, made of our own words only, and deaf to whatever is sent.

To accept changed statements: FOOTFALL_TEST_ACCEPT=1 python -m pytest tests/query/test_statements.py, then read the diff.
"""

import os
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collector import facts
from collector.query import QuestionError, ask, ask_many, history
from tests.query.database import NOW_S, PUBLIC, SIGNED_IN, SITE, Database, generated

FOLDER = Path(__file__).parent / "statements"
ACCEPT = os.environ.get("FOOTFALL_TEST_ACCEPT") == "1"
THIRTY = {"site_id": SITE.domain, "metrics": ["visitors"], "date_range": "30d"}

REVIEWED: dict[str, list[dict[str, Any]]] = {
    "total": [{**THIRTY, "metrics": ["visitors", "bounce_rate"]}],
    "hours": [{**THIRTY, "date_range": "24h", "dimensions": ["time:hour"]}],
    "pages": [{**THIRTY, "metrics": ["visitors", "exit_rate"], "dimensions": ["event:page"], "pagination": {"limit": 9}}],
    "filtered": [{**THIRTY, "filters": [["is", "visit:country", ["FI", "(unknown)"]], ["not", ["matches", "visit:source", ["^g"]]]]}],
    "property": [{**THIRTY, "metrics": ["events"], "dimensions": ["event:props:plan"], "filters": [["is", "event:goal", ["Sign up"]]]}],
    "wildcards": [{**THIRTY, "filters": [["is", "event:page", ["/blog/*", "/*/a", "/"], {"case_sensitive": False}]]}],
    "breakdowns": [{**THIRTY, "dimensions": [name], "pagination": {"limit": 9}} for name in ("visit:source", "visit:channel", "visit:os")],
    "breakdowns_filtered": [
        {**THIRTY, "dimensions": [name], "filters": [["is", "visit:device", ["Mobile"]]]}
        for name in ("visit:source", "visit:channel", "time:week")
    ],
}

SIXTY = {"site_id": SITE.domain, "metrics": ["visitors"], "date_range": ["2026-02-01", "2026-03-31"]}
REVIEWED_SEALED: dict[str, list[dict[str, Any]]] = {
    "sealed_breakdowns": [{**SIXTY, "dimensions": [name], "pagination": {"limit": 9}} for name in ("visit:source", "visit:channel")],
    "sealed_pair": [{**SIXTY, "dimensions": ["visit:browser"], "filters": [["is", "visit:country", ["FI"]]]}],
    "sealed_two_filters": [{**SIXTY, "filters": [["is", "visit:country", ["FI"]], ["is", "visit:device", ["Mobile"]]]}],
    "public_one_dimension": [{**SIXTY, "dimensions": ["visit:country"]}],
    "three_facts": [{**THIRTY, "dimensions": ["visit:country", "time:day", "event:page", "visit:os"]}],
    "three_facts_filtered": [
        {**THIRTY, "dimensions": [name], "filters": [["is", "visit:country", ["FI"]], ["contains", "event:page", ["/a"]]]}
        for name in ("visit:source", "visit:os")
    ],
}


# February as the past, in a month's question that ends today: two periods' worth of every kind of row.
SEALED = [(date(2026, 2, 1), date(2026, 2, 28), 10)]


class Listener:
    """Takes statements and answers nothing but which periods are `sealed`."""

    def __init__(self, sealed: Sequence[tuple[Any, ...]] = ()) -> None:
        self.heard: list[tuple[str, tuple[Any, ...]]] = []
        self._sealed = list(sealed)

    def __call__(self, sql: str, parameters: Any) -> list[tuple[Any, ...]]:
        if sql == history._SQL:
            assert parameters == (SITE.id,)
            return self._sealed
        self.heard.append((sql, tuple(parameters)))
        return [(None,)] if "first day" in sql else []


def as_file(listener: Listener) -> str:
    return "\n\n".join(sql + ";\n" + "".join(f"-- ? {value!r}\n" for value in parameters) for sql, parameters in listener.heard)


@pytest.mark.parametrize("name", [*REVIEWED, *REVIEWED_SEALED])
def test_a_statement_is_the_one_that_was_reviewed(name: str) -> None:
    listener = Listener(SEALED if name in REVIEWED_SEALED else ())
    caller = PUBLIC if "public" in name else SIGNED_IN
    ask_many((REVIEWED | REVIEWED_SEALED)[name], SITE, NOW_S, listener, caller)
    path = FOLDER / f"{name}.sql"
    if ACCEPT:
        path.write_text(as_file(listener), encoding="utf-8")
    assert as_file(listener) == path.read_text(encoding="utf-8")


def test_every_reviewed_file_belongs_to_a_question() -> None:
    assert {path.stem for path in FOLDER.glob("*.sql")} == {*REVIEWED, *REVIEWED_SEALED}


ATTACKS = [
    "' OR 1=1 --",
    "'; DROP TABLE visits_today; --",
    '" OR ""="',
    "x') UNION SELECT 1,2,3,4,5 --",
    "?",
    "$1",
    "{}",
    "{0.text}",
    "%s %(x)s",
    "\\",
    "\\'",
    "/* */",
    "--\n",
    "; ATTACH 'x.db'; --",
    "0x27",
    "Ａ'’ʼ",
    "read_csv('/etc/passwd')",
    "NULL",
    "1); SELECT * FROM duckdb_settings(); --",
]


def placements(text: str) -> Iterator[dict[str, Any]]:
    """Every place of a question that takes a text."""
    yield {"site_id": text}
    yield {"metrics": [text]}
    yield {"metrics": ["visitors", text]}
    yield {"date_range": text}
    yield {"date_range": [text, text]}
    yield {"date_range": ["2026-01-01", text]}
    for name in (text, "event:props:" + text, "visit:" + text, "time:" + text):
        yield {"metrics": ["visitors"], "dimensions": [name]}
        yield {"filters": [["is", name, ["a"]]]}
        yield {"order_by": [[name, "desc"]], "dimensions": ["visit:source"]}
    yield {"order_by": [["visitors", text]]}
    for operator in ("is", "is_not", "contains", "contains_not", "matches", "matches_not", text):
        for column in ("visit:source", "event:page", "visit:entry_page", "event:props:plan", "event:currency", "visit:browser"):
            yield {"filters": [[operator, column, [text]]]}
    yield {"filters": [["is", "event:goal", [text, text + "2"]]]}
    yield {"filters": [["is", "event:goal", ["Visit /" + text]]]}
    yield {"filters": [["is", "event:page", ["*" + text + "*"], {"case_sensitive": False}]]}
    yield {"filters": [["contains", "visit:source", [text], {"case_sensitive": False}]]}
    yield {"include": {"compare": text}}
    yield {"include": {"compare": [text, text]}}
    yield {"include": {text: True}}
    yield {"pagination": {text: 1}}
    yield {"pagination": {"limit": text}}
    yield {text: text}


def words_of(sql: str) -> set[str]:
    return set(re.findall(r"[^\s(),.\"]+", sql))


SQL = """-- stats: by SELECT FROM WHERE GROUP BY PARTITION CASE WHEN THEN ELSE END BIGINT HAVING ORDER OVER QUALIFY UNION ALL JOIN ON
AND OR NOT IN AS BETWEEN TRUE NULLS LAST ASC DESC LIMIT OFFSET CAST VARCHAR INTEGER DOUBLE DATE sum count row_number total id name
value dimension other first last to_hours date_trunc TRY_CAST contains lower starts_with regexp_matches substr unnest ?::VARCHAR[]
nullif min ltrim max REPLACE FILTER TIMESTAMP IS told FALSE withheld most at
= <> < > <= >= + - / * ? 'week' 'month' '' '*' '00' '0' lpad 2 ' rare -visits"""
COLUMNS = {name for fact in facts.ROLLED_UP for name in (*facts.keys_of(fact), *facts.measures_of(fact))}
TABLES = {f"{fact}_{rows}" for fact in facts.ROLLED_UP for rows in ("today", "detail", "daily", "monthly", "pairs")}
NAMES = {*facts.BY_NAME, *facts.GROUPS, *facts.METRIC_BY_NAME, *facts.BY_API, *facts.TIME_BUCKETS, "event:props:*"}
OUR_WORDS = {*SQL.split(), *COLUMNS, *TABLES, *NAMES}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_word_of_a_statement_comes_from_the_question(attack: str) -> None:
    """Each word of each statement is one of ours, a place (d1, m2, s2, k0) or a number that this code counted."""
    asked = 0
    for more in placements("zq" + attack + "qz"):
        listener = Listener(SEALED)
        try:
            for caller, asked_for in ((SIGNED_IN, THIRTY), (SIGNED_IN, SIXTY), (PUBLIC, SIXTY)):
                ask({**asked_for, **more}, SITE, NOW_S, listener, caller)
        except QuestionError:
            continue
        for sql, parameters in listener.heard:
            title, body = sql.split("\n", 1)
            assert not {word.rstrip(";") for word in words_of(title)} - OUR_WORDS
            foreign = {word for word in words_of(body) - OUR_WORDS if not re.fullmatch(r"[dmsk]?\d+", word)}
            assert not foreign
            assert sql.count("?") == len(parameters)
        asked += 1
    assert asked > 10


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    filled = Database()
    filled.fill(generated(5, 200))
    yield filled
    filled.connection.close()


@pytest.mark.parametrize("attack", ATTACKS)
def test_whatever_is_sent_is_a_value_or_refused(attack: str, database: Database) -> None:
    """A question with an attack in it is answered like one with any other unknown value: by nothing."""
    tables = database.connection.execute("SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY ALL").fetchall()
    for more in placements(attack):
        try:
            results = ask({**THIRTY, **more}, SITE, NOW_S, database.run, SIGNED_IN)["results"]
        except QuestionError:
            continue
        if more.get("filters", [[]])[0][:2] in (["is", "visit:browser"], ["contains", "visit:browser"]):
            assert results == [{"metrics": [0], "dimensions": []}]
    assert database.connection.execute("SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY ALL").fetchall() == tables


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_stored_value_that_looks_like_sql_is_found_literally_by_every_operator(attack: str) -> None:
    database = Database()
    rows = generated(6, 30)
    for _, _, _, values, _ in rows:
        values["source"] = attack
        values["page" if "page" in values else "entry_page"] = "/" + attack.replace("*", "")
    database.fill(rows)
    whole = {**THIRTY, "date_range": "60d"}
    total = ask(whole, SITE, NOW_S, database.run, SIGNED_IN)["results"][0]["metrics"]
    assert total != [0]
    for operator in ("is", "contains"):
        found = ask(
            {**whole, "dimensions": ["visit:source"], "filters": [[operator, "visit:source", [attack]]]},
            SITE,
            NOW_S,
            database.run,
            SIGNED_IN,
        )
        assert found["results"] == [{"metrics": total, "dimensions": [attack]}]
    pages = ask({**whole, "dimensions": ["event:page"]}, SITE, NOW_S, database.run, SIGNED_IN)["results"]
    escaped = pages[0]["dimensions"][0]
    assert (
        ask({**whole, "filters": [["is", "event:page", [escaped[:-1] + "*", escaped]]]}, SITE, NOW_S, database.run, SIGNED_IN)["results"][
            0
        ]["metrics"]
        == pages[0]["metrics"]
    )
    database.connection.close()
