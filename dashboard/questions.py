"""From a view to questions in the Stats API's shape. Pure; the dashboard asks nothing that the public API could not be asked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from dashboard.names import codes_like
from dashboard.panels import CSV_ROWS_MAX, DIMENSION, LIST_ROWS, Panel, Tab, columns, headlines
from dashboard.periods import CUSTOM_DAYS_MAX, Bucket, Span
from dashboard.view import SEGMENT, Operator, View

Question = Mapping[str, Any]

# More than a panel shows: where some are not told apart, their row is most often among these.
PANEL_ROWS_ASKED = 40
RARE_ROWS_ASKED = 100
# Typed words are looked for as people type them, not as they were sent.
_ANY_CASE = {"case_sensitive": False}


def conditions(view: View) -> list[list[Any]]:
    """The view's filters as the API writes them."""
    return [_condition(f.operator, f.dimension, f.value) for f in view.filters]


def headline(view: View, span: Span, last_hour: int | None = None) -> Question:
    """The headline figures of a span: one row, metrics as `panels.headlines` lists them.

    With `last_hour` (0-23) the span's last day ends after that hour.
    """
    question = _question(list(headlines(view.filtered)), span, conditions(view))
    if last_hour is None or last_hour == 23:
        return question
    return {**question, "date_range": [f"{span.first}T00:00:00", f"{span.last}T{last_hour + 1:02}:00:00"]}


def series(view: View, metric: str, span: Span, bucket: Bucket) -> Question:
    """One metric by time, and last the visits that it is of."""
    return _question(list(dict.fromkeys((metric, "visits"))), span, conditions(view), dimensions=[f"time:{bucket}"])


def panel_rows(view: View, panel: Panel, span: Span) -> Question:
    """The first rows of a panel's present tab, some more than it shows, and how many there are."""
    tab = view.tab(panel)
    return _breakdown(replace(view, order="", search=""), tab, columns(tab, view.filtered)[: tab.shown], span, PANEL_ROWS_ASKED, 0)


def list_rows(view: View, tab: Tab, span: Span) -> Question:
    """One page of a tab's full list."""
    return _breakdown(view, tab, columns(tab, view.filtered), span, LIST_ROWS, (view.page - 1) * LIST_ROWS)


def csv_rows(view: View, tab: Tab, span: Span) -> Question:
    """A tab's full list, as far as one question goes."""
    return _breakdown(view, tab, columns(tab, view.filtered), span, CSV_ROWS_MAX, 0)


def rare_row(listed: Question) -> Question:
    """A list's question again, for the row of what is not told apart: by name it stands before all that begin with a letter or a slash."""
    (dimension,) = listed["dimensions"]
    return {**listed, "order_by": [[dimension, "asc"]], "pagination": {"limit": RARE_ROWS_ASKED, "offset": 0}}


def ranked_by(listed: Question) -> int:
    """The place of the metric that a list is ranked by; of one in the order of its values the first."""
    first: str = listed["order_by"][0][0]
    return listed["metrics"].index(first) if first in listed["metrics"] else 0


def ever_counted() -> Question:
    """Page views and visits of all time: nothing means that the site waits for its first visit."""
    return {"metrics": ["visits"], "date_range": "all"}


def counted_before(day: date) -> Question:
    """The visits of the ten years before a day."""
    return _question(["visits"], Span(day - timedelta(days=CUSTOM_DAYS_MAX), day - timedelta(days=1)), [])


def _breakdown(view: View, tab: Tab, metrics: tuple[str, ...], span: Span, limit: int, offset: int) -> Question:
    name = DIMENSION[tab.dimension].api
    ranked = [[view.order if view.order in metrics else metrics[0], "desc"]] if view.order in metrics or not tab.in_turn else []
    filters = conditions(view)
    if view.search:
        filters.append(_condition("contains", tab.dimension, view.search))
    return _question(
        list(metrics),
        span,
        filters,
        dimensions=[name],
        order_by=[*ranked, [name, "asc"]],
        include={"total_rows": True},
        pagination={"limit": limit, "offset": offset},
    )


def _condition(operator: Operator, dimension: str, value: str) -> list[Any]:
    """One condition. People read names where values are codes, so there it is the name that contains a text."""
    api = SEGMENT if dimension == SEGMENT else DIMENSION[dimension].api
    if operator in ("is", "is_not"):
        return [operator, api, [value]]
    codes = codes_like(dimension, value)
    if codes:
        return ["is" if operator == "contains" else "is_not", api, codes]
    return [operator, api, [value], _ANY_CASE]


def _question(metrics: list[str], span: Span, filters: list[list[Any]], **rest: Any) -> Question:
    days = [span.first.isoformat(), span.last.isoformat()]
    return {"metrics": metrics, "date_range": days, "filters": filters, **rest}
