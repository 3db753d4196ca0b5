"""Questions in, answers out: parse, plan, a statement for each family of plans, answer.

Statements run in rounds: the rule of three facts counts first; then everything that can be asked at once; then the comparison of
a list, which needs to know the rows on its page. A round without statements costs nothing; "all" and the site's sealed periods
cost one small statement each. Nothing here touches a database or a clock: the caller hands in `run` and the time.
"""

from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

from collector.facts import RARE, ROLLED_UP
from collector.query import history, ranges
from collector.query.answer import Result
from collector.query.asked import Asked, Job
from collector.query.compile import compile_family, family_of
from collector.query.fragment import Fragment
from collector.query.history import Run
from collector.query.plan import Plan, plan
from collector.query.question import parse
from collector.query.reach import Asking
from collector.query.words import QUESTIONS_MAX, Caller, QuestionError, SiteView

# How many statements of one `ask_many` run at once. The engine plans a statement on one thread and small ones run on one:
# two at once take two thirds of the time of one after another on two cores; three take no less.
AT_ONCE = 2


def ask(raw: Mapping[str, Any], site: SiteView, now_s: float, run: Run, caller: Caller) -> dict[str, Any]:
    """The answer to one question (docs/stats-api.md) at an instant (seconds since 1970 UTC).

    `run` answers (sql, parameters) with rows, from any thread. Raises QuestionError.
    """
    return ask_many([raw], site, now_s, run, caller)[0]


def ask_many(raws: Sequence[Mapping[str, Any]], site: SiteView, now_s: float, run: Run, caller: Caller) -> list[dict[str, Any]]:
    """The answers to several questions of one site, in order. Raises QuestionError."""
    if len(raws) > QUESTIONS_MAX:
        raise QuestionError(f"More than {QUESTIONS_MAX} questions at once.")
    moment = ranges.Moment(now_s, site.timezone)
    earliest = _first_day(site, run) if any(raw.get("date_range") == "all" for raw in raws) else None
    segments = dict(site.segments)
    questions = [parse(raw, moment, earliest, segments) for raw in raws]
    asking = Asking(caller, history.load(site, run), moment.today)
    asked = [Asked(plan(question, asking), asking) for question in questions]
    _answer_all([job for one in asked for job in one.before()], site, run)
    _answer_all([job for one in asked for job in one.first()], site, run)
    _count_left_out(asked, site, run)
    _answer_all([job for one in asked for job in one.further()], site, run)
    return [one.answer(site) for one in asked]


def _first_day(site: SiteView, run: Run) -> date | None:
    """The site's first day with data in any fact."""
    days = "\n  UNION ALL ".join(
        f"SELECT min(day) AS day FROM {fact}_{rows} WHERE site = ?"  # noqa: S608 both names are from facts.py
        for fact in ROLLED_UP
        for rows in ("daily", "today")
    )
    found: date | None = run(f"-- stats: first day\nSELECT min(day) FROM (\n  {days})", (site.id,) * (2 * len(ROLLED_UP)))[0][0]
    return found


def _answer_all(jobs: list[Job], site: SiteView, run: Run) -> None:
    """Run every job that has rows to read, those of a family by one statement, and hand out the results."""
    families: dict[Hashable, list[Job]] = {}
    for job in jobs:
        if job.plan.span is not None:
            families.setdefault(family_of(job.plan, job.keep), []).append(job)
    statements = [compile_family(site.id, [job.plan for job in family], family[0].keep) for family in families.values()]
    for family, rows in zip(families.values(), _run_all(statements, run), strict=True):
        _hand_out(family, rows)


def _count_left_out(asked: Sequence[Asked], site: SiteView, run: Run) -> None:
    """Count what is withheld and in no row: one statement for all questions that lack the same."""
    lacking: dict[Fragment, list[Asked]] = {}
    for one in asked:
        if (statement := one.left_out(site.id)) is not None:
            lacking.setdefault(statement, []).append(one)
    for each, bounds in zip(lacking.values(), _run_all(list(lacking), run), strict=True):
        for one in each:
            one.take_left_out(bounds)


def _run_all(statements: Sequence[Fragment], run: Run) -> list[list[tuple[Any, ...]]]:
    if len(statements) < 2:
        return [run(*statement) for statement in statements]
    with ThreadPoolExecutor(AT_ONCE, "query") as pool:
        return list(pool.map(lambda statement: run(*statement), statements))


def _hand_out(family: list[Job], rows: list[tuple[Any, ...]]) -> None:
    """Each job its rows: those of several dimensions begin with the dimension's name."""
    named = len({job.plan.question.dimensions for job in family}) > 1
    for job in family:
        mine = [row[1:] for row in rows if row[0] == job.plan.question.dimensions[0].name] if named else rows
        job.take(_result(job.plan, mine))


def _result(plan: Plan, rows: list[tuple[Any, ...]]) -> Result:
    """A statement's rows: the dimensions, the sums, the number of all rows, the visits withheld."""
    first, last = len(plan.question.dimensions), len(plan.question.dimensions) + len(plan.terms)
    found = tuple((tuple(RARE if value is None else value for value in row[:first]), row[first:last]) for row in rows)
    total = rows[0][last] if rows and plan.question.include.total_rows else 0
    return Result(found, total, int(rows[0][-1] or 0) if rows and plan.rare is not None else 0)
