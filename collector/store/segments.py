"""Segments when their detail is sealed: what of each is told by day, what for the month as a whole, and what not at all.

A segment combines several facts, so its count is told where it is nothing or at least `k` visits, and so is everything that a
subtraction would find with it: the visits outside of it; those of each of its conditions that it leaves out, and of each two of
them, turned round or not, because single breakdowns and pairs are told; and what the segments told before it and it divide each
of these into.

Days that cannot be told alone are told together, with as many of the others as it takes. All days are told or none: a pair's
cell of the month minus the days told would be the others. Days that gave up all their visitors' facts are in no cell of a pair
of these, and so in no segment that names one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from functools import partial
from itertools import combinations, product
from typing import Any, NamedTuple

from collector import facts
from collector.facts import FactName
from collector.store import arrow, sealing_sql
from collector.store.connection import Connection
from collector.store.interface import Segment
from collector.store.schema import TABLES, names, single_tables

SEGMENT = "segment"

# Visits by which conditions hold for them, a bit each: first the segments', then those of their parts.
Bits = Counter[int]


class Asked(NamedTuple):
    """One segment to be told: the bits of its parts, and the days on which it is never told."""

    parts: tuple[int, ...]
    apart: Set[date] = frozenset()


class Telling(NamedTuple):
    """How one segment is told: `days` each by itself, `together` as one (none: not at all)."""

    days: Set[date]
    together: Set[date]


NOT_AT_ALL = Telling(frozenset(), frozenset())


def apart(segment: Segment, gone: Sequence[date]) -> Sequence[date]:
    """The days on which a segment is not told, of those that gave up all they had."""
    return gone if set(segment.dimensions) & set(sealing_sql.GIVEN_UP["visits"]) else ()


def keep(writer: Connection, period: tuple[int, date, date], k: int, segments: Sequence[Segment], gone: Sequence[date]) -> None:
    """Add the daily and monthly rows of one site's segments, from the detail of a period (site, first and last day)."""
    telling = tell(_visits(writer, period, segments), _asked(segments, gone), k)
    for fact in facts.ROLLED_UP:
        carried = [(segment, how) for segment, how in zip(segments, telling, strict=True) if fact in segment.conditions]
        rows = _counted(writer, fact, period, [segment.conditions[fact] for segment, _ in carried])
        sums = _sums(rows, [(segment.name, how) for segment, how in carried], period[1].replace(day=1), fact)
        for table, amounts in sums.items():
            _write(writer, table, period[0], amounts)


def tell(days: Mapping[date, Bits], asked: Sequence[Asked], k: int) -> list[Telling]:
    """How each of the segments is told; they are the first bits."""
    found: list[Telling] = []
    divided = 0  # by the segments told so far
    for place, segment in enumerate(asked):
        divided |= 1 << place
        may_be_told = partial(_may_be_told, bit=1 << place, divided=divided, parts=segment.parts, k=k)
        found.append(_telling(days, segment.apart, may_be_told))
        if found[-1] == NOT_AT_ALL:
            divided ^= 1 << place
    return found


def _telling(days: Mapping[date, Bits], apart: Set[date], may_be_told: Callable[[Bits], bool]) -> Telling:
    """Smallest first, days are told together until they can be."""
    alone = [day for day in days.keys() - apart if may_be_told(days[day])]
    alone.sort(key=lambda day: (-days[day].total(), day))
    together = days.keys() - apart - set(alone)
    while (together or apart) and not all(may_be_told(_total(days, those)) for those in (together, together | apart)):
        if not alone:
            return NOT_AT_ALL
        together.add(alone.pop())
    return Telling(frozenset(alone), frozenset(together))


def _total(days: Mapping[date, Bits], those: Set[date]) -> Bits:
    return sum((days[day] for day in those if day in days), Counter())


