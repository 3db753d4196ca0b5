"""All visitors of all sites, in memory: one table a site and day, so that a day is forgotten as a whole. No clock, no disk."""

from collections.abc import Iterator
from itertools import islice

from collector.visits.machine import Visit

EVICTED_AT_ONCE = 0.05  # of the limit: rare and short is better than a little at every event
BURIED_AT_ONCE = 2_000  # visits freed in one go: 0.2 ms


class VisitTable:
    """Visitor keys and their visits. At most `visitors_max`; past it those who came first are forgotten and `evicted` counts them."""

    def __init__(self, visitors_max: int) -> None:
        self._max = visitors_max
        self._days: dict[int, int] = {}
        self._visits: dict[int, dict[bytes, Visit]] = {}
        self._dead: list[dict[bytes, Visit]] = []
        self.evicted = 0

    def of(self, site: int, day: int) -> dict[bytes, Visit]:
        """The visits of a site's day, by visitor key, to read and write. Another day than before forgets that one."""
        if self._days.get(site) != day:
            ended = self._visits.get(site)
            if ended:
                self._dead.append(ended)
            self._days[site] = day
            self._visits[site] = {}
        return self._visits[site]

    def of_site(self, site: int) -> dict[bytes, Visit]:
        """The visits of a site's present day, to read; empty for a site without any."""
        return self._visits.get(site, {})

    def end_days(self, days: dict[int, int]) -> None:
        """Forget the visits of every site whose day (`days`: site -> ordinal) has changed, or that is gone."""
        for site in list(self._visits):
            if site not in days:
                self._dead.append(self._visits.pop(site))
                self._days.pop(site, None)
            elif self._days[site] != days[site]:
                self.of(site, days[site])

    def tend(self) -> None:
        """Free a slice of what is forgotten, and evict where there are too many. Called once a batch."""
        if self._dead:
            dead = self._dead[-1]
            for _ in range(min(BURIED_AT_ONCE, len(dead))):
                dead.popitem()
            if not dead:
                self._dead.pop()
        if len(self) > self._max:
            self._evict(max(1, int(self._max * EVICTED_AT_ONCE)))

    def _evict(self, count: int) -> None:
        largest = max(self._visits.values(), key=len)
        for key in list(islice(largest, count)):
            del largest[key]
            self.evicted += 1

    def __len__(self) -> int:
        return sum(len(visits) for visits in self._visits.values())

    def items(self) -> Iterator[tuple[int, bytes, Visit]]:
        """Every (site, visitor key, visit)."""
        for site, visits in self._visits.items():
            for key, visit in visits.items():
                yield site, key, visit

    def keys_by_site(self) -> list[tuple[int, list[bytes]]]:
        """A copy of the keys by site: cheap, and stands still while the table changes."""
        return [(site, list(visits)) for site, visits in self._visits.items()]
