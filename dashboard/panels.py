"""The one list of what the dashboard shows: its headline figures, its panels, their tabs and the columns of their full lists."""

from collections.abc import Iterable
from dataclasses import dataclass

from collector.facts import BY_NAME, HOUR, HOUR_OF_DAY, Dimension

# Rows in a panel, and in one page of a full list. A CSV holds as many as one question may answer.
PANEL_ROWS = 9
HOURS = 24
LIST_ROWS = 100
CSV_ROWS_MAX = 10_000

# What pages are about: the one list, and the hour of day, which every count has as a key.
DIMENSION: dict[str, Dimension] = {**BY_NAME, HOUR: HOUR_OF_DAY}


@dataclass(frozen=True, slots=True)
class Tab:
    """One breakdown: by `dimension`, ordered by the first of `metrics`; the rest are the further columns of its full list.

    `heading` names the rows ("Page"), `label` the tab. A `further` tab waits in the panel's "More" menu. The panel shows the
    first `shown` metrics of `rows` rows; with `in_turn` they stand in the order of their values, all of them, not of their size.
    """

    key: str
    label: str
    dimension: str
    metrics: tuple[str, ...]
    further: bool = False
    shown: int = 1
    rows: int = PANEL_ROWS
    in_turn: bool = False

    @property
    def heading(self) -> str:
        return DIMENSION[self.dimension].label


@dataclass(frozen=True, slots=True)
class Panel:
    """A card of the dashboard; its first tab is the one shown at first. `nothing` is said when it has no rows."""

    key: str
    title: str
    tabs: tuple[Tab, ...]
    nothing: str = "Nothing was counted here in this period."


_VISIT_METRICS = ("visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "engagement_rate", "visit_duration")
_PAGE_METRICS = ("visitors", "pageviews", "bounce_rate", "time_on_page", "scroll_depth", "exit_rate")
_ENTRY_METRICS = ("visits", "visitors", "views_per_visit", "bounce_rate", "engagement_rate", "visit_duration")
_EXIT_METRICS = ("visits", "visitors")
_EVENT_METRICS = ("visitors", "events", "visits", "total_revenue")


def _visit_tab(key: str, label: str, dimension: str, further: bool = False) -> Tab:
    return Tab(key, label, dimension, _VISIT_METRICS, further)


PANELS: tuple[Panel, ...] = (
    Panel(
        "pages",
        "Pages",
        (
            Tab("top", "Top pages", "page", _PAGE_METRICS),
            Tab("entry", "Entry pages", "entry_page", _ENTRY_METRICS),
            Tab("exit", "Exit pages", "exit_page", _EXIT_METRICS),
            _visit_tab("hostnames", "Hostnames", "hostname", further=True),
        ),
    ),
    Panel(
        "sources",
        "Sources",
        (
            _visit_tab("sources", "Sources", "source"),
            _visit_tab("channels", "Channels", "channel"),
            _visit_tab("referrers", "Referrers", "referrer"),
            _visit_tab("campaigns", "Campaigns", "utm_campaign"),
            _visit_tab("utm-sources", "UTM sources", "utm_source", further=True),
            _visit_tab("utm-mediums", "UTM mediums", "utm_medium", further=True),
            _visit_tab("utm-contents", "UTM contents", "utm_content", further=True),
            _visit_tab("utm-terms", "UTM terms", "utm_term", further=True),
        ),
    ),
    Panel(
        "places",
        "Places and hours",
        (
            _visit_tab("countries", "Countries", "country"),
            _visit_tab("regions", "Regions", "region"),
            _visit_tab("cities", "Cities", "city"),
            _visit_tab("networks", "Networks", "network"),
            Tab("hours", "Hours", HOUR, _VISIT_METRICS, rows=HOURS, in_turn=True),
        ),
    ),
    Panel(
        "devices",
        "Devices",
        (
            _visit_tab("browsers", "Browsers", "browser"),
            _visit_tab("systems", "Systems", "os"),
            _visit_tab("devices", "Devices", "device"),
            _visit_tab("screens", "Screens", "screen"),
            _visit_tab("languages", "Languages", "language", further=True),
            _visit_tab("browser-versions", "Browser versions", "browser_version", further=True),
            _visit_tab("system-versions", "System versions", "os_version", further=True),
        ),
    ),
    Panel(
        "events",
        "Events",
        (
            Tab("events", "Events", "event", _EVENT_METRICS, shown=2),
            Tab("properties", "Properties", "property", _EVENT_METRICS, shown=2),
            Tab("values", "Property values", "value", _EVENT_METRICS, shown=2),
            Tab("currencies", "Currencies", "currency", _EVENT_METRICS, further=True, shown=2),
        ),
        nothing="No custom events in this period. A page sends one with footfall('Sign up').",
    ),
)

PANEL_BY_KEY = {panel.key: panel for panel in PANELS}
TABS: dict[tuple[str, str], Tab] = {(panel.key, tab.key): tab for panel in PANELS for tab in panel.tabs}

# The dimensions a person may filter by: each that a tab shows.
FILTERABLE: tuple[str, ...] = tuple(dict.fromkeys(tab.dimension for tab in TABS.values()))

EVENT_DIMENSIONS = frozenset({"event", "property", "value", "currency"})

# The headline figures, by what the filters are about: an event's rows know nothing of a visit's length, a page's rows
# know more of the page than of the visit.
HEADLINES = ("visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration")
HEADLINES_OF_PAGE = ("visitors", "visits", "pageviews", "bounce_rate", "time_on_page", "scroll_depth")
HEADLINES_OF_EVENT = _EVENT_METRICS


UNKNOWN_EXIT = (
    "Not to be had while an exit page is filtered by: the exit page belongs to the visit as a whole and is not kept with its "
    "single pages and events. Remove that filter to see this."
)


def unanswerable(named: Iterable[str]) -> str:
    """Why these dimensions cannot be asked about together, in words for the reader; "" where they can."""
    names = frozenset(named)
    return UNKNOWN_EXIT if "exit_page" in names and names & (EVENT_DIMENSIONS | {"page"}) else ""


def headlines(filtered: Iterable[str]) -> tuple[str, ...]:
    """The headline figures' metrics when these dimensions are filtered by."""
    names = frozenset(filtered)
    if names & EVENT_DIMENSIONS:
        return HEADLINES_OF_EVENT
    return HEADLINES_OF_PAGE if "page" in names else HEADLINES


def columns(tab: Tab, filtered: Iterable[str]) -> tuple[str, ...]:
    """The metrics a tab's full list shows when these dimensions are filtered by; the first one orders it."""
    if not frozenset(filtered) & EVENT_DIMENSIONS or tab.dimension in EVENT_DIMENSIONS:
        return tab.metrics
    return _EVENT_METRICS
