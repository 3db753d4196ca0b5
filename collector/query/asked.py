"""One question on its way: its plans, what is asked for them in which round, and what is found out.

0. what the rule of three facts counts, 1. what can be asked at once, 2. what needs the rows at hand.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from collector.facts import RARE
from collector.query import answer as answers
from collector.query import ranges, withheld
from collector.query.answer import Compared, Result, Row
from collector.query.compile import Keep
from collector.query.fragment import Fragment
from collector.query.meta import meta_of
from collector.query.plan import Plan, plan
from collector.query.reach import Asking
from collector.query.small_groups import Rule, guarded, hidden, rule_of
from collector.query.words import LIMIT_MAX, TIME_LABELS_MAX, AllOf, Column, Filter, Include, Order, Question, SiteView, Span, leaves

# A comparison is asked for the rows of one page, which may be every bucket of time for each of its values.
COMPARED_ROWS_MAX = LIMIT_MAX + TIME_LABELS_MAX

_CURRENCY = Column("event:currency", "currency")


@dataclass(slots=True)
class Job:
    """One plan to be run, and what takes its result. `keep` limits it to rows with these values."""

    plan: Plan
    take: Callable[[Result], None]
    keep: Keep = ()


class Guarded:
    """A plan and what the rule of three facts leaves of it. `refused`: none of its rows may be told."""

    def __init__(self, planned: Plan, asking: Asking) -> None:
        self.plan = planned
        self.refused = False
        self._rule: Rule | None = rule_of(planned, asking.caller.smallest_group)
        self._smallest = asking.caller.smallest_group
        if self._rule is not None and self._rule.groups is not None:
            self.plan = guarded(planned, self._rule.groups)

    def jobs(self) -> list[Job]:
        """What must be counted before the plan itself may be run."""
        total = self._rule.total if self._rule else None
        return [Job(total, self._judge)] if total else []

    def _judge(self, result: Result) -> None:
        """The visits of the largest value stand for the group's: the only row, or none."""
        visits = max((sums[0] for _, sums in result.rows), default=0)
        if self._rule is None or visits >= self._smallest:
            return
        if self._rule.folds:
            self.plan = hidden(self.plan)
        else:
            self.refused = True


