"""From answers to what they say of a site: each row is a sum of cells that is known, or known to lie between two numbers.

A figure is exact where nothing of it is withheld. Where something is, the answer says how much at most: its rows of the value
"(rare)", or `meta.withheld`. A crossing that a sealed period tells is told whole, whatever is withheld beside it; so is a segment
of a day or of a period. A segment that is withheld looks like one of no visit, and says nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from itertools import product
from math import ceil, floor
from typing import Any

import numpy as np

from collector.facts import RARE
from tests.privacy_model.history import Moment
from tests.privacy_model.questions import SEGMENT, SHARES, SUMS, Raw, dimension_of, filtered_on, names_event, names_segment
from tests.privacy_model.site import ASKED, LAST, NOON, OF_CONTENT, SEEN, Period, Site

ANY = 10**9  # more than any sum of a small site


@dataclass(frozen=True)
class Bound:
    """The visits of some cells, each so often, or with `added` what they add up to, are at least `least` and at most `most`."""

    cells: np.ndarray
    least: int
    most: int
    added: bool = False

    @property
    def key(self) -> tuple[bytes, int, int, bool]:
        return self.cells.tobytes(), self.least, self.most, self.added

    def holds(self, site: Site) -> bool:
        """Whether the site's visits fit."""
        return self.least <= int((site.more if self.added else site.counts) @ self.cells) <= self.most


Told = dict[tuple[str, ...], tuple[int, int]]  # the fewest and the most visits of each row, or what these add up to
NONE = (0, 0)


def read(site: Site, raw: Raw, answer: Mapping[str, Any], moment: Moment, before: Mapping[str, Told] | None) -> Iterator[Bound]:
    """What one answer says. `before` is what the same question was told before the last sealing, None if it was not asked."""
    covered = _covered(site, answer) & np.isin(site.cells[:, -1], moment.present) & _in_hours(site, raw["date_range"])
    covered = covered & fitting(site, raw["filters"])
    visits = told(raw, answer)
    open_visits = _withheld(answer) - sum(count for values, (count, _) in visits.items() if RARE in values)
    whole: set[tuple[str, ...]] = set()
    if before is not None:
        whole = {values for values, count in visits.items() if count > before.get("", {}).get(values, NONE)}
    for measure in asked_measures(site, raw):
        rows, added = told(raw, answer, measure), measure in SUMS
        earlier = before.get(measure, {}) if before else {}
        for values, cells in _rows(site, raw, covered & site.of_share if measure in SHARES else covered):
            if not cells.any() or _is_cut_off(raw, rows, values):
                continue
            least, most = rows.get(values, NONE)
            slack = ANY if added and open_visits > 0 else open_visits
            slack += sum(other for rare, (_, other) in rows.items() if RARE in rare and _matches(rare, values))
            yield Bound(site.summed(cells), least, most if slack <= 0 else min(ANY, most + slack), added)
            if (
                moment.newly is not None
                and values in whole
                and (_is_one_telling(site, raw, answer) or _is_one_crossing(site, raw, answer, cells))
            ):
                fewest, highest = earlier.get(values, NONE)
                newly = site.summed(cells & _told_whole(site, moment.newly, raw))
                yield Bound(newly, least - highest, most - fewest, added)
    yield from _compared(site, raw, answer, moment)


def of_pages(site: Site) -> Iterator[Bound]:
    """What sealed days say of one fact at a time of the visits of pages: each is counted for each page that it saw.

    No question asks for these sums by themselves, but they are in the daily rows.
    """
    if not site.walks:  # then they are those of visits
        return
    seen = site.of_value(SEEN, lambda page: True)
    for api in site.apis:
        for value in () if api in (SEEN, LAST) else site.values[site.dimensions.index(dimension_of(api))]:
            cells = seen & site.of_value(api, value.__eq__)
            for first, last in site.periods:
                small = _small_days(site, 0, (first, last)) if dimension_of(api) not in OF_CONTENT else []
                for days in [[day] for day in site.days if first <= day <= last and day not in small] + [small]:
                    if sum(_visits(site, 0, day) for day in days) >= (site.k if days is small else 0):
                        of_days = site.summed(cells & np.any([site.of_days(day, day) for day in days], axis=0))
                        visits = int(site.counts @ of_days)
                        yield Bound(of_days, visits, visits)


