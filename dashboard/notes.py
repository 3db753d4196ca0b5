"""What the reader of the figures must know of them, in plain words: which days they leave out, what is withheld, and why. Pure.

"Two facts" are any two dimensions that a figure combines, in filters and in the list it stands in: a country and a page.
"""

from collections.abc import Collection, Iterable, Sequence

from collector.facts import PAIRS, Metric
from dashboard.answers import Withheld
from dashboard.periods import Bucket, Span, span_name

SEVERAL_CURRENCIES = "Amounts in several currencies cannot be added. For the revenue, filter by one: Events, More, Currencies."
SEVERAL_FIT = (
    "A visitor is counted once on each page and by each event. Where a filter can fit several, visitors and visits are the sum of theirs."
)
BY_MONTH = "Older months keep two facts together, such as a country and a page, for the month as a whole and not by day."
NOT_TOGETHER = "Older months keep every fact by itself and many facts two by two, but not every combination."

NOT_COME = "These days have not come yet."
BEFORE_SEGMENT = "Months that were sealed before a segment was saved know nothing of it."
NOTHING_KEPT = "Not kept of these days."

# Figures of whole visits. Of a page they are those of the visits that began on it.
_OF_VISITS = frozenset({"views_per_visit", "bounce_rate", "visit_duration", "engagement_rate"})

_PAIRS = frozenset(frozenset(pair) for pairs in PAIRS.values() for pair in pairs)


def why_missing(named: Collection[str], segment: bool = False) -> str:
    """Why older days are left out of figures that combine these dimensions, or that are a `segment`'s and nothing else's."""
    if segment:
        return BEFORE_SEGMENT
    return BY_MONTH if frozenset(named) in _PAIRS else NOT_TOGETHER


def left_out(gaps: Sequence[Span], why: str) -> str:
    """The days that the headline leaves out, and why."""
    return f"Not included: {' and '.join(map(span_name, gaps))}. {why}"


def other_days(some_are_named: bool, whys: Iterable[str]) -> str:
    """Why some lists are not of the headline's days, or of no day at all."""
    said = "A list that names its days is of those alone." if some_are_named else "Some lists are not kept of these days."
    return " ".join((said, *dict.fromkeys(whys)))


def not_compared(span: Span, this_year: int) -> str:
    """Why nothing is compared although days were chosen for it."""
    return f"Not compared with {span_name(span, this_year)}: these figures are not kept of all of its days."


def compared_with_a_part(span: Span, this_year: int) -> str:
    """Why changes say more than they seem to: the days compared with begin before the site's first."""
    return f"Compared with a part of {span_name(span, this_year)}: of its first days nothing was counted, or is kept any more."


def drawn_by(bucket: Bucket, why: str) -> str:
    """Why the chart is drawn less finely than its range would be."""
    return f"Drawn by {bucket}. {why}"


def why_withheld(smallest_group: int, named: Collection[str], segment: bool) -> str:
    """Why visits are withheld from figures that combine these dimensions, or that are a `segment`'s and nothing else's."""
    if segment:
        return f"Older days tell a segment only where {smallest_group} visits are in it, and as many are not."
    if len(named) > 2:
        return f"Three facts together are shown only where {smallest_group} visits share them, so that no figure is about one person."
    if len(named) == 2:
        return f"Older months keep two facts together only where {smallest_group} visits share them."
    return f"Older days of fewer than {smallest_group} visits keep nothing of their visitors but how many they were."


def withheld_visits(withheld: Withheld, why: str) -> str:
    """How many visits figures leave out at most, and why."""
    if withheld.visits is None:
        return f"Some visits may be withheld. {why}"
    return f"{'1 visit is' if withheld.visits == 1 else f'Up to {withheld.visits:,} visits are'} withheld. {why}"


def why_rare(smallest_group: int) -> str:
    """What is in the row of visits that are not told apart."""
    return f"Values that fewer than {smallest_group} visits share, and some larger ones, so that no smaller one is found by subtraction."


def rare_label(withheld: Withheld) -> str:
    """What the row of visits that are not told apart is called."""
    return f"In groups under {withheld.smallest_group} visits"


def why_none(metric: Metric, named: Collection[str]) -> str:
    """Why there is a dash where a metric of these dimensions would stand."""
    if "page" in named and metric.name in _OF_VISITS:
        return f"{metric.label} is told of visits that began on the page, and none did."
    return f"{metric.label}: there was nothing to tell it of."
