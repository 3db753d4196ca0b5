"""The attack on one site: ask everything at every moment, and solve for each crossing of two facts that few visits share."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations, product

import numpy as np

from collector.query import Caller
from tests.privacy_model import questions
from tests.privacy_model.history import Histories, Moment
from tests.privacy_model.questions import Raw, dimension_of
from tests.privacy_model.reading import Bound, Told, asked_measures, fitting, of_pages, read, told
from tests.privacy_model.site import ADDED, Site, is_never
from tests.privacy_model.solver import Tables

ASKED_AT_RANDOM = 16  # by each of the two callers, beside every single breakdown and every pair
OF_SEGMENTS_AT_RANDOM = 6  # by each of the two callers, where a site has segments


@dataclass(frozen=True)
class Crossing:
    """A value of each of two dimensions, or a group that segments draw, and some days: what so many visits share.

    With `added` it is about what these add up to, and `visits` is that.
    """

    values: tuple[str, ...]
    first: date
    last: date
    deliveries: tuple[int, ...]
    visits: int
    cells: np.ndarray = field(repr=False, compare=False)
    added: bool = False


@dataclass(frozen=True)
class Outcome:
    """What an attack came to.

    `attacked` are crossings, and `segments` groups that segments draw, of 1 to k - 1 visits. `wrong` are bounds that the true table does
    not fit: the reading of an answer, or the answer, is.
    """

    attacked: int
    segments: int
    disclosed: list[Crossing]
    wrong: int
    bounds: int
    solved: int


def attack(site: Site, histories: Histories, at_random: int = ASKED_AT_RANDOM) -> Outcome:
    """Take the site into a store and attack it."""
    alone, unsaved, together = _gather(site, histories, at_random)
    wrong = sum(not bound.holds(site) for bound in together)
    crossings, segments = list(small_crossings(site)), list(small_segments(site))
    if wrong:
        return Outcome(len(crossings), len(segments), [], wrong, len(together), 0)
    told_apart, solved = _told(site, together, [*crossings, *segments])
    by_singles, _ = _told(site, alone, [one for one in told_apart if one in crossings])
    by_others, _ = _told(site, unsaved, [one for one in told_apart if one in segments])
    disclosed = [one for one in told_apart if one not in (*by_singles, *by_others)]
    return Outcome(len(crossings), len(segments), disclosed, 0, len(together), solved)


def small_crossings(site: Site) -> Iterator[Crossing]:
    """Crossings of 1 to k - 1 visits: of each sealed period, by each sealing of it and by all, and of each day that keeps its detail."""
    live = [(day, day) for day in site.days if day > site.sealed_until]
    for one, other in combinations(site.apis, 2):
        for first, last in (*site.periods, *live):
            for chosen in _deliveries(site):
                yield from _small(site, (one, other), (first, last), chosen)


def small_segments(site: Site) -> Iterator[Crossing]:
    """Groups of 1 to k - 1 visits that segments draw: of each sealed period, and of each of its days, which are told by themselves."""
    sealed = [(day, day) for day in site.days if day <= site.sealed_until]
    for values, fits in _drawn(site):
        for first, last in dict.fromkeys([*site.periods, *sealed]):
            for chosen in _deliveries(site):
                cells = fits & site.of_days(first, last) & np.isin(site.cells[:, -1], chosen)
                visits = int(site.counts[cells].sum())
                if 0 < visits < site.k:
                    yield from _of_both(site, Crossing(values, first, last, chosen, visits, cells))


def _drawn(site: Site) -> Iterator[tuple[tuple[str, ...], np.ndarray]]:
    """What segments are, what is outside of them, what they leave of their conditions, and what two of them share and do not."""
    of = {name: fitting(site, filters) for name, filters in site.segments}
    for name, filters in site.segments:
        yield (name,), of[name]
        yield ("not", name), ~of[name]
        for condition in filters:
            yield (str(condition), "not", name), fitting(site, [condition]) & ~of[name]
    for one, other in combinations(of, 2):
        yield (one, other), of[one] & of[other]
        yield (one, "not", other), of[one] & ~of[other]
        yield (other, "not", one), of[other] & ~of[one]


def _deliveries(site: Site) -> list[tuple[int, ...]]:
    return [(0, 1), (0,), (1,)] if site.is_late else [(0, 1)]


def _small(site: Site, apis: tuple[str, str], period: tuple[date, date], deliveries: tuple[int, ...]) -> Iterator[Crossing]:
    within = site.of_days(*period) & np.isin(site.cells[:, -1], deliveries)
    for values in product(*(site.values[site.dimensions.index(dimension_of(api))] for api in apis)):
        cells = within
        for api, value in zip(apis, values, strict=True):
            cells = cells & site.summed(site.of_value(api, value.__eq__)).astype(bool)
        visits = int(site.counts[cells].sum())
        if 0 < visits < site.k:
            yield from _of_both(site, Crossing((*apis, *values), *period, deliveries, visits, cells))


def _of_both(site: Site, crossing: Crossing) -> Iterator[Crossing]:
    """The crossing's visits, and what these add up to."""
    yield crossing
    more = int(site.more[crossing.cells].sum()) if site.adds else 0
    if more:
        yield replace(crossing, visits=more, added=True)


