"""Plans to one statement that answers all of them.

Theory. Questions of one dashboard read the same rows, so each kind of reading (fact, rows, days, filter) is one arm,
whichever and however many questions read it: daily rows are joined to the list of who asked for which dimension, detail
rows are grouped by every set of keys at once. Groups' texts are joined after those sums, when few numbers are left.

    WITH sums AS (SELECT q, t, d0, sum(m0)… FROM (arm UNION ALL arm…) GROUP BY q, t, d0 HAVING …)
    SELECT q, rank, total, t, d0, m0… FROM sums QUALIFY rank …

q is the question's number, t its bucket of time, d0… its other dimensions, m0… the measures of all questions. A branch
a question instead, each with a window of its own, took DuckDB twice as long to plan (12 questions: 100 ms against 54).

Words in the SQL are ours (facts.py, this file); whatever a person sent is a parameter.
"""
# ruff: noqa: S608 the words of every statement are from facts.py and this file; a test looks for any other

from collections.abc import Iterable
from dataclasses import dataclass, field

from collector.query.arms import arm_rows, gather
from collector.query.fragment import Fragment, fill, join
from collector.query.plan import Plan, Term
from collector.query.words import Column, Order

Keep = tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """One question of a statement. `keep` limits it to rows with these values, by the place of a dimension that is not time."""

    plan: Plan
    limit: int
    offset: int = 0
    keep: Keep = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its parameters, and how to read a row: (q, rank, total, t, d… `dimensions` of them, m…).

    `places` are for each branch where its plan's terms stand among the m columns. Rows come unordered.
    """

    sql: Fragment
    dimensions: int
    places: tuple[tuple[int, ...], ...]


@dataclass(slots=True)
class _Layout:
    """The columns that all questions share."""

    dimensions: int = 0
    terms: list[Term] = field(default_factory=list)

    def places(self, plan: Plan) -> tuple[int, ...]:
        return tuple(self.terms.index(term) for term in plan.terms)


def compile_branches(site: int, branches: list[Branch]) -> Statement:
    """One statement that answers every branch; each plan must have a span."""
    layout = _layout(branches)
    arms = gather((q, branch.plan) for q, branch in enumerate(branches))
    cells = join("\n    UNION ALL ", (arm_rows(site, arm, layout.dimensions, layout.terms) for arm in arms))
    sums = _sums(branches, layout, cells)
    sql = fill(f"{_comment(branches)}\nWITH sums AS (\n{{}})\n{{}}", sums, _page(branches, layout))
    return Statement(sql, layout.dimensions, tuple(layout.places(branch.plan) for branch in branches))


def _layout(branches: list[Branch]) -> _Layout:
    layout = _Layout()
    for branch in branches:
        layout.dimensions = max(layout.dimensions, len(_plain(branch.plan)))
        layout.terms.extend(term for term in branch.plan.terms if term not in layout.terms)
    return layout


def _plain(plan: Plan) -> list[Column]:
    return [column for column in plan.question.dimensions if not column.is_time]


def _comment(branches: list[Branch]) -> str:
    """The statement's name, for whoever reads a list of slow ones. A property's name is the asker's own word: left out."""
    return "-- stats: " + "; ".join(dict.fromkeys(_title(branch.plan) for branch in branches))


def _title(plan: Plan) -> str:
    by = ", ".join("event:props:*" if column.prop else column.api for column in plan.question.dimensions)
    return ", ".join(plan.question.metrics) + (f" by {by}" if by else "")


# --- sums --------------------------------------------------------------------------------------------------------


def _sums(branches: list[Branch], layout: _Layout, cells: Fragment) -> Fragment:
    keys = ", ".join(["q", "t", *(f"d{place}" for place in range(layout.dimensions))])
    # A sum of BIGINT is a HUGEINT, twice as wide for the sort that follows: a fifth of the whole statement's time.
    sums = ", ".join(f"CAST(sum(m{place}) AS BIGINT) AS m{place}" for place in range(len(layout.terms)))
    template = f"  SELECT {keys}, {sums} FROM (\n    {{}}){{}}\n  GROUP BY {keys}\n  HAVING {_counted(branches, layout)}"
    return fill(template, cells, _kept(branches, layout))


def _counted(branches: list[Branch], layout: _Layout) -> str:
    """A row is shown if anything that its own question asks for was counted in it."""
    asking: dict[tuple[int, ...], list[int]] = {}
    for q, branch in enumerate(branches):
        asking.setdefault(tuple(sorted(layout.places(branch.plan))), []).append(q)
    return _by_question({" OR ".join(f"sum(m{place}) <> 0" for place in places): qs for places, qs in asking.items()})


