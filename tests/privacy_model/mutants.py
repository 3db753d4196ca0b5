"""The rules with one of them missing: what the solver must catch, or it would prove nothing of the rules as they are."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import date
from typing import Any

import pytest

from collector.query import reach
from collector.query.part import Needs
from collector.store import duckdb_store, fold, joint, sealing, sealing_sql, segments, together
from collector.store.interface import Segment

Mutant = Callable[[pytest.MonkeyPatch], None]


def threshold_off_by_one(patch: pytest.MonkeyPatch) -> None:
    """A cell of k - 1 visits is kept."""

    class Loose(sealing.Sealing):
        def __init__(self, site: int, first: date, last: date, k: int, asked: Sequence[Segment] = ()) -> None:
            super().__init__(site, first, last, k - 1, asked)

    patch.setattr(duckdb_store, "Sealing", Loose)


def no_complementary_suppression(patch: pytest.MonkeyPatch) -> None:
    """Small cells are left out, and nothing is left out to hide them."""
    patch.setattr(fold.Table, "_close", _nothing)
    _tables_alone(patch)


def rows_but_not_columns(patch: pytest.MonkeyPatch) -> None:
    """What is left of a row is nothing or k; of a column anything, and no trade is asked for."""
    patch.setattr(fold.Table, "_close", _fill_rows)
    _tables_alone(patch)


def remainders_but_no_trades(patch: pytest.MonkeyPatch) -> None:
    """What is left of a row and of a column is nothing or k, but a cell may be found by both."""
    patch.setattr(fold.Table, "_is_hidden", lambda table, cell: True)
    _tables_alone(patch)


def tables_alone(patch: pytest.MonkeyPatch) -> None:
    """Each table hides its cells, and nobody looks at what all of them tell together, and with the days."""
    _tables_alone(patch)


def facts_alone(patch: pytest.MonkeyPatch) -> None:
    """What the tables of entry pages hide those of pages may tell."""
    patch.setattr(together, "PARTS", ())
    patch.setattr(together.Together, "_known_as", lambda *_: "")


def diagonal_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Who entered on a page saw it: how many did is told by entry pages alone."""
    patch.setattr(sealing_sql, "DIAGONAL", ("", ""))


def visits_of_pages_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A country has so many visits, and no page was seen by more of them."""
    patch.setattr(fold.Table, "limit", _nothing)


def pages_of_days_forgotten(patch: pytest.MonkeyPatch) -> None:
    """What pages and entry pages tell of each day."""
    patch.setattr(sealing, "DAYS", ())


def shares_forgotten(patch: pytest.MonkeyPatch) -> None:
    """What bounces, told with visits, say of the cells that are left out."""
    _told_beside(patch, lambda told: not told.once)


def sums_forgotten(patch: pytest.MonkeyPatch) -> None:
    """What page views, told with visits, say of the cells that are left out."""
    _told_beside(patch, lambda told: told.once)


def live_days_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Whoever has a shared address sees kept detail."""
    for needs in (Needs.PAIRS, Needs.DETAIL):
        patch.setitem(reach._PUBLIC, needs, reach._SIGNED_IN[needs])


def segments_of_any_group(patch: pytest.MonkeyPatch) -> None:
    """A segment is told if it has k visits, whatever it leaves of the days and of its conditions."""
    patch.setattr(
        segments,
        "_may_be_told",
        lambda visits, bit, divided, parts, k: not 0 < sum(count for bits, count in visits.items() if bits & bit) < k,
    )


def segments_days_alone(patch: pytest.MonkeyPatch) -> None:
    """The days that cannot be told alone are told together, though they are too few for that."""

    def telling(days: Mapping[date, Counter[int]], apart: Set[date], may_be_told: Callable[[Counter[int]], bool]) -> segments.Telling:
        alone = {day for day in days.keys() - apart if may_be_told(days[day])}
        return segments.Telling(alone, days.keys() - apart - alone)

    patch.setattr(segments, "_telling", telling)


def segments_each_by_itself(patch: pytest.MonkeyPatch) -> None:
    """A segment is told whatever those told before divide it into."""
    may_be_told = segments._may_be_told
    patch.setattr(segments, "_may_be_told", lambda visits, bit, divided, parts, k: may_be_told(visits, bit, bit, parts, k))


def segments_beside_their_pair(patch: pytest.MonkeyPatch) -> None:
    """A segment of a pair is told, though cells of that pair are left out."""
    patch.setattr(sealing.Sealing, "_may_be_told", lambda *_: True)


MUTANTS: Mapping[str, Mutant] = {
    mutant.__name__: mutant
    for mutant in (
        threshold_off_by_one,
        no_complementary_suppression,
        rows_but_not_columns,
        remainders_but_no_trades,
        tables_alone,
        facts_alone,
        diagonal_forgotten,
        visits_of_pages_forgotten,
        pages_of_days_forgotten,
        shares_forgotten,
        sums_forgotten,
        live_days_forgotten,
        segments_of_any_group,
        segments_days_alone,
        segments_each_by_itself,
        segments_beside_their_pair,
    )
}


def _told_beside(patch: pytest.MonkeyPatch, is_looked_at: Callable[[joint.Beside], bool]) -> None:
    whole = together.Together.beside.fget  # type: ignore[attr-defined]  # it is a property
    kept = property(lambda self: [[told._replace(never="") for told in group if is_looked_at(told)] for group in whole(self)])
    patch.setattr(together.Together, "beside", kept)


def _tables_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sealing, "hiding", lambda *_: iter(()))


def _nothing(*_: Any) -> None:
    pass


def _fill_rows(table: Any) -> None:
    """Rule 2 for the rows alone."""
    for row, line in table._lines[0].items():
        kept = sorted((other for other in line if (row, other) in table.kept), key=lambda other: (line[other], other))
        while 0 < table._left[0][row] < table._k and kept:
            table._drop([(row, kept.pop(0))])
