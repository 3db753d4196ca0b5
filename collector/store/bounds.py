"""The least and the most that each cell of several tables can hold: what they tell together.

Three facts in pairs bound each other: whoever came from A is no more than, for each third value, the fewer of "A with it" and
"B with it". Bounds are drawn as tight as they come in some rounds (the "shuttle" of Buzzigoli and Giusti, 1998).

Beside that, tables bound each other where each cell of one is part of the other's (who entered on a page has seen that page), and
where two of them share out a third (the visits that bounced, and the others), or one tells what the visits of another added up to.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from math import prod
from typing import NamedTuple, TypeVar

from collector.facts import Pair
from collector.store.fold import Cell

# Of so many combinations of three dimensions' values at most; the work grows with them.
COMBINATIONS_MAX = 10_000
ROUNDS_MAX = 50
# Rounds times such combinations: 2 s or so. Bounds that take longer to meet are those of a site with room in every cell.
WORK_MAX = 1_000_000

# Two tables' dimensions, in the same order for both, each cell of the first being part of the second's.
Part = tuple[Pair, Pair]
# A table's dimensions, and those of the two that share out its cells, or of the one that tells what its visits added up to. All of
# them have the same values.
Link = tuple[Pair, ...]
ANY = 2**63  # more than any cell holds
# A value of two tables, or its places in both.
Value = TypeVar("Value", str, tuple[int, int])


class Known(NamedTuple):
    """What is known of a table: the visits of its rows and of its columns, and the least and the most of a cell."""

    rows: Mapping[str, int]
    columns: Mapping[str, int]
    cell: Callable[[Cell], tuple[int, int]]


class Bounds:
    """The least and the most that each cell can hold. `_low[a, b][i][j]` for both orders of a pair."""

    def __init__(
        self, tables: Mapping[Pair, Known], hiding: Iterable[Pair], parts: Sequence[Part] = (), links: Sequence[Link] = ()
    ) -> None:
        """`hiding` are the pairs of whose cells more is to be found out. The order of the tables counts where bounds are cut short."""
        self._names: dict[str, list[str]] = {}
        self._places: dict[str, dict[str, int]] = {}
        self._sums: dict[str, list[int]] = {}
        self._low: dict[Pair, list[list[int]]] = {}
        self._high: dict[Pair, list[list[int]]] = {}
        for pair, known in tables.items():
            self._name(pair[0], known.rows)
            self._name(pair[1], known.columns)
            self._start(pair, known.cell)
        self._tighten(hiding, [_Within(self, *part) for part in parts], links)

    def room(self, pair: Pair, cell: Cell) -> int:
        """What lies between a cell's bounds."""
        i, j = self._places[pair[0]][cell[0]], self._places[pair[1]][cell[1]]
        return self._high[pair][i][j] - self._low[pair][i][j]

    @property
    def contradict(self) -> bool:
        """Whether some cell's least is more than its most: what they were drawn from is not all so."""
        return any(
            least > most
            for pair, low in self._low.items()
            for line in zip(low, self._high[pair], strict=True)
            for least, most in zip(*line, strict=True)
        )

    def size(self, name: str) -> int:
        """How many values a dimension has."""
        return len(self._names[name])

    def beyond(self, part: str, whole: str) -> dict[tuple[int, int], int]:
        """How many visits more one dimension has than another, by the places of each value in the first and in the second."""
        mine, theirs = self._places[part], self._places[whole]
        of_both = ((mine[value], theirs[value]) for value in mine.keys() & theirs)
        return {(one, other): self._sums[whole][other] - self._sums[part][one] for one, other in of_both}

    def sides(self, pair: Pair) -> tuple[list[list[int]], list[list[int]]]:
        """The least and the most of every cell, by the places of its values; they change as bounds are drawn."""
        return self._low[pair], self._high[pair]

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

    def _name(self, name: str, sums: Mapping[str, int]) -> None:
        if name not in self._names:
            self._names[name] = sorted(sums)
            self._places[name] = {value: place for place, value in enumerate(self._names[name])}
            self._sums[name] = [sums[value] for value in self._names[name]]

    def _start(self, pair: Pair, cell: Callable[[Cell], tuple[int, int]]) -> None:
        both = [[cell((row, column)) for column in self._names[pair[1]]] for row in self._names[pair[0]]]
        for side, into in ((0, self._low), (1, self._high)):
            into[pair] = [[bound[side] for bound in line] for line in both]
            into[pair[1], pair[0]] = [list(line) for line in zip(*into[pair], strict=True)]

    def _tighten(self, hiding: Iterable[Pair], parts: Sequence["_Within"], links: Sequence[Link]) -> None:
        cubes: dict[tuple[str, ...], _Cube] = {names: _Cube(self, names) for names in self._triples(hiding)}
        of_tables = [_Shared(self, *link) if len(link) == 3 else _AddedUp(self, *link) for link in links]
        together = [*parts, *of_tables, *cubes.values(), *_added_up(cubes, links)]
        rounds = WORK_MAX // max(1, sum(cube.size for cube in cubes.values()))
        for _ in range(max(1, min(rounds, ROUNDS_MAX))):
            changed = [self._by_sums(pair) for pair in list(self._low)]
            changed += [one.tighten() for one in together]
            if not any(changed):
                return

    def _triples(self, hiding: Iterable[Pair]) -> Iterator[tuple[str, str, str]]:
        """Three dimensions of few values, each two of which have a table, one of which hides something."""
        beside: dict[str, set[str]] = {}
        for one, other in self._low:
            beside.setdefault(one, set()).add(other)
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


