"""A made-up year of raw hits, in order of time: what `footfall serve --demo` sends through the real pipeline.

The same seed tells the same story. Nothing here reads a clock or a network: `history` is a function of its arguments.
"""

import math
import random
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from itertools import accumulate
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar

from collector.clock import EPOCH_ORDINAL
from collector.demo import story
from collector.demo.browsers import BROWSERS, CRAWLERS, strings
from collector.demo.networks import COUNTRIES, address

DAY_S = 86_400
T = TypeVar("T")

SHARE_RETURNING = 0.12  # visits by someone who was there earlier that day
SHARE_CRAWLERS = 0.015  # beside the visits, each one hit
SHARE_QUICK = 0.25  # pages left before there is anything to report
SHARE_BUYING, SHARE_JOINING, SHARE_LEAVING_OUT, SHARE_DOWNLOADING = 0.022, 0.015, 0.03, 0.02
PAGE_SECONDS_MAX = 900  # half a visit's gap, so that a visit stays one


class GeneratedHit(NamedTuple):
    """One request as a browser would send it: `body` has the short keys of `POST /api/event`, `time_s` is UTC."""

    time_s: int
    address: str
    user_agent: str
    accept_language: str
    body: dict[str, Any]


class _Person(NamedTuple):
    address: str
    user_agent: str
    language: str
    width: int
    utc_offset_h: int


class _Choice(Generic[T]):
    """Draws items by weight: 0.2 µs against 1 µs of `random.choices`."""

    def __init__(self, picked: random.Random, items: dict[T, float]) -> None:
        self._random = picked.random
        self._items = list(items)
        self._sums = list(accumulate(items.values()))
        self._total = self._sums[-1]

    def __call__(self) -> T:
        return self._items[bisect_left(self._sums, self._random() * self._total)]


def history(days: int, end_s: int, seed: int, visits_per_day: int, domain: str = story.DOMAIN) -> Iterator[GeneratedHit]:
    """Hits of the `days` days before `end_s` (seconds since 1970 UTC) and the part of its own day, in order of time.

    `visits_per_day` is the average; the first days have fewer and the last more.
    """
    teller = _Teller(random.Random(seed), visits_per_day, domain)  # noqa: S311  # a story, not a secret
    first, last = end_s // DAY_S - days, end_s // DAY_S
    late: list[GeneratedHit] = []  # of visits that went on past midnight
    for day in range(first, last + 1):
        hits = late + teller.day(day, (day - first) / max(days, 1))
        hits.sort(key=itemgetter(0))
        cut = bisect_left(hits, min((day + 1) * DAY_S, end_s), key=itemgetter(0))
        yield from hits[:cut]
        late = hits[cut:]


