"""What several tables of pairs tell together, and the end of it: a small cell that all of them pin down is hidden again.

Three facts in pairs bound each other: whoever came from A is no more than, for each third value, the fewer of "A with it" and
"B with it". Where a site's few visits fall together (every Swede has a phone), such bounds can leave a small cell one value
although its own table hides it. So the bounds of all tables are drawn as tight as they come (the "shuttle" of Buzzigoli and
Giusti, 1998), and where they meet, the smallest kept cell that had a part in it is left out too.

The days are one dimension more: every single breakdown is told by day, exactly, so each day bounds each cell. What these sums
pin down by themselves no leaving out can hide, and none is asked to.

Tables of two facts bound each other where each cell of one is part of the other's: who entered on a page has seen that page. On
a site whose visits see one page each, the two are the same table, and what one hides the other must not tell.

Bounds by three dimensions of few values are looked at; with many values each cell has too much room for bounds to meet.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from math import prod
from operator import itemgetter

from collector.facts import Pair
from collector.store.fold import Cell, Cells, Table

# A table of more rows times columns is not looked at.
CELLS_MAX = 2_000
# Of so many combinations of three dimensions' values at most; the work grows with them.
COMBINATIONS_MAX = 10_000
ROUNDS_MAX = 50
# Rounds times such combinations: 2 s or so. Bounds that take longer to meet are those of a site with room in every cell.
WORK_MAX = 1_000_000
# So often cells are left out and bounds drawn anew (1 s for a site of 5,000 visits a month); then the tables in question keep nothing.
ATTEMPTS_MAX = 30


# The visits by day and value, which everybody knows, by what the days and the values are called.
ByDay = Mapping[Pair, Cells]
# Two tables' dimensions, in the same order for both, each cell of the first being part of the second's.
Part = tuple[Pair, Pair]


def is_looked_at(table: Table) -> bool:
    """Whether a table is small enough that bounds could meet in it, and tells more than its sums: one of a single row does not."""
    rows, columns = (len(table.sums(side)) for side in (0, 1))
    return min(rows, columns) > 1 and rows * columns <= CELLS_MAX


def hide_jointly(tables: Mapping[Pair, Table], by_day: ByDay, parts: Sequence[Part] = ()) -> None:
    """Leave out cells of the tables, which must be whole (no rest), until together they pin down no small cell."""
    for _ in hiding(tables, by_day, parts):
        pass


def hiding(tables: Mapping[Pair, Table], by_day: ByDay, parts: Sequence[Part] = ()) -> Iterator[None]:
    """The same, some of the work at each `next`: 2 s at most (WORK_MAX)."""
    tables = {pair: table for pair, table in sorted(tables.items(), key=itemgetter(0)) if is_looked_at(table)}
    known = {frozenset(pair) for pair in tables}
    parts = [part for part in parts if known.issuperset(map(frozenset, part))]
    alone: Bounds | None = None
    for attempt in count():
        if not any(table.kept for table in tables.values()):
            return
        pinned = Bounds(tables, by_day, parts).pinned()
        yield
        if pinned and alone is None:
            alone = Bounds(tables, by_day, parts, kept=False)
            yield
        told = [(pair, cell) for pair, cell in pinned if alone and alone.room(pair, cell)]
        if not told:
            return
        for pair, cell in sorted(told):
            if attempt < ATTEMPTS_MAX:
                _hide(tables, _named(parts, pair, cell))
            else:
                for table in [tables[pair]] if tables[pair].kept else tables.values():
                    table.drop_all()


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


class Bounds:
    """The least and the most that each cell can hold, as far as the tables tell. `_low[a, b][i][j]` for both orders of a pair."""

    def __init__(self, tables: Mapping[Pair, Table], by_day: ByDay, parts: Sequence[Part] = (), kept: bool = True) -> None:
        """Without `kept`, as far as sums alone tell."""
        self._tables = tables
        self._parts = parts
        self._names: dict[str, list[str]] = {}
        self._places: dict[str, dict[str, int]] = {}
        self._sums: dict[str, list[int]] = {}
        self._low: dict[Pair, list[list[int]]] = {}
        self._high: dict[Pair, list[list[int]]] = {}
        for pair, table in tables.items():
            for side in (0, 1):
                self._name(pair[side], table.sums(side))
        days: dict[str, Counter[str]] = {}
        for (day, _), cells in by_day.items():
            days[day] = days.get(day, Counter()) | Counter(_sums(cells))  # those of every dimension of a fact are the same
        for day, sums in days.items():
            self._name(day, sums)
        for pair, table in tables.items():
            self._start(pair, table.bounds if kept else table.allowed)
        for pair in (pair for pair in by_day if pair[1] in self._names):  # in their order: bounds that are cut short depend on it
            self._start(pair, partial(_exactly, by_day[pair]))
        self._tighten()

    def pinned(self) -> list[tuple[Pair, Cell]]:
        """Small cells that were left out and that bounds leave one value."""
        return [(pair, cell) for pair, table in self._tables.items() for cell in table.hidden() if not self.room(pair, cell)]

    def room(self, pair: Pair, cell: Cell) -> int:
        """What lies between a cell's bounds."""
        i, j = self._places[pair[0]][cell[0]], self._places[pair[1]][cell[1]]
        return self._high[pair][i][j] - self._low[pair][i][j]

    def _name(self, name: str, sums: Mapping[str, int]) -> None:
        self._names.setdefault(name, sorted(sums))
        self._places.setdefault(name, {value: place for place, value in enumerate(self._names[name])})
        self._sums.setdefault(name, [sums[value] for value in self._names[name]])

    def _start(self, pair: Pair, bounds: Callable[[Cell], tuple[int, int]]) -> None:
        both = [[bounds((row, column)) for column in self._names[pair[1]]] for row in self._names[pair[0]]]
        for side, into in ((0, self._low), (1, self._high)):
            into[pair] = [[bound[side] for bound in line] for line in both]
            into[pair[1], pair[0]] = [list(line) for line in zip(*into[pair], strict=True)]

    def _tighten(self) -> None:
        cubes = [Cube(self, names) for names in self._triples()]
        parts = [Within(self, *part) for part in self._parts]
        rounds = WORK_MAX // max(1, sum(cube.size for cube in cubes))
        for _ in range(max(1, min(rounds, ROUNDS_MAX))):
            changed = [self._by_sums(pair) for pair in list(self._low)]
            changed += [part.tighten() for part in parts]
            changed += [cube.tighten() for cube in cubes]
            if not any(changed):
                return

    def _triples(self) -> Iterator[tuple[str, str, str]]:
        """Three dimensions of few values, each two of which have a table, one of which hides something."""
        beside: dict[str, set[str]] = {}
        for one, other in self._low:
            beside.setdefault(one, set()).add(other)
        hiding = [pair for pair, table in self._tables.items() if table.hidden()]
        found = {tuple(sorted((*pair, third))) for pair in hiding for third in beside[pair[0]] & beside[pair[1]]}
        for one, other, third in sorted(found):
            if prod(len(self._names[name]) for name in (one, other, third)) <= COMBINATIONS_MAX:
                yield one, other, third

    def _by_sums(self, pair: Pair) -> bool:
        """What the other cells of a row leave to each cell."""
        changed = False
        for i, total in enumerate(self._sums[pair[0]]):
            low, high = self._low[pair][i], self._high[pair][i]
            room, taken = total - sum(high), total - sum(low)
            for j in range(len(low)):
                if room + high[j] > low[j] or taken + low[j] < high[j]:
                    changed |= self.narrow(pair, i, j, room + high[j], taken + low[j])
                    room, taken = total - sum(high), total - sum(low)
        return changed

    def size(self, name: str) -> int:
        """How many values a dimension has."""
        return len(self._names[name])

    def beyond(self, part: str, whole: str) -> dict[tuple[int, int], int]:
        """How many visits more one dimension has than another, by the places of each value in the first and in the second."""
        mine, theirs = self._places[part], self._places[whole]
        of_both = ((mine[value], theirs[value]) for value in mine.keys() & theirs)
        return {(one, other): self._sums[whole][other] - self._sums[part][one] for one, other in of_both}

    def of(self, pair: Pair, i: int, j: int) -> tuple[int, int]:
        """A cell's bounds, by the places of its values."""
        return self._low[pair][i][j], self._high[pair][i][j]

    def narrow(self, pair: Pair, i: int, j: int, least: int, most: int) -> bool:
        """A cell has at least and at most so many visits; returns whether that is news."""
        low, high = self._low[pair], self._high[pair]
        if least <= low[i][j] and most >= high[i][j]:
            return False
        turned = (pair[1], pair[0])
        low[i][j] = self._low[turned][j][i] = max(low[i][j], least)
        high[i][j] = self._high[turned][j][i] = min(high[i][j], most)
        return True


