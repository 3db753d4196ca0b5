"""What a metric is made of: sums of one fact's measures, or the ratio of two, by what the question is about.

A metric decides its facts, together with the dimensions the question names anywhere. With a page named, figures of visits
(bounce rate, duration…) are those of the visits that began on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from collector.facts import METRIC_BY_NAME, FactName
from collector.query.columns import KNOWN
from collector.query.words import Column, Question, QuestionError, leaves

ViewName = Literal["visits", "entries", "exits", "pages", "events", "paid"]
Scope = Literal["visits", "pages", "events"]


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


def formulas_of(question: Question) -> tuple[tuple[Formula, ...], tuple[Term, ...]]:
    """The question's metrics, and the terms that they are made of. Raises QuestionError where no fact has all that is named."""
    scope = scope_of(question)
    terms: list[Term] = []
    return tuple(_formula(question, metric, scope, terms) for metric in question.metrics), tuple(terms)


def named(question: Question) -> tuple[Column, ...]:
    """The columns a question names, in its dimensions and its filters; time is none of them."""
    columns = [*question.dimensions, *(leaf.column for leaf in leaves(question.condition))]
    return tuple(column for column in columns if not column.is_time)


def scope_of(question: Question) -> Scope:
    """What a question is about: events if it names anything only events have, else pages, else visits."""
    return scope_with({column.name for column in named(question)})


def scope_with(names: Iterable[str]) -> Scope:
    """The same, of the names themselves."""
    found = frozenset(names)
    if found & _EVENT_COLUMNS:
        return "events"
    return "pages" if "page" in found else "visits"


def carries(view: ViewName, column: Column) -> bool:
    """Whether the view's fact has a column."""
    name = VIEWS[view].page if column.name == "page" else column.name
    return VIEWS[view].fact in KNOWN[name].facts


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
        if not carries(view, column):
            why = "a visit's last page is kept with the visit only, not with its single pages and events"
            raise QuestionError(f"metrics: {metric} cannot be asked with {column.api} here; {why}.")
