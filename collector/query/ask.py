"""Questions in, answers out: parse, plan, a statement for each family of plans, answer.

Statements run in two rounds, because the comparison of a list needs to know the rows on its page first; "all" costs one
small statement more. Nothing here touches a database or a clock: the caller hands in `run` and the time.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from collector.facts import ROLLED_UP
from collector.query import answer as answers
from collector.query import ranges
from collector.query.answer import Compared, Result, Row
from collector.query.compile import Keep, compile_family, family_of
from collector.query.fragment import Fragment
from collector.query.plan import Plan, plan
from collector.query.question import parse
from collector.query.words import (
    LIMIT_MAX,
    QUESTIONS_MAX,
    TIME_LABELS_MAX,
    Column,
    Include,
    Order,
    Question,
    QuestionError,
    SiteView,
    Span,
)

Run = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

# How many statements of one `ask_many` run at once. The engine plans a statement on one thread and small ones run on one:
# two at once take two thirds of the time of one after another on two cores; three take no less.
AT_ONCE = 2

# A comparison is asked for the rows of one page, which may be every bucket of time for each of its values.
COMPARED_ROWS_MAX = LIMIT_MAX + TIME_LABELS_MAX


def ask(raw: Mapping[str, Any], site: SiteView, now_s: float, run: Run, *, detail_from: date | None = None) -> dict[str, Any]:
    """The answer to one question (docs/stats-api.md) at an instant (seconds since 1970 UTC).

    `run` answers (sql, parameters) with rows, from any thread. `detail_from` is the first local day whose detail rows are still kept,
    None for all. Raises QuestionError.
    """
    return ask_many([raw], site, now_s, run, detail_from=detail_from)[0]


def ask_many(
    raws: Sequence[Mapping[str, Any]], site: SiteView, now_s: float, run: Run, *, detail_from: date | None = None
) -> list[dict[str, Any]]:
    """The answers to several questions of one site, in order. Raises QuestionError."""
    if len(raws) > QUESTIONS_MAX:
        raise QuestionError(f"More than {QUESTIONS_MAX} questions at once.")
    moment = ranges.Moment(now_s, site.timezone)
    earliest = _first_day(site, run) if any(raw.get("date_range") == "all" for raw in raws) else None
    asked = [_Asked(plan(parse(raw, moment, earliest), detail_from), detail_from) for raw in raws]
    _answer_all([job for one in asked for job in one.first()], site, run)
    _answer_all([job for one in asked for job in one.further()], site, run)
    return [answers.answer(one.plan, one.result, site, moment, one.currencies, one.compared()) for one in asked]


def _first_day(site: SiteView, run: Run) -> date | None:
    """The site's first day with data in any fact."""
    days = "\n  UNION ALL ".join(
        f"SELECT min(day) AS day FROM {fact}_{rows} WHERE site = ?"  # noqa: S608 both names are from facts.py
        for fact in ROLLED_UP
        for rows in ("daily", "today")
    )
    found: date | None = run(f"-- stats: first day\nSELECT min(day) FROM (\n  {days})", (site.id,) * (2 * len(ROLLED_UP)))[0][0]
    return found


@dataclass(slots=True)
class _Job:
    """One plan to be run, and what takes its result. `keep` limits it to rows with these values."""

    plan: Plan
    take: Callable[[Result], None]
    keep: Keep = ()


def _answer_all(jobs: list[_Job], site: SiteView, run: Run) -> None:
    """Run every job that has rows to read, those of a family by one statement, and hand out the results."""
    families: dict[Hashable, list[_Job]] = {}
    for job in jobs:
        if job.plan.span is not None:
            families.setdefault(family_of(job.plan, job.keep), []).append(job)
    statements = [compile_family(site.id, [job.plan for job in family], family[0].keep) for family in families.values()]
    for family, rows in zip(families.values(), _run_all(statements, run), strict=True):
        _hand_out(family, rows)


def _run_all(statements: Sequence[Fragment], run: Run) -> list[list[tuple[Any, ...]]]:
    if len(statements) < 2:
        return [run(*statement) for statement in statements]
    with ThreadPoolExecutor(AT_ONCE, "query") as pool:
        return list(pool.map(lambda statement: run(*statement), statements))


def _hand_out(family: list[_Job], rows: list[tuple[Any, ...]]) -> None:
    """Each job its rows: those of several dimensions begin with the dimension's name."""
    named = len({job.plan.question.dimensions for job in family}) > 1
    for job in family:
        mine = [row[1:] for row in rows if row[0] == job.plan.question.dimensions[0].name] if named else rows
        job.take(_result(job.plan, mine))


