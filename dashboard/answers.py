"""Asking, so that each question fails alone: a question that cannot be answered costs its own panel and no other."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from collector.clock import local
from collector.query import Caller, QuestionError, Run, SiteView, ask, ask_many
from dashboard.format import Money
from dashboard.periods import Span, span_name
from dashboard.questions import Question

NOT_NOW = "This could not be answered just now. Reload the page, or choose a shorter period."
SEVERAL_CURRENCIES = "Amounts in several currencies cannot be added. For the revenue, filter by one: Events, More, Currencies."
PARTLY = "Lists that name their days leave out the earlier ones: of those each list is kept by itself and cannot be filtered by another."
NOT_KEPT = "Of those days each list is kept by itself and cannot be filtered by another any more."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """Whom to ask about which site, at which instant (seconds since 1970 UTC), and for whom."""

    site: SiteView
    now_s: float
    run: Run
    caller: Caller

    @property
    def now(self) -> datetime:
        """The wall-clock time at the site."""
        return local(self.now_s, self.site.timezone)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an answer: the dimension's value as people read it ("" without a dimension) and the metrics in asked order."""

    value: str
    metrics: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answered question. `total` is how many rows there are, given or not; `gaps`: the days that it leaves out.

    `several_currencies`: it has no revenue, because there are amounts that cannot be added.
    """

    rows: tuple[Row, ...]
    total: int
    gaps: tuple[Span, ...] = ()
    several_currencies: bool = False

    @property
    def gap(self) -> Span | None:
        """The first days that it leaves out."""
        return self.gaps[0] if self.gaps else None

    @property
    def missing(self) -> str:
        """What the answer leaves out and why, in words for the reader; "" where it leaves out nothing."""
        return f"Not included: {'; '.join(map(span_name, self.gaps))}. {NOT_KEPT}" if self.gaps else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader of the figures must know of them."""
        return tuple(note for note in (self.missing, SEVERAL_CURRENCIES if self.several_currencies else "") if note)

    @property
    def first(self) -> tuple[Any, ...]:
        """The metrics of the only row of a question without a dimension; () where nothing was counted."""
        return self.rows[0].metrics if self.rows else ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that was not answered, and why, in words for the reader."""

    reason: str


Outcome = Answer | Failure


def outcomes(questions: Mapping[str, Question], source: Source) -> dict[str, Outcome]:
    """The outcome of each named question. All are asked together; only if that fails, each by itself."""
    try:
        raws = ask_many(list(questions.values()), source.site, source.now_s, source.run, source.caller)
    except Exception:  # whatever it was, it is met again below, by the one question that causes it
        return {name: _alone(question, source) for name, question in questions.items()}
    return {name: _answer(raw) for name, raw in zip(questions, raws, strict=True)}


def _alone(question: Question, source: Source) -> Outcome:
    try:
        return _answer(ask(question, source.site, source.now_s, source.run, source.caller))
    except QuestionError as error:
        return Failure(str(error))
    except Exception:  # a panel fails alone, and the operator finds the trace in the log
        _log.exception("A question of the dashboard was not answered.")
        return Failure(NOT_NOW)


def _answer(raw: Mapping[str, Any]) -> Answer:
    """The parts of an API answer (docs/stats-api.md) that pages show."""
    meta = raw["meta"]
    rows = tuple(_row(row) for row in raw["results"])
    return Answer(
        rows,
        total=int(meta.get("total_rows", len(rows))),
        gaps=tuple(Span(*map(date.fromisoformat, span)) for span in meta["days"]["missing"]),
        several_currencies="total_revenue" in meta.get("metric_warnings", ()),
    )


def _row(raw: Mapping[str, Any]) -> Row:
    metrics = (Money(value["value"], value["currency"]) if isinstance(value, dict) else value for value in raw["metrics"])
    return Row(str(raw["dimensions"][0]) if raw["dimensions"] else "", tuple(metrics))
