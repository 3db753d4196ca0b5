"""What a page says of its figures beside them: the days that some are of, what they leave out, what is withheld. Blocking."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dashboard import notes, questions
from dashboard.answers import Answer, Failure, Outcome
from dashboard.asking import Asking
from dashboard.days import Spans
from dashboard.format import Number
from dashboard.line import NOW, Line
from dashboard.navigation import Link
from dashboard.panels import headlines
from dashboard.periods import Choice, Span, span_name, whole_months
from dashboard.present import About
from dashboard.questions import Question
from dashboard.view import View, url

HEADLINE = "headline"
PREVIOUS = "headline.before"
# All days up to the first of those compared with: where they have nothing, the site's counts begin later.
UP_TO_PREVIOUS = "up to headline.before"


@dataclass(frozen=True, slots=True)
class Told:
    """The questions of a page by name, their outcomes, and which of them are lists."""

    asking: Asking
    days: Spans
    asked: Mapping[str, Question]
    found: Mapping[str, Outcome]
    lists: tuple[str, ...]

    def notes(self) -> tuple[str, ...]:
        """What stands above all figures: what the headline lacks, and why some lists are of other days."""
        if self.days.begun.first > self.days.at.today:
            return (notes.NOT_COME,)
        return tuple(dict.fromkeys((*self._of_headline(), *self._of_lists(), *self._of_comparison())))

    def abouts(self) -> dict[str, About]:
        """What is to be said of each list, with the figures that its rows are shares of: the headline's, of the same days."""
        whole = figures(self.asking.view, self.found[HEADLINE])
        others = {span for name in self.lists if (span := self._other_days(name))}
        rest = self.asking.outcomes({span_name(span): questions.headline(self.asking.view, span) for span in others})
        totals = {None: whole} | {span: _of_all_days(self.asking.view, rest[span_name(span)]) for span in others}
        return {name: self._about(name, totals[self._other_days(name)]) for name in self.lists}

    def chart_note(self, line: Line) -> str:
        """How the chart is drawn where it is not as its range asks for, what it leaves out that the headline has, or why there is none."""
        if line.fine is None:
            return ""
        why = self._why_missing(NOW) if line.fine.gaps else self._why_withheld(NOW, line.fine)
        if isinstance(line.now, Failure):
            return f"{line.now.reason} {why}"
        if line.coarse:
            return notes.drawn_by(line.days.bucket, why)
        return "" if line.days.begun == self._covered(HEADLINE) else f"{span_name(line.days.begun)} only. {why}"

    def whole_months(self) -> Link | None:
        """The same view of whole months, if it is for a part of one that figures leave out days."""
        wanting = [name for name in (HEADLINE, *self.lists) if self._why_missing(name) == notes.BY_MONTH]
        gaps = [gap for name in wanting for gap in self._gaps(name)]
        span = whole_months(self.days.begun, gaps, self.days.at.today)
        if span == self.days.begun:
            return None
        view = self.asking.view.with_choice(Choice("custom", None, span))
        return Link(f"Show {span_name(span, self.days.at.today.year)}", url(self.asking.source.site.domain, view))

    def _of_headline(self) -> Iterator[str]:
        if gaps := self._gaps(HEADLINE):
            yield notes.left_out(gaps, self._why_missing(HEADLINE))
        if withheld := self._withheld(HEADLINE):
            yield withheld
        if any(isinstance(outcome, Answer) and outcome.several_currencies for outcome in self.found.values()):
            yield notes.SEVERAL_CURRENCIES
        if self.asking.view.can_fit_several:
            yield notes.SEVERAL_FIT

    def _of_lists(self) -> Iterator[str]:
        others = [name for name in self.lists if self._covered(name) != self._covered(HEADLINE)]
        if others:
            whys = [self._why_missing(name) for name in others if self._gaps(name)]
            yield notes.other_days(any(self._covered(name) for name in others), whys)

    def _of_comparison(self) -> Iterator[str]:
        before, this_year = self.days.before_begun, self.days.at.today.year
        if before and self._gaps(PREVIOUS):
            yield notes.not_compared(before, this_year)
        elif before and self._is_nothing(UP_TO_PREVIOUS) and not self._is_nothing(PREVIOUS):
            yield notes.compared_with_a_part(before, this_year)

    def _is_nothing(self, name: str) -> bool:
        """Whether an answer, if it is one, has no figure but 0."""
        outcome = self.found.get(name)
        return isinstance(outcome, Answer) and not any(outcome.first)

    def _about(self, name: str, totals: Mapping[str, Number]) -> About:
        other, outcome = self._other_days(name), self.found[name]
        if not isinstance(outcome, Answer):
            return About(totals)
        nothing = notes.NOTHING_KEPT if self._covered(name) is None else ""
        told = bool(outcome.rare and outcome.rows) or (withheld := self._withheld(name)) in (*self._of_headline(), "")
        return About(totals, self._days_named(other), nothing, "" if told else withheld)

    def _days_named(self, other: Span | None) -> str:
        """The days of a list where they are not the headline's, which can be more."""
        if other is None:
            return ""
        headline = self._covered(HEADLINE)
        return span_name(other) + (" only" if headline and other.days < headline.days else "")

    def _other_days(self, name: str) -> Span | None:
        """The days that a list is of, if it is of any and these are not the headline's."""
        covered = self._covered(name)
        return None if covered == self._covered(HEADLINE) else covered

    def _covered(self, name: str) -> Span | None:
        outcome = self.found[name]
        return outcome.covered(self.days.begun) if isinstance(outcome, Answer) else self.days.begun

    def _gaps(self, name: str) -> tuple[Span, ...]:
        outcome = self.found.get(name)
        return outcome.gaps if isinstance(outcome, Answer) else ()

    def _why_missing(self, name: str) -> str:
        question = self.asked[name]
        return notes.why_missing(self.asking.named(question), self.asking.of_segment(question))

    def _withheld(self, name: str) -> str:
        """What is said of the visits that an answer withholds; "" where it withholds none."""
        outcome = self.found[name]
        if not isinstance(outcome, Answer) or outcome.withheld is None:
            return ""
        return notes.withheld_visits(outcome.withheld, self._why_withheld(name, outcome))

    def _why_withheld(self, name: str, answer: Answer) -> str:
        question = self.asked[name]
        group = answer.withheld.smallest_group if answer.withheld else 0
        return notes.why_withheld(group, self.asking.named(question), self.asking.of_segment(question))


def _of_all_days(view: View, head: Outcome) -> Mapping[str, Number]:
    """The headline's figures if they are of all days asked for: rows of more days than these are shares of nothing that is known."""
    return figures(view, head) if isinstance(head, Answer) and not head.gaps else {}


def figures(view: View, head: Outcome) -> Mapping[str, Number]:
    """The headline's figures by metric."""
    return dict(zip(headlines(view.filtered), head.first, strict=False)) if isinstance(head, Answer) else {}
