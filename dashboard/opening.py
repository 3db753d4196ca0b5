"""What a site's page opens on when its address names no period. Blocking: called in a worker thread."""

from datetime import timedelta

from collector.clock import local
from dashboard.answers import Answer, Source, outcomes
from dashboard.periods import Period
from dashboard.questions import counted_before

# A site added today or yesterday has no 30 days to show: they would be a flat line with a corner at its end.
YOUNG_DAYS = 2


def usual_period(source: Source, created_s: int) -> Period:
    """Today for a young site without a past (imported or made up), 30 days for any other. `created_s`: seconds since 1970 UTC."""
    today = source.now.date()
    if today - local(created_s, source.site.timezone).date() >= timedelta(days=YOUNG_DAYS):
        return "30d"
    past = outcomes({"past": counted_before(today - timedelta(days=YOUNG_DAYS - 1))}, source)["past"]
    return "day" if isinstance(past, Answer) and not any(past.first) else "30d"
