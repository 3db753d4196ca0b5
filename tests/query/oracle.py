"""What an answer must be, worked out from the plain rows by loops: no SQL, nothing of collector.query."""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from collector.facts import BY_API, BY_NAME, METRIC_BY_NAME
from tests.query.database import Row

# metric → numerator and denominator, each a list of (fact, what `page` means there, measure, only with money).
V, P, E = "visits", "pages", "events"
ABOUT_VISITS = {
    "visitors": ([(V, "", "visitors", 0)], []),
    "visits": ([(V, "", "visits", 0)], []),
    "pageviews": ([(V, "", "pageviews", 0)], []),
    "views_per_visit": ([(V, "", "pageviews", 0)], [(V, "", "visits", 0)]),
    "bounce_rate": ([(V, "", "bounces", 0)], [(V, "", "visits", 0)]),
    "visit_duration": ([(V, "", "seconds", 0)], [(V, "", "visits", 0)]),
    "engagement_rate": ([(V, "", "engaged", 0)], [(V, "", "visits", 0)]),
    "time_on_page": ([(P, "", "seconds", 0)], [(P, "", "visits", 0)]),
    "scroll_depth": ([(P, "", "scroll_sum", 0)], [(P, "", "scroll_count", 0)]),
    "events": ([(V, "", "pageviews", 0), (E, "", "events", 0)], []),
    "total_revenue": ([(E, "", "revenue", 0)], []),
    "average_revenue": ([(E, "", "revenue", 0)], [(E, "", "events", 1)]),
}
ABOUT_PAGES = {
    **ABOUT_VISITS,
    **{name: ([(P, "page", name, 0)], []) for name in ("visitors", "visits", "pageviews")},
    **{
        name: tuple([(V, "entry_page", measure, 0) for _, _, measure, _ in side] for side in ABOUT_VISITS[name])
        for name in ("views_per_visit", "bounce_rate", "visit_duration", "engagement_rate")
    },
    "exit_rate": ([(V, "exit_page", "visits", 0)], [(P, "page", "pageviews", 0)]),
    "events": ([(P, "page", "pageviews", 0), (E, "page", "events", 0)], []),
}
ABOUT_EVENTS = {
    **{name: ([(E, "page", name, 0)], []) for name in ("visitors", "visits", "events")},
    "total_revenue": ([(E, "page", "revenue", 0)], []),
    "average_revenue": ([(E, "page", "revenue", 0)], [(E, "page", "events", 1)]),
}
SCOPES: dict[str, dict[str, Any]] = {V: ABOUT_VISITS, P: ABOUT_PAGES, E: ABOUT_EVENTS}


def expected(rows: list[Row], scope: str, raw: dict[str, Any], first: date, last: date) -> dict[tuple[str, ...], list[Any]]:
    """Dimensions as shown → figures, for every combination that counted anything."""
    sums: dict[tuple[str, ...], dict[Any, int]] = defaultdict(lambda: defaultdict(int))
    for metric in raw["metrics"]:
        for side in SCOPES[scope][metric]:
            for source in side:
                for key, number in matching(rows, source, raw, first, last):
                    sums[key][(metric, *source)] += number
    if not raw["dimensions"]:
        sums[()]  # a total exists where nothing was counted, too
    return {
        key: [figure(metric, SCOPES[scope][metric], found) for metric in raw["metrics"]]
        for key, found in sums.items()
        if any(found.values()) or not key
    }


def matching(
    rows: list[Row], source: tuple[str, str, str, int], raw: dict[str, Any], first: date, last: date
) -> list[tuple[tuple[str, ...], int]]:
    fact, page, measure, paid = source
    named = [*raw["dimensions"], *filtered_on(raw["filters"])]
    prop = next((name.removeprefix("event:props:") for name in named if name.startswith("event:props:")), "")
    found = []
    for of, day, hour, values, measures in rows:
        if of != fact or not first <= day <= last or (paid and not values["currency"]) or not right_kind(values, named, prop):
            continue
        value = reader(day, hour, values, page)
        if all(holds(condition, value) for condition in raw["filters"]):
            found.append((tuple(shown(name, value(name)) for name in raw["dimensions"]), measures[measure]))
    return found


def right_kind(values: dict[str, str], named: list[str], prop: str) -> bool:
    """Events have a row of their own and one for each property."""
    if "property" not in values:
        return True
    if prop:
        return values["property"] == prop
    return bool(values["property"]) == ("event:property" in named or "event:value" in named)


def filtered_on(filters: list[Any]) -> list[str]:
    if filters and isinstance(filters[0], str):
        return (
            filtered_on([filters[1]]) if filters[0] == "not" else filtered_on(filters[1]) if filters[0] in ("and", "or") else [filters[1]]
        )
    return [name for part in filters for name in filtered_on(part)]


def reader(day: date, hour: int, values: dict[str, str], page: str) -> Callable[[str], str]:
    def value(name: str) -> str:
        if name.startswith("time:"):
            monday, first = day - timedelta(days=day.weekday()), day.replace(day=1)
            return {"time:hour": f"{day} {hour:02d}:00:00", "time:day": f"{day}", "time:week": f"{monday}", "time:month": f"{first}"}[name]
        if name.startswith("event:props:"):
            return values["value"].split("=", 1)[1]
        return values[(page or "page") if name == "event:page" else BY_API[name].name]

    return value


def holds(condition: list[Any], value: Callable[[str], str]) -> bool:
    operator = condition[0]
    if operator in ("and", "or"):
        return (all if operator == "and" else any)(holds(part, value) for part in condition[1])
    if operator == "not":
        return not holds(condition[1], value)
    fold = str.lower if condition[3:] == [{"case_sensitive": False}] else str
    text, wanted = fold(value(condition[1])), [fold(each) for each in condition[2]]
    kind = operator.removesuffix("_not") if operator != "is_not" else "is"
    if kind == "is":
        hit = any(text == each or (not text and each == fold(shown(condition[1], ""))) for each in wanted)
    elif kind == "contains":
        hit = any(each in text for each in wanted)
    else:
        hit = any(re.search(each, text) for each in wanted)
    return hit != operator.endswith("_not")


def shown(name: str, value: str) -> str:
    dimension = "value" if name.startswith("event:props:") else "" if name.startswith("time") else BY_API[name].name
    return BY_NAME[dimension].empty if dimension and not value else value


def figure(name: str, sides: Any, found: dict[Any, int]) -> Any:
    metric = METRIC_BY_NAME[name]
    top, bottom = (sum(found[(name, *source)] for source in side) for side in sides)
    if not sides[1]:
        return {"value": round(top / 100, 2), "currency": "EUR"} if metric.unit == "money" else top
    if bottom <= 0:
        return None
    exact = metric.scale * top / bottom
    if metric.unit == "money":
        return {"value": round(exact / 100, 2), "currency": "EUR"}
    return round(exact, metric.digits) if metric.digits else round(exact)
