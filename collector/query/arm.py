"""An arm of a statement: the rows that one part of a plan sums from one kind of table. What all arms have in common.

An arm's rows are (d…, m…): the question's dimensions in its order, then the plan's terms; a term of another part is 0.
Where plans share a statement (`compile.family_of`), the name of each row's dimension stands before: (name, d0, m…).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from collector.query.fragment import Fragment
from collector.query.part import Part
from collector.query.reach import Reach
from collector.query.words import Bucket, Span

BUCKET: dict[Bucket, str] = {
    "hour": "day + to_hours(CAST(hour AS INTEGER))",
    "day": "day",
    "week": "CAST(date_trunc('week', day) AS DATE)",
    "month": "CAST(date_trunc('month', day) AS DATE)",
}
# In daily rows the hour is the value of the dimension "hour"; one that is withheld is no hour.
DAILY_BUCKET: dict[Bucket, str] = {**BUCKET, "hour": "day + to_hours(TRY_CAST(value AS INTEGER))"}


@dataclass(frozen=True, slots=True)
class Arm:
    """One part of a plan in its statement: `measures` are its columns or 0, in the order of the plan's terms.

    `names` are the family's dimensions, as daily rows call them; a plan that has its statement to itself has none.
    """

    site: int
    reach: Reach
    part: Part
    measures: tuple[str, ...]
    names: tuple[str, ...] = ()

    @property
    def span(self) -> Span:
        """The days that the whole answer covers."""
        assert self.reach.span is not None, "a plan without rows has no statement"
        return self.reach.span


def columns(keys: Sequence[str], measures: Sequence[str]) -> str:
    """A select list under the names that all arms share."""
    return ", ".join([*(f"{key} AS d{place}" for place, key in enumerate(keys)), *measured(measures)])


def measured(measures: Sequence[str]) -> list[str]:
    """The measures under the names that all arms share."""
    return [f"{measure} AS m{place}" for place, measure in enumerate(measures)]


def of_site(site: int, span: Span) -> tuple[Fragment, Fragment]:
    """The rows of a site's days."""
    return Fragment("site = ?", (site,)), Fragment("day BETWEEN ? AND ?", (span.first, span.last))


def in_hours(span: Span, column: str, stored: Callable[[int], Any]) -> Fragment:
    """The hours of the first and the last day; `stored` is how the column holds an hour."""
    first, last = (span.first, stored(span.first_hour)), (span.last, stored(span.last_hour))
    return Fragment(f"(day > ? OR {column} >= ?) AND (day < ? OR {column} <= ?)", (*first, *last))


def marks(values: Sequence[str]) -> str:
    """A placeholder for each value."""
    return ", ".join("?" * len(values))
