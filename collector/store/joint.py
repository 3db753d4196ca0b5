"""What several tables of pairs tell together, and the end of it: a small cell that all of them pin down is hidden again.

Where a site's few visits fall together (every Swede has a phone), bounds drawn through several tables (`bounds.py`) can leave a
small cell one value although its own table hides it. Where they do, the smallest kept cell that had a part in it is left out too.

The days are one dimension more: every single breakdown is told by day, exactly, so each day bounds each cell. And every count of
visits divides each table: how many of a cell bounced is told with its visits. What these sums pin down by themselves no leaving
out can hide, and none is asked to.

Tables of two facts bound each other, too: on a site whose visits see one page each, entry pages and pages are the same table, and
what one hides the other must not tell.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from operator import itemgetter

from collector.facts import Pair
from collector.store.bounds import Bounds, Known, Part
from collector.store.fold import Cell, Cells, Table, frechet

# A table of more rows times columns is not looked at.
CELLS_MAX = 2_000
# So often cells are left out and bounds drawn anew (1 s for a site of 5,000 visits a month); then the tables in question keep nothing.
ATTEMPTS_MAX = 30

# The visits by day and value, which everybody knows, by what the days and the values are called.
ByDay = Mapping[Pair, Cells]
# What every visit has or has not, such as having bounced: how many have it, by table and cell, and by days and values.
Share = tuple[Mapping[Pair, Cells], ByDay]


def is_looked_at(table: Table) -> bool:
    """Whether a table is small enough that bounds could meet in it, and tells more than its sums: one of a single row does not."""
    rows, columns = (len(table.sums(side)) for side in (0, 1))
    return min(rows, columns) > 1 and rows * columns <= CELLS_MAX


def hide_jointly(tables: Mapping[Pair, Table], by_day: ByDay, parts: Sequence[Part] = (), shares: Sequence[Share] = ()) -> None:
    """Leave out cells of the tables, which must be whole (no rest), until together they pin down no small cell."""
    for _ in hiding(tables, by_day, parts, shares):
        pass


def hiding(tables: Mapping[Pair, Table], by_day: ByDay, parts: Sequence[Part] = (), shares: Sequence[Share] = ()) -> Iterator[None]:
    """The same, some of the work at each `next`: 2 s at most (bounds.WORK_MAX)."""
    tables = {pair: table for pair, table in sorted(tables.items(), key=itemgetter(0)) if is_looked_at(table)}
    known = {frozenset(pair) for pair in tables}
    parts = [part for part in parts if known.issuperset(map(frozenset, part))]
    for share in (None, *shares):  # what hides a cell hides it still when more is left out for the next
        yield from _hiding(tables, parts, partial(bounds_of, tables, by_day, parts, share))


def _hiding(tables: Mapping[Pair, Table], parts: Sequence[Part], bounds: Callable[..., Bounds]) -> Iterator[None]:
    alone: Bounds | None = None
    for attempt in count():
        if not any(table.kept for table in tables.values()):
            return
        found = pinned(tables, bounds())
        yield
        if found and alone is None:
            alone = bounds(kept=False)
            yield
        told = [(pair, cell) for pair, cell in found if alone and alone.room(pair, cell) > 0]
        if not told:
            return
        for pair, cell in sorted(told):
            if attempt < ATTEMPTS_MAX:
                _hide(tables, _named(parts, pair, cell))
            else:
                for table in [tables[pair]] if tables[pair].kept else tables.values():
                    table.drop_all()


def pinned(tables: Mapping[Pair, Table], bounds: Bounds) -> list[tuple[Pair, Cell]]:
    """Small cells that were left out and that bounds leave one value."""
    return [(pair, cell) for pair, table in tables.items() for cell in table.hidden() if bounds.room(pair, cell) <= 0]


def _named(parts: Sequence[Part], pair: Pair, cell: Cell) -> list[dict[str, str]]:
    """A cell's values by name, and those of the cells that are part of it or the other way round."""
    own = dict(zip(pair, cell, strict=True))
    turned = [turned for part in parts for turned in (part, part[::-1]) if set(turned[0]) == own.keys()]
    return [own, *({name: own[of] for of, name in zip(*of_both, strict=True)} for of_both in turned)]


