"""Asking for one page: what no fact can answer is refused in plain words, and lists get their row of small groups. Blocking."""

from collections.abc import Mapping
from dataclasses import dataclass

from collector.facts import HOUR
from dashboard.answers import Answer, Failure, Outcome, Source, outcomes
from dashboard.panels import DIMENSION, unanswerable
from dashboard.questions import Question, ranked_by, rare_row
from dashboard.segments import UNKNOWN_SEGMENT, dimensions_filtered
from dashboard.view import SEGMENT, View

_NAMES = {dimension.api: name for name, dimension in DIMENSION.items()} | {"time:hour": HOUR}


@dataclass(frozen=True, slots=True)
class Asking:
    """A view, and whom to ask for its figures."""

    view: View
    source: Source

    def outcomes(self, asked: Mapping[str, Question]) -> dict[str, Outcome]:
        """The outcome of each named question."""
        refused = {name: Failure(why) for name, question in asked.items() if (why := self._refusal(question))}
        found = outcomes({name: question for name, question in asked.items() if name not in refused}, self.source)
        return {**found, **self._with_rare(asked, found), **refused}

    def named(self, question: Question) -> frozenset[str]:
        """The dimensions that a question's figures combine: those of its filters, and what it is broken down by."""
        filtered = dimensions_filtered(self.view, self.source.site.segments) or ()
        return frozenset((*filtered, *_broken_down(question)))

    def of_segment(self, question: Question) -> bool:
        """Whether the figures are a segment's and nothing else's, which is kept by itself."""
        return self.view.filtered == (SEGMENT,) and not _broken_down(question)

    def _refusal(self, question: Question) -> str:
        filtered = dimensions_filtered(self.view, self.source.site.segments)
        return UNKNOWN_SEGMENT if filtered is None else unanswerable((*filtered, *_broken_down(question)))

    def _with_rare(self, asked: Mapping[str, Question], found: Mapping[str, Outcome]) -> dict[str, Answer]:
        """The answers whose row of small groups stands past the rows that were given, with that row."""
        lacking = {name: outcome for name, outcome in found.items() if isinstance(outcome, Answer) and outcome.lacks_rare}
        again = outcomes({name: rare_row(asked[name]) for name in lacking}, self.source)
        rares = {name: outcome.rare for name, outcome in again.items() if isinstance(outcome, Answer)}
        return {name: answer.with_rare(rare, ranked_by(asked[name])) for name, answer in lacking.items() if (rare := rares.get(name))}


def _broken_down(question: Question) -> list[str]:
    """The dimensions a question is broken down by; hours are one, longer buckets of time are none."""
    return [_NAMES[name] for name in question.get("dimensions", ()) if name in _NAMES]
