"""Rows that came late for a sealed period: what their sums would tell of pairs kept before, and the end of it.

Late rows are sealed from themselves alone. But they add to the sums of their values, and three visits more in a row whose
cells were all kept are a remainder of three. So where a pair's table has late rows, it is decided again from what is known of
it: the cells kept so far, the sums, and the late rows' own small cells. What must go now goes; what was folded before cannot
come back, and what hid it hides it still.
"""

# Names in these statements come from facts.py; values are bound.
# ruff: noqa: S608

from collections import Counter
from collections.abc import Mapping
from datetime import date

from collector import facts
from collector.facts import FactName, Pair
from collector.store import sealing_sql
from collector.store.connection import Connection
from collector.store.fold import Cell, Cells, Table

# A pair's cells that the late rows have and that were not kept, with their visits, by fact, pair and the property they are of.
LateCells = Mapping[tuple[FactName, Pair, str], Cells]


def settle(writer: Connection, period: tuple[int, date, date], k: int, late: LateCells) -> None:
    """Take back kept cells of one site's period (site, first, last), in the transaction that publishes the late rows' own."""
    for (fact, pair, prop), cells in late.items():
        kept = _kept(writer, fact, pair, prop, period)
        if not kept:
            continue
        left = [_left(writer, fact, pair, side, prop, period, kept, cells) for side in (0, 1)]
        table = Table(kept, k, (left[0], left[1]))
        table.doubtful({cell: visits for cell, visits in cells.items() if cell not in kept})
        for cell in sorted(kept.keys() - table.kept):
            writer.execute(_forget(fact), (*period, *pair, *cell))


def _kept(writer: Connection, fact: FactName, pair: Pair, prop: str, period: tuple[int, date, date]) -> dict[Cell, int]:
    sql = (
        f'SELECT value, other_value, CAST(sum(visits) AS BIGINT) FROM "{fact}_pairs" '
        "WHERE site = ? AND first = ? AND last = ? AND dimension = ? AND other = ? GROUP BY ALL"
    )
    rows = writer.execute(sql, (*period, *pair))
    return {(value, other): visits for value, other, visits in rows if prop in ("", _property(pair, value, other))}


def _left(
    writer: Connection, fact: FactName, pair: Pair, side: int, prop: str, period: tuple[int, date, date], kept: Cells, late: Cells
) -> Counter[str]:
    """What is left of each line that has anything left: its sum minus its kept cells.

    The sums of a property's events by another dimension are told nowhere: of these the late rows' own are all there is to know.
    """
    left: Counter[str] = Counter()
    if prop and pair[side] not in facts.PROPERTY_DIMENSIONS:
        for cell, visits in late.items():
            left[cell[side]] += visits
        return left
    site, first, last = period
    table = f"{fact}_monthly" if first < last else f"{fact}_daily"
    sql = f'SELECT value, CAST(sum(visits) AS BIGINT) FROM "{table}" WHERE site = ? AND dimension = ? AND day = ? GROUP BY value'
    for value, visits in writer.execute(sql, (site, pair[side], first)):
        if not prop or value.startswith(prop + "="):
            left[value] += visits
    if first < last:  # days that were sealed by themselves have their own pairs, and the month's have nothing of them
        for value, visits in writer.execute(_sums_of_days_alone(fact), (site, pair[side], site, first, last)):
            left[value] -= visits
    for cell, visits in kept.items():
        left[cell[side]] -= visits
    for cell, visits in late.items():  # cells without a visit of their own count as one
        left[cell[side]] = max(left[cell[side]], visits)
    return +left


def _sums_of_days_alone(fact: FactName) -> str:
    return (
        f'SELECT value, CAST(sum(visits) AS BIGINT) FROM "{fact}_daily" '
        f"WHERE site = ? AND dimension = ? AND day IN ({sealing_sql.ALONE}) GROUP BY value"
    )


def _forget(fact: FactName) -> str:
    return (
        f'DELETE FROM "{fact}_pairs" WHERE site = ? AND first = ? AND last = ? '
        "AND dimension = ? AND other = ? AND value = ? AND other_value = ?"
    )


def _property(pair: Pair, value: str, other: str) -> str:
    """The property that a cell is of."""
    text = value if pair[0] in facts.PROPERTY_DIMENSIONS else other
    return text.partition("=")[0]
