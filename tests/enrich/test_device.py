"""What a User-Agent becomes."""

# ruff: noqa: E501  (a row of a table stays on one line)

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.enrich.agent import USER_AGENT_MAX
from collector.enrich.device import DEVICE_CLASSES, Devices
from collector.enrich.families import BROWSERS, NAMES, SYSTEMS
from collector.event import Device

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"
WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"

# User-Agent | browser, with version, system, with version, class
TABLE = [
    (CHROME, "Chrome", "Chrome 156", "Windows", "Windows 10", "Desktop"),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KHTML} Chrome/144.0.0.0 Safari/537.36 Edg/144.0.0.0", "Edge", "Edge 144", "Windows", "Windows 10", "Desktop"),
    ("Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko", "Internet Explorer", "Internet Explorer 11", "Windows", "Windows 7", "Desktop"),
    (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.1 Safari/605.1.15", "Safari", "Safari 18", "macOS", "macOS 10", "Desktop"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox", "Firefox 144", "Linux", "Linux", "Desktop"),
    ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox", "Firefox 144", "Ubuntu", "Ubuntu", "Desktop"),
    (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {KHTML} Chrome/144.0.0.0 Safari/537.36", "Chrome", "Chrome 144", "Chrome OS", "Chrome OS", "Desktop"),
    (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {WEBKIT} Version/18.1 Mobile/15E148 Safari/604.1", "Safari", "Safari 18", "iOS", "iOS 18", "Mobile"),
    (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {WEBKIT} CriOS/144.0 Mobile/15E148 Safari/604.1", "Chrome", "Chrome 144", "iOS", "iOS 18", "Mobile"),
    (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) {WEBKIT} GSA/392.0.825131802 Mobile/15E148 Safari/604.1", "Google app", "Google app 392", "iOS", "iOS 18", "Mobile"),
    (f"Mozilla/5.0 (iPad; CPU OS 17_1 like Mac OS X) {WEBKIT} Version/17.1 Mobile/15E148 Safari/604.1", "Safari", "Safari 17", "iOS", "iOS 17", "Tablet"),
    (f"Mozilla/5.0 (Linux; Android 10; K) {KHTML} Chrome/144.0.0.0 Mobile Safari/537.36", "Chrome", "Chrome 144", "Android", "Android 10", "Mobile"),
    (f"Mozilla/5.0 (Linux; Android 10; K) {KHTML} Chrome/144.0.0.0 Safari/537.36", "Chrome", "Chrome 144", "Android", "Android 10", "Tablet"),
    (f"Mozilla/5.0 (Linux; Android 14; SM-S918B) {KHTML} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36", "Samsung Internet", "Samsung Internet 27", "Android", "Android 14", "Mobile"),
    ("Mozilla/5.0 (Android 15; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0", "Firefox", "Firefox 144", "Android", "Android 15", "Mobile"),
    (f"Mozilla/5.0 (Linux; Android 11; KFTRWI) {KHTML} Silk/120.1 like Chrome/120.0 Safari/537.36", "Silk", "Silk 120", "Android", "Android 11", "Tablet"),
    (f"Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) {KHTML} SamsungBrowser/4.0 Chrome/76.0 TV Safari/537.36", "Samsung Internet", "Samsung Internet 4", "Tizen", "Tizen 6", "TV"),
    (f"Mozilla/5.0 (PlayStation; PlayStation 5/6.50) {WEBKIT} Version/15.4 Safari/605.1.15", "Safari", "Safari 15", "", "", "Console"),
    ("", "", "", "", "", ""),
    (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) {WEBKIT} Version/26.1 Mobile/15E148 Safari/604.1", "Safari", "Safari 26", "iOS", "iOS 26", "Mobile"),
    (f"Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) {WEBKIT} Version/26.0 Mobile/15E148 Safari/604.1", "Safari", "Safari 26", "iOS", "iOS 26", "Tablet"),
    (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {WEBKIT} Version/18.6 Mobile/15E148 Safari/604.1", "Safari", "Safari 18", "iOS", "iOS 18", "Mobile"),
    (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {WEBKIT} Mobile/15E148 [LinkedInApp]/9.31.1234", "LinkedIn", "LinkedIn", "iOS", "iOS 18", "Mobile"),
    (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {WEBKIT} Mobile/22F76 Barcelona 389.0.0.30 (iPhone15,2; iOS 18_5)", "Threads", "Threads", "iOS", "iOS 18", "Mobile"),
    (f"Mozilla/5.0 (Linux; Android 15; Pixel 9 Build/AP4A; wv) {KHTML} Version/4.0 Chrome/142.0 Mobile Safari/537.36 Reddit/Version 2025.40.0/Build 2540111/Android 15", "Reddit", "Reddit", "Android", "Android 15", "Mobile"),
    (f"Mozilla/5.0 (Linux; Android 15; SM-S928B Build/AP3A; wv) {KHTML} Version/4.0 Chrome/142.0 Mobile Safari/537.36 MicroMessenger/8.0.60", "WeChat", "WeChat", "Android", "Android 15", "Mobile"),
    (f"Mozilla/5.0 (Linux; Android 15; Pixel 9 Build/AP4A; wv) {KHTML} Version/4.0 Chrome/142.0 Mobile Safari/537.36 [FB_IAB/Orca-Android;FBAV/500.0;]", "Facebook Messenger", "Facebook Messenger", "Android", "Android 15", "Mobile"),
    (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT}", "Safari WebView", "Safari WebView", "macOS", "macOS 10", "Desktop"),
    (f"Mozilla/5.0 (Linux; Android 10; K) {KHTML} Chrome/142.0.0.0 Mobile DuckDuckGo/5 Safari/537.36", "DuckDuckGo", "DuckDuckGo 5", "Android", "Android 10", "Mobile"),
    ("Opera/9.80 (Android; Opera Mini/83.0.2254/191.303; U; en) Presto/2.12.423 Version/12.16", "Opera Mini", "Opera Mini 83", "Android", "Android", "Mobile"),
    (f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {KHTML} Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.0.4.300", "Huawei Browser", "Huawei Browser 5", "HarmonyOS", "HarmonyOS 5", "Mobile"),
    (f"Mozilla/5.0 (SMART-TV; LINUX; Tizen 8.0) {KHTML} 108.0.5359.1/8.0 TV Safari/537.36", "Tizen Browser", "Tizen Browser", "Tizen", "Tizen 8", "TV"),
    (f"Mozilla/5.0 (Web0S; Linux/SmartTV) {KHTML} Chrome/120.0.6099.270 Safari/537.36 WebAppManager", "webOS Browser", "webOS Browser", "webOS", "webOS", "TV"),
]  # fmt: skip


@pytest.fixture(scope="module")
def devices() -> Devices:
    return Devices(cache_max=100)


@pytest.mark.parametrize(("user_agent", "browser", "browser_version", "os", "os_version", "device"), TABLE)
def test_a_user_agent_becomes_families_major_versions_and_a_class(
    devices: Devices, user_agent: str, browser: str, browser_version: str, os: str, os_version: str, device: str
) -> None:
    assert devices.lookup(user_agent) == Device(browser, browser_version, os, os_version, device)


def test_the_pure_parser_agrees_with_the_rust_one(devices: Devices) -> None:
    pure = Devices(cache_max=100, rust=False)
    for user_agent, *_ in TABLE:
        assert pure.lookup(user_agent) == devices.lookup(user_agent)


def test_equal_devices_are_one_object(devices: Devices) -> None:
    assert devices.lookup(CHROME) is devices.lookup(CHROME.replace("156.0.0.0", "156.0.1.2"))


def test_no_free_text_of_a_user_agent_becomes_a_value(devices: Devices) -> None:
    for text in (
        "Marked77Agent/1.0",
        "Marked77Browser 99999999",
        "Opera/Marked77",
        "Chrome/77777777.0",
        "Mozilla/5.0 (Marked77OS 3; Marked77bot/7)",
    ):
        assert "77" not in " ".join(devices.lookup(text))


def test_every_renamed_family_is_in_a_closed_list() -> None:
    assert set(NAMES.values()) <= BROWSERS | SYSTEMS
    assert not set(NAMES) & (BROWSERS | SYSTEMS)


def test_a_huge_user_agent_is_cut_and_not_remembered(devices: Devices) -> None:
    devices.forget()
    long = CHROME + " " * USER_AGENT_MAX + "x" * 8000
    assert devices.lookup(long).browser == "Chrome"
    assert devices._cache.entries == 0


@settings(max_examples=100)
@given(st.text(st.characters(), max_size=600))
def test_any_text_gets_a_device(text: str) -> None:
    device = _DEVICES.lookup(text)
    assert device.device in (*DEVICE_CLASSES, "")
    assert device.browser in BROWSERS | {"", "Other"}
    assert device.os in SYSTEMS | {"", "Other"}


_DEVICES = Devices(cache_max=100)
