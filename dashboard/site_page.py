"""One site's page: its questions, asked together, and the model its template shows. Blocking: called in a worker thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from collector.facts import BY_API, METRIC_BY_NAME
from dashboard import present, questions
from dashboard.answers import PARTLY, Answer, Failure, Outcome, Source, outcomes
from dashboard.format import Money, Number
from dashboard.names import value_name
from dashboard.navigation import Navigation, navigation
from dashboard.panels import PANEL_BY_KEY, PANELS, columns, headlines, unanswerable
from dashboard.periods import Bucket, Span, bucket_of, compared, compared_so_far, so_far, span_of
from dashboard.present import Card, ChartModel, ListModel, Moment, PanelModel
from dashboard.segments import UNKNOWN_SEGMENT, dimensions_filtered
from dashboard.table import to_csv
from dashboard.view import View

PREVIOUS = ".before"


@dataclass(frozen=True, slots=True)
class SitePage:
    """What the site's template shows. `waiting`: nothing has ever been counted."""

    navigation: Navigation
    waiting: bool = False
    failure: str = ""
    cards: tuple[Card, ...] = ()
    chart: ChartModel | None = None
    chart_failure: str = ""
    panels: tuple[PanelModel, ...] = ()
    listing: ListModel | None = None
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Spans:
    """The days a page is about: whole (they may reach into the future), begun, and the ones compared with likewise.

    `until_hour`: the last day is compared up to this hour (0-23), because it is not over; None: as a whole.
    """

    whole: Span
    begun: Span
    before: Span | None
    before_begun: Span | None
    bucket: Bucket
    at: Moment
    until_hour: int | None


def spans(view: View, source: Source) -> Spans:
    """The days of a view, on the site's calendar."""
    moment = source.now
    today = moment.date()
    whole = span_of(view.choice, today)
    begun = so_far(whole, today)
    # Hours of days long gone are kept for the totals only, so a filtered comparison of several days is by whole days.
    by_hour = begun.last == today and (begun.days == 1 or not view.filters)
    return Spans(
        whole,
        begun,
        compared(view.choice, view.compare, today),
        compared_so_far(view.choice, view.compare, today),
        bucket_of(whole),
        Moment(today, moment.hour),
        moment.hour if by_hour and moment.hour < 23 else None,
    )


def overview(view: View, source: Source) -> SitePage:
    """The dashboard of a site."""
    days = spans(view, source)
    asked = _headline_questions(view, days) | _chart_questions(view, days)
    asked |= {panel.key: questions.panel_rows(view, panel, days.begun) for panel in PANELS}
    found = _found(asked, view, source)
    head, rest = found["headline"], _rest(days, found)
    totals = _totals(view, found, rest, source)
    drawn = _drawn(days, found["series"])
    line = found["series"] if drawn is days else _found(_chart_questions(view, drawn), view, source)["series"]
    return SitePage(
        navigation=navigation(source.site, view, days.at.today, days.until_hour),
        waiting=_waits(view, head, source),
        failure=head.reason if isinstance(head, Failure) else "",
        cards=present.cards(source.site.domain, view, head, _whole(found.get("headline" + PREVIOUS))) if isinstance(head, Answer) else (),
        chart=_chart(view, drawn, line, _whole(found.get("series" + PREVIOUS))) if isinstance(line, Answer) else None,
        chart_failure=line.reason if isinstance(line, Failure) else "",
        panels=tuple(present.panel(source.site.domain, view, panel, found[panel.key], totals[panel.key], rest) for panel in PANELS),
        notes=_notes(found, rest),
    )


def full_list(view: View, source: Source) -> SitePage:
    """The full list of the view's panel."""
    days = spans(view, source)
    panel = PANEL_BY_KEY[view.panel]
    asked = {"headline": questions.headline(view, days.begun), "rows": questions.list_rows(view, view.tab(panel), days.begun)}
    found = _found(asked, view, source)
    rest = _rest(days, found)
    totals = _totals(view, found, rest, source)["rows"]
    return SitePage(
        navigation=navigation(source.site, view, days.at.today, days.until_hour),
        listing=present.full_list(source.site.domain, view, panel, found["rows"], totals, rest),
        notes=_notes(found, rest),
    )


def csv_file(view: View, source: Source) -> tuple[str, bytes] | Failure:
    """A tab's full list as a CSV file: its name and its bytes. Names beside codes where a dimension has codes."""
    days = spans(view, source)
    panel = PANEL_BY_KEY[view.panel]
    tab = view.tab(panel)
    outcome = _found({"rows": questions.csv_rows(view, tab, days.begun)}, view, source)["rows"]
    if isinstance(outcome, Failure):
        return outcome
    names, counted = present.with_money_only_where_some_is(columns(tab, view.filtered), outcome.rows)
    header = [tab.heading, "Code", *(_heading(name, [row.metrics[i] for row in counted]) for i, name in enumerate(names))]
    rows = [(value_name(tab.dimension, row.value), row.value, *row.metrics) for row in counted]
    if all(row[0] == row[1] for row in rows):
        header, rows = [header[0], *header[2:]], [(row[0], *row[2:]) for row in rows]
    first = min(outcome.gap.last + timedelta(days=1), days.begun.last) if outcome.gap else days.begun.first
    return f"{source.site.domain}-{tab.key}-{first}-{days.begun.last}.csv", to_csv(header, rows)


