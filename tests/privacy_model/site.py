"""Small random sites: few values of two or three dimensions, a few days, groups around the smallest that may be told.

A site is a table of whole numbers: how many visits each cell has, a cell being one value of each dimension, a day, and the
delivery it came with (0: in time; 1: late, after its period was sealed). All rows of the store are made from these numbers,
each visit sending one kind of event at most and seeing one page, or those of a walk (`walks.py`), so that every answer is a sum of
cells. Of some sites a cell also has whether its visits count as something more, such as bounced (`facts.shares_of`), and what they add
up to, such as page views.
"""

import random
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from collector.event import Acquisition, Device, Place
from collector.facts import FactName, measures_of, shares_of, told_with_visits
from collector.store.interface import Rows

FIRST_MONTH = date(2026, 3, 1)
TODAY = date(2026, 5, 20)
DELIVERIES = (0, 1)
TIGHT_EVERY = 3
SHARED_EVERY = 4
ADDING_EVERY, ADDING = 4, 2  # which of each four sites
# What visits may add up to (`facts.told_with_visits`): the facts that tell it, how much a visit adds beyond the least in the mean of
# those that add any, and more than any visit adds.
ADDED: dict[str, tuple[tuple[FactName, ...], float, int]] = {
    "pageviews": (("visits", "pages"), 2.0, 1_000),
    "seconds": (("visits",), 60.0, 100_000),
    "events": (("events",), 1.5, 1_000),
}

Period = tuple[date, date]  # its first and its last day
Filters = Sequence[Any]  # of a question, or of a segment

# One dimension of a site and how questions name it: one page seen is a visit's entry page, its exit page and its page.
ASKED: dict[str, tuple[str, ...]] = {
    "hostname": ("event:hostname",),
    "page": ("event:page", "visit:entry_page", "visit:exit_page"),
    "source": ("visit:source",),
    "utm_campaign": ("visit:utm_campaign",),
    "country": ("visit:country",),
    "browser": ("visit:browser",),
    "device": ("visit:device",),
    "hour": ("visit:hour",),
    "event": ("event:name",),
    "value": ("event:props:plan",),
    "currency": ("event:currency",),
}
DIMENSION = {api: name for name, apis in ASKED.items() for api in apis}
VALUES: dict[str, tuple[str, ...]] = {
    "hostname": ("example.com", "shop.example.com", "blog.example.com", "docs.example.com"),
    "page": ("/", "/pricing", "/blog", "/about"),
    "source": ("Google", "Bing", "Mastodon", "Newsletter"),
    "utm_campaign": ("spring", "summer", "autumn", "winter"),
    "country": ("FI", "SE", "DE", "FR"),
    "browser": ("Firefox", "Chrome", "Safari", "Edge"),
    "device": ("Desktop", "Mobile", "Tablet", "TV"),
    "hour": ("08", "12", "16", "20"),
    "event": ("Sign up", "Purchase", "Download", "Search"),
    "value": ("pro", "free", "team", "trial"),
    "currency": ("EUR", "SEK", "USD", "GBP"),
}
NOON = "12"  # the hour of all visits of a site that does not tell hours apart
# What a page is asked for as: the first of a visit, the last, or any that it saw.
FIRST, LAST, SEEN = "visit:entry_page", "visit:exit_page", "event:page"
# What a visit adds to a fact, if it counts in all of its shares.
_MEASURES: dict[FactName, tuple[str, ...]] = {
    "visits": ("visits", "pageviews", *shares_of("visits")),
    "pages": ("visits", "pageviews", *shares_of("pages")),
    "events": ("visits", "events", *shares_of("events")),
}
OF_EVENTS = frozenset({"event", "value", "currency"})
OF_VISITS = ("source", "utm_campaign", "country", "browser", "device", "hostname", "hour")
OF_CONTENT = OF_EVENTS | {"hostname", "page"}


class Walk(NamedTuple):
    """The pages of a visit: the first, the last, and all that it saw."""

    first: str
    last: str
    seen: frozenset[str]


