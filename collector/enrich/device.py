"""What a User-Agent says about the device, coarsely: families, major versions and a device class.

The `user-agents` package decides what is a phone, a tablet or a computer. Its own parser is pure Python and takes
540 µs a new User-Agent, so it is handed families found by `agent.py` instead. The list of 633 device models is left
out: 15 MB of memory for names we do not keep; the few models that tell a tablet from a phone are in `_MODELS`.
"""

import re

from user_agents.parsers import UserAgent, parse_browser, parse_device, parse_operating_system

from collector.enrich.agent import Family, agent_parser, classifier, cut, is_ordinary
from collector.enrich.families import BROWSERS, NAMES, SYSTEMS
from collector.enrich.lru import Bounded, same
from collector.event import Device

DESKTOP, MOBILE, TABLET, TV, CONSOLE, OTHER = "Desktop", "Mobile", "Tablet", "TV", "Console", "Other"
DEVICE_CLASSES = (DESKTOP, MOBILE, TABLET, TV, CONSOLE, OTHER)

# Distinct devices that are shared between all visits: a busy site sees some 2,000 combinations of families and versions.
_SHARED_MAX = 10_000

_MAJOR = re.compile(r"\d{1,4}|XP|Vista|ME|RT", re.ASCII)

_MODELS = re.compile(r"iPad|iPod|iPhone|PlayBook|Kindle Fire HD|Kindle Fire|Kindle|Xoom|PlayStation Vita")
_SILK_TABLET = re.compile(r"\bKF[A-Z]{2,6}\b")
# What is neither phone nor computer, told by a word. As one set in Rust: in Python the search alone took 40 µs.
_SPECIAL = (
    (
        r"SMART-?TV|[Ss]mart-?TV|\bTV\b|Roku|CrKey|Viera|DTV|NETTV|(?:Google|Apple|Android) ?TV|HbbTV|NetCast|Web0S|BRAVIA|AFT[A-Z]",
        TV,
    ),
    (r"PlayStation|PLAYSTATION|Xbox|Nintendo", CONSOLE),
)
# What the package's patterns take for the system's web view, or for something it cannot be, told by a word.
_APPS = (
    (r"LinkedInApp", "LinkedIn"),
    (r"\bBarcelona \d", "Threads"),
    (r"\bReddit/", "Reddit"),
    (r"MicroMessenger/", "WeChat"),
    (r"FBAN/Messenger|FB_IAB/Orca", "Facebook Messenger"),
    (r"Tizen [\d.]+\) AppleWebKit/[\d.]+ \(KHTML, like Gecko\) [\d.]+/[\d.]+ TV Safari", "Tizen Browser"),
    (r"Web0S; Linux/SmartTV", "webOS Browser"),
    # Apple Mail sends this too, but it runs no scripts: here it is an app's web view, on a Mac or an iPad.
    (r"Mac OS X [\d_]+\) AppleWebKit/[\d.]+ \(KHTML, like Gecko\)$", "Safari WebView"),
)
# From Safari 26 on the system's version stands still at 18.6 or 18.7; Safari's own has always been the system's.
_FROZEN_IOS = re.compile(r"OS 18_[67](?:_\d+)? like Mac OS X.* Version/(2[6-9]|[3-9]\d)\.")
_HARMONY = re.compile(r"OpenHarmony (\d+)")
# Every phone's browser says one of these and no tablet's; the package knows "Mobile Safari" only, side by side.
_ANDROID_PHONE = re.compile(r"Android.*(?:Mobile|Opera Mini)")


class _Agent(UserAgent):
    """The package's rules over families that were found already; its own constructor would parse again."""

    def __init__(self, user_agent: str, browser: Family, system: Family) -> None:
        model = _MODELS.search(user_agent)
        self.ua_string = user_agent
        self.browser = parse_browser(browser.name, browser.major)  # type: ignore[no-untyped-call]  # the package has no types
        self.os = parse_operating_system(system.name, system.major)  # type: ignore[no-untyped-call]  # the package has no types
        self.device = parse_device(model.group() if model else "", None, None)  # type: ignore[no-untyped-call]  # the package has no types


class Devices:
    """User-Agent → `Device`, remembered. Equal devices are one object. Built in about 0.2 s (measured, with 12 MB)."""

    def __init__(self, cache_max: int = 20_000, rust: bool = True) -> None:
        self._parse = agent_parser(rust)
        self._special = classifier(_SPECIAL, rust)
        self._app = classifier(_APPS, rust)
        self._shared: Bounded[Device, Device] = Bounded(same, _SHARED_MAX)
        self._cache: Bounded[str, Device] = Bounded(self._compute, cache_max, is_ordinary)
        self.lookup = self._cache.__getitem__

    def forget(self) -> None:
        """Forget every User-Agent seen."""
        self._cache.forget()

    def _compute(self, user_agent: str) -> Device:
        text = cut(user_agent)
        if not text.strip():
            return self._shared[Device()]
        browser, system = self._parse(text)
        app = self._app(text)
        browser, system = Family(app) if app else browser, _told_system(text) or system
        device = self._special(text) or _device_class(text, _Agent(text, browser, system))
        return self._shared[Device(*_named(browser, BROWSERS), *_named(system, SYSTEMS), device)]


def _told_system(text: str) -> Family | None:
    """The system where the package's patterns do not see it."""
    frozen, harmony = _FROZEN_IOS.search(text), _HARMONY.search(text)
    if frozen:
        return Family("iOS", frozen[1])
    return Family("HarmonyOS", harmony[1]) if harmony else None


def _named(family: Family, known: frozenset[str]) -> tuple[str, str]:
    """The name to show and the name with the major version ("Chrome", "Chrome 144")."""
    if family.name in ("", "Other"):
        return "", ""
    name = NAMES.get(family.name, family.name)
    if name not in known:
        return OTHER, OTHER
    return name, f"{name} {family.major}" if _MAJOR.fullmatch(family.major) else name


def _device_class(text: str, agent: _Agent) -> str:
    is_phone = _ANDROID_PHONE.search(text) and not _MODELS.search(text)
    if _SILK_TABLET.search(text) or (agent.is_tablet and not is_phone):
        return TABLET
    if agent.is_mobile:
        return MOBILE
    if agent.is_pc:
        return DESKTOP
    return MOBILE if "Mobile" in text else OTHER
