"""Where one can go from a view: periods, comparisons, filters, each as a link. Pure."""

from dataclasses import dataclass, replace
from datetime import date

from collector.query import SiteView
from dashboard.format import plain
from dashboard.names import value_name
from dashboard.panels import DIMENSION, FILTERABLE
from dashboard.periods import Choice, Compare, Period, Span, compared_so_far, is_current, moved, so_far, span_name, span_of
from dashboard.segments import can_be_saved, meaning
from dashboard.view import FILTERS_MAX, OPERATORS, SEGMENT, Filter, View, url, write

_PERIODS: tuple[tuple[Period, str], ...] = (
    ("day", "Today"),
    ("7d", "Last 7 days"),
    ("30d", "Last 30 days"),
    ("month", "This month"),
    ("year", "This year"),
)

_COMPARES: tuple[tuple[Compare, str], ...] = (
    ("previous", "The period before"),
    ("year", "The same days a year before"),
    ("none", "Nothing"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go. `current`: it is where we are."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter in force: its words, a link on them (`title` says where to), and the link that takes it away."""

    dimension: str
    operator: str
    value: str
    url: str
    title: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Navigation:
    """All links of a view but those in its panels.

    `state` is what a form must carry along to keep the view; `latest`: the last day there can be figures of; `today`: it is one
    of the view's days, so its figures still move; `segments`: the saved ones, each as a filter of this view.
    """

    period: str
    days: str
    span: Span
    latest: date
    today: bool
    periods: tuple[Link, ...]
    earlier: str
    later: str
    compared: str
    compares: tuple[Link, ...]
    chips: tuple[Chip, ...]
    clear: str
    segments: tuple[Link, ...]
    segments_url: str
    can_add: bool
    can_save: bool
    dimensions: tuple[tuple[str, str], ...]
    operators: tuple[tuple[str, str], ...]
    state: tuple[tuple[str, str], ...]
    state_without_period: tuple[tuple[str, str], ...]


def navigation(site: SiteView, view: View, today: date, until_hour: int | None) -> Navigation:
    """The links of a view on a local day; `until_hour` is the last hour compared of the last day, None: all of them."""
    domain, span = site.domain, so_far(span_of(view.choice, today), today)
    return Navigation(
        period=_period_label(view.choice, today),
        days=span_name(span if span.first <= today else span_of(view.choice, today), today.year),
        span=span,
        latest=today,
        today=span.first <= today <= span.last,
        periods=tuple(Link(label, url(domain, view.with_choice(Choice(p))), view.choice == Choice(p)) for p, label in _PERIODS),
        earlier=url(domain, view.with_choice(moved(view.choice, -1, today))),
        later="" if is_current(view.choice, today) else url(domain, view.with_choice(moved(view.choice, 1, today))),
        compared=_compared_days(view, today, until_hour),
        compares=tuple(Link(label, url(domain, replace(view, compare=key)), view.compare == key) for key, label in _COMPARES),
        chips=tuple(_chip(site, view, condition) for condition in view.filters),
        clear=url(domain, replace(view, filters=(), page=1)),
        segments=tuple(_segment(domain, view, name) for name, _ in site.segments),
        segments_url=url(domain, View(), "/segments"),
        can_add=len(view.filters) < FILTERS_MAX,
        can_save=can_be_saved(view),
        dimensions=tuple((name, DIMENSION[name].label) for name in FILTERABLE),
        operators=tuple(OPERATORS.items()),
        state=tuple(write(replace(view, page=1))),
        state_without_period=tuple(write(view.with_choice(Choice(view.usual)))),
    )


def _period_label(choice: Choice, today: date) -> str:
    """ "Last 30 days" while it is; the days themselves for a period gone by."""
    for period, label in _PERIODS:
        if choice == Choice(period):
            return label
    return span_name(span_of(choice, today), today.year)


def _compared_days(view: View, today: date, until_hour: int | None) -> str:
    """The days compared with, "" for none: none of them to days that have not come."""
    span = compared_so_far(view.choice, view.compare, today)
    if span is None or span_of(view.choice, today).first > today:
        return ""
    return span_name(span, today.year) + ("" if until_hour is None else f", until {until_hour + 1:02}:00")


def _chip(site: SiteView, view: View, condition: Filter) -> Chip:
    value = plain(value_name(condition.dimension, condition.value))
    remove_url = url(site.domain, view.without(condition))
    if condition.dimension == SEGMENT:
        means = next((meaning(filters) for name, filters in site.segments if name == condition.value), "There is no such segment.")
        return Chip("Segment", OPERATORS["is"], value, url(site.domain, View(), "/segments"), means, remove_url)
    label, operator = DIMENSION[condition.dimension].label, OPERATORS[condition.operator]
    return Chip(label, operator, value, url(site.domain, view.turned(condition)), f"{value}: turn into its opposite", remove_url)


def _segment(domain: str, view: View, name: str) -> Link:
    condition = Filter("is", SEGMENT, name)
    return Link(plain(name), url(domain, view.with_filter(condition)), condition in view.filters)
