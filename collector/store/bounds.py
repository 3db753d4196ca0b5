"""The least and the most that each cell of several tables can hold: what they tell together.

Three facts in pairs bound each other: whoever came from A is no more than, for each third value, the fewer of "A with it" and
"B with it". Bounds are drawn as tight as they come in some rounds (the "shuttle" of Buzzigoli and Giusti, 1998).

Beside that, tables bound each other where each cell of one is part of the other's (who entered on a page has seen that page), and
where two of them share out a third (the visits that bounced, and the others), or one tells what the visits of another added up to.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import TypeVar

from collector.facts import Pair
from collector.store.cubes import CombinedUp, Cube, within_days
from collector.store.ranges import Known, Ranges

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


class Bounds(Ranges):
    """The least and the most that each cell can hold, for all that is known."""

    def __init__(
        self,
        tables: Mapping[Pair, Known],
        hiding: Iterable[Pair],
        parts: Sequence[Part] = (),
        links: Sequence[Link] = (),
        days: Sequence[Pair] = (),
    ) -> None:
        """`hiding` are the pairs of whose cells more is to be found out. The order of the tables counts where bounds are cut short.

        `days` are what the days of parts and of wholes are called, if each part is part of its whole on each of them.
        """
        super().__init__(tables)
        self._tighten(hiding, parts, links, days)

    def _tighten(self, hiding: Iterable[Pair], parts: Sequence[Part], links: Sequence[Link], days: Sequence[Pair]) -> None:
        cubes: dict[tuple[str, ...], Cube] = {names: Cube(self, names) for names in self._triples(hiding)}
        of_tables = [_Shared(self, *link) if len(link) == 3 else _AddedUp(self, *link) for link in links]
        of_days = list(within_days(self, cubes, parts, days))
        together = [*(_Within(self, *part) for part in parts), *of_tables, *cubes.values(), *_added_up(cubes, links), *of_days]
        rounds = WORK_MAX // max(1, sum(cube.size for cube in cubes.values()) + sum(within.size for within in of_days))
        for _ in range(max(1, min(rounds, ROUNDS_MAX))):
            changed = [self.by_sums(pair) for pair in self.pairs]
            changed += [one.tighten() for one in together]
            if not any(changed):
                return

    def _triples(self, hiding: Iterable[Pair]) -> Iterator[tuple[str, str, str]]:
        """Three dimensions of few values, each two of which have a table, one of which hides something."""
        beside: dict[str, set[str]] = {}
        for one, other in self.pairs:
            beside.setdefault(one, set()).add(other)
        found = {tuple(sorted((*pair, third))) for pair in hiding for third in beside[pair[0]] & beside[pair[1]]}
        for one, other, third in sorted(found):
            if prod(self.size(name) for name in (one, other, third)) <= COMBINATIONS_MAX:
                yield one, other, third


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

    def __init__(self, bounds: Ranges, part: Pair, whole: Pair) -> None:
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

    def __init__(self, bounds: Ranges, whole: Pair, one: Pair, other: Pair) -> None:
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

    def __init__(self, bounds: Ranges, visits: Pair, sums: Pair) -> None:
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


def _added_up(cubes: Mapping[tuple[str, ...], Cube], links: Sequence[Link]) -> Iterator[CombinedUp]:
    """What visits of three values add up to, with these visits."""
    visits_of = {name: of for link in links if len(link) == 2 for of, name in zip(*link, strict=True)}
    for names, sums in cubes.items():
        visits = cubes.get(tuple(visits_of.get(name, "") for name in names))
        if visits:
            yield CombinedUp(visits, sums)