class Cube:
    """Three dimensions' values combined: no table tells these cells, but each cell of a table is the sum of a line of them."""

    def __init__(self, bounds: Bounds, names: tuple[str, str, str]) -> None:
        self._bounds = bounds
        sizes = [bounds.size(name) for name in names]
        self.size = count = prod(sizes)
        steps = (sizes[1] * sizes[2], sizes[2], 1)
        self._lines = [
            ((names[x], names[y]), i, j, range(at, at + sizes[z] * steps[z], steps[z]))
            for x, y, z in ((0, 1, 2), (0, 2, 1), (1, 2, 0))
            for i in range(sizes[x])
            for j in range(sizes[y])
            for at in (i * steps[x] + j * steps[y],)
        ]
        self._low = [0] * count
        self._high = [0] * count
        for pair, i, j, line in self._lines:
            most = bounds.of(pair, i, j)[1]
            for cell in line:
                self._high[cell] = most if pair == names[:2] else min(self._high[cell], most)

    def tighten(self) -> bool:
        """Every line once; returns whether any cell of a table has tighter bounds now."""
        low, high = self._low, self._high
        changed = False
        for pair, i, j, line in self._lines:
            least, most = self._bounds.of(pair, i, j)
            if most == 0:
                for cell in line:
                    high[cell] = 0
                continue
            fewest, room = sum(low[line.start : line.stop : line.step]), sum(high[line.start : line.stop : line.step])
            if fewest > least or room < most:
                changed |= self._bounds.narrow(pair, i, j, fewest, room)
                least, most = max(least, fewest), min(most, room)
            for cell in line:
                below, above = low[cell], high[cell]
                if least - room + above > below:
                    low[cell] = least - room + above
                    fewest += low[cell] - below
                if most - fewest + low[cell] < above:
                    high[cell] = most - fewest + low[cell]
                    room += high[cell] - above
        return changed


