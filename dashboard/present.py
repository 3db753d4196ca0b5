"""From answers to what the templates show: cards, the chart, panels and full lists. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from collector.facts import METRIC_BY_NAME, Metric
from dashboard import chart as charts
from dashboard.answers import Answer, Failure, Outcome, Row
from dashboard.format import Change, Number, change, exact, figure, plain, share, tick
from dashboard.names import value_name
from dashboard.navigation import Link
from dashboard.panels import LIST_ROWS, Panel, Tab, columns, headlines
from dashboard.periods import (
    DAYS_WITHOUT_YEAR_MAX,
    Bucket,
    Span,
    bucket_name,
    bucket_tick,
    buckets,
    is_future,
    is_running,
    lacks_days,
    span_name,
)
from dashboard.view import Filter, View, url


@dataclass(frozen=True, slots=True)
class Card:
    """One headline figure, with the link that draws it."""

    metric: Metric
    value: str
    title: str
    change: Change | None
    link: Link


@dataclass(frozen=True, slots=True)
class Instant:
    """One bucket of the chart: its name, and its values as they are read ("" where there is none)."""

    name: str
    value: str
    before_name: str
    before: str
    running: bool


@dataclass(frozen=True, slots=True)
class ChartModel:
    """The chart, its axis texts and the table behind it."""

    metric: Metric
    drawing: charts.Chart
    grid_labels: tuple[tuple[str, float], ...]
    tick_labels: tuple[tuple[str, float], ...]
    instants: tuple[Instant, ...]
    heading: str
    compared: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell of figures: as it is shown, and in full."""

    text: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a breakdown. `bar` is its length in percent of the longest; `url` filters by it, or stops to when `active`."""

    label: str
    bar: float
    share: str
    figures: tuple[Figure, ...]
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class PanelModel:
    """A panel with its tabs. Exactly one of `lines`, `nothing` and `failure` has something in it.

    `only` are the days its rows are of, where they are fewer than the page's.
    """

    key: str
    title: str
    tab: Tab
    tabs: tuple[Link, ...]
    further: tuple[Link, ...]
    metrics: tuple[Metric, ...]
    lines: tuple[Line, ...]
    nothing: str
    failure: str
    only: str
    list_url: str
    csv_url: str
    total: int


@dataclass(frozen=True, slots=True)
class ListModel:
    """A full list: the panel it belongs to, sortable columns, and the pages around it."""

    panel: PanelModel
    columns: tuple[Link, ...]
    first: int
    last: int
    earlier: str
    later: str
    back: str


def cards(domain: str, view: View, now: Answer, before: Answer | None) -> tuple[Card, ...]:
    """The headline figures and how they moved, where the view compares."""
    metrics = [METRIC_BY_NAME[name] for name in headlines(view.filtered)]
    earlier = before.first if before else ()
    shown = charted(view)
    return tuple(
        Card(
            metric,
            figure(metric, _at(now.first, i)),
            exact(metric, _at(now.first, i)),
            change(metric, _at(now.first, i), _at(earlier, i)) if view.compare != "none" else None,
            Link(metric.label, url(domain, replace(view, metric=metric.name)), metric.name == shown),
        )
        for i, metric in enumerate(metrics)
        if metric.unit != "money" or metric.name == shown or _at(now.first, i) or _at(earlier, i)
    )


def charted(view: View) -> str:
    """The metric the chart shows: the chosen one where it can be had, else the first."""
    possible = headlines(view.filtered)
    return view.metric if view.metric in possible else possible[0]


@dataclass(frozen=True, slots=True)
class Moment:
    """The site's local day and hour."""

    today: date
    hour: int


def chart(view: View, span: Span, before_span: Span | None, bucket: Bucket, now: Answer, before: Answer | None, at: Moment) -> ChartModel:
    """The chart of one metric over a span, all of it: what has not begun stays empty."""
    metric = METRIC_BY_NAME[charted(view)]
    labels = buckets(span, bucket)
    before_labels = buckets(before_span, bucket) if before_span else []
    begun = [label for label in labels if not is_future(label, bucket, at.today, at.hour)]
    values = _filled(metric, bucket, begun, now) + [None] * (len(labels) - len(begun))
    before_values = _filled(metric, bucket, before_labels, before) if before else []
    running = next((i for i, label in enumerate(labels) if is_running(label, bucket, at.today, at.hour)), None)
    drawing = charts.draw(metric, values, before_values, running)
    return ChartModel(
        metric,
        drawing,
        tuple((tick(metric, line.value), line.y) for line in drawing.grid),
        tuple((bucket_tick(labels[i], bucket, span.days > DAYS_WITHOUT_YEAR_MAX), drawing.dots[i].x) for i in drawing.ticks),
        _instants(metric, bucket, labels, (values, len(begun)), before_labels, before_values, running),
        {"hour": "Hour", "day": "Day", "week": "Week", "month": "Month"}[bucket],
        span_name(before_span, at.today.year) if before_span and before_values else "",
    )


def panel(domain: str, view: View, shown: Panel, outcome: Outcome, totals: Mapping[str, Number], rest: Span | None = None) -> PanelModel:
    """A panel of the dashboard; `totals` are the headline figures that its rows are shares of, `rest` the days where some are missing."""
    tab = view.tab(shown)
    metrics = tuple(METRIC_BY_NAME[name] for name in columns(tab, view.filtered)[: tab.shown])
    return _panel(domain, view, shown, metrics, outcome, totals, rest)


