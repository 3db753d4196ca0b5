"""The chart's line: of which days, and how finely, where not all of it can be told as finely as its range asks for. Blocking."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from dashboard import questions
from dashboard.answers import Answer, Failure, Outcome
from dashboard.days import Spans
from dashboard.drawing import charted
from dashboard.periods import Bucket, Span, bucket_of
from dashboard.view import View

Ask = Callable[[Mapping[str, questions.Question]], dict[str, Outcome]]

# What older days keep together is kept for their month; a day that cannot be told by hour has nothing to draw.
COARSER: dict[Bucket, Bucket] = {"day": "month", "week": "month"}
# A line that tells less than this share of the page's visits is not the picture that its headline speaks of.
TOLD_MIN = 0.9

NOW, BEFORE = "series", "series.before"
NO_CHART = "There is no chart of these days."


@dataclass(frozen=True, slots=True)
class Line:
    """What the chart shows: its days and their buckets, the figures of these and of the days compared with.

    `fine` is what its range would be drawn of, where that lacks something; `coarse`: it is drawn in longer buckets therefore.
    """

    days: Spans
    now: Outcome
    before: Outcome | None
    coarse: bool = False
    fine: Answer | None = None


def line_questions(view: View, days: Spans) -> dict[str, questions.Question]:
    """The questions of the line, and of the days compared with."""
    asked = {NOW: questions.series(view, charted(view), days.begun, days.bucket)}
    if days.before:
        asked[BEFORE] = questions.series(view, charted(view), days.before, days.bucket)
    return asked


def line(view: View, days: Spans, found: Mapping[str, Outcome], visits: float, ask: Ask) -> Line:
    """The line to draw, from the outcomes of `line_questions`; `visits` are the headline's."""
    now = found[NOW]
    if not isinstance(now, Answer) or not _lacks(now, visits):
        return Line(days, now, found.get(BEFORE))
    if days.bucket == "hour":
        return Line(days, Failure(NO_CHART), None, fine=now)
    coarse = _coarse(view, days, now, ask)
    drawn = coarse or Line(days, now, found.get(BEFORE), fine=now)
    assert isinstance(drawn.now, Answer), "both are answers"
    return _cut(view, drawn, drawn.now.covered(days.begun), ask)


def _lacks(answer: Answer, visits: float) -> bool:
    """Whether a line leaves out days, or so many visits that it misleads."""
    return bool(answer.gaps) or (answer.withheld is not None and _told(answer) < TOLD_MIN * visits)


def _told(answer: Answer) -> float:
    """The visits that are in the buckets of a line."""
    return sum(row.metrics[-1] or 0 for row in answer.rows)


def _coarse(view: View, days: Spans, fine: Answer, ask: Ask) -> Line | None:
    """The line in longer buckets, if these tell of more days or of clearly more visits."""
    bucket = COARSER.get(days.bucket)
    if bucket is None:
        return None
    longer = replace(days, bucket=bucket)
    found = ask(line_questions(view, longer))
    now = found[NOW]
    if not isinstance(now, Answer):
        return None
    more_days = _days(now.covered(days.begun)) > _days(fine.covered(days.begun))
    return Line(longer, now, found.get(BEFORE), True, fine) if more_days or TOLD_MIN * _told(now) > _told(fine) else None


def _days(span: Span | None) -> int:
    return span.days if span else 0


def _cut(view: View, drawn: Line, covered: Span | None, ask: Ask) -> Line:
    """The line of the days that are covered; fewer days may be drawn more finely, unless longer buckets were needed."""
    if covered is None:
        return replace(drawn, now=Failure(NO_CHART), before=None)
    if covered == drawn.days.begun:
        return drawn
    bucket = drawn.days.bucket if drawn.coarse else bucket_of(covered)
    days = drawn.days.cut(covered, bucket)
    now = drawn.now if bucket == drawn.days.bucket else ask(line_questions(view, days))[NOW]
    return replace(drawn, days=days, now=now, before=None)
