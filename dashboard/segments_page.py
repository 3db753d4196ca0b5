"""The page of a site's saved segments: its lines, and saving one from a view. Blocking: called in a worker thread."""

from dataclasses import dataclass

from collector.clock import local
from collector.control.database import Control, SiteRow
from collector.control.errors import BadSegment, DuplicateSegment, TooMany
from collector.control.segments import NAME_CHARACTERS_MAX, SegmentRow
from collector.query import QuestionError, check_segment
from dashboard.format import plain
from dashboard.periods import Span, span_name
from dashboard.questions import conditions
from dashboard.segments import meaning, why_not_saved
from dashboard.view import SEGMENT, Filter, View, url, write

# A view in a form: ten filters of two thousand characters, each of up to twelve bytes when escaped.
FORM_BYTES_MAX = 256 * 1024


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """One segment: its name as it is kept (`name`) and as it is read, what it means, since when, and the view it narrows."""

    name: str
    label: str
    meaning: str
    saved: str
    url: str


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A view that was not saved as a segment: why, the name wished for, its address, and its fields in a form for another try."""

    reason: str
    name: str
    meaning: str
    url: str
    state: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SegmentsPage:
    """What the template shows. `back` leads to the view that was not saved, else to the site's own page."""

    lines: tuple[SegmentLine, ...]
    back: str
    unsaved: Unsaved | None


def segments_page(control: Control, site: SiteRow, now_s: float, unsaved: Unsaved | None = None) -> SegmentsPage:
    """The segments of a site, oldest first. `now_s`: seconds since 1970 UTC."""
    this_year = local(now_s, site.timezone).year
    lines = tuple(_line(row, site.timezone, this_year) for row in control.segments(site.domain))
    return SegmentsPage(lines, unsaved.url if unsaved else url(site.domain, View()), unsaved)


def save(control: Control, site: SiteRow, name: str, view: View) -> SegmentRow | Unsaved:
    """Save a view's filters as a segment of its site."""
    filters, obstacle = conditions(view), why_not_saved(view)
    try:
        if obstacle:
            raise QuestionError(obstacle)
        check_segment(filters)
        return control.add_segment(site.domain, name, filters)
    except (QuestionError, BadSegment, DuplicateSegment, TooMany) as error:
        again = tuple(write(view)) if not obstacle else ()
        return Unsaved(str(error), name[:NAME_CHARACTERS_MAX], meaning(filters), url(site.domain, view), again)


def _line(row: SegmentRow, timezone: str, this_year: int) -> SegmentLine:
    day = local(row.created, timezone).date()
    narrowed = View(filters=(Filter("is", SEGMENT, row.name),))
    return SegmentLine(row.name, plain(row.name), meaning(row.filters), span_name(Span(day, day), this_year), url(row.domain, narrowed))
