"""The list of sites: for each, today's visitors, those of 30 days, and their line. Blocking: called in a worker thread."""

from collections.abc import Iterable
from dataclasses import dataclass

from collector.facts import METRIC_BY_NAME
from dashboard.answers import Answer, Source, outcomes
from dashboard.chart import spark
from dashboard.format import figure
from dashboard.periods import Choice, buckets, span_of
from dashboard.questions import series
from dashboard.view import View, url

# Each card is one question; the sites past these are linked by name alone.
SITES_SHOWN_MAX = 50

_VISITORS = METRIC_BY_NAME["visitors"]

# Names kept for examples (RFC 2606) and for one's own machine (RFC 6761): no real site can be there, so what is counted is a trial.
_DEMOS = ((".example", "demo · made-up visits"), (".localhost", "demo · this machine only"))


@dataclass(frozen=True, slots=True)
class SiteCard:
    """One site at a glance. `demo` says what is not real about it, if anything; `quiet` why there is no `line`; `failure` stands in for
    figures that could not be had."""

    domain: str
    demo: str
    url: str
    today: str
    month: str
    line: str
    quiet: str = ""
    failure: str = ""


def site_cards(sources: Iterable[Source]) -> list[SiteCard]:
    """The cards of some sites, in their order."""
    return [_card(source) for source in sources]


def _card(source: Source) -> SiteCard:
    span = span_of(Choice("30d"), source.now.date())
    outcome = outcomes({"visitors": series(View(), "visitors", span, "day")}, source)["visitors"]
    site = source.site
    address = url(site.domain, View())
    if not isinstance(outcome, Answer):
        return SiteCard(site.domain, demo(site.domain), address, "", "", "", failure=outcome.reason)
    by_day = {row.value: int(row.metrics[0] or 0) for row in outcome.rows}
    values = [by_day.get(label, 0) for label in buckets(span, "day")]
    today, month = figure(_VISITORS, values[-1]), figure(_VISITORS, sum(values))
    # Without today: a line that ends in a day that has just begun looks like a fall. Days without anybody are no line either.
    line = spark(values[:-1]) if any(values[:-1]) else ""
    return SiteCard(site.domain, demo(site.domain), address, today, month, line, "" if line else _quiet(values[-1]))


def _quiet(today: int) -> str:
    """What is said where a line would be of nothing."""
    return "No visit before today" if today else "No visit in these days"


def demo(domain: str) -> str:
    """What a domain's own name says is not real about the site; "" for a name that anybody can reach."""
    return next((words for ending, words in _DEMOS if domain.endswith(ending)), "")