def _result(plan: Plan, rows: list[tuple[Any, ...]]) -> Result:
    first, last = len(plan.question.dimensions), len(plan.question.dimensions) + len(plan.terms)
    return Result(tuple((row[:first], row[first:last]) for row in rows), rows[0][-1] if rows and plan.question.include.total_rows else 0)


class _Asked:
    """One question on its way: its plans, and what is found out for it."""

    def __init__(self, planned: Plan, detail_from: date | None) -> None:
        self.plan = planned
        self.result = Result((), 0)
        self.currencies: dict[str, int] = {}
        self._detail_from = detail_from
        self._compare_span = _compare_span(planned.question)
        self._compare_plan = self._comparison_plan()
        self._compare_rows: tuple[Row, ...] | None = None
        self._compare_currencies: dict[str, int] = {}

    def first(self) -> list[_Job]:
        """What can be asked at once: the question, its money, and the comparison of totals and of lines over time."""
        jobs = [_Job(self.plan, self._take_result)]
        if self._compare_plan is not None and not self._has_lists:
            jobs.append(_Job(self._compare_plan, self._take_comparison))
        if answers.wants_money(self.plan):
            jobs.append(_Job(_by_currency(self.plan, self._detail_from), self._take_currencies))
            if self._compare_plan is not None:
                jobs.append(_Job(_by_currency(self._compare_plan, self._detail_from), self._take_compare_currencies))
        return jobs

    def further(self) -> list[_Job]:
        """What needs the rows at hand: the comparison of a list, the count behind an empty page."""
        jobs = self._count_job()
        if self._compare_plan is not None and self._has_lists:
            jobs.append(_Job(self._compare_plan, self._take_comparison, _keep(self.plan, self.result.rows)))
        return jobs

    def compared(self) -> Compared | None:
        if self._compare_span is None:
            return None
        return Compared(self._compare_span, self._compare_rows, self._compare_currencies)

    @property
    def _has_lists(self) -> bool:
        return any(not column.is_time for column in self.plan.question.dimensions)

    def _count_job(self) -> list[_Job]:
        """A page past the end has no row to carry the number of rows: ask for the first row instead."""
        question = self.plan.question
        if self.result.rows or not question.offset or not question.include.total_rows:
            return []
        return [_Job(replace(self.plan, question=replace(question, limit=1, offset=0)), self._take_total)]

    def _take_total(self, result: Result) -> None:
        self.result = replace(self.result, total=result.total)

    def _comparison_plan(self) -> Plan | None:
        """The same question of the other range; none if its own detail, or the question's, is (partly) gone."""
        if self._compare_span is None:
            return None
        question = replace(self.plan.question, span=self._compare_span, limit=COMPARED_ROWS_MAX, offset=0)
        planned = plan(question, self._detail_from)
        whole = planned.span == question.span and self.plan.span == self.plan.question.span
        return planned if whole else None

    def _take_result(self, result: Result) -> None:
        self.result = result

    def _take_comparison(self, result: Result) -> None:
        self._compare_rows = result.rows

    def _take_currencies(self, result: Result) -> None:
        self.currencies = answers.total_currencies(result.rows)

    def _take_compare_currencies(self, result: Result) -> None:
        self._compare_currencies = answers.total_currencies(result.rows)


def _compare_span(question: Question) -> Span | None:
    if question.include.compare == "previous_period":
        return ranges.previous_period(question.span)
    if question.include.compare == "previous_year":
        return ranges.previous_year(question.span)
    return question.include.compare_span


def _keep(planned: Plan, rows: tuple[Row, ...]) -> Keep:
    """The values of each dimension but time that the comparison needs."""
    plain = (place for place, column in enumerate(planned.question.dimensions) if not column.is_time)
    return tuple((place, tuple(sorted({row[0][place] for row in rows}))) for place in plain)


def _by_currency(planned: Plan, detail_from: date | None) -> Plan:
    """The question's whole revenue by currency: which currencies its money is in."""
    question = replace(
        planned.question,
        metrics=("total_revenue",),
        dimensions=(Column("event:currency", "currency"),),
        order=(Order("total_revenue", -1, True),),
        include=Include(),
        limit=LIMIT_MAX,
        offset=0,
    )
    return plan(question, detail_from)
