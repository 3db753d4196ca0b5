"""What the reader must know of an answer's figures: which rows they are from, which days they lack, what is withheld."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from collector.query import ranges
from collector.query.answer import Result
from collector.query.history import closed
from collector.query.part import Needs
from collector.query.plan import Plan
from collector.query.reach import Asking, Reach
from collector.query.terms import scope_of
from collector.query.words import Leaf, Span, leaves

_DAY = timedelta(days=1)
_MONEY = ("total_revenue", "average_revenue")
_NO_DETAIL = (
    "Sealed days have no detail rows any more: three dimensions or more, two that are not kept as a pair, and hours of part of a day "
    "with a dimension cannot be told of them."
)
_DIVIDED = "Of sealed days pairs of dimensions are kept for a month as a whole: no part of it, and no shorter bucket of time, can be told."
_PUBLIC = (
    "Shared figures tell one dimension of closed days, two of sealed periods as a whole, and never three: with more, small groups "
    "could be found by subtraction."
)


def meta_of(plan: Plan, result: Result, asking: Asking, currencies: Mapping[str, int]) -> dict[str, Any]:
    """`meta` of an answer, but for its comparison and what is withheld."""
    include = plan.question.include
    meta: dict[str, Any] = {"days": _days(plan, asking)}
    if warnings := _warnings(plan, currencies):
        meta["metric_warnings"] = warnings
    if include.imports:
        meta |= {"imports_included": False, "imports_skip_reason": "no_imported_data"}
    if include.total_rows:
        meta["total_rows"] = result.total
    if include.time_labels and (place := plan.question.time_place) is not None:
        meta["time_labels"] = ranges.labels(plan.question.span, plan.question.dimensions[place].bucket)
    return meta


def _days(plan: Plan, asking: Asking) -> dict[str, Any]:
    """Which rows answer which days, each as [first, last] or null; and the spans that none can, with the reason."""
    reach, needs = plan.reach, {part.needs for part in plan.parts}
    missing = _missing(plan)
    days: dict[str, Any] = {
        "detail": _closed(reach.kept, asking) if max(needs) > Needs.DAILY else None,
        "daily": _closed(reach.span, asking) if min(needs) <= Needs.DAILY else _pair(reach.sealed) if Needs.SEGMENT in needs else None,
        "pairs": _pair(reach.sealed) if plan.from_pairs else None,
        "today": _today(reach, asking),
        "missing": [_pair(span) for span in missing],
    }
    if missing:
        days["reason"] = _PUBLIC if asking.caller.public else _DIVIDED if plan.needs == Needs.PAIRS else _NO_DETAIL
    return days


def _missing(plan: Plan) -> list[Span]:
    """The days of the range before and after those that are covered."""
    asked, span = plan.question.span, plan.span
    if span is None:
        return [asked]
    before = [Span(asked.first, span.first - _DAY)] if asked.first < span.first else []
    return [*before, *([Span(span.last + _DAY, asked.last)] if span.last < asked.last else [])]


def _closed(span: Span | None, asking: Asking) -> list[str] | None:
    return _pair(closed(span, asking.today)) if span else None


def _today(reach: Reach, asking: Asking) -> list[str] | None:
    span = reach.span
    return _pair(Span(asking.today, asking.today)) if span and reach.live and span.first <= asking.today <= span.last else None


def _pair(span: Span | None) -> list[str] | None:
    return None if span is None else [span.first.isoformat(), span.last.isoformat()]


def _warnings(plan: Plan, currencies: Mapping[str, int]) -> dict[str, dict[str, str]]:
    question = plan.question
    found: dict[str, dict[str, str]] = {}
    if _adds_up_pages(plan):
        text = "A visit that saw several of the chosen pages or events counts once for each."
        found |= {metric: _warning("sum_of_parts", text) for metric in ("visitors", "visits") if metric in question.metrics}
    elif "visitors" in question.metrics and question.span.days > 1:
        found["visitors"] = _warning(
            "sum_of_days", "Visitors of a range are the sum of its days: nobody is followed from one day to the next."
        )
    if len(currencies) > 1 and not any(column.name == "currency" for column in question.dimensions):
        text = f"Amounts in {', '.join(sorted(currencies))} cannot be added; filter on event:currency or break down by it."
        found |= {metric: _warning("no_single_revenue_currency", text) for metric in _MONEY if metric in question.metrics}
    text = "Sealed days may withhold different visits of the figures that it divides."
    found |= {formula.metric: _warning("withheld_apart", text) for formula in plan.formulas if not plan.tells(formula)}
    return found


def _warning(code: str, text: str) -> dict[str, str]:
    return {"code": code, "warning": text}


def _adds_up_pages(plan: Plan) -> bool:
    """Whether visits are summed over pages or events that one visit may share."""
    scope = scope_of(plan.question)
    if scope == "visits":
        return False
    wanted = {"pages": {"page"}, "events": {"event", "value"}}[scope]
    broken_down = {column.name for column in plan.question.dimensions}
    return not (broken_down & wanted or any(_names_one(leaf, wanted) for leaf in leaves(plan.question.condition)))


def _names_one(leaf: Leaf, wanted: set[str]) -> bool:
    return leaf.column.name in wanted and leaf.operator == "is" and len(leaf.values) == 1 and "*" not in leaf.values[0]
