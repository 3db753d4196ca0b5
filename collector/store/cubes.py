"""Three dimensions' values combined, each two of which have a table: what these tell of the combinations, and the combinations of them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product, repeat
from math import prod

from collector.facts import Pair
from collector.store.ranges import Ranges


class Cube:
    """Three dimensions' values combined: no table tells these cells, but each cell of a table is the sum of a line of them."""

    def __init__(self, bounds: Ranges, names: tuple[str, str, str]) -> None:
        self._bounds = bounds
        sizes = [bounds.size(name) for name in names]
        self.size = prod(sizes)
        steps = (sizes[1] * sizes[2], sizes[2], 1)
        self.steps = dict(zip(names, steps, strict=True))
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

    def pin_diagonal(self, table: Pair, row: str, days: Pair) -> None:
        """What is known of a table's diagonal by day: the visits of each value of `row`, in the table of another's days."""
        for i, j, of_i in self._bounds.diagonal(table, row):
            for d, of_d in self._bounds.places(*days):
                cell = i * self.steps[table[0]] + j * self.steps[table[1]] + of_d * self.steps[days[1]]
                self.low[cell], self.high[cell] = self._bounds.of((row, days[0]), of_i, d)

    def limit(self, lines: Pair, across: str, days: Pair) -> None:
        """No cell of a day holds more than the visits of its line's value, which are those of another dimension's, in another's days."""
        for of_line, line in self._bounds.places(*lines):
            for of_day, day in self._bounds.places(*days):
                most = self._bounds.of((lines[0], days[0]), of_line, of_day)[1]
                start = line * self.steps[lines[1]] + day * self.steps[days[1]]
                for place in range(self._bounds.size(across)):
                    cell = start + place * self.steps[across]
                    self.high[cell] = min(self.high[cell], most)

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


class CombinedUp:
    """What visits of three values add up to, with these visits: none where there is no visit, and a visit where there is any."""

    def __init__(self, visits: Cube, sums: Cube) -> None:
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


class WithinDays:
    """A table each of whose cells is part of another's, by day: what that one has beyond it is no more than its row's or column's day."""

    def __init__(self, bounds: Ranges, part: Cube, whole: Cube, names: Sequence[Pair]) -> None:
        """`names` are those of rows, columns and days in the part and in the whole."""
        self._part, self._whole = part, whole
        for side in (0, 1):
            if bounds.is_once((names[0][1], names[1][1]), names[side][1]):
                whole.limit(names[side], names[1 - side][1], names[2])
        self._cells: list[tuple[int, int, int]] = []
        rows, columns, days = (
            [(mine, theirs, mine * part.steps[name[0]], theirs * whole.steps[name[1]]) for mine, theirs in bounds.places(*name)]
            for name in names
        )
        for day, of_day, at_day, of_at_day in days:
            beyond = [
                [(at, of_at, self._beyond(bounds, (name, names[2]), (one, day), (other, of_day))) for one, other, at, of_at in lines]
                for name, lines in zip(names, (rows, columns), strict=False)
            ]
            for (row, of_row, by_row), (column, of_column, by_column) in product(*beyond):
                if by_row >= 0 and by_column >= 0:
                    self._add(row + column + at_day, of_row + of_column + of_at_day, min(by_row, by_column))

    def _add(self, cell: int, of_cell: int, beyond: int) -> None:
        """A cell that nobody is in is done with at once: most are."""
        high, of_high = self._part.high, self._whole.high
        high[cell], of_high[of_cell] = min(high[cell], of_high[of_cell]), min(of_high[of_cell], high[cell] + beyond)
        if high[cell] > 0:
            self._cells.append((cell, of_cell, beyond))

    @property
    def size(self) -> int:
        """How many cells are looked at."""
        return len(self._cells)

    @staticmethod
    def _beyond(bounds: Ranges, names: tuple[Pair, Pair], part: tuple[int, int], whole: tuple[int, int]) -> int:
        mine, theirs = zip(*names, strict=True)
        return bounds.of(theirs, *whole)[1] - bounds.of(mine, *part)[0]

    def tighten(self) -> bool:
        """Every cell once; returns whether any has tighter bounds now."""
        low, high, of_low, of_high = self._part.low, self._part.high, self._whole.low, self._whole.high
        changed = False
        for cell, of_cell, beyond in self._cells:
            least, most = max(low[cell], of_low[of_cell] - beyond), min(high[cell], of_high[of_cell])
            if least > low[cell] or most < high[cell]:
                low[cell], high[cell], changed = least, most, True
            if least > of_low[of_cell] or most + beyond < of_high[of_cell]:
                of_low[of_cell], of_high[of_cell] = max(least, of_low[of_cell]), min(most + beyond, of_high[of_cell])
                changed = True
        return changed


def within_days(
    bounds: Ranges, cubes: Mapping[tuple[str, ...], Cube], parts: Sequence[tuple[Pair, Pair]], days: Sequence[Pair]
) -> Iterator[WithinDays]:
    """What each of `cubes` has of a part, day by day, with that of its whole. `days` are what days are called in parts and in wholes."""
    for part, whole in parts:
        for of_both in days:
            names = [*zip(part, whole, strict=True), of_both]
            mine, theirs = (cubes.get(tuple(sorted(name[side] for name in names))) for side in (0, 1))
            if mine and theirs:
                theirs.pin_diagonal(whole, part[0], of_both)
                yield WithinDays(bounds, mine, theirs, names)
