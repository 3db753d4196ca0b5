"""The attack on one site: ask everything at every moment, and solve for each crossing of two facts that few visits share."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

import numpy as np

from collector.query import Caller
from tests.privacy_model import questions
from tests.privacy_model.history import Histories, Moment
from tests.privacy_model.questions import Raw
from tests.privacy_model.reading import Bound, Told, read, told
from tests.privacy_model.site import Site
from tests.privacy_model.solver import Tables

ASKED_AT_RANDOM = 16  # by each of the two callers, beside every single breakdown and every pair


@dataclass(frozen=True)
class Crossing:
    """A value of each of two dimensions and some days, that so many visits share."""

    values: tuple[str, str]
    first: date
    last: date
    deliveries: tuple[int, ...]
    visits: int
    cells: np.ndarray = field(repr=False, compare=False)


@dataclass(frozen=True)
class Outcome:
    """What an attack came to. `wrong` are bounds that the true table does not fit: the reading of an answer, or the answer, is."""

    attacked: int
    disclosed: list[Crossing]
    wrong: int
    bounds: int
    solved: int


def attack(site: Site, histories: Histories, at_random: int = ASKED_AT_RANDOM) -> Outcome:
    """Take the site into a store and attack it."""
    alone, together = _gather(site, histories, at_random)
    wrong = sum(not bound.holds(site.counts) for bound in together)
    small = list(small_crossings(site))
    if wrong:
        return Outcome(len(small), [], wrong, len(together), 0)
    told_apart, solved = _told(site, together, small)
    by_singles, _ = _told(site, alone, told_apart)
    disclosed = [crossing for crossing in told_apart if crossing not in by_singles]
    return Outcome(len(small), disclosed, 0, len(together), solved)


def small_crossings(site: Site) -> Iterator[Crossing]:
    """Crossings of 1 to k - 1 visits: of each sealed period, by each sealing of it and by all, and of each day that keeps its detail."""
    live = [(day, day) for day in site.days if day > site.sealed_until]
    deliveries = [(0, 1), (0,), (1,)] if site.is_late else [(0, 1)]
    for one, other in combinations(range(len(site.dimensions)), 2):
        for first, last in (*site.periods, *live):
            for chosen in deliveries:
                yield from _small(site, (one, other), (first, last), chosen)


def _small(site: Site, places: tuple[int, int], period: tuple[date, date], deliveries: tuple[int, ...]) -> Iterator[Crossing]:
    within = site.of_days(*period) & np.isin(site.cells[:, -1], deliveries)
    for i, value in enumerate(site.values[places[0]]):
        for j, other in enumerate(site.values[places[1]]):
            cells = within & (site.cells[:, places[0]] == i) & (site.cells[:, places[1]] == j)
            visits = int(site.counts[cells].sum())
            if 0 < visits < site.k:
                yield Crossing((value, other), *period, deliveries, visits, cells)


def _gather(site: Site, histories: Histories, at_random: int) -> tuple[list[Bound], list[Bound]]:
    """What answers about one dimension at most say, and what all answers say."""
    asked = {public: _asked(site, public, at_random) for public in (True, False)}
    alone: dict[object, Bound] = {}
    together: dict[object, Bound] = {}
    earlier: dict[str, Told] = {}
    for moment in histories.moments(site):
        for public in (True, False) if moment.sealed else (True,):
            singles, more = asked[public]
            for raws, into in ((singles, (alone, together)), (more, (together,))):
                for bound in _bounds(site, histories, raws, Caller(site.k, public), moment, earlier):
                    for bounds in into:
                        bounds[bound.key] = bound
    return list(alone.values()), list(together.values())


def _asked(site: Site, public: bool, at_random: int) -> tuple[list[Raw], list[Raw]]:
    """Questions that name one dimension at most, and the others. What a signed-in caller sees of sealed days is the same rows."""
    chance = random.Random(f"{site.seed} {public}")
    found = questions.some(site, chance, public, at_random)
    if public:
        found += questions.single_breakdowns(site) + questions.crossings(site, chance)
    singles = [raw for raw in found if questions.names_one(raw)]
    return singles, [raw for raw in found if raw not in singles]


def _bounds(
    site: Site, histories: Histories, raws: Sequence[Raw], caller: Caller, moment: Moment, earlier: dict[str, Told]
) -> Iterator[Bound]:
    """What the answers to some questions say; `earlier` remembers what they were told before."""
    for raw, answer in zip(raws, histories.ask(list(raws), caller), strict=True):
        key = f"{caller.public} {raw}"
        yield from read(site, raw, answer, moment, earlier.get(key) if moment.newly else {})
        earlier[key] = told(answer)


def _told(site: Site, bounds: Sequence[Bound], crossings: Iterable[Crossing]) -> tuple[list[Crossing], int]:
    """The crossings that have one number of visits in every table that fits the bounds, and how many programs were solved."""
    left = list(crossings)
    if not left:
        return [], 0
    tables = Tables(len(site.cells), bounds)
    found: list[Crossing] = []
    solved = 0
    while left:
        crossing, *left = left
        for sense in ("least", "most"):
            visits, table = tables.extreme(crossing.cells, sense)
            solved += 1
            left = [one for one in left if int(table[one.cells].sum()) == one.visits]
            if visits != crossing.visits:
                break
        else:
            found.append(crossing)
    return found, solved
