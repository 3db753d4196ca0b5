"""Rows of sums to an answer: ratios, empty values, money, comparison. What the reader must know of them is in `meta.py`.

A ratio of nothing (no visit, no page view) is null, never 0: there is no such figure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.facts import METRIC_BY_NAME, RARE
from collector.query import money, ranges
from collector.query.columns import KNOWN
from collector.query.plan import Plan
from collector.query.terms import Formula, named
from collector.query.words import SiteView, Span

Row = tuple[tuple[str, ...], tuple[int, ...]]  # dimensions as stored, sums
Figure = int | float | dict[str, Any] | None

_MONEY = ("total_revenue", "average_revenue")


@dataclass(frozen=True, slots=True)
class Result:
    """What the store answered to one plan: a page of its rows in order, how many there are in all, and the visits they withhold."""

    rows: tuple[Row, ...]
    total: int
    withheld: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """The comparison's own span, its rows (None where they cannot be had) and its money.

    `partial`: some of its rows are withheld, so one that is not there is not nothing.
    """

    span: Span
    rows: tuple[Row, ...] | None
    currencies: Mapping[str, int]
    partial: bool = False


def answer(
    plan: Plan,
    result: Result,
    site: SiteView,
    meta: dict[str, Any],
    currencies: Mapping[str, int],
    compared: Compared | None = None,
    refused: bool = False,
) -> dict[str, Any]:
    """The answer's three parts: `results`, `meta` and `query`. `currencies` are the question's, with their sums.

    `refused`: its rows may not be told, so that there are none.
    """
    rows = () if refused else _or_nothing(plan, result.rows)
    figures = [_figures(plan, row, currencies) for row in rows]
    results = [{"metrics": found, "dimensions": shown(plan, row[0])} for row, found in zip(rows, figures, strict=True)]
    if compared is not None:
        _add_comparison(plan, compared, rows, results)
    if compared is not None:
        meta["comparison"] = {"date_range": ranges.shown(compared.span, site.timezone), "covered": compared.rows is not None}
    return {"results": results, "meta": meta, "query": _echo(plan, site)}


def _or_nothing(plan: Plan, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """A question without dimensions has one row also where nothing was counted, unless its rows are gone."""
    if rows or plan.question.dimensions or plan.question.offset or plan.span is None:
        return rows
    return (((), (0,) * len(plan.terms)),)


def shown(plan: Plan, values: Sequence[str]) -> list[str]:
    """A row's dimensions as a person sees them."""
    return [_shown_value(column.name, column.prop, value) for column, value in zip(plan.question.dimensions, values, strict=True)]


def _shown_value(name: str, prop: str, value: str) -> str:
    if prop and value != RARE:
        value = value[len(prop) + 1 :]
    return KNOWN[name].empty if name and not value else value


# --- figures -----------------------------------------------------------------------------------------------------


def _figures(plan: Plan, row: Row, currencies: Mapping[str, int]) -> list[Figure]:
    currency = _currency(plan, row[0], currencies)
    return [_figure(formula, row[1], currency) if plan.tells(formula) else None for formula in plan.formulas]


def _figure(formula: Formula, sums: Sequence[int], currency: str) -> Figure:
    metric = METRIC_BY_NAME[formula.metric]
    number = sum(sums[place] for place in formula.numerator)
    exact: float = number
    if metric.denominator:
        denominator = sum(sums[place] for place in formula.denominator)
        if denominator <= 0:
            return None
        exact = metric.scale * number / denominator
    if metric.unit == "money":
        return money.amount(exact, currency) if currency else None
    return round(exact, metric.digits) if metric.digits else round(exact)


def _currency(plan: Plan, values: Sequence[str], currencies: Mapping[str, int]) -> str:
    """The currency of a row's money: its own where currency is a dimension, else the only one there is, else ""."""
    for column, value in zip(plan.question.dimensions, values, strict=True):
        if column.name == "currency":
            return "" if value == RARE else value
    return next(iter(currencies)) if len(currencies) == 1 else ""


# --- comparison --------------------------------------------------------------------------------------------------


def _add_comparison(plan: Plan, compared: Compared, rows: Sequence[Row], results: list[dict[str, Any]]) -> None:
    earlier = {row[0]: row for row in compared.rows or ()}
    moved = _Moved(plan, compared.span)
    for row, result in zip(rows, results, strict=True):
        values = moved(row[0])
        if compared.rows is None or values is None or (compared.partial and values not in earlier):
            result["comparison"] = None
            continue
        figures = _figures(plan, earlier.get(values, (values, (0,) * len(plan.terms))), compared.currencies)
        changes = [_change(formula.metric, now, then) for formula, now, then in zip(plan.formulas, result["metrics"], figures, strict=True)]
        result["comparison"] = {"dimensions": shown(plan, values), "metrics": figures, "change": changes}


class _Moved:
    """A row's dimensions as they are called in the comparison: the n-th bucket of time becomes the n-th there."""

    def __init__(self, plan: Plan, span: Span) -> None:
        self._place = plan.question.time_place
        if self._place is not None:
            bucket = plan.question.dimensions[self._place].bucket
            mine, theirs = ranges.labels(plan.question.span, bucket), ranges.labels(span, bucket)
            self._labels = dict(zip(mine, theirs, strict=False))

    def __call__(self, values: tuple[str, ...]) -> tuple[str, ...] | None:
        """None for a bucket past the comparison's end."""
        if self._place is None:
            return values
        label = self._labels.get(values[self._place])
        return None if label is None else (*values[: self._place], label, *values[self._place + 1 :])


def _change(metric: str, now: Figure, then: Figure) -> float | int | None:
    """Percent by which a figure grew (100 from nothing); for figures that are percentages, the points between them."""
    now, then = _number(now), _number(then)
    if now is None or then is None:
        return None
    if METRIC_BY_NAME[metric].unit == "percent":
        return round(now - then, 1)
    if then == 0:
        return 0 if now == 0 else 100
    return round(100 * (now - then) / then)


def _number(figure: Figure) -> float | None:
    return figure["value"] if isinstance(figure, dict) else figure


def wants_money(plan: Plan) -> bool:
    """Whether the question has a figure that needs to know its currency, and does not name it for each row."""
    in_rows = any(column.name == "currency" for column in named(plan.question) if column in plan.question.dimensions)
    return not in_rows and any(metric in plan.question.metrics for metric in _MONEY)


def _echo(plan: Plan, site: SiteView) -> dict[str, Any]:
    question = plan.question
    names = [column.api for column in question.dimensions]
    return {
        "site_id": site.domain,
        "metrics": list(question.metrics),
        "date_range": ranges.shown(question.span, site.timezone),
        "filters": list(question.raw.get("filters", [])),
        "dimensions": names,
        "order_by": [[order.metric or names[order.place], "desc" if order.descending else "asc"] for order in question.order],
        "include": dict(question.raw.get("include", {})),
        "pagination": {"offset": question.offset, "limit": question.limit},
    }


def total_currencies(rows: Iterable[Row]) -> dict[str, int]:
    """The currencies that have an amount, with it, from rows by currency."""
    return {values[0]: sums[0] for values, sums in rows if values[0] and sums[0]}
