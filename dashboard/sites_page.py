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


@dataclass(frozen=True, slots=True)
class SiteCard:
    """One site at a glance. `failure` stands in for the figures where they could not be had."""

    domain: str
    url: str
    today: str
    month: str
    line: str
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
        return SiteCard(site.domain, address, "", "", "", outcome.reason)
    by_day = {row.value: int(row.metrics[0] or 0) for row in outcome.rows}
    values = [by_day.get(label, 0) for label in buckets(span, "day")]
    return SiteCard(site.domain, address, figure(_VISITORS, values[-1]), figure(_VISITORS, sum(values)), spark(values))