def full_list(domain: str, view: View, shown: Panel, outcome: Outcome, totals: Mapping[str, Number], rest: Span | None = None) -> ListModel:
    """The full list of a panel's tab, one page of it."""
    tab = view.tab(shown)
    names = columns(tab, view.filtered)
    if isinstance(outcome, Answer):
        names, rows = with_money_only_where_some_is(names, outcome.rows)
        outcome = replace(outcome, rows=rows)
    metrics = tuple(METRIC_BY_NAME[name] for name in names)
    model = _panel(domain, view, shown, metrics, outcome, totals, rest)
    order = view.order if view.order in names else names[0]
    first = (view.page - 1) * LIST_ROWS + 1
    more = first - 1 + len(model.lines) < model.total
    return ListModel(
        panel=model,
        columns=tuple(Link(m.label, url(domain, replace(view, order=m.name, page=1)), m.name == order) for m in metrics),
        first=first,
        last=first - 1 + len(model.lines),
        earlier=url(domain, replace(view, page=view.page - 1)) if view.page > 1 else "",
        later=url(domain, replace(view, page=view.page + 1)) if more else "",
        back=url(domain, view.overview()),
    )


def with_money_only_where_some_is(names: tuple[str, ...], rows: tuple[Row, ...]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Metrics and their rows without the money that no row has any of: most sites sell nothing."""
    kept = [i for i, name in enumerate(names) if METRIC_BY_NAME[name].unit != "money" or any(row.metrics[i] for row in rows)]
    return tuple(names[i] for i in kept), tuple(replace(row, metrics=tuple(row.metrics[i] for i in kept)) for row in rows)


def _panel(
    domain: str, view: View, shown: Panel, metrics: tuple[Metric, ...], outcome: Outcome, totals: Mapping[str, Number], rest: Span | None
) -> PanelModel:
    tab = view.tab(shown)
    answered = outcome if isinstance(outcome, Answer) else Answer((), 0)
    links = [(t, Link(t.label, url(domain, view.with_tab(shown, t)), t is tab)) for t in shown.tabs]
    return PanelModel(
        key=shown.key,
        title=shown.title,
        tab=tab,
        tabs=tuple(link for t, link in links if not t.further),
        further=tuple(link for t, link in links if t.further),
        metrics=metrics,
        lines=_lines(domain, view, tab, metrics, answered.rows, totals),
        nothing="" if answered.rows else _nothing(shown, view, answered),
        failure=outcome.reason if isinstance(outcome, Failure) else "",
        only=f"{span_name(rest)} only" if rest and answered.gap else "",
        list_url=url(domain, view.listing(shown)),
        csv_url=url(domain, replace(view, panel=shown.key, page=1), "/csv"),
        total=answered.total,
    )


def _nothing(shown: Panel, view: View, answer: Answer) -> str:
    """Why there are no rows, in words for the reader."""
    if answer.gap:
        return "Nothing is kept here that fits the filters."
    if answer.total:
        return "The list ends before this page."
    if view.panel and view.search:
        return f"Nothing in this period has “{plain(view.search)}” in its name."
    return "Nothing in this period fits the filters." if view.filters else shown.nothing


def _lines(
    domain: str, view: View, tab: Tab, metrics: tuple[Metric, ...], rows: Sequence[Row], totals: Mapping[str, Number]
) -> tuple[Line, ...]:
    longest = max((row.metrics[0] or 0 for row in rows), default=0)
    whole = totals.get(metrics[0].name) or 0
    return tuple(_line(domain, view, tab, metrics, row, longest, whole) for row in rows)


def _line(domain: str, view: View, tab: Tab, metrics: tuple[Metric, ...], row: Row, longest: float, whole: float) -> Line:
    condition = Filter("is", tab.dimension, row.value)
    active = condition in view.filters
    turned = view.without(condition) if active else view.with_filter(condition)
    size = row.metrics[0] or 0
    return Line(
        label=plain(value_name(tab.dimension, row.value)),
        bar=round(100 * size / longest, 1) if longest > 0 else 0,
        share=share(size, whole),
        figures=tuple(Figure(figure(m, v), exact(m, v)) for m, v in zip(metrics, row.metrics, strict=True)),
        url=url(domain, turned.overview()),
        active=active,
    )


def _instants(
    metric: Metric,
    bucket: Bucket,
    labels: Sequence[str],
    values: tuple[Sequence[Number], int],
    before_labels: Sequence[str],
    before_values: Sequence[Number],
    running: int | None,
) -> tuple[Instant, ...]:
    """Every bucket's row of the table; `values` come with how many of them have begun."""

    def earlier(i: int) -> tuple[str, str]:
        known = i < min(len(before_values), len(before_labels))
        return (bucket_name(before_labels[i], bucket), exact(metric, before_values[i])) if known else ("", "")

    return tuple(
        Instant(bucket_name(label, bucket), exact(metric, value) if i < values[1] else "", *earlier(i), i == running)
        for i, (label, value) in enumerate(zip(labels, values[0], strict=True))
    )


def _filled(metric: Metric, bucket: Bucket, labels: Sequence[str], answer: Answer) -> list[Number]:
    """Every label's value. Where nothing was counted a count is 0, and a ratio has none; what lacks a day has none either."""
    known = {row.value: row.metrics[0] for row in answer.rows}
    nothing = None if metric.denominator else 0
    gap = answer.gap
    return [None if gap and lacks_days(label, bucket, gap) else known.get(label, nothing) for label in labels]


def _at(metrics: Sequence[Number], i: int) -> Number:
    return metrics[i] if i < len(metrics) else None