def _hide(tables: Mapping[Pair, Table], named: Sequence[Mapping[str, str]]) -> None:
    """Leave out the smallest kept cell of those that share a value with a cell, in whichever table; else of its own tables'."""
    values = {value for of in named for value in of.items()}
    own = [set(of) for of in named]
    kept = [(table.visits(cell), pair, cell) for pair, table in tables.items() for cell in table.kept]
    near = [one for one in kept if not values.isdisjoint(zip(one[1], one[2], strict=True))]
    near = near or [one for one in kept if set(one[1]) in own]
    if near:
        _, pair, cell = min(near)
        tables[pair].drop(cell)
    else:
        for table in tables.values():
            table.drop_all()


def bounds_of(
    tables: Mapping[Pair, Table], by_day: ByDay, parts: Sequence[Part] = (), share: Share | None = None, *, kept: bool = True
) -> Bounds:
    """Bounds by all that the tables tell. Without `kept`, by their sums alone."""
    known = {pair: Known(table.sums(0), table.sums(1), table.bounds if kept else table.allowed) for pair, table in tables.items()}
    known |= _days(known, by_day)
    hidden = [pair for pair, table in tables.items() if table.hidden()]
    if share is None:
        return Bounds(known, hidden, parts)
    divided = {pair: table for pair, table in tables.items() if pair in share[0]}
    for half, has in _HALVES:
        own = {_of(pair, half): _half(table, share[0][pair], has, kept) for pair, table in divided.items()}
        days = {_of(pair, half): having if has else _less(by_day[pair], having) for pair, having in share[1].items()}
        known |= own | _days(own, days)
        hidden += [_of(pair, half) for pair, table in divided.items() if table.hidden()]
    return Bounds(known, hidden, parts, [(pair, _of(pair, "with"), _of(pair, "without")) for pair in divided])


_HALVES = (("with", True), ("without", False))


def _of(pair: Pair, half: str) -> Pair:
    return f"{pair[0]} {half}", f"{pair[1]} {half}"


def _half(table: Table, having: Cells, has: bool, kept: bool) -> Known:
    """A table of those visits that have something, or of those that have it not: the same of its cells are told."""
    cells = having if has else _less(table.cells, having)
    rows, columns = (Counter(dict.fromkeys(table.sums(side), 0)) for side in (0, 1))
    for (row, column), visits in cells.items():
        rows[row] += visits
        columns[column] += visits
    total = rows.total()

    def told(cell: Cell) -> tuple[int, int]:
        if kept and cell in table.kept:
            return (cells.get(cell, 0),) * 2
        return frechet(rows[cell[0]], columns[cell[1]], total)

    return Known(rows, columns, told)


def _less(cells: Cells, having: Cells) -> Cells:
    return {cell: visits - having.get(cell, 0) for cell, visits in cells.items()}


def _days(known: Mapping[Pair, Known], by_day: ByDay) -> dict[Pair, Known]:
    """The visits of days by the values of those dimensions that have a table, in their order."""
    names = {name for pair in known for name in pair}
    sums: dict[str, dict[str, int]] = {}
    for (day, _), cells in by_day.items():
        for one, visits in _sums(cells).items():  # those of every dimension of a fact are the same
            sums.setdefault(day, {})[one] = max(visits, sums.get(day, {}).get(one, 0))
    # The dimensions' own sums are known already.
    return {pair: Known(sums[pair[0]], {}, partial(_exactly, cells)) for pair, cells in by_day.items() if pair[1] in names}


def _exactly(cells: Cells, cell: Cell) -> tuple[int, int]:
    return (cells.get(cell, 0),) * 2


def _sums(cells: Cells) -> Mapping[str, int]:
    """The visits of each row."""
    sums: Counter[str] = Counter()
    for (row, _), visits in cells.items():
        sums[row] += visits
    return sums
