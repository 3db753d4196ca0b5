"""From answers to what the templates show: cards, panels and full lists. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from collector.facts import METRIC_BY_NAME, Metric
from dashboard.answers import Answer, Failure, Outcome, Row
from dashboard.drawing import charted
from dashboard.format import NOTHING, Change, Number, change, exact, figure, plain, share
from dashboard.names import value_name
from dashboard.navigation import Link
from dashboard.notes import rare_label, why_none, why_rare
from dashboard.panels import LIST_ROWS, Panel, Tab, columns, headlines
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
class Figure:
    """One cell of figures: as it is shown, and in full; of a dash, why it is one."""

    text: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a breakdown. `bar` is its length in percent of the longest; `url` filters by it, or stops to when `active`.

    The row of what is not told apart has no bar and no `url`, and in its `title` says why.
    """

    label: str
    bar: float
    share: str
    figures: tuple[Figure, ...]
    url: str
    active: bool
    title: str = ""


@dataclass(frozen=True, slots=True)
class PanelModel:
    """A panel with its tabs. Exactly one of `lines` (or `rare`), `nothing` and `failure` has something in it.

    `only` are the days its rows are of, where they are not the headline's; `note` says what its rows withhold, if `rare`, the line
    of what is not told apart, does not.
    """

    key: str
    title: str
    tab: Tab
    tabs: tuple[Link, ...]
    further: tuple[Link, ...]
    metrics: tuple[Metric, ...]
    lines: tuple[Line, ...]
    rare: Line | None
    nothing: str
    failure: str
    only: str
    note: str
    list_url: str
    csv_url: str
    total: int


@dataclass(frozen=True, slots=True)
class ListModel:
    """A full list: the panel it belongs to, sortable columns, why there are `dashes` in it, and the pages around it."""

    panel: PanelModel
    columns: tuple[Link, ...]
    dashes: tuple[str, ...]
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
            cell.text,
            cell.title,
            change(metric, _at(now.first, i), _at(earlier, i)) if view.compare != "none" else None,
            Link(metric.label, url(domain, replace(view, metric=metric.name)), metric.name == shown),
        )
        for i, metric in enumerate(metrics)
        for cell in [_cell(metric, _at(now.first, i), view.filtered)]
        if metric.unit != "money" or metric.name == shown or _at(now.first, i) or _at(earlier, i)
    )


@dataclass(frozen=True, slots=True)
class About:
    """What the rows of a list are about: the headline figures that they are shares of, the days they are of where these are not the
    headline's ("" where they are), why there are none, and what they withhold."""

    totals: Mapping[str, Number] = field(default_factory=dict)
    only: str = ""
    nothing: str = ""
    note: str = ""


def panel(domain: str, view: View, shown: Panel, outcome: Outcome, about: About) -> PanelModel:
    """A panel of the dashboard."""
    tab = view.tab(shown)
    metrics = tuple(METRIC_BY_NAME[name] for name in columns(tab, view.filtered)[: tab.shown])
    if isinstance(outcome, Answer):
        outcome = replace(outcome, rows=outcome.rows[: tab.rows])
    return _panel(domain, view, shown, metrics, outcome, about)


def full_list(domain: str, view: View, shown: Panel, outcome: Outcome, about: About) -> ListModel:
    """The full list of a panel's tab, one page of it."""
    tab = view.tab(shown)
    names = columns(tab, view.filtered)
    if isinstance(outcome, Answer):
        names, outcome = with_money_only_where_some_is(names, outcome)
    metrics = tuple(METRIC_BY_NAME[name] for name in names)
    model = _panel(domain, view, shown, metrics, outcome, about)
    order = view.order if view.order in names or tab.in_turn else names[0]
    first = (view.page - 1) * LIST_ROWS + 1 - (isinstance(outcome, Answer) and outcome.rare_before)
    more = first - 1 + len(model.lines) < model.total
    return ListModel(
        panel=model,
        columns=tuple(Link(m.label, url(domain, replace(view, order=m.name, page=1)), m.name == order) for m in metrics),
        dashes=_dashes(model),
        first=first,
        last=first - 1 + len(model.lines),
        earlier=url(domain, replace(view, page=view.page - 1)) if view.page > 1 else "",
        later=url(domain, replace(view, page=view.page + 1)) if more else "",
        back=url(domain, view.overview()),
    )


def _dashes(listed: PanelModel) -> tuple[str, ...]:
    """Why some rows have a dash, each reason once."""
    rows = (*listed.lines, *([listed.rare] if listed.rare else []))
    return tuple(dict.fromkeys(cell.title for row in rows for cell in row.figures if cell.text == NOTHING))


def with_money_only_where_some_is(names: tuple[str, ...], answer: Answer) -> tuple[tuple[str, ...], Answer]:
    """Metrics and their rows without the money that no row has any of: most sites sell nothing."""
    rows = (*answer.rows, *([answer.rare] if answer.rare else []))
    kept = [i for i, name in enumerate(names) if METRIC_BY_NAME[name].unit != "money" or any(row.metrics[i] for row in rows)]

    def cut(row: Row) -> Row:
        return replace(row, metrics=tuple(row.metrics[i] for i in kept))

    rare = cut(answer.rare) if answer.rare else None
    return tuple(names[i] for i in kept), replace(answer, rows=tuple(map(cut, answer.rows)), rare=rare)


def _panel(domain: str, view: View, shown: Panel, metrics: tuple[Metric, ...], outcome: Outcome, about: About) -> PanelModel:
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
        lines=_lines(domain, view, tab, metrics, answered.rows, about.totals),
        rare=_rare_line(view, tab, metrics, answered, about.totals),
        nothing="" if answered.rows or answered.rare else about.nothing or _nothing(shown, view, answered),
        failure=outcome.reason if isinstance(outcome, Failure) else "",
        only=about.only,
        note=about.note,
        list_url=url(domain, view.listing(shown)),
        csv_url=url(domain, replace(view, panel=shown.key, page=1), "/csv"),
        total=answered.total,
    )


def _nothing(shown: Panel, view: View, answer: Answer) -> str:
    """Why there are no rows, in words for the reader."""
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
        figures=_figures(view, tab, metrics, row),
        url=url(domain, turned.overview()),
        active=active,
    )


def _rare_line(view: View, tab: Tab, metrics: tuple[Metric, ...], answer: Answer, totals: Mapping[str, Number]) -> Line | None:
    """The line of what is not told apart."""
    if answer.rare is None or answer.withheld is None:
        return None
    whole = totals.get(metrics[0].name) or 0
    figures = _figures(view, tab, metrics, answer.rare)
    return Line(
        rare_label(answer.withheld),
        0,
        share(answer.rare.metrics[0] or 0, whole),
        figures,
        "",
        False,
        why_rare(answer.withheld.smallest_group),
    )


def _figures(view: View, tab: Tab, metrics: tuple[Metric, ...], row: Row) -> tuple[Figure, ...]:
    named = (*view.filtered, tab.dimension)
    return tuple(_cell(m, v, named) for m, v in zip(metrics, row.metrics, strict=True))


def _cell(metric: Metric, value: Number, named: Collection[str]) -> Figure:
    """A metric's value where these dimensions are named."""
    return Figure(figure(metric, value), why_none(metric, named) if value is None else exact(metric, value))


def _at(metrics: Sequence[Number], i: int) -> Number:
    return metrics[i] if i < len(metrics) else None
