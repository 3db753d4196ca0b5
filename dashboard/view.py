"""What a page shows, as a value: read from a URL's query and written back to it. Pure; all state of the dashboard is here.

A query a person edited is read leniently: what is unknown or cannot be used counts as not given.
A filter is written `f=is:page:/blog`; the value may hold colons.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal, NamedTuple, TypeVar, get_args
from urllib.parse import quote, urlencode

from collector.facts import BY_NAME, METRIC_BY_NAME
from dashboard.names import code
from dashboard.panels import FILTERABLE, PANEL_BY_KEY, TABS, Panel, Tab
from dashboard.periods import CUSTOM_DAYS_MAX, Choice, Compare, Period, Span

_Choice = TypeVar("_Choice")

Operator = Literal["is", "is_not", "contains", "contains_not"]

OPERATORS: dict[Operator, str] = {"is": "is", "is_not": "is not", "contains": "contains", "contains_not": "does not contain"}

# Not a dimension of the one list: the name of several conditions that were saved together.
SEGMENT = "segment"

FILTERS_MAX = 10
VALUE_CHARS_MAX = 2000
PAGE_MAX = 1000
# A query is read up to this many pairs: every parameter of ours, ten filters and some strangers.
PAIRS_MAX = 60

# Dates a person means, and all that arithmetic can go on from without leaving the calendar.
_DATE = re.compile(r"(?:19[7-9]|2\d\d)\d-\d\d-\d\d", re.ASCII)


class Filter(NamedTuple):
    """One condition on one dimension, by the dimension's name; or a saved segment, which can only be `is`."""

    operator: Operator
    dimension: str
    value: str

    @property
    def opposite(self) -> "Filter":
        turned: dict[Operator, Operator] = {"is": "is_not", "is_not": "is", "contains": "contains_not", "contains_not": "contains"}
        return self._replace(operator=turned[self.operator])

    def goes_with(self, other: "Filter") -> bool:
        """Whether both can be in force and say something: a dimension *is* one value, but it can be not this, nor that."""
        if self.dimension != other.dimension:
            return True
        return "is" not in (self.operator, other.operator) and self not in (other, other.opposite)


@dataclass(frozen=True, slots=True)
class View:
    """The state of one page: period, comparison, the chart's metric, filters, each panel's tab, and the full list shown, if any.

    `usual` is the site's and in no URL: the period of an address that names none.
    """

    choice: Choice = field(default_factory=Choice)
    usual: Period = "30d"
    compare: Compare = "previous"
    metric: str = "visitors"
    filters: tuple[Filter, ...] = ()
    tabs: tuple[tuple[str, str], ...] = ()
    panel: str = ""
    page: int = 1
    order: str = ""
    search: str = ""

    def tab(self, panel: Panel) -> Tab:
        """The tab shown of a panel: the chosen one, else its first."""
        return TABS[panel.key, dict(self.tabs).get(panel.key, panel.tabs[0].key)]

    @property
    def filtered(self) -> tuple[str, ...]:
        """The dimensions filtered by."""
        return tuple(f.dimension for f in self.filters)

    def with_choice(self, choice: Choice) -> "View":
        return replace(self, choice=choice, page=1)

    def with_tab(self, panel: Panel, tab: Tab) -> "View":
        others = tuple(pair for pair in self.tabs if pair[0] != panel.key)
        chosen = () if tab is panel.tabs[0] else ((panel.key, tab.key),)
        return replace(self, tabs=tuple(sorted(others + chosen)), page=1, order="", search="")

    @property
    def can_fit_several(self) -> bool:
        """Whether a filter can fit several pages or events of one visit, each of which has its own visitors."""
        return any(f.operator != "is" and f.dimension in BY_NAME and "visits" not in BY_NAME[f.dimension].facts for f in self.filters)

    def with_filter(self, condition: Filter) -> "View":
        """The view narrowed by a condition; those on the same dimension that it does not go together with give way to it."""
        kept = tuple(f for f in self.filters if f.goes_with(condition))
        return replace(self, filters=(*kept, condition)[:FILTERS_MAX], page=1)

    def without(self, condition: Filter) -> "View":
        return replace(self, filters=tuple(f for f in self.filters if f != condition), page=1)

    def turned(self, condition: Filter) -> "View":
        """The view with one condition made its opposite."""
        return replace(self, filters=tuple(f.opposite if f == condition else f for f in self.filters), page=1)

    def listing(self, panel: Panel) -> "View":
        """The full list of a panel's present tab."""
        return replace(self, panel=panel.key, page=1, order="", search="")

    def overview(self) -> "View":
        """The dashboard itself, out of a full list."""
        return replace(self, panel="", page=1, order="", search="")


