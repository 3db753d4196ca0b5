"""What closing and sealing leave of plain rows, by loops: no SQL, nothing of collector.query or collector.store.

Cells of fewer than k visits are folded and no more: what else a sealing hides, so that nothing is found by subtraction, hides
more cells of the same tables and changes nothing about how they are read.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from collector.facts import BY_NAME, HOUR, PAIRS, PROPERTY_DIMENSIONS, RARE, ROLLED_UP, FactName, measures_of

# One detail row: its fact, its day and hour, every dimension's value by name, every measure by name.
Row = tuple[FactName, date, int, dict[str, str], dict[str, int]]
# A segment, as a test of a row's values.
Condition = Callable[[Mapping[str, str]], bool]
Cells = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Sealed:
    """The rows of each fact's tables, without their site."""

    daily: dict[FactName, Cells]
    monthly: dict[FactName, Cells]
    pairs: dict[FactName, Cells]


class Sums:
    """Sums of a fact's measures by key, in the order of keys."""

    def __init__(self, fact: FactName) -> None:
        self._measures = measures_of(fact)
        self._of: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * len(self._measures))

    def add(self, key: tuple[Any, ...], measures: Mapping[str, int], sign: int = 1) -> None:
        for place, name in enumerate(self._measures):
            self._of[key][place] += sign * measures[name]

    def rows(self) -> Cells:
        return [(*key, *sums) for key, sums in self._of.items()]

    def of_visits(self, k: int) -> Cells:
        """Those of at least k visits."""
        visits = self._measures.index("visits")
        return [(*key, *sums) for key, sums in self._of.items() if sums[visits] >= k]


def daily(fact: FactName, rows: Iterable[Row], small: Container[date] = ()) -> Cells:
    """Each dimension alone, the hours and the total: (dimension, day, value, measures). Small days tell no visitors."""
    sums = Sums(fact)
    for _, day, hour, values, measures in rows:
        for name, value in _told(fact, hour, values):
            sums.add((name, day, RARE if day in small and of_visitors(name) else value), measures)
    return sums.rows()


def monthly(cells: Cells) -> Cells:
    """Daily cells as the month has them."""
    return [(name, day.replace(day=1), value, *measures) for name, day, value, *measures in cells]


def sealed(rows: list[Row], first: date, last: date, k: int, segments: Mapping[str, Condition]) -> Sealed:
    """The rows of a period after its sealing."""
    small = {day for day, visits in _visits(rows).items() if visits < k}
    together = sum(_visits([row for row in rows if row[1] in small]).values())
    gone = small if together < k else set()
    made = Sealed({}, {}, {})
    for fact in ROLLED_UP:
        mine = [row for row in rows if row[0] == fact]
        told = _segments(fact, rows, segments, k)
        made.daily[fact] = [*daily(fact, mine, small), *told]
        made.monthly[fact] = monthly([*daily(fact, mine, gone), *told])
        made.pairs[fact] = _pairs(fact, mine, gone, (first, last), k)
    return made


def _pairs(fact: FactName, rows: list[Row], gone: set[date], period: tuple[date, date], k: int) -> Cells:
    """(dimension, other, value, other value, first, last, measures) of at least k visits."""
    sums = Sums(fact)
    for _, day, hour, values, measures in rows:
        told = {HOUR: f"{hour:02d}", **values}
        told = {name: RARE if day in gone and of_visitors(name) else value for name, value in told.items()}
        for pair in PAIRS[fact]:
            if fact != "events" or bool(values["property"]) == bool(PROPERTY_DIMENSIONS & set(pair)):
                sums.add((*pair, told[pair[0]], told[pair[1]], *period), measures)
    return sums.of_visits(k)


def _segments(fact: FactName, rows: list[Row], segments: Mapping[str, Condition], k: int) -> Cells:
    """A segment's sums of each day that has none or k visits in it, and none or k outside."""
    sums = Sums(fact)
    for name, holds in segments.items():
        inside = _visits([row for row in rows if row[0] == "visits" and holds(row[3])])
        total = _visits(rows)
        for of, day, _, values, measures in rows:
            alone = all(visits == 0 or visits >= k for visits in (inside[day], total[day] - inside[day]))
            if of == fact and alone and holds(values) and not values.get("property"):
                sums.add(("segment", day, name), measures)
    return sums.rows()


def _visits(rows: Iterable[Row]) -> dict[date, int]:
    """Each day's visits; a day of other facts' rows alone has none."""
    visits: dict[date, int] = defaultdict(int)
    for fact, day, _, _, measures in rows:
        visits[day] += measures["visits"] if fact == "visits" else 0
    return visits


def _told(fact: FactName, hour: int, values: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """What a row counts for: an event's property rows for property and value only."""
    if fact == "events" and values["property"]:
        return [(name, values[name]) for name in ("property", "value")]
    return [("", ""), (HOUR, f"{hour:02d}"), *((name, value) for name, value in values.items())]


def of_visitors(name: str) -> bool:
    """Whether a small day gives a dimension up."""
    return name == HOUR or (name != "" and BY_NAME[name].about == "visitor")
