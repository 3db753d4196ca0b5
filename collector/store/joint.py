"""What several tables of pairs tell together, and the end of it: a small cell that all of them pin down is hidden again.

Where a site's few visits fall together (every Swede has a phone), bounds drawn through several tables (`bounds.py`) can leave a
small cell one value although its own table hides it. Where they do, more is left out, by turns: the cheapest corners of a rectangle
along which the cell could trade places, and the smallest kept cell near it. Neither alone is enough: the corners of its own table do
not help where another table tells, nor does what is near where it has nowhere to go.

The days are one dimension more: every single breakdown is told by day, exactly, so each day bounds each cell. And what is told
with visits bounds them: how many of a cell bounced divides its table, and where somebody saw pages there was a visit. Nor may it
be pinned down itself for a small cell. What the sums of rows and columns pin down by themselves no leaving out can hide, and none
is asked to.

Tables of two facts bound each other, too: on a site whose visits see one page each, entry pages and pages are the same table, and
what one hides the other must not tell.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count, product
from operator import itemgetter
from typing import NamedTuple

from collector.facts import Pair
from collector.store.bounds import Bounds, Link, Part, most_beyond
from collector.store.fold import Cell, Cells, Table, frechet
from collector.store.ranges import Known

# A table of more rows times columns is not looked at.
CELLS_MAX = 2_000
# So often cells are left out one by one and bounds drawn anew (1 s for a site of 5,000 visits a month); then all that are near go.
ATTEMPTS_MAX = 30

# The visits, the table and the kept corners of a rectangle.
Trade = tuple[int, Pair, list[Cell]]
# The visits by day and value, which everybody knows, by what the days and the values are called.
ByDay = Mapping[Pair, Cells]


class Beside(NamedTuple):
    """What is told with visits, by table and cell, and by days and values: what visits add up to, such as further page views.

    `once`: each visit adds one or nothing, such as having bounced, so that it divides each table in two. `never` is the name of
    such a one: whoever counts in it adds nothing here.
    """

    name: str
    once: bool
    cells: dict[Pair, Cells]
    by_day: dict[Pair, Cells]
    never: str = ""

    def of(self, table: Pair, visits: Cells) -> Iterator[tuple[Pair, Cells]]:
        """What is told of a table: of what its visits have, and of those that have it not."""
        yield from self._halves(table, visits, self.cells[table])

    def of_days(self, by_day: ByDay) -> Iterator[tuple[Pair, Cells]]:
        """The same of days and values."""
        for pair, having in self.by_day.items():
            yield from self._halves(pair, by_day[pair], having)

    def link(self, table: Pair) -> Link:
        """A table of visits, and what is told of them."""
        names = (self.name, _not(self.name)) if self.once else (self.name,)
        return (_of(table, _not(self.never)) if self.never else table, *(_of(table, name) for name in names))

    def _halves(self, pair: Pair, visits: Cells, having: Cells) -> Iterator[tuple[Pair, Cells]]:
        yield _of(pair, self.name), {cell: having.get(cell, 0) for cell in visits}
        if self.once:
            yield _of(pair, _not(self.name)), {cell: count - having.get(cell, 0) for cell, count in visits.items()}


def _of(pair: Pair, name: str) -> Pair:
    return f"{name} {pair[0]}", f"{name} {pair[1]}"


def _not(name: str) -> str:
    return f"not {name}"


def is_looked_at(table: Table) -> bool:
    """Whether a table is small enough that bounds could meet in it, and tells more than its sums: one of a single row does not."""
    rows, columns = (len(table.sums(side)) for side in (0, 1))
    return min(rows, columns) > 1 and rows * columns <= CELLS_MAX


def hide_jointly(
    tables: Mapping[Pair, Table],
    by_day: ByDay,
    parts: Sequence[Part] = (),
    beside: Sequence[Sequence[Beside]] = (),
    days: Sequence[Pair] = (),
) -> None:
    """Leave out cells of the tables, which must be whole (no rest), until together they pin down no small cell.

    What is told with visits is looked at group by group. `days` are what the days of parts and of their wholes are called.
    """
    for _ in hiding(tables, by_day, parts, beside, days):
        pass


def hiding(
    tables: Mapping[Pair, Table],
    by_day: ByDay,
    parts: Sequence[Part] = (),
    beside: Sequence[Sequence[Beside]] = (),
    days: Sequence[Pair] = (),
) -> Iterator[None]:
    """The same, some of the work at each `next`: 2 s at most (bounds.WORK_MAX)."""
    tables = {pair: table for pair, table in sorted(tables.items(), key=itemgetter(0)) if is_looked_at(table)}
    known = {frozenset(pair) for pair in tables}
    parts = [part for part in parts if known.issuperset(map(frozenset, part)) and _holds(tables, part)]
    for group in ((), *beside):  # what hides a cell hides it still when more is left out for the next
        yield from _hiding(tables, parts, group, partial(bounds_of, tables, by_day, parts, group, days))


def _holds(tables: Mapping[Pair, Table], part: Part) -> bool:
    """Whether each cell of a table is part of another's. By hour it is not where a visit ended in another hour than it began in.

    Bounds that begin with what is not so contradict each other, and hide whatever they reach.
    """
    of_both = [(pair in tables, tables.get(pair) or tables[pair[1], pair[0]]) for pair in part]
    sums = [[table.sums(side if straight else 1 - side) for side in (0, 1)] for straight, table in of_both]
    rows, columns = ({value: whole[value] - mine[value] for value in mine.keys() & whole} for mine, whole in zip(*sums, strict=True))
    for row, column, beyond in most_beyond(rows, columns):
        mine, whole = (table.visits((row, column) if straight else (column, row)) for straight, table in of_both)
        if not 0 <= whole - mine <= beyond:
            return False
    return True


def _hiding(tables: Mapping[Pair, Table], parts: Sequence[Part], beside: Sequence[Beside], bounds: Callable[..., Bounds]) -> Iterator[None]:
    alone: Bounds | None = None
    linked = True
    for attempt in count():
        if not any(table.kept for table in tables.values()):
            return
        drawn = bounds(linked=linked)
        if drawn.contradict:
            # An event that a visit sent again elsewhere is in a row that counts no visit, and three facts combined may have no other.
            linked = False
            yield
            drawn = bounds(linked=False)
        found = list(pinned(tables, drawn, beside))
        yield
        if found and alone is None:
            alone = bounds(kept=False, linked=linked)
            yield
        told = {(pair, cell): of for pair, cell, of in found if alone and alone.room(of, cell) > 0}
        if not told:
            return
        for (pair, cell), of in sorted(told.items()):
            has = {name: cells for one in beside if pair in one.cells for name, cells in one.of(pair, tables[pair].cells)}
            by_trade = () if attempt % 2 else _trades(tables, _named(parts, pair, cell), has.get(of, tables[pair].cells))
            _hide(tables, _named(parts, pair, cell), by_trade, every=attempt >= ATTEMPTS_MAX)


def pinned(tables: Mapping[Pair, Table], bounds: Bounds, beside: Sequence[Beside] = ()) -> Iterator[tuple[Pair, Cell, Pair]]:
    """Small cells that were left out, and the table by which bounds leave one value: of their visits, or of what these add up to."""
    for pair, table in tables.items():
        of_visits = [(of, cells) for told in beside if pair in told.cells for of, cells in told.of(pair, table.cells)]
        for cell in table.hidden():
            yield from (
                (pair, cell, of) for of, cells in [(pair, table.cells), *of_visits] if cells.get(cell) and bounds.room(of, cell) <= 0
            )


def _named(parts: Sequence[Part], pair: Pair, cell: Cell) -> list[dict[str, str]]:
    """A cell's values by name, and those of the cells that are part of it or the other way round."""
    own = dict(zip(pair, cell, strict=True))
    turned = [turned for part in parts for turned in (part, part[::-1]) if set(turned[0]) == own.keys()]
    return [own, *({name: own[of] for of, name in zip(*of_both, strict=True)} for of_both in turned)]


