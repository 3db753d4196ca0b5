"""Dimensions of two facts are taken as one where they have the same visits, by day and value, in all that both tell."""

import pytest

from collector.facts import FactName, Pair, told_with_visits
from collector.store.fold import Cell, Table
from collector.store.together import Counted, Key, Together, counted

CELLS: dict[Cell, int] = {("/", "Google"): 12, ("/", "Bing"): 3, ("/blog", "Google"): 2, ("/blog", "Bing"): 14}


def add(together: Together, fact: FactName, pair: Pair, visitors: int, further: int = 0) -> None:
    """A table of one day; each of its cells has so many visitors, and the first so many visits more."""
    cells = {cell: visits + (further if cell == ("/", "Google") else 0) for cell, visits in CELLS.items()}

    def days(name: str, prop: str) -> Counted:
        side = pair.index(name)
        rows: dict[Cell, list[int]] = {}
        for cell, visits in cells.items():
            sums = rows.setdefault(("2026-09-01", cell[side]), [0] * (1 + len(told_with_visits(fact))))
            sums[:] = [one + more for one, more in zip(sums, _told(fact, visits, visitors), strict=True)]
        return counted(fact, rows)

    key: Key = (pair, "")
    whole = counted(fact, {cell: _told(fact, visits, visitors) for cell, visits in cells.items()})
    together.add(fact, {key: Table(cells, 5)}, {key: whole}, days)


def _told(fact: FactName, visits: int, visitors: int) -> list[int]:
    """A cell's visits, and what they add up to: two page views or events each."""
    least = {measure.name: (measure.least or 0) for measure in told_with_visits(fact)}
    return [visits, *(visitors if name == "visitors" else 2 * least[name] * visits for name in least)]


@pytest.mark.parametrize(
    ("visitors", "further", "called"),
    [(1, 0, "visits.source"), (2, 0, "pages.source"), (1, 1, "pages.source")],
)
def test_a_dimension_is_that_of_another_fact_if_both_tell_the_same_of_it(visitors: int, further: int, called: str) -> None:
    together = Together(set())
    add(together, "visits", ("entry_page", "source"), visitors=1)
    add(together, "pages", ("page", "source"), visitors, further)
    assert list(together.tables) == [("visits.entry_page", "visits.source"), ("pages.page", called)]
    assert list(together.parts()) == [(("visits.entry_page", "visits.source"), ("pages.page", called))]


def test_small_days_are_one_for_visitors_and_each_its_own_for_pages() -> None:
    together = Together({"2026-09-01"})
    add(together, "visits", ("entry_page", "source"), visitors=1)
    assert together.by_day["visits.day", "visits.entry_page"] == {("", "/"): 15, ("", "/blog"): 16}
    assert together.by_day["visits.each_day", "visits.entry_page"] == {("2026-09-01", "/"): 15, ("2026-09-01", "/blog"): 16}


def test_what_bounced_saw_no_further_page_and_is_looked_at_with_page_views() -> None:
    together = Together(set())
    add(together, "visits", ("entry_page", "source"), visitors=1)
    assert [[told.name for told in group] for group in together.beside] == [
        ["visitors"],
        ["engaged"],
        ["bounces", "visits.pageviews"],
        ["visits.seconds"],
    ]


def test_what_corrections_took_from_a_cell_is_not_bound_by_days_that_say_otherwise() -> None:
    """A cell of fewer page views than visits has none beyond these, and its day has one less."""
    rows: dict[Cell, list[int]] = {cell: _told("visits", visits, 1) for cell, visits in CELLS.items()}
    rows["/", "Bing"][1 + [measure.name for measure in told_with_visits("visits")].index("pageviews")] = 2

    def days(name: str, prop: str) -> Counted:
        side = ("entry_page", "source").index(name)
        found: dict[Cell, list[int]] = {}
        for cell, sums in rows.items():
            day = found.setdefault(("2026-09-01", cell[side]), [0] * len(sums))
            day[:] = [one + more for one, more in zip(day, sums, strict=True)]
        return counted("visits", found)

    together = Together(set())
    together.add(
        "visits", {(("entry_page", "source"), ""): Table(CELLS, 5)}, {(("entry_page", "source"), ""): counted("visits", rows)}, days
    )
    looked_at = {told.name for group in together.beside for told in group if told.cells}
    assert looked_at == {"visitors", "engaged", "bounces", "visits.seconds"}


def test_page_views_are_counted_beyond_the_one_that_every_visit_has() -> None:
    assert counted("visits", {("FI", "Google"): [3, 2, 5, 1, 7, 40]}) == {
        "": {("FI", "Google"): 3}, "visitors": {("FI", "Google"): 2}, "bounces": {("FI", "Google"): 3},
        "engaged": {("FI", "Google"): 1}, "pageviews": {("FI", "Google"): 4}, "seconds": {("FI", "Google"): 40},
    }  # fmt: skip
