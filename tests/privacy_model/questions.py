"""What an attacker may ask of a small site: every kind of question, over its periods, parts of them and several at once.

A public caller asks over all days, a signed-in one over sealed history alone: kept detail is theirs to see.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import permutations, product
from typing import Any

from tests.privacy_model.site import ASKED, DIMENSION, FIRST, LAST, OF_EVENTS, SEEN, Site

Raw = dict[str, Any]
SEGMENT = "segment"
BUCKETS = ("time:day", "time:week", "time:month", "time:hour")
# The metric that tells what a site's visits are told apart by. Shares of visits are not asked of what is not about whole visits.
SHARES = {"visitors": "visitors", "bounces": "bounce_rate", "engaged": "engagement_rate"}
# The metric that tells what they add up to.
SUMS = {"pageviews": "pageviews", "seconds": "visit_duration", "events": "events"}
_OF_EVENTS_ALONE = ("event:name", "event:props:plan", "event:currency")
_OF_PARTS = ("event:page", "event:name", "event:props:plan", "event:currency")


def dimension_of(api: str) -> str:
    """The site's dimension that a question names."""
    return DIMENSION[api]


def filtered_on(filters: Sequence[Any]) -> Iterator[str]:
    """What conditions name."""
    for condition in filters:
        yield from filtered_on(condition[1]) if condition[0] in ("and", "or") else (condition[1],)


def names_segment(raw: Raw) -> bool:
    """Whether a question names a segment."""
    return SEGMENT in filtered_on(raw["filters"])


def names_one(site: Site, raw: Raw) -> bool:
    """Whether a question names one dimension at most."""
    if names_segment(raw):
        return False
    asked = [*(api for api in raw["dimensions"] if api in DIMENSION), *filtered_on(raw["filters"])]
    named = {api if site.walks and api in ASKED["page"] else DIMENSION[api] for api in asked}
    hours = "time:hour" in raw["dimensions"] or "T" in raw["date_range"][1]
    return len(named | ({"hour"} if hours else set())) < 2


def names_event(raw: Raw) -> bool:
    """Whether a question is about events alone: else page views are events, too."""
    return not {*raw["dimensions"], *filtered_on(raw["filters"])}.isdisjoint(_OF_EVENTS_ALONE)


def with_measures(site: Site, raw: Raw) -> Raw:
    """The question, asking for the site's share and for what its visits add up to, where that can be asked."""
    named = {*raw["dimensions"], *filtered_on(raw["filters"])}
    of_parts = not named.isdisjoint(_OF_PARTS)
    share = [SHARES[site.share]] if site.share and (site.share == "visitors" or not of_parts) else []
    can_be_asked = {"pageviews": not names_event(raw), "seconds": not of_parts, "events": named.isdisjoint(("visit:exit_page", SEGMENT))}
    added = [SUMS[site.adds]] if site.adds and can_be_asked[site.adds] else []
    return {**raw, "metrics": [*raw["metrics"], *share, *added]}


def single_breakdowns(site: Site) -> list[Raw]:
    """One dimension at a time, or none: by day and by month, for each period and for all of them, and with filters on it alone."""
    spans = list(dict.fromkeys([_whole(site, True), *site.periods[:3]]))
    found = [_question(span, ["time:day"]) for span in spans]
    # Of a page a share of visits, and their seconds, are told as of the page they began with.
    first = [FIRST] if (site.share or site.adds) and "page" in site.dimensions and not site.walks else []
    for api in (*site.apis, *first):
        found += [_question(span, [api, *time]) for span in spans for time in ([], ["time:day"], ["time:month"])]
        found += [_question(spans[0], ["time:day"], [["is", api, [value]]]) for value in _values(site, dimension_of(api))]
    return found


def crossings(site: Site, chance: random.Random) -> list[Raw]:
    """Two dimensions, all values at once as an export has them: every pair, in one direction or the other, of each period."""
    live = [(day, day) for day in site.days if day > site.sealed_until][-1:]
    pairs = [chance.sample(pair, 2) for pair in _pairs(site) if pair[0] < pair[1]]
    return [_question(span, pair) for pair in pairs for span in (*site.periods, *live)]


def some(site: Site, chance: random.Random, public: bool, count: int) -> list[Raw]:
    """So many questions of every kind, over any days."""
    spans = list(_spans(site, chance, public))
    makers = (_filtered, _filtered, _filtered_on_both, _filtered_on_both, _timed, _joined, _three, _three_filtered, _one)
    found = [chance.choice(makers)(site, chance, chance.choice(spans)) for _ in range(count)]
    return [_compared(raw, chance, chance.choice(spans)) for raw in found]


def of_segments(site: Site, chance: random.Random, public: bool, count: int) -> list[Raw]:
    """Each segment of each period and of each day, and so many questions of any days, a few of which name something else, too."""
    if not site.segments:
        return []
    named = [[["is", SEGMENT, [name]]] for name, _ in site.segments]
    found = [_question(period, [], filters) for filters in named for period in site.periods[:3]] if public else []
    found += [_question(_whole(site, public), ["time:day"], filters) for filters in named] if public else []
    spans = list(_spans(site, chance, public))
    for _ in range(count):
        raw = _question(chance.choice(spans), chance.choice(([], *([bucket] for bucket in BUCKETS))), chance.choice(named), chance)
        found.append(_compared(chance.choice((raw, raw, raw, _with_more(site, chance, raw))), chance, chance.choice(spans)))
    return found


