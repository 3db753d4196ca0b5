"""A filter to SQL: a condition on one table's rows, every value a bound parameter."""

import re
from collections.abc import Callable

from collector.facts import HOUR
from collector.query.columns import KNOWN
from collector.query.fragment import Fragment, fill, join
from collector.query.words import AllOf, Column, Filter, Leaf, Not, Segment

ALWAYS = Fragment("TRUE")
# The hour of a row as daily rows and people write it, "00" to "23".
HOUR_TEXT = "lpad(CAST(hour AS VARCHAR), 2, '0')"
_WILDCARD = re.compile(r"\\.|\*", re.DOTALL)


def of_rows(condition: Filter) -> Fragment:
    """The condition on rows with all dimensions, where a group's dimensions stand behind its number."""
    return _compile(condition, _of_rows)


def of_value(condition: Filter) -> Fragment:
    """The condition on daily rows, where whatever dimension the filter names is the column `value`."""
    return _compile(condition, lambda leaf: _leaf(leaf, "value"))


def of_pair(condition: Filter, pair: tuple[str, str]) -> Fragment:
    """The condition on pair rows: the pair's first dimension is the column `value`, its second `other_value`."""
    return _compile(condition, lambda leaf: _leaf(leaf, "value" if leaf.column.name == pair[0] else "other_value"))


def _compile(condition: Filter, leaf: Callable[[Leaf], Fragment]) -> Fragment:
    if isinstance(condition, Leaf):
        return leaf(condition)
    if isinstance(condition, Segment):
        return _compile(condition.condition, leaf)
    if isinstance(condition, Not):
        return fill("NOT ({})", _compile(condition.part, leaf))
    parts = [_compile(part, leaf) for part in condition.parts]
    if len(parts) == 1:
        return parts[0]
    return fill("({})", join(" AND " if isinstance(condition, AllOf) else " OR ", parts)) if parts else ALWAYS


def _of_rows(leaf: Leaf) -> Fragment:
    name = leaf.column.name
    if name == HOUR:
        return _leaf(leaf, HOUR_TEXT)
    group = KNOWN[name].group
    if not group:
        return _leaf(leaf, f'"{name}"')
    return fill(f"{group} IN (SELECT id FROM {group} WHERE {{}})", _leaf(leaf, f'"{name}"'))  # noqa: S608 a group of facts.py


def _leaf(leaf: Leaf, quoted: str) -> Fragment:
    column = _column(leaf.column, quoted)
    if leaf.operator == "is":
        return _is(leaf, column)
    if leaf.operator == "matches":
        return _any(fill("regexp_matches({}, ?)", column), leaf.values)
    if leaf.case_sensitive:
        return _any(fill("contains({}, ?)", column), leaf.values)
    return _any(fill("contains(lower({}), lower(?))", column), leaf.values)


def _column(column: Column, quoted: str) -> Fragment:
    """The value as a person knows it: a property's row holds "name=value"."""
    return Fragment(f"substr({quoted}, ?)", (len(column.prop) + 2,)) if column.prop else Fragment(quoted)


def _any(test: Fragment, values: tuple[str, ...]) -> Fragment:
    """The test for each value, joined by or; the value is the test's last parameter."""
    tests = [Fragment(test.text, (*test.values, value)) for value in values]
    return tests[0] if len(tests) == 1 else fill("({})", join(" OR ", tests))


def _is(leaf: Leaf, column: Fragment) -> Fragment:
    """Equal to one of the values. Only pages know wildcards: a page may name a whole section."""
    name = leaf.column.name
    wild = [value for value in leaf.values if name in ("page", "entry_page", "exit_page") and "*" in value]
    plain = [value for value in leaf.values if value not in wild]
    tests = [_wildcard(value, column, leaf.case_sensitive) for value in wild]
    if plain:
        tests.append(_one_of(_stored(plain, KNOWN[name].empty), column, leaf.case_sensitive))
    return tests[0] if len(tests) == 1 else fill("({})", join(" OR ", tests))


def _stored(values: list[str], empty: str) -> tuple[str, ...]:
    """The values as they are stored: what stands for nothing in an answer is the empty text in a row."""
    return tuple(dict.fromkeys([*values, *([""] if empty in values else [])]))


def _one_of(values: tuple[str, ...], column: Fragment, case_sensitive: bool) -> Fragment:
    mark, subject = ("?", column) if case_sensitive else ("lower(?)", fill("lower({})", column))
    if len(values) == 1:
        return Fragment(f"{subject.text} = {mark}", (*subject.values, *values))
    return Fragment(f"{subject.text} IN ({', '.join([mark] * len(values))})", (*subject.values, *values))


def _wildcard(value: str, column: Fragment, case_sensitive: bool) -> Fragment:
    """`*` stands for any text, `\\*` for the star itself. A plain prefix is told apart: it needs no regular expression."""
    prefix = value[:-1]
    if case_sensitive and value.endswith("*") and "*" not in prefix and "\\" not in prefix:
        return Fragment(f"starts_with({column.text}, ?)", (*column.values, prefix))
    pattern = ("(?s)^" if case_sensitive else "(?is)^") + _pattern(value) + "$"
    return Fragment(f"regexp_matches({column.text}, ?)", (*column.values, pattern))


def _pattern(value: str) -> str:
    """The value as a regular expression: each star any text, everything else itself."""
    found, at = [], 0
    for mark in _WILDCARD.finditer(value):
        found.append(re.escape(value[at : mark.start()]))
        found.append(".*" if mark[0] == "*" else re.escape("*" if mark[0] == "\\*" else mark[0]))
        at = mark.end()
    return "".join([*found, re.escape(value[at:])])
