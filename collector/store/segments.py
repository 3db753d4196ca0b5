"""Segments when their detail is sealed: what of each is told by day, what for the month as a whole, and what not at all.

A segment combines several facts, so its count is told where it is nothing or at least `k` visits, and so are the visits
outside of it; and with each segment saved before it: those of both, and those of one alone. Days that cannot be told alone
are told together, if together they can.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from collector import facts
from collector.facts import FactName
from collector.store import arrow, sealing_sql
from collector.store.connection import Connection
from collector.store.interface import Segment
from collector.store.schema import TABLES, names

SEGMENT = "segment"

# Visits by which of the segments they belong to, a bit each.
Bits = Counter[int]


class Telling(NamedTuple):
    """How one segment is told: `days` each by itself, `together` as one (none: not at all)."""

    days: frozenset[date]
    together: frozenset[date]


def keep(writer: Connection, period: tuple[int, date, date], k: int, segments: Sequence[Segment]) -> None:
    """Add the daily rows of one site's segments, from the detail of a period (site, first and last day)."""
    counted = {fact: _counted(writer, fact, period, segments) for fact in facts.ROLLED_UP}
    place = facts.measures_of("visits").index("visits")
    days: dict[date, Bits] = {}
    for day, bits, *measures in counted["visits"]:
        days.setdefault(day, Counter())[bits] += measures[place]
    telling = tell(days, len(segments), k)
    for fact, rows in counted.items():
        carried = [segment for segment in segments if fact in segment.conditions]
        tellings = [telling[segments.index(segment)] for segment in carried]
        sums = _sums(rows, [segment.name for segment in carried], tellings, period[1].replace(day=1), fact)
        _write(writer, fact, period[0], sums)


def tell(days: Mapping[date, Bits], number: int, k: int) -> list[Telling]:
    """For each of the segments (bit 0 to number - 1) how it is told."""
    found = []
    for segment in range(number):
        alone = frozenset(day for day, bits in days.items() if _may_be_told(bits, segment, k))
        others = frozenset(days) - alone
        together = sum((days[day] for day in others), Counter())
        found.append(Telling(alone, others if _may_be_told(together, segment, k) else frozenset()))
    return found


def _may_be_told(visits: Bits, segment: int, k: int) -> bool:
    """Nothing or k visits: in the segment, outside of it, and in and outside of each earlier one."""
    for earlier in (None, *range(segment)):
        quarters: Counter[tuple[bool, bool]] = Counter()
        for bits, count in visits.items():
            quarters[bool(bits >> segment & 1), earlier is not None and bool(bits >> earlier & 1)] += count
        if any(0 < count < k for count in quarters.values()):
            return False
    return True


def _counted(writer: Connection, fact: FactName, period: tuple[int, date, date], segments: Sequence[Segment]) -> list[tuple[Any, ...]]:
    """(day, bits, measures…) of one fact's detail; a bit for each segment that the fact can tell, in order."""
    carried = [segment.conditions[fact] for segment in segments if fact in segment.conditions]
    if not carried:
        return []
    values = [value for condition in carried for value in condition[1]]
    return writer.execute(sealing_sql.segments(fact, [condition[0] for condition in carried]), (*values, *period))


def _sums(
    rows: Iterable[tuple[Any, ...]], segments: Sequence[str], tellings: Sequence[Telling], month: date, fact: FactName
) -> dict[tuple[str, date, str], list[int]]:
    """The daily rows: (dimension, day, value) -> measures."""
    sums: dict[tuple[str, date, str], list[int]] = {}
    for day, bits, *measures in rows:
        for place, (name, telling) in enumerate(zip(segments, tellings, strict=True)):
            if not bits >> place & 1 or day not in telling.days | telling.together:
                continue
            key = (SEGMENT, day, name) if day in telling.days else ("*" + SEGMENT, month, name)
            present = sums.setdefault(key, [0] * len(facts.measures_of(fact)))
            for at, measure in enumerate(measures):
                present[at] += measure
    return sums


def _write(writer: Connection, fact: FactName, site: int, sums: Mapping[tuple[str, date, str], Sequence[int]]) -> None:
    if not sums:
        return
    columns = TABLES[f"{fact}_daily"]
    dimensions, days, segments = zip(*sums, strict=True)
    keys: list[list[Any]] = [[site] * len(sums), list(dimensions), [day.toordinal() for day in days], list(segments)]
    values = [*keys, *arrow.counts(list(sums.values()), len(columns) - len(keys))]
    writer.execute(
        f'INSERT INTO "{fact}_daily" ({names(columns)}) SELECT {names(columns)} FROM source',  # noqa: S608 names of facts.py
        source=arrow.Batch(columns, values),
    )
