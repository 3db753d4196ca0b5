"""One site's page: its questions, asked together, and the model its template shows. Blocking: called in a worker thread."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from collector.facts import METRIC_BY_NAME
from dashboard import present, questions
from dashboard.answers import Answer, Failure, Outcome, Row, Source, outcomes
from dashboard.asking import Asking
from dashboard.days import Spans, spans
from dashboard.drawing import ChartModel, chart
from dashboard.format import Money, Number
from dashboard.line import line, line_questions
from dashboard.names import value_name
from dashboard.navigation import Link, Navigation, navigation
from dashboard.notes import rare_label
from dashboard.panels import PANEL_BY_KEY, PANELS, Tab, columns
from dashboard.present import Card, ListModel, PanelModel
from dashboard.table import to_csv
from dashboard.told import HEADLINE, PREVIOUS, UP_TO_PREVIOUS, Told, figures
from dashboard.view import View

_UNITS = {"percent": "%", "seconds": "seconds"}


@dataclass(frozen=True, slots=True)
class SitePage:
    """What the site's template shows. `waiting`: nothing has ever been counted; `whole_months`: the view that would lack no days."""

    navigation: Navigation
    waiting: bool = False
    failure: str = ""
    cards: tuple[Card, ...] = ()
    chart: ChartModel | None = None
    chart_failure: str = ""
    panels: tuple[PanelModel, ...] = ()
    listing: ListModel | None = None
    notes: tuple[str, ...] = field(default=())
    whole_months: Link | None = None


def overview(view: View, source: Source) -> SitePage:
    """The dashboard of a site."""
    asking, days = Asking(view, source), spans(view, source.now)
    listed = {panel.key: questions.panel_rows(view, panel, days.begun) for panel in PANELS}
    asked = _headline_questions(view, days) | line_questions(view, days) | listed
    found = asking.outcomes(asked)
    head = found[HEADLINE]
    drawn = line(view, days, found, figures(view, head).get("visits") or 0, asking.outcomes)
    told = Told(asking, days, asked, found, tuple(listed))
    abouts = told.abouts()
    return SitePage(
        navigation=navigation(source.site, view, days.at.today, days.until_hour),
        waiting=_waits(view, head, source),
        failure=head.reason if isinstance(head, Failure) else "",
        cards=present.cards(source.site.domain, view, head, _whole(found.get(PREVIOUS))) if isinstance(head, Answer) else (),
        chart=chart(view, drawn.days, drawn.now, _whole(drawn.before), told.chart_note(drawn)) if isinstance(drawn.now, Answer) else None,
        chart_failure=_besides(told.chart_note(drawn) or drawn.now.reason, head) if isinstance(drawn.now, Failure) else "",
        panels=tuple(present.panel(source.site.domain, view, panel, found[panel.key], abouts[panel.key]) for panel in PANELS),
        notes=told.notes(),
        whole_months=told.whole_months(),
    )


def full_list(view: View, source: Source) -> SitePage:
    """The full list of the view's panel."""
    asking, days, panel = Asking(view, source), spans(view, source.now), PANEL_BY_KEY[view.panel]
    asked = {HEADLINE: questions.headline(view, days.begun), panel.key: questions.list_rows(view, view.tab(panel), days.begun)}
    told = Told(asking, days, asked, asking.outcomes(asked), (panel.key,))
    return SitePage(
        navigation=navigation(source.site, view, days.at.today, days.until_hour),
        listing=present.full_list(source.site.domain, view, panel, told.found[panel.key], told.abouts()[panel.key]),
        notes=told.notes(),
        whole_months=told.whole_months(),
    )


def csv_file(view: View, source: Source) -> tuple[str, bytes] | Failure:
    """A tab's full list as a CSV file: its name and its bytes. Names beside codes where a dimension has codes."""
    days, tab = spans(view, source.now), view.tab(PANEL_BY_KEY[view.panel])
    outcome = Asking(view, source).outcomes({"rows": questions.csv_rows(view, tab, days.begun)})["rows"]
    if isinstance(outcome, Failure):
        return outcome
    names, answer = present.with_money_only_where_some_is(columns(tab, view.filtered), outcome)
    header = [tab.heading, "Code", *(_heading(name, [row.metrics[i] for row in answer.rows]) for i, name in enumerate(names))]
    rows = [_cells(tab, row) for row in answer.rows]
    if answer.rare and answer.withheld:
        rows.append((rare_label(answer.withheld), "", *answer.rare.metrics))
    if all(row[1] in (row[0], "") for row in rows):
        header, rows = [header[0], *header[2:]], [(row[0], *row[2:]) for row in rows]
    first, last = answer.covered(days.begun) or days.begun
    return f"{source.site.domain}-{tab.key}-{first}-{last}.csv", to_csv(header, rows)


def _cells(tab: Tab, row: Row) -> tuple[str | Number, ...]:
    return (value_name(tab.dimension, row.value), row.value, *row.metrics)


def _heading(metric: str, values: Sequence[Number]) -> str:
    """A metric's heading in a file, where values are bare numbers: with their unit, or the currency if all amounts have the same."""
    currencies = {value.currency for value in values if isinstance(value, Money)}
    unit = currencies.pop() if len(currencies) == 1 else _UNITS.get(METRIC_BY_NAME[metric].unit, "")
    return METRIC_BY_NAME[metric].label + (f" ({unit})" if unit else "")


def _headline_questions(view: View, days: Spans) -> dict[str, questions.Question]:
    asked = {HEADLINE: questions.headline(view, days.begun)}
    if days.before_begun:
        asked[PREVIOUS] = questions.headline(view, days.before_begun, days.until_hour)
        asked[UP_TO_PREVIOUS] = questions.counted_before(days.before_begun.first + timedelta(days=1))
    return asked


def _whole(outcome: Outcome | None) -> Answer | None:
    """The answer, if it leaves nothing out: part of a period is nothing to compare with."""
    return outcome if isinstance(outcome, Answer) and not outcome.gaps else None


def _besides(reason: str, head: Outcome) -> str:
    """Why there is no chart, if the headline above it does not say so already."""
    return "" if isinstance(head, Failure) and reason == head.reason else reason


def _waits(view: View, head: Outcome, source: Source) -> bool:
    """Whether the site has never been visited; only asked where the period is empty and nothing is filtered."""
    if view.filters or not isinstance(head, Answer) or any(head.first):
        return False
    ever = outcomes({"ever": questions.ever_counted()}, source)["ever"]
    return isinstance(ever, Answer) and not any(ever.first)
