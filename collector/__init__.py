"""Footfall's write side and question side: from a visitor's browser to rows of counts, and from a question to an answer."""

__version__ = "0.1.0"
