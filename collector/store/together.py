"""All small tables of a sealing side by side, as `joint.py` looks at them: what their dimensions are called, and what is known beside.

Each fact sums its visits by other rows, so its dimensions are its own. But where a fact has the same visits as another of every
day and value of a dimension (each visit saw one page, or sent one event), both are taken as one: they bound each other.

Days are two dimensions: what visitors have is told of small days together, what pages and events have of each by itself.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set

from collector.facts import HOUR, PAIRS, PROPERTY_DIMENSIONS, ROLLED_UP, FactName, Measure, Pair, shares_of, told_with_visits
from collector.store.bounds import Part
from collector.store.fold import Cell, Cells, Table
from collector.store.joint import Beside

# Days bound what pairs tell jointly only where they and the values are few (bounds.COMBINATIONS_MAX).
DAY_CELLS_MAX = 2_000

# A table of a fact: its pair, and the property whose values it is of ("": of rows of their own).
Key = tuple[Pair, str]
# The visits of some cells (""), and what they add to each of `facts.told_with_visits` beyond the least.
Counted = Mapping[str, Cells]
# The visits by day and value of a dimension of a fact, and of a property. The days are as they are told: small ones are "" where all
# are told together.
Days = Callable[[str, str], Counted]

_SEEN = {"entry_page": "page", "exit_page": "page"}
# What facts must tell the same of for their dimensions to be one: the others sum something else in each fact.
_SAME = frozenset({"", *(share for fact in ROLLED_UP for share in shares_of(fact))})
# Each cell of a table of visits is part of one of pages: the first and the last page of a visit are pages that it saw.
PARTS: tuple[Part, ...] = tuple(
    ((one, other), (one if other in _SEEN else _SEEN.get(one, one), _SEEN.get(other, other))) for one, other in PAIRS["visits"]
)
# What the days of visits are called, and those of the pages that they saw; see `Together._add_days`.
DAYS: tuple[Pair, ...] = tuple((f"visits.{days}", f"pages.{days}") for days in ("day", "each_day"))


class Together:
    """`tables` and `by_day` are as `joint.hiding` takes them."""

    def __init__(self, small: Set[str]) -> None:
        """`small` are the days that give up what visitors have."""
        self._small = small
        self.tables: dict[Pair, Table] = {}
        self.by_day: dict[Pair, Cells] = {}
        self._beside: dict[str, Beside] = {}
        self._called: dict[tuple[FactName, str], str] = {}
        self._known: dict[str, Counted] = {}
        self._visits: dict[str, Mapping[str, int]] = {}  # those of each value of a dimension of visits, but hours: a visit may last longer
        self._said: dict[tuple[str, str], Counter[str]] = {}  # what the values of a dimension add up to, by what is told and the dimension

    def add(self, fact: FactName, tables: Mapping[Key, Table], counted: Mapping[Key, Counted], days: Days) -> None:
        """The tables of one fact, and what their cells' visits add up to."""
        for (pair, prop), table in tables.items():
            names = [self._name(fact, (pair, prop), side, table.sums(side), days) for side in (0, 1)]
            self.tables[names[0], names[1]] = table
            for side, name in enumerate(pair):
                if fact == "visits" and name != HOUR:
                    self._visits[name] = _added(days(name, "")[""])
                elif name in self._visits:
                    table.limit(side, self._visits[name])
            for measure in told_with_visits(fact):
                self._add_told(fact, measure, (names[0], names[1]), counted[pair, prop][measure.name])
            for side, name in enumerate(pair):  # the values of a property that every event has share out the same events
                if name in PROPERTY_DIMENSIONS and (f"{fact}.day", names[1 - side]) in self.by_day:
                    found = days(name, prop)
                    if _added(found[""]) == table.sums(side):
                        self._add_days(fact, names[side], found)

    @property
    def beside(self) -> Sequence[Sequence[Beside]]:
        """What is told with visits, of the tables and of the days, in groups of what excludes each other."""
        excluded = {told.never for told in self._beside.values() if told.cells}
        return [
            [self._beside[told.never], told] if told.never in self._beside else [told]
            for name, told in self._beside.items()
            if told.cells and name not in excluded
        ]

    def parts(self) -> Iterator[Part]:
        """The pairs of tables each cell of the first of which is part of the second's."""
        for pair, seen in PARTS:
            mine, theirs = (tuple(self._called.get((fact, name), "") for name in of) for fact, of in _of_facts(pair, seen))
            if all((*mine, *theirs)):
                yield (mine[0], mine[1]), (theirs[0], theirs[1])

    def _name(self, fact: FactName, key: Key, side: int, sums: Mapping[str, int], days: Days) -> str:
        """What a table's dimension is called: one of its own where the table is of some events only.

        So is one whose days do not add up to the table's sums: it counts cells without a visit of their own as one.
        """
        (pair, prop), name = key, key[0][side]
        if name in PROPERTY_DIMENSIONS:
            return f"{fact}.{name} of {prop}"
        found = days(name, "")
        if _added(found[""]) != sums:
            return f"{fact}.{name} of {prop or pair}"
        if (fact, name) not in self._called:
            self._called[fact, name] = called = self._known_as(name, found) or f"{fact}.{name}"
            self._known.setdefault(called, found)
            self._add_days(fact, called, found)
        return self._called[fact, name]

    def _known_as(self, name: str, found: Counted) -> str:
        """What a dimension with these visits by day and value is called already, "" if no fact has the same.

        They are the same only if as many of them count in what both facts tell: a visitor's second visit may see a new page.
        """
        for fact in ROLLED_UP:
            called = self._called.get((fact, name), "")
            told = self._known.get(called, {}).keys() & found.keys() & _SAME
            if told and all(self._known[called][same] == found[same] for same in told):
                return called
        return ""

    def _add_days(self, fact: FactName, called: str, found: Counted) -> None:
        if len(found[""]) > DAY_CELLS_MAX:
            return
        together = {measure: self._small_together(cells) for measure, cells in found.items()}
        self._add(fact, "day", called, together)
        if together[""].keys() != found[""].keys():
            self._add(fact, "each_day", called, found)

    def _add(self, fact: FactName, days: str, called: str, found: Counted) -> None:
        self.by_day[f"{fact}.{days}", called] = found[""]
        for measure in told_with_visits(fact):
            told = self._told(fact, measure)
            told.by_day[f"{fact}.{days}", called] = found[measure.name]
            self._said.setdefault((told.name, called), _added(found[measure.name]))

    def _add_told(self, fact: FactName, measure: Measure, table: Pair, cells: Cells) -> None:
        """What a table's visits add up to, unless its days or another table say otherwise: of cells that corrections took from, less than
        nothing is taken as nothing, and bounds by both would contradict each other and hide nothing of any table."""
        told = self._told(fact, measure)
        sums = {(told.name, name): _added(cells, side) for side, name in enumerate(table)}
        if all(self._said.get(key, said) == said for key, said in sums.items()):
            told.cells[table] = cells
            self._said |= sums

    def _told(self, fact: FactName, measure: Measure) -> Beside:
        """Visitors are those of all facts; what visits add any number to is of one fact alone."""
        once = measure.most == 1
        name = measure.name if once else f"{fact}.{measure.name}"
        return self._beside.setdefault(name, Beside(name, once, {}, {}, measure.never))

    def _small_together(self, cells: Cells) -> Cells:
        sums: Counter[Cell] = Counter()
        for (day, value), visits in cells.items():
            sums["" if day in self._small else day, value] += visits
        return sums


def _of_facts(pair: Pair, seen: Pair) -> tuple[tuple[FactName, Pair], tuple[FactName, Pair]]:
    return ("visits", pair), ("pages", seen)


def _added(cells: Cells, side: int = 1) -> Counter[str]:
    """The visits of each value of days and values, or of one side of a table."""
    sums: Counter[str] = Counter()
    for cell, visits in cells.items():
        sums[cell[side]] += visits
    return sums


def counted(fact: FactName, rows: Mapping[Cell, Sequence[int]]) -> dict[str, dict[Cell, int]]:
    """Visits of cells, and what they add to each measure beyond the least: of a share at most one each, whatever corrections took back.

    `rows` has for each cell its visits, then its sums of `facts.told_with_visits`.
    """
    found: dict[str, dict[Cell, int]] = {"": {cell: sums[0] for cell, sums in rows.items()}}
    for place, measure in enumerate(told_with_visits(fact), start=1):
        beyond = {cell: max(0, sums[place] - (measure.least or 0) * sums[0]) for cell, sums in rows.items()}
        found[measure.name] = {cell: min(more, rows[cell][0] * (measure.most or more)) for cell, more in beyond.items()}
    return found
