"""Which User-Agents are not people: crawlers, monitors, previews, libraries.

The patterns are those of the `crawler-user-agents` package (MIT, 1,500 of them, each tagged), read as data and matched
as one set; after them `_GENERAL`, which names what calls itself a bot without being listed. A browser costs 2 µs once.
"""

import re
from importlib.util import find_spec
from pathlib import Path

import msgspec

from collector.enrich.agent import classifier, cut, is_ordinary
from collector.enrich.lru import Bounded

# The class of what is known to be no person and nothing more.
CRAWLER = "crawler"
HTTP_LIBRARY = "http-library"

# Bot classes: the package's tags, and ours for what it does not list.
BOT_CLASSES = (
    "academic",
    "advertising",
    "ai-crawler",
    "archiver",
    "browser-automation",
    CRAWLER,
    "feed-reader",
    HTTP_LIBRARY,
    "monitoring",
    "scanner",
    "search-engine",
    "seo",
    "social-preview",
)

# Where a pattern has two tags, the one that says more about why it came.
_TELLING = ("ai-crawler", "search-engine")

_LIBRARIES = re.compile(
    r"^(?:curl|wget|python|aiohttp|httpx|go-http-client|okhttp|java|apache-httpclient|axios|node|undici|got|ruby|faraday|php|guzzlehttp"
    r"|libwww-perl|lwp|perl|dart|rust|reqwest|postmanruntime|insomnia|httpie|scrapy|powershell|winhttp|dotnet|restsharp|k6|vegeta|wrk|ab|hey)"
    r"(?:[/ -]|$)",
    re.IGNORECASE,
)
# "Cubot" is a maker of phones, the one known word in which "bot" ends a person's User-Agent.
_GENERAL = re.compile(r"(?<!cu)bot(?:[^a-z]|$)|crawl|spider|scrap(?:er|y)|headless|https?://|@[a-z0-9-]+\.[a-z]", re.IGNORECASE)
_LETTER = re.compile(r"[A-Za-z]")


class _Pattern(msgspec.Struct):
    pattern: str
    tags: list[str] = []


class Bots:
    """User-Agent → bot class, or "" for a person's browser; remembered."""

    def __init__(self, cache_max: int = 20_000, rust: bool = True) -> None:
        self._classify = classifier(_patterns(), rust)
        self._cache: Bounded[str, str] = Bounded(self._compute, cache_max, is_ordinary)
        self.lookup = self._cache.__getitem__

    def forget(self) -> None:
        """Forget every User-Agent seen."""
        self._cache.forget()

    def _compute(self, user_agent: str) -> str:
        text = cut(user_agent)
        if not _LETTER.search(text):
            return CRAWLER
        listed = self._classify(text)
        if listed:
            return listed
        if _LIBRARIES.match(text):
            return HTTP_LIBRARY
        return CRAWLER if _GENERAL.search(text) else ""


def _patterns() -> list[tuple[str, str]]:
    """The package's (pattern, class) pairs, read without importing it, as `importlib.resources` would: its module keeps 2 MB."""
    found = find_spec("crawleruseragents")
    assert found is not None and found.origin is not None
    raw = Path(found.origin).with_name("crawler-user-agents.json").read_bytes()
    return [(entry.pattern, _bot_class(entry.tags)) for entry in msgspec.json.decode(raw, type=list[_Pattern])]


def _bot_class(tags: list[str]) -> str:
    return next((tag for tag in (*_TELLING, *tags) if tag in tags), CRAWLER)
