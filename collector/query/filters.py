"""Filters as asked, `[operator, dimension, values]` joined by and, or and not, to a checked tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from collector.query import pattern
from collector.query.columns import GOAL, SEGMENT, filtered, text
from collector.query.words import (
    FILTER_DEPTH_MAX,
    FILTER_NODES_MAX,
    VALUES_MAX,
    WILDCARDS_MAX,
    AllOf,
    AnyOf,
    Column,
    Filter,
    Leaf,
    Not,
    Operator,
    QuestionError,
    Segment,
)

_OPERATORS: dict[str, tuple[Operator, bool]] = {
    **{name: (name, False) for name in get_args(Operator)},
    **{f"{name}_not": (name, True) for name in get_args(Operator)},
    "is_not": ("is", True),
}
_WITHIN_VISIT = frozenset({"has_done", "has_not_done"})
_PAGE_GOAL = "Visit "


@dataclass(slots=True)
class _Budget:
    """How many more nodes this question's filters may have."""

    nodes: int = FILTER_NODES_MAX

    def spend(self) -> None:
        self.nodes -= 1
        if self.nodes < 0:
            raise QuestionError(f"filters: more than {FILTER_NODES_MAX} conditions.")


def parse(asked: Any, segments: Mapping[str, Sequence[Any]] | None = None) -> Filter:
    """The filters of a question, joined by and; `segments` are the definitions that it may name. Raises QuestionError."""
    if not isinstance(asked, list | tuple):
        raise QuestionError("filters must be a list.")
    budget = _Budget()
    return AllOf(tuple(_named(part, segments or {}) if _is_segment(part) else _node(part, budget, 1) for part in asked))


def _is_segment(asked: Any) -> bool:
    return isinstance(asked, list | tuple) and len(asked) > 1 and asked[1] == SEGMENT


def _named(asked: Sequence[Any], segments: Mapping[str, Sequence[Any]]) -> Segment:
    """The segment of a condition, with its definition."""
    if asked[0] != "is" or len(asked) != 3:
        raise QuestionError('filters: a segment takes only ["is", "segment", ["its name"]].')
    values = _values(asked[2], "is")
    if len(values) > 1:
        raise QuestionError("filters: one segment a condition.")
    if values[0] not in segments:
        raise QuestionError(f"filters: there is no segment {values[0][:100]!r}.")
    return Segment(values[0], parse(segments[values[0]]))


def _node(asked: Any, budget: _Budget, depth: int) -> Filter:
    budget.spend()
    if depth > FILTER_DEPTH_MAX:
        raise QuestionError(f"filters: nested deeper than {FILTER_DEPTH_MAX}.")
    if not isinstance(asked, list | tuple) or not asked or not isinstance(asked[0], str):
        raise QuestionError("filters: each must be a list that begins with an operator.")
    operator = asked[0]
    if operator in ("and", "or", "not"):
        return _joined(operator, asked[1:], budget, depth)
    if operator in _WITHIN_VISIT:
        raise QuestionError(f"filters: {operator} cannot be answered; visits are counted, never followed.")
    if operator not in _OPERATORS:
        raise QuestionError(f"filters: unknown operator {operator[:40]!r}.")
    return _leaf(operator, asked)


def _joined(operator: str, rest: Any, budget: _Budget, depth: int) -> Filter:
    if len(rest) != 1:
        raise QuestionError(f'filters: "{operator}" takes exactly one {"filter" if operator == "not" else "list of filters"}.')
    if operator == "not":
        return Not(_node(rest[0], budget, depth + 1))
    if not isinstance(rest[0], list | tuple) or not rest[0]:
        raise QuestionError(f'filters: "{operator}" takes a list of at least one filter.')
    parts = tuple(_node(part, budget, depth + 1) for part in rest[0])
    return AllOf(parts) if operator == "and" else AnyOf(parts)


def _leaf(name: str, asked: Any) -> Filter:
    operator, negated = _OPERATORS[name]
    if len(asked) not in (3, 4):
        raise QuestionError(f'filters: "{name}" takes a dimension and a list of values.')
    values = _values(asked[2], name)
    case_sensitive = _case_sensitive(asked[3], name) if len(asked) == 4 else True
    leaf = _goal(operator, values) if asked[1] == GOAL else Leaf(filtered(asked[1]), operator, values, case_sensitive)
    _check_values(leaf)
    return Not(leaf) if negated else leaf


def _values(asked: Any, operator: str) -> tuple[str, ...]:
    if not isinstance(asked, list | tuple) or not asked:
        raise QuestionError(f'filters: "{operator}" takes a list of at least one value.')
    if len(asked) > VALUES_MAX:
        raise QuestionError(f"filters: more than {VALUES_MAX} values.")
    return tuple(text(value, "filters: a value") for value in asked)


def _case_sensitive(asked: Any, operator: str) -> bool:
    if not isinstance(asked, dict) or set(asked) != {"case_sensitive"} or not isinstance(asked["case_sensitive"], bool):
        raise QuestionError('filters: the fourth part may only be {"case_sensitive": true or false}.')
    if operator.startswith("matches"):
        raise QuestionError('filters: case_sensitive goes with is and contains; begin the pattern with "(?i)".')
    return asked["case_sensitive"]


def _goal(operator: Operator, values: tuple[str, ...]) -> Leaf:
    """A goal is a custom event's name, or "Visit /path" for a page."""
    if operator != "is":
        raise QuestionError("filters: event:goal takes only is and is_not.")
    pages = [value.startswith(_PAGE_GOAL + "/") for value in values]
    if not any(pages):
        return Leaf(Column(GOAL, "event"), "is", values, goal=True)
    if not all(pages):
        raise QuestionError("filters: event:goal takes pages or events, not both at once.")
    return Leaf(Column(GOAL, "page"), "is", tuple(value.removeprefix(_PAGE_GOAL) for value in values), goal=True)


def _check_values(leaf: Leaf) -> None:
    if leaf.operator == "matches":
        for value in leaf.values:
            try:
                pattern.check(value)
            except pattern.PatternError as error:
                raise QuestionError(f"filters: the pattern {value[:60]!r} {error}.") from None
    if leaf.operator == "is" and leaf.column.name == "page" and any(value.count("*") > WILDCARDS_MAX for value in leaf.values):
        raise QuestionError(f"filters: more than {WILDCARDS_MAX} wildcards in a page.")
