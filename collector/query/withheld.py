"""How many visits an answer withholds, and why.

Some are in its rows: those of the value RARE (`Plan.rare` counts them in the answer's own statement). Others are in none, because
their value is not known and a filter asks for it: they are asked for by themselves, and are the most that may be missing. Of some
it may not even be said how many they are.
"""

from typing import Any

from collector.query.arms import arm_of
from collector.query.daily_arms import given_up
from collector.query.fragment import Fragment, fill
from collector.query.pair_arms import may_be_withheld
from collector.query.part import margin_of
from collector.query.plan import Plan, gives_up
from collector.query.reach import Asking

_DAYS = "Days of fewer than {k} visits do not tell their visitors' dimensions and hours; where they can be, they are told for the month."
_PAIRS = "Of sealed days only those crossings of two dimensions are kept that {k} visits share."
_SEGMENT = "Sealed days tell a segment only where {k} visits or none are in it, and as many or none are not."
_GROUPS = "Three dimensions together are told only of groups of {k} visits: of what the filters name, and all values of a row but the last."


def unasked(site: int, plan: Plan) -> Fragment | None:
    """The statement for the visits that an answer leaves out of all its rows at most, None if it leaves out none that can be counted.

    Its rows are upper bounds, the smallest of which holds.
    """
    for part in plan.parts:
        arm = arm_of(site, plan, part)
        found = may_be_withheld(arm) if part.pair and plan.reach.sealed else given_up(arm) if gives_up(part, plan.reach) else None
        if found is not None:
            return fill("-- stats: withheld at most\n{}", found)
    return None


def told(plan: Plan, asking: Asking, refused: bool, in_rows: int, left_out: int) -> dict[str, Any] | None:
    """`meta.withheld` of an answer, None where nothing is. `refused`: no row is told, because its group is too small."""
    reasons = [reason for reason, applies in _reasons(plan, refused, in_rows + left_out > 0) if applies]
    if not reasons:
        return None
    group = max(asking.caller.smallest_group, asking.history.smallest_group(plan.reach.sealed))
    visits = None if refused or not _countable(plan) else in_rows + left_out
    return {"visits": visits, "smallest_group": group, "reason": " ".join(reason.format(k=group) for reason in reasons)}


def _reasons(plan: Plan, refused: bool, some: bool) -> list[tuple[str, bool]]:
    return [
        (_DAYS, some and any(gives_up(part, plan.reach) for part in plan.parts)),
        (_PAIRS, plan.from_pairs and (some or not _countable(plan))),
        (_SEGMENT, plan.reach.sealed is not None and any(part.segment for part in plan.parts)),
        (_GROUPS, refused or (some and plan.fold is not None)),
    ]


def _countable(plan: Plan) -> bool:
    """Whether what is withheld can be counted: not of a segment, nor of an event's properties crossed with what they are not kept by."""
    if plan.reach.sealed is None:
        return True
    return not any(part.segment or (part.pair and len(part.filtered) < 2 and margin_of(part) is None) for part in plan.parts)
