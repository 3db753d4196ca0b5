"""Plans to SQL: a statement for each plan, or for a family of plans that one reading answers.

    SELECT d0…, sum(m0) AS s0…, count(*) OVER () AS total
    FROM (arm UNION ALL arm…) GROUP BY d0… HAVING … ORDER BY … LIMIT ? OFFSET ?

d0… are the question's dimensions, m0… the plan's terms. A family is lists by several dimensions of one group, such as
browser, system and device: their rows carry the dimension's name and are ranked within it.

Statements are many and small because DuckDB plans each anew, on one thread, in a time that grows faster than its text. The
default dashboard over ten million page views took 145 ms as one statement, 60 ms of CPU as ten (`benchmarks/query.py`):
one window over the rows of all lists sorts each of them, where a list of its own keeps the first nine as it goes.

Words in the SQL are ours (facts.py, this file, arms.py); whatever a person sent is a parameter.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace

from collector.facts import BY_NAME
from collector.query.arms import arms_of
from collector.query.fragment import Fragment, fill, join
from collector.query.plan import Plan
from collector.query.words import Order

# Values that a statement is limited to, by the place of their dimension.
Keep = tuple[tuple[int, tuple[str, ...]], ...]


def family_of(plan: Plan, keep: Keep = ()) -> Hashable:
    """Plans with the same answer here share a statement: equal ones, and lists alike but for which dimension of a group."""
    question = plan.question
    columns = question.dimensions
    group = BY_NAME[columns[0].name].group if len(columns) == 1 and not columns[0].is_time else ""
    if not group or keep:
        return plan, keep
    return group, replace(question, dimensions=()), plan.span, tuple(part.daily is None for part in plan.parts)


def compile_family(site: int, plans: Sequence[Plan], keep: Keep = ()) -> Fragment:
    """One statement for the plans of a family, each of which must have a span; they differ in their one dimension, if at all.

    Its rows are (d…, s…), with a last column `total` where the number of rows is asked for, in the question's order.
    Those of several plans are (name, d0, s…): first comes the name of the plan's dimension.
    """
    distinct = tuple({plan.question.dimensions: plan for plan in plans}.values())
    lead, name = distinct[0], ["name"] if len(distinct) > 1 else []
    keys = [f"d{place}" for place in range(len(lead.question.dimensions))]
    shown = [
        f"CAST({key} AS VARCHAR) AS {key}" if column.is_time else key for key, column in zip(keys, lead.question.dimensions, strict=True)
    ]
    # A sum of BIGINT is a HUGEINT, twice as wide for whatever follows.
    sums = [f"CAST(sum(m{place}) AS BIGINT) AS s{place}" for place in range(len(lead.terms))]
    counted = " OR ".join(f"sum(m{place}) <> 0" for place in range(len(lead.terms)))
    grouping = f"\nGROUP BY {', '.join([*name, *keys])}" if keys else ""
    total = [f"count(*) OVER ({'PARTITION BY name' if name else ''}) AS total"] if lead.question.include.total_rows else []
    return fill(
        f"{_comment(distinct)}\nSELECT {', '.join([*name, *shown, *sums, *total])}\nFROM (\n  {{}}){{}}{grouping}\nHAVING {counted}\n{{}}",
        join("\n  UNION ALL ", arms_of(site, distinct)),
        _kept(keep),
        _page(lead, keys, bool(name)),
    )


def _comment(plans: Sequence[Plan]) -> str:
    """The statement's name, for whoever reads a list of slow ones. A property's name is the asker's own word: left out."""
    return "-- stats: " + "; ".join(_title(plan) for plan in plans)


def _title(plan: Plan) -> str:
    by = ", ".join("event:props:*" if column.prop else column.api for column in plan.question.dimensions)
    return ", ".join(plan.question.metrics) + (f" by {by}" if by else "")


def _kept(keep: Keep) -> Fragment:
    tests = [Fragment(f"d{place} IN (SELECT unnest(?::VARCHAR[]))", (list(values),)) for place, values in keep]
    return fill("\nWHERE {}", join(" AND ", tests)) if tests else Fragment("")


def _page(plan: Plan, keys: list[str], family: bool) -> Fragment:
    """The rows of one page, in order: by what is asked, then by the dimensions, so that pages of an answer never overlap."""
    question = plan.question
    order = ", ".join([*(f"{_sorted_by(one, plan)} {'DESC' if one.descending else 'ASC'} NULLS LAST" for one in question.order), *keys])
    if not keys:
        return Fragment("LIMIT ? OFFSET ?", (question.limit, question.offset))
    if not family:
        return Fragment(f"ORDER BY {order}\nLIMIT ? OFFSET ?", (question.limit, question.offset))
    ranked = f"row_number() OVER (PARTITION BY name ORDER BY {order}) BETWEEN ? AND ?"
    return Fragment(f"QUALIFY {ranked}\nORDER BY {order}", (question.offset + 1, question.offset + question.limit))


def _sorted_by(order: Order, plan: Plan) -> str:
    if not order.metric:
        return f"d{order.place}"
    formula = next(formula for formula in plan.formulas if formula.metric == order.metric)
    numerator = _added(formula.numerator)
    return f"CAST({numerator} AS DOUBLE) / nullif({_added(formula.denominator)}, 0)" if formula.denominator else numerator


def _added(places: Sequence[int]) -> str:
    sums = [f"s{place}" for place in places]
    return sums[0] if len(sums) == 1 else f"({' + '.join(sums)})"