def _with_more(site: Site, chance: random.Random, raw: Raw) -> Raw:
    """A segment and a dimension of visits beside it, or two segments."""
    name = chance.choice([name for name in site.dimensions if name not in OF_EVENTS])
    if chance.random() < 0.3:
        return {**raw, "dimensions": [*raw["dimensions"], ASKED[name][-1]]}
    other = ["is", SEGMENT, [chance.choice(site.segments)[0]]] if chance.random() < 0.5 else _condition(site, chance, name, ASKED[name][-1])
    return {**raw, "filters": [*raw["filters"], other]}


def _compared(raw: Raw, chance: random.Random, span: tuple[Any, Any]) -> Raw:
    """Some of the questions compare their range with another."""
    if raw.get("include") or chance.random() < 0.7:
        return raw
    return {**raw, "include": {"compare": chance.choice(("previous_period", [str(end) for end in span]))}}


def _one(site: Site, chance: random.Random, span: tuple[Any, Any]) -> Raw:
    name = chance.choice(site.dimensions)
    api = chance.choice(ASKED[name])
    time = chance.sample(BUCKETS, chance.randint(0, 1))
    filters = [_condition(site, chance, name, api)] if chance.random() < 0.5 else []
    return _question(span, [*([api] if chance.random() < 0.5 else []), *time], filters, chance)


def _filtered(site: Site, chance: random.Random, span: tuple[Any, Any]) -> Raw:
    one, other = chance.choice(list(_pairs(site)))
    dimensions = chance.choice(([other], [other], [one, other], [other, one]))
    return _question(span, dimensions, [_condition(site, chance, dimension_of(one), one)], chance)


def _filtered_on_both(site: Site, chance: random.Random, span: tuple[Any, Any]) -> Raw:
    pair = chance.choice(list(_pairs(site)))
    filters = [_condition(site, chance, dimension_of(api), api) for api in pair]
    return _question(span, chance.choice(([], [], [pair[0]], ["time:month"])), filters, chance)


def _timed(site: Site, chance: random.Random, span: tuple[Any, Any]) -> Raw:
    one, other = chance.choice(list(_pairs(site)))
    bucket = chance.choice(BUCKETS)
    if chance.random() < 0.5:
        return _question(span, [one, other, bucket], [], chance)
    return _question(span, [other, bucket], [_condition(site, chance, dimension_of(one), one)], chance)


def _joined(site: Site, chance: random.Random, span: tuple[Any, Any]) -> Raw:
    pair = chance.choice(list(_pairs(site)))
    filters = [_condition(site, chance, dimension_of(api), api) for api in pair]
    return _question(span, [], [[chance.choice(("or", "and")), filters]], chance)


def _three(site: Site, chance: random.Random, span: tuple[Any, Any]) -> Raw:
    names = chance.sample(site.dimensions, len(site.dimensions))
    return _question(span, [ASKED[name][0] for name in names], [], chance)


def _three_filtered(site: Site, chance: random.Random, span: tuple[Any, Any]) -> Raw:
    *named, last = chance.sample(site.dimensions, len(site.dimensions))
    return _question(span, [ASKED[last][0]], [_condition(site, chance, name, ASKED[name][0]) for name in named], chance)


def _condition(site: Site, chance: random.Random, name: str, api: str) -> list[Any]:
    values = _values(site, name)
    kind = chance.choice(("is", "is", "is", "is two", "is_not", "contains", "contains_not"))
    if kind.startswith("contains"):
        value = chance.choice(values)
        return [kind, api, [value[:1] if chance.random() < 0.5 else value[-1:]]]
    return [kind.removesuffix(" two"), api, chance.sample(values, min(len(values), 2 if kind == "is two" else 1))]


def _pairs(site: Site) -> Iterator[tuple[str, str]]:
    """Every pair of what can be asked, in both directions."""
    if site.walks:
        yield from ((FIRST, LAST), (LAST, FIRST), (FIRST, SEEN), (SEEN, FIRST))
    for one, other in permutations(site.dimensions, 2):
        for pair in product(ASKED[one], ASKED[other]):
            # A visit's last page is kept with the visit alone, not with what happens on its pages.
            if "visit:exit_page" not in pair or not OF_EVENTS & {one, other}:
                yield pair


def _values(site: Site, name: str) -> tuple[str, ...]:
    return site.values[site.dimensions.index(name)]


def _spans(site: Site, chance: random.Random, public: bool) -> Iterator[tuple[Any, Any]]:
    """Periods, all days, one day more or less than each, from one day with visits to another, and parts of days."""
    whole = _whole(site, public)
    yield from (whole, *site.periods[:3])
    for first, last in site.periods[:3]:
        yield first + timedelta(days=last > first), last
        yield from ((first, last + timedelta(days=1)), (first - timedelta(days=1), last)) if public else ()
    days = [day for day in site.days if public or day <= site.sealed_until]
    for _ in range(3):
        first, last = sorted((chance.choice(days), chance.choice(days)))
        yield first, last
        yield f"{first}T00:00:00", f"{last}T{chance.choice(('09', '12', '17'))}:00:00"


def _whole(site: Site, public: bool) -> tuple[date, date]:
    return site.periods[0][0], max(site.days[-1], site.sealed_until) if public else site.sealed_until


def _question(span: tuple[Any, Any], dimensions: list[str], filters: list[Any] | None = None, chance: random.Random | None = None) -> Raw:
    raw: Raw = {"metrics": ["visits"], "date_range": [str(end) for end in span], "dimensions": dimensions, "filters": filters or []}
    if chance and dimensions and chance.random() < 0.25:
        raw |= {"pagination": {"limit": chance.randint(1, 3)}, "include": {"total_rows": True}}
    return raw
