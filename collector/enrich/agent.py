"""The two ways to match a User-Agent against a list of patterns: one regex set in Rust, or Python's own `re`.

The Rust extractor compiles a list to one automaton: 3 µs a match, in linear time whatever the text. It has wheels for
common platforms only; elsewhere Python's engine does the same, slower (0.5 ms), on at most `USER_AGENT_MAX` characters.
"""

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import NamedTuple

from ua_parser.basic import Resolver as PythonResolver
from ua_parser.core import Domain
from ua_parser.loaders import load_lazy_builtins

try:
    import ua_parser_rs

    RUST = True
except ImportError:  # no wheel for this platform
    RUST = False

# The longest part of a User-Agent that is looked at, in characters. Real ones are under 300; anything longer only feeds the patterns.
USER_AGENT_MAX = 512

# How many alternatives one compiled Python pattern holds: more is no faster, and slower to compile.
_CHUNK = 50


class Family(NamedTuple):
    """A browser's or system's family and major version, "" where unknown."""

    name: str = ""
    major: str = ""


_FIELDS = attrgetter("regex", "family", "major", "minor", "patch", "patch_minor")

Parse = Callable[[str], tuple[Family, Family]]


def cut(user_agent: str) -> str:
    """The part that is looked at, as text that every matcher takes (lone surrogates become "?")."""
    return user_agent[:USER_AGENT_MAX].encode("utf-8", "replace").decode()


def is_ordinary(user_agent: str) -> bool:
    """Short enough to be worth remembering, so that a cache of n User-Agents is at most n × 512 characters."""
    return len(user_agent) <= USER_AGENT_MAX


def agent_parser(rust: bool = RUST) -> Parse:
    """A function from a User-Agent to (browser, operating system)."""
    return _rust_parser() if rust and RUST else _python_parser()


def _rust_parser() -> Parse:
    browsers, systems, _ = load_lazy_builtins()
    browser = ua_parser_rs.UserAgentExtractor(map(_FIELDS, browsers))
    system = ua_parser_rs.OSExtractor(map(_FIELDS, systems))

    def parse(user_agent: str) -> tuple[Family, Family]:
        return _family(browser.extract(user_agent)), _family(system.extract(user_agent))

    return parse


def _python_parser() -> Parse:
    resolve = PythonResolver(load_lazy_builtins())

    def parse(user_agent: str) -> tuple[Family, Family]:
        found = resolve(user_agent, Domain.USER_AGENT | Domain.OS)
        return _family(found.user_agent), _family(found.os)

    return parse


def _family(found: object) -> Family:
    return Family(getattr(found, "family", None) or "", getattr(found, "major", None) or "")


def classifier(patterns: Sequence[tuple[str, str]], rust: bool = RUST) -> Callable[[str], str]:
    """A function from a text to the class of the first of (pattern, class) that is found in it, or "" for none."""
    return _rust_classifier(patterns) if rust and RUST else _python_classifier(patterns)


def _rust_classifier(patterns: Sequence[tuple[str, str]]) -> Callable[[str], str]:
    extractor = ua_parser_rs.UserAgentExtractor((pattern, name, None, None, None, None) for pattern, name in patterns)

    def classify(text: str) -> str:
        found = extractor.extract(text)
        return found.family if found else ""

    return classify


def _python_classifier(patterns: Sequence[tuple[str, str]]) -> Callable[[str], str]:
    chunks = [patterns[start : start + _CHUNK] for start in range(0, len(patterns), _CHUNK)]
    compiled = [(re.compile("|".join(f"(?:{pattern})" for pattern, _ in chunk)), chunk) for chunk in chunks]

    def classify(text: str) -> str:
        for whole, chunk in compiled:
            if whole.search(text):
                return next(name for pattern, name in chunk if re.search(pattern, text))
        return ""

    return classify
