"""A site's rows in a real store, as they come, and what is sealed of them: the moments at which an attacker may ask."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector.facts import PAIRS
from collector.query import Caller, SiteView, ask_many
from collector.query.columns import filtered
from collector.query.words import QUESTIONS_MAX
from collector.store.duckdb_store import DuckDBStore
from collector.store.interface import Position
from tests.privacy_model.segments import for_sealing
from tests.privacy_model.site import ASKED, DELIVERIES, TODAY, Filters, Site, rows

NOW_S = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC).timestamp()
# How many of the sites are sealed by the whole list of pairs. The others are by those of their own dimensions: sealing is half
# of the time that a site takes, and a pair with a dimension of one value is that other dimension alone.
WHOLE_LIST_EVERY = 20
# How many of the sites are also asked of before rows are sealed.
BETWEEN_EVERY = 4


@dataclass(frozen=True)
class Moment:
    """`present` are the deliveries that have come, `sealed` those that are sealed, `newly` the one sealed last before it."""

    present: tuple[int, ...]
    sealed: tuple[int, ...]
    newly: int | None = None


class Histories:
    """One store for many sites, one after another."""

    def __init__(self, folder: Path) -> None:
        self._store = DuckDBStore(folder / "footfall.duckdb", memory_mb=100)
        self._batch = 0
        self._number = 0
        self._saved: tuple[tuple[str, Filters], ...] = ()

    def close(self) -> None:
        self._store.close()

    def moments(self, site: Site) -> Iterator[Moment]:
        """Take in the site, step by step; at each moment `ask` answers as it is then."""
        self._number += 1
        self._saved = site.segments
        with _pairs_of(site):
            self._take(site, DELIVERIES[0])
            if site.seed % BETWEEN_EVERY == 0:
                yield Moment((0,), ())
            self._seal(site)
            yield Moment((0,), (0,), 0)
            if site.is_late:
                self._take(site, DELIVERIES[1])
                if site.seed % BETWEEN_EVERY == 0:
                    yield Moment((0, 1), (0,))
                self._seal(site)
                yield Moment((0, 1), (0, 1), 1)

    def ask(self, questions: list[dict[str, Any]], caller: Caller) -> list[dict[str, Any]]:
        """The answers of the site at hand."""
        view = SiteView(self._number, "example.com", "UTC", self._saved)
        found: list[dict[str, Any]] = []
        for at in range(0, len(questions), QUESTIONS_MAX):
            found += ask_many(questions[at : at + QUESTIONS_MAX], view, NOW_S, self._store.query, caller)
        return found

    def _take(self, site: Site, delivery: int) -> None:
        self._batch += 1
        self._store.append(rows(site, delivery, self._number), Position(self._batch))
        self._store.close_day(self._number, site.days[-1].toordinal())

    def _seal(self, site: Site) -> None:
        """What is due: each period that has detail."""
        for first, last in site.periods:
            sql = "SELECT count(*) FROM visits_detail WHERE site = ? AND day BETWEEN ? AND ?"
            if self._store.query(sql, (self._number, first, last)) != [(0,)]:
                for _ in self._store.seal(self._number, first.toordinal(), last.toordinal(), site.k, for_sealing(site)):
                    pass


@contextmanager
def _pairs_of(site: Site) -> Iterator[None]:
    """The list of pairs, cut to the site's dimensions."""
    whole = dict(PAIRS)
    mine = {filtered(api).name for name in site.dimensions for api in ASKED[name]}
    if site.seed % WHOLE_LIST_EVERY:
        PAIRS.update({fact: tuple(pair for pair in pairs if set(pair) <= mine) for fact, pairs in whole.items()})
    try:
        yield
    finally:
        PAIRS.update(whole)
