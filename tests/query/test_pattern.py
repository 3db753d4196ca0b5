"""What the pattern check lets through, the store's engine accepts; what it refuses, it refuses in words."""

import random

import duckdb
import pytest

from collector.query.pattern import PATTERN_CHARS_MAX, PATTERN_WEIGHT_MAX, PatternError, check

GOOD = [
    "",
    "^/blog/",
    "a|b|",
    "(a|b)+c?",
    "[^a-z0-9_-]",
    "[a-]",
    "[-a]",
    r"\d{2,4}\.\w+",
    "(?i)google",
    "(?is:a.b)",
    "a{3}",
    "a{2,}",
    "a*?",
    "ä+",
    r"[\]\\^]",
]
GOOD += ["()*", "x{500}", "^$", r"\bfoo\b", "a" * PATTERN_CHARS_MAX, r"/a\*b", r"\{\}", "(a{10}){10}"]
BAD = [
    "*a",
    "a**",
    "a{2}{3}",
    "(",
    ")",
    "a)",
    "(a",
    "[",
    "[]",
    "[a",
    "[z-a]",
    r"\1",
    "(?=a)",
    "(?!a)",
    "(?<=a)",
    "(?<!a)",
    "(?P<n>a)",
    "(?P=n)",
    "a++",
    "(?>a)",
]
BAD += [
    "a{",
    "a{,2}",
    "a{3,2}",
    "a{1001}",
    "(a{100}){100}",
    r"\q",
    "\\",
    "[[:alpha:]]",
    r"\pL",
    "}",
    "]",
    "^*",
    "(?#c)",
    "(?)",
    "(?",
    r"[\b]",
    "a{0}{",
    "|*",
]
BAD += ["a" * (PATTERN_CHARS_MAX + 1), "(" * 40 + ")" * 40, "(?z)a", "(?i", r"[a-\d]", r"\u0041", "a{99999}"]


def accepted_by_engine(connection: duckdb.DuckDBPyConnection, pattern: str) -> bool:
    try:
        connection.execute("SELECT regexp_matches(value, ?) FROM (VALUES ('some text')) AS t(value)", [pattern]).fetchall()
    except duckdb.Error:
        return False
    return True


@pytest.mark.parametrize("pattern", GOOD)
def test_a_usual_pattern_is_let_through(pattern: str) -> None:
    check(pattern)
    assert accepted_by_engine(duckdb.connect(), pattern)


@pytest.mark.parametrize("pattern", BAD)
def test_a_pattern_that_is_wrong_or_too_dear_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        check(pattern)


@pytest.mark.parametrize("seed", range(4))
def test_no_pattern_that_is_let_through_fails_in_the_engine(seed: int) -> None:
    rng = random.Random(seed)
    groups = r"(? {2 {2} {1, (?: (?i) [^ \d \b a-z [a \]"
    characters = "ab(|)[]{}^$.*+?\\-0,19:=!<>iPd#ä \"'"
    pieces = [*characters, *groups.split()]
    connection = duckdb.connect()
    passed = 0
    for _ in range(3_000):
        pattern = "".join(rng.choice(pieces) for _ in range(rng.randrange(1, 9)))
        try:
            check(pattern)
        except PatternError:
            continue
        passed += 1
        assert accepted_by_engine(connection, pattern), pattern
    assert passed > 100


def test_the_dearest_pattern_that_is_let_through_still_fits_the_engine() -> None:
    connection = duckdb.connect()
    for atom in (r"\W", "[^a]", ".", r"[\D\S]", "ä"):
        pattern = (atom + "{200}") * (PATTERN_WEIGHT_MAX // 200)
        check(pattern)
        assert accepted_by_engine(connection, pattern), atom