def _by_question(tests: dict[str, list[int]]) -> str:
    """The one test, or each with the questions it is for."""
    if len(tests) == 1:
        return next(iter(tests))
    return " OR ".join(f"{_among(qs)} AND ({test})" for test, qs in tests.items())


def _among(qs: Iterable[int]) -> str:
    return f"q IN ({', '.join(map(str, qs))})"


def _kept(branches: list[Branch], layout: _Layout) -> Fragment:
    """Only the values that a branch keeps; branches that keep nothing of a dimension keep all of it."""
    tests = [test for place in range(layout.dimensions) if (test := _kept_at(place, branches))]
    return fill("\n  WHERE {}", join(" AND ", tests)) if tests else Fragment("")


def _kept_at(place: int, branches: list[Branch]) -> Fragment | None:
    pairs = [(q, value) for q, branch in enumerate(branches) for at, values in branch.keep if at == place for value in values]
    keeping = {q for q, branch in enumerate(branches) for at, _ in branch.keep if at == place}
    if not keeping:
        return None
    listed = Fragment("SELECT unnest(?::INTEGER[]), unnest(?::VARCHAR[])", ([q for q, _ in pairs], [value for _, value in pairs]))
    test = fill(f"(q, d{place}) IN ({{}})", listed)
    others = [q for q in range(len(branches)) if q not in keeping]
    return fill(f"({_among(others)} OR {{}})", test) if others else test


# --- pages -------------------------------------------------------------------------------------------------------


def _page(branches: list[Branch], layout: _Layout) -> Fragment:
    """Every question's rows in its order, and of them the page it wants."""
    columns = ["t", *(f"d{place}" for place in range(layout.dimensions)), *(f"m{place}" for place in range(len(layout.terms)))]
    ranked = f"row_number() OVER (PARTITION BY q ORDER BY {_order(branches, layout)}) AS rank, count(*) OVER (PARTITION BY q) AS total"
    return fill(f"SELECT q, {ranked}, {', '.join(columns)}\n  FROM sums\n  QUALIFY {{}}", _windows(branches))


def _windows(branches: list[Branch]) -> Fragment:
    windows: dict[tuple[int, int], list[int]] = {}
    for q, branch in enumerate(branches):
        windows.setdefault((branch.offset, branch.offset + branch.limit), []).append(q)
    if len(windows) == 1:
        return Fragment("rank > ? AND rank <= ?", next(iter(windows)))
    return join(" OR ", (Fragment(f"{_among(qs)} AND rank > ? AND rank <= ?", window) for window, qs in windows.items()))


def _order(branches: list[Branch], layout: _Layout) -> str:
    """Each question's order, then its dimensions, so that pages of an answer never overlap.

    Questions whose orders have a key of the same kind in the same place share one: a CASE. Who has no part in a key has
    null there, in all rows of its partition.
    """
    keys: dict[tuple[int, str, str], dict[str, list[int]]] = {}
    for q, branch in enumerate(branches):
        for place, order in enumerate(branch.plan.question.order):
            kind = (place, "number" if order.metric else "text", "DESC" if order.descending else "ASC")
            keys.setdefault(kind, {}).setdefault(_sorted_by(order, branch.plan, layout), []).append(q)
    ranked = [f"{_case(values, len(branches))} {direction} NULLS LAST" for (_, _, direction), values in sorted(keys.items())]
    return ", ".join([*ranked, "t", *(f"d{place}" for place in range(layout.dimensions))])


def _case(values: dict[str, list[int]], count: int) -> str:
    """The value that all questions have, or each question's own, null for those that have none."""
    if len(values) == 1 and len(next(iter(values.values()))) == count:
        return next(iter(values))
    return "CASE" + "".join(f" WHEN {_among(qs)} THEN {value}" for value, qs in values.items()) + " END"


def _sorted_by(order: Order, plan: Plan, layout: _Layout) -> str:
    if not order.metric:
        return _column(plan, order.place)
    formula = next(formula for formula in plan.formulas if formula.metric == order.metric)
    places = layout.places(plan)
    numerator = _added(places[place] for place in formula.numerator)
    if not formula.denominator:
        return numerator
    return f"CAST({numerator} AS DOUBLE) / nullif({_added(places[place] for place in formula.denominator)}, 0)"


def _column(plan: Plan, place: int) -> str:
    """The statement's column of a question's dimension."""
    columns = plan.question.dimensions
    return "t" if columns[place].is_time else f"d{sum(not column.is_time for column in columns[:place])}"


def _added(places: Iterable[int]) -> str:
    terms = [f"m{place}" for place in places]
    return terms[0] if len(terms) == 1 else f"({' + '.join(terms)})"
