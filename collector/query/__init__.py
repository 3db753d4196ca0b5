"""Question → SQL → answer. Pure: the caller hands in the time and what runs a statement."""

from collector.query.ask import ask, ask_many
from collector.query.history import Run
from collector.query.realtime import realtime
from collector.query.segments import check_segment, segment_condition
from collector.query.words import Caller, QuestionError, SiteView

__all__ = ["Caller", "QuestionError", "Run", "SiteView", "ask", "ask_many", "check_segment", "realtime", "segment_condition"]