def _heading(metric: str, values: Sequence[Number]) -> str:
    """A metric's heading in a file, where an amount is a bare number: with the currency, if all amounts have the same."""
    currencies = {value.currency for value in values if isinstance(value, Money)}
    return METRIC_BY_NAME[metric].label + (f" ({currencies.pop()})" if len(currencies) == 1 else "")


def _found(asked: Mapping[str, questions.Question], view: View, source: Source) -> dict[str, Outcome]:
    """The outcomes of the questions, those that no fact can answer refused in plain words and not asked."""
    refused = {name: Failure(why) for name, question in asked.items() if (why := _refusal(question, view, source))}
    return {**outcomes({name: question for name, question in asked.items() if name not in refused}, source), **refused}


def _refusal(question: questions.Question, view: View, source: Source) -> str:
    filtered = dimensions_filtered(view, source.site.segments)
    if filtered is None:
        return UNKNOWN_SEGMENT
    broken_down = (BY_API[name].name for name in question.get("dimensions", ()) if name in BY_API)
    return unanswerable((*filtered, *broken_down))


def _headline_questions(view: View, days: Spans) -> dict[str, questions.Question]:
    asked = {"headline": questions.headline(view, days.begun)}
    if days.before_begun:
        asked["headline" + PREVIOUS] = questions.headline(view, days.before_begun, days.until_hour)
    return asked


def _chart_questions(view: View, days: Spans) -> dict[str, questions.Question]:
    metric = present.charted(view)
    asked = {"series": questions.series(view, metric, days.begun, days.bucket)}
    if days.before:
        asked["series" + PREVIOUS] = questions.series(view, metric, days.before, days.bucket)
    return asked


def _drawn(days: Spans, line: Outcome) -> Spans:
    """The days the chart shows: those the page is about, or where the first are not kept the rest, drawn as finely as they allow."""
    if not isinstance(line, Answer) or not line.gap or line.gap.last >= days.begun.last:
        return days
    rest = Span(line.gap.last + timedelta(days=1), days.begun.last)
    return replace(days, whole=rest, begun=rest, before=None, before_begun=None, bucket=bucket_of(rest))


def _whole(outcome: Outcome | None) -> Answer | None:
    """The answer, if it leaves nothing out: part of a period is nothing to compare with."""
    return outcome if isinstance(outcome, Answer) and not outcome.missing else None


def _chart(view: View, days: Spans, line: Answer, before: Answer | None) -> ChartModel:
    return present.chart(view, days.whole, days.before, days.bucket, line, before, days.at)


def _lacks_days(outcome: Outcome) -> bool:
    return isinstance(outcome, Answer) and outcome.gap is not None


def _rest(days: Spans, found: Mapping[str, Outcome]) -> Span | None:
    """The days of the lists that have fewer of them than the headline has, if there are such lists and such days."""
    if _lacks_days(found["headline"]):
        return None
    gaps = (outcome.gap for name, outcome in found.items() if isinstance(outcome, Answer) and not name.endswith(PREVIOUS))
    gap = next(filter(None, gaps), None)
    return Span(gap.last + timedelta(days=1), days.begun.last) if gap and gap.last < days.begun.last else None


def _totals(view: View, found: Mapping[str, Outcome], rest: Span | None, source: Source) -> dict[str, Mapping[str, Number]]:
    """For each outcome the headline figures that its rows are shares of: those of the same days."""
    whole = _figures(view, found["headline"])
    fewer = _figures(view, _found({"rest": questions.headline(view, rest)}, view, source)["rest"]) if rest else whole
    return {name: fewer if _lacks_days(outcome) else whole for name, outcome in found.items()}


def _figures(view: View, head: Outcome) -> Mapping[str, Number]:
    if isinstance(head, Failure):
        return {}
    return dict(zip(headlines(view.filtered), head.first, strict=False))


def _waits(view: View, head: Outcome, source: Source) -> bool:
    """Whether the site has never been visited; only asked where the period is empty and nothing is filtered."""
    if view.filters or not isinstance(head, Answer) or any(head.first):
        return False
    ever = outcomes({"ever": questions.ever_counted()}, source)["ever"]
    return isinstance(ever, Answer) and not any(ever.first)


def _notes(found: Mapping[str, Outcome], rest: Span | None) -> tuple[str, ...]:
    """What the figures leave out, all or (with a `rest`) some of the lists. What a comparison lacks is no news: it is not made."""
    shown = [outcome for name, outcome in found.items() if isinstance(outcome, Answer) and not name.endswith(PREVIOUS)]
    notes = (PARTLY if rest and note == outcome.missing else note for outcome in shown for note in outcome.notes)
    return tuple(dict.fromkeys(notes))
