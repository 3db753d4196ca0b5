"""Saved segments as pages show them: what of a view can be saved, and what a segment means in words. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from collector.facts import BY_API, BY_NAME
from dashboard.format import plain
from dashboard.names import value_name
from dashboard.view import OPERATORS, SEGMENT, Filter, View

UNKNOWN_SEGMENT = "There is no segment of this name any more. Remove the filter to see this."
# By how many there are. One alone is a dimension's value, which is kept for ever anyway.
TOO_FEW = {
    0: "Choose at least two filters first, then save them as a segment.",
    1: "Add a second filter first, then save both as a segment: one alone can be chosen as it is.",
}

_SAVED = ("is", "contains")
_VERBS = {str(operator): words for operator, words in OPERATORS.items()} | {"matches": "matches", "matches_not": "does not match"}
_MEANING_CHARS_MAX = 600
_VALUE_CHARS_MAX = 100


def can_be_saved(view: View) -> bool:
    """Whether a view's filters can be a segment."""
    return not why_not_saved(view)


def why_not_saved(view: View) -> str:
    """What to do before a view's filters can be a segment, "" for nothing."""
    for condition in view.filters:
        if obstacle := _obstacle(condition):
            return f"Remove the filter “{_words(condition)}” first: {obstacle}"
    return TOO_FEW.get(len(view.filters), "")


def _obstacle(condition: Filter) -> str:
    """Why a segment cannot hold a filter, "" if it can."""
    if condition.dimension == SEGMENT:
        return "a segment cannot hold another."
    if condition.dimension not in BY_NAME or "visits" not in BY_NAME[condition.dimension].facts:
        return "a segment is about whole visits, and this is about a part of one."
    return "" if condition.operator in _SAVED else "a segment is made of “is” and “contains”."


def _words(condition: Filter) -> str:
    known = BY_NAME.get(condition.dimension)
    value = plain(value_name(condition.dimension, condition.value))[:_VALUE_CHARS_MAX]
    return f"{known.label if known else condition.dimension.capitalize()} {OPERATORS[condition.operator]} {value}"


def dimensions_filtered(view: View, segments: Sequence[tuple[str, Sequence[Any]]]) -> tuple[str, ...] | None:
    """The dimensions a view is filtered by, those of its segments' definitions among them; None if it names an unknown segment."""
    known = dict(segments)
    wanted = [condition.value for condition in view.filters if condition.dimension == SEGMENT]
    if not set(wanted) <= set(known):
        return None
    within = (name for segment in wanted for condition in known[segment] for name in _dimensions(condition))
    return tuple(dict.fromkeys((*(name for name in view.filtered if name != SEGMENT), *within)))


def _dimensions(condition: Sequence[Any]) -> Iterator[str]:
    operator, what = condition[0], condition[1]
    if operator in ("not", "and", "or"):
        for part in [what] if operator == "not" else what:
            yield from _dimensions(part)
    elif what in BY_API:
        yield BY_API[what].name


def meaning(filters: Sequence[Any]) -> str:
    """A segment's conditions (docs/stats-api.md) as one line for people: "Country is Finland and Device is Mobile"."""
    said = " and ".join(_said(condition) for condition in filters)
    return said if len(said) <= _MEANING_CHARS_MAX else said[:_MEANING_CHARS_MAX].rstrip() + " …"


def _said(condition: Sequence[Any]) -> str:
    operator, what = condition[0], condition[1]
    if operator == "not":
        return f"not ({_said(what)})"
    if operator in ("and", "or"):
        return "(" + f" {operator} ".join(_said(part) for part in what) + ")"
    name, label = (BY_API[what].name, BY_API[what].label) if what in BY_API else (what, what)
    return f"{label} {_VERBS[operator]} {' or '.join(plain(value_name(name, value)) for value in condition[2])}"