class _Cube:
    """Three dimensions' values combined: no table tells these cells, but each cell of a table is the sum of a line of them."""

    def __init__(self, bounds: Bounds, names: tuple[str, str, str]) -> None:
        self._bounds = bounds
        sizes = [bounds.size(name) for name in names]
        self.size = prod(sizes)
        steps = (sizes[1] * sizes[2], sizes[2], 1)
        every = [range(0, size * step, step) for size, step in zip(sizes, steps, strict=True)]
        # Each table, where its rows and columns begin among the cells, and the line that a cell of it is the sum of.
        self._tables = [((names[x], names[y]), every[x], every[y], every[z]) for x, y, z in ((0, 1, 2), (0, 2, 1), (1, 2, 0))]
        most, most_of_first, most_of_second = (bounds.sides(pair)[1] for pair, *_ in self._tables)
        self.low = [0] * self.size
        self.high = [
            cell
            for line, across in zip(most, most_of_first, strict=True)
            for one, other in zip(line, most_of_second, strict=True)
            for cell in map(min, repeat(one), across, other)
        ]

    def tighten(self) -> bool:
        """Every line once; returns whether any cell of a table has tighter bounds now."""
        low, high = self.low, self.high
        changed = False
        for pair, rows, columns, along in self._tables:
            leasts, mosts = self._bounds.sides(pair)
            for i, row in enumerate(rows):
                for j, column in enumerate(columns):
                    start, stop = row + column, row + column + along.stop
                    line = slice(start, stop, along.step)
                    above = high[line]
                    most = mosts[i][j]
                    if most == 0:
                        if any(above):
                            high[line] = [0] * len(along)
                        continue
                    below = low[line]
                    least, fewest, room = leasts[i][j], sum(below), sum(above)
                    if fewest > least or room < most:
                        changed |= self._bounds.narrow(pair, i, j, fewest, room)
                        least, most = max(least, fewest), min(most, room)
                    highest, lowest = max(above), min(below) if fewest else 0
                    if least - room + highest > lowest or most - fewest + lowest < highest:  # else there is room in every cell
                        self._share_out(range(start, stop, along.step), least, most, fewest, room)
        return changed

    def _share_out(self, line: range, least: int, most: int, fewest: int, room: int) -> None:
        """What the other cells of a line leave to each: `fewest` and `room` are the sums of its bounds, `least` and `most` its sum's."""
        low, high = self.low, self.high
        for cell in line:
            below, above = low[cell], high[cell]
            if least - room + above > below:
                low[cell] = least - room + above
                fewest += low[cell] - below
            if most - fewest + low[cell] < above:
                high[cell] = most - fewest + low[cell]
                room += high[cell] - above