class _Teller:
    """Tells one day after the other. `progress` runs from 0 on the first day to 1 on the last."""

    def __init__(self, picked: random.Random, visits_per_day: int, domain: str) -> None:
        self._picked, self._visits, self._domain = picked, visits_per_day, domain
        self._country = _Choice(picked, {country: float(country.weight) for country in COUNTRIES})
        self._browser = _Choice(picked, {number: float(browser.weight) for number, browser in enumerate(BROWSERS)})
        self._hour = _Choice(picked, {hour: float(weight) for hour, weight in enumerate(story.HOURS)})
        self._length = _Choice(picked, {pages: float(share) for pages, share in story.LENGTHS})
        sections = {name: _zipf(pages) for name, pages in story.PAGES.items()}
        self._page = {name: _Choice(picked, weights) for name, weights in sections.items()}
        lasting = [weights for name, weights in sections.items() if name != story.CAMPAIGN_SECTION]
        self._page["any"] = _Choice(picked, {page: weight for weights in lasting for page, weight in weights.items()})

    def day(self, day: int, progress: float) -> list[GeneratedHit]:
        """The hits of the visits that begin on a day (whole days since 1970), in no order."""
        today = date.fromordinal(EPOCH_ORDINAL + day)
        agents, kind = strings(today.toordinal()), self._kinds(today, progress)
        arrivals = {name: self._arrivals(name, today) for name in story.ARRIVALS}
        people: list[_Person] = []
        hits: list[GeneratedHit] = []
        for _ in range(self._number(today, progress)):
            returning = people and self._picked.random() < SHARE_RETURNING
            person = self._picked.choice(people) if returning else self._person(agents)
            people.append(person)
            self._visit(hits, person, self._start(day, person), arrivals["direct" if returning else kind()]())
        hits += [self._crawl(day) for _ in range(round(len(people) * SHARE_CRAWLERS))]
        return hits

    def _number(self, today: date, progress: float) -> int:
        """How many visits a day has: rhythm of week and year, growth, chance."""
        growth = math.pow(story.GROWTH, progress - 0.5)
        rhythm = story.WEEKDAYS[today.weekday()] * story.MONTHS[today.month - 1]
        return max(1, round(self._visits * growth * rhythm * self._picked.gauss(1, 0.06)))

    def _kinds(self, today: date, progress: float) -> _Choice[str]:
        weights = {name: share * change**progress for name, (share, change) in story.KINDS.items()}
        if today.weekday() == story.NEWSLETTER_WEEKDAY:
            weights["email"] *= story.NEWSLETTER_LIFT
        return _Choice(self._picked, weights)

    def _arrivals(self, kind: str, today: date) -> _Choice[story.Arrival]:
        running = [each for first, last, extra in story.CAMPAIGNS if first <= (today.month, today.day) <= last for each in extra]
        arrivals = (*story.ARRIVALS[kind], *(running if kind == "paid" else ()))
        return _Choice(self._picked, {arrival: float(arrival.weight) for arrival in arrivals})

    def _person(self, agents: list[str]) -> _Person:
        country, number, picked = self._country(), self._browser(), self._picked
        where = address(picked, picked.choice(country.ranges))
        # The first language is the common one: the smaller of two draws leans that way.
        language = country.languages[int(min(picked.random(), picked.random()) * len(country.languages))]
        return _Person(where, agents[number], language, picked.choice(BROWSERS[number].widths), country.utc_offset_h)

    def _start(self, day: int, person: _Person) -> int:
        hour = (self._hour() - person.utc_offset_h) % 24
        return day * DAY_S + hour * 3600 + self._picked.randrange(3600)

    def _visit(self, hits: list[GeneratedHit], person: _Person, now_s: int, arrival: story.Arrival) -> None:
        """One visit's hits: pages with what was seen of each, and perhaps something done on the last."""
        pages = self._pages(arrival)
        for number, page in enumerate(pages):
            now_s = self._view(hits, person, now_s, page, arrival if number == 0 else story.Arrival(0, ""))
        self._act(hits, person, now_s, pages[-1])

    def _pages(self, arrival: story.Arrival) -> list[str]:
        pages = [self._page[arrival.lands]()]
        pages += [self._page["any"]() for _ in range(self._length() - 1)]
        if len(pages) > 2 and self._picked.random() < SHARE_BUYING * 2.5:  # two visits in five are that long
            pages += ["/cart", "/checkout", "/checkout/thank-you"]
        return pages

    def _view(self, hits: list[GeneratedHit], person: _Person, now_s: int, page: str, arrival: story.Arrival) -> int:
        """A page view and, unless it was quick, the report of how long and how far; returns when the page is left."""
        url = self._url(page, arrival.query)
        body: dict[str, Any] = {"n": "pageview", "u": url, "d": self._domain, "w": person.width}
        if arrival.referrer:
            body["r"] = arrival.referrer
        hits.append(_hit(now_s, person, body))
        if self._picked.random() < SHARE_QUICK:
            return now_s + 2
        seconds = min(int(self._picked.lognormvariate(3.3, 0.9)) + 4, PAGE_SECONDS_MAX)  # half of them past half a minute
        scroll = min(100, int(self._picked.triangular(12, 118, 70)))
        report = {"n": "engagement", "u": url, "d": self._domain, "e": seconds * 850, "sd": scroll}  # awake 85 % of the time
        hits.append(_hit(now_s + seconds, person, report))
        return now_s + seconds

    def _act(self, hits: list[GeneratedHit], person: _Person, now_s: int, page: str) -> None:
        draw, picked = self._picked.random(), self._picked
        if page == "/checkout/thank-you":
            revenue = {"currency": "EUR", "amount": picked.choice(story.PRICES)}
            self._event(hits, person, now_s, page, "Purchase", {"items": str(picked.choice((1, 1, 1, 2, 2, 3)))}, revenue)
        elif draw < SHARE_JOINING:
            self._event(hits, person, now_s, page, "Sign up", {"plan": picked.choice(story.PLANS)})
        elif draw < SHARE_JOINING + SHARE_LEAVING_OUT:
            self._event(hits, person, now_s, page, "Outbound Link: Click", {"url": picked.choice(story.OUTBOUND)})
        elif draw < SHARE_JOINING + SHARE_LEAVING_OUT + SHARE_DOWNLOADING:
            self._event(hits, person, now_s, page, "File Download", {"url": self._url(picked.choice(story.DOWNLOADS))})

    def _event(
        self,
        hits: list[GeneratedHit],
        person: _Person,
        now_s: int,
        page: str,
        name: str,
        props: dict[str, str],
        revenue: dict[str, str] | None = None,
    ) -> None:
        body: dict[str, Any] = {"n": name, "u": self._url(page), "d": self._domain, "p": props}
        if revenue:
            body["$"] = revenue
        hits.append(_hit(now_s, person, body))

    def _crawl(self, day: int) -> GeneratedHit:
        picked = self._picked
        body = {"n": "pageview", "u": self._url(self._page["any"]()), "d": self._domain}
        where = address(picked, picked.choice(self._country().ranges))
        return GeneratedHit(day * DAY_S + picked.randrange(DAY_S), where, picked.choice(CRAWLERS), "en", body)

    def _url(self, page: str, query: str = "") -> str:
        return f"https://{self._domain}{page}{'?' + query if query else ''}"


def _hit(time_s: int, person: _Person, body: dict[str, Any]) -> GeneratedHit:
    return GeneratedHit(time_s, person.address, person.user_agent, person.language, body)


def _zipf(pages: tuple[str, ...]) -> dict[str, float]:
    """The n-th page's weight is its section's breadth over n: so wide sections are visited more, first pages most."""
    return {page: len(pages) ** 0.5 / rank for rank, page in enumerate(pages, 1)}
