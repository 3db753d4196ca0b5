"""Segments: a site's named filters. What may be one, and the condition that a sealing counts one by."""

from collections.abc import Sequence
from typing import Any

from collector.facts import BY_NAME, FactName
from collector.query import condition, filters
from collector.query.words import Filter, QuestionError, leaves

CONDITIONS_MIN = 2


def check_segment(asked: Any) -> tuple[str, ...]:
    """The dimensions that a definition names, each once. `asked` has the shape of a question's `filters`.

    Raises QuestionError if it is not two conditions or more on dimensions of visits: one alone can always be asked as it is.
    """
    return tuple(dict.fromkeys(leaf.column.name for leaf in leaves(_parsed(asked))))


def segment_condition(asked: Sequence[Any], fact: FactName) -> tuple[str, tuple[Any, ...]] | None:
    """The definition as SQL on the fact's detail rows, and the values of its placeholders; None if the fact lacks a dimension.

    Raises QuestionError as `check_segment` does.
    """
    parsed = _parsed(asked)
    if any(fact not in BY_NAME[leaf.column.name].facts for leaf in leaves(parsed)):
        return None
    text, values = condition.of_rows(parsed)
    return text, values


def _parsed(asked: Any) -> Filter:
    parsed = filters.parse(asked)
    found = leaves(parsed)
    if len(found) < CONDITIONS_MIN:
        raise QuestionError(f"A segment needs {CONDITIONS_MIN} conditions or more; a single one can be asked without.")
    for leaf in found:
        if leaf.column.name not in BY_NAME or "visits" not in BY_NAME[leaf.column.name].facts:
            raise QuestionError(f"A segment is of whole visits; {leaf.column.api} is not a dimension of them.")
    return parsed