def _gather(site: Site, histories: Histories, at_random: int) -> tuple[list[Bound], list[Bound], list[Bound]]:
    """What answers about one dimension at most say, what answers that name no segment say, and what all answers say."""
    asked = {public: _asked(site, public, at_random) for public in (True, False)}
    alone: dict[object, Bound] = {}
    unsaved: dict[object, Bound] = {}
    together: dict[object, Bound] = {}
    earlier: dict[str, dict[str, Told]] = {}
    if is_never(site.adds, site.share):
        none = Bound(site.of_share.astype(np.int64), 0, 0, added=True)
        for bounds in (alone, unsaved, together):
            bounds[none.key] = none
    for bound in of_pages(site):
        for bounds in (alone, unsaved, together):
            bounds[bound.key] = bound
    for moment in histories.moments(site):
        for public in (True, False) if moment.sealed else (True,):
            singles, more, saved = asked[public]
            for raws, into in ((singles, (alone, unsaved, together)), (more, (unsaved, together)), (saved, (together,))):
                for bound in _bounds(site, histories, raws, Caller(site.k, public), moment, earlier):
                    for bounds in into:
                        bounds[bound.key] = bound
    return list(alone.values()), list(unsaved.values()), list(together.values())


def _asked(site: Site, public: bool, at_random: int) -> tuple[list[Raw], list[Raw], list[Raw]]:
    """Questions that name one dimension at most, the others, and those that name a segment.

    What a signed-in caller sees of sealed days is the same rows.
    """
    chance = random.Random(f"{site.seed} {public}")
    found = questions.some(site, chance, public, at_random)
    if public:
        found += questions.single_breakdowns(site) + questions.crossings(site, chance)
    singles = [raw for raw in found if questions.names_one(site, raw)]
    saved = questions.of_segments(site, random.Random(f"segments {site.seed} {public}"), public, OF_SEGMENTS_AT_RANDOM)
    kinds = singles, [raw for raw in found if raw not in singles], saved
    one, more, of_segments = ([questions.with_measures(site, raw) for raw in raws] for raws in kinds)
    return one, more, of_segments


def _bounds(
    site: Site, histories: Histories, raws: Sequence[Raw], caller: Caller, moment: Moment, earlier: dict[str, dict[str, Told]]
) -> Iterator[Bound]:
    """What the answers to some questions say; `earlier` remembers what they were told before."""
    for raw, answer in zip(raws, histories.ask(list(raws), caller), strict=True):
        key = f"{caller.public} {raw}"
        yield from read(site, raw, answer, moment, earlier.get(key) if moment.newly else {})
        if moment.present == moment.sealed:  # of rows that are not sealed yet, who is signed in is told, too
            earlier[key] = {measure: told(raw, answer, measure) for measure in asked_measures(site, raw)}


def _told(site: Site, bounds: Sequence[Bound], crossings: Iterable[Crossing]) -> tuple[list[Crossing], int]:
    """The crossings that have one number of visits in every table that fits the bounds, and how many programs were solved."""
    left = list(crossings)
    if not left:
        return [], 0
    tables = Tables(len(site.cells), bounds, ADDED[site.adds][-1] if site.adds else 0)
    found: list[Crossing] = []
    solved = 0
    while left:
        crossing, *left = left
        for sense in ("least", "most"):
            visits, table = tables.extreme(tables.columns(crossing.cells, crossing.added), sense)
            solved += 1
            left = [one for one in left if int(table @ tables.columns(one.cells, one.added)) == one.visits]
            if visits != crossing.visits:
                break
        else:
            found.append(crossing)
    return found, solved
