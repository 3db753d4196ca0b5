"""The types of a question, from the parsed request to its plan, and every limit on what may be asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

METRICS_MAX = 20
DIMENSIONS_MAX = 5
FILTER_NODES_MAX = 100
FILTER_DEPTH_MAX = 10
VALUES_MAX = 1_000
TEXT_CHARS_MAX = 2_000
WILDCARDS_MAX = 20
LIMIT_MAX = 10_000
OFFSET_MAX = 10_000_000
RANGE_DAYS_MAX = 36_525  # 100 years
HOURLY_DAYS_MAX = 400  # 9,600 hours: below LIMIT_MAX, so an hourly question is never cut by its own range
TIME_LABELS_MAX = 10_000
QUESTIONS_MAX = 32  # of one ask_many: the default dashboard has 12

Bucket = Literal["", "hour", "day", "week", "month"]
Operator = Literal["is", "contains", "matches"]
Compare = Literal["", "previous_period", "previous_year", "dates"]


class QuestionError(ValueError):
    """A question that cannot be answered; the message names the part at fault and, where there is one, the way out."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: someone signed in (a key is too), or with `public` whoever has an address that was shared.

    `smallest_group` is how many visits must share what an answer combines.
    """

    smallest_group: int
    public: bool = False


@dataclass(frozen=True, slots=True)
class SiteView:
    """What a question needs to know of its site: the store's number for it, its domain and its IANA time zone.

    `segments` are its named filters: (name, what stands in a question's `filters`).
    """

    id: int
    domain: str
    timezone: str
    segments: tuple[tuple[str, Sequence[Any]], ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Local days `first` to `last`, both included, from `first_hour` of the first to `last_hour` of the last (0-23)."""

    first: date
    last: date
    first_hour: int = 0
    last_hour: int = 23

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def whole(self) -> bool:
        """Whether it begins and ends with a day, so that daily rows can answer."""
        return self.first_hour == 0 and self.last_hour == 23


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that rows are broken down by or filtered on, as asked (`api`) and as stored (`name`, from the one list).

    `prop` is the property of `event:props:<prop>`; its name is then `value`. `bucket` is set for time, whose name is "".
    """

    api: str
    name: str
    prop: str = ""
    bucket: Bucket = ""

    @property
    def is_time(self) -> bool:
        return self.bucket != ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """True where the column's value fits any of the values. `goal`: came from event:goal, so only that thing counts."""

    column: Column
    operator: Operator
    values: tuple[str, ...]
    case_sensitive: bool = True
    goal: bool = False

    @property
    def names_one(self) -> bool:
        """Whether only one value fits."""
        return self.operator == "is" and len(self.values) == 1 and "*" not in self.values[0] and self.case_sensitive


@dataclass(frozen=True, slots=True)
class Not:
    part: "Filter"


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A site's named filter: true where its definition is."""

    name: str
    condition: "Filter"


Filter = Leaf | Not | AllOf | AnyOf | Segment
EVERYTHING = AllOf(())


def leaves(condition: Filter) -> tuple[Leaf, ...]:
    """Every leaf of a filter, left to right; a segment's are those of its definition."""
    if isinstance(condition, Leaf):
        return (condition,)
    if isinstance(condition, Segment):
        return leaves(condition.condition)
    parts = (condition.part,) if isinstance(condition, Not) else condition.parts
    return tuple(leaf for part in parts for leaf in leaves(part))


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by a metric (`metric` set) or by the dimension at `place` of the question's dimensions."""

    metric: str
    place: int
    descending: bool


@dataclass(frozen=True, slots=True)
class Include:
    """What the answer should carry besides its rows. `compare_span` is set where the comparison names its dates."""

    time_labels: bool = False
    total_rows: bool = False
    imports: bool = False
    compare: Compare = ""
    compare_span: Span | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One valid question. `raw` are the request's own parts that the answer repeats."""

    metrics: tuple[str, ...]
    span: Span
    dimensions: tuple[Column, ...] = ()
    condition: Filter = EVERYTHING
    order: tuple[Order, ...] = ()
    include: Include = Include()
    limit: int = LIMIT_MAX
    offset: int = 0
    raw: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def time_place(self) -> int | None:
        """Where among the dimensions time stands, if anywhere."""
        return next((place for place, column in enumerate(self.dimensions) if column.is_time), None)
