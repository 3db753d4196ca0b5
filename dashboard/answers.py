"""Asking, so that each question fails alone: a question that cannot be answered costs its own panel and no other."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from collector.clock import local
from collector.facts import RARE
from collector.query import Caller, QuestionError, Run, SiteView, ask, ask_many
from dashboard.format import Money
from dashboard.periods import Span
from dashboard.questions import Question

NOT_NOW = "This could not be answered just now. Reload the page, or choose a shorter period."

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
    """One row of an answer: the dimension's value as the API writes it ("" without a dimension) and the metrics in asked order."""

    value: str
    metrics: tuple[Any, ...]


class Withheld(NamedTuple):
    """What an answer does not tell apart or leaves out: how many visits at most (None: not known), for being too few to a group."""

    visits: int | None
    smallest_group: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answered question. `total` is how many rows there are, given or not; `gaps`: the days that it leaves out.

    `rare` is the row of the groups too small to be told apart, where it is known: it is not among `rows` and not in `total`;
    `rare_before`: it would have stood before them. `several_currencies`: there is no revenue, because amounts cannot be added.
    """

    rows: tuple[Row, ...]
    total: int
    gaps: tuple[Span, ...] = ()
    several_currencies: bool = False
    withheld: Withheld | None = None
    rare: Row | None = None
    rare_before: bool = False

    @property
    def first(self) -> tuple[Any, ...]:
        """The metrics of the only row of a question without a dimension; () where nothing was counted."""
        return self.rows[0].metrics if self.rows else ()

    @property
    def lacks_rare(self) -> bool:
        """Whether there may be a row of small groups among those that were not given."""
        return self.withheld is not None and self.rare is None and self.total > len(self.rows)

    def with_rare(self, rare: Row, ranked_by: int) -> "Answer":
        """The answer with its row of small groups, which was found apart; the place of the metric that ranks rows tells where it was."""
        before = not self.rows or _rank(rare, ranked_by) < _rank(self.rows[0], ranked_by)
        return replace(self, rare=rare, total=self.total - 1, rare_before=before)

    def covered(self, asked: Span) -> Span | None:
        """The days of those asked for that it is about; None if it is about none."""
        first, last = asked
        for gap in self.gaps:
            first = gap.last + timedelta(days=1) if gap.first <= first else first
            last = gap.first - timedelta(days=1) if gap.last >= asked.last else last
        return Span(first, last) if first <= last else None


def _rank(row: Row, place: int) -> tuple[bool, float, str]:
    """What rows are ordered by: the most first, those without a figure last, equal ones by their value."""
    figure = row.metrics[place]
    return figure is None, -(figure or 0), row.value


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that was not answered, and why, in words for the reader."""

    reason: str


Outcome = Answer | Failure


def outcomes(questions: Mapping[str, Question], source: Source) -> dict[str, Outcome]:
    """The outcome of each named question. All are asked together; only if that fails, each by itself."""
    if not questions:
        return {}
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
    rows = [_row(row) for row in raw["results"]]
    rare = next((row for row in rows if row.value == RARE), None)
    withheld = meta.get("withheld")
    return Answer(
        tuple(row for row in rows if row is not rare),
        total=int(meta.get("total_rows", len(rows))) - (rare is not None),
        gaps=tuple(Span(*map(date.fromisoformat, span)) for span in meta["days"]["missing"]),
        several_currencies="total_revenue" in meta.get("metric_warnings", ()),
        withheld=Withheld(withheld["visits"], withheld["smallest_group"]) if withheld else None,
        rare=rare,
    )


def _row(raw: Mapping[str, Any]) -> Row:
    metrics = (Money(value["value"], value["currency"]) if isinstance(value, dict) else value for value in raw["metrics"])
    return Row(str(raw["dimensions"][0]) if raw["dimensions"] else "", tuple(metrics))
