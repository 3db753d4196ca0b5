"""Which groups of two facts may be told apart: at least `k` visits, and nothing that subtraction could bring back.

A table has a cell for each pair of values, with its visits. All sums of rows and columns are known to everybody: they are the
single breakdowns. So a small cell is not hidden by leaving it out. Kept is a cell only if

1. it has at least `k` visits;
2. what is left of its row and of its column, sum minus kept cells, is nothing or at least `k` visits;
3. each small cell that was left out could as well hold the fewest visits that the sums alone allow (none, as a rule), and every
   published figure would be the same: its visits can trade values with those of other cells that were left out, each trade
   along a rectangle of cells that nobody was told. Where a cell already holds the fewest, it could as well hold one more.

Rule 3 is why "complementary suppression, rows and columns" is not enough: with row sums 40 | 19 and column sums 47 | 12 a cell of
7 is found by two subtractions, though every remainder is 12 or more. Rectangles: Repsilber, "Preservation of confidentiality in
aggregated data", 1994; the bounds that sums alone allow are those of Fréchet.

Of a table of entry pages and pages everybody knows the diagonal, kept or not: who entered on a page saw it, and how many did is a
single breakdown. It hides nothing, and nothing has to hide it; but what is left beside it is nothing or at least `k` visits, too.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from heapq import nlargest
from itertools import chain, islice

Cell = tuple[str, str]
Cells = Mapping[Cell, int]
# Visits of cells that are not in `cells`, by row and by column; each of them is small.
Rest = tuple[Mapping[str, int], Mapping[str, int]]

# Where a table has more rows times columns, only the corners nearest to a small cell are tried (see `_corners`).
TRIED_WHOLE_MAX = 2_000
CORNERS_MAX = 6
# So many cells are tried as partners of a trade, first those that were left out for others' sake, then the largest.
PARTNERS_MAX = 2_000
FULLEST = 50  # lines with most left out, as they were when the deciding began


def fold(cells: Cells, k: int) -> set[Cell]:
    """The cells of one table that are kept. `cells` has (value, other value) -> visits, each at least 1."""
    return Table(cells, k).kept


def frechet(row: int, column: int, total: int) -> tuple[int, int]:
    """The fewest and the most visits of a cell, by those of its row, its column and the table."""
    return max(0, row + column - total), min(row, column)


def _lines(cells: Cells) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    """The cells of each row, and of each column."""
    rows: defaultdict[str, dict[str, int]] = defaultdict(dict)
    columns: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (row, column), visits in cells.items():
        rows[row][column] = columns[column][row] = visits
    return dict(rows), dict(columns)


class Table:
    """One table while it is decided. `kept` only ever gets smaller, so the deciding ends, at the latest with nothing kept.

    Of a table with too many small cells, these may come as sums (`rest`), and those for which rule 3 is in doubt afterwards
    (`doubtful`). What was left out is never asked for again: to leave out more can only add to what hides a cell.
    Everybody knows the visits of a value of the `diagonal` that meets itself; none of these cells is in the rest.
    """

    def __init__(self, cells: Cells, k: int, rest: Rest = ({}, {}), diagonal: Set[str] = frozenset()) -> None:
        self._cells = dict(sorted(cells.items()))
        self._k = k
        self.diagonal = diagonal
        self._lines = _lines(self._cells)
        self._sums = (Counter(rest[0]), Counter(rest[1]))
        self._left = (Counter(rest[0]), Counter(rest[1]))
        self._kept_in = tuple(
            {name: {other for other in line if line[other] >= k or self._is_known((name, other))} for name, line in lines.items()}
            for lines in self._lines
        )
        self._known: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self._limits: list[Mapping[str, int]] = [{}, {}]
        self._left_total = sum(rest[0].values())
        self._total = self._left_total + sum(self._cells.values())
        self._sorted: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
        self._across: dict[str, int] = {}  # see `_left_across`
        self._touched: dict[tuple[int, str], None] = {}  # lines of which more is left out now, in an order that every process has
        self.kept = {cell for cell, visits in self._cells.items() if visits >= k and not self._is_known(cell)}
        self._known_kept = {cell for cell, visits in self._cells.items() if visits >= k and self._is_known(cell)}
        self._small: list[Cell] = []  # the most visits first
        self._dropped: list[Cell] = []  # left out although large enough
        for sums, lines in zip(self._sums, self._lines, strict=True):
            sums.update({name: sum(line.values()) for name, line in lines.items()})
        for cell in filter(self._is_known, self._cells):
            for side in (0, 1):
                self._known[side][cell[side]] = self._cells[cell]
        for cell in self._left_out():
            self._leave(cell)
        self._long = int(len(self._lines[1]) < len(self._lines[0]))  # the side with fewer lines, which have more cells
        self._touched |= {(side, name): None for side in (0, 1) for name in self._lines[side]}
        self._close()

    def drop(self, cell: Cell) -> None:
        """Leave out one more cell, and what must go with it."""
        self._drop([cell])
        self._close()

    def doubtful(self, cells: Cells) -> None:
        """Small cells that were part of the rest and must be looked at one by one."""
        for cell, visits in sorted(cells.items()):
            self._add(cell, visits)
        self._close()

    def exposure(self, side: int) -> dict[str, int]:
        """For each value of a side, the visits left out with which none of its line's could trade, at most.

        Where a row's and a column's exposure and a small cell's visits are together no more than `left`, rule 3 holds for it
        (unless its row and column together have more visits than the table, and it could hold no fewer).
        """
        return {name: left + self._left_across(side, name) for name, left in self._left[side].items()}

    def visits(self, cell: Cell) -> int:
        """A cell's visits, 0 for none."""
        return self._cells.get(cell, 0)

    @property
    def cells(self) -> Cells:
        """All of its cells, and their visits."""
        return self._cells

    def sums(self, side: int) -> Mapping[str, int]:
        """The visits of each row (side 0) or column (1)."""
        return self._sums[side]

    def bounds(self, cell: Cell) -> tuple[int, int]:
        """The fewest and the most visits that a cell can have for all that this table tells by its kept cells and its sums."""
        return (self._cells[cell],) * 2 if cell in self.kept else self.allowed(cell)

    def allowed(self, cell: Cell) -> tuple[int, int]:
        """The fewest and the most visits that single breakdowns alone allow a cell: Fréchet's bounds, of what the diagonal leaves."""
        if self._is_known(cell):
            return (self.visits(cell),) * 2
        row, column = (sums[value] - known[value] for sums, known, value in zip(self._sums, self._known, cell, strict=True))
        fewest, most = frechet(row, column, self._total - self._known[0].total())
        return fewest, min([most, *(limit.get(value, 0) for limit, value in zip(self._limits, cell, strict=True) if limit)])

    def hidden(self) -> list[Cell]:
        """The small cells that the sums of their row and column alone do not tell."""
        return [cell for cell in self._left_out() if self.allowed(cell)[0] < self.allowed(cell)[1]]

    def is_told(self, cell: Cell) -> bool:
        """Whether everybody knows a cell's visits: it is kept, or on a diagonal."""
        return cell in self.kept or self._is_known(cell)

    def limit(self, side: int, visits: Mapping[str, int]) -> None:
        """Everybody knows how many visits a row's value (side 0) or a column's (1) has at all: no cell of it holds more.

        Nothing is limited where some cell does: of an hour, pages of visits that began before.
        """
        if all(count <= visits.get(cell[side], 0) for cell, count in self._cells.items()):
            self._limits[side] = visits

    @property
    def once(self) -> list[int]:
        """The sides that have such a limit."""
        return [side for side in (0, 1) if self._limits[side]]

    def drop_all(self) -> None:
        """Keep nothing."""
        self._drop(list(self.kept))

    @property
    def dropped(self) -> Sequence[Cell]:
        """The cells that are large enough and were left out for others' sake."""
        known = (cell for cell, visits in self._cells.items() if visits >= self._k and self._is_known(cell))
        return [*self._dropped, *(cell for cell in known if cell not in self._known_kept)]

    @property
    def stored(self) -> set[Cell]:
        """The cells that are kept, those of the diagonal included, which `kept` leaves out: nothing is gained by leaving these out."""
        return self.kept | self._known_kept

    @property
    def left(self) -> int:
        """The visits of all cells that are left out."""
        return self._left_total

    def _is_known(self, cell: Cell) -> bool:
        return cell[0] == cell[1] and cell[0] in self.diagonal

    def _left_out(self) -> list[Cell]:
        """The small cells."""
        return [cell for cell, visits in self._cells.items() if visits < self._k and not self._is_known(cell)]

    def _add(self, cell: Cell, visits: int) -> None:
        self._cells[cell] = visits
        for side in (0, 1):
            self._lines[side].setdefault(cell[side], {})[cell[1 - side]] = visits
            self._kept_in[side].setdefault(cell[side], set())

    def _leave(self, cell: Cell) -> None:
        visits = self._cells[cell]
        self._left_total += visits
        for side in (0, 1):
            self._left[side][cell[side]] += visits
            self._touched[side, cell[side]] = None
        if self._across:
            short = 1 - self._long
            for name in self._across.keys() & self._kept_in[short].get(cell[short], ()):
                self._across[name] += visits

    def _drop(self, cells: Iterable[Cell]) -> None:
        for cell in cells:
            if cell in self.kept:
                self.kept.discard(cell)
                self._dropped.append(cell)
                self._leave(cell)
                name, other = cell[self._long], cell[1 - self._long]
                if name in self._across:
                    self._across[name] -= self._left[1 - self._long][other]
                for side in (0, 1):
                    self._kept_in[side][cell[side]].discard(cell[1 - side])

    def _close(self) -> None:
        """Leave out cells until all three rules hold."""
        self._fullest = [nlargest(FULLEST, lines, key=left.__getitem__) for lines, left in zip(self._lines, self._left, strict=True)]
        self._small = sorted(self._left_out(), key=lambda cell: (-self._cells[cell], cell))
        self._fill_remainders()
        for cell in reversed(self._small):  # what hides one hides it still when more is left out for the next
            while self.kept and not self._is_hidden(cell):
                self._drop(self._cheapest_rectangle(cell))
                self._fill_remainders()

    def _fill_remainders(self) -> None:
        """Rule 2: leave out a line's smallest kept cells until what is left of it is nothing or at least k."""
        while self._touched:
            side, name = self._touched.popitem()[0]
            while any(0 < left < self._k for left in (self._left[side][name], self._left[side][name] + self._known_beside(name))):
                line = ((name, other) if side == 0 else (other, name) for other in self._ascending(side, name))
                smallest = next((cell for cell in line if cell in self.kept), None)
                if smallest is None:
                    self._known_kept.discard((name, name))  # everybody knows it, but by what is kept nothing else shall be told
                    break
                self._drop([smallest])

    def _known_beside(self, name: str) -> int:
        """The visits of a line's cell of the diagonal, if it is not kept."""
        cell = (name, name)
        return self.visits(cell) if self._is_known(cell) and cell not in self._known_kept else 0

    def _is_hidden(self, cell: Cell) -> bool:
        """Rule 3."""
        fewest, most = self.allowed(cell)
        visits = self._cells[cell]
        if visits > fewest:
            return self._can_trade(cell, visits - fewest)
        return visits == most or self._could_grow(cell)

    def _can_trade(self, cell: Cell, visits: int) -> bool:
        """Whether so many visits left out elsewhere can trade values with the cell's: all four corners are left out.

        There are at least as many as what is left out of the table without the cell's row and column, and without the rows and
        columns in which a corner is kept. Where these are too few, partners are looked for one by one.
        """
        row, column = cell
        left = self._left_total - self._left[0][row] - self._left[1][column] + self._cells[cell]
        if left - self._left_across(1, column) - self._left_across(0, row) >= visits:
            return True
        rows, columns = self._kept_in[1][column], self._kept_in[0][row]
        wanted = visits
        for a, b in islice(chain(self._dropped, self._small), PARTNERS_MAX):
            if a != row and b != column and a not in rows and b not in columns:
                wanted -= self._cells[a, b]
                if wanted <= 0:
                    return True
        return False

    def _left_across(self, side: int, name: str) -> int:
        """The visits left out of the other side's lines that meet this one in a kept cell.

        A long line meets thousands: its sum is kept, and follows what is left out.
        """
        found = self._across.get(name) if side == self._long else None
        if found is None:
            left = self._left[1 - side]
            found = sum(left[other] for other in self._kept_in[side].get(name, ()))
            if side == self._long:
                self._across[name] = found
        return found

    def _could_grow(self, cell: Cell) -> bool:
        """Whether one visit of the row and one of the column could trade values so that the cell has one more."""
        row, column = cell
        others = [b for b in self._lines[0][row] if b != column and not self.is_told((row, b))]
        rows = [a for a in self._lines[1][column] if a != row and not self.is_told((a, column))]
        return any(not self.is_told((a, b)) for a in rows for b in others)

    def _cheapest_rectangle(self, cell: Cell) -> list[Cell]:
        """The kept corners of the rectangle with the cell that has the fewest visits in them; some are kept."""
        row, column = cell
        of_each = (((row, b), (a, column), (a, b)) for a in self._corners(1, column, row) for b in self._corners(0, row, column))
        corners = ([corner for corner in three if corner in self.kept] for three in of_each if not any(map(self._is_known, three)))
        costs = ((sum(self._cells[corner] for corner in rectangle), rectangle) for rectangle in corners if rectangle)
        found = min(costs, default=(0, []))[1]
        return found or [min(self.kept, key=lambda kept: (self._cells[kept], kept))]

    def _corners(self, side: int, name: str, own: str) -> list[str]:
        """Values of the other side than the line's: all, or in a large table its smallest kept ones and those with most left out."""
        if len(self._lines[0]) * len(self._lines[1]) <= TRIED_WHOLE_MAX:
            return [other for other in self._lines[1 - side] if other != own]
        kept = self._kept_in[side][name]
        nearest = (other for other in self._ascending(side, name) if other != own and other in kept)
        fullest = (other for other in self._fullest[1 - side] if other != own and other not in kept)
        return [*islice(nearest, CORNERS_MAX), *islice(fullest, CORNERS_MAX)]

    def _ascending(self, side: int, name: str) -> list[str]:
        """The other values of a line's cells that were ever kept, the fewest visits first."""
        found = self._sorted[side].get(name)
        if found is None:
            line = self._lines[side][name]
            found = self._sorted[side][name] = sorted(self._kept_in[side][name], key=lambda other: (line[other], other))
        return found
