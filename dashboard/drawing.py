"""From an answer by time to the chart: its line, its axis texts, and the table behind it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.facts import METRIC_BY_NAME, Metric
from dashboard import chart as charts
from dashboard.answers import Answer
from dashboard.days import Spans
from dashboard.format import Number, exact, tick
from dashboard.panels import headlines
from dashboard.periods import DAYS_WITHOUT_YEAR_MAX, Bucket, bucket_name, bucket_tick, buckets, is_future, is_running, span_name
from dashboard.view import View


@dataclass(frozen=True, slots=True)
class Instant:
    """One bucket of the chart: its name, and its values as they are read ("" where there is none)."""

    name: str
    value: str
    before_name: str
    before: str
    running: bool


@dataclass(frozen=True, slots=True)
class ChartModel:
    """The chart, its axis texts, the table behind it, and what is to be known of how it is drawn."""

    metric: Metric
    drawing: charts.Chart
    grid_labels: tuple[tuple[str, float], ...]
    tick_labels: tuple[tuple[str, float], ...]
    instants: tuple[Instant, ...]
    heading: str
    compared: str
    note: str


def charted(view: View) -> str:
    """The metric the chart shows: the chosen one where it can be had, else the first."""
    possible = headlines(view.filtered)
    return view.metric if view.metric in possible else possible[0]


def chart(view: View, days: Spans, now: Answer, before: Answer | None, note: str = "") -> ChartModel:
    """The chart of one metric over all days of a span: what has not begun stays empty."""
    metric, span, bucket, at = METRIC_BY_NAME[charted(view)], days.whole, days.bucket, days.at
    labels = buckets(span, bucket)
    before_labels = buckets(days.before, bucket) if days.before else []
    begun = [label for label in labels if not is_future(label, bucket, at.today, at.hour)]
    values = _filled(metric, begun, now) + [None] * (len(labels) - len(begun))
    before_values = _known(_filled(metric, before_labels, before)) if before else []
    running = next((i for i, label in enumerate(labels) if is_running(label, bucket, at.today, at.hour)), None)
    drawing = charts.draw(metric, values, before_values, running)
    return ChartModel(
        metric,
        drawing,
        tuple((tick(metric, line.value), line.y) for line in drawing.grid),
        tuple((bucket_tick(labels[i], bucket, span.days > DAYS_WITHOUT_YEAR_MAX), drawing.dots[i].x) for i in drawing.ticks),
        _instants(metric, bucket, labels, (values, len(begun)), before_labels, before_values, running),
        {"hour": "Hour", "day": "Day", "week": "Week", "month": "Month"}[bucket],
        span_name(days.before, at.today.year) if days.before and before_values else "",
        note,
    )


def _instants(
    metric: Metric,
    bucket: Bucket,
    labels: Sequence[str],
    values: tuple[Sequence[Number], int],
    before_labels: Sequence[str],
    before_values: Sequence[Number],
    running: int | None,
) -> tuple[Instant, ...]:
    """Every bucket's row of the table; `values` come with how many of them have begun."""

    def earlier(i: int) -> tuple[str, str]:
        known = i < min(len(before_values), len(before_labels))
        return (bucket_name(before_labels[i], bucket), exact(metric, before_values[i])) if known else ("", "")

    return tuple(
        Instant(bucket_name(label, bucket), exact(metric, value) if i < values[1] else "", *earlier(i), i == running)
        for i, (label, value) in enumerate(zip(labels, values[0], strict=True))
    )


def _known(values: list[Number]) -> list[Number]:
    """The values, if any of them is known: what is withheld wholly is no line to compare with."""
    return values if any(value is not None for value in values) else []


def _filled(metric: Metric, labels: Sequence[str], answer: Answer) -> list[Number]:
    """Every label's value. Where nothing was counted a count is 0, and a ratio has none; where visits are withheld it is not known."""
    known = {row.value: row.metrics[0] for row in answer.rows}
    nothing = None if metric.denominator or answer.withheld else 0
    return [known.get(label, nothing) for label in labels]
