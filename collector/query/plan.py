"""Which facts answer a question and from which rows: the fewest that are exact.

A metric decides its fact, together with the dimensions the question names anywhere. No dimension, or one, is answered
by daily rows and what today has added; more need the detail rows. Dimensions count wherever they are named, in the
breakdown or in a filter; hours count as one, since only the total is kept by hour in daily rows.

With a page named, figures of visits (bounce rate, duration…) are those of the visits that began on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from collector.facts import BY_NAME, METRIC_BY_NAME, FactName
from collector.query.words import AllOf, AnyOf, Column, Filter, Leaf, Not, Question, QuestionError, Span, leaves

ViewName = Literal["visits", "entries", "exits", "pages", "events", "paid"]
Scope = Literal["visits", "pages", "events"]

# A property's rows: "" are the events themselves, ANY_PROPERTY all properties' rows, else those of one property.
ANY_PROPERTY = "="  # no property's name can be asked with a "="


@dataclass(frozen=True, slots=True)
class View:
    """How a question looks at one fact: under which name it sees `page`, and whether only events with money count."""

    fact: FactName
    page: str = "page"
    paid: bool = False


VIEWS: dict[ViewName, View] = {
    "visits": View("visits"),
    "entries": View("visits", page="entry_page"),
    "exits": View("visits", page="exit_page"),
    "pages": View("pages"),
    "events": View("events"),
    "paid": View("events", paid=True),
}

Term = tuple[ViewName, str]  # a view and one of its fact's measures

_OF_VISIT = frozenset({"views_per_visit", "bounce_rate", "visit_duration", "engagement_rate"})
_ON_PAGE: dict[str, tuple[Term, ...]] = {
    "page_seconds": (("pages", "seconds"),),
    "page_visits": (("pages", "visits"),),
    "scroll_sum": (("pages", "scroll_sum"),),
    "scroll_count": (("pages", "scroll_count"),),
    "revenue": (("events", "revenue"),),
}
# What a metric's numerator and denominator (facts.METRICS) are made of, by what the question is about.
_TERMS: dict[Scope, dict[str, tuple[Term, ...]]] = {
    "visits": {
        **{name: (("visits", name),) for name in ("visitors", "visits", "pageviews", "bounces", "engaged", "seconds")},
        **_ON_PAGE,
        "events": (("visits", "pageviews"), ("events", "events")),
    },
    "pages": {
        **{name: (("pages", name),) for name in ("visitors", "visits", "pageviews")},
        **_ON_PAGE,
        "exits": (("exits", "visits"),),
        "events": (("pages", "pageviews"), ("events", "events")),
    },
    "events": {name: (("events", name),) for name in ("visitors", "visits", "events", "revenue")},
}
_EVENT_COLUMNS = frozenset({"event", "property", "value", "currency"})


@dataclass(frozen=True, slots=True)
class Formula:
    """A metric as places in a row of sums: `scale * sum(numerator) / sum(denominator)`, or the numerator's sum alone."""

    metric: str
    numerator: tuple[int, ...]
    denominator: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One fact's contribution. `daily` is the dimension of the daily rows that answer it, None for detail rows.

    `keys` are the question's dimensions under this fact's names, `measures` those of the fact that it needs.
    """

    view: ViewName
    fact: FactName
    keys: tuple[Column, ...]
    condition: Filter
    daily: str | None
    prop: str
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one question is answered: a row of sums has one for each of `terms`, and `formulas` are made of them.

    `span` is what the rows can cover of the question's, None if nothing.
    """

    question: Question
    parts: tuple[Part, ...]
    formulas: tuple[Formula, ...]
    terms: tuple[Term, ...]
    span: Span | None

    @property
    def needs_detail(self) -> bool:
        return any(part.daily is None for part in self.parts)


def plan(question: Question, detail_from: date | None = None) -> Plan:
    """The plan of a question; `detail_from` is the first local day whose detail is still kept (None: all).

    Raises QuestionError where no fact has everything the question names.
    """
    scope = scope_of(question)
    terms: list[Term] = []
    formulas = tuple(_formula(question, metric, scope, terms) for metric in question.metrics)
    parts = tuple(_part(question, view, terms) for view in dict.fromkeys(view for view, _ in terms))
    planned = Plan(question, parts, formulas, tuple(terms), question.span)
    return replace(planned, span=_kept(question.span, detail_from)) if planned.needs_detail else planned


def named(question: Question) -> tuple[Column, ...]:
    """The columns a question names, in its dimensions and its filters; time is none of them."""
    columns = [*question.dimensions, *(leaf.column for leaf in leaves(question.condition))]
    return tuple(column for column in columns if not column.is_time)