class Asked:
    """One question, from its plan to its answer."""

    def __init__(self, planned: Plan, asking: Asking) -> None:
        self._asking = asking
        self._main = Guarded(planned, asking)
        self._compare_span = _compare_span(planned.question)
        compared = self._comparison_plan(planned)
        self._compare = Guarded(compared, asking) if compared else None
        self._result = Result((), 0)
        self._left_out = 0
        self._currencies: dict[str, int] = {}
        self._compare_result: Result | None = None
        self._compare_currencies: dict[str, int] = {}

    def before(self) -> list[Job]:
        """What the rule of three facts counts."""
        return [job for each in (self._main, self._compare) if each for job in each.jobs()]

    def first(self) -> list[Job]:
        """What can be asked at once: the question, its money, and the comparison of totals and of lines over time."""
        if self._main.refused:
            return []
        jobs = [Job(self._main.plan, self._take_result)]
        money = answers.wants_money(self._main.plan)
        if money:
            jobs.append(Job(self._by_currency(self._main.plan), self._take_currencies))
        if (compared := self._compared_plan()) is not None:
            jobs += [Job(compared, self._take_comparison)] if not self._has_lists else []
            jobs += [Job(self._by_currency(compared), self._take_compare_currencies)] if money else []
        return jobs

    def left_out(self, site: int) -> Fragment | None:
        """The statement for what is withheld and stands in no row, if there may be something."""
        return None if self._main.refused or self._main.plan.span is None else withheld.unasked(site, self._main.plan)

    def take_left_out(self, bounds: list[tuple[Any, ...]]) -> None:
        """The answer to `left_out`: the smallest of what bounds it."""
        self._left_out = max(0, min((int(bound or 0) for (bound,) in bounds), default=0))

    def further(self) -> list[Job]:
        """What needs the rows at hand: the comparison of a list, the count behind an empty page."""
        jobs = self._count_job()
        if (compared := self._compared_plan()) is not None and self._has_lists:
            jobs.append(Job(compared, self._take_comparison, _keep(compared, self._result.rows)))
        return jobs

    def answer(self, site: SiteView) -> dict[str, Any]:
        """The answer, when all jobs have been run."""
        planned, main = self._main.plan, self._main
        meta = meta_of(planned, self._result, self._asking, self._currencies)
        told = withheld.told(planned, self._asking, main.refused, self._result.withheld, self._left_out)
        if told is not None:
            meta["withheld"] = told
        return answers.answer(planned, self._result, site, meta, self._currencies, self._compared(), refused=main.refused)

    def _compared(self) -> Compared | None:
        if self._compare_span is None:
            return None
        found = self._compare_result
        rows = found.rows if found else None
        return Compared(self._compare_span, rows, self._compare_currencies, partial=bool(found and found.withheld))

    def _compared_plan(self) -> Plan | None:
        """The comparison, unless it or the question is about too small a group."""
        compared = self._compare
        if compared is None or compared.refused or self._main.refused:
            return None
        return compared.plan if _alike(compared.plan, self._main.plan) else None

    @property
    def _has_lists(self) -> bool:
        return any(not column.is_time for column in self._main.plan.question.dimensions)

    def _count_job(self) -> list[Job]:
        """A page past the end has no row to carry the number of rows: ask for the first row instead."""
        question = self._main.plan.question
        counts = question.include.total_rows or self._main.plan.rare is not None
        if self._main.refused or self._result.rows or not question.offset or not counts:
            return []
        return [Job(replace(self._main.plan, question=replace(question, limit=1, offset=0)), self._take_counts)]

    def _take_counts(self, result: Result) -> None:
        self._result = replace(result, rows=self._result.rows)

    def _comparison_plan(self, planned: Plan) -> Plan | None:
        """The same question of the other range; none if some of its days, or of the question's, cannot be covered."""
        if self._compare_span is None:
            return None
        question = replace(planned.question, span=self._compare_span, limit=COMPARED_ROWS_MAX, offset=0)
        compared = plan(question, self._asking)
        whole = compared.span == question.span and planned.span == planned.question.span
        return compared if whole else None

    def _by_currency(self, planned: Plan) -> Plan:
        """The revenue of a plan's days by currency: which currencies its money is in.

        The question's own, if all of its days tell the currency of what it filters; else the whole site's: if that has only
        one currency, so has the question.
        """
        question = replace(
            planned.question,
            metrics=("total_revenue",),
            span=planned.span or planned.question.span,
            dimensions=(_CURRENCY,),
            order=(Order("total_revenue", -1, True),),
            include=Include(),
            limit=LIMIT_MAX,
            offset=0,
        )
        own = plan(question, self._asking)
        if own.span == planned.span and not own.from_pairs:
            return own
        return plan(replace(question, condition=_of_currency(question.condition)), self._asking)

    def _take_result(self, result: Result) -> None:
        self._result = result

    def _take_comparison(self, result: Result) -> None:
        self._compare_result = result

    def _take_currencies(self, result: Result) -> None:
        self._currencies = answers.total_currencies(result.rows)

    def _take_compare_currencies(self, result: Result) -> None:
        self._compare_currencies = answers.total_currencies(result.rows)


def _alike(one: Plan, other: Plan) -> bool:
    """Whether both are told by their rows, or both as one row."""
    hidden_both = [planned.fold is not None and planned.fold.groups is None for planned in (one, other)]
    return hidden_both[0] == hidden_both[1]


def _compare_span(question: Question) -> Span | None:
    if question.include.compare == "previous_period":
        return ranges.previous_period(question.span)
    if question.include.compare == "previous_year":
        return ranges.previous_year(question.span)
    return question.include.compare_span


def _keep(compared: Plan, rows: tuple[Row, ...]) -> Keep:
    """The values of each dimension but time that the comparison needs: those of the rows, and what tells of others withheld."""
    plain = (place for place, column in enumerate(compared.question.dimensions) if not column.is_time)
    rare = set() if compared.rare is None else {RARE}
    return tuple((place, tuple(sorted({row[0][place] for row in rows} | rare))) for place in plain)


def _of_currency(condition: Filter) -> Filter:
    """Those of a question's filters that are of the currency alone."""
    parts = condition.parts if isinstance(condition, AllOf) else ()
    return AllOf(tuple(part for part in parts if {leaf.column.name for leaf in leaves(part)} == {"currency"}))