@dataclass(frozen=True)
class Site:
    """`counts` are the visits of `cells`, an array of places: one of each dimension's values, of `days` and of DELIVERIES.

    `periods` are sealed, in this order; later days keep their detail. `segments` were saved before: name and conditions. With a
    `share` the place before the day's is 1 for visits that count in it, else 0; without, all count in all of them. `more` is what the
    visits of each cell add to the measure that the site `adds`, beyond the least. With `walks` the place of a page is that of a walk.
    """

    seed: int
    k: int
    dimensions: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    days: tuple[date, ...]
    periods: tuple[Period, ...]
    cells: np.ndarray
    counts: np.ndarray
    segments: tuple[tuple[str, Filters], ...] = ()
    share: str = ""
    adds: str = ""
    more: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    walks: tuple[Walk, ...] = ()

    @property
    def apis(self) -> tuple[str, ...]:
        """What can be told of the site that is not the same: of one-page visits the page, of others the first, the last and any."""
        return tuple(api for name in self.dimensions for api in (ASKED[name] if name == "page" and self.walks else ASKED[name][:1]))

    @property
    def sealed_until(self) -> date:
        return self.periods[-1][1]

    @property
    def is_late(self) -> bool:
        """Whether rows came after their period was sealed."""
        return bool(self.counts[self.of_delivery(1)].any())

    @property
    def of_share(self) -> np.ndarray:
        """The cells of visits that count in the site's share."""
        found: np.ndarray = self.cells[:, -3] == 1
        return found

    def of_delivery(self, delivery: int) -> np.ndarray:
        """The cells of one delivery."""
        found: np.ndarray = self.cells[:, -1] == delivery
        return found

    def of_days(self, first: date, last: date) -> np.ndarray:
        """The cells of days `first` to `last`."""
        inside = np.array([first <= day <= last for day in self.days])
        found: np.ndarray = inside[self.cells[:, -2]]
        return found

    def of_value(self, api: str, fits: Callable[[str], bool]) -> np.ndarray:
        """The cells whose value of what is asked for fits. Of a page that visits saw: by page, and cell; see `summed`."""
        name = DIMENSION[api]
        place = self.dimensions.index(name)
        if not self.walks or name != "page":
            inside = np.array([bool(fits(value)) for value in self.values[place]])
        elif api == SEEN:
            inside = np.array([[page in walk.seen and bool(fits(page)) for walk in self.walks] for page in self.values[place]])
        else:
            inside = np.array([bool(fits(walk.first if api == FIRST else walk.last)) for walk in self.walks])
        found: np.ndarray = inside[..., self.cells[:, place]]
        return found

    def summed(self, cells: np.ndarray) -> np.ndarray:
        """How often each cell is counted: by page, its visits are counted for each that they saw."""
        if cells.ndim == 1:
            return cells.astype(np.int64)
        found: np.ndarray = (cells & self.of_value(SEEN, lambda page: True)).sum(axis=0)
        return found


def generate(seed: int) -> Site:
    """The site of a seed. Each third is tight: fewer visits, whose values and days follow each other."""
    chance = random.Random(seed)
    tight = seed % TIGHT_EVERY == TIGHT_EVERY - 1
    k = chance.choice((5, 6, 10)) if tight else chance.randint(5, 20)
    dimensions = tuple(chance.sample((*OF_VISITS, "page", "event"), chance.randint(2, 3))) if tight else _dimensions(chance)
    values = tuple(VALUES[name][: chance.randint(2, 4 if tight or len(dimensions) < 3 else 3)] for name in dimensions)
    months = 1 if tight else chance.randint(1, 2)
    days = tuple(sorted(chance.sample([FIRST_MONTH + timedelta(days=n) for n in range(31 if months == 1 else 61)], chance.randint(2, 6))))
    visits = visits_of(chance, values, len(days), Habits.tight(chance, k) if tight else Habits.any(chance, k))
    periods = periods_of(chance, sorted({days[visit[-1]] for visit in visits}))
    late = _late(chance, visits, days, periods)
    share = _share(seed)
    cells, counts = table_of(tuple(map(len, values)), _shared(seed, visits) if share else visits, late)
    adds = _adds(seed, dimensions)
    more = _more(seed, adds, cells, counts, share) if adds else counts[:0]
    return Site(seed, k, dimensions, values, days, periods, cells, counts, share=share, adds=adds, more=more)


