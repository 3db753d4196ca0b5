"""The one list: every fact, dimension and metric, once. Tables, validation, rollups, API and docs derive from it.

A *fact* is a table of counts. A *dimension* is one column that keys those counts. A *measure* is one additive
count that is stored; a *metric* is what a question asks for: a measure, or the ratio of two.

Adding a dimension is one `Dimension` entry here, one extractor in `enrich/`, and one label per language.
"""

from dataclasses import dataclass
from itertools import combinations
from typing import Literal

FactName = Literal["visits", "pages", "events", "steps", "live", "dropped"]
Group = Literal["", "acquisition", "place", "device"]
About = Literal["visitor", "content"]
ProfileName = Literal["server", "measure", "full"]
# Two dimensions, in the order of `PAIRS`.
Pair = tuple[str, str]

ALL_PROFILES: frozenset[ProfileName] = frozenset({"server", "measure", "full"})
FULL_ONLY: frozenset[ProfileName] = frozenset({"full"})
NO_CAMPAIGNS: frozenset[ProfileName] = frozenset({"server", "full"})


@dataclass(frozen=True, slots=True)
class Dimension:
    """One fact about a visit, page or event.

    `group` names the shared tuple the value travels in (see `GROUPS`); "" means a column of its own.
    `facts` are the tables that carry it. `api` is the Plausible Stats API name, `ga4` Google's.
    `empty` is what a person sees where the stored value is the empty string. `crossed`: pairs with it outlive the detail
    (see `PAIRS`).
    """

    name: str
    label: str
    facts: tuple[FactName, ...]
    api: str
    ga4: str
    about: About
    group: Group = ""
    empty: str = "(not set)"
    profiles: frozenset[ProfileName] = ALL_PROFILES
    crossed: bool = False


# The end of 64 bits on both sides. Amounts of money are a visitor's own word: nine million events of the largest pass it.
COUNT_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Measure:
    """One additive count in one fact's rows, a signed 64-bit integer.

    `least` and `most` are what each visit of a row adds to it, so that it tells something of the visits; `most` is None where a
    visit adds any number, `least` where it is not told of what visitors have (see `told_with_visits`). Visits that count in `never`
    add the least.
    """

    name: str
    fact: FactName
    least: int | None = None
    most: int | None = None
    never: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """What a question can ask for: `scale * numerator / denominator`, or the numerator alone.

    `unit` is how it is shown: `count`, `percent`, `seconds`, `ratio` or `money`. `digits` are the decimals kept.
    """

    name: str
    label: str
    help: str
    unit: Literal["count", "percent", "seconds", "ratio", "money"]
    numerator: str
    denominator: str = ""
    scale: int = 1
    digits: int = 0
    ga4: str = ""


_EVERY: tuple[FactName, ...] = ("visits", "pages", "events")

