"""A piece of SQL with the parameters of its placeholders, joined so that the two can never part."""

from collections.abc import Iterable
from typing import Any, NamedTuple


class Fragment(NamedTuple):
    """SQL text made of our own words, and the values of its `?` in order."""

    text: str
    values: tuple[Any, ...] = ()


def fill(template: str, *parts: Fragment) -> Fragment:
    """The template with a fragment in each `{}`. `fill("{} AND {}", a, b)` has a's values, then b's."""
    return Fragment(template.format(*(part.text for part in parts)), tuple(value for part in parts for value in part.values))


def join(separator: str, parts: Iterable[Fragment]) -> Fragment:
    """The fragments one after another."""
    kept = list(parts)
    return Fragment(separator.join(part.text for part in kept), tuple(value for part in kept for value in part.values))
