"""One request, as decoded JSON, to a Question or a QuestionError that names what is wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from collector.facts import METRIC_BY_NAME
from collector.query import columns, filters, ranges
from collector.query.words import (
    DIMENSIONS_MAX,
    HOURLY_DAYS_MAX,
    LIMIT_MAX,
    METRICS_MAX,
    OFFSET_MAX,
    Bucket,
    Column,
    Compare,
    Include,
    Order,
    Question,
    QuestionError,
    Span,
)

_KEYS = frozenset({"site_id", "metrics", "date_range", "dimensions", "filters", "order_by", "include", "pagination"})
_INCLUDE_FLAGS = frozenset({"imports", "time_labels", "total_rows", "trim_relative_date_range"})
_COMPARES: tuple[Compare, ...] = ("previous_period", "previous_year")


def parse(
    raw: Mapping[str, Any], moment: ranges.Moment, earliest: date | None = None, segments: Mapping[str, Sequence[Any]] | None = None
) -> Question:
    """The question that a request asks. `earliest` is the site's first day with data, needed for the range "all";
    `segments` are the site's, by name."""
    unknown = sorted(str(key) for key in set(raw) - _KEYS)
    if unknown:
        raise QuestionError(f"Unknown key {unknown[0][:40]!r}; known are {', '.join(sorted(_KEYS))}.")
    span = ranges.resolve(raw.get("date_range"), moment, earliest)
    metrics = _metrics(raw.get("metrics"))
    dimensions = _dimensions(raw.get("dimensions", []), ranges.automatic(span))
    include = _include(raw.get("include", {}), moment, dimensions)
    limit, offset = _pagination(raw.get("pagination", {}))
    _check_hours(dimensions, span)
    return Question(
        metrics=metrics,
        span=span,
        dimensions=dimensions,
        condition=filters.parse(raw.get("filters", []), segments),
        order=_order(raw.get("order_by"), metrics, dimensions),
        include=include,
        limit=limit,
        offset=offset,
        raw=dict(raw),
    )


def _metrics(asked: Any) -> tuple[str, ...]:
    if not isinstance(asked, list | tuple) or not asked:
        raise QuestionError("metrics must be a list of at least one metric.")
    if len(asked) > METRICS_MAX:
        raise QuestionError(f"metrics: more than {METRICS_MAX}.")
    for name in asked:
        if not isinstance(name, str) or name not in METRIC_BY_NAME:
            raise QuestionError(f"metrics: unknown metric {str(name)[:40]!r}; known are {', '.join(METRIC_BY_NAME)}.")
    if len(set(asked)) < len(asked):
        raise QuestionError("metrics: one is named twice.")
    return tuple(asked)


def _dimensions(asked: Any, automatic: Bucket) -> tuple[Column, ...]:
    if not isinstance(asked, list | tuple):
        raise QuestionError("dimensions must be a list.")
    if len(asked) > DIMENSIONS_MAX:
        raise QuestionError(f"dimensions: more than {DIMENSIONS_MAX}.")
    found = tuple(columns.dimension(name, automatic) for name in asked)
    if sum(column.is_time for column in found) > 1:
        raise QuestionError("dimensions: time can be named once.")
    if len({(column.name, column.prop) for column in found}) < len(found):
        raise QuestionError("dimensions: one is named twice.")
    return found


def _order(asked: Any, metrics: tuple[str, ...], dimensions: tuple[Column, ...]) -> tuple[Order, ...]:
    """The order asked for, or time ascending and then the first metric descending."""
    if asked is None or asked == []:
        time = tuple(Order("", place, False) for place, column in enumerate(dimensions) if column.is_time)
        return (*time, Order(metrics[0], -1, True))
    if not isinstance(asked, list | tuple) or len(asked) > METRICS_MAX + DIMENSIONS_MAX:
        raise QuestionError("order_by must be a list of [metric or dimension, direction].")
    places = {column.api: place for place, column in enumerate(dimensions)}
    return tuple(_one_order(part, metrics, places) for part in asked)


def _one_order(asked: Any, metrics: tuple[str, ...], places: dict[str, int]) -> Order:
    if not isinstance(asked, list | tuple) or len(asked) != 2 or not all(isinstance(part, str) for part in asked):
        raise QuestionError("order_by: each must be [metric or dimension, direction].")
    name, direction = asked
    if direction not in ("asc", "desc"):
        raise QuestionError('order_by: the direction must be "asc" or "desc".')
    if name in metrics:
        return Order(name, -1, direction == "desc")
    if name in places:
        return Order("", places[name], direction == "desc")
    raise QuestionError(f"order_by: {name[:100]!r} is not among the question's metrics or dimensions.")


def _include(asked: Any, moment: ranges.Moment, dimensions: tuple[Column, ...]) -> Include:
    if not isinstance(asked, dict):
        raise QuestionError("include must be an object.")
    for key, value in asked.items():
        if key != "compare" and (key not in _INCLUDE_FLAGS or not isinstance(value, bool)):
            raise QuestionError(f"include: {str(key)[:40]!r} is not known or not true or false.")
    if asked.get("time_labels") and not any(column.is_time for column in dimensions):
        raise QuestionError("include: time_labels needs a time dimension.")
    compare, span = _compare(asked.get("compare"), moment)
    flags = {name: bool(asked.get(name)) for name in ("time_labels", "total_rows", "imports")}
    return Include(**flags, compare=compare, compare_span=span)


def _compare(asked: Any, moment: ranges.Moment) -> tuple[Compare, Span | None]:
    if asked is None:
        return "", None
    if isinstance(asked, str):
        for mode in _COMPARES:
            if asked == mode:
                return mode, None
        raise QuestionError('include: compare must be "previous_period", "previous_year" or a list of two dates.')
    return "dates", ranges.between(asked, moment, "include: compare")


def _pagination(asked: Any) -> tuple[int, int]:
    if not isinstance(asked, dict) or not set(asked) <= {"limit", "offset"}:
        raise QuestionError("pagination must be an object with limit and offset.")
    return _number(asked.get("limit", LIMIT_MAX), "limit", 1, LIMIT_MAX), _number(asked.get("offset", 0), "offset", 0, OFFSET_MAX)


def _number(value: Any, name: str, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise QuestionError(f"pagination: {name} must be a whole number from {low} to {high}.")
    return value


def _check_hours(dimensions: tuple[Column, ...], span: Span) -> None:
    if span.days > HOURLY_DAYS_MAX and any(column.bucket == "hour" for column in dimensions):
        raise QuestionError(f"dimensions: time:hour goes with a date_range of up to {HOURLY_DAYS_MAX} days.")