def _may_be_told(visits: Bits, bit: int, divided: int, parts: Sequence[int], k: int) -> bool:
    """Nothing or k visits in everything that the segment and those told before it divide visits into."""
    if _has_small(_divided(visits, divided), k):
        return False
    for named, known in _sides(parts):
        inside: Bits = Counter({bits: count for bits, count in visits.items() if bits & named == known})
        left_out = Counter({bits: count for bits, count in visits.items() if bits & bit and bits & named != known})
        pieces = _divided(inside, divided)
        if (len(pieces) > 1 and _has_small(pieces, k)) or _has_small(_divided(left_out, divided), k):
            return False
    return True


def _sides(parts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Which bits are looked at, and which of them are set: each condition and each two, and all of them turned round.

    Single breakdowns tell what a condition is not about, too, and "is not" is kept as the condition that it turns round.
    """
    for named in (*((part,) for part in parts), *combinations(parts, 2)):
        for held in product((0, 1), repeat=len(named)):
            yield sum(named), sum(part for part, yes in zip(named, held, strict=True) if yes)


def _divided(visits: Bits, by: int) -> Bits:
    pieces: Bits = Counter()
    for bits, count in visits.items():
        pieces[bits & by] += count
    return +pieces


def _has_small(pieces: Bits, k: int) -> bool:
    return any(count < k for count in pieces.values())


def _asked(segments: Sequence[Segment], gone: Sequence[date]) -> list[Asked]:
    asked, place = [], len(segments)
    for segment in segments:
        asked.append(Asked(tuple(1 << place + part for part in range(len(segment.parts))), frozenset(apart(segment, gone))))
        place += len(segment.parts)
    return asked


def _visits(writer: Connection, period: tuple[int, date, date], segments: Sequence[Segment]) -> dict[date, Bits]:
    conditions = [segment.conditions["visits"] for segment in segments]
    rows = _counted(writer, "visits", period, [*conditions, *(part for segment in segments for part in segment.parts)])
    place = facts.measures_of("visits").index("visits")
    days: dict[date, Bits] = {}
    for day, holds, *measures in rows:
        days.setdefault(day, Counter())[sum(1 << at for at, yes in enumerate(holds) if yes)] += measures[place]
    return days


def _counted(
    writer: Connection, fact: FactName, period: tuple[int, date, date], conditions: Sequence[tuple[str, tuple[Any, ...]]]
) -> list[tuple[Any, ...]]:
    """(day, which conditions hold, measures…) of one fact's detail."""
    if not conditions:
        return []
    values = [value for condition in conditions for value in condition[1]]
    return writer.execute(sealing_sql.segments(fact, [condition[0] for condition in conditions]), (*values, *period))


def _sums(
    rows: Iterable[tuple[Any, ...]], segments: Sequence[tuple[str, Telling]], month: date, fact: FactName
) -> dict[str, dict[tuple[date, str], list[int]]]:
    """The rows of each table of single dimensions: (day, segment) -> measures."""
    daily, monthly = single_tables(fact)
    sums: dict[str, dict[tuple[date, str], list[int]]] = {daily: {}, monthly: {}}
    for day, holds, *measures in rows:
        for within, (name, telling) in zip(holds, segments, strict=True):
            if not within or day not in telling.days | telling.together:
                continue
            for table, of in ((monthly, month), (daily, day)) if day in telling.days else ((monthly, month),):
                present = sums[table].setdefault((of, name), [0] * len(facts.measures_of(fact)))
                for at, measure in enumerate(measures):
                    present[at] += measure
    return sums


def _write(writer: Connection, table: str, site: int, sums: Mapping[tuple[date, str], Sequence[int]]) -> None:
    if not sums:
        return
    columns = TABLES[table]
    days, segments = zip(*sums, strict=True)
    keys: list[list[Any]] = [[site] * len(sums), [SEGMENT] * len(sums), [day.toordinal() for day in days], list(segments)]
    values = [*keys, *arrow.counts(list(sums.values()), len(columns) - len(keys))]
    writer.execute(
        f'INSERT INTO "{table}" ({names(columns)}) SELECT {names(columns)} FROM source',  # noqa: S608 names of facts.py
        source=arrow.Batch(columns, values),
    )
