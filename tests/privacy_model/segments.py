"""Saved segments of small random sites: cells of a pair, wider and narrower ones, ones that overlap; and what sealing is handed."""

import random
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import numpy as np

from collector.ops.seals import segment_of
from collector.store.interface import Segment
from tests.privacy_model.site import ASKED, OF_VISITS, VALUES, Site

SHARE = 0.5  # of the sites whose dimensions can be combined
MOST = 3  # segments of a site
# What a segment may name: dimensions of visits, but not their hour.
NAMED = {name: tuple(api for api in ASKED[name] if api != "event:page") for name in (*OF_VISITS, "page") if name != "hour"}

Conditions = dict[str, list[Any]]  # by the site's dimension


def with_segments(site: Site) -> Site:
    """The site with segments that were saved before its detail was sealed, or with none. Its visits are the same."""
    chance = random.Random(f"segments {site.seed}")
    names = [name for name in site.dimensions if name in NAMED]
    if len(names) < 2 or chance.random() > SHARE:
        return site
    found: list[Conditions] = []
    for _ in range(chance.randint(1, MOST)):
        kinds = (_cell, _any, _narrower, _narrower, _overlapping) if found else (_cell, _any)
        found.append(chance.choice(kinds)(site, chance, names, found))
    filters = {str(list(conditions.values())): list(conditions.values()) for conditions in found}
    return replace(site, segments=tuple((f"segment {n}", asked) for n, asked in enumerate(filters.values())))


def nested() -> Site:
    """A drawn site with a segment within another: two visits are what the narrower leaves of the wider, of all else there is plenty."""
    names = ("country", "browser", "device")
    values = tuple(VALUES[name][:3] for name in names)
    cells = [(*places, 0, 0) for places in product(range(3), repeat=3)]
    counts = np.array([2 if cell[:3] == (0, 0, 2) else 20 for cell in cells])
    both = [["is", "visit:country", ["FI"]], ["is", "visit:browser", ["Firefox"]]]
    wider, narrower = ([*both, ["is", "visit:device", chosen]] for chosen in (["Mobile", "Tablet"], ["Mobile"]))
    month = (date(2026, 3, 1), date(2026, 3, 31))
    return Site(1, 5, names, values, (month[0],), (month,), np.array(cells), counts, (("wider", wider), ("narrower", narrower)))


def _cell(site: Site, chance: random.Random, names: list[str], before: list[Conditions]) -> Conditions:
    """One cell of a pair."""
    return {name: _condition(site, chance, name, "is") for name in chance.sample(names, 2)}


def _any(site: Site, chance: random.Random, names: list[str], before: list[Conditions]) -> Conditions:
    """Two dimensions or three."""
    return {name: _condition(site, chance, name) for name in chance.sample(names, chance.randint(2, len(names)))}


def _narrower(site: Site, chance: random.Random, names: list[str], before: list[Conditions]) -> Conditions:
    """A part of a segment: one value less, or one condition more."""
    wider = chance.choice(before)
    several = [name for name, (_, _, values) in wider.items() if len(values) > 1]
    more = [name for name in names if name not in wider]
    if several or not more:
        return wider | {name: [*wider[name][:2], wider[name][2][:1]] for name in several[:1]}
    return wider | {more[0]: _condition(site, chance, more[0])}


def _overlapping(site: Site, chance: random.Random, names: list[str], before: list[Conditions]) -> Conditions:
    """A segment with one of its conditions changed."""
    other = chance.choice(before)
    name = chance.choice(list(other))
    return other | {name: _condition(site, chance, name)}


def _condition(site: Site, chance: random.Random, name: str, operator: str = "") -> list[Any]:
    operator = operator or chance.choice(("is", "is two", "is_not"))
    values = site.values[site.dimensions.index(name)]
    count = 2 if operator == "is two" and len(values) > 2 else 1
    return [operator.removesuffix(" two"), chance.choice(NAMED[name]), chance.sample(values, count)]


def for_sealing(site: Site) -> list[Segment]:
    """The site's segments as the server hands them to a sealing."""
    return [segment_of(name, filters) for name, filters in site.segments]