def _compared(site: Site, raw: Raw, answer: Mapping[str, Any], moment: Moment) -> Iterator[Bound]:
    """What a comparison says: at least so many, because it does not say what it withholds; a crossing that it tells is told whole."""
    comparison = answer["meta"].get("comparison", {"covered": False})
    found = [row["comparison"] for row in answer["results"] if row.get("comparison")]
    if not comparison["covered"] or not found:
        return
    days = site.of_days(*(date.fromisoformat(end[:10]) for end in comparison["date_range"]))
    figures = {tuple(row["dimensions"]): row["metrics"][0] for row in found}
    for values, cells in _rows(site, raw, days & np.isin(site.cells[:, -1], moment.present) & fitting(site, raw["filters"])):
        visits = figures.get(values, 0)
        if cells.any() and visits and "T" not in raw["date_range"][1]:
            yield Bound(site.summed(cells), visits, ANY)
            if moment.newly == 0 and _is_one_crossing(site, raw, answer, cells):
                yield Bound(site.summed(cells & _told_whole(site, 0, raw)), visits, visits)


def _rows(site: Site, raw: Raw, covered: np.ndarray) -> Iterator[tuple[tuple[str, ...], np.ndarray]]:
    """The rows that an answer may have, and the cells of each."""
    for row in product(*(_column(site, api) for api in raw["dimensions"])):
        cells = covered
        for _, mask in row:
            cells = cells & mask
        yield tuple(label for label, _ in row), cells


def _is_cut_off(raw: Raw, rows: Told, values: tuple[str, ...]) -> bool:
    """Whether a row may stand on a page that was not asked for."""
    return values not in rows and len(rows) == raw.get("pagination", {}).get("limit")


def _told_whole(site: Site, delivery: int, raw: Raw) -> np.ndarray:
    """The cells of a delivery whose crossings the sealed pairs tell: not of days that gave up what is asked, and were too few to be
    told together. Which these are follows from each day's visits, which everybody knows."""
    cells = site.of_delivery(delivery)
    if all(dimension_of(api) in OF_CONTENT for api in _named(site, raw)):
        return cells
    for period in site.periods:
        small = _small_days(site, delivery, period)
        if sum(_visits(site, delivery, day) for day in small) < site.k:
            cells = cells & ~np.any([site.of_days(day, day) for day in small] or [np.zeros(len(cells), dtype=bool)], axis=0)
    return cells


def _small_days(site: Site, delivery: int, period: Period) -> list[date]:
    """The days of a period with fewer visits than may be told apart."""
    return [day for day in site.days if period[0] <= day <= period[1] and _visits(site, delivery, day) < site.k]


def _visits(site: Site, delivery: int, day: date) -> int:
    return int(site.counts[site.of_delivery(delivery) & site.of_days(day, day)].sum())


def _named(site: Site, raw: Raw) -> Iterator[str]:
    yield from (
        ("visit:hour" if api == "time:hour" else api) for api in raw["dimensions"] if api == "time:hour" or not api.startswith("time")
    )
    for asked in raw["filters"]:
        yield from filtered_on(dict(site.segments)[asked[2][0]] if asked[1] == SEGMENT else [asked])


def asked_measures(site: Site, raw: Raw) -> tuple[str, ...]:
    """What a question counts: all visits, "", and where it asks for that those that count in the site's share, and what they add."""
    return ("", *(measure for measure in (site.share, site.adds) if METRICS.get(measure) in raw["metrics"]))


METRICS = SHARES | SUMS


def told(raw: Raw, answer: Mapping[str, Any], measure: str = "") -> Told:
    """An answer's rows: their visits, how many of these count in a share, or what they add up to beyond the least."""
    place = raw["metrics"].index(METRICS.get(measure, "visits"))
    least = 0 if measure not in SUMS else 2 if measure == "events" and not names_event(raw) else 1  # a page view and an event
    rows = ((tuple(row["dimensions"]), row["metrics"][0], row["metrics"][place] or 0) for row in answer["results"])
    return {values: _told(measure, visits, figure, least * visits) for values, visits, figure in rows}


def _told(measure: str, visits: int, figure: float, least: int) -> tuple[int, int]:
    if METRICS.get(measure, "").endswith("_rate"):  # percent, with one decimal: whole visits, as long as they are fewer than 1,000
        figure = round(visits * figure / 100)
    if measure == "seconds":  # in the mean, and whole
        return max(0, ceil((figure - 0.5) * visits)), floor((figure + 0.5) * visits)
    return (int(figure) - least,) * 2


def _withheld(answer: Mapping[str, Any]) -> int:
    withheld = answer["meta"].get("withheld")
    if withheld is None:
        return 0
    return ANY if withheld["visits"] is None else int(withheld["visits"])