class Within:
    """A table each of whose cells is part of another's: what that one has beyond it is no more than its row or column has beyond."""

    def __init__(self, bounds: Bounds, part: Pair, whole: Pair) -> None:
        self._bounds, self._part, self._whole = bounds, part, whole
        rows, columns = (bounds.beyond(part[side], whole[side]) for side in (0, 1))
        # Who saw no page entered on none, and is in no cell of the whole.
        without = [-sum(more for more in line.values() if more < 0) for line in (rows, columns)]
        self._cells = [
            (row, column, min(more + without[1], beyond + without[0]))
            for row, more in sorted(rows.items())
            for column, beyond in sorted(columns.items())
            if more >= 0 and beyond >= 0
        ]

    def tighten(self) -> bool:
        """Every cell once; returns whether any has tighter bounds now."""
        changed = False
        for (i, of_i), (j, of_j), beyond in self._cells:
            least, most = self._bounds.of(self._whole, of_i, of_j)
            changed |= self._bounds.narrow(self._part, i, j, least - beyond, most)
            fewest, room = self._bounds.of(self._part, i, j)
            changed |= self._bounds.narrow(self._whole, of_i, of_j, fewest, room + beyond)
        return changed


def _exactly(cells: Cells, cell: Cell) -> tuple[int, int]:
    return (cells.get(cell, 0),) * 2


def _sums(cells: Cells) -> Mapping[str, int]:
    """The visits of each row."""
    sums: Counter[str] = Counter()
    for (row, _), visits in cells.items():
        sums[row] += visits
    return sums