class Habits(NamedTuple):
    """How many visits a site has, and how probably a value and a day follow the visit's first value."""

    visits: int
    follows: float
    day_follows: float

    @classmethod
    def any(cls, chance: random.Random, k: int) -> "Habits":
        return cls(chance.randint(k // 2, 25 * k), chance.choice((0, 0.3, 0.6, 0.9)), 0)

    @classmethod
    def tight(cls, chance: random.Random, k: int) -> "Habits":
        return cls(chance.randint(k, 12 * k), chance.choice((0.6, 0.9, 0.95)), chance.choice((0, 0.5, 0.8, 0.9)))


def _dimensions(chance: random.Random) -> tuple[str, ...]:
    names = [name for name in ASKED if name not in OF_EVENTS]
    if chance.random() < 0.3:
        return (*chance.sample(names, chance.randint(1, 2)), chance.choice(sorted(OF_EVENTS)))
    return tuple(chance.sample(names, chance.randint(2, 3)))


def periods_of(chance: random.Random, days: list[date]) -> tuple[Period, ...]:
    """The months of these days, all or only the first; seldom each day by itself."""
    if chance.random() < 0.15:
        return tuple((day, day) for day in days[: chance.randint(1, len(days))])
    firsts = sorted({day.replace(day=1) for day in days})[: chance.randint(1, 2)]
    return tuple((first, first.replace(day=monthrange(first.year, first.month)[1])) for first in firsts)


Visits = list[tuple[int, ...]]  # for each visit the places of its values, and of its day


def visits_of(chance: random.Random, values: tuple[tuple[str, ...], ...], days: int, habits: Habits) -> Visits:
    """Visits whose values and day follow their first value, with a probability; the days differ in how many they have."""
    weights = [[chance.random() ** 2 + 0.05 for _ in names] for names in values]
    busy = [chance.random() ** 2 + 0.02 for _ in range(days)]
    found = []
    for _ in range(habits.visits):
        places: list[int] = []
        for names, weight in zip(values, weights, strict=True):
            follow = places and chance.random() < habits.follows
            places.append(places[0] % len(names) if follow else chance.choices(range(len(names)), weight)[0])
        follow = chance.random() < habits.day_follows
        found.append((*places, places[0] % days if follow else chance.choices(range(days), busy)[0]))
    return found


def _share(seed: int) -> str:
    if seed % SHARED_EVERY == 0:
        return random.Random(f"share {seed}").choice(shares_of("visits"))
    return "bounces" if seed % ADDING_EVERY == ADDING and random.Random(f"bounces {seed}").random() < 0.5 else ""


def _adds(seed: int, dimensions: tuple[str, ...]) -> str:
    if seed % ADDING_EVERY != ADDING:
        return ""
    return random.Random(f"adds {seed}").choice([name for name in ADDED if name != "events" or OF_EVENTS & set(dimensions)])


def _more(seed: int, adds: str, cells: np.ndarray, counts: np.ndarray, share: str) -> np.ndarray:
    """How much the visits of each cell add: more of one first value and of one day than of others, of those that bounced no page."""
    chance = random.Random(f"more {seed}")
    rich: dict[tuple[int, int], float] = {}
    found = []
    for cell, count in zip(cells.tolist(), counts.tolist(), strict=True):
        times = max(rich.setdefault((side, cell[side]), chance.choice((0.0, 0.3, 1.0, 3.0))) for side in (0, -2))
        none = is_never(adds, share) and cell[-3] == 1
        found.append(0 if none or not times else sum(int(chance.expovariate(1 / times) * ADDED[adds][1]) for _ in range(count)))
    return np.array(found, dtype=np.int64)


def is_never(adds: str, share: str) -> bool:
    """Whether visits that count in a share add nothing."""
    return any(measure.name == adds and measure.never == share != "" for measure in told_with_visits("visits"))


def _shared(seed: int, visits: Visits) -> Visits:
    """The same visits, with whether each counts in the site's share: how probably follows from its first value and its last."""
    chance = random.Random(f"shared {seed}")
    often: dict[int, float] = {}
    found = []
    for *values, day in visits:
        likely = sum(often.setdefault(value, chance.choice((0.1, 0.5, 0.9))) for value in (values[0], 10 + values[-1])) / 2
        found.append((*values, int(chance.random() < likely), day))
    return found


def _late(chance: random.Random, visits: Visits, days: tuple[date, ...], periods: tuple[Period, ...]) -> set[int]:
    """Which of the visits come late: none, or some of one or two sealed days; no period's visits all do."""
    sealed = [place for place, day in enumerate(days) if day <= periods[-1][1]]
    if chance.random() < 0.7:
        return set()
    chosen = chance.sample(sealed, min(len(sealed), chance.randint(1, 2)))
    share = chance.choice((0.05, 0.3, 0.6))
    late = {n for n, visit in enumerate(visits) if visit[-1] in chosen and chance.random() < share}
    in_time = {days[visit[-1]] for n, visit in enumerate(visits) if n not in late}
    return late if all(any(first <= day <= last for day in in_time) for first, last in periods) else set()


def table_of(sizes: tuple[int, ...], visits: Visits, late: set[int]) -> tuple[np.ndarray, np.ndarray]:
    """All cells of the days and deliveries that have any visit, and their visits. `sizes` are how many values each place has."""
    keys = [(*visit, int(n in late)) for n, visit in enumerate(visits)]
    used = sorted({key[-2:] for key in keys})
    ways = [*map(range, sizes), *([range(2)] if len(visits[0]) > len(sizes) + 1 else [])]
    places = [(*combined, *when) for when in used for combined in product(*ways)]
    number = {cell: n for n, cell in enumerate(places)}
    counts = np.zeros(len(places), dtype=np.int64)
    for key in keys:
        counts[number[key]] += 1
    return np.array(places, dtype=np.int64).reshape(len(places), len(ways) + 2), counts


def rows(site: Site, delivery: int, number: int) -> Rows:
    """One delivery's rows, as a store takes them, for the site of a number: visits, and pages and events where these differ."""
    found: dict[FactName, dict[tuple[Any, ...], list[int]]] = {fact: {} for fact in _MEASURES}
    more = site.more.tolist() if site.adds else [0] * len(site.counts)
    for cell, count, further in zip(site.cells.tolist(), site.counts.tolist(), more, strict=True):
        if not count or cell[-1] != delivery:
            continue
        has = {name: site.values[n][cell[n]] for n, name in enumerate(site.dimensions) if name != "page"}
        walk = _walk(site, cell)
        when = (number, site.days[cell[-2]].toordinal(), int(has.get("hour", NOON)))
        without = site.share if site.share and not cell[-3] else ""
        sums = {fact: _sums(fact, site, count, further, without) for fact in _MEASURES}
        of_visit = sums["visits"] if len(walk.seen) == 1 else _of_walk(count, walk)
        _add(found, "visits", (*_key(has, when, walk.first, walk.last), "", ""), of_visit)
        if "page" in site.dimensions:
            for page in sorted(walk.seen):
                _add(found, "pages", (*_key(has, when, walk.first), "", "", page), sums["pages"])
        if OF_EVENTS & has.keys():
            for prop, value in (("", ""), ("plan", f"plan={has['value']}")) if "value" in has else (("", ""),):
                key = (*_key(has, when, walk.first), "", "", walk.first, has.get("event", "Sign up"), prop, value, has.get("currency", ""))
                _add(found, "events", key, sums["events"])
    return {fact: rows for fact, rows in found.items() if rows}


def _walk(site: Site, cell: list[int]) -> Walk:
    if "page" not in site.dimensions:
        return Walk("/", "/", frozenset("/"))
    place = site.dimensions.index("page")
    if site.walks:
        return site.walks[cell[place]]
    page = site.values[place][cell[place]]
    return Walk(page, page, frozenset((page,)))


def _of_walk(count: int, walk: Walk) -> list[int]:
    """The measures of so many visits that saw several pages once."""
    each = {"visits": 1, "visitors": 1, "engaged": 1, "pageviews": len(walk.seen)}
    return [count * each.get(name, 0) for name in measures_of("visits")]


def _sums(fact: FactName, site: Site, count: int, further: int, without: str) -> list[int]:
    """The measures of so many visits, which add so much to what the site's visits add up to, and count in all shares but one."""
    added = {site.adds: further} if site.adds and fact in ADDED[site.adds][0] else {}
    return [(count if name in _MEASURES[fact] and name != without else 0) + added.get(name, 0) for name in measures_of(fact)]


def _add(found: dict[FactName, dict[tuple[Any, ...], list[int]]], fact: FactName, key: tuple[Any, ...], sums: list[int]) -> None:
    present = found[fact].setdefault(key, [0] * len(sums))
    present[:] = [one + more for one, more in zip(present, sums, strict=True)]


def _key(has: dict[str, str], when: tuple[int, int, int], *pages: str) -> tuple[Any, ...]:
    """What the keys of all facts begin with: of visits the first and the last page, of the others the first."""
    groups = (
        Acquisition(has.get("source", ""), utm_campaign=has.get("utm_campaign", "")),
        Place(has.get("country", "")),
        Device(has.get("browser", ""), device=has.get("device", "")),
    )
    return (*when, has.get("hostname", "example.com"), *pages, *groups)
