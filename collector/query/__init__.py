"""Question → SQL → answer. Pure: the caller hands in the time and what runs a statement."""

from collector.query.ask import Run, ask, ask_many
from collector.query.realtime import realtime
from collector.query.words import QuestionError, SiteView

__all__ = ["QuestionError", "Run", "SiteView", "ask", "ask_many", "realtime"]
