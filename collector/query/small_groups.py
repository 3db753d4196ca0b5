"""The rule of three facts: an answer that combines three dimensions or more is given only about groups of visits large enough.

One dimension is filtered on, another broken down by: whoever is signed in always gets that answer while detail is kept. With a
third the rows of a small group could describe one person, so as many visits as `Caller.smallest_group` must share

- what the filters name, and
- all values that a row is broken down by but the last.

Rows of smaller groups become one, whose sum is what the filters alone tell. Where these name three dimensions themselves, and
fewer visits, nothing is told. Days, weeks and months are no dimension, hours are one; a segment names those of its definition.

How many visits share what is named is counted in the visits fact, where each stands once. Where a page or an event is named it is
counted in that fact; if several pages or events fit, a visit may stand there several times, and the one with most visits counts.
"""

from dataclasses import dataclass, replace

from collector.facts import HOUR, PROPERTY_DIMENSIONS
from collector.query.part import part_of
from collector.query.plan import Fold, Plan, counting_rare
from collector.query.terms import Formula, Scope, ViewName, carries, scope_with
from collector.query.words import AllOf, Column, Include, Leaf, Order, Question, leaves

FACTS_FREE = 2  # dimensions that an answer may combine of any group

# What one visit can have several of, in the facts that are not of whole visits.
_SEVERAL: dict[Scope, tuple[Column, ...]] = {
    "visits": (),
    "pages": (Column("event:page", "page"),),
    "events": (Column("event:name", "event"),),
}
_VALUE = Column("event:value", "value")


@dataclass(frozen=True, slots=True)
class Rule:
    """What must hold for a question. `total`: a plan of one row, whose visits must be enough; None where `groups` say it all.

    `folds`: whether rows of groups that are too small may be told as one.
    """

    total: Plan | None
    groups: Fold | None
    folds: bool


def rule_of(planned: Plan, smallest_group: int) -> Rule | None:
    """What a plan's question must fulfil; None where it combines few dimensions, or no group is too small."""
    question = planned.question
    filtered, broken_down = _filtered(question), _broken_down(question)
    if (
        planned.span is None
        or smallest_group < 2
        or len(filtered | {_name(question.dimensions[place]) for place in broken_down}) <= FACTS_FREE
    ):
        return None
    lead = tuple(broken_down[:-1])
    groups = Fold(_counting(planned, lead, None), smallest_group, lead) if lead else None
    folds = len(filtered) <= FACTS_FREE
    return Rule(None if groups and folds else _counting(planned, (), 1), groups, folds)


def hidden(planned: Plan) -> Plan:
    """The plan with all rows told as one."""
    return counting_rare(replace(planned, fold=Fold(None, 0)))


def guarded(planned: Plan, groups: Fold) -> Plan:
    """The plan with the rows of small groups told as one."""
    return counting_rare(replace(planned, fold=groups))


def _filtered(question: Question) -> frozenset[str]:
    """The dimensions that a question narrows down; part of a day is a choice of hours."""
    hours = frozenset() if question.span.whole else {HOUR}
    return frozenset(leaf.column.name for leaf in leaves(question.condition)) | hours


def _broken_down(question: Question) -> list[int]:
    """The places of the question's dimensions that count."""
    return [place for place, column in enumerate(question.dimensions) if not column.is_time or column.bucket == "hour"]


def _name(column: Column) -> str:
    return HOUR if column.is_time else column.name


def _counting(planned: Plan, places: tuple[int, ...], limit: int | None) -> Plan:
    """The visits of each group: of the values at some places of the question, among those that fit its filters."""
    question = planned.question
    keys = tuple(question.dimensions[place] for place in places)
    columns = tuple(column for column in (*keys, *(leaf.column for leaf in leaves(question.condition))) if not column.is_time)
    names = {column.name for column in columns}
    scope = scope_with(names)
    view = _view(planned, scope, columns)
    repeated = (*_SEVERAL[scope], *((_VALUE,) if names & PROPERTY_DIMENSIONS else ()))
    several = tuple(column for column in repeated if view == scope and not _is_one(column, keys, question))
    asked = Question(
        metrics=("visits",),
        span=question.span,
        dimensions=(*keys, *several),
        condition=question.condition,
        order=(Order("visits", -1, True),),
        include=Include(),
        limit=limit or question.limit,
    )
    return Plan(asked, (part_of(asked, view),), (Formula("visits", (0,)),), ((view, "visits"),), planned.reach)


def _view(planned: Plan, scope: Scope, columns: tuple[Column, ...]) -> ViewName:
    """Where the visits are counted: in the scope's own fact, or where that lacks what is named as the question itself counts."""
    return scope if all(carries(scope, column) for column in columns) else planned.parts[0].view


def _is_one(column: Column, keys: tuple[Column, ...], question: Question) -> bool:
    """Whether all rows of a group have the same value of a dimension."""
    if any(key.name == column.name for key in keys):
        return True
    parts = question.condition.parts if isinstance(question.condition, AllOf) else ()
    return any(isinstance(part, Leaf) and part.column.name == column.name and part.names_one for part in parts)
