"""All arms of a statement, in the order of a plan's parts: which tables each part reads, of which days."""

from collections.abc import Iterator, Sequence

from collector.query.arm import Arm
from collector.query.daily_arms import daily_rows, segment_rows
from collector.query.detail_arms import Table, detail_rows
from collector.query.fragment import Fragment
from collector.query.pair_arms import pair_rows
from collector.query.part import Part
from collector.query.plan import Plan


def arms_of(site: int, plans: Sequence[Plan]) -> Iterator[Fragment]:
    """The arms of plans that are alike but for their one dimension; each plan must have a span."""
    lead = plans[0]
    for place, part in enumerate(lead.parts):
        names = tuple(dict.fromkeys(plan.parts[place].keys[0].name for plan in plans)) if len(plans) > 1 else ()
        yield from _arms(arm_of(site, lead, part, names))


def arm_of(site: int, plan: Plan, part: Part, names: tuple[str, ...] = ()) -> Arm:
    """A part in its plan's statement."""
    return Arm(site, plan.reach, part, tuple(f'"{measure}"' if view == part.view else "0" for view, measure in plan.terms), names)


def _arms(arm: Arm) -> Iterator[Fragment]:
    if arm.part.daily is not None:
        yield from daily_rows(arm)
    elif arm.reach.sealed is not None and arm.part.pair:
        yield from pair_rows(arm)
    elif arm.reach.sealed is not None and arm.part.segment:
        yield from segment_rows(arm)
    if tables := tuple(_tables(arm)):
        yield from detail_rows(arm, tables)


def _tables(arm: Arm) -> Iterator[Table]:
    """Detail where it is needed and kept, and rows of today, which late ones of any day are."""
    if arm.part.daily is None and arm.reach.kept is not None:
        yield f"{arm.part.fact}_detail", arm.reach.kept
    if arm.reach.live:
        yield f"{arm.part.fact}_today", arm.span