def _matches(rare: Sequence[str], values: Sequence[str]) -> bool:
    return all(mine in (RARE, theirs) for mine, theirs in zip(rare, values, strict=True))


def _is_one_crossing(site: Site, raw: Raw, answer: Mapping[str, Any], cells: np.ndarray) -> bool:
    """Whether a row of pairs is about one value of each of two facts, and one sealed period."""
    if answer["meta"]["days"]["pairs"] is None:
        return False
    days = [site.days[place] for place in np.unique(site.cells[site.summed(cells) > 0][:, -2])]
    named = set(_named(site, raw))
    ones = [api for api in site.apis if _same(site, api) & named and _values_in(site, api, cells) == 1]
    return len(ones) == 2 and any(first <= days[0] and days[-1] <= last for first, last in site.periods)


def _same(site: Site, api: str) -> set[str]:
    """The names of what is the same on this site."""
    name = dimension_of(api)
    return {api} if name == "page" and site.walks else set(ASKED[name])


def _values_in(site: Site, api: str, cells: np.ndarray) -> int:
    """How many values cells have of what is asked for."""
    masks = (site.of_value(api, value.__eq__) for value in site.values[site.dimensions.index(dimension_of(api))])
    return sum(bool(site.summed(cells & mask).any()) for mask in masks)


def _is_one_telling(site: Site, raw: Raw, answer: Mapping[str, Any]) -> bool:
    """Whether each row is about a segment alone and one day, or one sealed period: told of all of it, or not at all."""
    if not names_segment(raw) or len(raw["filters"]) > 1:
        return False
    return raw["dimensions"] == ["time:day"] or (raw["dimensions"] == [] and _asked_days(answer) in site.periods)


def _asked_days(answer: Mapping[str, Any]) -> Period:
    first, last = (date.fromisoformat(end[:10]) for end in answer["query"]["date_range"])
    return first, last


def _covered(site: Site, answer: Mapping[str, Any]) -> np.ndarray:
    """The cells of the days that the answer says it covers."""
    covered = site.of_days(*_asked_days(answer))
    for missing in answer["meta"]["days"]["missing"]:
        covered = covered & ~site.of_days(*(date.fromisoformat(day) for day in missing))
    return covered


def _in_hours(site: Site, asked: Sequence[str]) -> np.ndarray:
    """The cells of the hours of a range that may begin and end within days."""
    if "T" not in asked[1]:
        return np.ones(len(site.cells), dtype=bool)
    last, until = date.fromisoformat(asked[1][:10]), int(asked[1][11:13])
    if "hour" not in site.dimensions:
        return np.ones(len(site.cells), dtype=bool) if until > int(NOON) else np.logical_not(site.of_days(last, last))
    within: np.ndarray = site.of_value("visit:hour", lambda hour: int(hour) < until) | ~site.of_days(last, last)
    return within


Label = tuple[str, np.ndarray]  # what a row is called, and its cells


def _column(site: Site, api: str) -> list[Label]:
    """The rows that a dimension may have."""
    if not api.startswith("time:"):
        return [(value, site.of_value(api, value.__eq__)) for value in site.values[site.dimensions.index(dimension_of(api))]]
    if api == "time:hour":
        hours = _column(site, "visit:hour") if "hour" in site.dimensions else [(NOON, np.ones(len(site.cells), dtype=bool))]
        return [(f"{day} {hour}:00:00", mask & site.of_days(day, day)) for day in site.days for hour, mask in hours]
    names: dict[str, np.ndarray] = {}
    for day in site.days:
        label = _bucket(day, api).isoformat()
        names[label] = names.get(label, np.zeros(len(site.cells), dtype=bool)) | site.of_days(day, day)
    return list(names.items())


def _bucket(day: date, api: str) -> date:
    if api == "time:week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if api == "time:month" else day


def fitting(site: Site, filters: Sequence[Any]) -> np.ndarray:
    """The cells that fit all of these conditions."""
    fits = np.ones(len(site.cells), dtype=bool)
    for condition in filters:
        fits = fits & _condition(site, condition)
    return fits


def _condition(site: Site, asked: Sequence[Any]) -> np.ndarray:
    if asked[0] == "and":
        return fitting(site, asked[1])
    if asked[0] == "or":
        return reduce(np.logical_or, (_condition(site, part) for part in asked[1]))
    operator, api, values = asked
    if api == SEGMENT:
        return fitting(site, dict(site.segments)[values[0]])
    test = (lambda value: value in values) if operator.startswith("is") else (lambda value: any(part in value for part in values))
    return site.of_value(api, lambda value: test(value) is not operator.endswith("_not"))
