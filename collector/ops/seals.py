"""Which period of which site is to be sealed, and the sealing of it, a piece at a time between two steps of the recorder.

A calendar month is sealed when its last day is older than `detail_days`; with `detail_days = 0` each day is when it is closed.
Rows that come late are found here again and sealed at once, from themselves alone, with the period that has the pairs of their day:
what they add to its sums would tell of these otherwise, whatever `detail_days` was meanwhile.
"""

import calendar
import sys
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import nullcontext
from datetime import date
from typing import Any

from collector.clock import DAY_OVER_AFTER_S, Clock, local_day_hour
from collector.facts import ROLLED_UP
from collector.ops.precedence import on_half_the_cores
from collector.ops.quiet import told
from collector.query import segment_condition
from collector.query.condition import of_rows as condition_of
from collector.query.filters import parse
from collector.query.words import leaves
from collector.settings import Settings
from collector.store.duckdb_store import DuckDBStore
from collector.store.errors import StoreDamaged, StoreError
from collector.store.interface import Segment
from collector.store.sealing_sql import DETAIL_DAYS, PERIODS

# Name and filters of each segment of a site.
SavedSegments = Callable[[int], Sequence[tuple[str, Sequence[Any]]]]

# The first and last day of what is sealed together (ordinals), and the same with its site.
Days = tuple[int, int]
Period = tuple[int, int, int]


class Seals:
    """Owned by the recorder's thread. `trouble` says what went wrong last, "" for nothing."""

    def __init__(
        self, store: DuckDBStore, settings: Settings, clock: Clock, timezones: Callable[[], dict[int, str]], segments: SavedSegments
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._timezones = timezones
        self._segments = segments
        self._work: Iterator[None] | None = None
        self._unfinished: set[Period] = set()  # begun and not ended: these are tried last, so that they hold up no other
        self.trouble = ""

    @property
    def active(self) -> bool:
        """Whether a period is being sealed."""
        return self._work is not None

    def look(self) -> None:
        """Begin with what is due, unless something is being sealed."""
        if self._work is None and (due := self._due()):
            self._work = self._seal_each(due)

    def go_on(self, until_s: float, alone: bool = True) -> None:
        """Seal piece by piece, one at least, until a moment (`Clock.monotonic`) or until nothing is due.

        One at least, because nothing is backed up meanwhile: under load that never ends the journal would fill. Not `alone`, half of
        the cores are left to whoever else is at work.
        """
        if self._work is None:
            return
        with nullcontext() if alone else on_half_the_cores():
            while self._work is not None:
                self._next_piece(self._work)
                if self._clock.monotonic() >= until_s:
                    return

    def _next_piece(self, work: Iterator[None]) -> None:
        """What fails waits for the next look, and what was behind it, too."""
        try:
            if next(work, "done"):
                self._work, self.trouble = None, ""
        except StoreDamaged:
            raise
        except Exception as error:
            why = str(error) if isinstance(error, StoreError) else f"{told(error)}."
            self.trouble = f"Sealing old detail failed, so it is kept for longer: {why} It is tried again within ten minutes."
            print(self.trouble, file=sys.stderr, flush=True)
            self._work = None

    def _seal_each(self, due: Sequence[Period]) -> Iterator[None]:
        """Once each: a period whose rows still come is sealed at the next look."""
        for period in due:
            self._unfinished.add(period)
            yield from self._store.seal(*period, self._settings.smallest_group, self._segments_of(period[0]))
            self._unfinished.discard(period)
            yield

    def _due(self) -> list[Period]:
        """The periods that are old enough and have detail, in the order in which to seal them."""
        now_s, timezones = int(self._clock.time()) - DAY_OVER_AFTER_S, self._timezones()
        sealed: dict[int, list[Days]] = {}
        for site, first, last in self._store.query(PERIODS):
            sealed.setdefault(site, []).append((first.toordinal(), last.toordinal()))
        due: set[Period] = set()
        for site, day in self._store.query(DETAIL_DAYS):
            kept_from = local_day_hour(now_s, timezones.get(site, "UTC"))[0] - self._settings.detail_days
            if days := due_with(day.toordinal(), sealed.get(site, []), kept_from, self._settings.detail_days):
                due.add((site, *days))
        return sorted((period for period in due if not _waits(period, due)), key=lambda period: (period in self._unfinished, period))

    def _segments_of(self, site: int) -> list[Segment]:
        return [segment_of(name, filters) for name, filters in self._segments(site)]


def _waits(period: Period, due: Set[Period]) -> bool:
    """A month waits until late rows of those of its days that have pairs of their own are sealed: it would take them for its own."""
    site, first, last = period
    return any(other != period and other[0] == site and first <= other[1] and other[2] <= last for other in due)


def segment_of(name: str, filters: Sequence[Any]) -> Segment:
    """A saved segment as a sealing counts it."""
    conditions = {fact: condition for fact in ROLLED_UP if (condition := segment_condition(filters, fact))}
    parts = leaves(parse(filters))
    return Segment(name, tuple(dict.fromkeys(leaf.column.name for leaf in parts)), conditions, tuple(map(condition_of, parts)))


def due_with(day: int, sealed: Sequence[Days], kept_from: int, detail_days: int) -> Days | None:
    """What a day's detail is to be sealed with now, None while it is kept: nothing before the first day of `kept_from` is.

    Late rows go with the smallest sealed period that holds their day. If none does, and the day's own is not over but later days are
    sealed (one by one, under another `detail_days`), the day is sealed by itself: kept detail has no gaps.
    """
    holding = [(first, last) for first, last in sealed if first <= day <= last]
    if holding:
        return max(holding)  # of a month and a day of it, the day begins later
    period = period_of(day, detail_days)
    if period[1] < kept_from:
        return period
    return (day, day) if any(day < last for _, last in sealed) else None


def period_of(day: int, detail_days: int) -> Days:
    """The first and last day (ordinals) of the period that a day is sealed with: its calendar month, or itself."""
    if detail_days == 0:
        return day, day
    moment = date.fromordinal(day)
    return moment.replace(day=1).toordinal(), moment.replace(day=calendar.monthrange(moment.year, moment.month)[1]).toordinal()
