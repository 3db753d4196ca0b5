"""Browsers of the generated history: User-Agent strings as real browsers send them, with weights, moving on with their releases."""

from datetime import date
from typing import Literal, NamedTuple

Engine = Literal["chrome", "firefox", "safari", "fixed"]


class Browser(NamedTuple):
    """One kind of browser. `{v}` in `text` becomes the engine's version of the day, `lag` releases behind the newest.

    `weight` is a share in tenths of a percent, roughly; `widths` are common widths of its window in CSS pixels.
    """

    weight: int
    engine: Engine
    lag: int
    widths: tuple[int, ...]
    text: str


_WIDE = (1280, 1366, 1440, 1536, 1707, 1920, 2560)
_MAC = (1280, 1440, 1470, 1512, 1728)
_PHONE = (360, 384, 393, 412, 430)
_IPHONE = (375, 390, 393, 402, 430, 440)
_TABLET = (768, 800, 820, 834, 1024)
_TELEVISION = (1280, 1920)

_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
_WINDOWS_7 = "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
_TIZEN = "Mozilla/5.0 (SMART-TV; LINUX; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko)"
_MACINTOSH = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)"
_MAC_SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
_CHROME_OS = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko)"
_ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
_IOS_26 = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"  # frozen since iOS 26
_IOS_18 = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_IOS_17 = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_IPAD = "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"