def scope_of(question: Question) -> Scope:
    """What a question is about: events if it names anything only events have, else pages, else visits."""
    names = {column.name for column in named(question)}
    if names & _EVENT_COLUMNS:
        return "events"
    return "pages" if "page" in names else "visits"


def _formula(question: Question, name: str, scope: Scope, terms: list[Term]) -> Formula:
    metric = METRIC_BY_NAME[name]
    numerator = _terms(question, name, metric.numerator, scope)
    denominator = _terms(question, name, metric.denominator, scope) if metric.denominator else ()
    for view, _ in (*numerator, *denominator):
        _check_carried(question, name, view)
    return Formula(name, _places(numerator, terms), _places(denominator, terms))


def _terms(question: Question, metric: str, part: str, scope: Scope) -> tuple[Term, ...]:
    if scope == "pages" and metric in _OF_VISIT:
        return (("entries", part),)
    if metric == "average_revenue" and part == "events":
        return (("paid", "events"),)
    if metric == "events" and scope == "pages" and any(leaf.goal for leaf in leaves(question.condition)):
        return (("pages", "pageviews"),)
    found = _TERMS[scope].get(part)
    if found is None:
        raise QuestionError(_why_not(metric, scope, question))
    return found


def _why_not(metric: str, scope: Scope, question: Question) -> str:
    if scope == "events":
        column = next(column for column in named(question) if column.name in _EVENT_COLUMNS)
        known = "visitors, visits, events, total_revenue and average_revenue"
        return f"metrics: {metric} cannot be asked with {column.api}, which only events have; {known} can."
    return f"metrics: {metric} needs event:page as a dimension or a filter."


def _places(wanted: Iterable[Term], terms: list[Term]) -> tuple[int, ...]:
    """Where the terms stand among all of the question's; new ones are added."""
    for term in wanted:
        if term not in terms:
            terms.append(term)
    return tuple(terms.index(term) for term in wanted)


def _check_carried(question: Question, metric: str, view: ViewName) -> None:
    for column in named(question):
        name = VIEWS[view].page if column.name == "page" else column.name
        if VIEWS[view].fact not in BY_NAME[name].facts:
            why = "a visit's last page is kept with the visit only, not with its single pages and events"
            raise QuestionError(f"metrics: {metric} cannot be asked with {column.api} here; {why}.")


def _part(question: Question, view_name: ViewName, terms: list[Term]) -> Part:
    view = VIEWS[view_name]
    condition = _renamed(question.condition, view.page)
    if view.paid:
        condition = AllOf((condition, Not(Leaf(Column("event:currency", "currency"), "is", ("",)))))
    keys = tuple(_seen_as(column, view.page) for column in question.dimensions)
    columns = tuple(column for column in (*keys, *(leaf.column for leaf in leaves(condition))) if not column.is_time)
    return Part(
        view=view_name,
        fact=view.fact,
        keys=keys,
        condition=condition,
        daily=_daily(question, columns),
        prop=_property(columns) if view.fact == "events" else "",
        measures=tuple(measure for of, measure in terms if of == view_name),
    )


def _seen_as(column: Column, page: str) -> Column:
    return replace(column, name=page) if column.name == "page" else column


def _renamed(condition: Filter, page: str) -> Filter:
    if isinstance(condition, Leaf):
        return replace(condition, column=_seen_as(condition.column, page))
    if isinstance(condition, Not):
        return Not(_renamed(condition.part, page))
    parts = tuple(_renamed(part, page) for part in condition.parts)
    return AllOf(parts) if isinstance(condition, AllOf) else AnyOf(parts)


def _daily(question: Question, columns: tuple[Column, ...]) -> str | None:
    """The one dimension whose daily rows answer a part: a name, "hour", "" for the total; None if there are several."""
    names = {(column.name, column.prop) for column in columns}
    hourly = not question.span.whole or any(column.bucket == "hour" for column in question.dimensions)
    if len(names) + hourly > 1:
        return None
    if hourly:
        return "hour"
    return next((name for name, _ in names), "")


def _property(columns: tuple[Column, ...]) -> str:
    """Whose property rows of the events fact a part reads."""
    props = {column.prop for column in columns if column.prop}
    if len(props) > 1:
        raise QuestionError(f"event:props: one property at a time, not {' and '.join(sorted(props))[:100]}; events do not combine them.")
    if props:
        return props.pop()
    return ANY_PROPERTY if any(column.name in ("property", "value") for column in columns) else ""


def _kept(span: Span, detail_from: date | None) -> Span | None:
    """What is left of a span when earlier detail is gone."""
    if detail_from is None or span.first >= detail_from:
        return span
    return None if span.last < detail_from else Span(detail_from, span.last, 0, span.last_hour)
