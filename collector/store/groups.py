"""Numbers for the tuples that travel together (acquisition, place, device): a tuple is written once, rows carry its number.

The table of the group's name is the truth. Memory holds what recent batches used, and forgets all of it when it passes
`KNOWN_MAX`: at about 400 bytes a tuple 40 MB for the three groups. What memory does not know is looked up, one join a batch.
"""

# Names in these statements come from facts.py; values are bound.
# ruff: noqa: S608

from collections.abc import Sequence
from typing import cast

from collector.store.arrow import Batch
from collector.store.connection import Connection
from collector.store.schema import TABLES, names

KNOWN_MAX = 33_000

Values = tuple[str, ...]


class Numbers:
    """One group's tuple → number, for one writer. After a rollback it is thrown away: its new numbers exist no more."""

    def __init__(self, group: str, connection: Connection, known_max: int = KNOWN_MAX) -> None:
        self._group = group
        self._connection = connection
        self._known_max = known_max
        self._known: dict[Values, int] = {}
        self._last = int(connection.execute(f'SELECT coalesce(max(id), 0) FROM "{group}"')[0][0])

    def of(self, tuples: Sequence[Values]) -> list[int]:
        """Each tuple's number; new tuples are written to the group's table in the caller's transaction."""
        numbers = list(map(self._known.get, tuples))
        if None in numbers:
            self._learn(set(tuples))
            numbers = list(map(self._known.get, tuples))
        return cast("list[int]", numbers)

    def _learn(self, wanted: set[Values]) -> None:
        if len(self._known) > self._known_max:
            self._known.clear()
        missing = list(wanted - self._known.keys())
        self._known.update(self._stored(missing))
        fresh = [values for values in missing if values not in self._known]
        numbers = range(self._last + 1, self._last + 1 + len(fresh))
        self._known.update(zip(fresh, numbers, strict=True))
        self._last += len(fresh)
        self._write(fresh, numbers)

    def _write(self, fresh: list[Values], numbers: Sequence[int]) -> None:
        if fresh:
            columns = TABLES[self._group]
            batch = Batch(columns, [numbers, *zip(*fresh, strict=True)])
            self._connection.execute(f'INSERT INTO "{self._group}" ({names(columns)}) SELECT {names(columns)} FROM source', source=batch)

    def _stored(self, missing: list[Values]) -> dict[Values, int]:
        """The numbers that the table already has for these tuples."""
        if self._last == 0:
            return {}
        columns = TABLES[self._group][1:]
        batch = Batch(columns, list(zip(*missing, strict=True)))
        same = " AND ".join(f"g.{column.quoted} = s.{column.quoted}" for column in columns)
        rows = self._connection.execute(f'SELECT {names(columns, "g.")}, g.id FROM source s JOIN "{self._group}" g ON {same}', source=batch)
        return {row[:-1]: row[-1] for row in rows}
