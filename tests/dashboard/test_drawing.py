"""From answers by time to the chart: its table, its gaps, its axis."""

from dataclasses import replace
from datetime import date

from dashboard.answers import Answer, Row, Withheld
from dashboard.days import Moment, Spans
from dashboard.drawing import chart
from dashboard.periods import Bucket, Choice, Span
from dashboard.view import View

WEEK = Span(date(2026, 11, 16), date(2026, 11, 22))
WEEK_BEFORE = Span(date(2026, 11, 9), date(2026, 11, 15))


def days(span: Span, before: Span | None = None, bucket: Bucket = "day") -> Spans:
    return Spans(span, span, before, before, bucket, Moment(date(2026, 11, 22), 15), None)


def rows(*pairs: tuple[str, object]) -> Answer:
    return Answer(tuple(Row(value, (number,)) for value, number in pairs), len(pairs))


def test_the_table_behind_the_chart_has_every_bucket() -> None:
    model = chart(View(), days(WEEK, WEEK_BEFORE), rows(("2026-11-16", 4), ("2026-11-22", 1)), rows(("2026-11-09", 7)))
    assert [instant.value for instant in model.instants] == ["4", "0", "0", "0", "0", "0", "1"]
    assert [instant.before for instant in model.instants] == ["7", "0", "0", "0", "0", "0", "0"]
    assert [instant.running for instant in model.instants] == [False] * 6 + [True]
    assert model.compared == "9 – 15 Nov"


def test_a_ratio_of_nothing_is_a_gap_and_not_zero() -> None:
    model = chart(View(metric="bounce_rate"), days(WEEK), rows(("2026-11-16", 40.0), ("2026-11-17", None)), None)
    assert [instant.value for instant in model.instants] == ["40.0%"] + ["–"] * 6
    assert [dot.y is None for dot in model.drawing.dots] == [False] + [True] * 6


def test_where_visits_are_withheld_a_bucket_without_a_row_is_not_nothing() -> None:
    some = replace(rows(("2026-11-19", 4)), withheld=Withheld(9, 10))
    model = chart(View(), days(WEEK), some, None)
    assert [instant.value for instant in model.instants] == ["–", "–", "–", "4", "–", "–", "–"]


def test_days_that_are_withheld_wholly_are_no_line_to_compare_with() -> None:
    model = chart(View(), days(WEEK, WEEK_BEFORE), rows(("2026-11-16", 4)), replace(rows(), withheld=Withheld(9, 10)))
    assert (model.compared, model.drawing.before) == ("", "")
    assert {instant.before for instant in model.instants} == {""}


def test_an_axis_of_more_than_a_year_names_its_years() -> None:
    def first(span: Span) -> str:
        return chart(View(), days(span, bucket="month"), rows(), None).tick_labels[0][0]

    assert first(Span(date(2026, 1, 1), date(2026, 12, 31))) == "Jan"
    assert first(Span(date(2024, 1, 1), date(2026, 12, 31))) == "Jan 2024"


def test_what_is_to_come_is_empty() -> None:
    month = Span(date(2026, 11, 1), date(2026, 11, 30))
    model = chart(View(choice=Choice("month")), days(month), rows(("2026-11-01", 4)), None)
    assert [instant.value for instant in model.instants][21:] == ["0"] + [""] * 8
