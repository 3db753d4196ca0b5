"""Which rows answer a question, day by day.

How many different dimensions it names, in its breakdown or its filters, decides:

| names | sealed days | other closed days | today |
|---|---|---|---|
| none or one | monthly and daily rows | the same | rows of today |
| two that are a pair (`facts.PAIRS`) | pair rows, of whole periods | detail | rows of today |
| a segment and nothing else | the segment's daily rows | detail | rows of today |
| more | cannot be covered | detail | rows of today |

`part.py` says what counts as one, `reach.py` which days that leaves and what a public caller sees of them, `small_groups.py`
what three dimensions ask of kept detail. Where values are withheld the answer has a row for them, and says how many visits it is.
"""

from dataclasses import dataclass, replace

from collector.query.columns import tells_of_visitors
from collector.query.part import Needs, Part, margin_of, part_of
from collector.query.reach import Asking, Reach, reach_of
from collector.query.terms import Formula, Term, formulas_of
from collector.query.words import EVERYTHING, Question, Span


@dataclass(frozen=True, slots=True)
class Fold:
    """Which rows become one because their group is too small: those not in `groups` with `smallest` visits, all where it is None.

    `groups` is broken down by the dimensions at `places` of the question's own; one more, if it has it, is of what a visit can
    have several of, and the most visited of these stands for the group.
    """

    groups: "Plan | None"
    smallest: int
    places: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """How one question is answered: a row of sums has one for each of `terms`, and `formulas` are made of them.

    `rare` is the place of the visits that count what rows withhold, None where nothing can be withheld.
    """

    question: Question
    parts: tuple[Part, ...]
    formulas: tuple[Formula, ...]
    terms: tuple[Term, ...]
    reach: Reach
    rare: int | None = None
    fold: Fold | None = None

    @property
    def span(self) -> Span | None:
        """What the rows can cover of the question's, None if nothing."""
        return self.reach.span

    @property
    def needs(self) -> Needs:
        """What its most demanding part needs."""
        return max(part.needs for part in self.parts)

    @property
    def from_pairs(self) -> bool:
        """Whether pair rows are read."""
        return self.reach.sealed is not None and any(part.pair for part in self.parts)

    def tells(self, formula: Formula) -> bool:
        """Whether a figure is right where visits are withheld: not if it divides one fact by another, which may withhold others."""
        above, below = ({self.terms[place][0] for place in side} for side in (formula.numerator, formula.denominator))
        return not (self.from_pairs and below and above != below)


def plan(question: Question, asking: Asking) -> Plan:
    """The plan of a question. Raises QuestionError where no fact has everything the question names."""
    formulas, terms = formulas_of(question)
    parts = tuple(part_of(question, view) for view in dict.fromkeys(view for view, _ in terms))
    return counting_rare(Plan(question, parts, formulas, terms, reach_of(question, parts, asking)))


def counting_rare(planned: Plan) -> Plan:
    """The plan with the visits that count what its rows withhold, if they can."""
    part = next((part for part in planned.parts if planned.fold or _shows_rare(part, planned.reach)), None)
    if part is None:
        return planned
    term: Term = (part.view, "visits")
    terms = planned.terms if term in planned.terms else (*planned.terms, term)
    return replace(planned, terms=terms, rare=terms.index(term))


def gives_up(part: Part, reach: Reach) -> bool:
    """Whether the daily rows of a part may have given up their values."""
    return part.daily is not None and tells_of_visitors(part.daily) and (reach.sealed is not None or reach.small_days > 0)


def _shows_rare(part: Part, reach: Reach) -> bool:
    """Whether a row of the part may be of values that are withheld."""
    if part.pair:
        return reach.sealed is not None and margin_of(part) is not None
    return (
        gives_up(part, reach)
        and part.condition == EVERYTHING
        and any(not column.is_time or column.bucket == "hour" for column in part.keys)
    )