def _hide(tables: Mapping[Pair, Table], named: Sequence[Mapping[str, str]], trades: Sequence[Trade], *, every: bool) -> None:
    """Leave out what lets a cell trade places at the least cost, if anything does; else the smallest of the nearest kept cells.

    Nearest are the cells of its own tables that share a value with it, then those of others that do, then the others of its own, then
    all. With `every`, none of these is kept.
    """
    values = {value for of in named for value in of.items()}
    own = [set(of) for of in named]
    if trades and not every:
        _, pair, cells = min(trades)
        for cell in cells:
            tables[pair].drop(cell)
        return
    kept = [(table.visits(cell), pair, cell) for pair, table in tables.items() for cell in table.kept]
    near = [one for one in kept if not values.isdisjoint(zip(one[1], one[2], strict=True))]
    of_own = [one for one in kept if set(one[1]) in own]
    nearest = [one for one in near if set(one[1]) in own] or near or of_own or kept
    for _, pair, cell in sorted(nearest)[: None if every else 1]:
        tables[pair].drop(cell)


def _trades(tables: Mapping[Pair, Table], named: Sequence[Mapping[str, str]], has: Cells) -> list[Trade]:
    """The rectangles in a cell's tables along which it could trade if their kept corners were left out.

    `has` are the visits of its own table, or what they add up to. A corner that gives must have something to give.
    """
    found: list[Trade] = []
    for place, of in enumerate(named):
        for pair, table in tables.items():
            if set(pair) != of.keys() or not table.kept:
                continue
            row, column = of[pair[0]], of[pair[1]]
            own = has if place == 0 else table.cells
            for across, down in product(table.sums(0).keys() - {row}, table.sums(1).keys() - {column}):
                corners = ((row, down), (across, column), (across, down))
                gives = (own.get((row, column)) and own.get(corners[2])) or (own.get(corners[0]) and own.get(corners[1]))
                if gives and (cells := [corner for corner in corners if corner in table.kept]):
                    found.append((sum(map(table.visits, cells)), pair, cells))
    return found


