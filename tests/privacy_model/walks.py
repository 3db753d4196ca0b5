"""Small random sites whose visits see several pages: a first one, a last one, and any between them.

A cell has the walk of its visits: which pages they saw, and which of these first and last. Pages seen again leave no trace in visits.
"""

import random
from datetime import timedelta
from itertools import chain, combinations, product

from tests.privacy_model.site import FIRST_MONTH, OF_VISITS, VALUES, Habits, Site, Walk, periods_of, table_of, visits_of

GOES_ON = (0.2, 0.4, 0.6)  # how probably a visit sees one page more
MOST_PAGES = 5  # of a visit, repeats included


def walking(seed: int) -> Site:
    """The site of a seed."""
    chance = random.Random(f"walks {seed}")
    k = chance.choice((5, 6, 10))
    pages = VALUES["page"][: chance.choice((2, 2, 3))]
    others = tuple(chance.sample([name for name in OF_VISITS if name != "hour"], 1 if len(pages) > 2 else chance.randint(1, 2)))
    walks = walks_of(pages)
    values = (pages, *(VALUES[name][: chance.randint(2, 3)] for name in others))
    days = tuple(sorted(chance.sample([FIRST_MONTH + timedelta(days=n) for n in range(31)], chance.randint(1, 3))))
    habits = Habits(chance.randint(k, 15 * k), chance.choice((0, 0.6, 0.9)), chance.choice((0, 0.5, 0.9)))
    goes_on = chance.choice(GOES_ON)
    number = {walk: place for place, walk in enumerate(walks)}
    visits = [(number[_from(chance, pages, pages[first], goes_on)], *rest) for first, *rest in visits_of(chance, values, len(days), habits)]
    periods = periods_of(chance, sorted({days[visit[-1]] for visit in visits}))
    cells, counts = table_of((len(walks), *map(len, values[1:])), visits, set())
    return Site(seed, k, ("page", *others), values, days, periods, cells, counts, walks=walks)


def walks_of(pages: tuple[str, ...]) -> tuple[Walk, ...]:
    """All walks on some pages."""
    between = [frozenset(some) for some in chain.from_iterable(combinations(pages, n) for n in range(len(pages) + 1))]
    return tuple(dict.fromkeys(Walk(first, last, seen | {first, last}) for first, last, seen in product(pages, pages, between)))


def _from(chance: random.Random, pages: tuple[str, ...], first: str, goes_on: float) -> Walk:
    seen = [first]
    while len(seen) < MOST_PAGES and chance.random() < goes_on:
        seen.append(chance.choice(pages))
    return Walk(first, seen[-1], frozenset(seen))
