"""One fact's contribution to a question, and which kinds of rows answer it: the fewest that are exact.

How many different dimensions it names, in the breakdown or in filters, decides (the table stands in `plan.py`). Days, weeks and
months are none; hours are one, because only the total is kept by hour in daily rows.
"""

from dataclasses import dataclass, replace
from enum import IntEnum

from collector.facts import HOUR, PAIRS, FactName, Pair
from collector.query.terms import VIEWS, ViewName
from collector.query.words import AllOf, AnyOf, Column, Filter, Leaf, Not, Question, QuestionError, Segment, leaves

# A property's rows: "" are the events themselves, ANY_PROPERTY all properties' rows, else those of one property.
ANY_PROPERTY = "="  # no property's name can be asked with a "="

_Named = frozenset[tuple[str, str]]  # dimensions by name and property


class Needs(IntEnum):
    """The rows that a part needs, from those that are kept longest to those that are kept shortest."""

    TOTALS = 0
    DAILY = 1
    SEGMENT = 2
    PAIRS = 3
    DETAIL = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One fact's contribution. `keys` are the question's dimensions under this fact's names.

    `daily` is the dimension of the daily rows that answer it, None where they do not; `pair` or `segment` then is what answers
    its sealed days, if anything does.
    """

    view: ViewName
    fact: FactName
    keys: tuple[Column, ...]
    condition: Filter
    prop: str
    daily: str | None = None
    pair: Pair | None = None
    segment: str = ""

    @property
    def needs(self) -> Needs:
        if self.daily is not None:
            return Needs.DAILY if self.daily else Needs.TOTALS
        if self.segment:
            return Needs.SEGMENT
        return Needs.PAIRS if self.pair else Needs.DETAIL

    @property
    def filtered(self) -> frozenset[str]:
        """The dimensions that its filters name."""
        return frozenset(leaf.column.name for leaf in leaves(self.condition))


def part_of(question: Question, name: ViewName) -> Part:
    """What one view contributes to a question. Raises QuestionError where it names two properties."""
    view = VIEWS[name]
    condition = _renamed(question.condition, view.page)
    if view.paid:
        condition = AllOf((condition, Not(Leaf(Column("event:currency", "currency"), "is", ("",)))))
    keys = tuple(_seen_as(column, view.page) for column in question.dimensions)
    columns = tuple(column for column in (*keys, *(leaf.column for leaf in leaves(condition))) if not column.is_time)
    hours = {(HOUR, "")} if by_hour(question) else set()
    part = Part(name, view.fact, keys, condition, _property(columns) if view.fact == "events" else "")
    return _with_rows(part, frozenset((column.name, column.prop) for column in columns) | hours, question.span.whole)


def by_hour(question: Question) -> bool:
    """Whether a question needs to know the hour, for its range or its buckets."""
    return not question.span.whole or any(column.bucket == "hour" for column in question.dimensions)


def margin_of(part: Part) -> str | None:
    """The dimension of a pair whose daily rows its kept cells are a part of: the one that is filtered on, or the first broken down.

    None where the filters name both, or where there are no such rows: those of an event's properties are kept by value alone.
    """
    assert part.pair is not None, "only a pair has a margin"
    if len(part.filtered) > 1:
        return None
    broken_down = [_key_name(column) for column in part.keys]
    first = "value" if "value" in part.pair else next(name for name in broken_down if name in part.pair)
    found = next(iter(part.filtered), first)
    return found if has_margin(part.pair, found) else None


def has_margin(pair: Pair, name: str) -> bool:
    """Whether the daily rows of a dimension count what the pair's rows count."""
    return name == "value" or "value" not in pair


def _key_name(column: Column) -> str:
    return HOUR if column.bucket == "hour" else column.name


def _with_rows(part: Part, named: _Named, whole_days: bool) -> Part:
    """The part with what answers it where detail is not needed, or not kept."""
    if len(named) < 2:
        return replace(part, daily=next((name for name, _ in named), ""))
    if segment := _segment_alone(part, whole_days):
        return replace(part, segment=segment)
    mine = {name for name, _ in named}
    pair = next((pair for pair in PAIRS[part.fact] if set(pair) == mine), None)
    return replace(part, pair=pair) if len(named) == 2 and whole_days else part


def _segment_alone(part: Part, whole_days: bool) -> str:
    """The segment that is all a part names, by days or longer; "" if it names anything else."""
    others = any(not column.is_time or column.bucket == "hour" for column in part.keys)
    if others or not whole_days or not isinstance(part.condition, AllOf) or len(part.condition.parts) != 1:
        return ""
    only = part.condition.parts[0]
    return only.name if isinstance(only, Segment) else ""


def _seen_as(column: Column, page: str) -> Column:
    return replace(column, name=page) if column.name == "page" else column


def _renamed(condition: Filter, page: str) -> Filter:
    if isinstance(condition, Leaf):
        return replace(condition, column=_seen_as(condition.column, page))
    if isinstance(condition, Segment):
        return condition
    if isinstance(condition, Not):
        return Not(_renamed(condition.part, page))
    parts = tuple(_renamed(part, page) for part in condition.parts)
    return AllOf(parts) if isinstance(condition, AllOf) else AnyOf(parts)


def _property(columns: tuple[Column, ...]) -> str:
    """Whose property rows of the events fact a part reads."""
    props = {column.prop for column in columns if column.prop}
    if len(props) > 1:
        raise QuestionError(f"event:props: one property at a time, not {' and '.join(sorted(props))[:100]}; events do not combine them.")
    if props:
        return props.pop()
    return ANY_PROPERTY if any(column.name in ("property", "value") for column in columns) else ""
