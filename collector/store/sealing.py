"""Sealing: one period's detail becomes pair rows that at least `k` visits share, and is deleted.

Piece by piece, so that recording goes on between the pieces: each table of a pair is counted, decided (`fold.py`, `joint.py`)
and laid by in the writer's temporary tables. Then all of it takes effect in one transaction: pairs, what small days give up,
segments, the note of the sealing, the deletion of the detail. Killed before that, nothing has happened.

Rows that come late for a sealed period are sealed from themselves alone: everything here is of the detail at hand, and is added;
then `late.py` sees to what they would tell of what was kept before.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from datetime import date, timedelta
from functools import cache, partial
from typing import Any

from collector import facts
from collector.facts import PAIRS, PROPERTY_DIMENSIONS, FactName, Pair
from collector.store import arrow, sealing_sql, segments
from collector.store.connection import Connection
from collector.store.fold import Cell, Table
from collector.store.interface import Segment
from collector.store.joint import hiding, is_looked_at
from collector.store.late import settle
from collector.store.schema import Column, single_tables
from collector.store.together import DAYS, Counted, Key, Together, counted

Step = Callable[[Connection], None]

# A table of more cells is decided by its large cells and the sums of its small ones: 10 µs and 500 bytes a cell.
WHOLE_CELLS_MAX = 20_000
# A fact of so few rows is looked at as a whole: its tables have no more cells each, and 100 statements less are 0.2 s of CPU.
TOGETHER_ROWS_MAX = 2_000

_CELL = tuple(Column(name, "text") for name in ("dimension", "other", "value", "other_value"))
_LINE = (Column("side", "count"), Column("name", "text"), Column("exposure", "count"), Column("visits", "count"))


class Sealing:
    """One site's detail from `first` to `last` (both included), with the smallest group `k`."""

    def __init__(self, site: int, first: date, last: date, k: int, asked: Sequence[Segment] = ()) -> None:
        self._site, self._first, self._last, self._k = site, first, last, k
        self._segments = asked
        self._period = (site, first, last)
        self._rows: dict[FactName, int] = {}
        self._visits: Counter[date] = Counter()
        self._small: list[date] = []  # days with fewer than k visits
        self._gone: list[date] = []  # the same, where they have fewer than k together: what they give up is not kept at all
        # As far as they are looked at together; what was staged of them, and what their visits add up to.
        self._tables: dict[FactName, dict[Key, Table]] = {fact: {} for fact in facts.ROLLED_UP}
        self._staged: dict[FactName, dict[Key, set[Cell]]] = {}
        self._counted: dict[FactName, dict[Key, Counted]] = {fact: {} for fact in facts.ROLLED_UP}
        self._together = Together(set())
        self._is_late = False  # the period was sealed before
        self._late: dict[tuple[FactName, Pair, str], dict[Cell, int]] = {}

    def pieces(self) -> Iterator[Step]:
        """The work, to be done in order, each in a transaction or none; nothing of it is seen by questions."""
        yield self._look
        yield partial(_run, sealing_sql.ENTRIES, self._period)
        for fact in facts.ROLLED_UP:
            yield partial(_run, sealing_sql.make_staging(fact), ())
            together = self._rows[fact] <= min(TOGETHER_ROWS_MAX, WHOLE_CELLS_MAX)
            for properties, pairs in _bundles(fact, together):
                yield partial(self._sum, fact, pairs, properties)
                for bundle in [pairs] if together else [[pair] for pair in pairs]:
                    yield partial(self._stage, fact, bundle)
        for fact in facts.ROLLED_UP:
            yield partial(self._look_at, fact)
        for _ in self._hiding():
            yield _pause
        for fact in facts.ROLLED_UP:
            yield partial(self._take_back, fact)

    def finish(self, writer: Connection) -> int | None:
        """Let all take effect, in the caller's transaction; returns the rows of detail deleted.

        Nothing is done, and None returned, where there is no detail or not the same as at the beginning: more rows have come, or
        the site was removed.
        """
        if self._has_changed(writer) or not any(self._rows.values()):
            return None
        self._keep_segments(writer)
        for fact in facts.ROLLED_UP:
            writer.execute(sealing_sql.publish(fact))
            self._give_up_days(writer, fact)
            writer.execute(sealing_sql.forget_detail(fact), self._period)
        settle(writer, self._period, self._k, self._late)
        if not self._is_late:
            ((alone,),) = writer.execute(sealing_sql.LAST_ALONE, self._period)
            first = alone + timedelta(days=1) if alone else self._first  # who was sealed alone may know nothing of the segment
            for segment in self._segments:
                writer.execute(sealing_sql.NOTE_SEGMENT, (self._site, segment.name, first, self._last))
        writer.execute(sealing_sql.NOTE, (*self._period, self._k, sum(self._visits.values())))
        return sum(self._rows.values())

    def _look(self, writer: Connection) -> None:
        self._is_late = writer.execute(sealing_sql.SEALED_BEFORE, self._period) != [(0,)]
        self._rows, self._visits = self._count(writer)
        self._small = sorted(day for day, visits in self._visits.items() if visits < self._k)
        together = sum(self._visits[day] for day in self._small)
        self._gone = self._small if together < self._k else []
        self._together = Together({str(day) for day in self._small})

    def _has_changed(self, writer: Connection) -> bool:
        return self._count(writer) != (self._rows, self._visits)

    def _count(self, writer: Connection) -> tuple[dict[FactName, int], Counter[date]]:
        """The rows of each fact, and the visits of each day that has any rows."""
        rows: dict[FactName, int] = {}
        visits_of: Counter[date] = Counter()
        for fact in facts.ROLLED_UP:
            found = writer.execute(sealing_sql.days(fact), self._period)
            rows[fact] = sum(count for _, _, count in found)
            visits_of.update({day: visits if fact == "visits" else 0 for day, visits, _ in found})
        return rows, visits_of

    def _sum(self, fact: FactName, pairs: Sequence[Pair], properties: bool, writer: Connection) -> None:
        dimensions = dict.fromkeys(name for pair in pairs for name in pair)
        gone = (self._gone,) if self._gone else ()
        writer.execute(sealing_sql.rows(fact, dimensions, properties, bool(gone)), (*gone, *self._period))

    def _stage(self, fact: FactName, pairs: Sequence[Pair], writer: Connection) -> None:
        """Count some pairs' tables, or one that may be large, decide which of their cells are kept, and lay these by.

        The values of each property are a table of their own: where every event has the property, they share out its events.
        """
        writer.execute(sealing_sql.cells(fact, pairs, bool(self._gone)))
        largest = writer.execute(sealing_sql.LARGEST, (WHOLE_CELLS_MAX,)) if len(pairs) == 1 and not self._is_late else []
        rows = _by_pair(writer.execute(sealing_sql.whole(fact), ([prop for prop, _ in largest],)))
        known = {value for (value,) in writer.execute(sealing_sql.KNOWN)} if sealing_sql.DIAGONAL in pairs else set()
        tables: dict[Key, Table] = {}
        for key in sorted(rows):
            cells = {cell: visits for cell, (visits, *_) in rows[key].items()}
            tables[key] = Table(cells, self._k, diagonal=known if key[0] == sealing_sql.DIAGONAL else set())
        small = {key: table for key, table in tables.items() if is_looked_at(table)}
        self._tables[fact] |= small
        self._counted[fact] |= {key: counted(fact, rows[key]) for key in small}
        if self._is_late:
            for (pair, prop), table in tables.items():
                self._late[fact, pair, prop] = {cell: visits for cell, visits in table.cells.items() if not table.is_told(cell)}
        tables |= {(pairs[0], prop): self._large(writer, prop, visits, known) for prop, visits in largest}
        writer.execute(sealing_sql.stage(fact), (*self._period, self._k))
        _with_cells(writer, sealing_sql.unstage(fact), [(pair, cell) for (pair, _), table in tables.items() for cell in table.dropped])

    def _large(self, writer: Connection, prop: str, visits: int, known: Set[str]) -> Table:
        """A table too large to be looked at whole: its large cells, the sums of the small ones, and those in doubt."""
        rows, columns = (_by_name(writer.execute(sql, (prop, self._k))) for sql in sealing_sql.REST)
        table = Table(_cells(writer.execute(sealing_sql.LARGE, (prop, self._k))), self._k, (rows, columns), known)
        if not table.left:  # nor is there anything small
            return table
        writer.execute(sealing_sql.LINES)
        for side in (0, 1):
            exposure, sums = table.exposure(side), table.sums(side)
            lines: list[list[Any]] = [[side] * len(exposure), list(exposure), list(exposure.values()), [sums[name] for name in exposure]]
            writer.execute(sealing_sql.ADD_LINES, source=arrow.Batch(_LINE, lines))
        table.doubtful(_cells(writer.execute(sealing_sql.DOUBTFUL, (prop, self._k, table.left, visits))))
        return table

    def _look_at(self, fact: FactName, writer: Connection) -> None:
        """What is needed to hide what all tables would tell together."""
        if self._has_changed(writer):  # days and tables would contradict each other, and nothing will take effect
            self._tables[fact] = {}
        self._staged[fact] = {key: table.stored for key, table in self._tables[fact].items()}
        days = cache(partial(self._days, writer, fact))  # a dimension stands in many pairs
        self._together.add(fact, self._tables[fact], self._counted[fact], days)

    def _hiding(self) -> Iterator[None]:
        together = self._together
        return hiding(together.tables, together.by_day, list(together.parts()), together.beside, DAYS)

    def _days(self, writer: Connection, fact: FactName, name: str, prop: str) -> Counted:
        """What everybody knows of the days: a dimension's values, by day or for all days that gave theirs up."""
        given_up = (self._small, self._gone) if name in sealing_sql.GIVEN_UP[fact] else ()
        own = (prop,) if fact == "events" else ()
        rows = writer.execute(sealing_sql.by_day(fact, name), (*given_up, *self._period, *own))
        return counted(fact, {(day, value): sums for day, value, *sums in rows})

    def _take_back(self, fact: FactName, writer: Connection) -> None:
        """Staged cells that are not kept after all."""
        staged, tables = self._staged[fact], self._tables[fact]
        dropped = [(pair, cell) for (pair, prop), table in tables.items() for cell in staged[pair, prop] - table.stored]
        _with_cells(writer, sealing_sql.unstage(fact), dropped)

    def _give_up_days(self, writer: Connection, fact: FactName) -> None:
        if not self._small:
            return
        writer.execute(sealing_sql.given_up(fact), (self._site, self._small))
        daily, monthly = single_tables(fact)
        for table in (daily, monthly) if self._gone else (daily,):
            writer.execute(sealing_sql.give_up(fact, table), (self._site, self._site))

    def _keep_segments(self, writer: Connection) -> None:
        told = [segment for segment in self._segments if self._may_be_told(writer, segment)]
        if told:
            segments.keep(writer, self._period, self._k, told, self._gone)

    def _may_be_told(self, writer: Connection, segment: Segment) -> bool:
        """A segment of two facts that are a pair is a sum of that pair's cells: told only if they all are."""
        pair = next((pair for pair in PAIRS["visits"] if set(pair) == set(segment.dimensions)), None)
        if pair is None:
            return True
        condition, values = segment.conditions["visits"]
        apart = segments.apart(segment, self._gone)
        return writer.execute(sealing_sql.untold(pair, condition), (*values, *self._period, apart, *pair)) == [(0,)]