def most_beyond(rows: Mapping[Value, int], columns: Mapping[Value, int]) -> Iterator[tuple[Value, Value, int]]:
    """What each cell of a table may have beyond the same cell of its part, at most, by what its rows and columns have beyond."""
    # Who saw no page entered on none, and is in no cell of the whole.
    without = [-sum(more for more in line.values() if more < 0) for line in (rows, columns)]
    for row, more in sorted(rows.items()):
        for column, beyond in sorted(columns.items()):
            if more >= 0 and beyond >= 0:
                yield row, column, min(more + without[1], beyond + without[0])


class _Within:
    """A table each of whose cells is part of another's: what that one has beyond it is no more than its row or column has beyond."""

    def __init__(self, bounds: Bounds, part: Pair, whole: Pair) -> None:
        self._bounds, self._part, self._whole = bounds, part, whole
        rows, columns = (bounds.beyond(part[side], whole[side]) for side in (0, 1))
        self._cells = list(most_beyond(rows, columns))

    def tighten(self) -> bool:
        """Every cell once; returns whether any has tighter bounds now."""
        changed = False
        for (i, of_i), (j, of_j), beyond in self._cells:
            least, most = self._bounds.of(self._whole, of_i, of_j)
            changed |= self._bounds.narrow(self._part, i, j, least - beyond, most)
            fewest, room = self._bounds.of(self._part, i, j)
            changed |= self._bounds.narrow(self._whole, of_i, of_j, fewest, room + beyond)
        return changed


class _Shared:
    """Two tables that share out a third's cells."""

    def __init__(self, bounds: Bounds, whole: Pair, one: Pair, other: Pair) -> None:
        self._bounds, self._tables = bounds, (whole, one, other)
        self._places = [(i, j) for i in range(bounds.size(whole[0])) for j in range(bounds.size(whole[1]))]

    def tighten(self) -> bool:
        """Every cell once; returns whether any has tighter bounds now."""
        whole, one, other = self._tables
        changed = False
        for i, j in self._places:
            (least, most), mine, theirs = (self._bounds.of(pair, i, j) for pair in self._tables)
            if most == 0:
                continue
            changed |= self._bounds.narrow(whole, i, j, mine[0] + theirs[0], mine[1] + theirs[1])
            changed |= self._bounds.narrow(one, i, j, least - theirs[1], most - theirs[0])
            changed |= self._bounds.narrow(other, i, j, least - mine[1], most - mine[0])
        return changed


class _AddedUp:
    """A table and what its visits added up to: where there is any of it there is a visit, and none where there is no visit."""

    def __init__(self, bounds: Bounds, visits: Pair, sums: Pair) -> None:
        self._bounds, self._visits, self._sums = bounds, visits, sums
        self._places = [(i, j) for i in range(bounds.size(visits[0])) for j in range(bounds.size(visits[1]))]

    def tighten(self) -> bool:
        """Every cell once; returns whether any has tighter bounds now."""
        changed = False
        for i, j in self._places:
            if self._bounds.of(self._visits, i, j)[1] == 0:
                changed |= self._bounds.narrow(self._sums, i, j, 0, 0)
            elif self._bounds.of(self._sums, i, j)[0] > 0:
                changed |= self._bounds.narrow(self._visits, i, j, 1, ANY)
        return changed


class _CombinedUp:
    """The same of three dimensions' values combined."""

    def __init__(self, visits: _Cube, sums: _Cube) -> None:
        self._visits, self._sums = visits, sums

    def tighten(self) -> bool:
        """Every cell once; returns whether any has tighter bounds now."""
        fewest, most, least, room = self._visits.low, self._visits.high, self._sums.low, self._sums.high
        changed = False
        for cell in range(self._sums.size):
            if most[cell] == 0 and room[cell] > 0:
                room[cell], changed = 0, True
            elif least[cell] > 0 and fewest[cell] == 0:
                fewest[cell], changed = 1, True
        return changed


def _added_up(cubes: Mapping[tuple[str, ...], _Cube], links: Sequence[Link]) -> Iterator[_CombinedUp]:
    """What visits of three values add up to, with these visits."""
    visits_of = {name: of for link in links if len(link) == 2 for of, name in zip(*link, strict=True)}
    for names, sums in cubes.items():
        visits = cubes.get(tuple(visits_of.get(name, "") for name in names))
        if visits:
            yield _CombinedUp(visits, sums)
