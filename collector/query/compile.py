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

from collector.facts import COUNT_MAX, RARE
from collector.query.arms import arms_of
from collector.query.columns import KNOWN
from collector.query.fragment import Fragment, fill, join
from collector.query.plan import Fold, Plan
from collector.query.words import Column, Order

# Values that a statement is limited to, by the place of their dimension.
Keep = tuple[tuple[int, tuple[str, ...]], ...]


def family_of(plan: Plan, keep: Keep = ()) -> Hashable:
    """Plans with the same answer here share a statement: equal ones, and lists alike but for which dimension of a group."""
    question = plan.question
    columns = question.dimensions
    group = KNOWN[columns[0].name].group if len(columns) == 1 and not columns[0].is_time else ""
    if not group or keep or plan.fold or plan.from_pairs:
        return plan, keep
    return group, replace(question, dimensions=()), plan.reach, tuple(part.daily is None for part in plan.parts)


def compile_family(site: int, plans: Sequence[Plan], keep: Keep = ()) -> Fragment:
    """One statement for the plans of a family, each of which must have a span; they differ in their one dimension, if at all.

    Its rows are (d…, s…), with a column `total` where the number of rows is asked for and a last one `withheld` where visits may
    be, in the question's order. Those of several plans are (name, d0, s…): first comes the name of the plan's dimension.
    """
    distinct = tuple({plan.question.dimensions: plan for plan in plans}.values())
    lead, name = distinct[0], ["name"] if len(distinct) > 1 else []
    keys = [f"d{place}" for place in range(len(lead.question.dimensions))]
    shown = [
        f"CAST({key} AS VARCHAR) AS {key}" if column.is_time else key for key, column in zip(keys, lead.question.dimensions, strict=True)
    ]
    sums = [f"{_summed(place, measure)} AS s{place}" for place, (_, measure) in enumerate(lead.terms)]
    asked = sorted({place for formula in lead.formulas for place in (*formula.numerator, *formula.denominator)})
    counted = " OR ".join(f"sum(m{place}) <> 0" for place in asked)
    grouping = f"\nGROUP BY {', '.join([*name, *keys])}" if keys else ""
    each = "PARTITION BY name" if name else ""
    total = [f"count(*) OVER ({each}) AS total"] if lead.question.include.total_rows else []
    withheld = (
        [] if lead.rare is None else [f"CAST(sum(sum(m{lead.rare})) FILTER (WHERE {_is_rare(lead)}) OVER ({each}) AS BIGINT) AS withheld"]
    )
    listed = ", ".join([*name, *shown, *sums, *total, *withheld])
    return fill(
        f"{_comment(distinct)}\nSELECT {listed}\nFROM (\n  {{}}){{}}{grouping}\nHAVING {counted}\n{{}}",
        _folded(site, lead, join("\n  UNION ALL ", arms_of(site, distinct))),
        _kept(keep),
        _page(lead, keys, bool(name)),
    )


def _summed(place: int, measure: str) -> str:
    """A term's sum: that of BIGINTs is a HUGEINT, twice as wide for whatever follows.

    Amounts are the senders' own word, and can pass 64 bits together: revenue stays at their end, as it does at a day's close.
    """
    total = f"sum(m{place})"
    return f"CAST({f'least(greatest({total}, -{COUNT_MAX}), {COUNT_MAX})' if measure == 'revenue' else total} AS BIGINT)"


def _is_rare(plan: Plan) -> str:
    """True of a row that stands for what is withheld; an hour that is has no bucket."""
    columns = [(place, column) for place, column in enumerate(plan.question.dimensions) if not column.is_time or column.bucket == "hour"]
    return " OR ".join(f"d{place} IS NULL" if column.is_time else f"d{place} = '{RARE}'" for place, column in columns)


def _folded(site: int, plan: Plan, rows: Fragment) -> Fragment:
    """The rows, those of groups that are too small under one value."""
    if plan.fold is None:
        return rows
    keys = [_told(place, column) for place, column in enumerate(plan.question.dimensions)]
    sums = [f"m{place}" for place in range(len(plan.terms))]
    told = _large_enough(site, plan.fold)
    return fill(f"SELECT {', '.join([*keys, *sums])} FROM (SELECT *, {{}} AS told FROM (\n  {{}}))", told, rows)  # noqa: S608 our own words


def _told(place: int, column: Column) -> str:
    if column.is_time:
        return f"CASE WHEN told THEN d{place} END AS d{place}" if column.bucket == "hour" else f"d{place}"
    return f"CASE WHEN told THEN d{place} ELSE '{RARE}' END AS d{place}"


def _large_enough(site: int, fold: Fold) -> Fragment:
    """True of a row whose group has visits enough; where a visit can be in several rows of a group, in one of them alone."""
    groups = fold.groups
    if groups is None:
        return Fragment("FALSE")
    mine = ", ".join(f"d{place}" for place in fold.places)
    keys = [f"d{place}" for place in range(len(groups.question.dimensions))]
    group = ", ".join(keys[: len(fold.places)])
    rows = join(" UNION ALL ", arms_of(site, [groups]))
    each = f"SELECT {', '.join(keys)}, sum(m0) AS m0 FROM ({{}}) GROUP BY {', '.join(keys)}"  # noqa: S608 our own words
    large = f"SELECT ({group}) FROM ({each}) GROUP BY {group} HAVING max(m0) >= {{}}"  # noqa: S608 our own words
    return fill(f"({mine}) IN ({large})", rows, Fragment("?", (fold.smallest,)))


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
