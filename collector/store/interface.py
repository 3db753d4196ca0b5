"""What every home of the rows can do. One contract suite (tests/store/test_contract.py) holds each to it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from collector.facts import FactName

# One batch of deltas, summed: fact -> row key (`facts.keys_of`) -> measures (`facts.measures_of`), signed integers.
Rows = Mapping[FactName, Mapping[tuple[Any, ...], Sequence[int]]]


class Position(NamedTuple):
    """How much of the journal the store has: everything up to and including this batch number. 0: nothing."""

    batch: int = 0


class Segment(NamedTuple):
    """A saved filter, as sealing counts it: its name, the dimensions it names, and its condition on each fact that has them all
    (SQL on the fact's detail rows, with the values it binds). `parts` are the conditions it is made of, on rows of visits."""

    name: str
    dimensions: tuple[str, ...]
    conditions: Mapping[FactName, tuple[str, tuple[Any, ...]]]
    parts: tuple[tuple[str, tuple[Any, ...]], ...] = ()


class Store(Protocol):
    """Append-only rows of counts; SUM on read.

    Tables `<fact>_today` (as appended), `<fact>_detail` (closed days, compacted), `<fact>_daily` and `<fact>_monthly` (one
    dimension at a time) exist for each fact in `facts.ROLLED_UP`; `steps`, `live` and `dropped` are one table each. The
    columns are those of `facts.keys_of`, with `day` as DATE and each group as a number that refers to the table of the
    group's name (`id` and one text column a dimension). Daily and monthly tables are (site, dimension, day, value,
    measures…), where dimension is a dimension's name, "hour" (value "00"-"23") or "" (the total, value ""); a month's day is
    its first. A month's rows are the sums of its days' rows, but for what days of few visits gave up when they were sealed.
    An event has a row of its own (property "") and one more for each property: the daily rows of `property` and `value`
    sum only the properties' rows, those of every other dimension, the hours and the total only the events' own.
    Any day may have rows in both `today` and the closed tables: an answer always sums the two.

    What is sealed (docs/store.md): `<fact>_pairs` are (site, dimension, other, value, other_value, first, last, measures…), one
    row for each kept cell of a pair of `facts.PAIRS` in the period from `first` to `last`; `sealed` has a row for each sealing.
    """

    def position(self) -> Position:
        """The journal position of the last committed append."""
        ...

    def append(self, rows: Rows, position: Position) -> None:
        """Add the rows and move the position, in one transaction. A position not past the present one is refused (ValueError).

        Raises RowsRefused for rows that do not fit, whatever the state of the store; nothing is added then.
        """
        ...

    def close_day(self, site: int, day: int) -> int:
        """Move one site's rows of a local day (ordinal) and earlier from today to detail, compacted, and add their daily and
        monthly rows.

        One transaction; additive, so late rows can be closed again. Returns the number of rows moved.
        """
        ...

    def seal(self, site: int, first: int, last: int, k: int, segments: Sequence[Segment] = ()) -> Iterator[None]:
        """Reduce the detail of a site's days `first` to `last` (ordinals) to pair rows of at least `k` visits, and delete it.

        Some of the work at each `next`; all of it takes effect at the last one, or nothing where that never comes.
        """
        ...

    def forget(self, site: int, before: int) -> int:
        """Delete everything of the months before that of the day `before` (ordinal); returns rows deleted."""
        ...

    def forget_live(self, minute: int) -> None:
        """Delete live rows older than this minute (whole minutes since 1970 UTC)."""
        ...

    def remove_site(self, site: int) -> None:
        """Delete every row of a site."""
        ...

    def rewrite(self) -> None:
        """Write the file anew so that deleted rows are in no byte of it."""
        ...

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Answer one read-only statement; safe from any thread, beside the writer."""
        ...

    def backup(self, folder: Path) -> None:
        """Write every table as Parquet with a manifest (position, rows, sha256 of each file) into a new folder, atomically."""
        ...

    def checkpoint(self) -> None:
        """Fold the write-ahead log into the file."""
        ...

    def close(self) -> None:
        """Checkpoint and let go of the file."""
        ...
