"""The least and the most that each cell of several tables can hold, as far as that is known: a table is two dimensions' values."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from collector.facts import Pair
from collector.store.fold import Cell


class Known(NamedTuple):
    """What is known of a table: the visits of its rows and of its columns, and the least and the most of a cell.

    Of the values of the `diagonal` the visits of a row that are in the column of the same name are known, by day, too. `once` are the
    sides (0: rows, 1: columns) in whose lines no cell holds more than the value's visits, though all of them may hold more together.
    """

    rows: Mapping[str, int]
    columns: Mapping[str, int]
    cell: Callable[[Cell], tuple[int, int]]
    diagonal: Set[str] = frozenset()
    once: Sequence[int] = ()


class Ranges:
    """The least and the most of each cell. `_low[a, b][i][j]` for both orders of a pair."""

    def __init__(self, tables: Mapping[Pair, Known]) -> None:
        self._names: dict[str, list[str]] = {}
        self._places: dict[str, dict[str, int]] = {}
        self._sums: dict[str, list[int]] = {}
        self._low: dict[Pair, list[list[int]]] = {}
        self._high: dict[Pair, list[list[int]]] = {}
        self._diagonals: dict[Pair, Set[str]] = {}
        self._once: set[tuple[frozenset[str], str]] = set()
        for pair, known in tables.items():
            self._name(pair[0], known.rows)
            self._name(pair[1], known.columns)
            self._start(pair, known.cell)
            self._diagonals[pair] = known.diagonal
            self._once |= {(frozenset(pair), pair[side]) for side in known.once}

    @property
    def pairs(self) -> list[Pair]:
        """All tables, each in both orders."""
        return list(self._low)

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

    def places(self, part: str, whole: str) -> Iterator[tuple[int, int]]:
        """Where the values that two dimensions have in common stand in each."""
        return ((place, self._places[whole][name]) for name, place in self._places[part].items() if name in self._places[whole])

    def is_once(self, pair: Pair, name: str) -> bool:
        """Whether no cell of a dimension's lines holds more than the visits of its value."""
        return (frozenset(pair), name) in self._once

    def diagonal(self, table: Pair, row: str) -> Iterator[tuple[int, int, int]]:
        """Where the values of a table's diagonal stand among its rows and columns, and among those of another dimension."""
        for value in sorted(self._diagonals.get(table, ())):
            if value in self._places[row]:
                yield self._places[table[0]][value], self._places[table[1]][value], self._places[row][value]

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

    def by_sums(self, pair: Pair) -> bool:
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
