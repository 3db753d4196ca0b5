"""From answers to what is shown: rows, shares, pages, the chart's table."""

from datetime import date

from dashboard import present
from dashboard.answers import Answer, Failure, Row
from dashboard.panels import LIST_ROWS, PANEL_BY_KEY
from dashboard.periods import Choice, Span
from dashboard.view import Filter, View

PAGES, PLACES = PANEL_BY_KEY["pages"], PANEL_BY_KEY["places"]
AT = present.Moment(date(2026, 11, 22), 15)
WEEK = Span(date(2026, 11, 16), date(2026, 11, 22))
WEEK_BEFORE = Span(date(2026, 11, 9), date(2026, 11, 15))


def rows(*pairs: tuple[str, object]) -> Answer:
    return Answer(tuple(Row(value, (number,)) for value, number in pairs), len(pairs))


def test_bars_are_measured_by_the_longest_and_shares_by_the_whole() -> None:
    model = present.panel("a.example", View(), PLACES, rows(("FI", 30), ("SE", 15), ("", 0)), {"visitors": 60})
    assert [(line.label, line.bar, line.share) for line in model.lines] == [("Finland", 100, "50%"), ("Sweden", 50, "25%"), ("", 0, "0%")]


def test_without_a_whole_there_are_no_shares() -> None:
    model = present.panel("a.example", View(), PLACES, rows(("FI", 30)), {})
    assert model.lines[0].share == ""


def test_a_row_filters_and_the_row_filtered_by_leads_back() -> None:
    view = View(filters=(Filter("is", "country", "FI"),))
    model = present.panel("a.example", view, PLACES, rows(("FI", 30), ("SE", 1)), {})
    assert [(line.active, line.url) for line in model.lines] == [(True, "/site/a.example"), (False, "/site/a.example?f=is:country:SE")]


def test_a_row_of_a_full_list_leads_to_the_dashboard_narrowed_by_it() -> None:
    view = View(panel="places", page=2, search="x", order="visits")
    answer = Answer((Row("FI", (3, 3, 3, 1.0, 50.0, 50.0, 9)),), 101)
    model = present.full_list("a.example", view, PLACES, answer, {})
    assert model.panel.lines[0].url == "/site/a.example?f=is:country:FI"
    assert model.back == "/site/a.example"


def test_a_long_list_is_paged() -> None:
    def listed(page: int, count: int) -> present.ListModel:
        answer = Answer(tuple(Row(f"/{i}", (1, 1, None, 1, 1, 1)) for i in range(count)), LIST_ROWS + 40)
        return present.full_list("a.example", View(panel="pages", page=page), PAGES, answer, {})

    first, second = listed(1, LIST_ROWS), listed(2, 40)
    assert (first.first, first.last, first.earlier, first.later) == (1, 100, "", "/site/a.example?panel=pages&page=2")
    assert (second.first, second.last, second.earlier, second.later) == (101, 140, "/site/a.example?panel=pages", "")
    assert [link.label for link in first.columns if link.current] == ["Visitors"]


def test_a_failure_takes_the_place_of_the_rows() -> None:
    model = present.panel("a.example", View(), PAGES, Failure("Not today."), {})
    assert (model.failure, model.lines) == ("Not today.", ())
    assert present.panel("a.example", View(), PAGES, Answer((), 0), {}).nothing


def test_a_card_compares_where_there_is_something_to_compare_with() -> None:
    now = Answer((Row("", (10, 12, 30, 2.5, 40.0, 60)),), 1)
    before = Answer((Row("", (5, 12, 40, None, 50.0, 60)),), 1)
    found = {card.metric.name: card.change for card in present.cards("a.example", View(), now, before)}
    assert {name: change.text for name, change in found.items() if change} == {
        "visitors": "100%",
        "visits": "0%",
        "pageviews": "25%",
        "views_per_visit": "–",
        "bounce_rate": "10.0 pts",
        "visit_duration": "0%",
    }
    assert {card.change.text for card in present.cards("a.example", View(), now, None) if card.change} == {"–"}
    assert {card.change for card in present.cards("a.example", View(compare="none"), now, before)} == {None}


def test_the_table_behind_the_chart_has_every_bucket() -> None:
    model = present.chart(View(), WEEK, WEEK_BEFORE, "day", rows(("2026-11-16", 4), ("2026-11-22", 1)), rows(("2026-11-09", 7)), AT)
    assert [instant.value for instant in model.instants] == ["4", "0", "0", "0", "0", "0", "1"]
    assert [instant.before for instant in model.instants] == ["7", "0", "0", "0", "0", "0", "0"]
    assert [instant.running for instant in model.instants] == [False] * 6 + [True]
    assert model.compared == "9 – 15 Nov"


def test_a_ratio_of_nothing_is_a_gap_and_not_zero() -> None:
    model = present.chart(View(metric="bounce_rate"), WEEK, None, "day", rows(("2026-11-16", 40.0), ("2026-11-17", None)), None, AT)
    assert [instant.value for instant in model.instants] == ["40.0%"] + ["–"] * 6
    assert [dot.y is None for dot in model.drawing.dots] == [False] + [True] * 6


def test_days_that_are_not_kept_are_a_gap_and_not_zero() -> None:
    kept = rows(("2026-11-19", 4))
    some = Answer(kept.rows, kept.total, (Span(WEEK.first, date(2026, 11, 18)),))
    model = present.chart(View(), WEEK, None, "day", some, None, AT)
    assert [instant.value for instant in model.instants] == ["–", "–", "–", "4", "0", "0", "0"]
    by_month = present.chart(View(), Span(date(2026, 10, 1), WEEK.last), None, "month", some, None, AT)
    assert [instant.value for instant in by_month.instants] == ["0", "–"]


def test_an_axis_of_more_than_a_year_names_its_years() -> None:
    def first(span: Span) -> str:
        return present.chart(View(), span, None, "month", rows(), None, AT).tick_labels[0][0]

    assert first(Span(date(2026, 1, 1), date(2026, 12, 31))) == "Jan"
    assert first(Span(date(2024, 1, 1), date(2026, 12, 31))) == "Jan 2024"


def test_it_is_said_why_there_are_no_rows() -> None:
    def said(view: View, total: int = 0) -> str:
        return present.panel("a.example", view, PLACES, Answer((), total), {}).nothing

    assert said(View()) == PLACES.nothing
    assert said(View(filters=(Filter("is", "country", "FI"),))) == "Nothing in this period fits the filters."
    assert said(View(panel="places", search="z")) == "Nothing in this period has “z” in its name."
    assert said(View(panel="places", page=9), 35) == "The list ends before this page."


def test_what_is_to_come_is_empty() -> None:
    month = Span(date(2026, 11, 1), date(2026, 11, 30))
    model = present.chart(View(choice=Choice("month")), month, None, "day", rows(("2026-11-01", 4)), None, AT)
    assert [instant.value for instant in model.instants][21:] == ["0"] + [""] * 8