BROWSERS: tuple[Browser, ...] = (
    Browser(190, "chrome", 0, _WIDE, f"{_WINDOWS} Chrome/{{v}}.0.0.0 Safari/537.36"),
    Browser(40, "chrome", 1, _WIDE, f"{_WINDOWS} Chrome/{{v}}.0.0.0 Safari/537.36"),
    Browser(12, "chrome", 5, _WIDE, f"{_WINDOWS} Chrome/{{v}}.0.0.0 Safari/537.36"),
    Browser(58, "chrome", 0, _WIDE, f"{_WINDOWS} Chrome/{{v}}.0.0.0 Safari/537.36 Edg/{{v}}.0.0.0"),
    Browser(10, "chrome", 1, _WIDE, f"{_WINDOWS} Chrome/{{v}}.0.0.0 Safari/537.36 Edg/{{v}}.0.0.0"),
    Browser(6, "fixed", 0, _WIDE, f"{_WINDOWS} Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0"),
    Browser(2, "fixed", 0, _WIDE, f"{_WINDOWS_7} Chrome/109.0.0.0 Safari/537.36"),
    Browser(34, "firefox", 0, _WIDE, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0"),
    Browser(6, "fixed", 0, _WIDE, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    Browser(62, "chrome", 0, _MAC, f"{_MACINTOSH} Chrome/{{v}}.0.0.0 Safari/537.36"),
    Browser(6, "chrome", 0, _MAC, f"{_MACINTOSH} Chrome/{{v}}.0.0.0 Safari/537.36 Edg/{{v}}.0.0.0"),
    Browser(58, "safari", 0, _MAC, f"{_MAC_SAFARI} Version/{{v}} Safari/605.1.15"),
    Browser(20, "fixed", 0, _MAC, f"{_MAC_SAFARI} Version/18.6 Safari/605.1.15"),
    Browser(4, "fixed", 0, _MAC, f"{_MAC_SAFARI} Version/17.6 Safari/605.1.15"),
    Browser(8, "firefox", 0, _MAC, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:{v}.0) Gecko/20100101 Firefox/{v}.0"),
    Browser(12, "chrome", 0, _WIDE, f"{_LINUX} Chrome/{{v}}.0.0.0 Safari/537.36"),
    Browser(10, "firefox", 0, _WIDE, "Mozilla/5.0 (X11; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0"),
    Browser(5, "firefox", 0, _WIDE, "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:{v}.0) Gecko/20100101 Firefox/{v}.0"),
    Browser(9, "chrome", 0, _WIDE, f"{_CHROME_OS} Chrome/{{v}}.0.0.0 Safari/537.36"),
    Browser(150, "chrome", 0, _PHONE, f"{_ANDROID} Chrome/{{v}}.0.0.0 Mobile Safari/537.36"),
    Browser(36, "chrome", 1, _PHONE, f"{_ANDROID} Chrome/{{v}}.0.0.0 Mobile Safari/537.36"),
    Browser(14, "chrome", 4, _PHONE, f"{_ANDROID} Chrome/{{v}}.0.0.0 Mobile Safari/537.36"),
    Browser(14, "chrome", 0, _TABLET, f"{_ANDROID} Chrome/{{v}}.0.0.0 Safari/537.36"),
    Browser(24, "fixed", 0, _PHONE, f"{_ANDROID} SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36"),
    Browser(4, "fixed", 0, _PHONE, f"{_ANDROID} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36"),
    Browser(3, "fixed", 0, _TABLET, f"{_ANDROID} SamsungBrowser/29.0 Chrome/136.0.0.0 Safari/537.36"),
    Browser(6, "firefox", 0, _PHONE, "Mozilla/5.0 (Android 15; Mobile; rv:{v}.0) Gecko/{v}.0 Firefox/{v}.0"),
    Browser(3, "chrome", 0, _PHONE, f"{_ANDROID} Chrome/{{v}}.0.0.0 Mobile Safari/537.36 EdgA/{{v}}.0.0.0"),
    Browser(3, "fixed", 0, _PHONE, f"{_ANDROID} Chrome/140.0.0.0 Mobile Safari/537.36 OPR/91.0.0.0"),
    Browser(120, "safari", 0, _IPHONE, f"{_IOS_26} Version/{{v}} Mobile/15E148 Safari/604.1"),
    Browser(42, "fixed", 0, _IPHONE, f"{_IOS_18} Version/18.5 Mobile/15E148 Safari/604.1"),
    Browser(8, "fixed", 0, _IPHONE, f"{_IOS_17} Version/17.7 Mobile/15E148 Safari/604.1"),
    Browser(14, "chrome", 0, _IPHONE, f"{_IOS_26} CriOS/{{v}}.0.7444.77 Mobile/15E148 Safari/604.1"),
    Browser(3, "firefox", 0, _IPHONE, f"{_IOS_26} FxiOS/{{v}}.0 Mobile/15E148 Safari/605.1.15"),
    Browser(3, "chrome", 0, _IPHONE, f"{_IOS_26} Version/18.0 EdgiOS/{{v}}.0.3595.66 Mobile/15E148 Safari/605.1.15"),
    Browser(9, "fixed", 0, _IPHONE, f"{_IOS_26} GSA/392.0.825131802 Mobile/15E148 Safari/604.1"),
    Browser(4, "fixed", 0, _IPHONE, f"{_IOS_26} Version/26.0 Mobile/15E148 DuckDuckGo/26 Safari/605.1.15"),
    Browser(14, "fixed", 0, _TABLET, f"{_IPAD} Version/18.5 Mobile/15E148 Safari/604.1"),
    Browser(4, "fixed", 0, _TABLET, f"{_IPAD} CriOS/141.0.7390.96 Mobile/15E148 Safari/604.1"),
    Browser(2, "fixed", 0, _TELEVISION, f"{_TIZEN} 108.0.5359.1/8.0 TV Safari/537.36"),
)

# What is not a person: their hits are sent too, and must be dropped.
CRAWLERS: tuple[str, ...] = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.3; +https://openai.com/gptbot)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
)

# A release every four weeks, counted from one of each that is known.
_CHROME = (date(2025, 10, 28).toordinal(), 142)
_FIREFOX = (date(2025, 11, 11).toordinal(), 145)
_RELEASE_DAYS = 28
# Safari's releases follow no rule: from this day on, this version.
_SAFARI = (
    (date(2026, 9, 14), "27.0"),
    (date(2026, 7, 20), "26.6"),
    (date(2026, 5, 11), "26.5"),
    (date(2026, 3, 23), "26.4"),
    (date(2026, 2, 9), "26.3"),
    (date(2025, 12, 12), "26.2"),
    (date(2025, 11, 3), "26.1"),
)
_SAFARI_BEFORE = "26.0"


def version(engine: Engine, lag: int, day: int) -> str:
    """An engine's version on a day (proleptic ordinal), `lag` releases behind; "" for a browser that stands still."""
    if engine == "safari":
        return next((name for since, name in _SAFARI if since.toordinal() <= day), _SAFARI_BEFORE)
    if engine == "fixed":
        return ""
    since, number = _CHROME if engine == "chrome" else _FIREFOX
    return str(number + (day - since) // _RELEASE_DAYS - lag)


def strings(day: int) -> list[str]:
    """The User-Agent of each of `BROWSERS` on a day, in their order."""
    return [browser.text.replace("{v}", version(browser.engine, browser.lag, day)) for browser in BROWSERS]
