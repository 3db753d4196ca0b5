"""What a browser says of its language and screen, coarsely: both help to tell a visitor apart, so few values are kept."""

import re
from bisect import bisect_right
from functools import lru_cache

# Only the start of the header is looked at: the first language is the one a person reads.
_START = 12
_PRIMARY = re.compile(r"\s*([A-Za-z]{2,3})(?=[-_,;\s]|$)", re.ASCII)

# Bands of screen width in CSS pixels, written so that they read the same in any language.
_BAND_STARTS = (576, 992, 1440, 1920)
SCREEN_CLASSES = ("0–575 px", "576–991 px", "992–1439 px", "1440–1919 px", "1920+ px")


def language(accept_language: str) -> str:
    """The primary language of an Accept-Language header or a tag: "fi" of "fi-FI,fi;q=0.9"; "" where there is none."""
    return _primary(accept_language[:_START])


@lru_cache(maxsize=1000)
def _primary(start: str) -> str:
    found = _PRIMARY.match(start)
    return found[1].lower() if found else ""


def screen_class(width: int | None) -> str:
    """The band a screen's width in CSS pixels falls into, one of `SCREEN_CLASSES`; "" where it is unknown or no width."""
    return SCREEN_CLASSES[bisect_right(_BAND_STARTS, width)] if width and width > 0 else ""