# Order matters: it is the order of columns in every table and of fields in every tuple.
# Crossed is one level of each hierarchy, because sums of a finer level would tell the small groups of a coarser one: the
# country and not its regions, cities, networks and languages; the source and the campaign and not the channel, the referrer and
# the tags that come with them; the browser and the device and not the versions, systems and screens that follow from them.
DIMENSIONS: tuple[Dimension, ...] = (
    Dimension("hostname", "Hostname", _EVERY, "event:hostname", "hostName", "content", crossed=True),
    Dimension("entry_page", "Entry page", _EVERY, "visit:entry_page", "landingPage", "content", crossed=True),
    # A visit's last page moves while the visit lives, so only the visits fact carries it (docs/decisions).
    Dimension("exit_page", "Exit page", ("visits",), "visit:exit_page", "", "content", crossed=True),
    Dimension("source", "Source", _EVERY, "visit:source", "sessionSource", "visitor", "acquisition", "Direct / None", crossed=True),
    Dimension("channel", "Channel", _EVERY, "visit:channel", "sessionDefaultChannelGroup", "visitor", "acquisition", "Direct"),
    Dimension("referrer", "Referrer", _EVERY, "visit:referrer", "pageReferrer", "visitor", "acquisition", "Direct / None"),
    Dimension(
        "utm_source", "UTM source", _EVERY, "visit:utm_source", "sessionManualSource", "visitor", "acquisition", profiles=NO_CAMPAIGNS
    ),
    Dimension(
        "utm_medium", "UTM medium", _EVERY, "visit:utm_medium", "sessionManualMedium", "visitor", "acquisition", profiles=NO_CAMPAIGNS
    ),
    Dimension(
        "utm_campaign",
        "UTM campaign",
        _EVERY,
        "visit:utm_campaign",
        "sessionManualCampaignName",
        "visitor",
        "acquisition",
        profiles=NO_CAMPAIGNS,
        crossed=True,
    ),
    Dimension(
        "utm_content", "UTM content", _EVERY, "visit:utm_content", "sessionManualAdContent", "visitor", "acquisition", profiles=NO_CAMPAIGNS
    ),
    Dimension("utm_term", "UTM term", _EVERY, "visit:utm_term", "sessionManualTerm", "visitor", "acquisition", profiles=NO_CAMPAIGNS),
    Dimension("country", "Country", _EVERY, "visit:country", "countryId", "visitor", "place", "(unknown)", crossed=True),
    Dimension("region", "Region", _EVERY, "visit:region", "region", "visitor", "place", "(unknown)"),
    Dimension("city", "City", _EVERY, "visit:city", "city", "visitor", "place", "(unknown)", FULL_ONLY),
    Dimension("network", "Network (service provider)", _EVERY, "visit:network", "", "visitor", "place", "(unknown)", FULL_ONLY),
    Dimension("browser", "Browser", _EVERY, "visit:browser", "browser", "visitor", "device", "(unknown)", crossed=True),
    Dimension("browser_version", "Browser version", _EVERY, "visit:browser_version", "browserVersion", "visitor", "device", "(unknown)"),
    Dimension("os", "Operating system", _EVERY, "visit:os", "operatingSystem", "visitor", "device", "(unknown)"),
    Dimension("os_version", "OS version", _EVERY, "visit:os_version", "operatingSystemVersion", "visitor", "device", "(unknown)"),
    Dimension("device", "Device", _EVERY, "visit:device", "deviceCategory", "visitor", "device", "(unknown)", crossed=True),
    Dimension("screen", "Screen size", _EVERY, "visit:screen", "screenResolution", "visitor", "", "(unknown)"),
    Dimension("language", "Language", _EVERY, "visit:language", "language", "visitor", "", "(unknown)"),
    Dimension("page", "Page", ("pages", "events"), "event:page", "pagePath", "content", crossed=True),
    Dimension("event", "Event", ("events",), "event:name", "eventName", "content", crossed=True),
    Dimension("property", "Property", ("events",), "event:property", "", "content", empty="(none)"),
    Dimension("value", "Property value", ("events",), "event:value", "", "content", empty="(none)", crossed=True),
    Dimension("currency", "Currency", ("events",), "event:currency", "currency", "content", empty="(none)", crossed=True),
    Dimension("from_page", "From page", ("steps",), "event:from_page", "", "content"),
    Dimension("to_page", "To page", ("steps",), "event:to_page", "", "content"),
    Dimension("reason", "Reason", ("dropped",), "event:reason", "", "content"),
)

# Time is a key of every fact (`day`, and `hour` where rows are by hour) but not a dimension: it cannot be filtered.
TIME_BUCKETS: tuple[str, ...] = ("time", "time:hour", "time:day", "time:week", "time:month")

MEASURES: tuple[Measure, ...] = (
    Measure("visitors", "visits", 0, 1),
    Measure("visits", "visits"),
    Measure("bounces", "visits", 0, 1),
    Measure("engaged", "visits", 0, 1),
    Measure("pageviews", "visits", 1, never="bounces"),
    Measure("seconds", "visits", 0),
    Measure("pageviews", "pages", 1),
    Measure("visits", "pages"),
    Measure("visitors", "pages", 0, 1),
    Measure("seconds", "pages", 0),
    Measure("scroll_sum", "pages"),
    Measure("scroll_count", "pages"),
    Measure("events", "events", 1),
    Measure("visits", "events"),
    Measure("visitors", "events", 0, 1),
    Measure("revenue", "events"),
    Measure("visits", "steps"),
    Measure("pageviews", "live"),
    Measure("visitors", "live"),
    Measure("events", "dropped"),
)

METRICS: tuple[Metric, ...] = (
    Metric(
        "visitors",
        "Visitors",
        "People, each counted once a day. A range is the sum of its days: nobody can be followed from one day to the next, by design.",
        "count",
        "visitors",
        ga4="activeUsers",
    ),
    Metric("visits", "Visits", "A visitor's page views and events with no gap over 30 minutes.", "count", "visits", ga4="sessions"),
    Metric("pageviews", "Page views", "Pages shown, repeats included.", "count", "pageviews", ga4="screenPageViews"),
    Metric(
        "views_per_visit",
        "Views per visit",
        "Page views divided by visits.",
        "ratio",
        "pageviews",
        "visits",
        1,
        2,
        "screenPageViewsPerSession",
    ),
    Metric(
        "bounce_rate",
        "Bounce rate",
        "Share of visits with one page view and nothing else.",
        "percent",
        "bounces",
        "visits",
        100,
        1,
        "bounceRate",
    ),
    Metric(
        "visit_duration",
        "Visit duration",
        "Average time from a visit's first sign of life to its last.",
        "seconds",
        "seconds",
        "visits",
        1,
        0,
        "averageSessionDuration",
    ),
    Metric(
        "engagement_rate",
        "Engagement rate",
        "Share of visits that lasted over 10 seconds, saw two pages or sent an event.",
        "percent",
        "engaged",
        "visits",
        100,
        1,
        "engagementRate",
    ),
    Metric(
        "time_on_page",
        "Time on page",
        "Average seconds a page was visible and in use, per visit that saw it.",
        "seconds",
        "page_seconds",
        "page_visits",
        1,
        0,
        "userEngagementDuration",
    ),
    Metric("scroll_depth", "Scroll depth", "How far down the page visits got, on average.", "percent", "scroll_sum", "scroll_count", 1, 0),
    Metric("events", "Events", "Page views and custom events; with an event named, that event alone.", "count", "events", ga4="eventCount"),
    Metric(
        "exit_rate", "Exit rate", "Share of the page's views that were the last of their visit.", "percent", "exits", "pageviews", 100, 1
    ),
    Metric("total_revenue", "Revenue", "Sum of the amounts sent with events, in one currency.", "money", "revenue", ga4="totalRevenue"),
    Metric("average_revenue", "Average revenue", "Revenue divided by the events that carried it.", "money", "revenue", "events", 1, 2),
)