def read(pairs: Iterable[tuple[str, str]], usual: Period = "30d") -> View:
    """The view of a query's (name, value) pairs, in any order; `usual` is the period where they name none."""
    bounded = [pair for pair, _ in zip(pairs, range(PAIRS_MAX), strict=False)]
    given = dict(bounded)
    panel = given.get("panel", "")
    order = given.get("order", "")
    return View(
        choice=_choice(given, usual),
        usual=usual,
        compare=_one_of(given.get("compare"), get_args(Compare), "previous"),
        metric=given["metric"] if given.get("metric") in METRIC_BY_NAME else "visitors",
        filters=_filters(value for name, value in bounded if name == "f"),
        tabs=tuple(sorted((key, given[key]) for key in PANEL_BY_KEY if _further(key, given.get(key, "")))),
        panel=panel if panel in PANEL_BY_KEY else "",
        page=_page(given.get("page", "")),
        order=order if order in METRIC_BY_NAME else "",
        search=given.get("search", "")[:VALUE_CHARS_MAX],
    )


def asked_filter(pairs: Iterable[tuple[str, str]]) -> Filter | None:
    """The condition that the "Add a filter" form asks to add, if it holds one. What a country is may be said by its name."""
    given = dict(pairs)
    operator, dimension, value = (given.get(name, "") for name in ("fo", "fd", "fv"))
    return _filter(":".join((operator, dimension, value if operator.startswith("contains") else code(dimension, value))))


def write(view: View) -> list[tuple[str, str]]:
    """The view as query pairs, in one canonical order, what is as usual left out. `read(write(view), view.usual) == view`."""
    choice = view.choice
    pairs: list[tuple[str, str]] = []
    if choice != Choice(view.usual):  # a dated one names its period too: what is usual changes as a site grows
        pairs.append(("period", choice.period))
    if choice.anchor:
        pairs.append(("date", choice.anchor.isoformat()))
    if choice.custom:
        pairs += [("from", choice.custom.first.isoformat()), ("to", choice.custom.last.isoformat())]
    pairs += _unusual(view, ("compare", "metric"))
    pairs += [("f", ":".join(condition)) for condition in view.filters]
    pairs += view.tabs
    return pairs + _unusual(view, ("panel", "page", "order", "search"))


def url(domain: str, view: View, suffix: str = "") -> str:
    """The address of a site's page in this view; `suffix` is a path below it (such as "/csv")."""
    query = urlencode(write(view), quote_via=quote, safe="/:")
    path = f"/site/{quote(domain, safe='')}{suffix}"
    return f"{path}?{query}" if query else path


def _unusual(view: View, names: Iterable[str]) -> list[tuple[str, str]]:
    usual = View()
    return [(name, str(getattr(view, name))) for name in names if getattr(view, name) != getattr(usual, name)]


def _choice(given: dict[str, str], usual: Period) -> Choice:
    period: Period = _one_of(given.get("period"), get_args(Period), usual)
    if period != "custom":
        return Choice(period, _date(given.get("date", "")))
    first, last = _date(given.get("from", "")), _date(given.get("to", ""))
    if first is None or last is None:
        return Choice(usual)
    first, last = min(first, last), max(first, last)
    return Choice("custom", None, Span(max(first, last - timedelta(days=CUSTOM_DAYS_MAX - 1)), last))


def _date(text: str) -> date | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _filters(texts: Iterable[str]) -> tuple[Filter, ...]:
    read_ones = (_filter(text) for text in texts)
    return tuple(dict.fromkeys(f for f in read_ones if f))[:FILTERS_MAX]


def _filter(text: str) -> Filter | None:
    operator, _, rest = text.partition(":")
    dimension, _, value = rest.partition(":")
    known = dimension in FILTERABLE or (dimension == SEGMENT and operator == "is")
    if operator not in OPERATORS or not known or not value or len(value) > VALUE_CHARS_MAX:
        return None
    return Filter(operator, dimension, value)


def _further(panel: str, tab: str) -> bool:
    return (panel, tab) in TABS and TABS[panel, tab] is not PANEL_BY_KEY[panel].tabs[0]


def _page(text: str) -> int:
    return min(int(text), PAGE_MAX) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1


def _one_of(value: str | None, allowed: tuple[_Choice, ...], usual: _Choice) -> _Choice:
    return next((a for a in allowed if a == value), usual)
