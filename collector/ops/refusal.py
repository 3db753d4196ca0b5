"""The one way to stop with a clear sentence: what the command line shows without a traceback, with exit code 2."""


class Refusal(Exception):
    """Something foreseeable stands in the way; the message says what, where and what to do."""