def dimensions_of(fact: FactName) -> tuple[Dimension, ...]:
    """The dimensions of one fact, in column order."""
    return tuple(d for d in DIMENSIONS if fact in d.facts)


def measures_of(fact: FactName) -> tuple[str, ...]:
    """The names of one fact's measures, in column order."""
    return tuple(m.name for m in MEASURES if m.fact == fact)


def told_with_visits(fact: FactName) -> tuple[Measure, ...]:
    """The measures of one fact that tell something of the visits they are told with, in column order."""
    return tuple(m for m in MEASURES if m.fact == fact and m.least is not None)


def shares_of(fact: FactName) -> tuple[str, ...]:
    """The measures of one fact that tell its visits apart: each visit adds one or nothing. In column order."""
    return tuple(m.name for m in told_with_visits(fact) if m.most == 1)


# Dimensions that are looked up together travel and are stored together, as one shared tuple with a small number.
GROUPS: dict[Group, tuple[str, ...]] = {
    group: tuple(d.name for d in DIMENSIONS if d.group == group) for group in ("acquisition", "place", "device")
}

BY_NAME: dict[str, Dimension] = {d.name: d for d in DIMENSIONS}
BY_API: dict[str, Dimension] = {d.api: d for d in DIMENSIONS}
METRIC_BY_NAME: dict[str, Metric] = {m.name: m for m in METRICS}

# The facts with hour-grained detail, daily rows and a life longer than an hour.
ROLLED_UP: tuple[FactName, ...] = ("visits", "pages", "events")

# An event has one row of its own (property "") and one more for each property: these dimensions are of the latter.
PROPERTY_DIMENSIONS: frozenset[str] = frozenset({"property", "value"})

# What a value becomes once a day has seen `values_max` distinct ones of its dimension.
OTHER = "(other)"


# Hour of day, "00" to "23": kept by day and crossed like a dimension, but a key of every row and never a column of its own.
HOUR = "hour"
HOUR_OF_DAY = Dimension(HOUR, "Hour of day", ("visits", "pages", "events"), "visit:hour", "hour", "visitor")

# What the values become of groups too small to be told apart once their detail is sealed.
RARE = "(rare)"

# The facts of which only pairs with one of these are kept: what else a row of theirs crosses, the visits fact crosses too.
_OWN: dict[FactName, tuple[str, ...]] = {"visits": (), "pages": ("page",), "events": ("event", "value")}


def _pairs(fact: FactName) -> tuple[Pair, ...]:
    crossed = [HOUR, *(d.name for d in dimensions_of(fact) if d.crossed)]
    own = _OWN[fact]
    return tuple(pair for pair in combinations(crossed, 2) if not own or set(pair) & set(own))


# The pairs of dimensions of each fact that are kept when its detail is sealed, in the order in which their rows name them.
PAIRS: dict[FactName, tuple[Pair, ...]] = {fact: _pairs(fact) for fact in ROLLED_UP}


def columns_of(fact: FactName) -> tuple[str, ...]:
    """One fact's key columns after site and time, each group collapsed to one column named as the group."""
    names = [d.group or d.name for d in dimensions_of(fact)]
    return tuple(dict.fromkeys(names))


def keys_of(fact: FactName) -> tuple[str, ...]:
    """The whole key of one row of a fact, in order: what `deltas` yields and the store's tables begin with.

    `site` is an integer, `day` an ordinal (`date.toordinal`), `hour` 0-23 in the site's time zone, `minute` whole
    minutes since 1970 UTC; a group's place holds its tuple (`event.Acquisition`, `Place`, `Device`); the rest is text.
    """
    if fact == "live":
        return ("site", "minute", "page", "source", "country")
    if fact in ROLLED_UP:
        return ("site", "day", "hour", *columns_of(fact))
    return ("site", "day", *columns_of(fact))
