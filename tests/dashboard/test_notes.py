"""What the reader of the figures is told of them, in plain words."""

from datetime import date

import pytest

from dashboard import notes
from dashboard.answers import Withheld
from dashboard.periods import Span

ONE, TWO, OTHER_TWO, THREE = {"country"}, {"country", "page"}, {"country", "city"}, {"country", "device", "page"}


def test_two_facts_that_are_kept_as_a_pair_are_kept_by_month_and_others_are_not_kept() -> None:
    assert notes.why_missing(TWO) == notes.why_missing({"hour", "source"}) == notes.BY_MONTH
    assert notes.why_missing(TWO, segment=True) == notes.BEFORE_SEGMENT
    assert notes.why_missing(OTHER_TWO) == notes.why_missing(THREE) == notes.NOT_TOGETHER


def test_days_left_out_at_both_ends_are_named_in_one_sentence() -> None:
    gaps = (Span(date(2026, 4, 10), date(2026, 4, 30)), Span(date(2026, 6, 1), date(2026, 6, 20)))
    assert notes.left_out(gaps, notes.BY_MONTH) == f"Not included: 10 – 30 Apr 2026 and 1 – 20 Jun 2026. {notes.BY_MONTH}"


def test_lists_of_other_days_are_explained_once_for_each_reason() -> None:
    assert notes.other_days(True, [notes.BY_MONTH, notes.NOT_TOGETHER, notes.BY_MONTH]) == (
        f"A list that names its days is of those alone. {notes.BY_MONTH} {notes.NOT_TOGETHER}"
    )
    assert notes.other_days(False, [notes.BY_MONTH]) == f"Some lists are not kept of these days. {notes.BY_MONTH}"


@pytest.mark.parametrize(
    ("named", "segment", "said"),
    [
        (ONE, False, "Older days of fewer than 10 visits keep nothing of their visitors but how many they were."),
        (TWO, False, "Older months keep two facts together only where 10 visits share them."),
        (THREE, False, "Three facts together are shown only where 10 visits share them, so that no figure is about one person."),
        (TWO, True, "Older days tell a segment only where 10 visits are in it, and as many are not."),
        (THREE, True, "Older days tell a segment only where 10 visits are in it, and as many are not."),
    ],
)
def test_it_is_said_why_visits_are_withheld(named: set[str], segment: bool, said: str) -> None:
    assert notes.why_withheld(10, named, segment) == said


@pytest.mark.parametrize(
    ("visits", "said"),
    [(None, "Some visits may be withheld."), (1, "1 visit is withheld."), (1234, "Up to 1,234 visits are withheld.")],
)
def test_it_is_said_how_many_visits_are_withheld_at_most(visits: int | None, said: str) -> None:
    assert notes.withheld_visits(Withheld(visits, 10), "Why.") == f"{said} Why."