def _bundles(fact: FactName, together: bool) -> Iterator[tuple[bool, list[Pair]]]:
    """The pairs of a fact that are counted from the same sums, and whether these are of its properties' rows.

    Together: all of them; else those of the same stored columns.
    """
    found: dict[tuple[bool, frozenset[str]], list[Pair]] = {}
    for pair in PAIRS[fact]:
        columns = frozenset(() if together else map(sealing_sql.stored, pair))
        found.setdefault((bool(set(pair) & PROPERTY_DIMENSIONS), columns), []).append(pair)
    for (properties, _), pairs in found.items():
        yield properties, pairs


def _pause(writer: Connection) -> None:
    """A piece of work that asks nothing of the database."""


def _run(sql: str, values: Sequence[Any], writer: Connection) -> None:
    writer.execute(sql, values)


def _cells(rows: list[tuple[Any, ...]]) -> dict[Cell, int]:
    return {(value, other): visits for value, other, visits in rows}


def _by_pair(rows: list[tuple[Any, ...]]) -> dict[Key, dict[Cell, list[int]]]:
    """Each cell's sums, by the table's pair and the property whose values it is of."""
    tables: dict[Key, dict[Cell, list[int]]] = {}
    for dimension, other, prop, value, other_value, *sums in rows:
        tables.setdefault(((dimension, other), prop), {})[value, other_value] = sums
    return tables


def _with_cells(writer: Connection, sql: str, cells: Iterable[tuple[Pair, Cell]]) -> None:
    """Run a statement that reads these cells as `source`, if there are any."""
    rows = [(*pair, *cell) for pair, cell in cells]
    if rows:
        writer.execute(sql, source=arrow.Batch(_CELL, list(zip(*rows, strict=True))))


def _by_name(rows: list[tuple[Any, ...]]) -> dict[str, int]:
    return {name: visits for name, visits in rows}  # noqa: C416 two columns, which `dict` cannot be told