def bounds_of(
    tables: Mapping[Pair, Table],
    by_day: ByDay,
    parts: Sequence[Part] = (),
    beside: Sequence[Beside] = (),
    days: Sequence[Pair] = (),
    *,
    kept: bool = True,
    linked: bool = True,
) -> Bounds:
    """Bounds by all that the tables tell, and by what is told beside. Without `kept`, by their sums alone.

    Not `linked`, what visits add up to is bound by its own sums and not by these visits, and parts by whole periods and not by days.
    """
    cells = {pair: table.bounds if kept else table.allowed for pair, table in tables.items()}
    known = {pair: Known(table.sums(0), table.sums(1), cells[pair], table.diagonal, table.once) for pair, table in tables.items()}
    known |= _days(known, by_day)
    hidden = [pair for pair, table in tables.items() if table.hidden()]
    hiding = set(map(frozenset, hidden))
    hidden += [of for part in parts for of in part if not hiding.isdisjoint(map(frozenset, part))]
    links: list[Link] = []
    for told in beside:
        adding = {pair: table for pair, table in tables.items() if pair in told.cells}
        own = {of: _added_up(table, cells, kept) for pair, table in adding.items() for of, cells in told.of(pair, table.cells)}
        known |= own | _days(own, dict(told.of_days(by_day)))
        links += (link for link in map(told.link, [*adding, *told.by_day]) if known.keys() >= set(link))
        hidden += [of for pair in adding.keys() & set(hidden) for of in told.link(pair)[1:]]
    return Bounds(known, hidden, parts, links if linked else (), days if linked else ())


def _added_up(table: Table, cells: Cells, kept: bool) -> Known:
    """What a table's visits add up to: of the same of its cells it is told."""
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
